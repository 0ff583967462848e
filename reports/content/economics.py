"""What it costs and what it brings: the last case as it was written down, with the figures computed from its lines."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from governance.economics.components import component_body, lines_of
from governance.economics.models import Snapshot
from governance.economics.selectors import evaluation_of
from reports.bundle import Record
from reports.content.moment import snapshot_at
from reports.content.view import OpenPoint, Part, View
from reports.content.wording import instant, money, mono, number, percent
from reports.document import Bar, Bars, Block, Column, KeyValues, Section, Table, Text, Value

KEY = "economics"


def title() -> str:
    return _("Cost and benefit")


def part(view: View) -> Part:
    snapshot = snapshot_at(view.use_case, view.at)
    if snapshot is None:
        point = OpenPoint("warn", _("No cost-benefit case was written down."), title())
        return Part(Section(KEY, title(), [Text([_("No cost-benefit case was written down.")])]), [], [point])
    rows = list(snapshot.case.snapshots.filter(created_at__lte=view.at).select_related("created_by", "case").order_by("-number"))
    blocks: list[Block] = [
        _facts(snapshot),
        _net(snapshot),
        _lines(snapshot),
        _history(rows),
    ]
    value = evaluation_of(snapshot).npv
    points = []
    if value < 0:
        points.append(
            OpenPoint(
                "bad",
                _("The case loses money: its net present value is %(value)s.") % {"value": money(value, snapshot.currency)},
                title(),
            )
        )
    return Part(Section(KEY, title(), blocks), [_record(row) for row in rows], points)


def _record(row: Snapshot) -> Record:
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


def _facts(row: Snapshot) -> KeyValues:
    figures = evaluation_of(row)
    rates = ", ".join(percent(rate) for rate in figures.irr)
    author = str(row.created_by) if row.created_by else _("the installation")
    facts: list[tuple[str, Value]] = [
        (_("Net present value"), money(figures.npv, row.currency)),
        (_("Benefit-cost ratio"), number(figures.bcr, 2) if figures.bcr is not None else _("none: there are no costs")),
        (_("Internal rate of return"), rates or _("none")),
        (
            _("Payback"),
            _("after %(periods)s years") % {"periods": number(figures.payback, 1)}
            if figures.payback is not None
            else _("never within the horizon"),
        ),
        (_("Horizon"), _("periods 0 to %(last)s, in years") % {"last": row.horizon}),
        (
            _("Discount rate"),
            _("%(rate)s a year, %(prices)s prices")
            % {"rate": percent(row.discount_rate), "prices": str(row.get_real_or_nominal_display()).lower()},
        ),
        (
            _("Written"),
            _("Version %(number)s of %(time)s UTC, by %(who)s")
            % {"number": row.number, "time": instant(row.created_at), "who": author},
        ),
        (_("Note"), row.note or "–"),
        (_("Digest of the case"), mono(row.digest)),
    ]
    return KeyValues(facts)


def _net(row: Snapshot) -> Bars:
    net = evaluation_of(row).flows.net
    bars = [
        Bar(_("Year %(year)s") % {"year": year}, value, money(value, row.currency), "bad" if value < 0 else "ok")
        for year, value in enumerate(net)
    ]
    total = sum(net, Decimal(0))
    summary = _("Over all years benefits less costs come to %(total)s, before discounting.") % {
        "total": money(total, row.currency)
    }
    return Bars(_("Benefits less costs, year by year"), bars, summary, _("The case has no periods."))


def _lines(row: Snapshot) -> Table:
    columns = [
        Column(_("Line"), 2.6),
        Column(_("Kind"), 0.9),
        Column(_("Quantity"), 1, align="right"),
        Column(_("Unit"), 1.1),
        Column(_("Price of one"), 1.1, align="right"),
        Column(_("Years"), 0.7),
        Column(_("A year"), 1.3, align="right"),
    ]
    rows = [
        [
            line.title,
            _("cost") if line.kind == "cost" else _("benefit"),
            number(line.quantity),
            line.unit or "–",
            number(line.unit_price),
            str(line.from_period) if line.from_period == line.to_period else f"{line.from_period}–{line.to_period}",
            money(line.quantity * line.unit_price, row.currency),
        ]
        for line in lines_of(row)
    ]
    return Table(columns, rows, _("What the case consists of"), _("The case has no lines."))


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
            money(evaluation_of(row).npv, row.currency),
            row.digest,
        ]
        for row in rows
    ]
    return Table(columns, found, _("Every version of the case, newest first"), _("There is none."))
