"""A case as one file of separated values: all its tables, one after the other. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from foundation.canonical import decimal_text
from foundation.csv_safety import BYTE_ORDER_MARK
from governance.economics.plan.model import Plan
from governance.economics.sheets.fields import TABLES
from governance.economics.sheets.reading import quoted
from governance.economics.sheets.records import rows_of


def export_csv(plan: Plan) -> bytes:
    """The file, in UTF-8 with a mark, as spreadsheets know it. Names and words are those of programs; no cell runs as a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerows(_rows(plan))
    return (BYTE_ORDER_MARK + buffer.getvalue()).encode()


def _rows(plan: Plan) -> Iterator[list[str]]:
    yield ["# countersign/economics", "decimals have a point", "column A says what a row is"]
    rows = rows_of(plan)
    for table in TABLES.values():
        names = [field.name for field in table.fields if field.form != "computed"]
        if table.keyed:
            yield [f"[{table.name}]", "value"]
            yield from ([name, _told(value)] for name in names if (value := rows[table.name][0].get(name)) is not None)
            continue
        if rows[table.name] or table.name == "lines":
            yield [f"[{table.name}]", *names]
            yield from (["", *(_told(row.get(name)) for name in names)] for row in rows[table.name])


def _told(value: Any) -> str:
    """A value as a cell. A number is never a formula, and needs no quote."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return quoted(text)
