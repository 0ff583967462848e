"""Every figure opened: its formula, and what went into it.

The notation is short and fixed: t is a period, B and C benefits and costs, d the discount factor, r the rate a year, n the
number of years or periods. The words around it are the page's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from governance.economics.cashflow.discounting import times
from governance.economics.cashflow.laying import falling, parts_of
from governance.economics.cashflow.measures import Evaluation, mirr_parts
from governance.economics.cashflow.precision import ZERO, total
from governance.economics.cashflow.refusal import Refused

Value = Decimal | int | str | None
Term = tuple[str, Value]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure, how it is reckoned, and the terms of that: (key of a label, value). The key of a term that is itself a measure
    can be explained in turn, such as `pv_costs`, `costs.3` (period 3), `factor.3`, `line.gpu`."""

    measure: str
    value: Value | tuple[Decimal, ...]
    formula: str
    terms: tuple[Term, ...]


def explained(evaluation: Evaluation, measure: str) -> Explanation:
    """Opens one figure of an evaluation: any of `MEASURES`, `costs.<period>`, `benefits.<period>`, `net.<period>`,
    `factor.<period>`, or `line.<key>`. Raises Refused for one that there is not."""
    if measure in MEASURES:
        return MEASURES[measure](evaluation)
    name, _, which = measure.partition(".")
    if name == "line":
        return _line(evaluation, which)
    if name in _OF_A_PERIOD and len(which) < 5 and which.isascii() and which.isdigit() and int(which) <= evaluation.plan.horizon:
        return _OF_A_PERIOD[name](evaluation, int(which))
    raise Refused("measure.unknown", measure, {"measure": measure})


def _npv(found: Evaluation) -> Explanation:
    terms = (("pv_benefits", found.pv_benefits), ("pv_costs", found.pv_costs))
    return Explanation("npv", found.npv, "Σ Bₜ·dₜ − Σ Cₜ·dₜ", (*terms, *_rates(found)))


def _pv_costs(found: Evaluation) -> Explanation:
    return Explanation("pv_costs", found.pv_costs, "Σ Cₜ·dₜ", _each(found, "costs", found.flows.costs))


def _pv_benefits(found: Evaluation) -> Explanation:
    return Explanation("pv_benefits", found.pv_benefits, "Σ Bₜ·dₜ", _each(found, "benefits", found.flows.benefits))


def _bcr(found: Evaluation) -> Explanation:
    terms = (("pv_benefits", found.pv_benefits), ("pv_costs", found.pv_costs))
    return Explanation("bcr", found.bcr, "Σ Bₜ·dₜ ÷ Σ Cₜ·dₜ", terms)


def _roi(found: Evaluation) -> Explanation:
    return Explanation("roi", found.roi, "NPV ÷ Σ Cₜ·dₜ", (("npv", found.npv), ("pv_costs", found.pv_costs)))


def _irr(found: Evaluation) -> Explanation:
    roots = found.roots
    formula = "r: Bₜ₌₀ − Cₜ₌₀ + Σ (Bₜ − Cₜ)/(1+r)^(t−½) = 0" if found.plan.mid_period else "r: Σ (Bₜ − Cₜ)/(1+r)^t = 0"
    terms: tuple[Term, ...] = (
        ("reason", roots.reason),
        ("method", roots.method),
        *((f"multiplicity.{place}", count) for place, count in enumerate(roots.multiplicity, 1)),
        *_net(found),
    )
    return Explanation("irr", roots.yearly, formula, terms)


def _mirr(found: Evaluation) -> Explanation:
    plan = found.plan
    terms: list[Term] = []
    if found.mirr is not None:
        out, back = mirr_parts(plan, found.flows.net, found.curve)
        terms += [("future_value_in", back), ("present_value_out", out)]
    first = found.curve.rate(1)
    terms += [
        ("finance_rate", first if plan.finance_rate is None else plan.finance_rate),
        ("reinvestment_rate", first if plan.reinvestment_rate is None else plan.reinvestment_rate),
        ("periods", plan.horizon),
    ]
    return Explanation("mirr", found.mirr, f"(FV⁺ ÷ PV⁻)^({plan.periods_a_year}/n) − 1", tuple(terms))


def _equivalent_annual(found: Evaluation) -> Explanation:
    steps = len(found.curve.steps) > 1
    formula = "NPV ÷ Σ dₙ" if steps else "NPV ÷ n" if not found.curve.rate(1) else "NPV·r ÷ (1 − (1+r)⁻ⁿ)"
    years = Decimal(found.years.numerator) / Decimal(found.years.denominator)
    terms = (("npv", found.npv), *_rates(found), ("years", years))
    return Explanation("equivalent_annual", found.equivalent_annual, formula, terms)


