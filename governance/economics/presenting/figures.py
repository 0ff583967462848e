"""A figure opened: what it says, its formula, and what went into it, each of which opens in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.economics.cashflow import MEASURES, Evaluation, explained, rounded
from governance.economics.cashflow.explaining import Explanation, Term
from governance.economics.cashflow.precision import product
from governance.economics.plan import Plan
from governance.economics.wording.cases import NONE, figure, money, number, percent, period_label, periods
from governance.economics.wording.drivers import input_label

ROWS_A_PAGE = 60
MONEY = ("npv", "pv_costs", "pv_benefits", "equivalent_annual", "future_value_in", "present_value_out", "worth")
SERIES = ("costs", "benefits", "net", "cumulative", "discounted_cumulative")
RATES = ("irr", "mirr", "rate", "finance_rate", "reinvestment_rate", "risk", "growth", "bias")
TIMES = ("payback", "payback_last", "discounted_payback", "discounted_payback_last")
FACTOR_PLACES = 6
LABELS = {
    "npv": gettext_lazy("Net present value"),
    "pv_costs": gettext_lazy("Costs as worth today"),
    "pv_benefits": gettext_lazy("Benefits as worth today"),
    "bcr": gettext_lazy("Benefit-cost ratio"),
    "roi": gettext_lazy("Return on investment"),
    "irr": gettext_lazy("Internal rate of return"),
    "mirr": gettext_lazy("Modified internal rate of return"),
    "equivalent_annual": gettext_lazy("Equivalent a year"),
    "payback": gettext_lazy("Payback"),
    "payback_last": gettext_lazy("Payback for good"),
    "discounted_payback": gettext_lazy("Payback, discounted"),
    "discounted_payback_last": gettext_lazy("Payback for good, discounted"),
    "rate": gettext_lazy("Discount rate a year"),
    "years": gettext_lazy("Years"),
    "periods": gettext_lazy("Periods"),
    "reason": gettext_lazy("What was found"),
    "method": gettext_lazy("How it was looked for"),
    "future_value_in": gettext_lazy("What comes in, as worth at the end"),
    "present_value_out": gettext_lazy("What goes out, as worth today"),
    "finance_rate": gettext_lazy("Finance rate"),
    "reinvestment_rate": gettext_lazy("Reinvestment rate"),
    "quantity": gettext_lazy("Quantity q"),
    "unit_price": gettext_lazy("Price of one p"),
    "worth": gettext_lazy("What the model brings w"),
    "times": gettext_lazy("Times in a period k"),
    "exchange": gettext_lazy("Exchange rate e"),
    "bias": gettext_lazy("Optimism bias b"),
    "risk": gettext_lazy("Risk ρ"),
    "growth": gettext_lazy("Price rises a year g"),
    "from_period": gettext_lazy("From period"),
    "to_period": gettext_lazy("To period"),
    "falls": gettext_lazy("How often it falls"),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A figure as its page shows it. `terms` are single values, `rows` those of the periods or lines, on pages counted from 1."""

    measure: str
    title: str
    value: str
    says: str
    formula: str
    terms: list[dict[str, Any]]
    columns: list[dict[str, Any]]
    rows: list[list[dict[str, Any]]]
    page: int
    pages: int


def opened(found: Evaluation, measure: str, *, page: int = 1) -> Opened:
    """Raises cashflow.Refused for a figure that there is not."""
    told = explained(found, measure)
    single = [term for term in told.terms if not _is_of_a_period(term)]
    rows = _rows(found.plan, told)
    pages = max((len(rows) + ROWS_A_PAGE - 1) // ROWS_A_PAGE, 1)
    page = min(max(page, 1), pages)
    return Opened(
        measure=measure,
        title=title_of(found.plan, measure),
        value=_value(found.plan, measure, told.value),
        says=says_of(measure),
        formula=told.formula,
        terms=[_term(found.plan, *term) for term in single],
        columns=_columns(found.plan, told) if rows else [],
        rows=rows[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE],
        page=page,
        pages=pages,
    )


def _is_of_a_period(term: Term) -> bool:
    name, _dot, place = term[0].partition(".")
    return name in (*SERIES, "factor") and place.isdigit()


def _columns(plan: Plan, told: Explanation) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(key.partition(".")[0] for key, _value_ in told.terms if _is_of_a_period((key, None))))
    columns: list[dict[str, Any]] = [{"label": _("Month") if plan.period == "month" else _("Year")}]
    columns += [{"label": _series_label(name), "number": True} for name in names]
    if "factor" in names:
        columns.append({"label": _("Worth today"), "number": True})
    return columns


