"""What a report says: gathered as of one instant, told section by section, with the evidence for each.

One module per section; each gives the section, the records that it prints, and the points that it leaves open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from foundation.canonical import digest
from foundation.models import AuditEvent
from reports.bundle import Consistency, Record
from reports.content import (
    approvals,
    audit_log,
    changes,
    dependencies,
    dependency_register,
    dictionary,
    dictionary_release,
    economics,
    economics_case,
    events,
    evidence,
    gates,
    people,
    portfolio,
    summary,
    use_case,
    versions,
)
from reports.content.events import Tree
from reports.content.view import Frame, Part, View, look
from reports.document import Document, Section
from reports.models import Report

Progress = Callable[[int, int], None]
PARTS: tuple[Callable[[View], Part], ...] = (
    use_case.part,
    people.part,
    versions.part,
    approvals.part,
    gates.part,
    economics.part,
    dictionary.part,
    dependencies.part,
    changes.part,
)


@dataclass(frozen=True)
class Content:
    """A report before it is drawn: its document, and what its evidence bundle is made of."""

    document: Document
    records: Sequence[Record]
    events: QuerySet[AuditEvent]
    prefixes: Sequence[int]  # sizes of earlier checkpoints that the bundle proves to be prefixes
    inputs_digest: str

    def consistency(self, tree: Tree) -> list[Consistency]:
        return [tree.consistency(size) for size in self.prefixes if 0 < size < tree.size]


def compose(report: Report, frame: Frame, *, renderer: dict[str, str], progress: Progress | None = None) -> Content:
    """Gather and tell. Call inside the report's language; the rows of long tables are read later, when they are drawn.

    `renderer` says what draws the report: it belongs to the inputs, because another one draws other bytes.
    """
    if report.kind == Report.Kind.AUDIT_LOG:
        return _finish(report, frame, audit_log.draft(report, frame), [], events.sealed(frame), [], renderer)
    if report.kind == Report.Kind.DICTIONARY_RELEASE:
        gathered = dictionary_release.gather(report, frame)
        told = dictionary_release.draft(report, frame, gathered)
        rows = dictionary_release.events_of(frame, gathered)
        return _finish(report, frame, told, dictionary_release.records(gathered), rows, [], renderer)
    if report.kind == Report.Kind.DEPENDENCIES:
        register = dependency_register.gather(report, frame)
        told = dependency_register.draft(report, frame, register)
        rows = dependency_register.events_of(frame, register)
        return _finish(report, frame, told, dependency_register.records(register), rows, [], renderer)
    if report.kind == Report.Kind.ECONOMICS:
        case = economics_case.gather(report, frame)
        told = economics_case.draft(report, frame, case)
        return _finish(report, frame, told, economics_case.records(case), economics_case.events_of(frame, case), [], renderer)
    if report.kind == Report.Kind.PORTFOLIO:
        every = portfolio.gather(report)
        told = portfolio.draft(report, frame, every)
        return _finish(report, frame, told, portfolio.records(every), portfolio.events_of(frame, report), [], renderer)
    view = look(report, frame)
    parts = []
    for place, tell in enumerate(PARTS, 1):
        parts.append(tell(view))
        if progress:
            progress(place, len(PARTS))
    found = events.events_of(view, frozenset().union(*(part.subjects for part in parts)))
    draft = Document(
        title=str(report.get_kind_display()),
        subtitle=report.title if report.kind == Report.Kind.USE_CASE else f"{report.title} · {view.use_case.title}",
        report_id=report.public_id,
        language=report.language,
        facts=summary.cover_facts(view, summary.open_points(parts)),
        sections=[
            summary.section(view, parts),
            evidence.scope_section(report, frame, _covers(view)),
            *(part.section for part in parts),
            events.section(frame, found),
        ],
    )
    records = [record for part in parts for record in part.records]
    return _finish(report, frame, draft, records, found, gates.checkpoints_given_out(view), renderer)


def _covers(view: View) -> str:
    words = {"use_case": view.use_case.title, "title": view.report.title}
    if view.report.kind == Report.Kind.MODEL_VERSION:
        return (
            _("The version %(title)s of the use case “%(use_case)s”, with the requests, gate answers and registers it rests on.")
            % words
        )
    if view.report.kind == Report.Kind.REQUEST:
        return _("The request %(title)s of the use case “%(use_case)s”, with the version and the registers it rests on.") % words
    return _("The use case “%(use_case)s” with everything on record about it.") % words


def _finish(
    report: Report,
    frame: Frame,
    draft: Document,
    records: list[Record],
    found: QuerySet[AuditEvent],
    prefixes: list[int],
    renderer: dict[str, str],
) -> Content:
    """Add what can only be said at the end: the digest over all inputs, and the index of the evidence."""
    records = [*records, Record("renderer", renderer)]
    sealed = events.events_digest(found)
    inputs = digest(_inputs(report, frame, records, sealed))
    sections: list[Section] = [
        *draft.sections,
        evidence.evidence_section(report, frame, records, inputs_digest=inputs, events=sealed["count"]),
    ]
    return Content(replace(draft, sections=sections), records, found, prefixes, inputs)


def _inputs(report: Report, frame: Frame, records: Sequence[Record], sealed: dict[str, Any]) -> dict[str, Any]:
    """What the bytes of a report follow from."""
    return {
        "report": report.public_id,
        "kind": report.kind,
        "scope": report.scope,
        "title": report.title,
        "language": report.language,
        "as_of": frame.at,
        "made_at": frame.made_at,
        "demo": frame.demo,
        "checkpoint": frame.checkpoint.note,
        "records": [[record.name, digest(record.body)] for record in records],
        "events": sealed,
    }
