"""The cells of a workbook as they were saved: what they hold, of which kind, and whether a formula made it. Nothing is computed. Pure.

Office Open XML, ECMA-376 part 1, chapter 18 (SpreadsheetML). What a sheet says of its own size is not looked at; the bounds are on what is
really there. Document types, and with them entities, are refused.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.cell import get_column_letter, range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from governance.economics.sheets.problems import Unreadable

MOST_ROWS = 20_000
MOST_COLUMNS = 1_000
MOST_CELLS = 100_000  # that hold something, of a sheet that is read
MOST_ELEMENTS = 300_000  # of XML, twice: where they begin and end; the longest case has a tenth of it
MOST_SHEETS = 100
_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TO_CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Cell:
    """`kind`: number, text, switch, error, day or typed (a text of which nothing says what it is, as in CSV).

    `text` is the number as it was saved, the day as ISO 8601, TRUE or FALSE; empty where a formula has no saved value.
    """

    kind: str
    text: str
    formula: bool = False


@dataclass(slots=True)
class Row:
    number: int
    cells: dict[int, Cell] = field(default_factory=dict)  # by column, from 0


@dataclass(slots=True)
class Sheet:
    """`merged`: first column, first row, last column, last row, all from 1, and the name of the range. `put_before`: columns that the
    file does not have, before its own; cells are told by the names that the file has for them."""

    title: str
    rows: list[Row] = field(default_factory=list)
    merged: list[tuple[int, int, int, int, str]] = field(default_factory=list)
    put_before: int = 0

    def letters(self, column: int) -> str:
        """What people call a column, such as C; `column` is counted from 0."""
        return get_column_letter(max(column - self.put_before, 0) + 1)


def decoded(text: str) -> str:
    """Characters as workbooks write those that XML cannot hold: `_x000D_` (ECMA-376 part 1, 22.9.2.19)."""
    return _CODED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def encoded(text: str) -> str:
    """What `decoded` reads back to the text."""
    return _TO_CODE.sub("_x005F_", text) if "_x" in text else text


def sheets_of(data: bytes) -> list[Sheet]:
    """The sheets that hold tables, and no others. The archive was looked at before. Raises Unreadable."""
    part = "xl/workbook.xml"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            book = _Book(archive)
            found = []
            for title, part in book.sheets:
                sheet = _sheet(book, title, part)
                if sheet is not None:
                    found.append(sheet)
            return found
    except Unreadable:
        raise
    except DefusedXmlException as error:
        raise Unreadable("entities") from error
    except Exception as error:  # a hostile or damaged workbook makes the parsers raise whatever they like
        raise Unreadable("xlsx", detail=f"{posixpath.basename(part)}: {type(error).__name__}") from error


class _Book:
    """What is said once for all sheets."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        names = set(archive.namelist())
        targets = dict(self._relations())
        self.epoch: datetime = CALENDAR_WINDOWS_1900
        self.sheets: list[tuple[str, str]] = []
        for name, given in self._elements("xl/workbook.xml", {"sheet", "workbookPr"}):
            if name == "workbookPr" and given.get("date1904") in ("1", "true"):
                self.epoch = CALENDAR_MAC_1904
            link = next((value for key, value in given.items() if key.endswith("}id")), "")
            if name == "sheet" and (part := targets.get(link, "")) in names and "worksheets/" in part:
                self.sheets.append((decoded(given.get("name", "")), part))
        if len(self.sheets) > MOST_SHEETS:
            raise Unreadable("xlsx", detail=f"more than {MOST_SHEETS} sheets")
        self.texts = list(_texts(archive, "xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in names else []
        self.days = self._days() if "xl/styles.xml" in names else frozenset()

    def _relations(self) -> Iterator[tuple[str, str]]:
        for _name, given in self._elements("xl/_rels/workbook.xml.rels", {"Relationship"}):
            if given.get("TargetMode") != "External":
                yield given.get("Id", ""), posixpath.normpath(posixpath.join("/xl", given.get("Target", ""))).lstrip("/")

    def _days(self) -> frozenset[int]:
        """The numbers of the cell styles that show a number as a date."""
        codes: dict[int, str] = dict(BUILTIN_FORMATS)
        formats: list[int] = []
        inside = False
        with self.archive.open("xl/styles.xml") as stream:
            for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
                name = _name(element)
                if name == "cellXfs":
                    inside = event == "start"
                elif event == "start" and name == "numFmt":
                    codes[int(element.get("numFmtId", "0"))] = element.get("formatCode", "")[:500]
                elif event == "start" and name == "xf" and inside:
                    formats.append(int(element.get("numFmtId", "0")))
        return frozenset(at for at, number in enumerate(formats) if is_date_format(codes.get(number, "General")))

    def _elements(self, part: str, wanted: set[str]) -> Iterator[tuple[str, dict[str, str]]]:
        with self.archive.open(part) as stream:
            for _event, element in iterparse(stream, events=("end",), forbid_dtd=True):
                if _name(element) in wanted:
                    yield _name(element), dict(element.attrib)


def _texts(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    with archive.open(part) as stream:
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if event == "end" and _name(element) == "si":
                yield _text_of(element)
                element.clear()


def _sheet(book: _Book, title: str, part: str) -> Sheet | None:
    """The sheet, or None where its first cell says that it holds nothing to be read, or says nothing at all."""
    sheet = Sheet(title)
    row: Row | None = None
    cells = elements = 0
    with book.archive.open(part) as stream:
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            name = _name(element)
            elements += 1
            if elements > MOST_ELEMENTS:
                raise Unreadable("too_many_cells", most=MOST_CELLS)
            if event == "start":
                if name == "row":
                    row = Row(_row_number(element, row))
                continue
            if name == "c" and row is not None:
                at = _column(element.get("r", ""), row)
                cell = _cell(book, element)
                element.clear()
                if cell is not None:
                    cells += 1
                    _bound(row.number, at, cells)
                    row.cells[at] = cell
            elif name == "row" and row is not None:
                element.clear()
                if row.cells:
                    sheet.rows.append(row)
                if not _is_ours(sheet):
                    return None
            elif name == "mergeCell":
                reference = element.get("ref", "")
                sheet.merged.append((*range_boundaries(reference), reference))
    return sheet if sheet.rows else None


def _is_ours(sheet: Sheet) -> bool:
    """Whether a table or a remark stands first in column A, or nothing has come yet; a sheet that is only computed begins with ##."""
    if not sheet.rows:
        return True
    first = sheet.rows[0].cells.get(0)
    return first is not None and first.text.startswith(("[", "#")) and not first.text.startswith("##")


def _bound(row: int, column: int, cells: int) -> None:
    if row > MOST_ROWS:
        raise Unreadable("too_many_rows", most=MOST_ROWS)
    if column >= MOST_COLUMNS:
        raise Unreadable("too_many_columns", most=MOST_COLUMNS)
    if cells > MOST_CELLS:
        raise Unreadable("too_many_cells", most=MOST_CELLS)


def _row_number(element: Any, before: Row | None) -> int:
    given = element.get("r", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else (before.number if before else 0) + 1


def _column(place: str, row: Row) -> int:
    """`C7` → 2; without a place, the next."""
    at = 0
    for sign in place[:4]:
        if not "A" <= sign <= "Z":
            break
        at = at * 26 + ord(sign) - 64
    return at - 1 if at else max(row.cells, default=-1) + 1


def _cell(book: _Book, element: Any) -> Cell | None:
    parts = {_name(child): child for child in element}
    formula = "f" in parts
    if "is" in parts:
        return Cell("text", text, formula) if (text := _text_of(parts["is"])) else None
    value = parts["v"].text or "" if "v" in parts else ""
    kind = element.get("t", "n")
    if not value:
        return Cell("text", "", True) if formula else None
    match kind:
        case "s":
            text = book.texts[int(value)]
            return Cell("text", text, formula) if text else None
        case "b":
            return Cell("switch", "TRUE" if value.strip() in ("1", "true") else "FALSE", formula)
        case "e":
            return Cell("error", value, formula)
        case "n":
            return _number(book, element, value, formula)
        case "d":
            return Cell("day", value.removesuffix("T00:00:00"), formula)
        case _:
            return Cell("text", decoded(value), formula)


def _number(book: _Book, element: Any, value: str, formula: bool) -> Cell:
    style = element.get("s", "")
    if style and int(style) in book.days:
        try:
            moment = from_excel(float(value), book.epoch)
        except (ValueError, OverflowError):
            return Cell("error", value, formula)
        text = moment.isoformat() if hasattr(moment, "isoformat") else str(moment)
        return Cell("day", text.removesuffix("T00:00:00"), formula)
    return Cell("number", value.strip(), formula)


def _text_of(element: Any) -> str:
    """The text of an `si` or `is`: runs one after the other, without how it is spoken (`rPh`)."""
    found: list[str] = []
    for child in element:
        if _name(child) == "t":
            found.append(child.text or "")
        elif _name(child) == "r":
            found += [inner.text or "" for inner in child if _name(inner) == "t"]
    return decoded("".join(found))


def _name(element: Any) -> str:
    name: str = element.tag
    return name.rpartition("}")[2]
