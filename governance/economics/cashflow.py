"""Cost against benefit over time: net present value, all internal rates of return, benefit-cost ratio, payback. Pure, in Decimal.

Conventions, after HM Treasury's Green Book: the first flow falls at t = 0 and is not discounted, the others at the end of
their period; savings are benefits, and benefits are not netted against costs (the ratio depends on that, the net present
value does not).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import Protocol

PRECISION = 80  # digits; sums of 10^24 against cents at rates near -100 % leave more than 40 of them
HIGHEST_RATE = Decimal(100)  # 10,000 % a period: flows of (-1, 20) have their rate at 1,900 %
RATE_DIGITS = 10
ZERO = Decimal(0)
ONE = Decimal(1)


class LineLike(Protocol):
    """A cost or a benefit: `quantity` times `unit_price` in each period from `from_period` to `to_period`, both included."""

    @property
    def kind(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def from_period(self) -> int: ...
    @property
    def to_period(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Flows:
    """Costs and benefits of each period, t = 0 first; both are positive amounts."""

    costs: tuple[Decimal, ...]
    benefits: tuple[Decimal, ...]

    @property
    def net(self) -> tuple[Decimal, ...]:
        with localcontext(prec=PRECISION):
            return tuple(benefit - cost for cost, benefit in zip(self.costs, self.benefits, strict=True))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a case is worth. None stands for "undefined" or "never", never for zero.

    `irr` holds every rate at which the net present value is zero, lowest first: empty says that there is none, several say
    that no one of them can be used and the net present value has to be. `payback` is in periods, to the first time the
    cumulative sum reaches zero; `payback_last` to the time from which it stays there.
    """

    flows: Flows
    npv: Decimal
    irr: tuple[Decimal, ...]
    bcr: Decimal | None
    payback: Decimal | None
    payback_last: Decimal | None
    discounted_payback: Decimal | None


def evaluate(lines: Iterable[LineLike], *, horizon: int, rate: Decimal) -> Evaluation:
    """All figures of a case with periods 0 to `horizon`, at the discount rate `rate` a period (0.1 is 10 %).

    Raises ValueError for a rate of -100 % or less, and for a line outside the horizon.
    """
    flows = flows_of(lines, horizon)
    net = flows.net
    discounted = present_values(net, rate)
    return Evaluation(
        flows=flows,
        npv=npv(net, rate),
        irr=tuple(irr(net)),
        bcr=bcr(flows, rate),
        payback=payback(net),
        payback_last=payback_last(net),
        discounted_payback=payback(discounted),
    )


def flows_of(lines: Iterable[LineLike], horizon: int) -> Flows:
    """The lines laid out over periods 0 to `horizon`. Raises ValueError for a line that leaves them or of an unknown kind."""
    costs, benefits = [ZERO] * (horizon + 1), [ZERO] * (horizon + 1)
    with localcontext(prec=PRECISION):
        for line in lines:
            if not 0 <= line.from_period <= line.to_period <= horizon:
                raise ValueError(f"periods {line.from_period} to {line.to_period} do not lie within 0 to {horizon}")
            side = {"cost": costs, "benefit": benefits}.get(line.kind)
            if side is None:
                raise ValueError(f"{line.kind!r} is neither cost nor benefit")
            for period in range(line.from_period, line.to_period + 1):
                side[period] += line.quantity * line.unit_price
    return Flows(tuple(costs), tuple(benefits))


def present_values(flows: Sequence[Decimal], rate: Decimal) -> list[Decimal]:
    """Each flow divided by (1 + rate)^t, t from 0. Raises ValueError for a rate of -100 % or less."""
    if rate.is_nan() or rate <= -ONE:
        raise ValueError(f"a discount rate of {rate} is not above -1 (-100 %)")
    with localcontext(prec=PRECISION):
        return [flow / (ONE + rate) ** period for period, flow in enumerate(flows)]


def npv(flows: Sequence[Decimal], rate: Decimal) -> Decimal:
    """The net present value: the sum of the discounted flows, first flow at t = 0 (unlike the function of that name in Excel)."""
    with localcontext(prec=PRECISION):
        return sum(present_values(flows, rate), ZERO)


def bcr(flows: Flows, rate: Decimal) -> Decimal | None:
    """Present value of the benefits over that of the costs; None without costs, for a ratio to nothing is not infinite."""
    with localcontext(prec=PRECISION):
        costs = npv(flows.costs, rate)
        return npv(flows.benefits, rate) / costs if costs else None


