"""The PERT distribution of a range: a beta distribution over low to high that peaks at the likely value. Pure.

Its shapes are 1 + 4 (likely - low) / (high - low) and 1 + 4 (high - likely) / (high - low), which add up to 6; hence the mean of
(low + 4 likely + high) / 6 and the variance of (mean - low) (high - mean) / 7. Source: Malcolm, Roseboom, Clark and Fazar,
"Application of a technique for research and development program evaluation", Operations Research 7 (1959), and Vose, "Risk
analysis" (2008).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from governance.economics.cashflow import Refused

Floats = NDArray[np.float64]

CELLS = 1024  # of the table of the distribution function; with a cubic inside each it is right to twelve digits
WIDEST = 8.0  # standard deviations of the normal at which its table ends; beyond them lies one draw in 10^15
STEPS = 4096  # of the table from normal to PERT
DIGITS = 10  # of a quantile, which is the result of a numerical method


@dataclass(frozen=True, slots=True)
class Pert:
    """low <= likely <= high. All three equal is a certainty."""

    low: Decimal
    likely: Decimal
    high: Decimal

    @classmethod
    def checked(cls, where: str, low: Decimal, likely: Decimal, high: Decimal) -> Pert:
        """The same, or Refused at `where`: `range.not_a_number`, or `range.order` where it is not low <= likely <= high."""
        for value in (low, likely, high):
            if not isinstance(value, Decimal) or not value.is_finite():
                raise Refused("range.not_a_number", where, {"value": str(value)})
        if not low <= likely <= high:
            raise Refused("range.order", where, {"low": low, "likely": likely, "high": high})
        return cls(low, likely, high)

    @property
    def certain(self) -> bool:
        return self.low == self.high

    @property
    def mean(self) -> Decimal:
        return (self.low + 4 * self.likely + self.high) / 6

    @property
    def variance(self) -> Decimal:
        mean = self.mean
        return (mean - self.low) * (self.high - mean) / 7

    @property
    def shapes(self) -> tuple[float, float]:
        """The two shapes of the beta distribution, both from 1 to 5. Raises ZeroDivisionError for a certainty."""
        share = float((self.likely - self.low) / (self.high - self.low))
        return 1 + 4 * share, 5 - 4 * share

    def scaled(self, shares: Floats) -> Floats:
        """Where these shares of the way from low to high lie, in place: `shares` is written over."""
        low, high = float(self.low), float(self.high)
        shares *= high - low
        shares += low
        # Rounding must not carry a value past the ends, which may be those of what the input allows.
        return np.clip(shares, low, high, out=shares)

    def draw(self, generator: np.random.Generator, size: int) -> Floats:
        """`size` values. A certainty takes none from the generator."""
        if self.certain:
            return np.full(size, float(self.likely))
        return self.scaled(generator.beta(*self.shapes, size=size))

    def quantile(self, share: float) -> Decimal:
        """The value that is not passed with probability `share` (between 0 and 1), to ten digits."""
        if self.certain:
            return self.likely
        found = float(self.low) + _quantile(self.shapes[0], share) * float(self.high - self.low)
        return min(max(Decimal(f"{found:.{DIGITS}g}"), self.low), self.high)

    def of_normal(self, normal: Floats) -> Floats:
        """Standard normal values as values of this distribution of the same rank: its inverse at the normal distribution
        function."""
        if self.certain:
            return np.full(normal.shape, float(self.likely))
        grid, shares = _normal_table(self.shapes[0])
        return self.scaled(np.interp(normal, grid, shares))


# The beta distribution numerically ----------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _table(shape: float) -> tuple[Floats, Floats, Floats]:
    """Angles, the distribution function there and its slope, for a beta distribution with shapes `shape` and 6 - `shape`.

    With x = sin² of the angle the density is 2 sin^(2a-1) cos^(2b-1) over B(a, b), which is smooth where that in x has a kink.
    Each cell is integrated by Gauss's rule of five points.
    """
    angles = np.linspace(0, np.pi / 2, CELLS + 1)
    points, weights = np.polynomial.legendre.leggauss(5)
    half = np.pi / 4 / CELLS
    inside = angles[:-1, None] + half * (1 + points)
    reached = np.concatenate(([0.0], np.cumsum(_density(inside, shape) @ weights) * half))
    return angles, reached / reached[-1], _density(angles, shape) / reached[-1]


def _density(angles: Floats, shape: float) -> Floats:
    """Not normed. At a right angle the cosine is a rounding error, and may not be below zero."""
    return np.sin(angles) ** (2 * shape - 1) * np.maximum(np.cos(angles), 0.0) ** (2 * (6 - shape) - 1)


def _quantile(shape: float, share: float) -> float:
    """Of the beta distribution, as a share of the way from low to high: bisection within the cell, on a cubic that is monotone
    there."""
    angles, reached, slopes = _table(shape)
    cell = min(max(int(np.searchsorted(reached, share)) - 1, 0), CELLS - 1)
    width = float(angles[1])
    before, after = float(reached[cell]), float(reached[cell + 1])
    slope, next_slope = float(slopes[cell]) * width, float(slopes[cell + 1]) * width
    low, high = 0.0, 1.0
    for _ in range(52):
        at = (low + high) / 2
        value = (
            (1 + 2 * at) * (1 - at) ** 2 * before
            + at * (1 - at) ** 2 * slope
            + at**2 * (3 - 2 * at) * after
            - at**2 * (1 - at) * next_slope
        )
        low, high = (at, high) if value < share else (low, at)
    return math.sin(float(angles[cell]) + width * (low + high) / 2) ** 2


@lru_cache(maxsize=256)
def _normal_table(shape: float) -> tuple[Floats, Floats]:
    """Normal values, evenly spaced, and the shares of the way from low to high that have the same rank."""
    grid = np.linspace(-WIDEST, WIDEST, STEPS + 1)
    ranks = np.array([math.erfc(-value / math.sqrt(2)) / 2 for value in grid])
    angles, reached, _ = _table(shape)
    return grid, np.sin(np.interp(ranks, reached, angles)) ** 2
