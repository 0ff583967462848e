"""Words for a case: its fields, its periods, its amounts. Every figure of the room is written by the same rule, in one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from foundation.rounding import percentage
from foundation.templatetags.countersign import cents, figure
from governance.economics.cashflow import rounded
from governance.economics.cashflow.roots import SHOWN_DIGITS
from governance.economics.plan import ALWAYS, Bias, Discount, Exchange, Inflation, Line, Plan, Range
from governance.economics.shipped import categories, in_words
from governance.economics.wording.drivers import input_label

CENTS = 2  # places
NONE = "–"


# Amounts -------------------------------------------------------------------------------------------------------------------


def money(amount: Decimal | None, places: int = 0) -> str:
    """An amount without its currency, rounded as everywhere: in whole units, or to the cent where `places` are 2."""
    if amount is None:
        return NONE
    return cents(amount) if places == CENTS else figure(amount, places)


def number(value: Decimal | int) -> str:
    """A number as it was stated."""
    return figure(Decimal(value))


def ratio(value: Decimal | None) -> str:
    return NONE if value is None else figure(value, 2)


def percent(share: Decimal, places: int = SHOWN_DIGITS) -> str:
    """A share of 0.1 as `10 %`."""
    return _("%(percent)s %%") % {"percent": figure(percentage(share, places))}


def periods(value: Decimal | None, period: str) -> str:
    """How long: years to one digit, months in whole ones; `never` where there is none."""
    if value is None:
        return _("never")
    shown = rounded(value, 1)
    many = 1 if shown == 1 else 2
    words = {"number": figure(shown)}
    if period == "month":
        return ngettext("%(number)s month", "%(number)s months", many) % words
    return ngettext("%(number)s year", "%(number)s years", many) % words


# Time ----------------------------------------------------------------------------------------------------------------------


def period_label(place: int, period: str) -> str:
    """`Year 3`, as the head of a row."""
    if period == "month":
        return _("Month %(month)s") % {"month": place}
    return _("Year %(year)s") % {"year": place}


def when(line: Line, period: str) -> str:
    """From when to when a line falls, and how often where that is not in each period."""
    words = {"first": line.from_period, "last": line.to_period}
    if line.from_period == line.to_period or line.every == "once":
        said = _("month %(first)s") if period == "month" else _("year %(first)s")
        return said % words
    said = _("months %(first)s to %(last)s") % words if period == "month" else _("years %(first)s to %(last)s") % words
    often = "" if line.every in ("period", period) else rhythm(line.every)
    return f"{said}, {often}" if often else said


def rhythm(every: str) -> str:
    """How often a line falls."""
    return {
        "period": pgettext("rhythm", "each period"),
        "month": pgettext("rhythm", "each month"),
        "quarter": pgettext("rhythm", "each quarter"),
        "year": pgettext("rhythm", "each year"),
        "once": pgettext("rhythm", "once"),
    }.get(every, every)


def per(line: Line, period: str) -> str:
    """What a quantity is stated for: `a month`, `a year`; nothing where the line falls once."""
    if line.every == "once" or line.from_period == line.to_period:
        return ""
    every = period if line.every == "period" else line.every
    return {
        "month": pgettext("quantity", "a month"),
        "quarter": pgettext("quantity", "a quarter"),
        "year": pgettext("quantity", "a year"),
    }.get(every, "")


def horizon_told(plan: Plan) -> str:
    """`3 years`, `36 months`."""
    return periods(Decimal(plan.horizon), plan.period)


def dated(day: date) -> str:
    return "" if day == ALWAYS else date_format(day, "DATE_FORMAT")


def sourced(source: str, day: date) -> str:
    """Who said so and when, as far as anybody wrote it down."""
    return _(", ").join(part for part in (source, dated(day)) if part)


# Fields --------------------------------------------------------------------------------------------------------------------


def kind_label(kind: str) -> str:
    return _("Benefit") if kind == "benefit" else _("Cost")


def category_label(category: str) -> str:
    """The name of a category that ships, else what people wrote."""
    known = categories().get(category)
    if known is not None:
        return in_words(known, get_language() or "en")
    return _("Other") if category in ("", "other") else category


def prices_label(prices: str) -> str:
    return {"real": _("Real"), "nominal": _("Nominal")}.get(prices, prices)


def field_label(name: str) -> str:
    """The name of a field of a line or of the frame."""
    return {
        "title": _("What for"),
        "kind": _("Kind"),
        "category": _("Category"),
        "quantity": _("Quantity"),
        "quantity_range": _("Quantity, low and high"),
        "unit": _("Unit"),
        "unit_price": _("Price of one"),
        "unit_price_range": _("Price, low and high"),
        "from_period": _("From period"),
        "to_period": _("To period"),
        "every": _("How often"),
        "currency": _("Currency"),
        "prices": _("Prices"),
        "risk": _("Risk"),
        "risk_reason": _("Why there is a risk"),
        "growth": _("Price rises a year"),
        "bias": _("Optimism bias"),
        "biases": _("Optimism bias"),
        "evidence": _("Evidence"),
        "owner": _("Who stands for it"),
        "driver": _("Model behind it"),
        "period": _("Periods"),
        "horizon": _("Horizon"),
        "discount": _("Discount rate"),
        "inflation": _("Inflation"),
        "mid_period": _("Middle of the period"),
        "exchange": _("Exchange rates"),
        "finance_rate": _("Finance rate"),
        "reinvestment_rate": _("Reinvestment rate"),
        "tolerance": _("Tolerance"),
        "scenarios": _("Scenarios"),
        "correlations": _("Correlations"),
        "lines": _("Lines"),
    }.get(name, name)


def value_told(name: str, value: Any) -> str:
    """A value of a field, in one line."""
    if value is None or value in ("", ()):
        return NONE
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Discount):
        return discount_told(value)
    if isinstance(value, Inflation):
        return percent(value.rate)
    if isinstance(value, Range):
        return _("%(low)s to %(high)s") % {"low": number(value.low), "high": number(value.high)}
    if isinstance(value, Decimal):
        shares = ("risk", "growth", "finance_rate", "reinvestment_rate", "tolerance")
        return percent(value) if name in shares else number(value)
    if isinstance(value, tuple):
        return _many(value)
    words: dict[str, Callable[[str], str]] = {
        "kind": kind_label,
        "category": category_label,
        "every": rhythm,
        "prices": prices_label,
        "period": lambda text: _("Months") if text == "month" else _("Years"),
    }
    if name in words:
        return words[name](str(value))
    return driver_told(value) if name == "driver" else str(value)


def _many(values: Sequence[Any]) -> str:
    def one(value: Any) -> str:
        if isinstance(value, Exchange):
            return f"{value.currency} {number(value.rate)}"
        if isinstance(value, Bias):
            return f"{value.title} {percent(value.upper)}"
        return str(getattr(value, "title", "") or getattr(value, "one", value))

    return ", ".join(one(value) for value in values)


def discount_told(discount: Discount) -> str:
    """`3.5 %`, or with its steps: `3.5 %, from year 31 on 3 %`."""
    first, *later = discount.steps or ((0, Decimal(0)),)
    parts = [percent(first[1])]
    parts += [_("from year %(year)s on %(rate)s") % {"year": year, "rate": percent(rate)} for year, rate in later]
    return _(", ").join(parts)


def driver_told(driver: Any) -> str:
    """What a model brings a line each time it falls, in one line."""
    inputs = _(", ").join(f"{input_label(name)} {figure(value)}" for name, value in list(driver.inputs().items())[:4])
    return _("from a model: %(inputs)s") % {"inputs": inputs}
