"""The blocks of a section as they stand on paper: headings, paragraphs, facts, figures. Tables have a module of their own."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reports.document import Bars, Block, Heading, KeyValues, Picture, Section, Table, Text, Value, cell, safe_link
from reports.pdf.grid import Grid
from reports.pdf.page import (
    ACCENT,
    ACCENT_SURFACE,
    BOTTOM,
    CONTENT,
    INK,
    LEFT,
    LINE,
    MUTED,
    RIGHT,
    STATES,
    SURFACE,
    TOP,
    WARN_SURFACE,
    Flow,
    Line,
    Style,
    baseline,
)
from reports.pdf.pictures import CAPTION, caption, draw_picture, height_of

MEASURE = 440.0  # longest line of prose: about 90 letters, 46 Chinese characters
LABELS = 140.0  # width of the labels of facts
BAR = 8.0


def draw_section(flow: Flow, number: int, section: Section) -> None:
    """Draw a section with everything in it."""
    _section_heading(flow, str(number), section)
    part = 0
    for place, block in enumerate(section.blocks):
        if isinstance(block, Heading):
            part += 1
            _heading(flow, f"{number}.{part}", block, lead=_lead(section.blocks[place + 1 :]))
        else:
            draw_block(flow, block)


def draw_block(flow: Flow, block: Block) -> None:
    """Draw one block at the current place."""
    if isinstance(block, Table):
        Grid(flow, block).draw()
    elif isinstance(block, Text):
        _text(flow, block)
    elif isinstance(block, KeyValues):
        _key_values(flow, block)
    elif isinstance(block, Bars):
        _bars(flow, block)
    elif isinstance(block, Picture):
        draw_picture(flow, block)
    else:
        raise TypeError(f"a section holds no {type(block).__name__}")


def _lead(blocks: Sequence[Block]) -> float:
    """The height that the first of `blocks` wants below its heading: a heading never stands alone at the foot of a page."""
    if not blocks:
        return 0
    first = blocks[0]
    if isinstance(first, Heading):
        return 32 + _lead(blocks[1:])
    if isinstance(first, Picture):
        return height_of(first)
    if isinstance(first, Bars):
        return min(CAPTION + 20.0 * len(first.bars), 300.0)
    return 180.0 if isinstance(first, Table) else 50.0


def _section_heading(flow: Flow, number: str, section: Section) -> None:
    style = flow.styles.heading
    flow.gap(30)
    flow.need(style.leading + 20 + _lead(section.blocks))
    flow.anchor(section.key, number, section.title, 0)
    mark = flow.writer.one_line(number, style, CONTENT)
    flow.page.text(LEFT, baseline(flow.y, style), mark, ACCENT)
    indent = max(26.0, mark.width + 10)
    flow.write(flow.writer.lines(section.title, style, CONTENT - indent), style, x=LEFT + indent)
    flow.y -= 6
    flow.page.rule(LEFT, RIGHT, flow.y, INK, 0.8)
    flow.y -= 14


def _heading(flow: Flow, number: str, heading: Heading, *, lead: float) -> None:
    style = flow.styles.subheading
    flow.gap(14)
    flow.need(style.leading + 6 + lead)
    flow.anchor(heading.key, number, heading.title, 1)
    mark = flow.writer.one_line(number, style, CONTENT)
    flow.page.text(LEFT, baseline(flow.y, style), mark, MUTED)
    indent = max(26.0, mark.width + 8)
    flow.write(flow.writer.lines(heading.title, style, CONTENT - indent), style, x=LEFT + indent)
    flow.y -= 6


def _text(flow: Flow, block: Text) -> None:
    if block.style != "normal":
        _callout(flow, block)
        return
    style = flow.styles.body
    for paragraph in block.paragraphs:
        lines = flow.writer.lines(paragraph, style, MEASURE)
        if len(lines) > 1:
            flow.need(2 * style.leading)
        flow.write(lines, style)
        flow.gap(6)
    flow.gap(4)


def _callout(flow: Flow, block: Text) -> None:
    """A tinted panel with a word for what it is; colour alone says nothing."""
    style, strong = flow.styles.body, flow.styles.strong
    warning = block.style == "warning"
    colour, ground = (STATES["warn"], WARN_SURFACE) if warning else (ACCENT, ACCENT_SURFACE)
    word = flow.writer.one_line(_("Attention") if warning else _("Note"), strong, MEASURE)
    rows: list[tuple[Line, Style, str]] = [(word, strong, colour)]
    for paragraph in block.paragraphs:
        rows.extend((line, style, INK) for line in flow.writer.lines(paragraph, style, CONTENT - 34))
    flow.gap(4)
    flow.need(3 * style.leading + 16)
    while rows:
        fits = max(1, int((flow.y - BOTTOM - 16) / style.leading))
        here, rows = rows[:fits], rows[fits:]
        height = len(here) * style.leading + 16
        flow.page.box(LEFT, flow.y - height, CONTENT, height, ground)
        flow.page.box(LEFT, flow.y - height, 2.4, height, colour)
        flow.y -= 8
        for line, kind, shade in here:
            flow.page.text(LEFT + 16, baseline(flow.y, style), line, shade)
            flow.y -= kind.leading
        flow.y -= 8
        if rows:
            flow.new_page()
    flow.gap(12)


def _key_values(flow: Flow, block: KeyValues) -> None:
    for label, value in block.rows:
        draw_fact(flow, label, value)
    flow.gap(14)


def draw_fact(flow: Flow, label: str, value: Value) -> None:
    """A label and its value under a hairline, over the page's end if need be."""
    scale, given = flow.styles, cell(value)
    style = scale.value_mono if given.mono else scale.value
    colour = STATES[given.state] if given.state else INK
    start = LEFT + LABELS
    mark = 11.0 if given.state else 0.0
    names = flow.writer.lines(label, scale.label, LABELS - 12)
    lines = flow.writer.lines(given.text, style, RIGHT - start - mark)
    flow.need(scale.value.leading * min(max(len(names), len(lines)), 4) + 9)
    flow.page.rule(LEFT, RIGHT, flow.y, LINE)
    flow.y -= 4
    link = safe_link(given.link)
    for place in range(max(len(names), len(lines))):
        if flow.need(scale.value.leading + 5):
            flow.y -= 4
        if place < len(names):
            flow.page.text(LEFT, baseline(flow.y, scale.value), names[place], MUTED)
        if place < len(lines):
            y = baseline(flow.y, scale.value)
            if mark and place == 0:
                flow.page.dot(start + 2.6, y + 3.2, 4.8, colour)
            flow.page.text(start + mark, y, lines[place], ACCENT if link and not given.state else colour)
            if link:
                flow.page.links.append((link, start + mark, y - 2, start + mark + lines[place].width, y + 8))
        flow.y -= scale.value.leading
    flow.y -= 4