def _payback(name: str, discounted: bool, last: bool) -> Callable[[Evaluation], Explanation]:
    def opened(found: Evaluation) -> Explanation:
        sums = found.discounted_cumulative if discounted else found.cumulative
        key = "discounted_cumulative" if discounted else "cumulative"
        what = "Σ (B−C)·d" if discounted else "Σ (B−C)"
        formula = f"{'max' if last else 'min'} t: {what} ≥ 0, t = k − 1 + |Sₖ₋₁| ÷ (Sₖ − Sₖ₋₁)"
        return Explanation(name, getattr(found, name), formula, tuple((f"{key}.{t}", value) for t, value in enumerate(sums)))

    return opened


MEASURES: dict[str, Callable[[Evaluation], Explanation]] = {
    "npv": _npv,
    "pv_costs": _pv_costs,
    "pv_benefits": _pv_benefits,
    "bcr": _bcr,
    "roi": _roi,
    "irr": _irr,
    "mirr": _mirr,
    "equivalent_annual": _equivalent_annual,
    "payback": _payback("payback", discounted=False, last=False),
    "payback_last": _payback("payback_last", discounted=False, last=True),
    "discounted_payback": _payback("discounted_payback", discounted=True, last=False),
    "discounted_payback_last": _payback("discounted_payback_last", discounted=True, last=True),
}


# Of one period, and of one line -------------------------------------------------------------------------------------------


def _side(name: str, kind: str) -> Callable[[Evaluation, int], Explanation]:
    def opened(found: Evaluation, period: int) -> Explanation:
        amounts = found.flows.costs if kind == "cost" else found.flows.benefits
        lines = [line.key for line in found.plan.lines if line.kind == kind]
        terms = tuple((f"line.{key}", found.flows.by_line[key][period]) for key in lines if found.flows.by_line[key][period])
        return Explanation(f"{name}.{period}", amounts[period], "Σ", terms)

    return opened


def _net_of(found: Evaluation, period: int) -> Explanation:
    flows = found.flows
    terms = ((f"benefits.{period}", flows.benefits[period]), (f"costs.{period}", flows.costs[period]))
    return Explanation(f"net.{period}", flows.net[period], "Bₜ − Cₜ", terms)


def _factor(found: Evaluation, period: int) -> Explanation:
    when = times(found.plan)[period]
    years = Decimal(when.numerator) / Decimal(when.denominator)
    formula = "1 ÷ Π (1+rₙ)" if len(found.curve.steps) > 1 else "1 ÷ (1+r)ⁿ"
    return Explanation(f"factor.{period}", found.factors[period], formula, (*_rates(found), ("years", years)))


_OF_A_PERIOD: dict[str, Callable[[Evaluation, int], Explanation]] = {
    "costs": _side("costs", "cost"),
    "benefits": _side("benefits", "benefit"),
    "net": _net_of,
    "factor": _factor,
}


def _line(found: Evaluation, key: str) -> Explanation:
    """The amount of a line each time it falls, the first time; what it comes to over the plan is its value."""
    line = next((line for line in found.plan.lines if line.key == key), None)
    if line is None:
        raise Refused("measure.unknown", f"line.{key}", {"measure": f"line.{key}"})
    parts = parts_of(found.plan, line)
    amounts = [amount for _, amount in falling(found.plan, line)]
    terms: list[Term] = []
    if line.driver is None:
        terms += [("quantity", line.quantity), ("unit_price", line.unit_price)]
        worth = "q·p"
    else:
        terms += [("worth", parts.worth), *((f"driver.{name}", value) for name, value in line.driver.inputs().items())]
        worth = "w"
    optional: list[tuple[str, str, Value, bool]] = [
        ("·k", "times", parts.times, parts.times != 1),
        ("·e", "exchange", parts.exchange, (line.currency or found.plan.currency) != found.plan.currency),
        ("·(1+b)", "bias", parts.bias, bool(line.bias)),
        ("·(1+ρ)", "risk", parts.risk, parts.risk != ZERO),
        ("·(1+g)^y", "growth", parts.growth, parts.growth != ZERO),
    ]
    formula = "Σ " + worth + "".join(sign for sign, _, _, used in optional if used)
    terms += [(name, value) for _, name, value, used in optional if used]
    terms += [("from_period", line.from_period), ("to_period", line.to_period), ("falls", len(amounts))]
    return Explanation(f"line.{key}", total(amounts), formula, tuple(terms))


def _each(found: Evaluation, name: str, amounts: Iterable[Decimal]) -> tuple[Term, ...]:
    """The amounts of the periods that have any, each with its discount factor."""
    return tuple(
        term
        for period, amount in enumerate(amounts)
        if amount
        for term in ((f"{name}.{period}", amount), (f"factor.{period}", found.factors[period]))
    )


def _net(found: Evaluation) -> tuple[Term, ...]:
    return tuple((f"net.{period}", amount) for period, amount in enumerate(found.flows.net))


def _rates(found: Evaluation) -> tuple[Term, ...]:
    """The rate a year, or of each step the year from which it holds and the rate."""
    steps = found.curve.steps
    return (("rate", steps[0][1]),) if len(steps) == 1 else tuple((f"rate.{year}", rate) for year, rate in steps)
