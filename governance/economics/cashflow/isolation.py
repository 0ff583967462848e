"""Where the roots of a polynomial lie between 0 and 1: intervals with exactly one each. Exact, in whole numbers.

Collins and Akritas (1976) in the basis of Bernstein: on an interval there are no more roots than its coefficients change sign,
as many where that is 0 or 1, and halving an interval gives the coefficients of both halves by additions alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, lcm
from operator import add

from governance.economics.cashflow.polynomials import Polynomial, TooHard, Work, sign_changes


@dataclass(frozen=True, slots=True)
class Interval:
    """From `place` to `place + 1` in units of 2^-depth, with one root inside; `rising` there. At `exact` the root is `place` itself."""

    place: int
    depth: int
    rising: bool
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Isolated:
    """`intervals` with a simple root each, and whether there are others below the floor: where these lie is not told."""

    intervals: list[Interval]
    below: bool = False


def isolated(polynomial: Polynomial, work: Work, *, floor: int, deepest: int) -> Isolated:
    """The simple roots in (0, 1) of a polynomial without multiple ones, lowest power first; those that lie below 2^-(floor + 1) are
    only noticed.

    Raises TooHard when the work is spent, or when roots lie so close together that more than `deepest` halvings would be needed.
    """
    found: list[Interval] = []
    below = False
    work.spend(_cost(polynomial))
    waiting = [(0, 0, _bernstein(polynomial))]
    while waiting:
        place, depth, row = waiting.pop()
        far = depth > floor and not place >> (depth - floor - 1)
        if far and below:
            continue  # one that is noticed is enough
        changes = sign_changes(row)
        if far and changes % 2:
            below = True  # an odd number of roots, so there is one
            continue
        if changes == 1:
            found.append(Interval(place, depth, rising=next(value for value in row if value) < 0))
        if changes <= 1:
            continue
        if depth == deepest:
            raise TooHard
        work.spend(_cost(row))
        low, high = _halves(row)
        if high[0] == 0 and far:
            below = True
        elif high[0] == 0:
            found.append(Interval(2 * place + 1, depth + 1, rising=False, exact=True))
        waiting += [(2 * place, depth + 1, low), (2 * place + 1, depth + 1, high)]
    return Isolated(found, below)


def _cost(row: Polynomial) -> int:
    """Of adding up all neighbours until one is left. An addition costs about as much as eight words by itself."""
    return len(row) * len(row) // 2 * (max(value.bit_length() for value in row) // 64 + 8)


def _bernstein(polynomial: Polynomial) -> Polynomial:
    """Its coefficients in the basis of Bernstein on (0, 1), all times one positive number."""
    degree = len(polynomial) - 1
    weights = [comb(degree, power) for power in range(degree + 1)]
    scale = lcm(*weights)
    row = [value * (scale // weight) for value, weight in zip(polynomial, weights, strict=True)]
    found = []
    while row:
        found.append(row[0])
        row = list(map(add, row, row[1:]))
    return found


def _halves(row: Polynomial) -> tuple[Polynomial, Polynomial]:
    """The same on either half of the interval, after de Casteljau."""
    low, high = [], []
    for shift in range(len(row) - 1, -1, -1):
        low.append(row[0] << shift)
        high.append(row[-1] << shift)
        row = list(map(add, row, row[1:]))
    return low, high[::-1]
