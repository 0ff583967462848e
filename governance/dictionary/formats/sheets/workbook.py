"""A book as a workbook that people fill in: the dictionary, its permissible values, and what the columns mean. Pure.

The same book gives the same bytes: times in the archive and in the properties are fixed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from foundation.csv_safety import STARTERS
from governance.dictionary.elements import as_mapping
from governance.dictionary.formats.model import Book
from governance.dictionary.formats.sheets.cells import encoded
from governance.dictionary.formats.sheets.layout import AS_GIVEN, LONGEST_CELL, OWN, REST
from governance.dictionary.formats.sheets.values import HEADINGS, VALUES_SHEET
from governance.dictionary.formats.sheets.values import rows_of as value_rows
from governance.dictionary.formats.sheets.writing import rows_of

DICTIONARY = "Dictionary"
READ_ME = "Read me"
_VALIDATED = 10_000  # rows below the headings in which a list of words is offered
_FIXED = (1980, 1, 1, 0, 0, 0)  # the first time that an archive can state
_CREATED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")
_WIDE = 24
_HEAD = {
    "font": Font(bold=True),
    "fill": PatternFill("solid", fgColor="DDE6EE"),
    "alignment": Alignment(wrap_text=True, vertical="top"),
}
_ABOUT = (
    ("", "One row lists one column of a data set. Columns that hold the same element name it in the column Element; the first of them "
         "says what it means."),
    ("", "A row without a column lists an element that no data set holds yet."),
    ("", "The values that an element may have stand on the sheet Permissible values, or in one cell of the sheet Dictionary."),
    ("", "Columns may be moved, added and left out. What is added is kept and written back."),
)  # fmt: skip


def write_workbook(book: Book) -> bytes:
    """The file. Sheets: Dictionary, Permissible values, Read me."""
    values: dict[str, list[list[str]]] = {}
    for element in book.elements:
        if element.domain.values and (rows := value_rows(element.key, as_mapping(element)["domain"]["values"])) is not None:
            values[element.key] = rows
    made = Workbook(write_only=True)
    headings, lines, rests = _dictionary(book, values)
    sheet = _sheet(made, DICTIONARY, [*headings, *rests], _widths(headings, rests), lines)
    _validate(sheet, headings)
    _sheet(made, VALUES_SHEET, HEADINGS, (30, 16, 40, 30, 12, 12), (row for rows in values.values() for row in rows))
    _sheet(made, READ_ME, ("Column", "What stands there", "Words"), (24, 90, 60), _read_me())
    buffer = io.BytesIO()
    made.save(buffer)
    return _fixed(buffer.getvalue())


def _dictionary(book: Book, values: dict[str, Any]) -> tuple[tuple[str, ...], list[list[str]], list[str]]:
    """Headings, rows, and the headings of as many columns as the longest JSON needs."""
    rows = rows_of(book, "xlsx", values)
    lines: list[list[str]] = []
    most = 1
    for cells, rest in rows.lines:
        parts = [rest[at : at + LONGEST_CELL] for at in range(0, len(rest), LONGEST_CELL)]
        most = max(most, len(parts))
        lines.append([*cells, *parts])
    return rows.headings, lines, [REST if number == 1 else f"{REST} {number}" for number in range(1, most + 1)]


def _sheet(made: Workbook, title: str, headings: Sequence[str], widths: Sequence[int], lines: Iterable[Sequence[str]]) -> Any:
    sheet = made.create_sheet(title)
    sheet.freeze_panes = "A2"
    for at, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.append([_head(sheet, heading) for heading in headings])
    for line in lines:
        sheet.append([_cell(sheet, text) for text in line])
    return sheet


def _head(sheet: Any, heading: str) -> Any:
    cell = WriteOnlyCell(sheet, encoded(heading))
    cell.data_type = "s"
    cell.font, cell.fill, cell.alignment = _HEAD["font"], _HEAD["fill"], _HEAD["alignment"]
    return cell


def _cell(sheet: Any, text: str) -> Any:
    """A text, whatever it looks like: no formula and no error value, not even after somebody edits the cell."""
    if not text:
        return None
    text = encoded(text)
    if text in _ERRORS or text.lstrip(" ").startswith(STARTERS):
        cell = WriteOnlyCell(sheet, text)
        cell.data_type = "s"
        cell.quotePrefix = True
        return cell
    return text


def _widths(headings: Sequence[str], rests: Sequence[str]) -> list[int]:
    known = {own.heading: own.width for own in OWN}
    return [known.get(heading, _WIDE) for heading in headings] + [_WIDE] * len(rests)


def _validate(sheet: Any, headings: Sequence[str]) -> None:
    """Words offered where only some are known; another may be typed, and is told when the file is read."""
    for own in OWN:
        if own.words:
            offered = DataValidation(type="list", formula1=f'"{",".join(own.words)}"', allow_blank=True, errorStyle="warning")
            letters = get_column_letter(headings.index(own.heading) + 1)
            offered.add(f"{letters}2:{letters}{_VALIDATED}")
            sheet.data_validations.append(offered)


def _read_me() -> list[tuple[str, ...]]:
    lines: list[tuple[str, ...]] = [(heading, words, "") for heading, words in _ABOUT]
    lines += [(own.heading, own.help, ", ".join(own.words)) for own in OWN]
    lines.append((f"…{AS_GIVEN}", "What another file said under a heading that has a meaning of its own here.", ""))
    lines.append((REST, "What has no column here, for programs. Leave it as it is; a filled cell counts before it.", ""))
    return lines


def _fixed(data: bytes) -> bytes:
    """The same archive with fixed times."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _CREATED.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            member = zipfile.ZipInfo(name, _FIXED)
            member.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(member, content)
    return buffer.getvalue()
