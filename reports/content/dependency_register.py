"""The packages of one lock file, or of the newest version of a use case: who vouches for each, known flaws, licences, what ran out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from foundation.among import Among
from foundation.models import AuditEvent
from governance.dependencies.models import DependencySet
from lineage.models import ModelVersion
from reports.bundle import Record
from reports.content import dependencies, events, evidence, packages, summary
from reports.content.view import Frame, OpenPoint
from reports.content.wording import instant, mono, number
from reports.document import Block, Cell, Column, Document, Heading, KeyValues, Section, Table, Text, Value
from reports.models import Report


@dataclass(frozen=True)
class Gathered:
    """The lock files as far as they were on record at the instant, and the answer about them."""

    label: str  # of the version, or the path of the file
    version: ModelVersion | None
    locks: Sequence[DependencySet]
    judged: packages.Judged
    points: Sequence[OpenPoint]


def gather(report: Report, frame: Frame) -> Gathered:
    version, locks, label = None, [], report.title
    if report.use_case is None:
        # Held against the highest risk and by the rulings of the organisation alone: everybody inside may read it.
        locks = list(DependencySet.objects.filter(public_id=report.scope, created_at__lte=frame.at).defer("raw"))
    else:
        rows = ModelVersion.objects.filter(use_case=report.use_case, created_at__lte=frame.at)
        version = rows.prefetch_related("locks__dependency_set").order_by("-pk").first()
        if version is not None:
            locks, label = [lock.dependency_set for lock in version.locks.all()], version.label
    found = packages.judged(locks, use_case=report.use_case, at=frame.at)
    points = summary.by_weight(_points(report, version, locks, found, label))
    return Gathered(label, version, locks, found, points)


def _points(
    report: Report, version: ModelVersion | None, locks: Sequence[DependencySet], found: packages.Judged, label: str
) -> list[OpenPoint]:
    if report.use_case is not None and version is None:
        return [OpenPoint("warn", _("No version had been registered by then."), dependencies.title())]
    if report.use_case is None and not locks:
        return [OpenPoint("warn", _("The lock file had not been recorded by then."), dependencies.title())]
    return list(dependencies.open_points(locks, found, label))


def draft(report: Report, frame: Frame, found: Gathered) -> Document:
    """The document, less the index of its evidence."""
    return Document(
        title=str(report.get_kind_display()),
        subtitle=report.title if found.label == report.title else f"{found.label} · {report.title}",
        report_id=report.public_id,
        language=report.language,
        facts=_cover(frame, found),
        sections=[
            _summary(found),
            evidence.scope_section(report, frame, _covers(report)),
            _section(found),
            events.section(frame, events_of(frame, found)),
        ],
    )


def events_of(frame: Frame, found: Gathered) -> QuerySet[AuditEvent]:
    """Sealed events of the lock files and of everything that the answer names."""
    wanted = {lock.public_id for lock in found.locks} | packages.subjects(found.judged)
    wanted |= {found.version.public_id} if found.version is not None else set()
    return events.sealed(frame).filter(Among("subject_id", wanted))


def records(found: Gathered) -> list[Record]:
    return [*(dependencies.lock_record(lock) for lock in found.locks), *packages.records(found.judged)]


def _covers(report: Report) -> str:
    words = {"title": report.title}
    if report.use_case is None:
        return (
            _("The lock file %(title)s, held against the highest risk: no ruling of a single use case counts for it here.")
            % words
        )
    return _("The lock files of the newest version of the use case “%(title)s”, held against its risk tier.") % words


def _cover(frame: Frame, found: Gathered) -> list[tuple[str, Value]]:
    status = found.judged.status
    return [
        *([(_("Attention"), summary.demo_warning())] if frame.demo else []),
        (_("May they be used"), packages.answer_cell(status)),
        (_("Packages"), number(len(status.requirements))),
        (_("Open points"), summary.count_of(found.points)),
        (_("As of"), _("%(time)s UTC") % {"time": instant(frame.at)}),
    ]


def _summary(found: Gathered) -> Section:
    status = found.judged.status
    counts = {verdict: sum(row.verdict == verdict for row in status.requirements) for verdict in ("allow", "deny", "unknown")}
    blocks: list[Block] = [
        KeyValues(
            [
                (_("May they be used"), packages.answer_cell(status)),
                (_("May be used"), number(counts["allow"])),
                (_("May not be used"), Cell(number(counts["deny"]), state="bad" if counts["deny"] else "ok")),
                (_("Cannot be told"), Cell(number(counts["unknown"]), state="warn" if counts["unknown"] else "ok")),
            ]
        ),
        Heading("open-points", _("Open points")),
        summary.points_table(found.points),
    ]
    return Section(summary.KEY, summary.title(), blocks)


def _section(found: Gathered) -> Section:
    columns = [
        Column(_("Lock file"), 2),
        Column(_("Recorded"), 1.4),
        Column(_("Packages"), 0.9, align="right"),
        Column(_("Digest"), 4),
    ]
    rows: list[list[Value]] = [
        [lock.path, instant(lock.created_at), number(len(lock.requirements.all())), mono(lock.digest)] for lock in found.locks
    ]
    blocks: list[Block] = [
        Text([dependencies.method()]),
        Table(columns, rows, _("Lock files"), _("No lock file had been recorded by then.")),
        *dependencies.told(found.locks, found.judged, found.label),
    ]
    return Section(dependencies.KEY, dependencies.title(), blocks)
