"""A case in blocks of a report: the same words and figures as its page, which come from the same functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import chain

from django.utils.translation import gettext as _

from governance.economics.cashflow import CENTS, MEASURES, Evaluation, Refused
from governance.economics.drafting import worth_of_lines
from governance.economics.pictures import sensitivity_picture
from governance.economics.presenting.cases import figures_told, frame_told, pictures_of
from governance.economics.presenting.figures import every_measure, opened
from governance.economics.presenting.scenarios import payback_told, rates_told, title_of
from governance.economics.presenting.sensitivity import swings_of
from governance.economics.scenarios import BASE, evaluate_scenarios, inputs_of
from governance.economics.sensitivity import tornado
from governance.economics.wording.cases import NONE, kind_label, money, number, percent, ratio, when
from reports.content.pictures import picture_blocks
from reports.document import Block, Column, KeyValues, Table, Text, Value

COLUMN = 1.0


def rounding_rule() -> str:
    """How every figure is rounded: one rule for page, API, sheet and paper."""
    return _(
        "Figures are reckoned exactly and rounded once, when they are shown: to whole units or to %(cents)s, halves away from zero. "
        "They are the same figures as on the page and in the API."
    ) % {"cents": number(CENTS)}


def deciding(found: Evaluation) -> list[tuple[str, Value]]:
    """The figures that decide, as the page shows them on top."""
    return [(item["label"], f"{item['value']} {item['unit']}".strip()) for item in figures_told(found)]


def measures(found: Evaluation) -> Table:
    """Every figure with its formula and what went into it."""
    columns = [
        Column(_("Figure"), 1.5),
        Column(_("Value"), 1.4, align="right"),
        Column(_("Formula"), 1.9, mono=True),
        Column(_("With"), 2.6),
    ]
    rows: list[list[Value]] = []
    for item in every_measure(found):
        told = opened(found, item["measure"])
        terms = "; ".join(f"{term['label']}: {term['value']}" for term in told.terms)
        rows.append([item["label"], item["value"], on_paper(told.formula), terms or _("the flows of all periods, below")])
    return Table(columns, rows, _("Every figure, opened"), _("There are no figures.") if not MEASURES else _("There is none."))


def on_paper(formula: str) -> str:
    """A formula in letters that the fonts of the paper have: `Bₜ` is `B[t]` there, `(1+r)⁻ⁿ` is `(1+r)^(-n)`."""

    def plain(letters: str) -> str:
        return unicodedata.normalize("NFKC", letters).replace(chr(0x2212), "-")

    said = re.sub(r"[\u2080-\u209c\u1d62-\u1d6a]+", lambda found: f"[{plain(found[0])}]", formula)
    return re.sub(r"[\u2070-\u207f]+", lambda found: f"^({plain(found[0])})", said)


def pictures(found: Evaluation) -> list[Block]:
    """The waterfall and the flows over time, each with its table."""
    return list(chain.from_iterable(picture_blocks(told) for told in pictures_of(found, worth_of_lines(found))))


def frame(found: Evaluation) -> KeyValues:
    """What all lines share: horizon, rates with their sources, exchange rates, optimism bias, tolerance."""
    return KeyValues([(item["label"], item["value"]) for item in frame_told(found.plan)])


def lines(found: Evaluation) -> Table:
    plan, worth = found.plan, worth_of_lines(found)
    columns = [
        Column(_("Line"), 2.2),
        Column(_("Kind"), 0.9),
        Column(_("Quantity"), 1, align="right"),
        Column(_("Unit"), 1.4),
        Column(_("Price of one"), 1.1, align="right"),
        Column(_("When"), 1.3),
        Column(_("Worth today"), 1.2, align="right"),
        Column(_("Risk, evidence"), 2),
    ]
    rows = [
        [
            line.title,
            kind_label(line.kind),
            number(line.quantity),
            line.unit or NONE,
            f"{number(line.unit_price)} {line.currency}".strip(),
            when(line, plan.period),
            money(worth[line.key]),
            "; ".join(part for part in (percent(line.risk) if line.risk else "", line.risk_reason, line.evidence) if part)
            or NONE,
        ]
        for line in plan.lines
    ]
    return Table(
        columns, rows, _("What the case consists of, in %(currency)s") % {"currency": plan.currency}, _("The case has no lines.")
    )


def scenarios(found: Evaluation) -> Table:
    """Each scenario beside the plan; one that cannot be reckoned says so."""
    plan = found.plan
    columns = [
        Column(_("Scenario"), 2),
        Column(_("Net present value"), 1.3, align="right"),
        Column(_("Benefit-cost ratio"), 1, align="right"),
        Column(_("Internal rate of return"), 1.2, align="right"),
        Column(_("Payback"), 1.1, align="right"),
    ]
    titles = {row.key: row.title for row in plan.scenarios}
    try:
        outcomes = evaluate_scenarios(plan)
    except Refused:
        outcomes = {}
    rows = [
        [
            title_of(key, titles.get(key, "")),
            money(one.npv),
            ratio(one.bcr),
            rates_told(one),
            payback_told(key, one),
        ]
        for key, one in outcomes.items()
        if key != BASE or len(outcomes) > 1
    ]
    return Table(columns, rows, _("Scenarios, in %(currency)s") % {"currency": plan.currency}, _("No scenario can be reckoned."))


def sensitivity(found: Evaluation) -> Sequence[Block]:
    """What moves the net present value most, by the ranges that the case states."""
    plan = found.plan
    try:
        swings = tornado(plan)
    except Refused:
        return [Text([_("The ranges of the case cannot be reckoned with.")])]
    drawn = swings_of(plan, inputs_of(plan), swings)
    return picture_blocks(sensitivity_picture(drawn, found.npv, currency=plan.currency))
