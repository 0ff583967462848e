"""The cells of a workbook as texts, row by row and in bounded memory: the values that were saved, nothing computed. Pure.

Office Open XML, ECMA-376 part 1, chapter 18 (SpreadsheetML), in its transitional and its strict form. Read with expat: a dictionary of
a hundred thousand rows has a million cells, and an object for each would take minutes. A document type declaration is refused, so no
entity is ever expanded.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from xml.parsers import expat  # document types, and with them all entities, are refused below

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from governance.usecases.intake.table import Unreadable

MOST_ROWS = 200_000
MOST_COLUMNS = 1000
MOST_SHEETS = 200
_TORN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError)  # what an archive raises that is damaged or locked
_MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
_LINKS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_NAMES = {f"{space} {name}": name for space in _MAIN for name in (
    "row", "c", "v", "t", "is", "si", "r", "rPh", "numFmt", "cellXfs", "xf", "sheet", "workbookPr",
)}  # fmt: skip
_CHUNK = 128 * 1024
_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff"
_CONTROLS = re.compile(f"[{_CONTROL}]")
_TO_CODE = re.compile(f"_(?=x[0-9A-Fa-f]{{4}}[_{_CONTROL}])")

Line = tuple[int, Sequence[str]]


def decoded(text: str) -> str:
    """Characters as workbooks write those that XML cannot hold: `_x000D_` (ECMA-376 part 1, 22.9.2.19)."""
    return _CODED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def encoded(text: str) -> str:
    """What `decoded` reads back to the text."""
    text = _TO_CODE.sub("_x005F_", text) if "_x" in text else text
    return _CONTROLS.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


@dataclass(slots=True)
class Workbook:
    """A workbook that was opened: the names of its sheets with their parts of the archive, shared texts, and what is a date."""

    archive: zipfile.ZipFile
    sheets: list[tuple[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    dates: frozenset[int] = frozenset()  # numbers of cell styles
    epoch: datetime = CALENDAR_WINDOWS_1900

    def lines(self, part: str) -> Iterator[Line]:
        """The rows of a sheet. Raises Unreadable."""
        rows = _Rows(self)
        for _ in _parsed(self.archive, part, rows):
            yield from rows.taken()
        yield from rows.taken()


def opened(data: bytes) -> Workbook:
    """Opens a workbook that was found to be a harmless archive. Raises Unreadable."""
    try:
        book = Workbook(zipfile.ZipFile(io.BytesIO(data)))
        names = set(book.archive.namelist())
        parts = _read(book.archive, "xl/_rels/workbook.xml.rels", _Parts())
        front = _read(book.archive, "xl/workbook.xml", _Front())
        for name, link in front.sheets[:MOST_SHEETS]:
            part = posixpath.normpath(posixpath.join("/xl", parts.targets.get(link, ""))).lstrip("/")
            if part in names and link in parts.worksheets:
                book.sheets.append((name, part))
        book.epoch = CALENDAR_MAC_1904 if front.since_1904 else CALENDAR_WINDOWS_1900
        for target in parts.targets.values():
            part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
            if part in names and part.endswith("sharedStrings.xml"):
                book.texts = _read(book.archive, part, _Texts()).found
            elif part in names and part.endswith("styles.xml"):
                book.dates = _read(book.archive, part, _Styles()).dates()
    except (KeyError, ValueError, *_TORN, NotImplementedError) as error:
        raise error if isinstance(error, Unreadable) else Unreadable("xlsx", detail=type(error).__name__) from error
    if not book.sheets:
        raise Unreadable("empty")
    return book


class _Handler:
    """Takes what expat finds; names come without their namespace, where it is SpreadsheetML's."""

    def begin(self, name: str, given: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


_H = TypeVar("_H", bound=_Handler)


def _read(archive: zipfile.ZipFile, part: str, handler: _H) -> _H:
    for _ in _parsed(archive, part, handler):
        pass
    return handler


def _parsed(archive: zipfile.ZipFile, part: str, handler: _Handler) -> Iterator[None]:
    """Parses a part, stopping after each chunk so that what was found can be taken."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = lambda name, given: handler.begin(_NAMES.get(name) or name.rpartition(" ")[2], given)
    parser.EndElementHandler = lambda name: handler.end(_NAMES.get(name) or name.rpartition(" ")[2])
    parser.CharacterDataHandler = handler.text
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
                yield
            parser.Parse(b"", True)
    except Unreadable:
        raise
    except (expat.ExpatError, KeyError, ValueError, OverflowError, *_TORN) as error:
        raise Unreadable("xlsx", detail=f"{part}: {error}"[:150]) from error


def _refuse(*_declared: Any) -> None:
    raise Unreadable("entities")


class _Parts(_Handler):
    """`workbook.xml.rels`: where the parts of the workbook are."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}
        self.worksheets: set[str] = set()

    def begin(self, name: str, given: dict[str, str]) -> None:
        if name == "Relationship" and "Id" in given and given.get("TargetMode") != "External":
            self.targets[given["Id"]] = given.get("Target", "")
            if given.get("Type", "").endswith("/worksheet"):
                self.worksheets.add(given["Id"])


class _Front(_Handler):
    """`workbook.xml`: the sheets in their order, and from when days are counted."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.since_1904 = False

    def begin(self, name: str, given: dict[str, str]) -> None:
        if name == "sheet":
            link = next((given[f"{space} id"] for space in _LINKS if f"{space} id" in given), "")
            self.sheets.append((decoded(given.get("name", "")), link))
        elif name == "workbookPr":
            self.since_1904 = given.get("date1904") in ("1", "true")


class _Texts(_Handler):
    """`sharedStrings.xml`: each text once; how a part of it looks is left out, and so is how it is spoken."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] | None = None
        self._spoken = False

    def begin(self, name: str, given: dict[str, str]) -> None:
        if name == "t" and not self._spoken:
            self._parts = [] if self._parts is None else self._parts
            self._open = True
        elif name == "rPh":
            self._spoken = True
        elif name == "si":
            self._parts, self._open = [], False

    def end(self, name: str) -> None:
        if name == "t":
            self._open = False
        elif name == "rPh":
            self._spoken = False
        elif name == "si":
            self.found.append(decoded("".join(self._parts or ())))
            self._parts = None

    def text(self, text: str) -> None:
        if self._parts is not None and self._open:
            self._parts.append(text)

    _open = False


class _Styles(_Handler):
    """`styles.xml`: which cell styles show a number as a date."""

    def __init__(self) -> None:
        self._codes: dict[int, str] = {}
        self._formats: list[int] = []
        self._in_cells = False

    def begin(self, name: str, given: dict[str, str]) -> None:
        if name == "numFmt":
            self._codes[_whole(given.get("numFmtId"))] = given.get("formatCode", "")[:500]
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self._formats.append(_whole(given.get("numFmtId")))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False

    def dates(self) -> frozenset[int]:
        codes = BUILTIN_FORMATS | self._codes
        return frozenset(at for at, number in enumerate(self._formats) if is_date_format(codes.get(number, "General")))


class _Rows(_Handler):
    """A sheet: rows as they are closed, with gaps where rows or cells are left out."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._ready: list[Line] = []
        self._number = 0
        self._cells: list[str] = []
        self._parts: list[str] = []
        self._in_value = self._spoken = False
        self._type = self._style = ""
        self._at = 0

    def taken(self) -> list[Line]:
        ready, self._ready = self._ready, []
        return ready

    def begin(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self._at = _column(given["r"]) if "r" in given else len(self._cells)
            self._type, self._style = given.get("t", "n"), given.get("s", "")
            self._parts = []
        elif name in ("v", "t"):
            self._in_value = not self._spoken
        elif name == "rPh":
            self._spoken = True
        elif name == "row":
            number = given.get("r", "")
            self._number = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else self._number + 1
            if self._number > MOST_ROWS:
                raise Unreadable("too_many_rows", most=MOST_ROWS)
            self._cells = []

    def text(self, text: str) -> None:
        if self._in_value:
            self._parts.append(text)

    def end(self, name: str) -> None:
        if name == "c":
            self._close_cell()
        elif name in ("v", "t"):
            self._in_value = False
        elif name == "rPh":
            self._spoken = False
        elif name == "row":
            self._ready.append((self._number, self._cells))

    def _close_cell(self) -> None:
        if not self._parts or not 0 <= self._at <= MOST_COLUMNS:
            return
        cells = self._cells
        while len(cells) <= self._at:
            cells.append("")
        text = "".join(self._parts)
        match self._type:
            case "s":
                text = self._book.texts[int(text)] if text.isdigit() and int(text) < len(self._book.texts) else ""
            case "b":
                text = "TRUE" if text.strip() == "1" else "FALSE"
            case "n":
                text = self._number_text(text)
            case _:
                text = decoded(text)
        cells[self._at] = text

    def _number_text(self, text: str) -> str:
        """A number as somebody would type it, a day and a time as ISO 8601; what is neither stays as it stands."""
        try:
            value = float(text)
            if self._style and int(self._style) in self._book.dates:
                return _moment(from_excel(value, self._book.epoch))
        except (ValueError, OverflowError, TypeError):
            return text
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return format(Decimal(repr(value)), "f") if abs(value) < 1e60 and (not value or abs(value) > 1e-60) else text


def _moment(value: datetime | date | time | timedelta | None) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _column(place: str) -> int:
    """`C7` → 2; -1 for what is no place."""
    at = 0
    for sign in place[:4]:
        if not "A" <= sign <= "Z":
            break
        at = at * 26 + ord(sign) - 64
    return at - 1


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