def _bars(flow: Flow, block: Bars) -> None:
    """Horizontal bars from a common zero, each with its label and its value in words."""
    names = [flow.writer.lines(bar.label, flow.styles.label, LABELS - 12)[:3] for bar in block.bars]
    whole = CAPTION + sum(map(_height, names))
    room = whole if whole < TOP - BOTTOM else CAPTION  # on one page, if one holds it
    caption(flow, block.caption, block.summary if block.bars else block.empty, room=room)
    if block.bars:
        _scale(flow, block, names)
    flow.gap(14)


def _height(names: Sequence[Line]) -> float:
    return max(17.0, len(names) * 11 + 6)


def _scale(flow: Flow, block: Bars, labels: Sequence[Sequence[Line]]) -> None:
    scale = flow.styles
    lowest = min(0.0, *(float(bar.value) for bar in block.bars))
    highest = max(0.0, *(float(bar.value) for bar in block.bars))
    track, start = CONTENT - LABELS - 112, LEFT + LABELS
    unit = track / ((highest - lowest) or 1)
    zero = start - lowest * unit
    for bar, names in zip(block.bars, labels, strict=True):
        height = _height(names)
        flow.need(height)
        middle = flow.y - height / 2
        flow.page.box(start, middle - BAR / 2, track, BAR, SURFACE)
        length = float(bar.value) * unit
        colour = STATES[bar.state] if bar.state else ACCENT
        flow.page.box(min(zero, zero + length), middle - BAR / 2, max(abs(length), 0.6), BAR, colour)
        for place, line in enumerate(names):
            flow.page.text(LEFT, middle - 3 + ((len(names) - 1) / 2 - place) * 11, line)
        value = flow.writer.one_line(bar.text, scale.label, 104)
        flow.page.text(RIGHT - value.width, middle - 3, value, STATES[bar.state] if bar.state else INK)
        flow.page.box(zero - 0.3, middle - height / 2, 0.6, height, MUTED)
        flow.y -= height
