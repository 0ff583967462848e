"""Horizontal bars: labels at the left, a bar from zero for each value, its figure behind it. Values may be negative."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from foundation.drawing.plot import GAP, NARROW
from foundation.drawing.shapes import SIZES
from foundation.drawing.text import width_of

LABEL_GAP = 12.0
STACKED_ROW, STACKED_THICKNESS = 42.0, 12.0
LEAST_LABEL = 60.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One value, in words and as a number. `figure` is how the number is written; `tone` a word for the renderer."""

    label: str
    value: Decimal | float
    figure: str
    tone: str = "info"


@dataclass(frozen=True, slots=True)
class PlacedBar:
    """`x`, `width` is the bar; `label_y` the middle of its row; `figure_x` where the figure starts (ends, if `figure_ends`)."""

    bar: Bar
    x: float
    y: float
    width: float
    height: float
    label_y: float
    figure_x: float
    figure_ends: bool


@dataclass(frozen=True, slots=True)
class BarChart:
    width: float
    height: float
    label_width: float
    zero_x: float
    bars: tuple[PlacedBar, ...]


def chart(
    bars: Sequence[Bar],
    *,
    width: float = 640.0,
    row: float = 28.0,
    thickness: float = 14.0,
    label_width: float = 180.0,
    figure_width: float = 96.0,
) -> BarChart:
    """Scale all bars alike, so that the longest fills the space between labels and figures.

    A figure stands beyond the tip of its bar: right of a positive one, left of a negative one. Raises ValueError if the
    widths leave no room for bars.
    """
    low = min([0.0, *(float(bar.value) for bar in bars)])
    high = max([0.0, *(float(bar.value) for bar in bars)])
    left = label_width + LABEL_GAP + (figure_width if low < 0 else 0.0)
    room = width - left - figure_width
    if room <= 0:
        raise ValueError("labels and figures leave no room for bars")
    scale = room / (high - low) if high > low else 0.0
    zero = left - low * scale
    placed = []
    for index, bar in enumerate(bars):
        tip = zero + float(bar.value) * scale
        negative = float(bar.value) < 0
        placed.append(
            PlacedBar(
                bar=bar,
                x=min(zero, tip),
                y=index * row + (row - thickness) / 2,
                width=abs(tip - zero),
                height=thickness,
                label_y=index * row + row / 2,
                figure_x=tip + (-8.0 if negative else 8.0),
                figure_ends=negative,
            )
        )
    return BarChart(width, row * len(bars), label_width, zero, tuple(placed))


def narrow_chart(bars: Sequence[Bar], *, width: float = NARROW) -> BarChart | None:
    """The same for a small window: label and figure stand above their bar, which has the whole width. None if figures leave no
    room for labels: then the wide one has to do."""
    figures = max((width_of(bar.figure, SIZES["value"] * 1.06) for bar in bars), default=0.0)  # in a heavier face
    label_width = width - figures - GAP
    if label_width < LEAST_LABEL:
        return None
    low = min([0.0, *(float(bar.value) for bar in bars)])
    high = max([0.0, *(float(bar.value) for bar in bars)])
    scale = (width - 2.0) / (high - low) if high > low else 0.0
    zero = 1.0 - low * scale
    placed = []
    for index, bar in enumerate(bars):
        top = index * STACKED_ROW
        length = float(bar.value) * scale
        placed.append(
            PlacedBar(
                bar=bar,
                x=min(zero, zero + length),
                y=top + STACKED_ROW - STACKED_THICKNESS - 6,
                width=abs(length),
                height=STACKED_THICKNESS,
                label_y=top + 12,
                figure_x=width,
                figure_ends=True,
            )
        )
    return BarChart(width, STACKED_ROW * len(bars), label_width, zero, tuple(placed))
