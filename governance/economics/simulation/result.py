"""What a simulation found. Money in the plan's currency, as floats: figures of a sample, which are right to the standard error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Drawn:
    """An uncertain input: its range, and the correlation of its ranks with those of the net present value (Spearman's, from -1 to
    1).

    The correlation is None where the one or the other is the same at every trial.
    """

    name: str
    low: Decimal
    likely: Decimal
    high: Decimal
    mean: Decimal
    variance: Decimal
    rank_correlation: float | None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The mean over the first so many trials, and its standard error."""

    trials: int
    mean: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Bin:
    """How many trials came to at least `low` and less than `high`, in the last bin also to `high` itself."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class PaybackDistribution:
    """Discounted payback in periods, to the time from which the cumulative sum stays at zero or above.

    `never` is the share of trials that do not pay back within the horizon. They count in `percentiles`, which are None where the
    trial of that rank is one of them.
    """

    never: float
    percentiles: Mapping[int, float | None]


@dataclass(frozen=True, slots=True)
class Check:
    """The first trials, reckoned again in exact arithmetic: how many, and the largest difference as a share of all that flows."""

    trials: int
    difference: float


@dataclass(frozen=True, slots=True)
class Simulation:
    """`digest` is over the plan, the ranges, the seed and the number of trials: equal digests on one version of numpy mean equal
    figures, up to the rounding of floats on another processor. `numpy` and `generator` say with what was drawn.

    `base` is the net present value as the plan stands. `standard_deviation` is that of the trials, `standard_error` that of their
    mean. `below_zero` is the share of trials with a net present value under zero. `ranked` trials were ranked for the
    correlations of inputs.
    """

    digest: str
    seed: int
    trials: int
    generator: str
    numpy: str
    base: float
    mean: float
    standard_deviation: float
    standard_error: float
    percentiles: Mapping[int, float]
    below_zero: float
    convergence: tuple[Checkpoint, ...]
    histogram: tuple[Bin, ...]
    inputs: tuple[Drawn, ...]
    ranked: int
    discounted_payback: PaybackDistribution
    check: Check
