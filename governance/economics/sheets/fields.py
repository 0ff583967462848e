"""The tables of a case as a spreadsheet has them: what each column is called by programs and people, and what may stand in it. Pure.

The same tables make the CSV and the sheets Case, Lines, Rates and Scenarios of the workbook. `Field.name` is what programs read, whatever
the language of the headings; a name that begins with = is of a column that is computed and never read.
"""

from __future__ import annotations

from dataclasses import dataclass

from governance.economics.plan.limits import EVERY, KINDS, PERIODS, PRICES


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


@dataclass(frozen=True, slots=True)
class Field:
    """`form`: text, lines (a text of several), number, rate, whole, day, choice, switch, json or computed."""

    name: str
    heading: str
    form: str = "text"
    width: int = 14
    choices: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`keyed`: each row is one field, named at its beginning; else each row is one record."""

    name: str
    fields: tuple[Field, ...]
    keyed: bool = False

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


_DATED = (
    Field("source", _("Source"), width=34, help=_("Who set it, and where it can be looked up.")),
    Field("dated", _("As of"), "day", 12, help=_("The day it is of.")),
)

CASE = Table("case", (
    Field("currency", _("Currency"), help=_("Three letters by ISO 4217. All results are in it.")),
    Field("period", _("Period"), "choice", choices=PERIODS, help=_("What a column of the sheet Cash flow stands for.")),
    Field("horizon", _("Horizon"), "whole", help=_("The last period; the first is 0, which is now.")),
    Field("prices", _("Prices"), "choice", choices=PRICES, help=_("Of all lines. Real: of today. Nominal: as they will be paid.")),
    Field("rate", _("Discount rate"), "rate", help=_("A year. Lower rates for later years stand on the sheet Rates.")),
    Field("rate_prices", _("Discount rate is"), "choice", choices=PRICES, help=_("If it differs from the prices, inflation is wanted.")),
    Field("rate_source", _("Source of the rate"), help=_("Who set it, and where it can be looked up.")),
    Field("rate_dated", _("Rate as of"), "day", help=_("The day it is of.")),
    Field("inflation", _("Inflation"), "rate", help=_("A year. Empty: none is stated.")),
    Field("inflation_source", _("Source of inflation"), help=_("Who set it, and where it can be looked up.")),
    Field("inflation_dated", _("Inflation as of"), "day", help=_("The day it is of.")),
    Field("mid_period", _("Mid-period flows"), "switch", help=_("Yes: flows fall in the middle of their period and not at its end; period 0 stays.")),
    Field("finance_rate", _("Finance rate"), "rate", help=_("A year, for the modified rate of return. Empty: the discount rate.")),
    Field("reinvestment_rate", _("Reinvestment rate"), "rate", help=_("A year, for the modified rate of return. Empty: the discount rate.")),
    Field("tolerance", _("Tolerance"), "rate", help=_("By how much of the net present value results may fall behind before it is approved again.")),
), keyed=True)  # fmt: skip

LINES = Table("lines", (
    Field("key", _("Key"), width=16, help=_("Small letters, digits and _ . - ; it stays the same when the title changes.")),
    Field("title", _("Title"), width=34, help=_("What the money is for, or where it comes from.")),
    Field("kind", _("Kind"), "choice", 10, KINDS, help=_("Whether the money goes out or comes in. Amounts are never negative.")),
    Field("category", _("Category"), width=14, help=_("What it is grouped under.")),
    Field("quantity", _("Quantity"), "number", 13, help=_("How many, each time it falls.")),
    Field("quantity_low", _("Quantity, low"), "number", 13, help=_("The least it may be. Low and high go together.")),
    Field("quantity_high", _("Quantity, high"), "number", 13, help=_("The most it may be.")),
    Field("unit", _("Unit"), width=12, help=_("What is counted.")),
    Field("unit_price", _("Unit price"), "number", 13, help=_("What one costs or brings, in the line's currency.")),
    Field("unit_price_low", _("Unit price, low"), "number", 13, help=_("The least it may be. Low and high go together.")),
    Field("unit_price_high", _("Unit price, high"), "number", 13, help=_("The most it may be.")),
    Field("currency", _("Currency"), width=10, help=_("Empty: that of the case. Others need a rate on the sheet Rates.")),
    Field("prices", _("Prices"), "choice", 10, PRICES, help=_("Empty: those of the case. A mix is refused.")),
    Field("from_period", _("From period"), "whole", 8, help=_("The first period in which it falls.")),
    Field("to_period", _("To period"), "whole", 8, help=_("The last period in which it falls.")),
    Field("every", _("Falls every"), "choice", 11, EVERY, help=_("How often it falls between the two periods.")),
    Field("growth", _("Price growth"), "rate", 9, help=_("What the price rises by each year after the line's first.")),
    Field("risk", _("Risk"), "rate", 9, help=_("Raises a cost and lowers a benefit by that share.")),
    Field("risk_reason", _("Reason for the risk"), width=30, help=_("Wanted where there is a risk.")),
    Field("bias", _("Optimism bias"), width=16, help=_("The key of a bias on the sheet Rates.")),
    Field("owner", _("Owner"), width=14, help=_("The person who answers for it, by public id.")),
    Field("evidence", _("Evidence"), "lines", 46, help=_("What it rests on: an offer, a measurement, a link.")),
    Field("=worth", _("Worth by model"), "computed", 14, help=_("What the model brings each time, as of when this was made.")),
    Field("driver", _("Model"), "json", 12, help=_("The model behind the line, for programs. Leave it as it is.")),
))  # fmt: skip

STEPS = Table("steps", (
    Field("from_year", _("From year"), "whole", 18, help=_("The first year in which the rate holds.")),
    Field("rate", _("Rate a year"), "rate", 34),
))  # fmt: skip
EXCHANGE = Table("exchange", (
    Field("currency", _("Currency"), width=18),
    Field("rate", _("Worth in the case's currency"), "number", 34, help=_("What one unit of it is in the currency of the case.")),
    *_DATED,
))  # fmt: skip
BIASES = Table("biases", (
    Field("key", _("Key"), width=18),
    Field("title", _("Kind of cost"), width=34),
    *_DATED,
    Field("upper", _("Upper bound"), "rate", 12, help=_("By how much such costs turn out higher where nothing was done about it.")),
    Field("lower", _("Lower bound"), "rate", 12, help=_("What is left whatever was done about it.")),
    Field("=applied", _("Applied"), "computed", 12, help=_("The upper bound less what mitigations take away, never under the lower bound.")),
))  # fmt: skip
MITIGATIONS = Table("mitigations", (
    Field("bias", _("Bias"), width=18, help=_("The key of a bias above.")),
    Field("title", _("What was done"), width=34),
    Field("evidence", _("Evidence"), "lines", 34),
    Field("share", _("Share taken away"), "rate", 12),
))  # fmt: skip
SCENARIOS = Table("scenarios", (
    Field("key", _("Key"), width=18),
    Field("title", _("Scenario"), width=34),
    Field("input", _("Input"), width=38, help=_("Such as rate, exchange.USD, line.gpu.quantity or line.gpu.included (0 or 1).")),
    Field("value", _("Value"), "number", 16),
))  # fmt: skip
CORRELATIONS = Table("correlations", (
    Field("one", _("Input"), width=18),
    Field("other", _("goes with input"), width=34),
    Field("value", _("Correlation"), "number", 38, help=_("Of the ranks, from -1 to 1.")),
))  # fmt: skip

TABLES = {table.name: table for table in (CASE, LINES, STEPS, EXCHANGE, BIASES, MITIGATIONS, SCENARIOS, CORRELATIONS)}
EXACT = "exact"  # a column for programs: numbers of more digits than a spreadsheet keeps, as JSON by name

# What choices are called in the sheets.
CHOICES = {
    "cost": _("cost"),
    "benefit": _("benefit"),
    "real": _("real"),
    "nominal": _("nominal"),
    "period": _("period"),
    "month": _("month"),
    "quarter": _("quarter"),
    "year": _("year"),
    "once": _("once"),
    "yes": _("yes"),
    "no": _("no"),
}
SWITCH = {"yes": True, "no": False}
