"""The extract of the audit log: every event, for those who may read all of them."""

from __future__ import annotations

from django.db.models import Count, Max, Min
from django.utils.translation import gettext as _

from foundation import audit
from reports.content import events, evidence
from reports.content.summary import demo_warning
from reports.content.view import Frame
from reports.content.wording import instant, number
from reports.document import Cell, Column, Document, Section, Table, Text, Value
from reports.models import Report


def draft(report: Report, frame: Frame) -> Document:
    """The document, less the index of its evidence."""
    rows = events.sealed(frame)
    return Document(
        title=str(report.get_kind_display()),
        subtitle=evidence.origin_of(frame),
        report_id=report.public_id,
        language=report.language,
        facts=[*([(_("Attention"), demo_warning())] if frame.demo else []), *_facts(frame)],
        sections=[
            _summary(frame),
            evidence.scope_section(report, frame, _("The whole audit log of this installation, all use cases included.")),
            events.section(frame, rows),
        ],
    )


def _facts(frame: Frame) -> list[tuple[str, Value]]:
    found = events.sealed(frame).aggregate(count=Count("pk"), first=Min("at"), last=Max("at"))
    sealed: Value = Cell(_("all sealed"), state="ok")
    if frame.unsealed:
        sealed = Cell(
            _("%(count)s events are not sealed yet, and not in this report") % {"count": number(frame.unsealed)}, state="warn"
        )
    return [
        (_("Events"), number(found["count"])),
        (_("First event"), _("%(time)s UTC") % {"time": instant(found["first"])}),
        (_("Last event"), _("%(time)s UTC") % {"time": instant(found["last"])}),
        (_("Sealed"), sealed),
        (_("As of"), _("%(time)s UTC") % {"time": instant(frame.at)}),
        (_("Signed under"), evidence.key_of(frame)),
    ]


def _summary(frame: Frame) -> Section:
    """What happened how often: the shape of the log before its lines."""
    rows = events.sealed(frame).order_by().values("kind").annotate(count=Count("pk"), last=Max("at")).order_by("-count", "kind")
    table = Table(
        [
            Column(_("What"), 3),
            Column(_("Code"), 3, mono=True),
            Column(_("How often"), 1, align="right"),
            Column(_("Last (UTC)"), 1.6),
        ],
        [[audit.label_of(row["kind"]), row["kind"], number(row["count"]), instant(row["last"])] for row in rows],
        _("Events by kind, most frequent first"),
        _("The log is empty."),
    )
    told = _(
        "The log is append-only: each event is a leaf of a Merkle tree whose root is signed. That the events "
        "below are all of them, unchanged and in this order, follows from that root."
    )
    return Section("summary", _("Summary"), [Text([told]), table])
