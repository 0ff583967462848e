"""The sheets that are read back: Case, Lines, Rates, Scenarios. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from openpyxl.utils import get_column_letter

from foundation.canonical import decimal_text
from governance.economics.plan.limits import MOST_LINES
from governance.economics.sheets.fields import (
    BIASES,
    CASE,
    CORRELATIONS,
    EXACT,
    EXCHANGE,
    LINES,
    MITIGATIONS,
    SCENARIOS,
    STEPS,
    SWITCH,
    Table,
    _,
)
from governance.economics.sheets.records import Row
from governance.economics.sheets.values import LONGEST_CELL
from governance.economics.sheets.workbook.frame import (
    HIDDEN,
    MUTED,
    NOTE,
    RATE,
    SECTION,
    TITLE,
    WHOLE,
    Book,
    Sheet,
    formula,
    heading_look,
    height_of,
)

CASE_SHEET, LINES_SHEET, RATES_SHEET, SCENARIOS_SHEET = _("Case"), _("Lines"), _("Rates"), _("Scenarios")
FIRST_LINE = 4  # the row of the first line
_DIGITS = 15  # that a spreadsheet keeps of a number
_SPARE = 4  # empty rows below each table, which formulas look at too
_NOTES = 62  # how wide the notes on the sheet Case are
_RATES_EXACT, _SCENARIOS_EXACT = 10, 7
Rows = Mapping[str, Sequence[Row]]


def column_of(table: Table, name: str) -> int:
    """The column of a field, from 1; A is for programs."""
    return [field.name for field in table.fields].index(name) + 2


def letter_of(table: Table, name: str) -> str:
    return get_column_letter(column_of(table, name))


def write_case(book: Book, row: Row) -> None:
    sheet = book.sheet(CASE_SHEET, (4, 24, 32, _NOTES, 10), freeze="A4", landscape=False)
    sheet.made.column_dimensions["E"].hidden = True
    sheet.machine("[case]", "", "value", "", EXACT)
    sheet.row(sheet.text("#", HIDDEN), sheet.words(_("Cost-benefit case"), TITLE), height=24)
    sheet.row(
        sheet.text("#", HIDDEN),
        sheet.words(_("Blue: written by people, and read when the file is imported. Black: computed."), NOTE),
        height=18,
    )
    for field in CASE.fields:
        value = row.get(field.name)
        number = sheet.row(
            sheet.text(field.name, HIDDEN),
            sheet.words(field.heading),
            sheet.input(field, value),
            sheet.words(field.help, MUTED),
            _exact(sheet, {"value": value}),
            height=height_of(book.words(field.help), _NOTES),
        )
        book.name(f"case_{field.name}", book.place(CASE_SHEET, 3, number))
        if field.choices or field.form == "switch":
            sheet.offer(field.choices or tuple(SWITCH), f"C{number}")
    number = sheet.row(
        sheet.text("#", HIDDEN),
        sheet.words(_("Periods a year")),
        sheet.formula(f"IF(case_period={book.literal('month')},12,1)", formula(WHOLE)),
        sheet.words(_("Computed of the period."), MUTED),
    )
    book.name("periods_a_year", book.place(CASE_SHEET, 3, number))
    sheet.made.print_area = f"B2:D{number}"


def write_lines(book: Book, rows: Sequence[Row]) -> None:
    widths = {at: float(field.width) for at, field in enumerate(LINES.fields, start=2)}
    sheet = book.sheet(LINES_SHEET, {1: 4, **widths}, freeze=f"D{FIRST_LINE}", pages=2)
    exact = len(LINES.fields) + 2
    hidden = {column_of(LINES, "driver"), exact}
    if not any("driver" in row for row in rows):
        hidden.add(column_of(LINES, "=worth"))
    for column in hidden:
        sheet.made.column_dimensions[get_column_letter(column)].hidden = True
    sheet.machine("[lines]", *(field.name for field in LINES.fields), EXACT)
    sheet.row(sheet.text("#", HIDDEN), sheet.words(_("Costs and benefits"), TITLE), height=24)
    sheet.row(sheet.text("#", HIDDEN), *(sheet.words(field.heading, heading_look(field)) for field in LINES.fields), height=30)
    for row in rows:
        sheet.row(None, *(_line_cell(sheet, field, row.get(field.name)) for field in LINES.fields), _exact(sheet, row))
    last = FIRST_LINE + MOST_LINES - 1
    for field in LINES.fields:
        if field.choices:
            at = letter_of(LINES, field.name)
            sheet.offer(field.choices, f"{at}{FIRST_LINE}:{at}{last}")
    sheet.made.auto_filter.ref = f"B3:{get_column_letter(exact - 1)}{max(FIRST_LINE + len(rows) - 1, FIRST_LINE)}"
    sheet.made.print_title_rows, sheet.made.print_title_cols = "3:3", "B:C"
    sheet.made.print_area = f"B2:{letter_of(LINES, '=worth')}{FIRST_LINE + max(len(rows), 1) - 1}"


def _line_cell(sheet: Sheet, field: Any, value: Any) -> Any:
    if field.form == "computed":
        return None if value is None else sheet.number(value, formula("#,##0.00"))
    if field.form == "json":
        return None if value is None else sheet.text(_json(value), HIDDEN)
    return sheet.input(field, value)


def write_rates(book: Book, rows: Rows) -> None:
    sheet = book.sheet(RATES_SHEET, (4, 18, 34, 34, 13, 13, 13, 13, 3, 10), landscape=False)
    sheet.made.column_dimensions[get_column_letter(_RATES_EXACT)].hidden = True
    sheet.row(sheet.text("#", HIDDEN), sheet.words(_("Rates and what they rest on"), TITLE), height=24)
    first = _head(sheet, STEPS, _("Discount rates that decline"), _("The rate of year 0 stands on the sheet Case."), _RATES_EXACT)
    sheet.row(sheet.text("#", HIDDEN), sheet.number(0, formula(WHOLE)), sheet.formula("case_rate", formula(RATE)))
    last = _records(sheet, STEPS, rows["steps"], _RATES_EXACT)
    _name_ranges(book, RATES_SHEET, STEPS, {"step_year": "from_year", "step_rate": "rate"}, first, last)
    first = _head(sheet, EXCHANGE, _("Exchange rates"), _("For lines in other currencies than the case."), _RATES_EXACT)
    last = _records(sheet, EXCHANGE, rows["exchange"], _RATES_EXACT)
    _name_ranges(book, RATES_SHEET, EXCHANGE, {"exchange_currency": "currency", "exchange_rate": "rate"}, first, last)
    first = _head(sheet, BIASES, _("Optimism bias"), _("By how much costs of a kind turn out higher than planned."), _RATES_EXACT)
    last = _records(sheet, BIASES, rows["biases"], _RATES_EXACT)
    _name_ranges(book, RATES_SHEET, BIASES, {"bias_key": "key", "bias_applied": "=applied"}, first, last)
    first = _head(sheet, MITIGATIONS, _("What was done about it"), _("Each takes a share of the bias away."), _RATES_EXACT)
    last = _records(sheet, MITIGATIONS, rows["mitigations"], _RATES_EXACT)
    _name_ranges(book, RATES_SHEET, MITIGATIONS, {"mitigation_bias": "bias", "mitigation_share": "share"}, first, last)
    sheet.made.print_area = f"B1:H{sheet.rows}"


def write_scenarios(book: Book, rows: Rows) -> None:
    sheet = book.sheet(SCENARIOS_SHEET, (4, 18, 34, 38, 18, 3, 10), landscape=False)
    sheet.made.column_dimensions[get_column_letter(_SCENARIOS_EXACT)].hidden = True
    sheet.row(sheet.text("#", HIDDEN), sheet.words(_("Scenarios and what goes together"), TITLE), height=24)
    note = _("The case with other values for some inputs; one row for each. The sheets Cash flow and Result show the base case.")
    _head(sheet, SCENARIOS, _("Scenarios"), note, _SCENARIOS_EXACT)
    _records(sheet, SCENARIOS, rows["scenarios"], _SCENARIOS_EXACT)
    note = _("For the simulation: how two uncertain inputs go together.")
    _head(sheet, CORRELATIONS, _("Correlations"), note, _SCENARIOS_EXACT)
    _records(sheet, CORRELATIONS, rows["correlations"], _SCENARIOS_EXACT)
    sheet.made.print_area = f"B1:E{sheet.rows}"


def _head(sheet: Sheet, table: Table, title: str, note: str, exact: int) -> int:
    """What stands above a table. Gives the number of the first row of records."""
    sheet.row(sheet.text("#", HIDDEN))
    sheet.row(sheet.text("#", HIDDEN), sheet.words(title, SECTION), height=20)
    sheet.row(sheet.text("#", HIDDEN), sheet.words(note, NOTE))
    names = [field.name for field in table.fields]
    sheet.machine(f"[{table.name}]", *names, *[""] * (exact - len(names) - 2), EXACT)
    sheet.row(sheet.text("#", HIDDEN), *(sheet.words(field.heading, heading_look(field)) for field in table.fields), height=28)
    return sheet.rows + 1


def _records(sheet: Sheet, table: Table, rows: Sequence[Row], exact: int) -> int:
    """The records with empty rows below them. Gives the number of the last of these."""
    for row in [*rows, *[{}] * _SPARE]:
        cells = [
            _applied(sheet) if field.form == "computed" else sheet.input(field, row.get(field.name)) for field in table.fields
        ]
        sheet.row(None, *cells, *[None] * (exact - len(cells) - 2), _exact(sheet, row))
    return sheet.rows


def _applied(sheet: Sheet) -> Any:
    """What is left of a bias: upper x (1 - sum of what mitigations take away), never under lower (Mott MacDonald 2002)."""
    at = sheet.rows + 1
    key, upper, lower = (f"{letter_of(BIASES, name)}{at}" for name in ("key", "upper", "lower"))
    text = f'IF({key}="","",MAX({lower},{upper}*(1-SUMIF(mitigation_bias,{key},mitigation_share))))'
    return sheet.formula(text, formula(RATE))


def _name_ranges(book: Book, sheet: str, table: Table, names: Mapping[str, str], first: int, last: int) -> None:
    for name, field in names.items():
        column = column_of(table, field)
        book.name(name, book.place(sheet, column, first, column, last))


def _exact(sheet: Sheet, row: Mapping[str, Any]) -> Any:
    """Numbers of more digits than a spreadsheet keeps, as texts, for reading them back."""
    long = {
        name: text
        for name, value in row.items()
        if isinstance(value, Decimal) and name[0] != "=" and _is_long(text := decimal_text(value))
    }
    return sheet.text(_json(long), HIDDEN) if long else None


def _is_long(text: str) -> bool:
    return len(text.lstrip("-").replace(".", "").strip("0")) > _DIGITS


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if len(text) > LONGEST_CELL:
        raise ValueError(f"a cell holds {LONGEST_CELL} characters, and this has {len(text)}")
    return text
