"""The sheet Result: what the case comes to, as formulas over the sheet Cash flow, and the rates of return as they were found. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from openpyxl.utils import get_column_letter

from governance.economics.cashflow import Evaluation
from governance.economics.sheets.fields import LINES, _
from governance.economics.sheets.workbook.cash_flow import CASH_FLOW_SHEET, FIRST_PERIOD, PERIODS, Places
from governance.economics.sheets.workbook.frame import (
    MONEY,
    MUTED,
    NOTE,
    NUMBER_HEADING,
    RATE,
    SECTION,
    TIMES,
    TITLE,
    Book,
    Look,
    Sheet,
    formula,
    height_of,
)
from governance.economics.sheets.workbook.inputs import FIRST_LINE, LINES_SHEET, letter_of

RESULT_SHEET = _("Result")
_MOST_NEW = 1000  # rows of the sheet Lines that are looked at for lines without a row on Cash flow
_ROUND = 6
_NOTES = 66  # how wide they are
_HALVES = 7  # the column of the flows by half period
_NONE = "–"
_REASONS = {
    "one": _("One rate: at it the case comes out at zero."),
    "many": _("Several rates, so none of them can be used: go by the net present value."),
    "beyond": _("There is a rate, but above 10,000 % a period, which says nothing: go by the net present value."),
    "none": _("No rate makes the case come out at zero: go by the net present value."),
    "none_no_sign_change": _("All flows go the same way, so there is no rate of return."),
}


def write_result(book: Book, places: Places, found: Evaluation, lines: int, horizon: int) -> None:
    """`found`: the same case as the engine has it, for the rates of return, of which a spreadsheet finds only one."""
    sheet = book.sheet(RESULT_SHEET, (4, 38, 24, _NOTES, 3, 12, 18), freeze="A4", landscape=False)
    _Result(sheet, places, found, lines, horizon).write()


class _Result:
    def __init__(self, sheet: Sheet, places: Places, found: Evaluation, lines: int, horizon: int) -> None:
        self.sheet, self.book, self.found, self.lines, self.horizon = sheet, sheet.book, found, lines, horizon
        self.of = {name: places.row(self.book, name) for name in places.rows}
        self.places = places
        self.halves = self._halves()
        self.halves_left = 2 * horizon + 2
        self.reason = ""

    def write(self) -> None:
        self.sheet.machine("##result")
        self._row(self.sheet.words(_("Result"), TITLE), height=24)
        self._row(self.sheet.formula('case_currency&", "&case_period&"; "&case_prices', NOTE))
        self._section(_("What the case comes to"))
        self._figure(
            _("Net present value"), f"SUMPRODUCT({self.of['net']},{self.of['factor']})", MONEY, _NPV, "result_npv", bold=True
        )
        self._figure(_("Present value of the costs"), f"SUM({self.of['pv_costs']})", MONEY, "", "result_pv_costs")
        self._figure(_("Present value of the benefits"), f"SUM({self.of['pv_benefits']})", MONEY, "", "result_pv_benefits")
        ratio = f'IF(result_pv_costs=0,"{_NONE}",{{}}/result_pv_costs)'
        self._figure(_("Benefit-cost ratio"), ratio.format("result_pv_benefits"), "0.00", _BCR, "result_bcr")
        self._figure(_("Return on investment"), ratio.format("result_npv"), RATE, _ROI, "result_roi")
        self._figure(_("Equivalent annual value"), self._annual(), MONEY, _EAV, "result_equivalent_annual")
        self._rates()
        self._paybacks()
        self._found()
        self._checks()
        self.sheet.made.print_area = f"B2:D{self.sheet.rows}"
        while self.halves_left:
            self._row()

    # Figures ------------------------------------------------------------------------------------------------------------

    def _annual(self) -> str:
        """NPV over the annuity: what 1 at the end of each year is worth; a year that is not whole counts from its start on."""
        periods, end, rate = self._periods(), self.of["end"], self.of["rate"]
        whole = f"SUMPRODUCT((MOD({periods},periods_a_year)=0)*({periods}>0)*({periods}<=case_horizon)*{end})"
        part = "(MOD(case_horizon,periods_a_year)/periods_a_year)"
        start = f"INDEX({end},1,1+INT(case_horizon/periods_a_year)*periods_a_year)"
        last = f"INDEX({rate},1,1+case_horizon)"
        share = f"IF({last}=0,{part},(1-(1+{last})^-{part})/{last})"
        rest = f"IF(MOD(case_horizon,periods_a_year)=0,0,{start}*{share})"
        return f'IF(case_horizon=0,"{_NONE}",result_npv/({whole}+{rest}))'

    def _rates(self) -> None:
        self._section(_("Rates of return"))
        roots = self.found.roots
        self.reason = _REASONS["beyond" if roots.beyond and not roots.rates else roots.reason]
        guess = float(roots.rates[0]) if len(roots.rates) == 1 else None
        given = "" if guess is None else f",{guess!r}"
        half = "" if guess is None else f",{(1 + guess) ** 0.5 - 1!r}"
        middle = f"case_mid_period={self.book.literal('yes')}"
        by_period = f'IFERROR(IF({middle},(1+IRR({self._half_range()}{half}))^2-1,IRR({self.of["net"]}{given})),"{_NONE}")'
        self._figure(_("Internal rate of return, a period"), by_period, RATE, _IRR, "result_irr_period")
        yearly = f'IF(ISNUMBER(result_irr_period),(1+result_irr_period)^periods_a_year-1,"{_NONE}")'
        self._figure(_("Internal rate of return, a year"), yearly, RATE, self.reason, "result_irr", bold=True)
        net, finance, reinvested = self.of["net"], self.of["finance"], self.of["reinvestment"]
        out = f"SUMPRODUCT(({net}<0)*-{net}*{finance})"
        at_end = (
            f'IF(case_reinvestment_rate="",1/INDEX({self.of["end"]},1,1+case_horizon),'
            "(1+case_reinvestment_rate)^(case_horizon/periods_a_year))"
        )
        back = f"SUMPRODUCT(({net}>0)*{net}*{reinvested})*{at_end}"
        power = "(periods_a_year/case_horizon)"
        mirr = f'IFERROR(IF(OR({out}=0,{back}=0),"{_NONE}",({back}/{out})^{power}-1),"{_NONE}")'
        self._figure(_("Modified rate of return, a year"), mirr, RATE, _MIRR, "result_mirr")

    def _paybacks(self) -> None:
        self._section(_("Payback, in periods"))
        never = '"' + self.book.words(_("never")).replace('"', "") + '"'
        for name, texts, sums in (
            ("payback", (_("Payback"), _("Payback, to stay")), "cumulative"),
            ("discounted_payback", (_("Discounted payback"), _("Discounted payback, to stay")), "discounted_cumulative"),
        ):
            at = self.of[name]
            first = f"IF({self._first_comes_in()},0,IF(COUNT({at})=0,{never},MIN({at})))"
            last = f"IF(ROUND(INDEX({self.of[sums]},1,1+case_horizon),{_ROUND})<0,{never},IF(COUNT({at})=0,0,MAX({at})))"
            self._figure(texts[0], first, TIMES, _PAYBACK, f"result_{name}")
            self._figure(texts[1], last, TIMES, _STAYS, f"result_{name}_last")

    def _first_comes_in(self) -> str:
        """Whether the first net flow that is not zero is above zero, or there is none: then nothing was ever owed.

        Each period counts for how many are left with it, so that the first counts most. SUMPRODUCT, because it takes arrays as they
        are in every spreadsheet.
        """
        flows, left = f"ROUND({self.of['net']},{_ROUND})", f"(case_horizon+1-{self._periods()})"
        return f"SUMPRODUCT(MAX(({flows}>0)*{left}))>=SUMPRODUCT(MAX(({flows}<0)*{left}))"

    def _found(self) -> None:
        """The rates that the engine found when the sheet was made."""
        roots = self.found.roots
        self._section(_("All internal rates of return, as worked out when this sheet was made"))
        for rate, often in zip(roots.yearly, roots.multiplicity, strict=True):
            # Of what was only looked through nobody knows how often it counts: that is 0.
            touches = self.book.words(_("The value only touches zero here.")) if often and often % 2 == 0 else ""
            shown = self.sheet.number(Decimal(f"{rate:.15g}"), formula("0.0000%"))
            self._row(self.sheet.words(_("A year")), shown, self.sheet.text(touches, MUTED))
        if roots.beyond and roots.rates:  # alone, the row below says so
            self._note(_("Beyond these"), _("There is another rate, above 10,000 % a period."))
        if roots.method == "scanned":
            self._note(
                _("How they were found"), _("Along a grid: rates that only touch zero, or lie close together, may be missing.")
            )
        self._note(_("What they mean"), self.reason)

    def _checks(self) -> None:
        self._section(_("Checks"))
        lines = f"{self.book.place(LINES_SHEET, 1, 1).rpartition('!')[0]}!${letter_of(LINES, 'key')}${FIRST_LINE}:"
        lines += f"${letter_of(LINES, 'key')}${FIRST_LINE + _MOST_NEW}"
        fine = '"' + self.book.words(_("in order")).replace('"', "") + '"'
        told = '"' + self.book.words(_("import the file and export it anew")).replace('"', "") + '"'
        self._check(_("Each line has a row on Cash flow"), f"IF(COUNTA({lines})={self.lines},{fine},{told})")
        self._check(_("The horizon lies within Cash flow"), f"IF(case_horizon<={self.horizon},{fine},{told})")
        kept = f"ABS(SUM({self.of['present']})-result_npv)<=0.005"
        self._check(_("The present values come to the net present value"), f"IF({kept},{fine},{told})")

    def _check(self, text: str, check: str) -> None:
        self._row(self.sheet.words(text, Look(wrap=True)), self.sheet.formula(check, Look(across="right", wrap=True)))

    # Rows ---------------------------------------------------------------------------------------------------------------

    def _note(self, text: str, note: str) -> None:
        high = height_of(self.book.words(note), _NOTES)
        self._row(self.sheet.words(text), self.sheet.blank(Look()), self.sheet.words(note, MUTED), height=high)

    def _figure(self, text: str, made: str, format: str, note: str, name: str, *, bold: bool = False) -> None:
        high = height_of(self.book.words(note), _NOTES)
        label, value = Look(bold=bold), formula(format, bold=bold)
        number = self._row(
            self.sheet.words(text, label), self.sheet.formula(made, value), self.sheet.words(note, MUTED), height=high
        )
        self.book.name(name, self.book.place(RESULT_SHEET, 3, number))

    def _section(self, text: str) -> None:
        self._row()
        self._row(self.sheet.words(text, SECTION), height=20)

    def _row(self, *cells: Any, height: float = 0) -> int:
        """A row, with the next of the flows by half period beside it."""
        beside: list[Any] = []
        if self.sheet.rows >= 3:
            beside = next(self.halves, [])
        wide = [*cells, *[None] * (4 - len(cells))] if beside else list(cells)
        return self.sheet.row(None, *wide, *beside, height=height)

    # Flows by half period -----------------------------------------------------------------------------------------------

    def _half_range(self) -> str:
        first = 5  # below the heading in row 4
        return self.book.place(RESULT_SHEET, _HALVES, first, _HALVES, first + 2 * self.horizon)

    def _halves(self) -> Iterator[list[Any]]:
        """Flows on a grid of half periods, on which the rate of return is found where flows fall in the middle of periods."""
        sheet, middle = self.book.place(CASH_FLOW_SHEET, 1, 1).rpartition("!")[0], f"case_mid_period={self.book.literal('yes')}"
        self.halves_left -= 1
        yield [self.sheet.words(_("Half period"), NUMBER_HEADING), self.sheet.words(_("Net flow"), NUMBER_HEADING)]
        net = self.places.rows["net"]
        for half in range(2 * self.horizon + 1):
            self.halves_left -= 1
            period = (half + 1) // 2
            flow = f"{sheet}!{get_column_letter(FIRST_PERIOD + period)}${net}"
            late, early = (flow, "0") if half % 2 == 0 else ("0", flow)
            made = flow if half == 0 else f"IF({middle},{early},{late})"
            yield [self.sheet.number(half, formula("0")), self.sheet.formula(made, formula())]

    def _periods(self) -> str:
        sheet = self.book.place(CASH_FLOW_SHEET, 1, 1).rpartition("!")[0]
        return f"{sheet}!${self.places.first}${PERIODS}:${self.places.last}${PERIODS}"


_NPV = _("Net flows of all periods, each times its discount factor. The first falls at period 0 and is not discounted.")
_BCR = _("Present value of the benefits over that of the costs. Savings are benefits; benefits are not taken off the costs.")
_ROI = _("Net present value over the present value of the costs.")
_EAV = _("The level amount at the end of each year that is worth as much as the case.")
_IRR = _("A spreadsheet finds one rate, near its guess. All of them stand below.")
_MIRR = _(
    "What goes out is discounted at the finance rate, what comes in is reinvested at the reinvestment rate until the last period."
)
_PAYBACK = _("Until the cumulative sum first reaches zero, linear within a period.")
_STAYS = _("Until it is there to stay: a later cost may take it below zero again.")
