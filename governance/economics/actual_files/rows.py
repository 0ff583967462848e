"""Rows of line, month and amount, with a currency and a reference where they have one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from foundation.canonical import digest
from governance.economics.actual_files.model import (
    LONGEST_NOTE,
    LONGEST_REFERENCE,
    Entry,
    Problem,
    amount_of,
    currency_of,
    hidden_in,
    month_of,
    shown,
)
from governance.usecases.intake.table import Line, Table, Unreadable

# What the columns are called: by programs first, then as people head them in the languages of the product.
COLUMNS = {
    "line": ("line", "key", "line key", "cost line", "行", "行键", "项目"),
    "month": ("month", "period", "date", "月份", "月", "日期"),
    "amount": ("amount", "actual", "value", "金额", "实际", "实际金额"),
    "currency": ("currency", "币种", "货币"),
    "reference": ("reference", "ref", "invoice", "document", "凭证号", "参考号", "参考"),
    "note": ("note", "comment", "备注", "说明"),
}
# What a formula of a spreadsheet gives that failed (ECMA-376 part 1, 18.17.3, and those of newer programs).
ERRORS = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!")
)
NEEDED = ("line", "month", "amount")


def read_rows(table: Table, known: Mapping[str, str], today: date) -> list[Entry]:
    """The entries of a table. `known`: title by key of the lines that there are; a row names either.

    A row without a reference gets one that follows from what it says, so that the same file is taken in once all the same.
    Raises Unreadable where a column is missing or there twice, and where cells look empty that are not: then nobody can know what the
    rows say.
    """
    at = _columns(table.columns)
    refuse_holes(table)
    often = Counter(title.casefold() for title in known.values())  # which of two lines a shared title means, nobody can know
    by_word = {title.casefold(): key for key, title in known.items() if often[title.casefold()] == 1}
    by_word |= {key.casefold(): key for key in known}
    found: list[Entry] = []
    seen: dict[tuple[str, date | None, str], str] = {}
    twins: Counter[tuple[str, ...]] = Counter()
    for row in table.rows:
        entry = _entry(row, at, by_word, known, today)
        if not entry.reference:
            said = (entry.line, *entry.said, entry.currency, entry.note)
            twins[said] += 1
            entry = _with(entry, reference=f"row:{digest([*said, twins[said]])[7:39]}")
        elif not entry.problems:
            key = (entry.line, entry.month, entry.reference)
            if key in seen:
                problem = Problem("repeated", "reference", {"value": entry.reference, "row": seen[key]})
                entry = _with(entry, problems=(*entry.problems, problem))
            seen.setdefault(key, entry.place)
        found.append(entry)
    return found


def refuse_holes(table: Table) -> None:
    """Raises Unreadable where cells look empty that are not, or characters were lost."""
    for note in table.notes:
        cells = note.params.get("cells", "")
        if note.code == "merged":
            cells = ", ".join(name for name in cells.split(", ") if _last_row(name) > table.reading.names_at)
        if note.code == "lost_characters" or (note.code in ("unsaved", "merged") and cells):
            raise Unreadable(note.code, **{**note.params, "cells": cells})


def _last_row(cells: str) -> int:
    """Of the name of a range, such as 3 of A1:B3."""
    digits = "".join(sign for sign in cells.rpartition(":")[2] if sign.isdigit())
    return int(digits) if 0 < len(digits) < 8 else 0


def _columns(names: Sequence[str]) -> dict[str, int]:
    there = {name.strip().casefold(): at for at, name in reversed(list(enumerate(names)))}
    found = {}
    for column, words in COLUMNS.items():
        at = next((there[word] for word in words if word in there), None)
        if at is not None:
            found[column] = at
    again = [names[at] for at, name in enumerate(names) if at in found.values() and f"{name.strip()} (2)".casefold() in there]
    if again:
        raise Unreadable("column_twice", columns=", ".join(again))
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise Unreadable("columns", missing=", ".join(missing), columns=", ".join(COLUMNS))
    return found


def _entry(row: Line, at: Mapping[str, int], by_word: Mapping[str, str], known: Mapping[str, str], today: date) -> Entry:
    def written(column: str) -> str:
        text = row.cells[at[column]] if column in at and at[column] < len(row.cells) else ""
        return text.replace("\r\n", "\n").replace("\r", "\n").strip()

    def cell(column: str) -> str:
        return shown(written(column))

    problems: list[Problem | None] = []
    line = by_word.get(cell("line").casefold(), "")
    if not line:
        alike = [key for key, title in known.items() if title.casefold() == cell("line").casefold()]
        code = "line_ambiguous" if alike else "no_line" if cell("line") else "empty"
        problems.append(Problem(code, "line", {"value": cell("line")[:60], "known": ", ".join((alike or list(known))[:10])}))
    month, wrong = month_of(cell("month"), "month", today)
    problems.append(wrong)
    amount, wrong = amount_of(cell("amount"), "amount")
    problems.append(wrong)
    currency, wrong = currency_of(cell("currency"), "currency")
    problems.append(wrong)
    for name, most in (("reference", LONGEST_REFERENCE), ("note", LONGEST_NOTE)):
        if len(cell(name)) > most:
            problems.append(Problem("too_long", name, {"most": str(most)}))
        is_error = cell(name) in ERRORS
        problems.append(Problem("error_value", name, {"value": cell(name)}) if is_error else hidden_in(written(name), name))
    if row.surplus:
        problems.append(Problem("surplus", "line", {"count": str(row.surplus)}))
    return Entry(
        str(row.number),
        line or cell("line")[:120],
        month,
        amount,
        currency,
        cell("reference")[:LONGEST_REFERENCE],
        cell("note")[:LONGEST_NOTE],
        (cell("month")[:40], cell("amount")[:40]),
        tuple(problem for problem in problems if problem is not None),
    )


def _with(entry: Entry, *, reference: str | None = None, problems: tuple[Problem, ...] | None = None) -> Entry:
    return Entry(
        entry.place,
        entry.line,
        entry.month,
        entry.amount,
        entry.currency,
        entry.reference if reference is None else reference,
        entry.note,
        entry.said,
        entry.problems if problems is None else problems,
    )
