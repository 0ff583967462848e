"""Workbooks (XLSX): the values that were saved, from one sheet. Nothing is computed, and nothing unpacked beyond a bound."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import openpyxl
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from governance.usecases.intake.table import LOOKED_AT_FOR_NAMES, MOST_COLUMNS, MOST_ROWS, Note, Unreadable

MOST_UNPACKED = 80 * 1024 * 1024  # bytes
MOST_RATIO = 200  # unpacked bytes for one that is packed: text is at ten to thirty
MOST_MEMBERS = 2000
_FREE_RATIO = 5 * 1024 * 1024  # bytes below which nobody asks for the ratio
_LOOKED_AT = 10 * MOST_ROWS  # lines, empty ones included
_MOST_NOTED = 2000  # cells
_LONGEST_NOTE = 20_000  # characters
_WIDEST = 20 * MOST_COLUMNS  # cells of a line


def sheet_of(data: bytes, wanted: str = "") -> tuple[str, list[str], list[Note], Iterator[tuple[int, Sequence[str]]]]:
    """The sheet's name, the names of all, what was noticed, and its lines. Raises Unreadable."""
    notes = guard(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # extensions that nobody needs here
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # a hostile or damaged workbook raises whatever it likes
        raise _damaged(error) from error
    names = [sheet.title for sheet in book.worksheets]
    if not names:
        raise Unreadable("empty")
    if wanted and wanted not in names:
        raise Unreadable("no_such_sheet", sheet=wanted)
    name = wanted or next((sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"), names[0])
    return name, names, [*notes, *_noticed(data, book[name])], _lines(book[name])


def guard(data: bytes) -> list[Note]:
    """Look at the archive before anything is unpacked. The sizes it states bound what can be read from it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if not any(member.filename == "xl/workbook.xml" for member in members):
                raise Unreadable("not_a_workbook")
            if any(member.flag_bits & 1 for member in members):
                raise Unreadable("encrypted")
            unpacked = sum(member.file_size for member in members)
            packed = max(sum(member.compress_size for member in members), 1)
            bomb = unpacked > _FREE_RATIO and unpacked > MOST_RATIO * packed
            if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or bomb:
                raise Unreadable("unpacks_too_large", most=MOST_UNPACKED // 1024**2)
            return [Note("formulas")] if any(_has_formula(archive, member) for member in members) else []
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("xlsx", detail=type(error).__name__) from error


def _has_formula(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    if not member.filename.startswith("xl/worksheets/sheet"):
        return False
    with archive.open(member) as stream:
        tail = b""
        while chunk := stream.read(256 * 1024):
            if b"<f>" in (seen := tail + chunk) or b"<f " in seen:
                return True
            tail = chunk[-3:]
    return False


def _noticed(data: bytes, sheet: Any) -> list[Note]:
    """Cells of a sheet that look empty and need not be: those that were merged into another, and formulas saved without what they gave."""
    merged: list[str] = []
    unsaved: list[str] = []
    rows = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(sheet._worksheet_path) as stream:
            for _event, element in iterparse(stream, events=("end",), forbid_dtd=True):
                name = element.tag.rpartition("}")[2]
                if name == "c":
                    if _is_unsaved(element):
                        unsaved.append(element.get("r", "?"))
                elif name == "mergeCell":
                    merged.append(element.get("ref", "?"))
                elif name == "row":
                    rows += 1
                    element.clear()
                if rows > _LOOKED_AT or len(merged) + len(unsaved) > _MOST_NOTED:
                    break
    except Exception as error:  # as above
        raise _damaged(error) from error
    found = (("merged", merged), ("unsaved", unsaved))
    return [Note(code, {"cells": ", ".join(places)[:_LONGEST_NOTE]}) for code, places in found if places]


def _is_unsaved(cell: Any) -> bool:
    """A formula whose text is empty was saved as one (`t="str"`), and says just that."""
    parts = {child.tag.rpartition("}")[2]: child for child in cell}
    return "f" in parts and cell.get("t") != "str" and ("v" not in parts or not parts["v"].text)


def _lines(sheet: Any) -> Iterator[tuple[int, Sequence[str]]]:
    sheet.reset_dimensions()  # what a workbook says of its size may be wrong
    filled = 0
    try:
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > _LOOKED_AT:
                raise Unreadable("too_many_rows", most=MOST_ROWS)
            texts = [_text(cell) for cell in cells[:_WIDEST]]
            if filled < LOOKED_AT_FOR_NAMES and any(map(str.strip, texts)):
                filled += 1
                texts += [""] * (MOST_COLUMNS - len(texts))  # beside the last name there may be columns without one
            yield number, texts
    except Unreadable:
        raise
    except Exception as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> Unreadable:
    defused = isinstance(error, DefusedXmlException) or isinstance(error.__cause__, DefusedXmlException)
    return Unreadable("entities") if defused else Unreadable("xlsx", detail=type(error).__name__)


def _text(value: Any) -> str:
    """A cell as somebody would type it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
