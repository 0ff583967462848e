"""What a report looks at: read once, then told section by section."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

from approvals.models import Request
from approvals.selectors.standing import Standing
from foundation.models import AuditCheckpoint
from governance.usecases.models import UseCase
from lineage.models import ModelVersion
from lineage.selectors.manifest import Manifest
from reports.bundle import Record
from reports.content.moment import manifest_at, standing_at
from reports.document import Section, State
from reports.models import Report

NEWEST = 5  # versions that are printed at length, beside those somebody asked an approval for
DETAILED = 40  # and never more than so many; the others stand in the list and in the evidence


@dataclass(frozen=True, slots=True)
class Frame:
    """Where and when a report was made: what it needs beside the records."""

    at: datetime  # the instant whose records it shows
    made_at: datetime
    checkpoint: AuditCheckpoint
    unsealed: int = 0  # events up to `at` that no checkpoint covers yet
    demo: bool = False  # the installation holds made-up data


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """Something a reader has to know before relying on the rest."""

    state: State  # bad: contradicts or forbids; warn: is missing or waits
    what: str
    where: str  # the title of the section that tells more


@dataclass(frozen=True, slots=True)
class Part:
    """A section with the facts it prints and the points it leaves open."""

    section: Section
    records: Sequence[Record] = ()
    open_points: Sequence[OpenPoint] = ()
    subjects: Set[str] = frozenset()  # public ids of what it prints although that belongs to everybody: their events come along


@dataclass(frozen=True)
class View:
    """One use case, or one version or request of it, at one instant."""

    report: Report
    frame: Frame
    use_case: UseCase
    versions: Sequence[ModelVersion]  # newest first
    standings: Sequence[Standing]  # newest first
    manifests: dict[str, Manifest] = field(default_factory=dict)  # of the versions printed at length, by public id

    @property
    def at(self) -> datetime:
        return self.frame.at

    @property
    def detailed(self) -> Sequence[ModelVersion]:
        asked = {standing.request.subject_id for standing in self.standings}
        wanted = [row for place, row in enumerate(self.versions) if place < NEWEST or row.public_id in asked]
        return wanted[:DETAILED]

    @property
    def newest(self) -> ModelVersion | None:
        return self.versions[0] if self.versions else None

    def version(self, public_id: str) -> ModelVersion | None:
        return next((row for row in self.versions if row.public_id == public_id), None)

    def title_of(self, standing: Standing) -> str:
        """What a request is about, in its reader's words: `churn-model@7 → production`."""
        version = self.version(standing.request.subject_id)
        name = version.label if version else standing.request.subject_id
        environment = standing.request.environment
        return f"{name} → {environment.slug}" if environment else name


REQUESTS = ("use_case", "submitter", "policy_version__policy", "environment", "predecessor", "decision")
VERSIONS = ("repository", "created_by")
DETAILS = ("facts", "metrics", "datasets", "locks__dependency_set")


def look(report: Report, frame: Frame) -> View:
    """Read what a report on a use case, a version or a request is about."""
    use_case = report.use_case
    if use_case is None:
        raise ValueError("only the extract of the audit log has no use case")
    versions = ModelVersion.objects.filter(use_case=use_case, created_at__lte=frame.at)
    requests = Request.objects.filter(use_case=use_case, opened_at__lte=frame.at)
    if report.kind == Report.Kind.MODEL_VERSION:
        versions, requests = versions.filter(public_id=report.scope), requests.filter(subject_id=report.scope)
    elif report.kind == Report.Kind.REQUEST:
        requests = requests.filter(public_id=report.scope)
        versions = versions.filter(public_id__in=list(requests.values_list("subject_id", flat=True)))
    rows = list(versions.select_related(*VERSIONS).prefetch_related(*DETAILS).order_by("-pk"))
    for row in rows:
        row.use_case = use_case
    by_id = {row.public_id: row for row in rows}
    found = requests.select_related(*REQUESTS).order_by("-pk")
    standings = [standing_at(row, by_id[row.subject_id], frame.at) for row in found if row.subject_id in by_id]
    view = View(report, frame, use_case, rows, standings)
    view.manifests.update({row.public_id: manifest_at(row, frame.at) for row in view.detailed})
    return view
