"""The tables of the shared dictionary: a meaning is owned once, teams bind their columns to it."""

from governance.dictionary.models.bindings import Binding, BindingQuerySet
from governance.dictionary.models.copies import Copy, CopyQuerySet
from governance.dictionary.models.data_use import DataUse, DataUseQuerySet
from governance.dictionary.models.datasets import Dataset, DatasetFiles, DatasetQuerySet, DatasetVersion
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
from governance.dictionary.models.imports import DictionaryImport, DictionaryImportLine, DictionaryImportQuerySet
from governance.dictionary.models.proposals import Change, Proposal, ProposalQuerySet
from governance.dictionary.models.releases import Release, ReleaseQuerySet

__all__ = [
    "KEY",
    "Alias",
    "Binding",
    "BindingQuerySet",
    "Change",
    "Copy",
    "CopyQuerySet",
    "DataElement",
    "DataElementQuerySet",
    "DataUse",
    "DataUseQuerySet",
    "Dataset",
    "DatasetFiles",
    "DatasetQuerySet",
    "DatasetVersion",
    "Dictionary",
    "DictionaryImport",
    "DictionaryImportLine",
    "DictionaryImportQuerySet",
    "DictionaryQuerySet",
    "ElementVersion",
    "ElementVersionQuerySet",
    "Proposal",
    "ProposalQuerySet",
    "Release",
    "ReleaseQuerySet",
]
