"""Words for what drives a line: its inputs, their values, and why something cannot be reckoned."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from foundation.templatetags.countersign import figure
from governance.economics.cashflow import Refused, rounded
from governance.economics.drivers import MESSAGES, WrongInput
from governance.economics.wording.reasons import reason_told

PLACES = 4  # of a metric, unless two that differ look the same
MOST_PLACES = 10


def input_label(name: str) -> str:
    """The name of an input; of the incumbent's where it begins with `incumbent_`."""
    own = name.removeprefix("incumbent_")
    label = _labels().get(own, own)
    return label if own == name else _("%(input)s of what is done today") % {"input": label}


def _labels() -> dict[str, str]:
    return {
        "cases": _("cases"),
        "prevalence": _("share of positives"),
        "recall": _("recall"),
        "precision": _("precision"),
        "false_positive_rate": _("false positive rate"),
        "value_true_positive": _("value of a find"),
        "cost_false_negative": _("cost of a miss"),
        "cost_false_positive": _("cost of a false alarm"),
        "value_true_negative": _("value of leaving alone"),
        "forecasts": _("forecasts"),
        "mean_absolute_error": _("mean absolute error"),
        "root_mean_squared_error": _("root mean squared error"),
        "bias": _("mean error"),
        "cost_too_high": _("cost of a unit too high"),
        "cost_too_low": _("cost of a unit too low"),
        "cost_squared": _("cost of a squared unit"),
        "threshold": _("threshold"),
        "takes": _("metrics of the version"),
    }


def metric_told(value: Decimal) -> str:
    """A metric to four digits after the point: quotients have more than anybody reads."""
    return figure(rounded(value, PLACES))


def pair_told(before: Decimal, after: Decimal) -> tuple[str, str]:
    """Two values of a metric, to as many digits as it takes to tell them apart."""
    for places in range(PLACES, MOST_PLACES + 1):
        one, other = figure(rounded(before, places)), figure(rounded(after, places))
        if one != other:
            return one, other
    return metric_told(before), metric_told(after)


def why_told(why: WrongInput | Refused) -> str:
    """Why a line cannot be reckoned with a version, and what to do about it, as a sentence."""
    if isinstance(why, Refused):
        return _("The line cannot be reckoned with this version: %(reason)s") % {"reason": reason_told(why)}
    where = ", ".join(input_label(name) for name in why.where.split(", "))
    said = _(MESSAGES[why.code]) % {**why.params, "where": where}  # its words are marked where they stand
    said = said[:1].upper() + said[1:]
    return said if said.endswith(".") else f"{said}."
