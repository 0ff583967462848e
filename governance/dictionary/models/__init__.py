"""The tables of the shared dictionary: a meaning is owned once, teams bind their columns to it."""

from governance.dictionary.models.bindings import Binding, BindingQuerySet
from governance.dictionary.models.datasets import Dataset, DatasetQuerySet, DatasetVersion
from governance.dictionary.models.elements import (
    KEY,
    Alias,
    DataElement,
    DataElementQuerySet,
    Dictionary,
    DictionaryQuerySet,
    ElementVersion,
    ElementVersionQuerySet,
)
from governance.dictionary.models.proposals import Change, Proposal, ProposalQuerySet
from governance.dictionary.models.releases import Release, ReleaseQuerySet

__all__ = [
    "KEY",
    "Alias",
    "Binding",
    "BindingQuerySet",
    "Change",
    "DataElement",
    "DataElementQuerySet",
    "Dataset",
    "DatasetQuerySet",
    "DatasetVersion",
    "Dictionary",
    "DictionaryQuerySet",
    "ElementVersion",
    "ElementVersionQuerySet",
    "Proposal",
    "ProposalQuerySet",
    "Release",
    "ReleaseQuerySet",
]
