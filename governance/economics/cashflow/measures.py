"""What the flows of a plan come to: net present value, ratios, rates of return, payback. Pure, in Decimal.

Conventions, after HM Treasury's Green Book: the first flow falls at t = 0 and is not discounted, the others at the end of
their period or, if the plan says so, in its middle; savings are benefits, and benefits are not netted against costs (the
ratio depends on that, the net present value does not).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

from governance.economics.cashflow.discounting import Curve, curve_of, flat, growths, times, yearly_rate
from governance.economics.cashflow.laying import Flows, flows_of
from governance.economics.cashflow.precision import EXACT, MOST_DIGITS, NOTHING, ONE, ZERO, difference, fits, total
from governance.economics.cashflow.refusal import Refused
from governance.economics.cashflow.roots import Roots, roots_of
from governance.economics.plan import Plan


@dataclass(frozen=True)
class Evaluation:
    """What a plan is worth. Money in its currency, unrounded. None stands for "undefined" or "never", never for zero.

    `payback` is in periods, to the first time the cumulative sum is back at zero; `payback_last` to the time from which it stays
    there; both also of the discounted flows. `mirr` is a year. `equivalent_annual` is the level amount at the end of each
    year that is worth as much as the plan. `present_values`, `cumulative` and `discounted_cumulative` are of the net flows.
    `curve` holds the discount rates in the prices of the lines.
    """

    plan: Plan
    curve: Curve
    flows: Flows
    factors: tuple[Decimal, ...]
    present_values: tuple[Decimal, ...]
    npv: Decimal
    pv_costs: Decimal
    pv_benefits: Decimal
    bcr: Decimal | None
    roi: Decimal | None
    mirr: Decimal | None
    equivalent_annual: Decimal | None
    payback: Decimal | None
    payback_last: Decimal | None
    discounted_payback: Decimal | None
    discounted_payback_last: Decimal | None
    cumulative: tuple[Decimal, ...]
    discounted_cumulative: tuple[Decimal, ...]

    @cached_property
    def roots(self) -> Roots:
        """All internal rates of return, found when they are first asked for."""
        return roots_of(self.flows.net, mid_period=self.plan.mid_period, periods_a_year=self.plan.periods_a_year)

    @property
    def irr(self) -> tuple[Decimal, ...]:
        """The rates of return a year, as they are shown, lowest first: empty says that there is none, several say that no one of
        them can be used and the net present value has to be."""
        return self.roots.shown

    @property
    def years(self) -> Fraction:
        """How long the plan runs."""
        return Fraction(self.plan.horizon, self.plan.periods_a_year)


def evaluate(plan: Plan) -> Evaluation:
    """All figures of a plan. Raises Refused where it has none, as `flows_of` and `curve_of` do; `plan.too_large`."""
    flows, curve = flows_of(plan), curve_of(plan)
    net, grown = flows.net, growths(plan, curve)
    worth = present_values(net, grown)
    costs, benefits = total(present_values(flows.costs, grown)), total(present_values(flows.benefits, grown))
    if not all(map(fits, (costs, benefits, difference(benefits, costs)))):  # benefits may be far below zero
        raise Refused("plan.too_large", "lines", {"digits": MOST_DIGITS})
    with localcontext(EXACT):
        npv = benefits - costs
        annuity = curve.annuity(Fraction(plan.horizon, plan.periods_a_year))
        return Evaluation(
            plan=plan,
            curve=curve,
            flows=flows,
            factors=tuple(ONE / growth for growth in grown),
            present_values=worth,
            npv=npv,
            pv_costs=costs,
            pv_benefits=benefits,
            bcr=benefits / costs if costs else None,
            roi=npv / costs if costs else None,
            mirr=mirr_of(plan, net, curve),
            equivalent_annual=npv / annuity if annuity else None,
            payback=payback(net),
            payback_last=payback_last(net),
            discounted_payback=payback(worth),
            discounted_payback_last=payback_last(worth),
            cumulative=tuple(accumulate(net)),
            discounted_cumulative=tuple(accumulate(worth)),
        )


def present_values(flows: Sequence[Decimal], grown: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Each flow divided by what 1 grows to until it falls."""
    with localcontext(EXACT):
        return tuple(flow / growth if flow else ZERO for flow, growth in zip(flows, grown, strict=True))


