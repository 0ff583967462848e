"""A spreadsheet into a case: what it says, and all that is wrong with it, each with its cell. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from foundation.csv_safety import STARTERS
from governance.economics.plan.checked import problems_of
from governance.economics.plan.model import Plan
from governance.economics.plan.written import plan_as_mapping, plan_from_mapping
from governance.economics.sheets import cells as workbook
from governance.economics.sheets.cells import Cell, Row, Sheet
from governance.economics.sheets.problems import MOST_PROBLEMS, SheetProblem, Unreadable
from governance.economics.sheets.records import Written, written_of
from governance.economics.sheets.tables import Tables, tables_of
from governance.usecases.intake import delimited, encodings
from governance.usecases.intake import sheets as archives
from governance.usecases.intake import table as intake

LARGEST = 20 * 1024 * 1024  # bytes
_MARKS = ((b"%PDF", "PDF"), (b"\x1f\x8b", "gzip"), (b"SQLite format 3", "SQLite"), (b"{", "JSON"), (b"<", "XML"))
_OLD = b"\xd0\xcf\x11\xe0"  # of compound files: XLS, and workbooks with a password
_SURE = frozenset(("utf-8", "utf-8-sig", "utf-16", "utf-32"))


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says: the plan if nothing is wrong with it, and what was read of it in any case, as `plan_from_mapping` takes it.

    `problems` are all that were found, at most 100. `remarks` hinder nothing: formulas whose saved values were taken, a guessed encoding.
    """

    plan: Plan | None
    mapping: dict[str, Any] = field(default_factory=dict)
    problems: tuple[SheetProblem, ...] = ()
    remarks: tuple[SheetProblem, ...] = ()


def read_xlsx(data: bytes, into: Plan | None = None) -> Read:
    """A workbook such as `export_xlsx` makes. Only inputs are read: the sheets Cash flow and Result never.

    `into`: the case whose lines are replaced where the file has only lines.
    """
    try:
        _check_size(data)
        if data.startswith(_OLD):
            raise Unreadable("xls_or_locked")
        if not data.startswith(b"PK"):
            raise Unreadable("kind", kind=_kind(data) or "CSV?")
        archives.guard(data)
        return _read(workbook.sheets_of(data), into)
    except zlib.error:
        return _refused(Unreadable("xlsx", detail="zlib"))
    except (Unreadable, intake.Unreadable) as error:
        return _refused(error)


def read_csv(data: bytes, into: Plan | None = None) -> Read:
    """A file such as `export_csv` makes, in any encoding and with any separator; a plain list of lines too, with their names at the top.

    `into`: the case whose lines are replaced where the file has only lines.
    """
    try:
        _check_size(data)
        if data.startswith((b"PK", _OLD)) or _kind(data):
            raise Unreadable("kind", kind="XLSX" if data.startswith(b"PK") else "XLS" if data.startswith(_OLD) else _kind(data))
        if not data.strip(b"\0 \t\r\n"):
            raise Unreadable("file_empty")
        text, encoding, noticed = encodings.decoded(data)
        rows = [
            Row(number, {at: Cell("typed", _unquoted(cell)) for at, cell in enumerate(record) if cell.strip()})
            for number, record in _bounded(delimited.lines_of(text, delimited.delimiter_of(text)))
        ]
        lost = [SheetProblem(item.code, params=item.params) for item in noticed if item.code == "lost_characters"]
        guessed = [SheetProblem(item.code, params=item.params) for item in noticed if item.code == "guessed_encoding"]
        return _read(
            [_with_names(Sheet("", [row for row in rows if row.cells]))], into, lost, guessed if encoding not in _SURE else ()
        )
    except (Unreadable, intake.Unreadable) as error:
        return _refused(error)


