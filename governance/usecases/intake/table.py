"""A file as rows of text, whatever it came as, and the limits that hold for all forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from governance.usecases.intake.values import cleaned

LARGEST = 20 * 1024 * 1024  # bytes of a file
LARGEST_YAML = 2 * 1024 * 1024  # the same of one in YAML, which takes a hundred times as long to read
MOST_ROWS = 20_000
MOST_COLUMNS = 200
LONGEST_CELL = 20_000  # characters of a cell that goes into a definition
LONGEST_NAME = 300  # characters of a column's name
LOOKED_AT_FOR_NAMES = 20  # lines among which the names of the columns are looked for


class Unreadable(ValueError):
    """The file cannot be read as a whole: a code, and what it speaks of."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = {name: str(value)[:200] for name, value in params.items()}


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was noticed about the file as a whole, and does not hinder anything."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read. What is left empty is found out from the file."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    names_at: int = 0  # the line of the columns' names, as a spreadsheet counts


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number as a spreadsheet counts, and its cells, one for each column. `surplus` had no column."""

    number: int
    cells: tuple[str, ...]
    surplus: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """What was read: columns with names of their own, rows, and how it was read."""

    format: str
    reading: Reading
    columns: tuple[str, ...]
    rows: tuple[Line, ...]
    notes: tuple[Note, ...] = ()
    sheets: tuple[str, ...] = ()

    def column(self, name: str) -> list[str]:
        at = self.columns.index(name)
        return [row.cells[at] for row in self.rows]


def tabulate(
    lines: Iterable[tuple[int, Sequence[str]]],
    *,
    format: str,
    reading: Reading,
    notes: Sequence[Note] = (),
    sheets: Sequence[str] = (),
) -> Table:
    """Numbered lines as a table: the names are found, columns without name and content dropped, and empty rows left out.

    Raises Unreadable when there is nothing, or more than the limits.
    """
    said: list[tuple[int, list[str]]] = []
    widths: dict[int, int] = {}
    for number, cells in lines:
        plain = [cell.strip() for cell in cells]
        while plain and not plain[-1]:
            plain.pop()
        if plain:
            if len(said) < LOOKED_AT_FOR_NAMES:
                widths[number] = len(cells)  # a last column without a name is one all the same
            said.append((number, plain))
        if len(said) > MOST_ROWS + LOOKED_AT_FOR_NAMES:
            raise Unreadable("too_many_rows", most=MOST_ROWS)
    if not said:
        raise Unreadable("empty")
    at = _names_at(said, reading.names_at)
    number, names = said[at]
    names += [""] * (min(widths.get(number, 0), MOST_COLUMNS) - len(names))
    body = said[at + 1 :]
    if not body:
        raise Unreadable("no_rows", line=number)
    if len(body) > MOST_ROWS:
        raise Unreadable("too_many_rows", most=MOST_ROWS)
    if len(names) > MOST_COLUMNS:
        raise Unreadable("too_many_columns", most=MOST_COLUMNS, count=len(names))
    kept, columns, found = _columns(names, body)
    width = len(names)
    rows = [
        Line(
            number,
            tuple(cells[index] if index < len(cells) else "" for index in kept),
            sum(1 for cell in cells[width:] if cell),
        )
        for number, cells in body
    ]
    rows = [row for row in rows if any(row.cells) or row.surplus]
    return Table(format, replace(reading, names_at=number), tuple(columns), tuple(rows), (*notes, *found), tuple(sheets))


def _names_at(said: Sequence[tuple[int, Sequence[str]]], wanted: int) -> int:
    """Where the names stand: where somebody said, or the first line that is about as wide as the widest."""
    if wanted:
        at = next((at for at, (number, _cells) in enumerate(said) if number == wanted), None)
        if at is None:
            raise Unreadable("no_such_line", line=wanted)
        return at
    first = [sum(1 for cell in cells if cell) for _number, cells in said[:LOOKED_AT_FOR_NAMES]]
    widest = max(first)
    return next(at for at, count in enumerate(first) if 2 * count >= widest)


def _columns(names: Sequence[str], body: Sequence[tuple[int, Sequence[str]]]) -> tuple[list[int], list[str], list[Note]]:
    """Which columns are kept, under which name; the same name again gets a number."""
    filled = [False] * len(names)
    for _number, cells in body:
        for index, cell in enumerate(cells[: len(names)]):
            if cell:
                filled[index] = True
    kept: list[int] = []
    columns: list[str] = []
    notes: list[Note] = []
    taken: dict[str, int] = {}
    empty = 0
    for index, raw in enumerate(names):
        name = " ".join(cleaned(raw)[0].split())[:LONGEST_NAME]
        if not name and not filled[index]:
            empty += 1
            continue
        if not name:
            name = f"#{index + 1}"
            notes.append(Note("unnamed_column", {"number": str(index + 1)}))
        known = name.casefold()
        taken[known] = taken.get(known, 0) + 1
        if taken[known] == 2:
            notes.append(Note("same_name", {"name": name}))
        while taken[known] > 1 and f"{known} ({taken[known]})" in taken:
            taken[known] += 1
        if taken[known] > 1:
            name = f"{name} ({taken[known]})"
            taken[name.casefold()] = 1
        kept.append(index)
        columns.append(name)
    if empty:
        notes.append(Note("empty_columns", {"count": str(empty)}))
    return kept, columns, notes
