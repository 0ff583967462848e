"""Rows that tell of columns, out of JSON, JSON lines or CSV. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.dictionary.formats import json_values
from governance.dictionary.formats.gathering import Gathering
from governance.dictionary.formats.model import Unreadable
from governance.dictionary.formats.notes import note
from governance.dictionary.formats.plain_values import NO_TEXT, decoded

MOST_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of row: what it is called, and the names under which the column and its type stand in it."""

    label: str
    column: str
    type: str

    def has(self, row: Mapping[str, Any]) -> bool:
        return {self.column, self.type} <= row.keys()


SHAPES = (
    Shape("DESCRIBE of DuckDB", "column_name", "column_type"),
    Shape("information_schema.columns", "column_name", "data_type"),
)


def rows_of(data: bytes, name: str) -> Any:
    """The plain values of a file, whichever of the ways it is written in. Raises Unreadable."""
    text = decoded(data, name)
    if text.lstrip()[:1] not in ("{", "["):
        return _of_csv(text, name)
    try:
        said = json_values.load(data, name)
    except Unreadable:
        lines = text.strip().splitlines()
        if len(lines) < 2 or not all(line.strip().startswith("{") and line.strip().endswith("}") for line in lines):
            raise
        said = [json_values.load(line.encode(), f"line {number}") for number, line in enumerate(lines, 1)]
    return [_small(row) if isinstance(row, dict) else row for row in said] if isinstance(said, list) else said


def described(gathered: Gathering, rows: list[dict[str, Any]], shape: Shape, stem: str) -> dict[str, list[dict[str, Any]]]:
    """The fields of each table, in the order of the rows. A row that names its schema and its table is of that table."""
    tables: dict[str, list[dict[str, Any]]] = {}
    schemas = {str(row.get("table_schema", "")) for row in rows}
    for number, row in enumerate(rows[:MOST_ROWS], 1):
        if not shape.has(row):
            gathered.say(f"row {number}", "error", "no_name")
            continue
        parts = [row.get("table_schema") if len(schemas) > 1 else None, row.get("table_name")]
        table = ".".join(part for part in parts if isinstance(part, str) and part.strip()) or stem
        kept = {name: value for name, value in row.items() if name != shape.column}
        tables.setdefault(table, []).append({"name": row[shape.column], "described": kept})
    if len(rows) > MOST_ROWS:
        gathered.say("", "error", "too_many", limit=MOST_ROWS)
    return tables


def _of_csv(text: str, name: str) -> list[dict[str, Any]]:
    if NO_TEXT.search(text):
        raise Unreadable(note(name, "error", "bad_text"))
    head = text.partition("\n")[0]
    delimiter = max(",;\t|", key=head.count)
    try:
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        found = [
            {str(key): value for key, value in row.items() if isinstance(value, str) and value != ""}
            for _number, row in zip(range(MOST_ROWS + 1), rows, strict=False)
        ]
    except csv.Error as error:
        raise Unreadable(note(name, "error", "not_the_format", format="CSV", detail=error)) from error
    return [_small(row) for row in found]


def _small(row: dict[str, Any]) -> dict[str, Any]:
    """Names of the standard in small letters; some databases write them in capitals."""
    return {name.strip().lower() if name.strip().lower() not in row else name: value for name, value in row.items()}
