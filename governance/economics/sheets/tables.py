"""Sheets of cells as the tables of a case: which rows belong to which table, and what stands in each column. Pure.

Column A says what a row is, in every language alike: `[lines]` begins a table and the row names its columns, a remark begins with #, the
name of an input stands before its value in a table of such, and nothing before a record.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from governance.economics.sheets.cells import Cell, Row, Sheet
from governance.economics.sheets.fields import CHOICES, EXACT, TABLES, Table
from governance.economics.sheets.fields import Field as Column
from governance.economics.sheets.problems import SheetProblem
from governance.economics.sheets.records import Place
from governance.economics.sheets.records import Row as Record
from governance.economics.sheets.values import Odd, Ways, value_of

WORDS = "words"  # a table of its own: what the choices are called in this file
SETTINGS = "file"  # how the file is written: decimal
_NEEDED = {
    "lines": ("key", "title", "kind", "quantity", "unit_price", "from_period", "to_period"),
    "steps": ("from_year", "rate"),
    "exchange": ("currency", "rate"),
    "biases": ("key", "title", "upper", "lower"),
    "mitigations": ("bias", "title", "share"),
    "scenarios": ("key", "title", "input", "value"),
    "correlations": ("one", "other", "value"),
}


@dataclass(slots=True)
class _Part:
    """One table where it stands: its columns by place, and its rows."""

    table: str
    sheet: Sheet
    number: int
    columns: dict[int, str]
    rows: list[Row] = field(default_factory=list)

    def column(self, name: str) -> int:
        return next((at for at, known in self.columns.items() if known == name), 0)


@dataclass(slots=True)
class Tables:
    """What was found: records by table, where their rows stand, and what is wrong with them."""

    records: dict[str, list[Record]] = field(default_factory=dict)
    problems: list[SheetProblem] = field(default_factory=list)
    odd: set[Place] = field(default_factory=set)  # of which something was said
    remarks: list[SheetProblem] = field(default_factory=list)  # what is no problem, and should be known
    _parts: dict[str, _Part] = field(default_factory=dict)
    _rows: dict[str, list[Row]] = field(default_factory=dict)

    def where(self, place: Place | None) -> tuple[str, str]:
        """The sheet and the cell of a place, as far as they are known."""
        part = self._parts.get(place.table) if place else None
        if place is None or part is None:
            return "", ""
        title = part.sheet.title
        if TABLES[place.table].keyed:
            row = next((row for row in part.rows if _text(row, 0) == place.field), None)
            return title, f"{part.sheet.letters(part.column('value'))}{row.number}" if row else f"A{part.number}"
        rows = self._rows.get(place.table, [])
        if place.row >= len(rows):
            return title, f"A{part.number}"
        number = rows[place.row].number
        at = part.column(place.field) if place.field else 0
        return title, f"{part.sheet.letters(at)}{number}" if at or not place.field else str(number)

    def tell(self, place: Place, code: str, params: Mapping[str, object]) -> None:
        sheet, cell = self.where(place)
        self.odd.add(place)
        self.problems.append(SheetProblem(code, sheet, cell, params=params))


def tables_of(sheets: Iterable[Sheet]) -> Tables:
    """All tables of the sheets, read as far as they can be."""
    found = Tables()
    parts: dict[str, _Part] = {}
    for sheet in sheets:
        for part in _parts(sheet, found):
            if part.table in parts:
                found.problems.append(SheetProblem("table_twice", sheet.title, f"A{part.number}", params={"value": part.table}))
            else:
                parts[part.table] = part
    ways = Ways(_words(parts.pop(WORDS, None)), _comma(parts.pop(SETTINGS, None), found))
    found._parts = parts
    for name, part in parts.items():
        _check_merged(part, found)
        if TABLES[name].keyed:
            _read_keyed(TABLES[name], part, ways, found)
        else:
            _read_records(TABLES[name], part, ways, found)
    return found


def _parts(sheet: Sheet, found: Tables) -> Iterable[_Part]:
    part: _Part | None = None
    for row in sheet.rows:
        first = _text(row, 0)
        if first.startswith("#"):
            continue
        if not first.startswith("["):
            if part is not None:
                part.rows.append(row)
            continue
        if part is not None:
            yield part
        name = first.strip("[] ")
        part = None
        if name in TABLES or name in (WORDS, SETTINGS):
            part = _Part(name, sheet, row.number, _columns(name, row, sheet, found))
        else:
            found.problems.append(SheetProblem("table_unknown", sheet.title, f"A{row.number}", params={"value": name}))
    if part is not None:
        yield part


def _columns(name: str, row: Row, sheet: Sheet, found: Tables) -> dict[int, str]:
    table = TABLES.get(name)
    keyed = table is None or table.keyed
    known = {"value", EXACT} if keyed else {*(column.name for column in table.fields if table), EXACT} if table else set()
    columns: dict[int, str] = {}
    for at, cell in row.cells.items():
        said = cell.text.strip()
        if not at or not said or said.startswith(("=", "#")):
            continue
        code = "field_twice" if said in columns.values() else "" if said in known else "field_unknown"
        if code:
            place = f"{sheet.letters(at)}{row.number}"
            found.problems.append(SheetProblem(code, sheet.title, place, params={"value": said}))
        else:
            columns[at] = said
    for needed in ("value",) if keyed else _NEEDED[name]:
        if needed not in columns.values():
            found.problems.append(SheetProblem("no_field", sheet.title, f"A{row.number}", params={"value": needed}))
    return columns


def _words(part: _Part | None) -> dict[str, str]:
    """What the file calls the choices, and what programs do; the latter are always understood."""
    words = {name: name for name in CHOICES}
    for row in part.rows if part else ():
        name, word = _text(row, 0), _text(row, part.column("value") if part else 1)
        if name in CHOICES and word and word.casefold() not in CHOICES:
            words[word.casefold()] = name
    return words


def _comma(part: _Part | None, found: Tables) -> bool:
    for row in part.rows if part else ():
        if _text(row, 0) == "decimal":
            word = _text(row, part.column("value") if part else 1)
            if word not in (",", "."):
                params = {"choices": ", ."}
                found.problems.append(SheetProblem("choice", part.sheet.title if part else "", f"B{row.number}", params=params))
            return word == ","
    return False


def _check_merged(part: _Part, found: Tables) -> None:
    """Merged cells are refused where records stand; above and below nobody minds."""
    numbers = {row.number for row in part.rows}
    for _left, top, _right, bottom, name in part.sheet.merged:
        if any(top <= number <= bottom for number in numbers):
            found.problems.append(SheetProblem("merged", part.sheet.title, name.partition(":")[0], params={"cells": name}))


def _read_keyed(table: Table, part: _Part, ways: Ways, found: Tables) -> None:
    record: Record = {}
    found.records[table.name] = [record]
    at = part.column("value")
    seen: set[str] = set()
    for row in part.rows:
        name = _text(row, 0)
        column = table.field(name)
        if not name:
            for place in sorted(row.cells):
                if place == at:
                    where = f"{part.sheet.letters(place)}{row.number}"
                    found.problems.append(SheetProblem("outside", part.sheet.title, where))
            continue
        if column is None or name in seen:
            code = "row_unknown" if column is None else "row_twice"
            found.problems.append(SheetProblem(code, part.sheet.title, f"A{row.number}", params={"value": name[:60]}))
            continue
        seen.add(name)
        _take(column, row, at, Place(table.name, 0, name), part, ways, found, record)


def _read_records(table: Table, part: _Part, ways: Ways, found: Tables) -> None:
    computed = {
        at for at in range(1, 1 + max((at for row in part.rows for at in row.cells), default=0)) if at not in part.columns
    }
    records: list[Record] = []
    rows: list[Row] = []
    found.records[table.name], found._rows[table.name] = records, rows
    heads = {at for row in part.sheet.rows if row.number == part.number for at in row.cells}
    for row in part.rows:
        if not any(cell.text.strip() or cell.formula for at, cell in row.cells.items() if at in part.columns):
            continue
        record: Record = {}
        rows.append(row)
        records.append(record)
        for at, name in part.columns.items():
            column = table.field(name)
            if column is not None:
                _take(column, row, at, Place(table.name, len(rows) - 1, name), part, ways, found, record)
        for at in sorted(computed & set(row.cells) - heads):
            if row.cells[at].text.strip():
                found.problems.append(SheetProblem("outside", part.sheet.title, f"{part.sheet.letters(at)}{row.number}"))


def _take(column: Column, row: Row, at: int, place: Place, part: _Part, ways: Ways, found: Tables, record: Record) -> None:
    """One cell into its record; an empty one is not stated."""
    cell = row.cells.get(at)
    if cell is None or not (cell.text.strip() or cell.formula):
        return
    try:
        record[column.name] = value_of(column, cell, ways, _exact(row, part, column.name))
    except Odd as odd:
        found.tell(place, odd.code, odd.params)
        return
    if cell.formula:
        params = {"value": cell.text[:40]}
        where = f"{part.sheet.letters(at)}{row.number}"
        found.remarks.append(SheetProblem("formula_taken", part.sheet.title, where, params=params))


def _exact(row: Row, part: _Part, name: str) -> str:
    """The number as it was written, where the sheet keeps it for programs beside what it shows."""
    cell = row.cells.get(part.column(EXACT) or -1)
    if cell is None:
        return ""
    try:
        told: Any = json.loads(cell.text)
    except (ValueError, RecursionError):
        return ""
    text = told.get(name if not TABLES[part.table].keyed else "value", "") if isinstance(told, Mapping) else ""
    return text if isinstance(text, str) else ""


def _text(row: Row, at: int) -> str:
    cell: Cell | None = row.cells.get(at)
    return cell.text.strip() if cell is not None else ""


__all__ = ["SETTINGS", "WORDS", "Tables", "tables_of"]
