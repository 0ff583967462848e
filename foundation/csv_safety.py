"""Cells of a CSV file that a spreadsheet opens: none of them may run. Pure.

A spreadsheet takes a cell that begins with one of a few characters for a formula, whoever wrote it. A quote before it makes it a text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"  # by which spreadsheets know UTF-8


def safe(cell: str) -> str:
    """The cell as a text, whatever it begins with."""
    return f"'{cell}" if cell.lstrip(" ").startswith(STARTERS) else cell


def written(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The lines of a file, one after the other, so that a long one need not be held."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield BYTE_ORDER_MARK
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
