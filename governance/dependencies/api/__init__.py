"""Dependencies over HTTP, by concept."""

from governance.dependencies.api.advisories import (
    AdvisoryDetails,
    AdvisoryImportConfirm,
    AdvisoryImportDetails,
    AdvisoryImportList,
    AdvisoryList,
)
from governance.dependencies.api.artifacts import ArtifactDetails, ArtifactList
from governance.dependencies.api.criteria import CriterionList, CriterionRetire
from governance.dependencies.api.exports import DependencySetExport
from governance.dependencies.api.external import (
    ExternalServiceDetails,
    ExternalServiceEnd,
    ExternalServiceList,
    ExternalServiceReplace,
)
from governance.dependencies.api.licences import LicenceList, LicenceProposals, LicenceRuleEnd, LicenceRuleList
from governance.dependencies.api.packages import PackageDetails, PackageList, PackageReleases, ReleaseCompare, ReleasePointList
from governance.dependencies.api.review_requests import (
    DependencySetSuggestions,
    ReviewRequestList,
)
from governance.dependencies.api.reviews import (
    ReviewConfirmed,
    ReviewDetails,
    ReviewList,
    ReviewPoints,
    ReviewPrepared,
    ReviewSentBack,
    ReviewWithdrawn,
)
from governance.dependencies.api.rulings import (
    RulingBatchDecide,
    RulingBulk,
    RulingBurnDownView,
    RulingDecide,
    RulingDetails,
    RulingExtend,
    RulingList,
    RulingRecommend,
    RulingRevoke,
    RulingStart,
)
from governance.dependencies.api.sets import DependencySetDetails, DependencySetList
from governance.dependencies.api.sources import SourceConfirm, SourceDetails, SourceEnd, SourceExamples, SourceList
from governance.dependencies.api.status import DependencySetStatus

__all__ = [
    "AdvisoryDetails",
    "AdvisoryImportConfirm",
    "AdvisoryImportDetails",
    "AdvisoryImportList",
    "AdvisoryList",
    "ArtifactDetails",
    "ArtifactList",
    "CriterionList",
    "CriterionRetire",
    "DependencySetDetails",
    "DependencySetExport",
    "DependencySetList",
    "DependencySetStatus",
    "DependencySetSuggestions",
    "ExternalServiceDetails",
    "ExternalServiceEnd",
    "ExternalServiceList",
    "ExternalServiceReplace",
    "LicenceList",
    "LicenceProposals",
    "LicenceRuleEnd",
    "LicenceRuleList",
    "PackageDetails",
    "PackageList",
    "PackageReleases",
    "ReleaseCompare",
    "ReleasePointList",
    "ReviewConfirmed",
    "ReviewDetails",
    "ReviewList",
    "ReviewPoints",
    "ReviewPrepared",
    "ReviewRequestList",
    "ReviewSentBack",
    "ReviewWithdrawn",
    "RulingBatchDecide",
    "RulingBulk",
    "RulingBurnDownView",
    "RulingDecide",
    "RulingDetails",
    "RulingExtend",
    "RulingList",
    "RulingRecommend",
    "RulingRevoke",
    "RulingStart",
    "SourceConfirm",
    "SourceDetails",
    "SourceEnd",
    "SourceExamples",
    "SourceList",
]
