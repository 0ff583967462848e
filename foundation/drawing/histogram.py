"""How outcomes are distributed: a bar for each class, what lies below zero striped, and lines at marked values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise

from foundation.drawing.plot import LABEL_ROW, WIDE, Key, Marked, Plot, Write, flagged, legend, level, stacked
from foundation.drawing.scale import PRECISION, ZERO, Number, axis, exact
from foundation.drawing.shapes import Drawing, Line, Shape, Tone, bar, words

HEIGHT = 200.0
UNEVEN = Decimal("1e-6")  # of the whole: by how much the width of a class may differ
BINARY = Decimal("1e-15")  # of the values: what rounding to binary does to it besides
SLIVER = 2.0  # a class without width is drawn so wide


@dataclass(frozen=True, slots=True)
class Class:
    """How many outcomes lie from `low` to `high`."""

    low: Number
    high: Number
    count: int


def histogram(
    classes: Sequence[Class],
    *,
    marked: Sequence[Marked],
    tick: Write,
    share: Write,
    unit: str,
    along: str,
    keys: Sequence[Key] = (),
    width: float = WIDE,
) -> Drawing:
    """Bars whose heights are shares of all outcomes, written by `share` (1 is all). `along` is what the shares are of, `unit` that
    of the values. A class that holds zero is parted there.

    Raises ValueError for classes that overlap, leave gaps or differ in width (heights would deceive), and for negative counts.
    """
    _check(classes)
    total = sum(found.count for found in classes)
    heights = [Decimal(found.count) / (total or 1) for found in classes]
    values = [value for found in classes for value in (found.low, found.high)]
    across = axis([*values, *(mark.at for mark in marked)], most=4 if stacked(width) else 7, zero=not values and not marked)
    rising = axis(heights, most=4)
    shapes, top = legend(keys, width=width)
    plot, grid, flags = flagged(
        rising,
        share,
        lambda field: [(across.place(mark.at, field.left, field.right), mark.text) for mark in marked],
        width=width,
        top=top + LABEL_ROW,
        height=HEIGHT,
    )
    field = Plot(plot.left, plot.right, plot.top, plot.bottom, across)
    shapes.append(words(0, top + LABEL_ROW / 2, along, voice="small", room=width))
    shapes.extend(grid)
    shapes.extend(level(field, tick, limit=width))
    for found, height in zip(classes, heights, strict=True):
        if found.count:
            shapes.extend(_class(field, plot, found, height, share))
    shapes.append(Line(((plot.left, plot.bottom), (plot.right, plot.bottom)), "axis"))
    shapes.extend(flags)
    shapes.append(words(plot.right, plot.bottom + LABEL_ROW * 1.5, unit, voice="small", anchor="end"))
    return Drawing(width, plot.bottom + LABEL_ROW * 2, tuple(shapes))


def _class(field: Plot, plot: Plot, found: Class, height: Decimal, share: Write) -> list[Shape]:
    low, high = field.x(found.low), field.x(found.high)
    if high - low < SLIVER:
        low, high = (low + high - SLIVER) / 2, (low + high + SLIVER) / 2
    parts = [(low, high, found.high <= 0 and found.low < 0)]
    if found.low < 0 < found.high:
        zero = field.x(ZERO)
        parts = [(low, zero, True), (zero, high, False)]
    shapes: list[Shape] = []
    for start, end, below in parts:
        tone: Tone = "bad" if below else "info"
        shapes.extend(bar(start, end, plot.bottom, plot.y(height), tone, striped=below, told=share(height)))
    return shapes


def _check(classes: Sequence[Class]) -> None:
    with localcontext(prec=PRECISION):
        wide = [exact(found.high) - exact(found.low) for found in classes]
        size = max((abs(exact(edge)) for found in classes for edge in (found.low, found.high)), default=ZERO)
        slack = sum(wide, ZERO) * UNEVEN + size * BINARY
        if any(found.count < 0 for found in classes):
            raise ValueError("a class has fewer than no outcomes")
        if any(width < 0 for width in wide) or any(
            abs(exact(after.low) - exact(before.high)) > slack for before, after in pairwise(classes)
        ):
            raise ValueError("classes are not in order, each beginning where the one before it ends")
        if wide and max(wide) - min(wide) > slack:
            raise ValueError("classes of different width: their heights would deceive")
