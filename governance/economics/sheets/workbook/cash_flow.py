"""The sheet Cash flow: each line in each period, the sums, and what they are worth today; all of it formulas. Pure.

The rules are those of `governance.economics.cashflow`: what falls when (`laying`), and at which rate it is discounted (`discounting`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openpyxl.utils import get_column_letter

from governance.economics.sheets.fields import LINES, _
from governance.economics.sheets.workbook.frame import (
    FACTOR,
    HEADING,
    MONEY,
    NOTE,
    NUMBER_HEADING,
    RATE,
    SECTION,
    STEP,
    TIMES,
    TITLE,
    WHOLE,
    Book,
    Look,
    Sheet,
    formula,
)
from governance.economics.sheets.workbook.inputs import FIRST_LINE, LINES_SHEET, letter_of

CASH_FLOW_SHEET = _("Cash flow")
_HEADINGS = (
    (_("Line"), 34.0),
    (_("Kind"), 10.0),
    (_("Amount each time"), 15.0),
    (_("Times in a period"), 9.0),
    (_("Every … periods"), 9.0),
    (_("From"), 7.0),
    (_("To"), 7.0),
    (_("Growth"), 8.0),
    (_("Total"), 15.0),
)
_TEXTS = 2  # of the headings; the others stand over numbers
FIRST_PERIOD = len(_HEADINGS) + 2  # the column of period 0
PERIODS = 4  # the row of the numbers of periods
_FIRST = 5  # the row of the first line
_NEVER_AGAIN = 100_000  # periods: a line that falls once
_SUM = "EEF2F6"
_ROUND = 6  # places to which a sum that is to be zero is looked at


@dataclass(frozen=True, slots=True)
class Places:
    """Where the rows of the sheet are; each from period 0 to the last."""

    rows: dict[str, int]
    first: str
    last: str

    def row(self, book: Book, name: str) -> str:
        """The whole row, for formulas of other sheets."""
        sheet = book.place(CASH_FLOW_SHEET, 1, 1).rpartition("!")[0]
        number = self.rows[name]
        return f"{sheet}!${self.first}${number}:${self.last}${number}"


def write_cash_flow(book: Book, lines: int, horizon: int) -> Places:
    """`lines`: how many there are on the sheet Lines; `horizon`: the last period."""
    widths = {1: 4.0, **{at: width for at, (_text, width) in enumerate(_HEADINGS, start=2)}}
    columns = [get_column_letter(FIRST_PERIOD + period) for period in range(horizon + 1)]
    widths |= {FIRST_PERIOD + period: 14.0 for period in range(horizon + 1)}
    sheet = book.sheet(CASH_FLOW_SHEET, widths, freeze=f"D{_FIRST}")
    sheet.machine("##cash_flow")
    sheet.row(None, sheet.words(_("Cash flow"), TITLE), height=24)
    sheet.row(None, sheet.formula('case_currency&", "&case_period&"; "&case_prices', NOTE))
    sheet.row(
        None,
        *(sheet.words(text, HEADING if at < _TEXTS else NUMBER_HEADING) for at, (text, _width) in enumerate(_HEADINGS)),
        *(sheet.number(period, NUMBER_HEADING) for period in range(horizon + 1)),
        height=30,
    )
    for at in range(lines):
        _line(sheet, at, columns)
    places = _Sums(sheet, columns, lines).written()
    made = sheet.made
    made.print_title_cols, made.print_title_rows = "B:C", f"{PERIODS}:{PERIODS}"
    made.print_area = f"B2:{columns[-1]}{places.rows['discounted_cumulative']}"
    made.page_setup.fitToWidth = max(1, -(-(horizon + 1) // 12))
    return places


def _line(sheet: Sheet, at: int, columns: list[str]) -> None:
    """One line: what it is made of, then its amount in each period."""
    book, row = sheet.book, _FIRST + at
    of = _Line(book, FIRST_LINE + at)
    money, grown = formula(), formula(RATE)
    cells: list[Any] = [
        sheet.formula(of("title"), Look(wrap=True, indent=1)),
        sheet.formula(of("kind"), Look(indent=1)),
        sheet.formula(_amount(of), money),
        sheet.formula(_times(of), formula(WHOLE)),
        sheet.formula(_step(of), formula(STEP)),
        sheet.formula(of("from_period"), formula(WHOLE)),
        sheet.formula(of("to_period"), formula(WHOLE)),
        sheet.formula(of("growth"), grown),
        sheet.formula(f"SUM({columns[0]}{row}:{columns[-1]}{row})", formula(fill=_SUM)),
    ]
    style = book.style(sheet.made, money)
    for column in columns:
        period = f"{column}${PERIODS}"
        cell = sheet.plain(
            f"=IF(AND({period}>=$G{row},{period}<=$H{row},MOD({period}-$G{row},$F{row})=0),"
            f"$D{row}*$E{row}*(1+$I{row})^INT(({period}-$G{row})/periods_a_year),0)"
        )
        cell._style = style
        cells.append(cell)
    sheet.row(None, *cells)


class _Line:
    """The cells of one line on the sheet Lines."""

    def __init__(self, book: Book, row: int) -> None:
        self.book, self.row = book, row
        self.sheet = book.place(LINES_SHEET, 1, 1).rpartition("!")[0]

    def __call__(self, name: str) -> str:
        return f"{self.sheet}!${letter_of(LINES, name)}${self.row}"

    def word(self, name: str) -> str:
        return self.book.literal(name)


def _amount(of: _Line) -> str:
    """Quantity, price and the worth of a model, in the currency of the case, with risk and bias."""
    worth = f"IF(ISNUMBER({of('=worth')}),{of('=worth')},1)"
    currency = of("currency")
    exchange = f'IF(OR({currency}="",{currency}=case_currency),1,INDEX(exchange_rate,MATCH({currency},exchange_currency,0)))'
    risk = f"1+IF(OR({of('kind')}={of.word('cost')},{worth}<0),1,-1)*{of('risk')}"
    bias = f'1+IF({of("bias")}="",0,INDEX(bias_applied,MATCH({of("bias")},bias_key,0)))'
    return f"{of('quantity')}*{of('unit_price')}*{worth}*{exchange}*({risk})*({bias})"


def _times(of: _Line) -> str:
    every = of("every")
    return f"IF(periods_a_year=12,1,IF({every}={of.word('month')},12,IF({every}={of.word('quarter')},4,1)))"


def _step(of: _Line) -> str:
    every = of("every")
    months = f"IF({every}={of.word('quarter')},3,IF({every}={of.word('year')},12,1))"
    return f"IF({every}={of.word('once')},{_NEVER_AGAIN},IF(periods_a_year=12,{months},1))"


class _Sums:
    """The rows below the lines."""

    def __init__(self, sheet: Sheet, columns: list[str], lines: int) -> None:
        self.sheet, self.columns = sheet, columns
        self.last_line = max(_FIRST + lines - 1, _FIRST)
        self.rows: dict[str, int] = {}

    def written(self) -> Places:
        yes = f"case_mid_period={self.sheet.book.literal('yes')}"
        self.sheet.row(None)
        self._heading(_("In each period"))
        for name, text, kind in (("costs", _("Costs"), "cost"), ("benefits", _("Benefits"), "benefit")):
            word = self.sheet.book.literal(kind)
            summed = f"IF({{c}}${PERIODS}>case_horizon,0,SUMIF($C${_FIRST}:$C${self.last_line},{word},{{c}}${_FIRST}:{{c}}${self.last_line}))"
            self._row(name, text, summed, summed, total=True)
        self._row("net", _("Net"), "{c}{benefits}-{c}{costs}", "{c}{benefits}-{c}{costs}", total=True, bold=True)
        self._row("cumulative", _("Cumulative"), "{c}{net}", "{b}{cumulative}+{c}{net}")
        self.sheet.row(None)
        self._heading(_("Discounting"))
        self._row("time", _("Years from now"), "0", f"({{c}}${PERIODS}-IF({yes},0.5,0))/periods_a_year", format="0.000")
        self._row("rate", _("Discount rate a year"), "", _rate(self.sheet.book), format=RATE)
        self._row("end", _("Factor at the end of the period"), "1", "{b}{end}/(1+{c}{rate})^(1/periods_a_year)", format=FACTOR)
        self._row(
            "factor",
            _("Discount factor"),
            "1",
            f"IF({yes},{{b}}{{end}}/(1+{{c}}{{rate}})^(0.5/periods_a_year),{{c}}{{end}})",
            format=FACTOR,
        )
        self.sheet.row(None)
        self._heading(_("Worth today"))
        for name, text in (("costs", _("Costs")), ("benefits", _("Benefits"))):
            worth = f"{{c}}{{{name}}}*{{c}}{{factor}}"
            self._row(f"pv_{name}", text, worth, worth, total=True)
        self._row("present", _("Net"), "{c}{net}*{c}{factor}", "{c}{net}*{c}{factor}", total=True, bold=True)
        self._row("discounted_cumulative", _("Cumulative"), "{c}{present}", "{b}{discounted_cumulative}+{c}{present}")
        self.sheet.row(None)
        self._heading(_("For the result"))
        for name, text, of, flow in (
            ("payback", _("Paid back at"), "cumulative", "net"),
            ("discounted_payback", _("Paid back at, discounted"), "discounted_cumulative", "present"),
        ):
            crossed = (
                f"IF(AND(ROUND({{b}}{{{of}}},{_ROUND})<0,ROUND({{c}}{{{of}}},{_ROUND})>=0),"
                f'{{b}}${PERIODS}-{{b}}{{{of}}}/{{c}}{{{flow}}},"")'
            )
            self._row(name, text, "", crossed, format=TIMES)
        for name, text in (("finance", _("Factor of the finance rate")), ("reinvestment", _("Factor of the reinvestment rate"))):
            rate = f"case_{name}_rate"
            factor = f'IF({rate}="",{{c}}{{factor}},(1+{rate})^-{{c}}{{time}})'
            self._row(name, text, factor, factor, format=FACTOR)
        return Places(self.rows, self.columns[0], self.columns[-1])

    def _heading(self, text: str) -> None:
        self.sheet.row(None, self.sheet.words(text, SECTION), height=18)

    def _row(
        self, name: str, text: str, first: str, other: str, *, format: str = MONEY, total: bool = False, bold: bool = False
    ) -> None:
        """`first` is the formula of period 0, `other` that of all others: {c} is the column, {b} the one before, {net} a row."""
        sheet, at = self.sheet, self.sheet.rows + 1
        self.rows[name] = at
        rows = {known: f"${number}" for known, number in self.rows.items()}
        look = formula(format, bold=bold, top=bold)
        cells: list[Any] = [sheet.words(text, Look(bold=bold, top=bold, wrap=True, indent=1)), *[sheet.blank(Look(top=bold))] * 7]
        whole = f"SUM({self.columns[0]}{at}:{self.columns[-1]}{at})"
        cells.append(sheet.formula(whole, formula(bold=bold, top=bold, fill=_SUM)) if total else sheet.blank(Look(top=bold)))
        before = ""
        for column in self.columns:
            made = other if before else first
            cells.append(sheet.formula(made.format(c=column, b=before, **rows), look) if made else sheet.blank(look))
            before = column
        sheet.row(None, *cells)


def _rate(book: Book) -> str:
    """The rate of the year in which a period lies, in the prices of the lines (Fisher)."""
    stated = f"INDEX(step_rate,MATCH(ROUNDUP({{c}}${PERIODS}/periods_a_year,0),step_year,1))"
    converted = f"IF(case_prices={book.literal('nominal')},(1+{stated})*(1+case_inflation)-1,(1+{stated})/(1+case_inflation)-1)"
    return f"IF(case_rate_prices=case_prices,{stated},{converted})"
