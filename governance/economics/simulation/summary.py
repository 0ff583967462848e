"""A sample in figures: percentiles, convergence, a histogram, correlations of ranks, payback. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from governance.economics.simulation.pert import Floats
from governance.economics.simulation.result import Bin, Checkpoint, PaybackDistribution

PERCENTILES = (5, 10, 25, 50, 75, 90, 95)
CHECKPOINTS = 20
BINS = 40  # about
NO_SPREAD = 1e-12  # of the largest value: what is less apart is one value


def percentiles(values: Floats) -> dict[int, float]:
    """By linear interpolation between the values of the two nearest ranks."""
    return {share: float(value) for share, value in zip(PERCENTILES, np.percentile(values, PERCENTILES), strict=True)}


def convergence(base: float, differs: Floats) -> tuple[Checkpoint, ...]:
    """The running mean at twenty points; values are `base` and what each differs from it, so that equal ones have no spread at
    all."""
    size = len(differs)
    sums, squares = np.cumsum(differs), np.cumsum(np.square(differs - differs.mean()))
    found = []
    for trials in sorted({max(2, size * step // CHECKPOINTS) for step in range(1, CHECKPOINTS + 1)}):
        mean = float(sums[trials - 1]) / trials
        # The squares are around the mean of all; those around the mean so far are less by the square of what is between the two.
        around = max(0.0, float(squares[trials - 1]) - trials * (mean - float(differs.mean())) ** 2)
        found.append(Checkpoint(trials, base + mean, math.sqrt(around / (trials - 1) / trials)))
    return tuple(found)


def histogram(values: Floats) -> tuple[Bin, ...]:
    """Some forty bins of a round width whose edges are multiples of it: zero is an edge, so that losses and gains do not mix."""
    low, high = float(values.min()), float(values.max())
    if high - low <= NO_SPREAD * max(abs(low), abs(high)):
        return (Bin(low, high, len(values)),)
    width = _round_width((high - low) / BINS)
    first, last = math.floor(low / width), math.floor(high / width) + 1
    counts, _ = np.histogram(values, bins=np.arange(first, last + 1) * width)
    edges = [step * width for step in range(first, last + 1)]
    return tuple(Bin(edges[at], edges[at + 1], int(count)) for at, count in enumerate(counts))


def _round_width(width: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    ten = 10.0 ** math.floor(math.log10(width))
    return next((step * ten for step in (1, 2, 5) if width <= step * ten), 10 * ten)


def rank_correlations(columns: Iterable[Floats], values: Floats) -> list[float | None]:
    """Spearman's correlation of each column with the values; None where either does not vary."""
    wanted = _ranks(values)
    return [_correlation(_ranks(column), wanted) for column in columns]


def _ranks(values: Floats) -> Floats | None:
    """Around zero and of length one. Draws are continuous, so that ties hardly ever occur and need no ranks between."""
    if values.max() == values.min():
        return None
    ranks = np.empty(len(values))
    ranks[np.argsort(values)] = np.arange(len(values)) - (len(values) - 1) / 2
    return ranks * math.sqrt(12 / (len(values) ** 3 - len(values)))


def _correlation(one: Floats | None, other: Floats | None) -> float | None:
    return None if one is None or other is None else min(max(float(one @ other), -1.0), 1.0)


def paybacks(by_period: Floats, slack: float) -> Floats:
    """For each row of flows the periods until their cumulative sum reaches zero for good, linear inside a period; infinite if it is
    below zero at the end. As on the page of a case, where later costs take it below zero again the last time counts.

    `slack` is how much below zero still counts as zero, because sums of floats do not come out at zero exactly.
    """
    sums = np.cumsum(by_period, axis=1)
    below = sums < -slack
    periods = sums.shape[1]
    last = (
        periods - 1 - below[:, ::-1].argmax(axis=1)
    )  # the last period at whose end it is below zero; the last of all if it never is
    rows = np.arange(len(sums))
    flow = by_period[rows, np.minimum(last + 1, periods - 1)]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = last + np.minimum(-sums[rows, last] / flow, 1.0)
    return np.where(below.any(axis=1), np.where(below[:, -1], np.inf, found), 0.0)


def payback_distribution(found: Floats) -> PaybackDistribution:
    ordered = np.sort(found)
    ranks = {share: ordered[math.ceil(len(ordered) * share / 100) - 1] for share in PERCENTILES}
    never = float(np.isinf(found).mean())
    return PaybackDistribution(never, {share: None if math.isinf(value) else float(value) for share, value in ranks.items()})
