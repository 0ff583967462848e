"""Axes with round numbers, exact: values of 10^15 that differ by a cent stand at different places as long as paper can show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from itertools import chain

Number = Decimal | float | int

PRECISION = 60
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
BY_TENS = (1, 2, 5)
MOST_LABELS = 13
BY_TWELVES = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`, with a tick at each round number between them."""

    low: Decimal
    high: Decimal
    ticks: tuple[Decimal, ...]

    def place(self, value: Number, start: float, end: float) -> float:
        """Where `value` stands on a line that runs from `start` (at `low`) to `end` (at `high`)."""
        with localcontext(prec=PRECISION):
            return start + float((exact(value) - self.low) / (self.high - self.low)) * (end - start)


def exact(value: Number) -> Decimal:
    """The number as a Decimal. Raises ValueError for what is no number, or infinite: it has no place."""
    found = value if isinstance(value, Decimal) else Decimal(value)
    if not found.is_finite():
        raise ValueError(f"{value} has no place in a picture: a finite number is needed")
    return found


def axis(values: Iterable[Number], *, most: int = 6, zero: bool = True) -> Axis:
    """An axis over all values in at most `most` steps of 1, 2, 2.5 or 5 times a power of ten, whose ends are ticks.

    With `zero` it holds zero too. With nothing but zero it has one tick, in its middle; around a single other value it is
    a tenth of it wide. Raises ValueError for values that are not finite, and for none without `zero`.
    """
    found = [exact(value) for value in values]
    if zero:
        found.append(ZERO)
    if not found:
        raise ValueError("an axis needs a value")
    with localcontext(prec=PRECISION):
        low, high = min(found), max(found)
        if low == high == ZERO:
            return Axis(Decimal(-1), Decimal(1), (ZERO,))
        if low == high:
            low, high = low - abs(low) / 20, high + abs(high) / 20
        step = _step(low, high, most)
        first, last = (low / step).to_integral_value(ROUND_FLOOR), (high / step).to_integral_value(ROUND_CEILING)
        ticks = tuple(step * place for place in range(int(first), int(last) + 1))
    return Axis(ticks[0], ticks[-1], ticks)


def _step(low: Decimal, high: Decimal, most: int) -> Decimal:
    """The smallest round step of which `most` reach from a tick at or below `low` to one at or above `high`."""
    power = ((high - low) / most).adjusted()
    for factor in chain(STEPS, (step * 10 for step in STEPS)):
        step = factor.scaleb(power)
        if (high / step).to_integral_value(ROUND_CEILING) - (low / step).to_integral_value(ROUND_FLOOR) <= most:
            return step
    return Decimal(100).scaleb(power)


def every(total: int, room: float, widest: float, *, twelves: bool = False) -> int:
    """Each how many-th of `total` labels is shown in a row of length `room`: few enough to be read, and none touching the next if
    none is wider than `widest`. Counted by tens or, for months, by twelves."""
    slot = room / max(total, 1)
    sizes = BY_TWELVES if twelves else [factor * 10**power for power in range(7) for factor in BY_TENS]
    return next((size for size in sizes if size * slot >= widest and total <= size * MOST_LABELS), max(total, 1))
