"""Dictionaries as spreadsheets: CSV and XLSX with any headings, in any language, and our own sheet that gives everything back. Pure.

`headings` knows what people call things, `mapping` guesses which heading says what and takes a person's word for it, `files` reads.
Writing is always in our own layout; what another file said beside it is written back under its own headings.
"""

from __future__ import annotations

from collections.abc import Mapping

from foundation import csv_safety
from governance.dictionary.formats.model import Book, Format, Reading
from governance.dictionary.formats.sheets import files
from governance.dictionary.formats.sheets.files import Seen, headings_of
from governance.dictionary.formats.sheets.grid import quoted
from governance.dictionary.formats.sheets.layout import REST
from governance.dictionary.formats.sheets.mapping import TARGETS, Guess, guess
from governance.dictionary.formats.sheets.workbook import write_workbook
from governance.dictionary.formats.sheets.writing import rows_of


def read_csv(data: bytes, name: str) -> Reading:
    """A file of separated values, in any encoding and with any separator. Raises Unreadable."""
    return files.read(data, name, "csv")


def read_xlsx(data: bytes, name: str) -> Reading:
    """A workbook; every sheet that lists columns. Raises Unreadable."""
    return files.read(data, name, "xlsx")


def read_mapped(data: bytes, name: str, mapping: Mapping[str, str]) -> Reading:
    """A file as a person decided: heading → field of `TARGETS`, or an empty text where the column is only kept. Raises Unreadable."""
    return files.read(data, name, "xlsx" if data.startswith(b"PK") else "csv", mapping)


def write_csv(book: Book) -> bytes:
    """Our own sheet as CSV in UTF-8 with a mark, as spreadsheets know it; no cell of it runs as a formula."""
    rows = rows_of(book, "csv")
    lines = ([*map(quoted, cells), rest] for cells, rest in rows.lines)
    return "".join(csv_safety.written([[*map(quoted, rows.headings), REST], *lines])).encode()


CSV = Format(name="csv", label="CSV", extension="csv", media_type="text/csv", read=read_csv, write=write_csv)
XLSX = Format(
    name="xlsx",
    label="Excel",
    extension="xlsx",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    read=read_xlsx,
    write=write_workbook,
)

__all__ = ["CSV", "TARGETS", "XLSX", "Guess", "Seen", "guess", "headings_of", "read_mapped"]
