"""A case in figures, words and pictures, for the people who decide about the money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from governance.economics.cashflow import Evaluation, rounded
from governance.economics.cashflow.laying import uplift
from governance.economics.cashflow.precision import ZERO, total
from governance.economics.pictures import Amount, Payback, Told, flows_picture, worth_picture
from governance.economics.plan import Line, Plan, Range
from governance.economics.wording.cases import (
    NONE,
    category_label,
    discount_told,
    driver_told,
    horizon_told,
    money,
    number,
    per,
    percent,
    periods,
    prices_label,
    ratio,
    sourced,
    when,
)

LINES_A_PAGE = 40
Facts = list[dict[str, Any]]
Worth = Mapping[str, Decimal | None]


# Is it worth it? -----------------------------------------------------------------------------------------------------------


def verdict_told(found: Evaluation) -> dict[str, str]:
    """The answer in one sentence, and its tone."""
    words = {
        "left": money(abs(rounded(found.npv, 0))),
        "currency": found.plan.currency,
        "horizon": horizon_told(found.plan),
        "payback": periods(found.payback_last, found.plan.period),
    }
    if rounded(found.npv, 0) < 0:
        said = _("Over %(horizon)s it costs %(left)s %(currency)s more than it brings, as worth today.")
        return {"tone": "bad", "text": said % words}
    if not rounded(found.npv, 0):
        return {"tone": "", "text": _("Over %(horizon)s it brings what it costs, as worth today.") % words}
    if found.payback_last == 0:
        said = _(
            "Over %(horizon)s it brings %(left)s %(currency)s more than it costs, as worth today; nothing has to be paid back."
        )
    else:
        said = _(
            "Over %(horizon)s it brings %(left)s %(currency)s more than it costs, as worth today; paid back after %(payback)s."
        )
    return {"tone": "ok", "text": said % words}


def figures_told(found: Evaluation) -> Facts:
    """The figures that decide, each with what it says in words; `measure` is the name under which it can be opened."""
    plan = found.plan
    return [
        {
            "measure": "npv",
            "label": _("Net present value"),
            "value": money(found.npv),
            "unit": plan.currency,
            "note": _("What benefits are worth today, less what costs are: discounted at %(rate)s a year.")
            % {"rate": discount_told(plan.discount)},
            "tone": "bad" if rounded(found.npv, 0) < 0 else "ok",
        },
        {
            "measure": "bcr",
            "label": _("Benefit-cost ratio"),
            "value": ratio(found.bcr),
            "unit": "",
            "note": _("Benefits over costs, both as worth today. Above 1 it brings more than it costs.")
            if found.bcr is not None
            else _("There are no costs, and a ratio to nothing says nothing."),
            "tone": "" if found.bcr is None else "ok" if found.bcr >= 1 else "bad",
        },
        _payback(found),
        {"measure": "irr", "label": _("Internal rate of return"), "unit": "", "tone": "", **_rates(found)},
        {
            "measure": "equivalent_annual",
            "label": _("Equivalent a year"),
            "value": money(found.equivalent_annual),
            "unit": plan.currency if found.equivalent_annual is not None else "",
            "note": _("The same amount at the end of each year that would be worth as much."),
            "tone": "",
        },
    ]


def _payback(found: Evaluation) -> dict[str, Any]:
    plan = found.plan
    note = _("Until the sum of all flows reaches zero, not discounted; discounted: %(time)s.") % {
        "time": periods(found.discounted_payback_last, plan.period)
    }
    if found.payback is not None and found.payback_last != found.payback:
        note = _("First after %(first)s, but later costs take it below zero again; discounted for good: %(time)s.") % {
            "first": periods(found.payback, plan.period),
            "time": periods(found.discounted_payback_last, plan.period),
        }
    return {
        "measure": "payback" if found.payback == found.payback_last else "payback_last",
        "label": _("Payback"),
        "value": periods(found.payback_last, plan.period),
        "unit": "",
        "note": note,
        "tone": "bad" if found.payback_last is None else "",
    }


def rates_of(found: Evaluation) -> list[str]:
    """Every rate of return a year, rounded from the rate itself and not from the ten digits that the API tells; last, in words, that
    there is one beyond those that are looked for."""
    roots = found.roots
    beyond = _("above 10,000 % a month") if found.plan.period == "month" else _("above 10,000 %")
    return [percent(rate, 1) for rate in roots.yearly] + ([beyond] if roots.beyond else [])


def _rates(found: Evaluation) -> dict[str, str]:
    """All rates of return, or why there is none, as the roots tell it."""
    roots = found.roots
    rates = rates_of(found)
    if roots.reason == "one" and not roots.touching:
        return {"value": rates[0], "note": _("The discount rate at which it would come out at zero.")}
    if roots.reason == "one":
        said = _("At this rate it comes out at zero, at all others on the same side of it: go by the net present value.")
        return {"value": rates[0], "note": said}
    if roots.rates:
        said = _("Several rates make it come out at zero, so none can be used: go by the net present value.")
        return {"value": " · ".join(rates), "note": said}
    if roots.reason == "none_no_sign_change":
        return {"value": NONE, "note": _("Money goes only one way, so there is no rate at which it comes out at zero.")}
    if roots.beyond and found.plan.period == "month":
        return {"value": NONE, "note": _("Only a rate above 10,000 % a month makes it come out at zero.")}
    if roots.beyond:
        return {"value": NONE, "note": _("Only a rate above 10,000 % makes it come out at zero.")}
    return {"value": NONE, "note": _("No discount rate makes it come out at zero.")}


# Pictures ------------------------------------------------------------------------------------------------------------------


def pictures_told(found: Evaluation, worth: Worth) -> Facts:
    """The same for a page."""
    return [picture.for_page(key) for key, picture in zip(("worth", "flows"), pictures_of(found, worth), strict=True)]


def pictures_of(found: Evaluation, worth: Worth) -> list[Told]:
    """From costs and benefits to what is left, and the flows over time. `worth` is what each line is worth today, by its key."""
    plan, flows = found.plan, found.flows
    payback = Payback(found.payback, found.payback_last, found.discounted_payback_last)
    over_time = flows_picture(
        flows.costs,
        flows.benefits,
        found.cumulative,
        found.discounted_cumulative,
        payback=payback,
        currency=plan.currency,
        period=plan.period,
    )
    waterfall = worth_picture(_by_category(plan, "cost", worth), _by_category(plan, "benefit", worth), currency=plan.currency)
    return [waterfall, over_time]


def _by_category(plan: Plan, kind: str, worth: Worth) -> list[Amount]:
    labels = _labels(plan)
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for line in plan.lines:
        if line.kind == kind:
            amounts[labels[line.category]].append(worth[line.key] or ZERO)
    return [Amount(label, total(values)) for label, values in amounts.items()]


# Lines ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lines:
    """Some of the lines, by category, costs before benefits; and where the neighbours are: pages are counted from 1."""

    groups: Facts
    page: int
    pages: int
    count: int

    @property
    def before(self) -> int | None:
        return self.page - 1 if self.page > 1 else None

    @property
    def after(self) -> int | None:
        return self.page + 1 if self.page < self.pages else None


def lines_told(plan: Plan, worth: Worth, sums: Mapping[str, Decimal], owners: Mapping[str, str], *, page: int = 1) -> Lines:
    """Lines as a table shows them. `worth` is what each is worth today, `sums` what it comes to undiscounted, both by key and always
    positive in its direction; `owners` are names by public id."""
    labels = _labels(plan)
    order = _in_order(plan, labels)
    pages = max((len(order) + LINES_A_PAGE - 1) // LINES_A_PAGE, 1)
    page = min(max(page, 1), pages)
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for line in order[(page - 1) * LINES_A_PAGE : page * LINES_A_PAGE]:
        key = (line.kind, labels[line.category])
        if key not in groups:
            own = [worth.get(other.key) for other in order if (other.kind, labels[other.category]) == key]
            known = [amount for amount in own if amount is not None]
            said = money(total(known)) if len(known) == len(own) else ""
            groups[key] = {"kind": line.kind, "label": key[1], "lines": [], "worth": said}
        groups[key]["lines"].append(_line(plan, line, worth.get(line.key), sums.get(line.key), owners))
    return Lines(list(groups.values()), page, pages, len(order))


def _labels(plan: Plan) -> dict[str, str]:
    """The name of each category that there is."""
    return {category: category_label(category) for category in {line.category for line in plan.lines}}


def _in_order(plan: Plan, labels: Mapping[str, str]) -> list[Line]:
    """Costs before benefits, lines of one category together, else as they were written."""
    first: dict[tuple[str, str], int] = {}
    for at, line in enumerate(plan.lines):
        first.setdefault((line.kind, labels[line.category]), at)
    return sorted(plan.lines, key=lambda line: (line.kind == "benefit", first[line.kind, labels[line.category]]))


def _line(plan: Plan, line: Line, worth: Decimal | None, sum_: Decimal | None, owners: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": line.key,
        "title": line.title,
        "kind": line.kind,
        "when": when(line, plan.period),
        "per": per(line, plan.period),
        "unit": line.unit,
        "quantity": _likely(line.quantity, line.quantity_range),
        "price": _likely(line.unit_price, line.unit_price_range),
        "currency": line.currency if line.currency not in ("", plan.currency) else "",
        "risk": percent(line.risk) if line.risk else "",
        "risk_reason": line.risk_reason,
        "growth": percent(line.growth) if line.growth else "",
        "bias": next((f"{bias.title}: {percent(uplift_of(plan, line))}" for bias in plan.biases if bias.key == line.bias), ""),
        "evidence": line.evidence,
        "owner": owners.get(line.owner, ""),
        "driver": driver_told(line.driver) if line.driver is not None else "",
        "worth": money(worth),
        "sum": money(sum_),
    }


def uplift_of(plan: Plan, line: Line) -> Decimal:
    """By which share the bias that a line names raises it; 0 where it names none, or one that cannot be reckoned."""
    found = next((bias for bias in plan.biases if bias.key == line.bias), None)
    try:
        return uplift(found) if found else ZERO
    except ValueError:
        return ZERO


def _likely(likely: Decimal, around: Range | None) -> dict[str, str]:
    if around is None:
        return {"likely": number(likely), "range": ""}
    return {
        "likely": number(likely),
        "range": _("%(low)s to %(high)s") % {"low": number(around.low), "high": number(around.high)},
    }


def sums_of(found: Evaluation) -> dict[str, Decimal]:
    """What each line comes to over all periods, undiscounted."""
    return {key: total(amounts) for key, amounts in found.flows.by_line.items()}


# What the whole rests on ---------------------------------------------------------------------------------------------------


def frame_told(plan: Plan) -> Facts:
    """What all lines share, as a list of names and values."""
    facts = [
        (_("Horizon"), _("%(horizon)s after the start") % {"horizon": horizon_told(plan)}),
        (_("Prices"), _prices(plan)),
        (_("Discount rate"), _with_source(discount_told(plan.discount), sourced(plan.discount.source, plan.discount.dated))),
    ]
    if plan.inflation is not None:
        facts.append(
            (_("Inflation"), _with_source(percent(plan.inflation.rate), sourced(plan.inflation.source, plan.inflation.dated)))
        )
    facts.append((_("Flows fall"), _("in the middle of each period") if plan.mid_period else _("at the end of each period")))
    for rate in plan.exchange:
        said = _("1 %(currency)s = %(rate)s %(own)s") % {
            "currency": rate.currency,
            "rate": number(rate.rate),
            "own": plan.currency,
        }
        facts.append((_("Exchange rate"), _with_source(said, sourced(rate.source, rate.dated))))
    for bias in plan.biases:
        facts.append((_("Optimism bias"), _with_source(f"{bias.title}: {percent(bias.upper)}", sourced(bias.source, bias.dated))))
    facts.append((_("Tolerance"), _("%(share)s of the net present value") % {"share": percent(plan.tolerance)}))
    return [{"label": label, "value": value} for label, value in facts]


def _prices(plan: Plan) -> str:
    if plan.prices == "real":
        return _("Real: in today's money, without inflation")
    return _("Nominal: inflation is in them") if plan.prices == "nominal" else prices_label(plan.prices)


def _with_source(said: str, source: str) -> str:
    return f"{said} ({source})" if source else said
