"""Medians and percentiles by one stated method, and with the number of values that they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

METHOD = "linear interpolation between closest ranks (Hyndman and Fan 1996, type 7)"
TOO_FEW = 5  # below that many values a percentile says more about chance than about the work


@dataclass(frozen=True, slots=True)
class Figures:
    """How many values, and their middle. `median` and `p90` are None when there is no value at all."""

    n: int
    median: float | None = None
    p90: float | None = None

    @property
    def too_few(self) -> bool:
        return self.n < TOO_FEW


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, with linear interpolation between the two closest ranks.

    The rank is `(n - 1) * share` counted from zero (Hyndman and Fan 1996, type 7; what numpy and spreadsheets do), so the median
    of an even number of values is the mean of the middle two. Raises ValueError without values or with a share outside 0 to 1.
    """
    if not values:
        raise ValueError("there is no percentile of nothing")
    if not 0 <= share <= 1:
        raise ValueError(f"a share of {share} does not lie within 0 to 1")
    ranked = sorted(values)
    place = (len(ranked) - 1) * share
    below = int(place)
    above = min(below + 1, len(ranked) - 1)
    low, high = ranked[below], ranked[above]
    return min(max(low + (high - low) * (place - below), low), high)  # rounding must not lead out of the two


def figures(values: Iterable[float]) -> Figures:
    """Number, median and ninetieth percentile."""
    found = list(values)
    return Figures(len(found), percentile(found, 0.5), percentile(found, 0.9)) if found else Figures(0)