def npv(flows: Sequence[Decimal], rate: Decimal) -> Decimal:
    """The present value of flows of periods 0, 1, 2 and so on at one rate a period, first flow at t = 0 (unlike the function of
    that name in spreadsheets, for which it is at 1). Raises Refused for a rate of -100 % or less."""
    curve = flat(rate)
    return total(present_values(flows, [curve.growth(Fraction(period)) for period in range(len(flows))]))


def mirr_of(plan: Plan, net: Sequence[Decimal], curve: Curve) -> Decimal | None:
    """The modified internal rate of return a year: (FV of what comes in / -PV of what goes out)^(1/n) - 1, n in periods.

    What goes out is discounted at the finance rate, what comes in is reinvested at the reinvestment rate until the end of the
    plan; both are taken in the prices of the lines. None unless money goes both ways, over at least one period.
    """
    if not plan.horizon or not any(flow < ZERO for flow in net) or not any(flow > ZERO for flow in net):
        return None
    finance, reinvested = mirr_parts(plan, net, curve)
    with localcontext(EXACT):
        return yearly_rate((reinvested / finance) ** (ONE / plan.horizon) - ONE, plan.periods_a_year)


def mirr_parts(plan: Plan, net: Sequence[Decimal], curve: Curve) -> tuple[Decimal, Decimal]:
    """What goes out as worth today, and what comes in as worth at the end of the plan, both positive."""
    finance = curve if plan.finance_rate is None else flat(plan.finance_rate, "finance_rate")
    reinvestment = curve if plan.reinvestment_rate is None else flat(plan.reinvestment_rate, "reinvestment_rate")
    end = Fraction(plan.horizon, plan.periods_a_year)
    moments = times(plan)
    with localcontext(EXACT):
        out = sum((-flow / finance.growth(when) for flow, when in zip(net, moments, strict=True) if flow < ZERO), ZERO)
        back = sum((flow / reinvestment.growth(when) for flow, when in zip(net, moments, strict=True) if flow > ZERO), ZERO)
        return out, back * reinvestment.growth(end)


def payback(flows: Sequence[Decimal]) -> Decimal | None:
    """Periods until the cumulative sum first comes back to zero from below, linear inside a period; None if it never does.

    0 if nothing was ever owed before something came in: the first flow that is not zero decides, for a case may begin with periods
    in which nothing happens.
    """
    if next((flow for flow in flows if flow), ZERO) >= ZERO:
        return ZERO
    return next(iter(crossings(flows)), None)


def payback_last(flows: Sequence[Decimal]) -> Decimal | None:
    """Periods until the cumulative sum reaches zero to stay; 0 if it was never below, None if it ends below.

    Differs from `payback` when a later cost, such as decommissioning, takes the sum below zero again.
    """
    sums = _sums(flows)
    if sums and sums[-1] < ZERO:
        return None
    return next(reversed(crossings(flows)), ZERO)


def crossings(flows: Sequence[Decimal]) -> list[Decimal]:
    """The times at which the cumulative sum comes up from below zero."""
    sums = _sums(flows)
    with localcontext(EXACT):
        return [
            period + min(-before / flow, ONE)
            for period, (before, after, flow) in enumerate(zip(sums, sums[1:], flows[1:], strict=False))
            if before < ZERO <= after
        ]


def _sums(flows: Sequence[Decimal]) -> list[Decimal]:
    """The cumulative sums, where what rounding has left of zero is zero: else what pays back to the cent would never."""
    with localcontext(EXACT):
        sizes = accumulate(abs(flow) for flow in flows)
        return [ZERO if abs(now) <= size * NOTHING else now for now, size in zip(accumulate(flows), sizes, strict=True)]
