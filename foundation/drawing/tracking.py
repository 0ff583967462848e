"""A plan and what became of it: two lines, the gap between them shaded, and how the second is expected to go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from foundation.drawing.columns import HEIGHT, MOST_DOTS, STACKED_HEIGHT
from foundation.drawing.plot import GAP, LABEL_ROW, WIDE, Key, Plot, Write, below, flagged, legend, stacked
from foundation.drawing.scale import axis
from foundation.drawing.shapes import Drawing, Line, Mark, Point, Shape, Tone, gap, words


def tracking(
    labels: Sequence[str],
    planned: Sequence[Decimal],
    realised: Sequence[Decimal],
    expected: Sequence[Decimal] = (),
    *,
    tick: Write,
    unit: str,
    along: str,
    today: str = "",
    more_is_better: bool = True,
    keys: Sequence[Key] = (),
    twelves: bool = False,
    width: float = WIDE,
) -> Drawing:
    """`planned` has a value for each label, `realised` for the first of them, `expected` for those that follow. `today` is written
    where the realised values end. The gap is striped where things stand worse than planned.

    Raises ValueError if there are more values than labels, or plan and labels differ in length.
    """
    if len(planned) != len(labels) or len(realised) + len(expected) > len(labels):
        raise ValueError("labels and values are of different length")
    shapes, top = legend(keys, width=width)
    scale = axis([*planned, *realised, *expected], most=5 if stacked(width) else 6)

    def ends(field: Plot) -> list[tuple[float, str]]:
        if not (today and 0 < len(realised) < len(labels)):
            return []
        return [(places(field, len(labels))[len(realised) - 1], today)]

    plot, grid, flags = flagged(
        scale, tick, ends, width=width, top=top + LABEL_ROW, height=STACKED_HEIGHT if stacked(width) else HEIGHT
    )
    xs = places(plot, len(labels))
    shapes.append(words(0, top + LABEL_ROW / 2, unit, voice="small", room=width))
    plan = [(x, plot.y(value)) for x, value in zip(xs, planned, strict=True)]
    real = [(x, plot.y(value)) for x, value in zip(xs, realised, strict=False)]
    ahead = [(x, plot.y(value)) for x, value in zip(xs[len(realised) :], expected, strict=False)]
    shapes.extend(_gaps([*real, *ahead], plan, more_is_better=more_is_better))
    shapes.extend(grid)
    shapes.extend(_line(plan, "neutral"))
    shapes.extend(_line([*real[-1:], *ahead] if ahead else [], "info", dashed=True))
    shapes.extend(_line(real, "info"))
    shapes.extend(flags)
    shapes.extend(below(plot, labels, xs, twelves=twelves))
    shapes.append(words(plot.right, plot.bottom + LABEL_ROW * 1.5, along, voice="small", anchor="end"))
    return Drawing(width, plot.bottom + LABEL_ROW * 2, tuple(shapes))


def places(plot: Plot, total: int) -> list[float]:
    """Points at equal distances from edge to edge; a single one stands in the middle."""
    left, right = plot.left + GAP, plot.right - GAP
    if total < 2:
        return [(left + right) / 2] * total
    return [left + (right - left) * place / (total - 1) for place in range(total)]


def _line(points: Sequence[Point], tone: Tone, *, dashed: bool = False) -> Iterator[Shape]:
    if len(points) > 1:
        yield Line(tuple(points), "trend", tone, dashed)
    if len(points) == 1 or (tone == "info" and not dashed and len(points) <= MOST_DOTS):
        for x, y in points:
            yield Mark(x, y, 5, "dot", tone)


def _gaps(found: Sequence[Point], plan: Sequence[Point], *, more_is_better: bool) -> Iterator[Shape]:
    """The area between the lines, parted where they cross, each part in the tone of its side."""
    start: list[Point] = []
    other: list[Point] = []
    for here, there in zip(*_with_crossings(found, plan[: len(found)]), strict=True):
        start.append(here)
        other.append(there)
        if here == there:
            yield from _part(start, other, more_is_better)
            start, other = [here], [there]
    yield from _part(start, other, more_is_better)


def _part(found: Sequence[Point], plan: Sequence[Point], more_is_better: bool) -> Iterator[Shape]:
    above = sum(there[1] - here[1] for here, there in zip(found, plan, strict=True))  # y grows downwards
    if above:
        worse = (above < 0) == more_is_better
        yield from gap(found, plan, "bad" if worse else "ok", striped=worse)


def _with_crossings(one: Sequence[Point], other: Sequence[Point]) -> tuple[list[Point], list[Point]]:
    """Both lines with a common point wherever they cross."""
    first: list[Point] = []
    second: list[Point] = []
    for place, (here, there) in enumerate(zip(one, other, strict=True)):
        if place:
            before, difference = one[place - 1][1] - other[place - 1][1], here[1] - there[1]
            if before * difference < 0:
                share = before / (before - difference)
                x = one[place - 1][0] + (here[0] - one[place - 1][0]) * share
                y = one[place - 1][1] + (here[1] - one[place - 1][1]) * share
                first.append((x, y))
                second.append((x, y))
        first.append(here)
        second.append(there)
    return first, second
