"""All internal rates of return of a row of flows, how often each counts, and why there is none.

In the growth g = 1 + rate the future value of the flows is a polynomial, in 1/g the present value is. The flows are made whole
numbers, multiple roots are taken apart exactly, and the roots are isolated exactly too; only then they are computed to digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from math import gcd

from foundation.rounding import rounded
from governance.economics.cashflow.discounting import yearly_rate
from governance.economics.cashflow.isolation import Isolated, isolated
from governance.economics.cashflow.narrowing import between, scanned
from governance.economics.cashflow.polynomials import Polynomial, TooHard, Work, multiplicities, sign_changes, whole
from governance.economics.cashflow.precision import EXACT, ONE, ZERO

HIGHEST_RATE = Decimal(100)  # 10,000 % a period: flows of (-1, 20) have their rate at 1,900 %
DIGITS = 40  # to which a rate is computed
SHOWN_DIGITS = 10  # to which it is told
WORK = 300_000_000  # about a second and a half
MOST_FLOWS = 1_500  # more are only looked through
_FLOOR = 7  # 2^-7 lies below 1 / (1 + HIGHEST_RATE)
_DEEPEST = 64  # halvings; two growths closer than 2^-64 are told apart by nobody


@dataclass(frozen=True, slots=True)
class Roots:
    """Every rate in (-100 %, 10,000 %] a period at which the flows are worth nothing, lowest first.

    `rates` are a period, `yearly` the same a year. `multiplicity` says of each how often it counts: where that is even the
    value only touches zero, and the rate is among `touching` too. `reason`: `one`, `many`, or why there is none:
    `none_no_sign_change` (the flows all go the same way) or `none`. `beyond`: there is a rate above 10,000 % a period, beside these
    or alone. `method` is `exact`, or `scanned` where that would have taken too long: then rates that touch, or lie close together,
    may be missing, and each multiplicity is 0, for it is not known.
    """

    rates: tuple[Decimal, ...]
    yearly: tuple[Decimal, ...]
    touching: tuple[Decimal, ...]
    multiplicity: tuple[int, ...]
    reason: str
    beyond: bool = False
    method: str = "exact"

    @property
    def shown(self) -> tuple[Decimal, ...]:
        """The rates a year, to ten digits after the point, or more near -100 %."""
        with localcontext(EXACT):
            return tuple(shown_rate(rate) for rate in self.yearly)


def roots_of(flows: Sequence[Decimal], *, mid_period: bool = False, periods_a_year: int = 1) -> Roots:
    """The rates of return of flows of periods 0, 1, 2 and so on; with `mid_period` all but the first fall half a period earlier.

    By Descartes' rule one change of sign is one rate, which most cases are; the general way is taken for the others.
    Raises Refused for flows that are not finite.
    """
    changes = sign_changes(flows)
    if changes == 0:
        return _roots({}, "none_no_sign_change", "exact", periods_a_year)
    polynomial, unit = _shortened(whole(_halved(flows) if mid_period else flows))
    method, beyond = "exact", False
    if changes == 1:
        found = [(_only(polynomial), 1)]
    else:
        try:
            found, beyond = _all(polynomial, unit)
        except TooHard:
            found, method = _scanned(polynomial, unit), "scanned"
    with localcontext(EXACT):
        # A polynomial in g^unit, and half periods: back to the growth in one period.
        power = ONE * (2 if mid_period else 1) / unit
        growths = {growth**power if power != ONE else growth: count for growth, count in found}
    return _roots(growths, "none", method, periods_a_year, beyond)


def shown_rate(rate: Decimal) -> Decimal:
    """The rate to ten digits after the point, or more near -100 %."""
    with localcontext(EXACT):
        return rounded_rate(ONE + rate, SHOWN_DIGITS)


def rounded_rate(growth: Decimal, digits: int) -> Decimal:
    """The rate to so many digits after the point, or more near -100 %, where so few would make it -100 % itself."""
    rate = rounded(growth, max(digits, digits - 1 - growth.adjusted())) - ONE
    return rate.normalize() if rate else ZERO


def _roots(growths: dict[Decimal, int], reason: str, method: str, periods_a_year: int, beyond: bool = False) -> Roots:
    """`beyond`: there are rates above the highest that are not among `growths`."""
    with localcontext(EXACT):
        counted = {rounded_rate(growth, DIGITS): count for growth, count in sorted(growths.items())}
    kept = {rate: count for rate, count in counted.items() if rate <= HIGHEST_RATE}
    beyond = beyond or len(kept) < len(counted)
    one = len(kept) == 1 and not beyond  # one of several is not the one, wherever the others lie
    return Roots(
        rates=tuple(kept),
        yearly=tuple(yearly_rate(rate, periods_a_year) for rate in kept),
        touching=tuple(rate for rate, count in kept.items() if count and count % 2 == 0),
        multiplicity=tuple(kept.values()),
        reason="one" if one else "many" if kept else reason,
        beyond=beyond,
        method=method,
    )


def _halved(flows: Sequence[Decimal]) -> list[Decimal]:
    """By half periods: the first now, the others at 1/2, 3/2, 5/2 of a period."""
    return [flows[0], *(amount for flow in flows[1:] for amount in (flow, ZERO))][: 2 * len(flows)]


def _shortened(polynomial: Polynomial) -> tuple[Polynomial, int]:
    """Without zeros at the ends, and with only each `unit`-th flow where all others are zero: yearly flows in a case by months."""
    places = [place for place, value in enumerate(polynomial) if value]
    unit = gcd(*(place - places[0] for place in places))
    return polynomial[places[0] : places[-1] + 1 : unit], unit


def _only(flows: Polynomial) -> Decimal:
    """The growth at which flows with one change of sign are worth nothing."""
    value = sum(flows)
    if value == 0:
        return ONE
    rising = flows[-1] > 0  # in 1/g, from the first flow to all of them; in g the other way round
    with localcontext(EXACT):
        if (value > 0) == rising:
            return ONE / between(flows, ZERO, ONE, rising)
        return between(flows[::-1], ZERO, ONE, not rising)


def _all(flows: Polynomial, unit: int) -> tuple[list[tuple[Decimal, int]], bool]:
    """The growth over `unit` periods of each root and how often it counts, and whether there are others that are too high to be told.
    Raises TooHard.

    How far and how closely is looked for roots holds of a period, so it is so many halvings more where a root is of several.
    """
    if len(flows) > MOST_FLOWS:
        raise TooHard
    work, found, beyond = Work(WORK), [], False
    deepest = _DEEPEST * unit
    for count, part in multiplicities(flows, work):
        if sum(part) == 0:
            found.append((ONE, count))
        above = isolated(part, work, floor=_FLOOR * unit, deepest=deepest)  # rates above 0: 1/g lies in (0, 1)
        beyond = beyond or above.below
        with localcontext(EXACT):
            found += [(ONE / inverse, count) for inverse in _narrowed(part, above, work)]
        under = isolated(part[::-1], work, floor=deepest, deepest=deepest)  # rates below 0: g does
        found += [(growth, count) for growth in _narrowed(part[::-1], under, work)]
    return found, beyond


def _narrowed(polynomial: Polynomial, isolated: Isolated, work: Work) -> list[Decimal]:
    found = []
    for interval in isolated.intervals:
        work.spend(len(polynomial) * 2_000)
        with localcontext(EXACT):
            unit = ONE / (1 << interval.depth)
            low = interval.place * unit
            found.append(low if interval.exact else between(polynomial, low, low + unit, interval.rising))
    return found


def _scanned(flows: Polynomial, unit: int) -> list[tuple[Decimal, int]]:
    """What a look along a grid of rates finds."""
    with localcontext(EXACT):
        found = [ONE / inverse for inverse in scanned(flows, unit)] + scanned(flows[::-1], unit)
    return [(growth, 0) for growth in (*found, *([ONE] if sum(flows) == 0 else []))]
