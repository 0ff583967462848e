"""What charts have in common: a legend, an upright axis of values with its grid, a level one, and labels below columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product
from typing import Literal

from foundation.drawing.scale import Axis, Number, every
from foundation.drawing.shapes import SIZES, Anchor, Line, Mark, Shape, Tone, Words, bar, gap, words
from foundation.drawing.text import width_of

Write = Callable[[Decimal], str]  # how a number is written for the reader

WIDE = 640.0
NARROW = 280.0  # a telephone: labels stand above their bars, and not beside them
STACKED_UNDER = 480.0
LEGEND_ROW = 22.0
LABEL_ROW = 20.0
SAMPLE = 22.0
GAP = 8.0


class NoRoom(ValueError):
    """Labels and figures leave no room for the picture itself."""


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a legend."""

    text: str
    sample: Literal["solid", "striped", "shaded", "hatched", "line", "dashed", "diamond"]
    tone: Tone = "ink"


@dataclass(frozen=True, slots=True)
class Plot:
    """The field in which values are drawn."""

    left: float
    right: float
    top: float
    bottom: float
    axis: Axis

    def x(self, value: Number) -> float:
        return self.axis.place(value, self.left, self.right)

    def y(self, value: Number) -> float:
        return self.axis.place(value, self.bottom, self.top)


def widest(texts: Sequence[str], size: float = SIZES["small"]) -> float:
    return max((width_of(text, size) for text in texts), default=0.0)


def stacked(width: float) -> bool:
    return width < STACKED_UNDER


def legend(keys: Sequence[Key], *, width: float) -> tuple[list[Shape], float]:
    """The legend along the upper edge in as many rows as it takes, and its height."""
    shapes: list[Shape] = []
    x, middle = 0.0, LEGEND_ROW / 2
    for key in keys:
        wide = SAMPLE + GAP + width_of(key.text, SIZES["small"])
        if x and x + wide > width:
            x, middle = 0.0, middle + LEGEND_ROW
        shapes.extend(_sample(key, x, middle))
        shapes.append(words(x + SAMPLE + GAP, middle, key.text, voice="small", room=width - x - SAMPLE - GAP))
        x += wide + 2 * GAP
    return shapes, middle + LEGEND_ROW / 2 if keys else 0.0


def _sample(key: Key, x: float, middle: float) -> Iterator[Shape]:
    if key.sample in ("solid", "striped"):
        yield from bar(x, x + SAMPLE, middle - 6, middle + 6, key.tone, striped=key.sample == "striped")
    elif key.sample in ("shaded", "hatched"):
        upper, lower = [(x, middle - 6), (x + SAMPLE, middle - 6)], [(x, middle + 6), (x + SAMPLE, middle + 6)]
        yield from gap(upper, lower, key.tone, striped=key.sample == "hatched")
    elif key.sample == "diamond":
        yield Mark(x + SAMPLE / 2, middle, 10, "diamond", key.tone)
    else:
        yield Line(((x, middle), (x + SAMPLE, middle)), "trend", key.tone, dashed=key.sample == "dashed")


def upright(axis: Axis, write: Write, *, width: float, top: float, height: float) -> tuple[Plot, list[Shape]]:
    """A field whose values grow upwards: ticks at the left, a line of the grid at each. Raises NoRoom if the ticks fill it."""
    left = widest([write(tick) for tick in axis.ticks]) + GAP
    plot = Plot(left, width, top, top + height, axis)
    if plot.right - plot.left < 80:
        raise NoRoom("the figures of the axis leave no room for the picture")
    shapes: list[Shape] = []
    for tick in axis.ticks:
        y = plot.y(tick)
        shapes.append(Line(((left, y), (width, y)), "axis" if tick == 0 else "grid"))
        shapes.append(words(left - GAP, y, write(tick), voice="small", anchor="end"))
    return plot, shapes


def level(plot: Plot, write: Write, *, limit: float) -> list[Shape]:
    """The axis of a field whose values grow to the right: lines of the grid over its height, ticks below. Nothing passes `limit`."""
    shapes: list[Shape] = []
    texts = [write(tick) for tick in plot.axis.ticks]
    step = every(len(texts), plot.right - plot.left, widest(texts) + 2 * GAP)
    zero = next((place for place, tick in enumerate(plot.axis.ticks) if tick == 0), 0)
    for place, (tick, text) in enumerate(zip(plot.axis.ticks, texts, strict=True)):
        x = plot.x(tick)
        shapes.append(Line(((x, plot.top), (x, plot.bottom)), "axis" if tick == 0 else "grid"))
        if (place - zero) % step == 0:
            shapes.append(inside(x, plot.bottom + LABEL_ROW / 2 + 2, text, 0.0, limit))
    return shapes


