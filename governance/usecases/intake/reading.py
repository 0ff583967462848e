"""From the bytes of a file to a table, whatever the file is called."""

from __future__ import annotations

from dataclasses import replace

from governance.usecases.intake import delimited, documents, encodings, sheets
from governance.usecases.intake.table import LARGEST, LARGEST_YAML, Reading, Table, Unreadable, tabulate

_MARKS = (
    (b"%PDF", "pdf"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"\x1f\x8b", "packed"),
    (b"7z\xbc\xaf", "packed"),
    (b"SQLite format 3", "database"),
)


def read(data: bytes, name: str = "", reading: Reading | None = None) -> Table:
    """Read a file. `name` only tells YAML from CSV, which look alike. Raises Unreadable with what is wrong."""
    reading = reading or Reading()
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable("empty")
    if len(data) > LARGEST:
        raise Unreadable("too_large", most=LARGEST // 1024**2)
    if data.startswith(b"PK"):
        sheet, names, notes, lines = sheets.sheet_of(data, reading.sheet)
        return tabulate(lines, format="xlsx", reading=Reading(sheet=sheet, names_at=reading.names_at), notes=notes, sheets=names)
    for mark, kind in _MARKS:
        if data.startswith(mark):
            raise Unreadable("kind", kind=kind)
    is_yaml = name.lower().endswith((".yaml", ".yml"))
    if is_yaml and len(data) > LARGEST_YAML:
        raise Unreadable("too_large_yaml", most=LARGEST_YAML // 1024**2)
    text, encoding, found = encodings.decoded(data, reading.encoding)
    if is_yaml:
        return tabulate(documents.lines_of(text), format="yaml", reading=Reading(encoding=encoding), notes=found)
    delimiter = reading.delimiter if reading.delimiter in delimited.DELIMITERS else delimited.delimiter_of(text)
    return tabulate(
        delimited.lines_of(text, delimiter),
        format="csv",
        reading=replace(reading, encoding=encoding, delimiter=delimiter, sheet=""),
        notes=found,
    )
