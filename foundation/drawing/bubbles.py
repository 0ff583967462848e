"""Bubbles in lanes: a value upwards, a lane for each class from left to right, and a size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

from foundation.drawing.plot import GAP, LABEL_ROW, WIDE, Key, Write, legend, stacked, upright
from foundation.drawing.scale import ZERO, axis
from foundation.drawing.shapes import SIZES, Drawing, Line, Mark, Shape, Tone, words
from foundation.drawing.text import width_of

HEIGHT = 300.0
STACKED_HEIGHT = 260.0
LARGEST = 44.0  # across
SMALLEST = 8.0
UNKNOWN = 8.0  # a diamond of this size, where nobody said how large it is
LETTER = SIZES["small"]


@dataclass(frozen=True, slots=True)
class Bubble:
    """`lane` counts from 0. `size` is drawn as area; None where it is not known. `label` stands beside it where there is room."""

    lane: int
    value: Decimal
    size: Decimal | None
    label: str = ""
    tone: Tone = "info"


def bubbles(
    lanes: Sequence[str], found: Sequence[Bubble], *, tick: Write, unit: str, keys: Sequence[Key] = (), width: float = WIDE
) -> Drawing:
    """Bubbles that share a lane stand beside each other in the order in which they are given, so that few cover one another; the
    largest are drawn first. Raises ValueError for a lane that there is not, or a size below zero; NoRoom where ticks fill the width.
    """
    if any(not 0 <= one.lane < len(lanes) for one in found):
        raise ValueError("a bubble stands in no lane")
    if any(one.size is not None and one.size < 0 for one in found):
        raise ValueError("a bubble is smaller than nothing")
    shapes, top = legend(keys, width=width)
    shapes.append(words(0, top + LABEL_ROW / 2, unit, voice="small", room=width))
    scale = axis([one.value for one in found], most=5 if stacked(width) else 6)
    height = STACKED_HEIGHT if stacked(width) else HEIGHT
    plot, grid = upright(scale, tick, width=width, top=top + LABEL_ROW + LARGEST / 4, height=height)
    shapes.extend(grid)
    room = (plot.right - plot.left) / max(len(lanes), 1)
    for place, name in enumerate(lanes):
        left = plot.left + place * room
        if place:
            shapes.append(Line(((left, plot.top), (left, plot.bottom)), "guide"))
        shapes.append(
            words(
                left + room / 2, plot.bottom + LARGEST / 2 + LABEL_ROW / 2, name, voice="small", anchor="middle", room=room - GAP
            )
        )
    shapes.append(Line(((plot.left, plot.y(ZERO)), (plot.right, plot.y(ZERO))), "axis"))
    largest = max((one.size for one in found if one.size is not None), default=ZERO)
    placed = []
    for place in range(len(lanes)):
        own = [one for one in found if one.lane == place]
        slot = room / (len(own) + 1)
        for at, one in enumerate(own, 1):
            placed.append((plot.left + place * room + slot * at, plot.y(one.value), across(one.size, largest), one))
    for x, y, size, one in sorted(placed, key=lambda item: -item[2]):
        shapes.append(Mark(x, y, size, "dot" if one.size is not None else "diamond", one.tone))
    shapes.extend(_labels([item for item in placed if item[3].label], plot.left, plot.right))
    return Drawing(width, plot.bottom + LARGEST / 2 + LABEL_ROW + GAP, tuple(shapes))


def across(size: Decimal | None, largest: Decimal) -> float:
    """How wide a bubble is: its area grows with its size, down to a dot that can still be seen."""
    if size is None:
        return UNKNOWN
    return max(SMALLEST, LARGEST * sqrt(float(size / largest))) if largest else SMALLEST


def _labels(placed: Sequence[tuple[float, float, float, Bubble]], low: float, high: float) -> list[Shape]:
    """Names beside their bubbles, right of them or else left; those for which there is no room are left to the table."""
    taken = [(x - size / 2, y - size / 2, x + size / 2, y + size / 2) for x, y, size, _one in placed]
    shapes: list[Shape] = []
    for x, y, size, one in placed:
        wide = width_of(one.label, LETTER)
        for start in (x + size / 2 + 4, x - size / 2 - 4 - wide):
            box = (start, y - LETTER / 2, start + wide, y + LETTER / 2)
            if start >= low and box[2] <= high and not any(_touch(box, other) for other in taken):
                taken.append(box)
                shapes.append(words(start, y, one.label, voice="small", room=min(wide * 1.3, high - start)))
                break
    return shapes


def _touch(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
