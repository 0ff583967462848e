"""Tables of any length: rows are read one by one, laid out once and drawn at once.

A cell wraps; a row stays on one page unless it is longer than a page; the header is repeated. Memory grows by the finished pages
and not with the rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reports.document import Cell, Column, Table, Value, safe_link
from reports.pdf.page import (
    ACCENT,
    BOTTOM,
    CONTENT,
    INK,
    LEFT,
    LINE,
    MUTED,
    RGB,
    RIGHT,
    STATES,
    SURFACE,
    TOP,
    Flow,
    Line,
    Style,
)

PAD = 5.0  # beside the text of a cell
PAD_ROW = 3.4  # above and below it
DOT = 8.0  # room for the mark of a state
NARROWEST = 26.0
HEAD_LINES = 8  # of a column's title: a header never eats the page


class Grid:
    """One table in the making."""

    def __init__(self, flow: Flow, table: Table) -> None:
        flow.tables += 1
        self.flow = flow
        self.table = table
        self.number = flow.tables
        self.widths = column_widths(table.columns)
        self.lefts = [LEFT + sum(self.widths[:place]) for place in range(len(self.widths))]
        self.rooms = [wide - 2 * PAD for wide in self.widths]
        titles = zip(table.columns, self.rooms, strict=True)
        self.heads = [flow.writer.lines(column.title, flow.styles.head, room)[:HEAD_LINES] for column, room in titles]
        self.shaded = False

    def draw(self) -> None:
        """Draw the whole table, or its sentence when it has no rows."""
        flow = self.flow
        rows = iter(self.table.rows)
        first = next(rows, None)
        if first is None:
            self._caption()
            flow.write(flow.writer.lines(self.table.empty, flow.styles.body, CONTENT), flow.styles.body, colour=MUTED)
            flow.gap(12)
            return
        layout = self._layout(first)
        flow.need(30 + self._head_height() + min(3 * layout[1], 120))
        self._caption()
        self._header()
        self._row(*layout)
        for row in rows:
            self._row(*self._layout(row))
        self._close()
        flow.gap(16)

    def _caption(self, *, continued: bool = False) -> None:
        flow, style = self.flow, self.flow.styles.caption
        label = _("Table %(number)d") % {"number": self.number}
        title = _("%(caption)s (continued)") % {"caption": self.table.caption} if continued else self.table.caption
        if not continued:
            flow.gap(8)
            flow.need(style.leading * 3)
        head = flow.writer.one_line(label, style, CONTENT)
        flow.page.text(LEFT, flow.y - 9, head, ACCENT)
        indent = head.width + 9
        lines = flow.writer.lines(title, style, CONTENT - indent)
        for line in lines[:1] if continued else lines:
            flow.need(style.leading)
            flow.page.text(LEFT + indent, flow.y - 9, line, MUTED if continued else INK)
            flow.y -= style.leading
        flow.y -= 4

    def _head_height(self) -> float:
        return max(map(len, self.heads)) * self.flow.styles.head.leading + 2 * PAD_ROW + 2

    def _header(self) -> None:
        """The titles of the columns between two rules; the texts sit on the lower one."""
        flow, style, page = self.flow, self.flow.styles.head, self.flow.page
        height = self._head_height()
        page.rule(LEFT, RIGHT, flow.y, INK, 0.9)
        for column, left, room, lines in zip(self.table.columns, self.lefts, self.rooms, self.heads, strict=True):
            y = flow.y - height + PAD_ROW + 3 + style.leading * (len(lines) - 1)
            for line in lines:
                page.text(_placed(column, left + PAD, room, line), y, line, MUTED)
                y -= style.leading
        flow.y -= height
        page.rule(LEFT, RIGHT, flow.y, LINE, 0.6)
        self.shaded = False

    def _close(self) -> None:
        self.flow.page.rule(LEFT, RIGHT, self.flow.y, LINE, 0.6)

    def _turn(self) -> None:
        """Go on with the table on a new page."""
        self._close()
        self.flow.new_page()
        self._caption(continued=True)
        self._header()

    def _layout(self, row: Sequence[Value]) -> tuple[list[tuple[Value, Style, list[Line]]], float]:
        """The lines of each cell, and the height of the row."""
        if len(row) != len(self.widths):
            raise ValueError(f"a row of {self.table.caption!r} has {len(row)} cells under {len(self.widths)} columns")
        scale, lines_of, deepest = self.flow.styles, self.flow.writer.lines, 1
        laid = []
        for value, column, room in zip(row, self.table.columns, self.rooms, strict=True):
            style = scale.cell_mono if column.mono else scale.cell
            if isinstance(value, str):
                text = value
            else:
                text = value.text
                if value.state:
                    style, room = scale.cell_strong, room - DOT
                elif value.mono:
                    style = scale.cell_mono
            lines = lines_of(text, style, room)
            deepest = max(deepest, len(lines))
            laid.append((value, style, lines))
        return laid, deepest * scale.cell.leading + 2 * PAD_ROW

    def _row(self, laid: list[tuple[Value, Style, list[Line]]], height: float) -> None:
        """Draw one row, on the next page if it does not fit here, over several if it fits on none."""
        flow, leading = self.flow, self.flow.styles.cell.leading
        if flow.y - height < BOTTOM:
            whole = TOP - 20 - self._head_height() - BOTTOM
            if height <= whole or flow.y - BOTTOM < 6 * leading:
                self._turn()
            while flow.y - height < BOTTOM:
                fits = max(1, int((flow.y - BOTTOM - 2 * PAD_ROW) / leading))
                self._cells([(value, style, lines[:fits]) for value, style, lines in laid], fits * leading + 2 * PAD_ROW)
                laid = [(value, style, lines[fits:]) for value, style, lines in laid]
                height -= fits * leading
                self._turn()
        self._cells(laid, height)
        self.shaded = not self.shaded

    def _cells(self, laid: list[tuple[Value, Style, list[Line]]], height: float) -> None:
        flow, page, leading = self.flow, self.flow.page, self.flow.styles.cell.leading
        if self.shaded:
            page.box(LEFT, flow.y - height, CONTENT, height, SURFACE)
        first = flow.y - PAD_ROW - leading / 2
        parts = []
        plain = f"{RGB[INK]} rg"
        colour = ""
        for (value, style, lines), column, left, room in zip(laid, self.table.columns, self.lefts, self.rooms, strict=True):
            wanted, x, y = plain, left + PAD, first - style.size * 0.36
            if isinstance(value, Cell) and (value.state or value.link):
                wanted, x = self._marked(value, x, y, lines, column, room)
            if wanted != colour:
                parts.append(wanted)
                colour = wanted
            for line in lines:
                at = x if column.align == "left" else _placed(column, x, room, line)
                parts.append(f"1 0 0 1 {at:.2f} {y:.2f} Tm {line.code}")
                y -= leading
        page.operators.append(f"BT {' '.join(parts)} ET")
        flow.y -= height

    def _marked(self, value: Cell, x: float, y: float, lines: list[Line], column: Column, room: float) -> tuple[str, float]:
        """Draw what belongs to a state or a link; return the colour of the text and where it begins."""
        page, colour = self.flow.page, INK
        if value.state:
            colour = STATES[value.state]
            if column.align == "left":
                page.dot(x + 2.2, y + 2.8, 4.2, colour)
                x += DOT
        link = safe_link(value.link)
        if link:
            colour = colour if value.state else ACCENT
            leading = self.flow.styles.cell.leading
            for place, line in enumerate(lines):
                at, low = _placed(column, x, room, line), y - place * leading
                page.links.append((link, at, low - 2, at + line.width, low + 7))
                page.rule(at, at + line.width, low - 1.4, colour, 0.35)
        return f"{RGB[colour]} rg", x


def column_widths(columns: Sequence[Column]) -> list[float]:
    """Widths in points after the columns' shares, none too narrow for a short word unless there are too many of them."""
    least = min(NARROWEST, CONTENT / len(columns))
    shares = {place: column.width for place, column in enumerate(columns)}
    narrow: set[int] = set()
    while True:
        scale = (CONTENT - least * len(narrow)) / (sum(share for place, share in shares.items() if place not in narrow) or 1)
        found = {place for place, share in shares.items() if place not in narrow and share * scale < least - 1e-9}
        if not found:
            return [least if place in narrow else share * scale for place, share in shares.items()]
        narrow |= found


def _placed(column: Column, x: float, room: float, line: Line) -> float:
    if column.align == "left":
        return x
    return x + (room - line.width) / (1 if column.align == "right" else 2)
