"""Rows of line, month and amount, with a currency and a reference where they have one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from foundation.canonical import digest
from governance.economics.actual_files.model import (
    LONGEST_NOTE,
    LONGEST_REFERENCE,
    Entry,
    Problem,
    amount_of,
    currency_of,
    month_of,
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
NEEDED = ("line", "month", "amount")


def read_rows(table: Table, known: Mapping[str, str], today: date) -> list[Entry]:
    """The entries of a table. `known`: title by key of the lines that there are; a row names either.

    A row without a reference gets one that follows from what it says, so that the same file is taken in once all the same.
    Raises Unreadable where a column is missing.
    """
    at = _columns(table.columns)
    by_word = {title.casefold(): key for key, title in known.items()} | {key.casefold(): key for key in known}
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


def _columns(names: Iterable[str]) -> dict[str, int]:
    there = {name.strip().casefold(): at for at, name in reversed(list(enumerate(names)))}
    found = {}
    for column, words in COLUMNS.items():
        at = next((there[word] for word in words if word in there), None)
        if at is not None:
            found[column] = at
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise Unreadable("columns", missing=", ".join(missing), columns=", ".join(COLUMNS))
    return found


def _entry(row: Line, at: Mapping[str, int], by_word: Mapping[str, str], known: Mapping[str, str], today: date) -> Entry:
    def cell(column: str) -> str:
        return row.cells[at[column]].strip() if column in at and at[column] < len(row.cells) else ""

    problems: list[Problem | None] = []
    line = by_word.get(cell("line").casefold(), "")
    if not line:
        code = "no_line" if cell("line") else "empty"
        problems.append(Problem(code, "line", {"value": cell("line")[:60], "known": ", ".join(list(known)[:10])}))
    month, wrong = month_of(cell("month"), "month", today)
    problems.append(wrong)
    amount, wrong = amount_of(cell("amount"), "amount")
    problems.append(wrong)
    currency, wrong = currency_of(cell("currency"), "currency")
    problems.append(wrong)
    for name, most in (("reference", LONGEST_REFERENCE), ("note", LONGEST_NOTE)):
        if len(cell(name)) > most:
            problems.append(Problem("too_long", name, {"most": str(most)}))
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
