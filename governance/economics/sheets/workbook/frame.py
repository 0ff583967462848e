"""How the workbook looks, and how its cells are made: inputs blue, formulas black, texts never run. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from foundation.canonical import decimal_text
from foundation.csv_safety import STARTERS
from governance.economics.sheets.cells import encoded
from governance.economics.sheets.fields import CHOICES, Field

Words = Callable[[str], str]
FIRST_DAY = date(1900, 3, 1)  # before it spreadsheets count days in two ways
_INPUT, _BLACK, _MUTED, _DARK = "0000FF", "000000", "5F6B76", "1F3A5F"
_NO_TITLE = re.compile(r"[\[\]:*?/\\']")
_A4 = 9
_LINE_HEIGHT = 13.5  # points
_LETTERS = 1.2  # that go into one unit of a column's width: texts are smaller than the font it is counted in
_FIRST_WIDE = 0x2E80
_LINE = Side(style="thin", color="B8C2CC")
_HAIR = Side(style="hair", color="D5DBE1")

MONEY = '#,##0.00;[Red]-#,##0.00;"–"'
FACTOR = "0.000000"
RATE = "#,##0.00##%"
TIMES = "0.00"
WHOLE = "0"
STEP = '[>=100000]"–";0'  # a line that falls once never falls again
DAY = "yyyy-mm-dd"
TEXT = "@"


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks."""

    color: str = _BLACK
    bold: bool = False
    size: int = 10
    fill: str = ""
    format: str = "General"
    wrap: bool = False
    top: bool = False  # a line above it, as sums have
    across: str = ""  # left, right; right is for numbers
    indent: int = 0
    quoted: bool = False
    boxed: bool = False  # a cell to write in


PLAIN = Look(wrap=True)
LABEL = Look()
MUTED = Look(color=_MUTED, wrap=True, indent=1)
NOTE = Look(color=_MUTED)  # runs on over the cells beside it
TITLE = Look(color=_DARK, bold=True, size=15)
SECTION = Look(color=_DARK, bold=True, size=12)
HEADING = Look(color="FFFFFF", bold=True, fill=_DARK, wrap=True, indent=1)
NUMBER_HEADING = Look(color="FFFFFF", bold=True, fill=_DARK, format=WHOLE, wrap=True, across="right")
HIDDEN = Look(color=_MUTED)


def formula(format: str = MONEY, *, bold: bool = False, top: bool = False, fill: str = "") -> Look:
    """A cell that is computed."""
    return Look(format=format, bold=bold, top=top, fill=fill, across="right")


def input_look(field: Field, value: Any = None) -> Look:
    """A cell to write in, with as many decimals as its value needs."""
    match field.form:
        case "number":
            return Look(_INPUT, format=_decimals(value), boxed=True, across="right")
        case "rate":
            return Look(_INPUT, format=RATE, boxed=True, across="right")
        case "whole":
            return Look(_INPUT, format=WHOLE, boxed=True, across="right")
        case "day":
            return Look(_INPUT, format=DAY, boxed=True, indent=1)
        case "json":
            return HIDDEN
        case "choice" | "switch":
            return Look(_INPUT, boxed=True, indent=1)
        case _:
            return Look(_INPUT, wrap=True, format=TEXT, boxed=True, indent=1)


def heading_look(field: Field) -> Look:
    """What stands over a column: numbers are aligned to the right, and so is their heading."""
    return NUMBER_HEADING if field.form in ("number", "rate", "whole", "computed") else HEADING


def _decimals(value: Any) -> str:
    places = len(decimal_text(value).partition(".")[2]) if isinstance(value, Decimal) else 0
    return "#,##0" if not places else "#,##0." + "0" * min(max(places, 2), 10)