def _check_size(data: bytes) -> None:
    if len(data) > LARGEST:
        raise Unreadable("too_large", most=LARGEST // 1024**2)
    if not data:
        raise Unreadable("file_empty")


def _kind(data: bytes) -> str:
    return next((kind for mark, kind in _MARKS if data.startswith(mark)), "")


def _bounded(records: Iterable[tuple[int, Sequence[str]]]) -> Iterable[tuple[int, Sequence[str]]]:
    for number, record in records:
        if number > workbook.MOST_ROWS:
            raise Unreadable("too_many_rows", most=workbook.MOST_ROWS)
        if len(record) > workbook.MOST_COLUMNS:
            raise Unreadable("too_many_columns", most=workbook.MOST_COLUMNS)
        yield number, record


def _unquoted(text: str) -> str:
    """Takes off the quote before a cell that a spreadsheet would run (`foundation.csv_safety.safe`)."""
    return text[1:] if text.startswith("'") and len(text) > 1 and quoted(text[1:]) == text else text


def quoted(text: str) -> str:
    """A quote before a text that a spreadsheet would run, and before one that has such a quote already: reading takes one off."""
    return f"'{text}" if text.lstrip("' ").startswith(STARTERS) else text


def _with_names(sheet: Sheet) -> Sheet:
    """A plain list of lines gets the column that says so."""
    first = sheet.rows[0] if sheet.rows else None
    if first is None or any(row.cells.get(0, Cell("typed", "")).text.startswith("[") for row in sheet.rows):
        return sheet
    if not {"key", "title", "kind"} <= {cell.text.strip() for cell in first.cells.values()}:
        return sheet
    moved = [Row(row.number, {at + 1: cell for at, cell in row.cells.items()}) for row in sheet.rows]
    moved[0].cells[0] = Cell("typed", "[lines]")
    return Sheet(sheet.title, moved, put_before=1)


def _refused(error: Unreadable | intake.Unreadable) -> Read:
    problem = (
        error.problem if isinstance(error, Unreadable) else SheetProblem(_CODES.get(error.code, error.code), params=error.params)
    )
    return Read(None, problems=(problem,))


_CODES = {"empty": "file_empty"}


def _read(
    sheets: Sequence[Sheet], into: Plan | None, wrong: Sequence[SheetProblem] = (), remarks: Sequence[SheetProblem] = ()
) -> Read:
    tables = tables_of(sheets)
    if not tables.records and not tables.problems:
        raise Unreadable("no_tables")
    written = written_of(tables.records)
    for place, code, params in written.odd:
        if place not in tables.odd:
            tables.tell(place, code, params)
    mapping = written.mapping
    if into is not None and "case" not in tables.records:
        lines = mapping.get("lines", [])
        mapping = {name: value for name, value in plan_as_mapping(into).items() if name != "format"} | {"lines": lines}
    else:
        for name in ("case", "lines"):
            if name not in tables.records:
                tables.problems.append(SheetProblem("no_table", params={"value": name}))
    found = [*wrong, *tables.problems, *_of_plan(mapping, written, tables)]
    if len(found) > MOST_PROBLEMS:
        found = [*found[: MOST_PROBLEMS - 1], SheetProblem("more", params={"most": MOST_PROBLEMS - 1})]
    plan = None if found else plan_from_mapping(mapping)
    return Read(plan, mapping, tuple(found), (*remarks, *tables.remarks))


def _of_plan(mapping: dict[str, Any], written: Written, tables: Tables) -> list[SheetProblem]:
    """What is wrong with the plan that the file says, at its cells. What was said of a cell already is not told again."""
    if "currency" not in mapping and "case" not in tables.records:
        return []
    told = {path for path, place in written.places.items() if place in tables.odd}
    if "lines" not in tables.records:
        told.add("lines")
    found = []
    for problem in problems_of(mapping, told):
        sheet, cell = tables.where(written.place(problem.path))
        found.append(SheetProblem(problem.code, sheet, cell, problem.path, problem.params))
    return found


__all__ = ["Read", "quoted", "read_csv", "read_xlsx"]
