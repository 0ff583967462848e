"""Named inputs of a case in words: what each is called, and how its values are written."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from foundation.templatetags.countersign import figure
from governance.economics.cashflow import rounded
from governance.economics.plan import Plan
from governance.economics.scenarios import Input
from governance.economics.wording.cases import percent
from governance.economics.wording.drivers import input_label as driver_label

SHARES = ("rate", "inflation", "finance_rate", "reinvestment_rate", "risk", "growth")
PLACES = 4
LONG = 20  # characters of a title
DIGITS = 4
FEW_PLACES = 2  # of what is larger than that


def input_told(plan: Plan, item: Input) -> str:
    """`GPU hours: price of one`; of the whole plan `Discount rate`."""
    if item.line:
        title = next((line.title for line in plan.lines if line.key == item.line), item.line)
        return _("%(line)s: %(input)s") % {"line": title, "input": field_told(item)}
    head, _dot, rest = item.name.partition(".")
    if head == "exchange":
        return _("1 %(currency)s in %(own)s") % {"currency": rest, "own": plan.currency}
    if head == "bias":
        title = next((bias.title for bias in plan.biases if bias.key == rest), rest)
        return _("Optimism bias: %(title)s") % {"title": title}
    return {
        "rate": _("Discount rate"),
        "inflation": _("Inflation"),
        "finance_rate": _("Finance rate"),
        "reinvestment_rate": _("Reinvestment rate"),
    }.get(item.name, item.name)


def field_told(item: Input) -> str:
    """The input within its line: `quantity`, `recall`."""
    if item.field.startswith("driver."):
        return driver_label(item.field.removeprefix("driver."))
    return {
        "quantity": _("quantity"),
        "unit_price": _("price of one"),
        "risk": _("risk"),
        "growth": _("price rises a year"),
        "from_period": _("from period"),
        "to_period": _("to period"),
        "included": _("counted (1) or left out (0)"),
    }.get(item.field, item.field)


def is_share(item: Input) -> bool:
    """Whether the value is shown in per cent."""
    return item.field in SHARES or item.name.startswith("bias.")


def value_told(item: Input, value: Decimal) -> str:
    """A value of the input as people read it, without its unit; shares in per cent."""
    if is_share(item):
        return percent(value, 2)
    if not value or abs(value) >= 1000:
        return figure(rounded(value, FEW_PLACES))
    return figure(rounded(value, PLACES) or rounded(value, 10))


def short_told(plan: Plan, item: Input) -> str:
    """The same where there is little room: what is cut off then is the name of the line, of which the start tells most. All inputs of
    a case are told in the same order."""
    if not item.line:
        return input_told(plan, item)
    title = next((line.title for line in plan.lines if line.key == item.line), item.line)
    is_cut = any(len(line.title) > LONG for line in plan.lines)
    return _("%(input)s, %(line)s") % {"line": title, "input": field_told(item)} if is_cut else input_told(plan, item)


def roughly_told(item: Input, value: Decimal) -> str:
    """A value to four digits that count, for the ends of ranges that nobody stated so exactly."""
    if is_share(item):
        return percent(value, 1)
    return figure(rounded(value, max(0, DIGITS - 1 - value.adjusted())) if value else value)


def pair_told(item: Input, one: Decimal, other: Decimal) -> tuple[str, str]:
    """Two values to two digits, or to as many as it takes to tell them apart."""
    if is_share(item):
        return percent(one, 2), percent(other, 2)
    for places in range(FEW_PLACES, 11):
        first, second = figure(rounded(one, places)), figure(rounded(other, places))
        if first != second and (rounded(one, places) or not one):
            return first, second
    return value_told(item, one), value_told(item, other)
