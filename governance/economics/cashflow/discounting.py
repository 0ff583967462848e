"""What an amount of a later period is worth today: rates in steps, by month and year, real and nominal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from math import ceil

from governance.economics.cashflow.laying import PRICES, check_frame
from governance.economics.cashflow.precision import EXACT, ONE, ZERO
from governance.economics.cashflow.refusal import Refused
from governance.economics.plan import Plan

HALF = Fraction(1, 2)


class Curve:
    """Compounding at yearly rates that may change from one year to the next: (from which year on, rate), first at 0.

    The rate of year y works from the end of year y - 1 to the end of year y, as the Green Book has it: with 3.5 % until year
    30 and 3 % from 31 on, year 31 is worth what year 30 is, divided by 1.03.
    """

    def __init__(self, steps: Sequence[tuple[int, Decimal]]) -> None:
        self.steps = tuple(steps)
        self._whole = [ONE]  # growth to the end of each whole year
        self._parts: dict[tuple[Decimal, Fraction], Decimal] = {}

    def rate(self, year: int) -> Decimal:
        return next(rate for start, rate in reversed(self.steps) if start <= year)

    def growth(self, years: Fraction) -> Decimal:
        """What 1 grows to in so many years, which need not be whole: a month is the twelfth root of its year."""
        if years <= 0:
            return ONE
        year = ceil(years)
        with localcontext(EXACT):
            while len(self._whole) <= year:
                self._whole.append(self._whole[-1] * (ONE + self.rate(len(self._whole))))
            part = years - year + 1
            return self._whole[year] if part == 1 else self._whole[year - 1] * self._power(self.rate(year), part)

    def _power(self, rate: Decimal, part: Fraction) -> Decimal:
        if (rate, part) not in self._parts:
            self._parts[rate, part] = (ONE + rate) ** (Decimal(part.numerator) / Decimal(part.denominator))
        return self._parts[rate, part]

    def annuity(self, years: Fraction) -> Decimal:
        """What 1 at the end of each of so many years is worth today: (1 - (1 + r)^-n) / r where the rate stays the same.

        A year that is not whole counts by the same formula from its start on.
        """
        whole = int(years)
        with localcontext(EXACT):
            worth = sum((ONE / self.growth(Fraction(year)) for year in range(1, whole + 1)), ZERO)
            if part := years - whole:
                rate, start = self.rate(whole + 1), self.growth(Fraction(whole))
                share = (
                    (ONE - ONE / self._power(rate, part)) / rate if rate else Decimal(part.numerator) / Decimal(part.denominator)
                )
                worth += share / start
            return worth


def curve_of(plan: Plan) -> Curve:
    """The discount rates of a plan, in the prices of its lines.

    A real rate becomes a nominal one, and the other way round, by Fisher's (1 + nominal) = (1 + real)(1 + inflation).
    Raises Refused where that is needed and no inflation is stated, for a rate of -100 % or less, and for steps that do not
    begin at 0 and rise.
    """
    check_frame(plan)
    discount = plan.discount
    years = [year for year, _ in discount.steps]
    if not years or years[0] != 0 or any(later <= year for year, later in pairwise(years)):
        raise Refused("discount.steps", "discount", {"years": ", ".join(map(str, years))})
    for _, rate in discount.steps:
        check_rate(rate, "discount")
    if discount.prices not in PRICES:
        raise Refused("discount.prices", "discount", {"prices": discount.prices})
    if discount.prices == plan.prices:
        return Curve(discount.steps)
    if plan.inflation is None:
        raise Refused("discount.prices_differ", "discount", {"prices": discount.prices, "plan": plan.prices})
    inflation = check_rate(plan.inflation.rate, "inflation")
    convert = nominal_rate if plan.prices == "nominal" else real_rate
    return Curve([(year, convert(rate, inflation)) for year, rate in discount.steps])


def flat(rate: Decimal, where: str = "discount") -> Curve:
    """The same rate throughout. Raises Refused for -100 % or less."""
    return Curve([(0, check_rate(rate, where))])


def check_rate(rate: Decimal, where: str) -> Decimal:
    """The rate, if there is something left of an amount after a year of it. Raises Refused otherwise."""
    if not rate.is_finite() or rate <= -ONE:
        raise Refused("rate.too_low", where, {"rate": rate})
    return rate


def real_rate(nominal: Decimal, inflation: Decimal) -> Decimal:
    """Fisher: (1 + nominal) / (1 + inflation) - 1."""
    with localcontext(EXACT):
        return (ONE + nominal) / (ONE + inflation) - ONE


def nominal_rate(real: Decimal, inflation: Decimal) -> Decimal:
    """Fisher: (1 + real)(1 + inflation) - 1."""
    with localcontext(EXACT):
        return (ONE + real) * (ONE + inflation) - ONE


def period_rate(rate: Decimal, periods_a_year: int) -> Decimal:
    """The rate a period that compounds to `rate` a year: (1 + rate)^(1 / periods) - 1."""
    with localcontext(EXACT):
        return rate if periods_a_year == 1 else (ONE + rate) ** (ONE / periods_a_year) - ONE


def yearly_rate(rate: Decimal, periods_a_year: int) -> Decimal:
    """What a rate a period comes to in a year: (1 + rate)^periods - 1."""
    with localcontext(EXACT):
        return rate if periods_a_year == 1 else (ONE + rate) ** periods_a_year - ONE


def times(plan: Plan) -> tuple[Fraction, ...]:
    """When the flows of each period fall, in years from now: at its end, or in its middle; those of period 0 are now."""
    early = HALF if plan.mid_period else Fraction(0)
    return tuple(max(Fraction(0), period - early) / plan.periods_a_year for period in range(plan.horizon + 1))


def growths(plan: Plan, curve: Curve) -> tuple[Decimal, ...]:
    """What 1 grows to until the flows of each period fall. The present value of a flow is the flow divided by it."""
    return tuple(curve.growth(years) for years in times(plan))


def discount_factors(plan: Plan) -> tuple[Decimal, ...]:
    """What 1 in each period, 0 to `horizon`, is worth today. Raises Refused as `curve_of` does."""
    with localcontext(EXACT):
        return tuple(ONE / growth for growth in growths(plan, curve_of(plan)))
