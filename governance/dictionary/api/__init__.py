"""The shared dictionary over HTTP, by concept."""

from governance.dictionary.api.bindings import BindingEnd, BindingList, BindingProposals
from governance.dictionary.api.copies import CopyEnd, CopyList
from governance.dictionary.api.data_use import DataUseDetails, DataUseEnd, DataUseList, DataUseWithdraw
from governance.dictionary.api.datasets import (
    DatasetDetails,
    DatasetDifference,
    DatasetList,
    DatasetVersionDetails,
    DatasetVersionFiles,
    DatasetVersionList,
)
from governance.dictionary.api.dictionaries import DictionaryDetails, DictionaryList
from governance.dictionary.api.elements import AliasEnd, AliasList, ElementDetails, ElementList
from governance.dictionary.api.exchange import DictionaryFileExport, DictionaryFileImport, DictionaryImportDetails
from governance.dictionary.api.features import Resembling
from governance.dictionary.api.impact import CompatibilityCheck
from governance.dictionary.api.legends import DictionaryLegend, LegendCheck
from governance.dictionary.api.proposals import (
    ProposalChange,
    ProposalChanges,
    ProposalDetails,
    ProposalImpact,
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
    "BindingProposals",
    "CompatibilityCheck",
    "CopyEnd",
    "CopyList",
    "DataUseDetails",
    "DataUseEnd",
    "DataUseList",
    "DataUseWithdraw",
    "DatasetDetails",
    "DatasetDifference",
    "DatasetList",
    "DatasetVersionDetails",
    "DatasetVersionFiles",
    "DatasetVersionList",
    "DictionaryDetails",
    "DictionaryFileExport",
    "DictionaryFileImport",
    "DictionaryImportDetails",
    "DictionaryLegend",
    "DictionaryList",
    "ElementDetails",
    "ElementList",
    "LegendCheck",
    "ProposalChange",
    "ProposalChanges",
    "ProposalDetails",
    "ProposalImpact",
    "ProposalList",
    "ProposalRebase",
    "ProposalSplit",
    "ProposalWithdraw",
    "ReleaseDetails",
    "ReleaseDifference",
    "ReleaseList",
    "Resembling",
]
