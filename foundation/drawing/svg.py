"""Geometry written as SVG for pages. Only class names are given: static/css/drawing.css has the colours, in light and dark.

A picture is one image with a title and a description (role="img"). If boxes carry links it is a group, so that the links
can be reached. Either way the page shows the same facts as a table beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from foundation.drawing.bars import BarChart, PlacedBar
from foundation.drawing.layered import Curve, Layout, Placed, Route
from foundation.drawing.shapes import Area, Box, Drawing, Line, Mark, Point, Shape, Words
from foundation.drawing.text import fit

PADDING = 12.0
TITLE_SIZE = 13.0
DETAIL_SIZE = 12.0
ARROW = 6.0
EMPTY = SafeString("")


@dataclass(frozen=True, slots=True)
class NodeText:
    """What a box says: a title, a smaller line below it, the tone of its state, and where it leads."""

    title: str
    detail: str = ""
    tone: str = "neutral"
    url: str = ""
    current: bool = False


def graph(layout: Layout, texts: Mapping[str, NodeText], *, key: str, title: str, description: str) -> SafeString:
    """A layered graph. `key` is unique in the page; `texts` has an entry for every box of the layout."""
    nodes = format_html_join("", "{}", ((_node(box, texts[box.key]),) for box in layout.boxes))
    edges = format_html_join("", "{}", ((_edge(route),) for route in layout.routes))
    linked = any(texts[box.key].url for box in layout.boxes)
    return _picture(
        layout.width,
        layout.height,
        format_html("{}{}", edges, nodes),
        key=key,
        title=title,
        description=description,
        linked=linked,
    )


def bars(chart: BarChart, *, key: str, title: str, description: str, narrow: BarChart | None = None) -> SafeString:
    """Horizontal bars with their labels, figures and the line of zero. With `narrow`, the same for a small window."""
    if narrow is None:
        return _bars(chart, key=key, title=title, description=description, form="fluid")
    return format_html(
        '<div class="drawing-pair">{}{}</div>',
        _bars(chart, key=key, title=title, description=description, form="wide"),
        _bars(narrow, key=f"{key}-narrow", title=title, description=description, form="narrow"),
    )


def _bars(chart: BarChart, *, key: str, title: str, description: str, form: str) -> SafeString:
    rows = format_html_join("", "{}", ((_bar(placed, chart.label_width),) for placed in chart.bars))
    zero = _number(chart.zero_x)
    axis = format_html('<line class="drawing__axis" x1="{}" y1="0" x2="{}" y2="{}"/>', zero, zero, _number(chart.height))
    return _picture(
        chart.width, chart.height, format_html("{}{}", axis, rows), key=key, title=title, description=description, form=form
    )


def drawing(wide: Drawing, *, key: str, title: str, description: str, narrow: Drawing | None = None) -> SafeString:
    """A picture made of shapes. With `narrow`, the same for a small window: the style sheet shows the one that fits."""
    if narrow is None:
        return _drawn(wide, key=key, title=title, description=description, form="fluid")
    return format_html(
        '<div class="drawing-pair">{}{}</div>',
        _drawn(wide, key=key, title=title, description=description, form="wide"),
        _drawn(narrow, key=f"{key}-narrow", title=title, description=description, form="narrow"),
    )


def _drawn(found: Drawing, *, key: str, title: str, description: str, form: str) -> SafeString:
    content = format_html_join("", "{}", ((part,) for part in _shapes(found.shapes)))
    return _picture(found.width, found.height, content, key=key, title=title, description=description, form=form)


def _picture(
    width: float,
    height: float,
    content: SafeString,
    *,
    key: str,
    title: str,
    description: str,
    form: str = "",
    linked: bool = False,
) -> SafeString:
    return format_html(
        '<svg class="drawing{}" role="{}" aria-labelledby="{}-title {}-text" viewBox="0 0 {} {}" width="{}" height="{}">'
        '<title id="{}-title">{}</title><desc id="{}-text">{}</desc>{}</svg>',
        f" drawing--{form}" if form else "",
        "group" if linked else "img",
        key,
        key,
        *[_number(value) for value in (width, height, width, height)],
        key,
        title,
        key,
        description,
        content,
    )


def _node(box: Placed, text: NodeText) -> SafeString:
    room = box.width - 2 * PADDING
    middle = box.y + box.height / 2
    x = _number(box.x + PADDING)
    first = middle - 3 if text.detail else middle + TITLE_SIZE * 0.35
    detail = EMPTY
    if text.detail:
        detail = format_html(
            '<text class="drawing__detail" x="{}" y="{}">{}</text>', x, _number(middle + 13), fit(text.detail, room, DETAIL_SIZE)
        )
    drawn = format_html(
        '<g class="drawing__node tone-{}{}"><title>{}</title>'
        '<rect class="drawing__box" x="{}" y="{}" width="{}" height="{}" rx="6"/>'
        '<text class="drawing__title" x="{}" y="{}">{}</text>{}</g>',
        text.tone,
        " drawing__node--current" if text.current else "",
        f"{text.title} · {text.detail}" if text.detail else text.title,
        *[_number(value) for value in (box.x, box.y, box.width, box.height)],
        x,
        _number(first),
        fit(text.title, room, TITLE_SIZE),
        detail,
    )
    return format_html('<a href="{}">{}</a>', text.url, drawn) if text.url else drawn


def _edge(route: Route) -> SafeString:
    end_x, end_y = route.curves[-1].end
    start = route.curves[0].start
    path = f"M{_point(start)}" + "".join(_curve(curve) for curve in route.curves)
    back, half = _number(end_x - ARROW), ARROW * 0.6
    arrow = f"M{_number(end_x)} {_number(end_y)}L{back} {_number(end_y - half)}L{back} {_number(end_y + half)}Z"
    return format_html('<path class="drawing__edge" d="{}"/><path class="drawing__arrow" d="{}"/>', path, arrow)


def _curve(curve: Curve) -> str:
    return f"C{_point(curve.control_1)} {_point(curve.control_2)} {_point(curve.end)}"


def _bar(placed: PlacedBar, label_width: float) -> SafeString:
    baseline = _number(placed.label_y + TITLE_SIZE * 0.35)
    return format_html(
        '<text class="drawing__label" x="0" y="{}"><title>{}</title>{}</text>'
        '<rect class="drawing__bar tone-{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>'
        '<text class="drawing__value" x="{}" y="{}"{}>{}</text>',
        baseline,
        placed.bar.label,
        fit(placed.bar.label, label_width, TITLE_SIZE),
        placed.bar.tone,
        *[_number(value) for value in (placed.x, placed.y, placed.width, placed.height)],
        _number(placed.figure_x),
        baseline,
        mark_safe(' text-anchor="end"') if placed.figure_ends else "",
        placed.bar.figure,
    )


def _point(point: tuple[float, float]) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _number(value: float) -> str:
    """Two decimals at most, and never in a locale's writing: SVG knows only the point."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


