"""What a picture is drawn of: shapes at their places, in points, with y growing downwards, in the order in which they are drawn.

A shape says what it is (`look`) and in which `tone`; how that looks is the renderer's. Nothing here is told by colour alone: what is
below zero or worse is also striped, a second line is dashed, a legend names both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, inf, isinf
from typing import Literal

from foundation.drawing.text import fit

Point = tuple[float, float]
Tone = Literal["info", "ok", "warn", "bad", "neutral", "ink"]
Look = Literal["axis", "grid", "guide", "connector", "trend"]
Anchor = Literal["start", "middle", "end"]
Voice = Literal["label", "value", "small"]

SIZES: dict[Voice, float] = {"label": 13.0, "value": 13.0, "small": 12.0}
STRIPE = 5.0  # from one stripe to the next
THIN = 4.0  # under that width stripes would be a smear


@dataclass(frozen=True, slots=True)
class Box:
    """A bar, or a part of one. `told` is what somebody learns who points at it."""

    x: float
    y: float
    width: float
    height: float
    tone: Tone = "info"
    told: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """A tinted polygon, such as the gap between two lines."""

    points: tuple[Point, ...]
    tone: Tone


@dataclass(frozen=True, slots=True)
class Stripes:
    """Hatching: strokes in the colour of the paper over a bar, or in a tone over an area."""

    segments: tuple[tuple[Point, Point], ...]
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points: an axis, a line of the grid, a guide (a marked value), a connector of two bars, or a trend."""

    points: tuple[Point, ...]
    look: Look
    tone: Tone = "neutral"
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a line, or a diamond where something happens."""

    x: float
    y: float
    size: float
    form: Literal["dot", "diamond"] = "dot"
    tone: Tone = "ink"


@dataclass(frozen=True, slots=True)
class Words:
    """A text on the base line `y`, cut to `room`; `whole` is all of it."""

    x: float
    y: float
    text: str
    whole: str
    voice: Voice = "label"
    anchor: Anchor = "start"
    room: float = inf


Shape = Box | Area | Stripes | Line | Mark | Words


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    shapes: tuple[Shape, ...]


def words(x: float, middle: float, text: str, *, voice: Voice = "label", anchor: Anchor = "start", room: float = inf) -> Words:
    """A text whose letters stand around the height `middle`, cut where it is longer than `room`."""
    size = SIZES[voice]
    shown = text if isinf(room) else fit(text, max(room, 0.0), size)
    return Words(x, middle + size * 0.35, shown, text, voice, anchor, room)


def bar(x0: float, x1: float, y0: float, y1: float, tone: Tone, *, striped: bool = False, told: str = "") -> Iterator[Shape]:
    """A bar between two corners in any order, striped if asked for and wide enough."""
    x, y, width, height = min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)
    yield Box(x, y, width, height, tone, told)
    if striped and width >= THIN and height >= THIN:
        yield Stripes(tuple(_slanted(x, y, width, height)))


def _slanted(x: float, y: float, width: float, height: float) -> Iterator[tuple[Point, Point]]:
    """Strokes x + y = c inside a rectangle. c counts from the picture's corner, so stripes of bars side by side meet."""
    place = ceil((x + y) / STRIPE) * STRIPE
    while place < x + y + width + height:
        left, right = max(x, place - y - height), min(x + width, place - y)
        if right - left > 0.1:
            yield (left, place - left), (right, place - right)
        place += STRIPE


def gap(upper: Sequence[Point], lower: Sequence[Point], tone: Tone, *, striped: bool) -> Iterator[Shape]:
    """The area between two lines through the same x, from left to right."""
    yield Area((*upper, *reversed(lower)), tone)
    if not striped:
        return
    strokes = []
    for (one, next_one), (other, next_other) in zip(pairwise(upper), pairwise(lower), strict=True):
        place = ceil(one[0] / STRIPE) * STRIPE
        while place < next_one[0]:
            share = (place - one[0]) / (next_one[0] - one[0])
            high = one[1] + (next_one[1] - one[1]) * share
            low = other[1] + (next_other[1] - other[1]) * share
            if abs(low - high) > 0.5:
                strokes.append(((place, high), (place, low)))
            place += STRIPE
    if strokes:
        yield Stripes(tuple(strokes), tone)
