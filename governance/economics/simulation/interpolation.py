"""Smooth functions as tables at Chebyshev points, so that slow exact arithmetic is done some ten times and not at every trial.
Pure.

Polynomial interpolation in the barycentric form: J.-P. Berrut and L. N. Trefethen, "Barycentric Lagrange interpolation", SIAM
Review 46 (2004). For a smooth function the error falls geometrically with the number of points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from governance.economics.simulation.pert import Floats

SIZES = (2, 3, 5, 9, 17, 33, 65)
TESTED = (0.071, 0.29, 0.437, 0.632, 0.811, 0.967)  # shares of the way from low to high, none of them a point of a table
ENOUGH = 1e-10  # by which a table may be out, of the largest value in it


@dataclass(frozen=True, slots=True)
class Points:
    """Chebyshev points from `low` to `high`, both among them, with their barycentric weights."""

    at: Floats
    weights: Floats

    @classmethod
    def between(cls, low: float, high: float, size: int) -> Points:
        shares = (1 - np.cos(np.pi * np.arange(size) / (size - 1))) / 2
        at = np.clip(low + (high - low) * shares, low, high)
        at[0], at[-1] = low, high
        weights = np.where(np.arange(size) % 2, -1.0, 1.0)
        weights[[0, -1]] /= 2
        return cls(at, weights)

    def basis(self, values: Floats) -> Floats:
        """For each value (rows) by how much each point (columns) counts: times the table this is what lies between."""
        apart = values[:, None] - self.at
        same = apart == 0
        apart[same] = 1.0
        counted = self.weights / apart
        counted /= counted.sum(axis=1, keepdims=True)
        on_point = same.any(axis=1)
        counted[on_point] = same[on_point]
        return counted


@dataclass(frozen=True, slots=True)
class Table:
    """A function of one variable whose values are rows of figures."""

    points: Points
    rows: Floats

    def __call__(self, values: Floats) -> Floats:
        return np.asarray(self.points.basis(values) @ self.rows, dtype=np.float64)


def tabulated(function: Callable[[float], Floats], low: float, high: float) -> Table | None:
    """The function as a table that is right to ten digits of its largest value; None if 65 points do not do, as with a kink.

    It is `function` that decides what an error is, so where shares of a value matter let it return logarithms.
    """
    tested = np.array([low + (high - low) * share for share in TESTED])
    wanted = np.array([function(float(value)) for value in tested])
    for size in SIZES:
        points = Points.between(low, high, size)
        table = Table(points, np.array([function(float(value)) for value in points.at]))
        if np.abs(table(tested) - wanted).max(initial=0.0) <= ENOUGH * max(1e-300, np.abs(wanted).max(initial=0.0)):
            return table
    return None