def below(plot: Plot, labels: Sequence[str], xs: Sequence[float], *, twelves: bool = False) -> list[Shape]:
    """Labels under columns, thinned where they would touch: the first stays, and each how many-th after it."""
    step = every(len(labels), plot.right - plot.left, widest(labels) + GAP, twelves=twelves)
    middle = plot.bottom + LABEL_ROW / 2 + 2
    shown: list[Shape] = []
    for place in range(0, len(labels), step):
        shown.append(inside(xs[place], middle, labels[place], 0.0, plot.right))
    return shown


def inside(x: float, middle: float, text: str, low: float, high: float) -> Words:
    """A small text around `x`, moved so that it stays between `low` and `high`."""
    half = width_of(text, SIZES["small"]) / 2
    anchor: Anchor = "middle"
    if x - half < low:
        x, anchor = low, "start"
    elif x + half > high:
        x, anchor = high, "end"
    return words(x, middle, text, voice="small", anchor=anchor, room=high - low)


@dataclass(frozen=True, slots=True)
class Marked:
    """Where something is to be seen along the level axis, and what."""

    at: Number
    text: str


@dataclass(frozen=True, slots=True)
class _Flag:
    """A text beside its mark at `x`, from `start` to `end`, in a row counted from above."""

    x: float
    start: float
    end: float
    row: int
    text: str

    def clashes(self, other: _Flag) -> bool:
        """Whether the texts touch, or the stem of the one, which goes down from its row, runs through the text of the other."""
        apart = self.end + GAP <= other.start or other.end + GAP <= self.start
        upper, lower = (self, other) if self.row < other.row else (other, self)
        return not apart if self.row == other.row else lower.start < upper.x < lower.end


def flagged(
    axis: Axis,
    write: Write,
    marks: Callable[[Plot], Sequence[tuple[float, str]]],
    *,
    width: float,
    top: float,
    height: float,
    down_to: Number | None = None,
) -> tuple[Plot, list[Shape], list[Shape]]:
    """An upright field below a strip of flags: the field, its grid, and the flags, whose stems reach down to a value, or to
    its lower edge. `marks` says where they stand, given a field of this width. They are few: all ways to place them are tried."""
    draft, _grid = upright(axis, write, width=width, top=0, height=height)
    flags = _placed(marks(draft), 0.0, width)
    rows = max((flag.row + 1 for flag in flags), default=0)
    plot, grid = upright(axis, write, width=width, top=top + rows * LABEL_ROW + GAP, height=height)
    foot = plot.bottom if down_to is None else plot.y(down_to)
    shapes: list[Shape] = []
    for flag in flags:
        middle = top + (flag.row + 0.5) * LABEL_ROW
        covered = flag.start < flag.x < flag.end
        shapes.append(Line(((flag.x, middle + (8 if covered else -7)), (flag.x, foot)), "guide", "ink"))
        anchor: Anchor = "start" if flag.x <= flag.start or covered else "end"
        at = flag.start if anchor == "start" else flag.end
        shapes.append(words(at, middle, flag.text, voice="small", anchor=anchor, room=width))
    return plot, grid, shapes


def _placed(marks: Sequence[tuple[float, str]], low: float, high: float) -> list[_Flag]:
    """Flags in as few rows as will do, right of their stems where they can be."""
    choices = []
    for x, text in marks:
        wide = width_of(text, SIZES["small"])
        sides = [(x + 4, x + 4 + wide), (x - 4 - wide, x - 4)]
        fitting = [(start, end) for start, end in sides if start >= low and end <= high]
        first = max(low, min(x, high - wide))
        choices.append([_Flag(x, *side, row, text) for row in range(len(marks)) for side in fitting or [(first, first + wide)]])
    return list(min(product(*choices), key=_cost))


def _cost(flags: Iterable[_Flag]) -> tuple[float, ...]:
    found = list(flags)
    clashes = sum(one.clashes(other) for one, other in combinations(found, 2))
    rows = [flag.row for flag in found]
    return clashes, max(rows, default=0), sum(flag.end <= flag.x for flag in found), *rows
