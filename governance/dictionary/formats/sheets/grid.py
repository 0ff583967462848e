"""From the bytes of a file to sheets of text: where the headings stand, what stands above them, and the rows below. Pure.

Reading is that of lists of use cases (`governance.usecases.intake`): encodings, separators, archives that unpack to too much.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice

from foundation.csv_safety import STARTERS
from governance.dictionary.formats.sheets.cells import MOST_COLUMNS, Line, opened
from governance.dictionary.formats.sheets.mapping import recognised
from governance.dictionary.formats.sheets.problems import Notes
from governance.usecases.intake import delimited, encodings, sheets
from governance.usecases.intake.table import Unreadable as NotRead

LARGEST = 40 * 1024 * 1024  # bytes
LOOKED_AT = 30  # filled rows among which the headings are looked for
QUOTED = re.compile(f"'* *[{re.escape(''.join(STARTERS))}]")
_SPACES = re.compile(r"\s+")
_MARKS = ((b"%PDF", "pdf"), (b"\xd0\xcf\x11\xe0", "xls"), (b"\x1f\x8b", "packed"), (b"SQLite format 3", "database"))


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet. `row` is that of the headings as the spreadsheet counts, `above` the filled rows before it; `sheet` is "" in CSV.

    `headings` are trimmed and told apart; the same again has a number behind it. A column without a heading is `#5`.
    """

    sheet: str
    row: int
    headings: tuple[str, ...]
    twice: tuple[tuple[int, str], ...]  # places of headings that were there already, with the heading as it stands
    above: tuple[Line, ...]
    lines: Iterator[Line]


def unquoted(text: str) -> str:
    """Takes off the quote that `quoted` put before a cell that would run."""
    return text[1:] if text.startswith("'") and QUOTED.match(text) else text


def quoted(text: str) -> str:
    """A cell that begins with quotes and would lose one when it is read gets another; `csv_safety` sees to all others."""
    return f"'{text}" if text.startswith("'") and QUOTED.match(text) else text


def text_sheet(data: bytes, notes: Notes) -> Iterator[Line]:
    """The rows of a file of separated values. Raises Unreadable."""
    if not data.strip(b"\0 \t\r\n"):
        raise NotRead("empty")
    kind = next((kind for mark, kind in _MARKS if data.startswith(mark)), "")
    if kind:
        raise NotRead("kind", kind=kind)
    text, _encoding, found = encodings.decoded(data)
    for item in found:
        notes.say("", "warning", item.code, **item.params)
    return (
        (number, [unquoted(cell) for cell in texts]) for number, texts in delimited.lines_of(text, delimited.delimiter_of(text))
    )


def workbook_sheets(data: bytes, notes: Notes) -> list[tuple[str, Callable[[], Iterator[Line]]]]:
    """The sheets of a workbook in their order, each with what reads its rows. Raises Unreadable."""
    for item in sheets.guard(data):
        notes.say("", "warning", item.code, **item.params)
    book = opened(data)
    return [(name, partial(book.lines, part)) for name, part in book.sheets]


def grid_of(sheet: str, lines: Iterator[Line], wanted: Sequence[str] = ()) -> Grid | None:
    """Finds the headings: `wanted` where they are known, else names that headings have, else the first row about as wide as the widest.

    None where nothing stands on the sheet.
    """
    lines = ((number, texts) for number, texts in lines if any(text and not text.isspace() for text in texts))
    first = list(islice(lines, LOOKED_AT))
    if not first:
        return None
    at = _headings_at(first, {heading.casefold() for heading in wanted})
    number, cells = first[at]
    headings, twice = _told_apart([clean(text) for text in cells])
    return Grid(sheet, number, headings, twice, tuple(first[:at]), chain(first[at + 1 :], lines))


def clean(text: str) -> str:
    """A heading on one line."""
    return _SPACES.sub(" ", text).strip()[:300].strip()


def _headings_at(first: Sequence[Line], wanted: set[str]) -> int:
    if wanted:
        counts = [sum(1 for text in cells if clean(text).casefold() in wanted) for _number, cells in first]
        if max(counts):
            return counts.index(max(counts))
    counts = [recognised([clean(text) for text in cells if len(text) < 300]) for _number, cells in first]
    if (best := max(counts)) >= 2:
        return next(at for at, count in enumerate(counts) if count >= 2 and 10 * count >= 6 * best)
    filled = [sum(1 for text in cells if text.strip()) for _number, cells in first]
    return next(at for at, count in enumerate(filled) if 2 * count >= max(filled))


def _told_apart(cells: Sequence[str]) -> tuple[tuple[str, ...], tuple[tuple[int, str], ...]]:
    cells = list(cells)
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise NotRead("too_many_columns", most=MOST_COLUMNS)
    taken: dict[str, int] = {}
    found: list[str] = []
    twice: list[tuple[int, str]] = []
    for at, cell in enumerate(cells):
        heading = cell or f"#{at + 1}"
        folded = heading.casefold()
        if folded in taken:
            twice.append((at, heading))
            while f"{folded} ({taken[folded] + 1})" in taken:
                taken[folded] += 1
            taken[folded] += 1
            heading = f"{heading} ({taken[folded]})"
            folded = heading.casefold()
        taken[folded] = 1
        found.append(heading)
    return tuple(found), tuple(twice)


__all__ = ["LARGEST", "Grid", "Line", "clean", "grid_of", "quoted", "text_sheet", "unquoted", "workbook_sheets"]
