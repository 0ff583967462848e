"""Roots of a polynomial to many digits, once it is known between which points they lie. Lowest power first throughout."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal, localcontext
from itertools import pairwise

from governance.economics.cashflow.polynomials import Polynomial, TooHard
from governance.economics.cashflow.precision import EXACT, ONE, ZERO

CLOSE_DIGITS = 45  # to which a root is found, relative to it
SPARE_DIGITS = 10
MOST_DIGITS = 1_500  # that may be needed for it, where roots lie close together
SCAN_DIGITS = 160
STOPS = 240


def between(polynomial: Polynomial, low: Decimal, high: Decimal, rising: bool) -> Decimal:
    """The one root between two points of at least 0, where the polynomial is not zero on the way to it; `rising` says how it crosses.

    How many digits are worked with follows from how badly conditioned the root is: evaluating loses as many as the
    derivative is smaller than the sum of the absolute terms. Raises TooHard if there would be too many.
    """
    digits = EXACT.prec
    while digits <= MOST_DIGITS:
        with localcontext(_context(digits)) as context:
            coefficients = [context.create_decimal(value) for value in reversed(polynomial)]
            root = _newton(coefficients, low, high, rising)
            needed = _lost(coefficients, root) + CLOSE_DIGITS + SPARE_DIGITS
        if needed <= digits:
            return root
        digits = max(2 * digits, needed)
    raise TooHard


def scanned(polynomial: Polynomial, unit: int = 1) -> list[Decimal]:
    """The roots in (0, 1) around which the sign changes on a grid. One that touches, and two between neighbours, are missed.

    `unit`: over how many periods money grows or shrinks by a root; the grid is one of rates a period.
    """
    found: list[Decimal] = []
    with localcontext(_context(SCAN_DIGITS)) as context:
        coefficients = [context.create_decimal(value) for value in reversed(polynomial)]
        absolute = [abs(value) for value in coefficients]
        least = ONE.scaleb(SPARE_DIGITS - SCAN_DIGITS)
        stops = [(x, value) for x in _grid(unit) if abs(value := _value(coefficients, x)) > _value(absolute, x) * least]
        for (low, below), (high, above) in pairwise(stops):
            if below * above < 0:
                try:
                    found.append(between(polynomial, low, high, above > 0))
                except TooHard:
                    found.append((low + high) / 2)
    return found


def _context(digits: int) -> Context:
    context = EXACT.copy()
    context.prec = digits
    return context


def _newton(coefficients: Sequence[Decimal], low: Decimal, high: Decimal, rising: bool) -> Decimal:
    """Newton's steps inside a bracket that shrinks; where one would leave it, or they shrink too little, it is halved."""
    close = ONE.scaleb(-CLOSE_DIGITS)
    x, width = (low + high) / 2, high - low
    for turn in range(20 * len(coefficients) + 1_000):
        value, slope = _value_and_slope(coefficients, x)
        if value == 0:
            return x
        if (value < 0) == rising:
            low = x
        else:
            high = x
        middle = (low + high) / 2
        if high - low <= high * close:
            return middle
        following = x - value / slope if slope else middle
        inside = low <= following <= high
        if inside and abs(following - x) <= x * close:
            return following
        shrinks = True
        if turn % 3 == 2:
            shrinks, width = (high - low) * 4 <= width, high - low
        x = following if inside and shrinks else middle
    return (low + high) / 2


def _lost(coefficients: Sequence[Decimal], x: Decimal) -> int:
    """How many digits of the root rounding takes away: those of (sum of |terms|) / |x * slope|."""
    _, slope = _value_and_slope(coefficients, x)
    size = _value([abs(value) for value in coefficients], x)
    return MOST_DIGITS if not slope else max(0, (size / abs(slope * x)).adjusted() + 1)


def _value(coefficients: Sequence[Decimal], x: Decimal) -> Decimal:
    """Horner's rule, highest power first."""
    value = ZERO
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


def _value_and_slope(coefficients: Sequence[Decimal], x: Decimal) -> tuple[Decimal, Decimal]:
    value = slope = ZERO
    for coefficient in coefficients:
        slope = slope * x + value
        value = value * x + coefficient
    return value, slope


def _grid(unit: int) -> list[Decimal]:
    """0, then from 1/128 a period to nearly 1, in steps that shrink towards 1, where the rates of real projects lie."""
    nearest, farthest = Decimal("1e-5").ln(), Decimal("4.8521").ln()
    distances = [(farthest + (nearest - farthest) * place / STOPS).exp() for place in range(STOPS + 1)]
    return [ZERO, *((-distance * unit).exp() for distance in distances)]
