"""What is behind a line that a model drives: the addends of its worth, and what the money says of a threshold."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from governance.economics.cashflow import rounded
from governance.economics.drivers import Classification, Regression, Term
from governance.economics.presenting.thresholds import advice_told
from governance.economics.presenting.worth import signed
from governance.economics.wording.cases import figure, money
from governance.economics.wording.drivers import input_label


def driver_told(driver: Classification | Regression) -> dict[str, Any]:
    """Each time the line falls: how many of what at which price, of the model and of what is done today, and the difference."""
    if isinstance(driver, Classification):
        pairs = [(driver.terms(driver.counts), _("With the model")), (driver.terms(driver.incumbent_counts), _("Today"))]
        sums = (driver.value(), driver.incumbent_value())
        advice = advice_told(driver.threshold())
    else:
        pairs = [
            (driver.terms(driver.model), _("With the model")),
            (driver.terms(driver.incumbent.accuracy), _("Today")),
        ]
        sums = (-driver.cost(), -driver.incumbent_cost())
        advice = ""
    sign = 1 if isinstance(driver, Classification) else -1
    rows = [
        {"who": who, "label": _label(term), "quantity": figure(rounded(term.quantity, 2)), "price": money(sign * term.price, 2),
         "amount": money(sign * term.amount)}
        for terms, who in pairs
        for term in terms
        if term.quantity and term.price
    ]  # fmt: skip
    return {
        "rows": rows,
        "model": money(sums[0]),
        "today": money(sums[1]),
        "worth": signed(driver.worth()),
        "advice": advice,
        "takes": [{"label": input_label(name), "metric": metric} for name, metric in driver.takes.items()],
    }


def _label(term: Term) -> str:
    return {
        "true_positives": _("found"),
        "false_negatives": _("missed"),
        "false_positives": _("false alarms"),
        "true_negatives": _("rightly left alone"),
        "too_high": _("units too high"),
        "too_low": _("units too low"),
        "squared": _("squared units off"),
    }[term.name]
