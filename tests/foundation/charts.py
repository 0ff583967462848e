"""Values to draw, and what a finished picture is looked at for."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from foundation.drawing.plot import NARROW, WIDE
from foundation.drawing.shapes import SIZES, Area, Box, Drawing, Line, Mark, Stripes
from foundation.drawing.text import width_of
from foundation.drawing.waterfall import Heads

amounts = st.decimals(-(10**15), 10**15, places=2) | st.decimals(-1000, 1000, places=2) | st.just(Decimal(0))
widths = st.sampled_from([WIDE, NARROW])
texts = st.text(max_size=40)
HEADS = Heads("Change", "Sum", "EUR", "EUR")


def write(value: Decimal) -> str:
    return f"{value:.0f}" if abs(value) < 10**6 else f"{value:.1E}"


def inside(picture: Drawing, slack: float = 0.01) -> bool:
    """Whether every shape lies in the picture; texts as wide as they are reckoned."""
    for shape in picture.shapes:
        if isinstance(shape, Box):
            points = [(shape.x, shape.y), (shape.x + shape.width, shape.y + shape.height)]
        elif isinstance(shape, Area | Line):
            points = list(shape.points)
        elif isinstance(shape, Stripes):
            points = [point for ends in shape.segments for point in ends]
        elif isinstance(shape, Mark):
            points = [(shape.x, shape.y)]
        else:
            wide = width_of(shape.text, SIZES[shape.voice])
            start = shape.x - {"start": 0, "middle": wide / 2, "end": wide}[shape.anchor]
            points = [(start, shape.y), (start + wide, shape.y)]
        for x, y in points:
            if not (-slack <= x <= picture.width + slack and -slack <= y <= picture.height + slack):
                return False
    return True


def boxes(picture: Drawing) -> list[Box]:
    """The bars, without the samples of the legend: the tests draw none."""
    return [shape for shape in picture.shapes if isinstance(shape, Box)]


def trends(picture: Drawing) -> list[Line]:
    return [shape for shape in picture.shapes if isinstance(shape, Line) and shape.look == "trend"]
