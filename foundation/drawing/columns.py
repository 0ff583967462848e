"""Columns over time, up and down from zero, with lines of sums over them and marks where something happens."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from foundation.drawing.plot import LABEL_ROW, WIDE, Key, Marked, Plot, Write, below, flagged, legend, stacked
from foundation.drawing.scale import ZERO, Number, axis
from foundation.drawing.shapes import Drawing, Line, Mark, Point, Shape, bar, words

HEIGHT = 240.0
STACKED_HEIGHT = 200.0
SHARE = 0.68  # of a slot that its column takes
MOST_DOTS = 31  # more would hide the line
MOST_TOLD = 61  # more are too thin to point at


def columns(
    labels: Sequence[str],
    values: Sequence[Decimal],
    lines: Sequence[Sequence[Decimal]],
    *,
    tick: Write,
    unit: str,
    along: str,
    figure: Write | None = None,
    marked: Sequence[Marked] = (),
    keys: Sequence[Key] = (),
    twelves: bool = False,
    width: float = WIDE,
) -> Drawing:
    """A column for each value and lines through their middles; the second and later lines are dashed. Every value is drawn; only
    labels are thinned. `along` names what the labels count. Raises ValueError if the sequences are of different length.
    """
    if any(len(line) != len(labels) for line in (values, *lines)):
        raise ValueError("labels, values and lines are of different length")
    shapes, top = legend(keys, width=width)
    scale = axis([*values, *(value for line in lines for value in line)], most=5 if stacked(width) else 6)
    total = len(labels)
    plot, grid, flags = flagged(
        scale,
        tick,
        lambda field: [(between(centres(field, total), mark.at), mark.text) for mark in marked],
        width=width,
        top=top + LABEL_ROW,
        height=STACKED_HEIGHT if stacked(width) else HEIGHT,
        down_to=ZERO,
    )
    xs = centres(plot, total)
    shapes.append(words(0, top + LABEL_ROW / 2, unit, voice="small", room=width))
    shapes.extend(grid)
    half = (xs[1] - xs[0] if len(xs) > 1 else min(plot.right - plot.left, 120.0)) * SHARE / 2
    for place, (x, value) in enumerate(zip(xs, values, strict=True)):
        told = f"{along} {labels[place]}: {figure(value)}" if figure and len(xs) <= MOST_TOLD else ""
        down = value < 0
        shapes.extend(bar(x - half, x + half, plot.y(ZERO), plot.y(value), "bad" if down else "ok", striped=down, told=told))
    shapes.append(Line(((plot.left, plot.y(ZERO)), (plot.right, plot.y(ZERO))), "axis"))
    for place, line in enumerate(lines):
        points = tuple((x, plot.y(value)) for x, value in zip(xs, line, strict=True))
        shapes.extend(trend(points, dashed=place > 0))
    shapes.extend(flags)
    shapes.extend(Mark(between(xs, mark.at), plot.y(ZERO), 9, "diamond") for mark in marked)
    shapes.extend(below(plot, labels, xs, twelves=twelves))
    shapes.append(words(plot.right, plot.bottom + LABEL_ROW * 1.5, along, voice="small", anchor="end"))
    return Drawing(width, plot.bottom + LABEL_ROW * 2, tuple(shapes))


def centres(plot: Plot, total: int) -> list[float]:
    """The middles of `total` columns of equal width."""
    slot = (plot.right - plot.left) / max(total, 1)
    return [plot.left + slot * (place + 0.5) for place in range(total)]


def trend(points: Sequence[Point], *, dashed: bool) -> list[Shape]:
    """A line; a solid one with a dot at each value as long as the dots stand apart. A single value is a dot."""
    shapes: list[Shape] = [Line(tuple(points), "trend", "ink", dashed)] if len(points) > 1 else []
    if len(points) == 1 or (not dashed and len(points) <= MOST_DOTS):
        shapes.extend(Mark(x, y, 5) for x, y in points)
    return shapes


def between(xs: Sequence[float], at: Number) -> float:
    """The place of a time between two columns. Raises ValueError outside of them."""
    if not 0 <= at <= len(xs) - 1:
        raise ValueError(f"{at} lies outside of the {len(xs)} columns")
    first = int(at)
    share = float(at - first)
    return xs[first] + (xs[first + 1] - xs[first]) * share if share else xs[first]
