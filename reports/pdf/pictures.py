"""Figures on paper: their captions, and drawings from the same coordinates as on a page, in the paper's colours."""

from __future__ import annotations

from math import isinf
from typing import assert_never

from django.utils.translation import gettext as _

from foundation.drawing.shapes import SIZES, Area, Box, Drawing, Line, Mark, Point, Shape, Stripes, Words
from reports.document import Picture
from reports.pdf.page import (
    ACCENT,
    BOTTOM,
    CONTENT,
    FILLS,
    INK,
    LEFT,
    LINE,
    LINE_STRONG,
    MUTED,
    PAPER,
    TINTS,
    TOP,
    Flow,
    Page,
    Style,
)

MEASURE = 440.0  # of the sentence below a caption
CAPTION = 70.0  # what a caption and its sentence take at least
COLOURS = {"axis": LINE_STRONG, "grid": LINE, "guide": MUTED, "connector": LINE_STRONG}


def caption(flow: Flow, title: str, sentence: str, *, room: float) -> None:
    """Number and title of a figure and the sentence that reads it, with `room` for all that must stay together with them."""
    flow.figures += 1
    scale = flow.styles
    flow.gap(8)
    flow.need(room)
    label = flow.writer.one_line(_("Figure %(number)d") % {"number": flow.figures}, scale.caption, CONTENT)
    flow.page.text(LEFT, flow.y - 9, label, ACCENT)
    indent = label.width + 9
    for line in flow.writer.lines(title, scale.caption, CONTENT - indent):
        flow.page.text(LEFT + indent, flow.y - 9, line)
        flow.y -= scale.caption.leading
    flow.y -= 2
    flow.write(flow.writer.lines(sentence, scale.label, MEASURE), scale.label, colour=MUTED)
    flow.y -= 6


def height_of(block: Picture) -> float:
    """The height of the figure with a caption of usual length."""
    return block.drawing.height * scale_of(block.drawing) + CAPTION


def scale_of(drawing: Drawing) -> float:
    """Points of paper for one of the drawing: as wide as the text, unless it would not fit on a page."""
    return min(CONTENT / drawing.width, (TOP - BOTTOM - CAPTION) / drawing.height)


def draw_picture(flow: Flow, block: Picture) -> None:
    """The figure, whole on one page."""
    caption(flow, block.caption, block.summary, room=height_of(block))
    drawing = block.drawing
    scale = scale_of(drawing)
    flow.need(drawing.height * scale)  # a caption may have been longer than usual
    pen = _Pen(flow, scale, flow.y)
    for shape in drawing.shapes:
        pen.draw(shape)
    flow.y -= drawing.height * scale
    flow.gap(14)


class _Pen:
    """Draws shapes on the current page, with the upper left corner of their drawing at the left margin and `top`."""

    def __init__(self, flow: Flow, scale: float, top: float) -> None:
        self.flow, self.scale, self.top = flow, scale, top
        faces = flow.writer.faces
        self.styles = {
            voice: Style(faces.bold if voice == "value" else faces.regular, round(size * scale, 2), size * scale)
            for voice, size in SIZES.items()
        }

    @property
    def page(self) -> Page:
        return self.flow.page

    def at(self, point: Point) -> Point:
        return LEFT + point[0] * self.scale, self.top - point[1] * self.scale

    def draw(self, shape: Shape) -> None:
        if isinstance(shape, Words):
            self._words(shape)
        elif isinstance(shape, Box):
            x, y = self.at((shape.x, shape.y + shape.height))
            self.page.box(x, y, shape.width * self.scale, shape.height * self.scale, FILLS[shape.tone])
        elif isinstance(shape, Stripes):
            segments = [[self.at(point) for point in ends] for ends in shape.segments]
            self.page.strokes(segments, FILLS[shape.tone] if shape.tone else PAPER, 0.8 if shape.tone is None else 0.6)
        elif isinstance(shape, Area):
            self.page.polygon([self.at(point) for point in shape.points], TINTS[shape.tone])
        elif isinstance(shape, Line):
            self._line(shape)
        elif isinstance(shape, Mark):
            self._mark(shape)
        else:
            assert_never(shape)

    def _line(self, shape: Line) -> None:
        points = [self.at(point) for point in shape.points]
        if shape.look == "trend":
            colour = MUTED if shape.tone == "neutral" else FILLS[shape.tone]
            self.page.way(points, colour, 1.3, dash="4 3" if shape.dashed else "")
        else:
            colour = INK if shape.tone == "ink" else COLOURS[shape.look]
            self.page.way(points, colour, 0.6, dash="1.5 2" if shape.look == "guide" else "")

    def _mark(self, shape: Mark) -> None:
        x, y = self.at((shape.x, shape.y))
        half = shape.size / 2 * self.scale
        if shape.form == "dot":
            self.page.dot(x, y, 2 * half, FILLS[shape.tone])
        else:
            self.page.polygon([(x, y - half), (x + half, y), (x, y + half), (x - half, y)], FILLS[shape.tone])

    def _words(self, shape: Words) -> None:
        """A text cut by the paper's own font, in the room that it has."""
        x, y = self.at((shape.x, shape.y))
        limit = CONTENT if isinf(shape.room) else shape.room * self.scale
        line = self.flow.writer.one_line(shape.whole, self.styles[shape.voice], limit)
        x -= {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor] * line.width
        size = self.styles[shape.voice].size
        self.page.box(x - 1, y - size * 0.25, line.width + 2, size * 1.1, PAPER)  # no line of the grid runs through a figure
        self.page.text(x, y, line, MUTED if shape.voice == "small" else INK)
