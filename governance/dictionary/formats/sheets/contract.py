"""What stands on a workbook beside its lists of columns: names and values above a list, and sheets that list none. Pure.

The workbook of the Open Data Contract Standard (sheets `Fundamentals` and `Schema <table>`) says there what a table and the whole
contract are called; other workbooks have a title there. All of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from governance.dictionary.formats.sheets.cells import Line
from governance.dictionary.formats.sheets.headings import plain

MOST_KEPT = 5000  # cells of sheets that list no columns
SCHEMA = "schema "
FRONT = "fundamentals"
_OF_TABLE = {"business name": "title", "physical name": "physical_name", "description": "description"}
_OF_BOOK = {"name": "title", "version": "version", "purpose": "description"}


def kept_lines(lines: Iterable[Line]) -> list[list[Any]] | None:
    """Filled rows with their numbers, as JSON; None where they are too many."""
    found: list[list[Any]] = []
    count = 0
    for number, texts in lines:
        cells = [text.strip() for text in texts]
        while cells and not cells[-1]:
            cells.pop()
        count += len(cells)
        if count > MOST_KEPT:
            return None
        if cells:
            found.append([number, *cells])
    return found


def pairs_of(lines: Iterable[Sequence[Any]]) -> dict[str, str]:
    """Rows of a name and its value, by the plain name; the first of the same name counts."""
    found: dict[str, str] = {}
    for _number, *cells in lines:
        filled = [text for text in cells if text]
        if len(filled) >= 2:
            found.setdefault(plain(filled[0]), filled[1])
    return found


def table_of(sheet: str, above: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Name of the table on a sheet `Schema <table>`, and what is said of it."""
    name = above.get("name") or sheet[len(SCHEMA) :].strip() or sheet
    return name, {part: above[heading] for heading, part in _OF_TABLE.items() if heading in above}


def book_of(pairs: Mapping[str, str]) -> dict[str, str]:
    """What the sheet `Fundamentals` says of the contract."""
    return {part: pairs[heading] for heading, part in _OF_BOOK.items() if heading in pairs}


def title_of(above: Sequence[Line]) -> str:
    """The title above a list: the first row, where one cell of it is filled."""
    if not above:
        return ""
    filled = [text.strip() for text in above[0][1] if text.strip()]
    return filled[0] if len(filled) == 1 and len(filled[0]) <= 200 else ""
