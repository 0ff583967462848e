"""From which score on a model should say yes, in words and a table."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from foundation.templatetags.countersign import figure
from governance.economics.cashflow import rounded
from governance.economics.drivers import Threshold
from governance.economics.presenting.worth import signed, tone_of
from governance.economics.thresholds import MOST_POINTS, Choice, Wrong
from governance.economics.wording.cases import money
from governance.economics.wording.drivers import metric_told, why_told

PLACES = 6  # of a threshold that follows from money


def choice_told(found: Choice, currency: str) -> dict[str, Any]:
    """The sentence, what the money alone says, and the points as rows of a table, the best one marked."""
    return {
        "key": found.key,
        "title": found.title,
        "sentence": _sentence(found, currency),
        "tone": "warn" if rounded(found.given_away, 0) else "ok",
        "advice": advice_told(found.advice),
        "now": money(found.now),
        "rows": [
            {
                "threshold": metric_told(item.point.threshold),
                "recall": metric_told(item.point.recall),
                "rate": metric_told(item.point.false_positive_rate),
                "amount": money(item.a_year),
                "more": signed(item.more),
                "tone": tone_of(item.more),
                "best": item == found.best,
            }
            for item in found.points
        ],
    }


def _sentence(found: Choice, currency: str) -> str:
    if found.best is None:
        return ""
    words = {
        "threshold": metric_told(found.best.point.threshold),
        "amount": money(found.given_away),
        "worth": money(found.best.a_year),
        "currency": currency,
    }
    if not rounded(found.given_away, 0):
        return _("None of these points is better than where the version was measured: it brings as much or more a year.")
    return (
        _(
            "At a threshold of %(threshold)s it would bring %(worth)s %(currency)s a year: where it was measured it gives away "
            "%(amount)s %(currency)s a year."
        )
        % words
    )


def advice_told(advice: Threshold) -> str:
    """What follows from the money alone, for scores that are calibrated probabilities."""
    words = {"value": figure(rounded(advice.value, PLACES)) if advice.value is not None else ""}
    return {
        "at_or_above": _("By the money alone a case is worth flagging from a probability of %(value)s on."),
        "at_or_below": _(
            "By the money alone a case is worth flagging up to a probability of %(value)s: look whether the values are the wrong way "
            "round."
        ),
        "everybody": _("By the money alone it is worth flagging everybody."),
        "nobody": _("By the money alone it is worth flagging nobody."),
        "indifferent": _("By the money alone it makes no difference who is flagged."),
    }[advice.advice] % words


def wrong_told(wrong: Wrong, third_label: str) -> str:
    """What is wrong with a line that was typed in: which one, what stands there, what to do."""
    words = {"row": wrong.row, "text": wrong.text, "most": MOST_POINTS, "third": third_label}
    if wrong.code == "many":
        return _("Line %(row)s: at most %(most)s points are looked at.") % words
    if wrong.why is not None:
        return _("Line %(row)s (%(text)s): %(why)s") % {**words, "why": why_told(wrong.why)}
    said = _(
        "Line %(row)s (%(text)s): write three numbers with a decimal point: threshold, recall and %(third)s, such as 0.3; 0.71; 0.02."
    )
    return said % words
