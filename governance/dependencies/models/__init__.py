"""The tables of dependencies: what is asked for, what it is made of, and what people judged about it."""

from governance.dependencies.models.advisories import Advisory, AdvisoryImport, AdvisorySnapshot, AdvisorySpan
from governance.dependencies.models.criteria import Criterion
from governance.dependencies.models.external import ExternalService, ExternalServiceQuerySet
from governance.dependencies.models.packages import Artifact, ArtifactScan, Distance, Package, Release
from governance.dependencies.models.reviews import Requester, Review, ReviewQuerySet, ReviewRequest
from governance.dependencies.models.rulings import Ruling, RulingQuerySet, RulingRequester
from governance.dependencies.models.sets import DependencySet, DependencySetQuerySet, Requirement, RequirementQuerySet
from governance.dependencies.models.sources import LicenceRule, Source, SourceQuerySet

__all__ = [
    "Advisory",
    "AdvisoryImport",
    "AdvisorySnapshot",
    "AdvisorySpan",
    "Artifact",
    "ArtifactScan",
    "Criterion",
    "DependencySet",
    "DependencySetQuerySet",
    "Distance",
    "ExternalService",
    "ExternalServiceQuerySet",
    "LicenceRule",
    "Package",
    "Release",
    "Requester",
    "Requirement",
    "RequirementQuerySet",
    "Review",
    "ReviewQuerySet",
    "ReviewRequest",
    "Ruling",
    "RulingQuerySet",
    "RulingRequester",
    "Source",
    "SourceQuerySet",
]