def payback(flows: Sequence[Decimal]) -> Decimal | None:
    """Periods until the cumulative sum first reaches zero, linear inside a period; 0 if it starts there, None if never."""
    if not flows or flows[0] >= ZERO:
        return ZERO
    return next(iter(_crossings(flows)), None)


def payback_last(flows: Sequence[Decimal]) -> Decimal | None:
    """Periods until the cumulative sum reaches zero to stay; 0 if it was never below, None if it ends below.

    Differs from `payback` when a later cost, such as decommissioning, takes the sum below zero again.
    """
    with localcontext(prec=PRECISION):
        if sum(flows, ZERO) < ZERO:
            return None
    return next(reversed(_crossings(flows)), ZERO)


def _crossings(flows: Sequence[Decimal]) -> list[Decimal]:
    """The times at which the cumulative sum comes up from below zero."""
    found: list[Decimal] = []
    with localcontext(prec=PRECISION):
        total = ZERO
        for period, flow in enumerate(flows):
            if total < ZERO <= total + flow:
                found.append(period - 1 + -total / flow)
            total += flow
    return found


# Internal rates of return ------------------------------------------------------------------------------------------------


def irr(flows: Sequence[Decimal]) -> list[Decimal]:
    """All rates in (-100 %, 10,000 %] at which the net present value is zero, lowest first, to ten digits.

    In x = 1/(1 + rate) the net present value is a polynomial. Between two neighbouring extremes it is monotone, so each
    stretch is bisected at most once, and an extreme that lies on zero is a root that touches (a scan for changes of sign
    would miss it). Extremes are the roots of the derivative, found in the same way. By Descartes' rule a polynomial whose
    coefficients do not change sign has no positive root, which ends the recursion early for the flows of real projects.
    """
    with localcontext(prec=PRECISION):
        lowest = ONE / (ONE + HIGHEST_RATE)
        # On the edge a root computed from below may miss the last digit; the slack is far below what is rounded away.
        found = {_rounded(ONE / x) for x in _positive_roots(list(flows)) if x >= lowest * (ONE - Decimal("1e-30"))}
    return sorted(found)


def _rounded(growth: Decimal) -> Decimal:
    """The rate to ten digits after the point, or more near -100 %, where so few would make it -100 % itself."""
    return round(growth, max(RATE_DIGITS, RATE_DIGITS - 1 - growth.adjusted())) - ONE


def _positive_roots(coefficients: list[Decimal]) -> list[Decimal]:
    """The distinct positive real roots of the polynomial with these coefficients (constant first), ascending."""
    while coefficients and coefficients[-1] == 0:
        coefficients.pop()
    while coefficients and coefficients[0] == 0:
        coefficients.pop(0)  # a factor x, whose root is not positive
    signs = [value > 0 for value in coefficients if value]
    if all(before == after for before, after in pairwise(signs)):
        return []
    # Cauchy: no root is larger than one plus the largest ratio to the leading coefficient; the same from below by reversal.
    size = max(abs(value) for value in coefficients)
    highest = ONE + size / abs(coefficients[-1])
    lowest = ONE / (ONE + size / abs(coefficients[0]))
    extremes = _positive_roots([value * power for power, value in enumerate(coefficients)][1:])
    stops = [lowest, *(x for x in extremes if lowest < x < highest), highest]
    roots = [x for x in stops[1:-1] if _sign(coefficients, x) == 0]
    for low, high in pairwise(stops):
        if _sign(coefficients, low) * _sign(coefficients, high) < 0:
            roots.append(_bisect(coefficients, low, high))
    return sorted(roots)


def _value(coefficients: Sequence[Decimal], x: Decimal) -> Decimal:
    total = ZERO
    for value in reversed(coefficients):
        total = total * x + value
    return total


def _sign(coefficients: Sequence[Decimal], x: Decimal) -> int:
    """The sign of the polynomial at `x`, where what is left of cancelling in the last half of the digits counts as zero."""
    value = _value(coefficients, x)
    scale = _value([abs(item) for item in coefficients], x)
    if abs(value) <= scale * Decimal("1e-40"):
        return 0
    return 1 if value > 0 else -1


def _bisect(coefficients: Sequence[Decimal], low: Decimal, high: Decimal) -> Decimal:
    """The root between two points of opposite sign, to 45 digits: an extreme that is used again must be exact enough to see
    that the function touches zero there."""
    rising = _value(coefficients, low) < 0
    while high - low > high * Decimal("1e-45"):
        # The geometric mean first, because brackets span many powers of ten; then the arithmetic, which costs no root.
        middle = (low * high).sqrt() if high > 4 * low else (low + high) / 2
        value = _value(coefficients, middle)
        if value == 0:
            return middle
        if (value < 0) == rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2
