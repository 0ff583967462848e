"""The shared dictionary over HTTP, by concept."""

from governance.dictionary.api.bindings import BindingEnd, BindingList
from governance.dictionary.api.dictionaries import DictionaryDetails, DictionaryList
from governance.dictionary.api.elements import AliasEnd, AliasList, ElementDetails, ElementList
from governance.dictionary.api.proposals import (
    ProposalChange,
    ProposalChanges,
    ProposalDetails,
    ProposalList,
    ProposalRebase,
    ProposalSplit,
    ProposalWithdraw,
)
from governance.dictionary.api.releases import ReleaseDetails, ReleaseDifference, ReleaseList

__all__ = [
    "AliasEnd",
    "AliasList",
    "BindingEnd",
    "BindingList",
    "DictionaryDetails",
    "DictionaryList",
    "ElementDetails",
    "ElementList",
    "ProposalChange",
    "ProposalChanges",
    "ProposalDetails",
    "ProposalList",
    "ProposalRebase",
    "ProposalSplit",
    "ProposalWithdraw",
    "ReleaseDetails",
    "ReleaseDifference",
    "ReleaseList",
]
