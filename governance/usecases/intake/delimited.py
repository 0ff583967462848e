"""Comma-separated values in the dialects that programs write."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from governance.usecases.intake.table import LARGEST, MOST_COLUMNS, MOST_ROWS, Unreadable

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE = 64 * 1024  # characters
_LONGEST_RECORD = 1000  # lines of one row; what is longer is a quotation mark that nobody closed
_END = "\0\0the end\0\0"  # read after the file: a row of its own, unless a quotation mark that nobody closed swallows it

csv.field_size_limit(LARGEST)  # a long cell is a problem of its row, and is told there


def delimiter_of(text: str) -> str:
    """By what the cells are separated: that by which most lines come out equally wide."""
    if text[:5].lower().startswith("sep=") and text[4:5] in DELIMITERS:
        return text[4]
    sample = text[:_SAMPLE]
    whole = len(sample) == len(text)
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        if delimiter not in sample:
            continue
        try:
            widths = [len(record) for record in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if record]
        except csv.Error:
            continue
        widths = widths if whole or len(widths) < 2 else widths[:-1]
        if not widths:
            continue
        width, count = Counter(widths).most_common(1)[0]
        score = (count / len(widths)) * min(width - 1, 3) if width > 1 else 0.01
        if score > best_score:
            best, best_score = delimiter, score
    return best


def lines_of(text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row with its number, empty ones included. Raises Unreadable for a quotation mark that is never closed."""
    if text[:5].lower().startswith("sep=") and text[4:5] in DELIMITERS:
        text = text.partition("\n")[2]
    reader = csv.reader(chain(io.StringIO(text, newline=""), [_END]), delimiter=delimiter)
    begun = 1
    try:
        for number, record in enumerate(reader, start=1):
            if len(record) > 20 * MOST_COLUMNS:
                raise Unreadable("too_many_columns", most=MOST_COLUMNS, count=len(record))
            if reader.line_num - begun > _LONGEST_RECORD:
                raise Unreadable("unclosed_quote", line=begun)
            if number > 10 * MOST_ROWS:
                raise Unreadable("too_many_rows", most=MOST_ROWS)
            if record and record[-1].endswith(_END):
                if record != [_END]:
                    raise Unreadable("unclosed_quote", line=begun)
                return
            begun = reader.line_num + 1
            yield number, record
    except csv.Error as error:
        raise Unreadable("csv", line=reader.line_num, detail=error) from error
