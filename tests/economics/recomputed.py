"""Workbooks recomputed by LibreOffice, whose figures are then held against the engine's."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

from governance.economics.cashflow import Evaluation

SOFFICE = shutil.which("soffice") or ""
CLOSE = Decimal("1e-9")  # of the larger of the two
ALL_AT_ONCE = 120  # seconds


def recomputed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The workbooks as LibreOffice saves them. Ours hold no values, so it has to compute every formula when it opens them."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            Path(folder, f"{name}.xlsx").write_bytes(data)
        subprocess.run(
            [SOFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to",
             "xlsx:Calc MS Excel 2007 XML", "--outdir", f"{folder}/done", *(f"{folder}/{name}.xlsx" for name in files)],
            check=True, capture_output=True, timeout=ALL_AT_ONCE,
        )  # fmt: skip
        return {name: Path(folder, "done", f"{name}.xlsx").read_bytes() for name in files}


def differences(data: bytes, found: Evaluation) -> list[str]:
    """Where the figures of a recomputed workbook are not those of the engine; empty where all are."""
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    wrong = [
        f"{sheet.title}!{cell.coordinate}: {cell.value}"
        for sheet in book
        for row in sheet
        for cell in row
        if cell.data_type == "e"
    ]
    for name, expected in _figures(found).items():
        told = _named(book, name)
        if not _same(told, expected):
            wrong.append(f"{name}: {told} instead of {expected}")
    rows = _rows(book.worksheets[2], found.plan.horizon)
    for name, expected_row in _per_period(found).items():
        for period, (told, expected) in enumerate(zip(rows[name], expected_row, strict=True)):
            if not _same(told, expected):
                wrong.append(f"{name}, period {period}: {told} instead of {expected}")
    return wrong


def _figures(found: Evaluation) -> dict[str, Decimal | None]:
    names = ("npv", "pv_costs", "pv_benefits", "bcr", "roi", "mirr", "equivalent_annual")
    names += ("payback", "payback_last", "discounted_payback", "discounted_payback_last")
    figures = {f"result_{name}": getattr(found, name) for name in names}
    if len(found.roots.rates) == 1:
        figures |= {"result_irr_period": found.roots.rates[0], "result_irr": found.roots.yearly[0]}
    return figures


def _per_period(found: Evaluation) -> dict[str, tuple[Decimal, ...]]:
    return {
        "lines": tuple(map(sum, zip(*found.flows.by_line.values(), strict=True))),
        "costs": found.flows.costs,
        "benefits": found.flows.benefits,
        "net": found.flows.net,
        "cumulative": found.cumulative,
        "factor": found.factors,
        "present": found.present_values,
        "discounted_cumulative": found.discounted_cumulative,
    }


_AFTER_THE_LINES = ("costs", "benefits", "net", "cumulative", "time", "rate", "end", "factor", "pv_costs", "pv_benefits", "present",
                    "discounted_cumulative")  # fmt: skip


def _rows(sheet: Any, horizon: int) -> dict[str, list[Any]]:
    """The rows below the lines in their order, without headings and empty ones; `lines` is the sum of the lines above them."""
    first = 11  # the column of period 0
    told = [[cell.value for cell in row][first - 1 : first + horizon] for row in sheet.iter_rows(min_row=5)]
    blocks = iter(range(len(told)))
    lines: list[float] = [0.0] * (horizon + 1)
    for at in blocks:
        if told[at][0] is None:
            break
        lines = [one + other for one, other in zip(lines, told[at], strict=True)]
    filled = [row for row in told[next(blocks) :] if any(value is not None for value in row)]
    names = [name for name in _AFTER_THE_LINES if horizon or name != "rate"]  # period 0 has no rate
    return {"lines": lines, **dict(zip(names, filled, strict=False))}


def _named(book: Any, name: str) -> Any:
    sheet, _mark, cell = book.defined_names[name].attr_text.rpartition("!")
    return book[sheet.strip("'")][cell.replace("$", "")].value


def _same(told: Any, expected: Decimal | None) -> bool:
    if expected is None:
        return isinstance(told, str)
    if not isinstance(told, int | float):
        return False
    value = Decimal(repr(told))
    return abs(value - expected) <= CLOSE * max(abs(value), abs(expected)) or abs(value - expected) < Decimal("1e-6")
