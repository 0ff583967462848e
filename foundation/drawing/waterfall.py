"""A waterfall: floating bars, each beginning where the one before it ended, and totals from zero. One row for each step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from foundation.drawing.plot import GAP, LABEL_ROW, WIDE, Key, NoRoom, Plot, Write, legend, level, stacked, widest
from foundation.drawing.scale import ZERO, axis
from foundation.drawing.shapes import SIZES, Drawing, Line, Tone, bar, words
from foundation.drawing.text import width_of

ROW, THICKNESS = 28.0, 16.0
STACKED_ROW, STACKED_THICKNESS = 48.0, 14.0
LEAST = 90.0  # room for the bars
LEAST_LABEL = 60.0
HEAVIER = 1.06  # the face in which a total is set
TEXT_HALF, TEXT_SIDE = 9.0, 3.0  # what a line keeps away from a text: half a row of it, and beside it


@dataclass(frozen=True, slots=True)
class Step:
    """A label and by how much the sum changes there; a total shows the sum so far, and its `change` is 0."""

    label: str
    change: Decimal = ZERO
    total: bool = False
    tone: Tone | None = None  # else by direction


@dataclass(frozen=True, slots=True)
class Heads:
    """What stands above the columns, what their figures are measured in, and what the axis is."""

    change: str
    total: str
    unit: str
    axis: str


def running(steps: Sequence[Step]) -> list[Decimal]:
    """The sum after each step."""
    sums, total = [], ZERO
    for step in steps:
        if step.total and step.change:
            raise ValueError(f"{step.label!r} is a total, which changes nothing")
        total += step.change
        sums.append(total)
    return sums


def waterfall(
    steps: Sequence[Step],
    *,
    heads: Heads,
    figure: Write,
    tick: Write,
    keys: Sequence[Key] = (),
    width: float = WIDE,
) -> Drawing:
    """Rows from top to bottom: label, bar, its figure, the sum so far. `figure` writes amounts, `tick` the axis.

    In a narrow picture the label stands above its bar and the sum so far is left out. What takes away is striped. Raises NoRoom
    if figures fill the width.
    """
    sums = running(steps)
    narrow = stacked(width)
    row, thickness = (STACKED_ROW, STACKED_THICKNESS) if narrow else (ROW, THICKNESS)
    changes = [figure(total if step.total else step.change) for step, total in zip(steps, sums, strict=True)]
    totals = [figure(total) for total in sums]
    shapes, top = legend(keys, width=width)
    top += LABEL_ROW
    figures = widest(changes, SIZES["value"])
    label_room, plot_left, plot_right, change_x = _columns(steps, changes, totals, heads, width=width, narrow=narrow)
    plot = Plot(plot_left, plot_right, top, top + row * len(steps), axis([ZERO, *sums], most=4 if narrow else 6))
    shapes.append(words(0, top - LABEL_ROW / 2, heads.unit, voice="small"))
    shapes.append(words(change_x, top - LABEL_ROW / 2, heads.change, voice="small", anchor="end"))
    if not narrow:
        shapes.append(words(width, top - LABEL_ROW / 2, heads.total, voice="small", anchor="end"))
    shapes.extend(level(plot, tick, limit=width))

    def label_end(step: Step) -> float:
        return min(width_of(step.label, SIZES["value"] * HEAVIER), label_room)

    before = ZERO
    for place, (step, total) in enumerate(zip(steps, sums, strict=True)):
        upper = top + place * row
        middle = upper + (row - thickness / 2 - 4 if narrow else row / 2)
        text = upper + 18 if narrow else middle
        start = plot.x(ZERO if step.total else before)
        tone: Tone = step.tone or ("info" if step.total else "bad" if step.change < 0 else "ok")
        down = total < 0 if step.total else step.change < 0
        told = f"{step.label}: {changes[place]}"
        shapes.extend(bar(start, plot.x(total), middle - thickness / 2, middle + thickness / 2, tone, striped=down, told=told))
        if step.total:
            shapes.append(Line(((change_x - figures, upper), (change_x, upper)), "connector"))
        if place + 1 < len(steps):
            above = middle + (thickness / 2 if step.change or step.total else -thickness / 2)  # a bar without length is a line
            below = middle + row - thickness / 2
            ends = (
                (label_end(steps[place + 1]), change_x - width_of(changes[place + 1], SIZES["value"] * HEAVIER)) if narrow else ()
            )
            shapes.extend(_connector(plot.x(total), above, below, text + row, ends))
        shapes.append(words(0, text, step.label, voice="value" if step.total else "label", room=label_room))
        shapes.append(words(change_x, text, changes[place], voice="value" if step.total else "label", anchor="end"))
        if not narrow and not step.total:
            shapes.append(words(width, text, totals[place], voice="small", anchor="end"))
        before = total
    shapes.append(words(0, plot.bottom + LABEL_ROW / 2 + 2 + (LABEL_ROW if narrow else 0), heads.axis, voice="small"))
    return Drawing(width, plot.bottom + LABEL_ROW * (2 if narrow else 1) + 4, tuple(shapes))


def _connector(x: float, above: float, below: float, text: float, ends: tuple[float, float] | tuple[()]) -> Iterator[Line]:
    """From the end of a bar down to the next one. Where texts stand in between, up to the first of `ends` and from the second on, at the
    height of `text`, the line leaves them out."""
    if ends and not ends[0] + TEXT_SIDE <= x <= ends[1] - TEXT_SIDE:
        yield Line(((x, above), (x, text - TEXT_HALF)), "connector")
        above = text + TEXT_HALF
    yield Line(((x, above), (x, below)), "connector")


def _columns(
    steps: Sequence[Step], changes: Sequence[str], totals: Sequence[str], heads: Heads, *, width: float, narrow: bool
) -> tuple[float, float, float, float]:
    """The room of labels, the left and right edge of the bars, and where the figures of the changes end."""
    size = SIZES["value"] * HEAVIER
    change = max(widest(changes, size), widest([heads.change]))
    if narrow:
        room = width - change - GAP
        if room < LEAST / 2:
            raise NoRoom("figures leave no room for labels")
        return room, 2.0, width - 2.0, width
    total = max(widest(totals), widest([heads.total]))
    figures = change + total + 4 * GAP
    label = max(min(widest([step.label for step in steps], size) + 2, width * 0.32), widest([heads.unit, heads.axis]))
    right = width - figures
    if right - label - 2 * GAP < LEAST:
        label = right - 2 * GAP - LEAST
        if label < LEAST_LABEL:
            raise NoRoom("figures leave no room for bars")
    return label, label + 2 * GAP, right, width - total - 2 * GAP
