"""What it costs and what it brings: the last case as it was written down, with the figures computed from its lines."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.rounding import rounded
from governance.economics.cashflow import Refused
from governance.economics.components import component_body
from governance.economics.models import Snapshot
from governance.economics.plan.problems import NotWritten
from governance.economics.selectors.cases import evaluation_of
from governance.economics.wording.refusals import case_refused
from reports.bundle import Record
from reports.content import case_blocks
from reports.content.moment import snapshot_at
from reports.content.view import OpenPoint, Part, View
from reports.content.wording import instant, money, mono
from reports.document import Block, Column, KeyValues, Section, Table, Text

KEY = "economics"


def title() -> str:
    return _("Cost and benefit")


def part(view: View) -> Part:
    snapshot = snapshot_at(view.use_case, view.at)
    if snapshot is None:
        point = OpenPoint("warn", _("No cost-benefit case was written down."), title())
        return Part(Section(KEY, title(), [Text([_("No cost-benefit case was written down.")])]), [], [point])
    rows = list(snapshot.case.snapshots.filter(created_at__lte=view.at).select_related("created_by", "case").order_by("-number"))
    try:
        figures = evaluation_of(snapshot)
    except (Refused, NotWritten) as refusal:
        why = case_refused(refusal)
        found: list[Block] = [written(snapshot), Text([why]), _history(rows)]
        return Part(Section(KEY, title(), found), [record(row) for row in rows], [OpenPoint("bad", why, title())])
    blocks: list[Block] = [
        written(snapshot),
        KeyValues(case_blocks.deciding(figures)),
        *case_blocks.pictures(figures),
        case_blocks.frame(figures),
        case_blocks.lines(figures),
        _history(rows),
        Text([case_blocks.rounding_rule()], style="note"),
    ]
    value = figures.npv
    points = []
    if rounded(value, 0) < 0:
        points.append(
            OpenPoint(
                "bad",
                _("The case loses money: its net present value is %(value)s.") % {"value": money(value, snapshot.currency)},
                title(),
            )
        )
    return Part(Section(KEY, title(), blocks), [record(row) for row in rows], points)


def record(row: Snapshot) -> Record:
    return Record(
        f"economics {row.number}",
        {
            "number": row.number,
            "digest": row.digest,
            "written_at": row.created_at,
            "note": row.note,
            "content": component_body(row),
        },
    )


def written(row: Snapshot) -> KeyValues:
    """Which version of the case it is, by whom and when."""
    author = str(row.created_by) if row.created_by else _("the installation")
    said = _("Version %(number)s of %(time)s UTC, by %(who)s")
    return KeyValues(
        [
            (_("Written"), said % {"number": row.number, "time": instant(row.created_at), "who": author}),
            (_("Note"), row.note or "–"),
            (_("Digest of the case"), mono(row.digest)),
        ]
    )


def _worth(row: Snapshot) -> str:
    try:
        return money(evaluation_of(row).npv, row.currency)
    except (Refused, NotWritten):
        return _("cannot be reckoned")


def _history(rows: list[Snapshot]) -> Table:
    columns = [
        Column(_("Version"), 0.7),
        Column(_("Written (UTC)"), 1.4),
        Column(_("By"), 1.3),
        Column(_("Net present value"), 1.4, align="right"),
        Column(_("Digest"), 3.2, mono=True),
    ]
    found = [
        [
            str(row.number),
            instant(row.created_at),
            str(row.created_by) if row.created_by else "–",
            _worth(row),
            row.digest,
        ]
        for row in rows
    ]
    return Table(columns, found, _("Every version of the case, newest first"), _("There is none."))
