"""The sheet Read me: the conventions in words, and what the choices are called. Pure."""

from __future__ import annotations

from datetime import date

from governance.economics.sheets.fields import CHOICES, _
from governance.economics.sheets.workbook.frame import HIDDEN, LABEL, NOTE, PLAIN, SECTION, TITLE, Book, height_of

READ_ME_SHEET = _("Read me")
_WIDE = 110
_CONVENTIONS = (
    _("The sheets Case, Lines, Rates and Scenarios are read when the file is imported; Cash flow and Result are only computed."),
    _("Blue stands for what people write, black for what is computed."),
    _("Period 0 is now and is not discounted. All other flows fall at the end of their period, or in its middle where the case says so."),
    _("Amounts are never negative: a line is a cost or a benefit. Savings are benefits, and benefits are not taken off the costs."),
    _("A monthly line falls twelve times in a period of a year; a yearly line in a case by months falls in its first month and each "
      "twelfth after it."),
    _("Growth raises the price once a year, counted from the line's first period."),
    _("Risk raises a cost and lowers a benefit. Optimism bias raises a cost by its upper bound, less what mitigations take away, never by "
      "less than its lower bound."),
    _("Rates are a year. A month is discounted at the twelfth root of its year. The rate of year 31 works from the end of year 30 on."),
    _("Real prices are those of today, nominal ones as they will be paid. (1 + nominal) = (1 + real)(1 + inflation)."),
    _("An exchange rate says what one unit of the currency is in the currency of the case."),
    _("A line with a model behind it takes its worth from there; the column Worth by model holds it as it was when the sheet was made."),
    _("Nothing is rounded on the way. What is shown is rounded to the cent, halves away from zero."),
    _("Lines that are added here have no row on Cash flow until the file was imported and exported anew; Result says so under Checks."),
)  # fmt: skip


def write_read_me(book: Book, made: date | None) -> None:
    """`made`: the day that stands there, if any."""
    sheet = book.sheet(READ_ME_SHEET, (4, 4, _WIDE), landscape=False)
    sheet.machine("# read me")
    sheet.row(sheet.text("#", HIDDEN), sheet.words(_("Read me"), TITLE), height=24)
    if made is not None:
        sheet.row(sheet.text("#", HIDDEN), sheet.text(f"{book.words(_('Made on'))} {made.isoformat()}", NOTE))
    sheet.row(sheet.text("#", HIDDEN))
    sheet.row(sheet.text("#", HIDDEN), sheet.words(_("How it is reckoned"), SECTION), height=20)
    for number, text in enumerate(_CONVENTIONS, start=1):
        told = book.words(text)
        sheet.row(sheet.text("#", HIDDEN), sheet.number(number, LABEL), sheet.text(told, PLAIN), height=height_of(told, _WIDE))
    sheet.row(sheet.text("#", HIDDEN))
    sheet.machine("[words]", "", "value")
    sheet.row(sheet.text("#", HIDDEN), sheet.words(_("Words to choose from"), SECTION), height=20)
    for name in CHOICES:
        sheet.row(sheet.text(name, HIDDEN), None, sheet.text(book.choice(name), PLAIN))
    sheet.made.print_area = f"B2:C{sheet.rows}"