def height_of(text: str, width: float) -> float:
    """Points that a row needs for a text in a column so wide. A Chinese character is as wide as two letters."""
    letters = sum(2 if ord(sign) > _FIRST_WIDE else 1 for sign in text)
    return _LINE_HEIGHT * max(1, -(-letters // int(width * _LETTERS)))


@dataclass
class Book:
    """A workbook that is being written, row after row."""

    words: Words
    made: Workbook = field(default_factory=lambda: Workbook(write_only=True))
    _looks: dict[Look, Any] = field(default_factory=dict)
    _titles: dict[str, str] = field(default_factory=dict)

    def title(self, name: str) -> str:
        """What the sheet is called: at most 31 characters, none that a spreadsheet refuses, no other sheet of that name."""
        if name not in self._titles:
            title = _NO_TITLE.sub(" ", self.words(name)).strip()[:31] or name
            taken = {known.casefold() for known in self._titles.values()}
            self._titles[name] = title if title.casefold() not in taken else name
        return self._titles[name]

    def place(self, sheet: str, column: int, row: int, last_column: int = 0, last_row: int = 0) -> str:
        """`'Cash flow'!$K$5:$P$5`, for formulas and names; columns and rows from 1."""
        first = f"${get_column_letter(column)}${row}"
        last = f":${get_column_letter(last_column or column)}${last_row or row}" if last_column or last_row else ""
        return f"{quote_sheetname(self.title(sheet))}!{first}{last}"

    def name(self, name: str, place: str) -> None:
        """A name by which formulas speak of the place."""
        self.made.defined_names[name] = DefinedName(name, attr_text=place)

    def choice(self, name: str) -> str:
        """What a choice is called in this workbook."""
        return self.words(CHOICES[name]) if name in CHOICES else name

    def literal(self, name: str) -> str:
        """The same inside a formula."""
        return '"' + self.choice(name).replace('"', '""') + '"'

    def sheet(
        self,
        name: str,
        widths: Mapping[int, float] | Sequence[float],
        *,
        freeze: str = "",
        landscape: bool = True,
        pages: int = 1,
    ) -> Sheet:
        """An empty sheet. `pages`: over how many its width is printed."""
        made = self.made.create_sheet(self.title(name))
        items = widths.items() if isinstance(widths, Mapping) else enumerate(widths, start=1)
        for column, width in items:
            made.column_dimensions[get_column_letter(column)].width = width
        made.column_dimensions["A"].hidden = True
        made.freeze_panes = freeze or None
        made.sheet_view.showGridLines = False
        made.page_setup.orientation = "landscape" if landscape else "portrait"
        made.page_setup.paperSize = _A4
        made.page_setup.fitToWidth, made.page_setup.fitToHeight = pages, 0
        made.sheet_properties.pageSetUpPr.fitToPage = True
        made.oddFooter.left.text = "&A"
        made.oddFooter.right.text = "&P / &N"
        made.page_margins.left = made.page_margins.right = 0.4  # inches
        made.page_margins.top = 0.6
        return Sheet(self, made)

    def style(self, sheet: Any, look: Look) -> Any:
        """The number of a look in the workbook: made once, for making one for each cell takes most of the time."""
        if look not in self._looks:
            cell = WriteOnlyCell(sheet)
            cell.font = Font(name="Calibri", size=look.size, bold=look.bold, color=look.color)
            across = look.across or ("left" if look.indent else None)
            cell.alignment = Alignment(
                wrap_text=look.wrap,
                vertical="top",
                horizontal=across,
                indent=look.indent,
            )
            cell.number_format = look.format
            if look.fill:
                cell.fill = PatternFill("solid", fgColor=look.fill)
            if look.top:
                cell.border = Border(top=_LINE)
            if look.boxed:
                cell.border = Border(bottom=_HAIR)
            if look.quoted:
                cell.quotePrefix = True
            self._looks[look] = cell._style
        return self._looks[look]


class Sheet:
    """One sheet: rows are written from the top, and their numbers are counted."""

    def __init__(self, book: Book, made: Any) -> None:
        self.book = book
        self.made = made
        self.rows = 0

    def row(self, *cells: Any, hidden: bool = False, height: float = 0) -> int:
        """Writes a row and gives its number."""
        self.rows += 1
        if hidden:
            self.made.row_dimensions[self.rows].hidden = True
        if height:
            self.made.row_dimensions[self.rows].height = height
        self.made.append(cells)
        return self.rows

    def machine(self, *names: str, hidden: bool = True) -> int:
        """A row for programs."""
        return self.row(*(self.text(name, HIDDEN) if name else None for name in names), hidden=hidden)

    def text(self, text: str, look: Look = LABEL) -> Any:
        """A text, whatever it looks like: no formula, not even after somebody edits the cell."""
        if not text:
            return self.blank(look)
        safe = look if not text.lstrip(" ").startswith(STARTERS) else Look(**{**_fields(look), "quoted": True})
        cell = self._cell(encoded(text), safe)
        cell.data_type = "s"
        return cell

    def words(self, text: str, look: Look = LABEL) -> Any:
        return self.text(self.book.words(text), look)

    def formula(self, text: str, look: Look) -> Any:
        """`text` without the sign of equality."""
        return self._cell(f"={text}", look)

    def number(self, value: Decimal | int, look: Look) -> Any:
        return self._cell(value, look)

    def blank(self, look: Look) -> Any:
        return self._cell(None, look)

    def input(self, field: Field, value: Any) -> Any:
        """A cell to write in, with what stands there now."""
        look = input_look(field, value)
        if value is None:
            return self.blank(look)
        if isinstance(value, bool):
            return self.text(self.book.choice("yes" if value else "no"), look)
        if isinstance(value, date):
            return self._cell(value, look) if value >= FIRST_DAY else self.text(value.isoformat(), look)
        if isinstance(value, Decimal | int):
            return self._cell(value, look)
        return self.text(self.book.choice(value) if field.form == "choice" else value, look)

    def offer(self, choices: Sequence[str], place: str) -> None:
        """Words to choose from. Another may be typed, and is told when the file is read."""
        offered = ",".join(self.book.choice(name) for name in choices)
        rule = DataValidation(type="list", formula1=f'"{offered}"', allow_blank=True, errorStyle="warning")
        rule.add(place)
        self.made.data_validations.append(rule)

    def plain(self, value: Any) -> Any:
        """A cell without a look."""
        return WriteOnlyCell(self.made, value)

    def _cell(self, value: Any, look: Look) -> Any:
        cell = WriteOnlyCell(self.made, value)
        if isinstance(value, Decimal):
            cell._value = decimal_text(value)  # as it is: openpyxl would write 0.07000000000000001
        cell._style = self.book.style(self.made, look)
        return cell


def _fields(look: Look) -> dict[str, Any]:
    return {name: getattr(look, name) for name in Look.__slots__}