# Shapes ----------------------------------------------------------------------------------------------------------------


def _shapes(shapes: Sequence[Shape]) -> Iterator[SafeString]:
    """Each shape as an element; bars of one tone that stand side by side and tell nothing are one path, for there may be hundreds."""
    for tone, group in groupby(shapes, key=lambda shape: shape.tone if isinstance(shape, Box) and not shape.told else None):
        if tone is None:
            yield from map(_shape, group)
        else:
            path = "".join(_rectangle(box) for box in group if isinstance(box, Box))
            yield format_html('<path class="drawing__bar tone-{}" d="{}"/>', tone, path)


def _shape(shape: Shape) -> SafeString:
    if isinstance(shape, Words):
        return _words(shape)
    if isinstance(shape, Box):
        return _box(shape)
    if isinstance(shape, Line):
        dashed = f" drawing__{shape.look}--dashed" if shape.dashed else ""
        kind = f"drawing__{shape.look} tone-{shape.tone}{dashed}"
        return format_html('<path class="{}" d="{}"/>', kind, _way(shape.points))
    if isinstance(shape, Mark):
        return _mark(shape)
    if isinstance(shape, Area):
        return format_html('<path class="drawing__area tone-{}" d="{}Z"/>', shape.tone, _way(shape.points))
    kind = f"drawing__hatch tone-{shape.tone}" if shape.tone else "drawing__stripes"
    return format_html('<path class="{}" d="{}"/>', kind, "".join(_way(ends) for ends in shape.segments))


def _words(shape: Words) -> SafeString:
    kind = {"label": "drawing__label", "value": "drawing__value", "small": "drawing__axis-label"}[shape.voice]
    return format_html(
        '<text class="{}" x="{}" y="{}"{}>{}{}</text>',
        kind,
        _number(shape.x),
        _number(shape.y),
        format_html(' text-anchor="{}"', shape.anchor) if shape.anchor != "start" else EMPTY,
        format_html("<title>{}</title>", shape.whole) if shape.whole != shape.text else EMPTY,
        shape.text,
    )


def _box(shape: Box) -> SafeString:
    return format_html(
        '<rect class="drawing__bar tone-{}" x="{}" y="{}" width="{}" height="{}">{}</rect>',
        shape.tone,
        *[_number(value) for value in (shape.x, shape.y, shape.width, shape.height)],
        format_html("<title>{}</title>", shape.told) if shape.told else EMPTY,
    )


def _mark(shape: Mark) -> SafeString:
    x, y, half = shape.x, shape.y, shape.size / 2
    if shape.form == "dot":
        place = [_number(value) for value in (x, y, half)]
        return format_html('<circle class="drawing__mark tone-{}" cx="{}" cy="{}" r="{}"/>', shape.tone, *place)
    corners = ((x, y - half), (x + half, y), (x, y + half), (x - half, y))
    return format_html('<path class="drawing__mark tone-{}" d="{}Z"/>', shape.tone, _way(corners))


def _way(points: Sequence[Point]) -> str:
    return "M" + "L".join(_point(point) for point in points)


def _rectangle(box: Box) -> str:
    return f"M{_point((box.x, box.y))}h{_number(box.width)}v{_number(box.height)}h{_number(-box.width)}Z"