def _rows(plan: Plan, told: Explanation) -> list[list[dict[str, Any]]]:
    """One row for each period: its amounts, each a figure that opens, and where there is a factor their product."""
    by_period: dict[int, list[tuple[str, Any]]] = {}
    for key, value in told.terms:
        if _is_of_a_period((key, None)):
            by_period.setdefault(int(key.partition(".")[2]), []).append((key, value))
    rows = []
    for place, terms in by_period.items():
        cells = [{"text": str(place)}]
        cells += [{"text": _value(plan, key, value), "measure": key if _opens(key) else ""} for key, value in terms]
        if len(terms) == 2 and terms[1][0].startswith("factor."):
            cells.append({"text": money(product(terms[0][1], terms[1][1]), 2)})
        rows.append(cells)
    return rows


def _term(plan: Plan, key: str, value: Any) -> dict[str, Any]:
    return {"label": label_of(plan, key), "value": _value(plan, key, value), "measure": key if _opens(key) else ""}


def _opens(key: str) -> bool:
    """Whether the term is a figure that has a page of its own."""
    return key in MEASURES or key.partition(".")[0] in ("costs", "benefits", "net", "factor", "line")


# Words ---------------------------------------------------------------------------------------------------------------------


def title_of(plan: Plan, measure: str) -> str:
    name, _dot, place = measure.partition(".")
    if name in ("costs", "benefits", "net", "factor"):
        return f"{_series_label(name)}, {period_label(int(place), plan.period).lower()}"
    return label_of(plan, measure)


def label_of(plan: Plan, key: str) -> str:
    """What a term or figure is called."""
    name, _dot, rest = key.partition(".")
    if name == "line":
        return next((line.title for line in plan.lines if line.key == rest), rest)
    if name == "driver":
        label = input_label(rest)
        return label[:1].upper() + label[1:]
    if name == "rate" and rest:
        return _("Discount rate from year %(year)s on") % {"year": rest}
    if name == "multiplicity":
        return _("How often rate %(number)s counts") % {"number": rest}
    return str(LABELS.get(name, key))


def _series_label(name: str) -> str:
    return {
        "costs": _("Costs"),
        "benefits": _("Benefits"),
        "net": _("Net"),
        "cumulative": _("Sum so far"),
        "discounted_cumulative": _("Sum so far, discounted"),
        "factor": _("Discount factor"),
    }[name]


def says_of(measure: str) -> str:
    """What a figure says, in one sentence; nothing where its name says it."""
    return {
        "npv": _("What benefits are worth today, less what costs are worth today. Above zero it brings more than it costs."),
        "pv_costs": _("The costs of each period, each times what 1 of that period is worth today."),
        "pv_benefits": _("The benefits of each period, each times what 1 of that period is worth today."),
        "bcr": _("What comes back for each 1 that is spent, both as worth today. Savings count as benefits, not as lower costs."),
        "roi": _("What is left of each 1 that is spent, both as worth today."),
        "irr": _("Every discount rate at which the net present value would be zero. With several of them, none can be used."),
        "mirr": _("The rate at which what goes out would grow into what comes in, if that is put to work until the end."),
        "equivalent_annual": _("The same amount at the end of each year that would be worth as much as the case."),
        "payback": _("When the sum of all flows first reaches zero; within a period it is taken to grow evenly."),
        "payback_last": _("When the sum of all flows reaches zero to stay."),
        "discounted_payback": _("The same of the flows as worth today."),
        "discounted_payback_last": _("When the sum of the flows as worth today reaches zero to stay."),
        "factor": _("What 1 that falls then is worth today."),
        "line": _("What the line comes to over all periods, in the currency of the case, not discounted."),
    }.get(measure.partition(".")[0], "")


def _value(plan: Plan, key: str, value: Any) -> str:
    name, _dot, rest = key.partition(".")
    if value is None:
        return _("never") if name in TIMES else NONE
    if isinstance(value, tuple):
        return " · ".join(percent(rate, 4) for rate in value) or NONE
    if isinstance(value, str):
        return _found(value)
    if name in MONEY or name in SERIES or name == "line":
        return _("%(amount)s %(currency)s") % {"amount": money(value, 2), "currency": plan.currency}
    return _number(plan, name, rest, Decimal(value))


def _number(plan: Plan, name: str, rest: str, value: Decimal) -> str:
    if name in RATES:
        return percent(value, 4)
    if name in TIMES:
        return periods(value, plan.period)
    if name in ("bcr", "roi"):
        return figure(rounded(value, 4)) if name == "bcr" else percent(value, 1)
    if name == "factor":
        return figure(rounded(value, FACTOR_PLACES))
    return number(rounded(value, FACTOR_PLACES))


def _found(code: str) -> str:
    return {
        "one": _("one rate"),
        "many": _("several rates"),
        "none": _("no rate"),
        "none_no_sign_change": _("no rate: money goes only one way"),
        "exact": _("all of them, exactly"),
        "scanned": _("along a grid: rates close to each other may be missing"),
    }.get(code, code)


def every_measure(found: Evaluation) -> Sequence[dict[str, str]]:
    """All figures of a case, for the list below those that decide."""
    return [
        {"measure": name, "label": str(LABELS[name]), "value": _value(found.plan, name, explained(found, name).value)}
        for name in MEASURES
    ]
