"""What a version is worth, as the API answers it: money to the cent, metrics as they were sent, all as texts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from foundation.canonical import decimal_text
from governance.economics.cashflow import rounded
from governance.economics.presenting.worth import sentence
from governance.economics.revaluing import RevaluedLine, Worth
from governance.economics.thresholds import Choice
from governance.economics.wording.drivers import why_told

PLACES = 18


class BesideOutput(serializers.Serializer[Any]):
    before = serializers.CharField(allow_null=True, help_text="As agreed to")
    after = serializers.CharField(allow_null=True, help_text="With the version")
    change = serializers.CharField(allow_null=True)


class WorthPartOutput(serializers.Serializer[Any]):
    input = serializers.CharField()
    metric = serializers.CharField(help_text="The metric of the version that feeds it")
    before = serializers.CharField()
    after = serializers.CharField()
    a_year = serializers.CharField(help_text="What that is worth a year; those of a line add up to its change but for rounding")


class WorthPointOutput(serializers.Serializer[Any]):
    input = serializers.CharField()
    held = serializers.CharField(help_text="What stays as it is meanwhile")
    step = serializers.CharField(help_text="How much more: 0.01 of a share, 1 of an error")
    a_year = serializers.CharField()


class WorthLineOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    change = serializers.CharField()
    parts = WorthPartOutput(many=True)
    points = WorthPointOutput(many=True)


class WorthUnknownOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class WorthCaseOutput(serializers.Serializer[Any]):
    snapshot = serializers.CharField()
    number = serializers.IntegerField()
    currency = serializers.CharField()
    baseline = serializers.CharField(allow_null=True, help_text="None: nobody approved it yet")


class WorthOutput(serializers.Serializer[Any]):
    """Money a year is the mean over the years in which the lines fall that the version drives."""

    model_version = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # a field of the answer, not the name of this one
    status = serializers.ChoiceField(choices=["known", "unknown", "not_driven", "no_case", "broken"])
    sentence = serializers.CharField()
    case = WorthCaseOutput(allow_null=True)
    a_year = BesideOutput(allow_null=True)
    npv = BesideOutput(allow_null=True)
    equivalent_annual = BesideOutput(allow_null=True)
    lines = WorthLineOutput(many=True)
    unknown = WorthUnknownOutput(many=True)


class WorthOfVersionOutput(serializers.Serializer[Any]):
    """One of many versions: without the net present value and the lines."""

    model_version = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # a field of the answer, not the name of this one
    status = serializers.ChoiceField(choices=["known", "unknown", "not_driven", "no_case", "broken"])
    sentence = serializers.CharField()
    case = WorthCaseOutput(allow_null=True)
    a_year = BesideOutput(allow_null=True)
    unknown = WorthUnknownOutput(many=True)


class ThresholdPointOutput(serializers.Serializer[Any]):
    threshold = serializers.CharField()
    recall = serializers.CharField()
    false_positive_rate = serializers.CharField()
    a_year = serializers.CharField()
    change = serializers.CharField(help_text="Against where the version was measured")


class ThresholdOutput(serializers.Serializer[Any]):
    model_version = serializers.CharField()
    line = serializers.CharField()
    title = serializers.CharField()
    currency = serializers.CharField()
    advice = serializers.ChoiceField(choices=["at_or_above", "at_or_below", "everybody", "nobody", "indifferent"])
    advised = serializers.CharField(allow_null=True, help_text="The threshold that follows from the money, for calibrated scores")
    now = serializers.CharField()
    given_away = serializers.CharField()
    best = ThresholdPointOutput(allow_null=True)
    points = ThresholdPointOutput(many=True)


def status_of(worth: Worth | None) -> str:
    if worth is None:
        return "broken"
    if not worth.is_driven:
        return "not_driven"
    return "known" if worth.is_known else "unknown"


def short_body(worth: Worth | None, *, approved: bool) -> dict[str, Any]:
    """What a list says of one version."""
    known = worth is not None and worth.is_known
    return {
        "status": status_of(worth),
        "sentence": sentence(worth, worth.agreed.currency, approved=approved) if worth is not None and known else "",
        "a_year": _beside(worth.before, worth.after) if worth is not None and known else None,
        "unknown": [
            {"key": item.key, "title": item.title, "code": item.why.code, "detail": why_told(item.why)}
            for item in (worth.unknown if worth is not None else ())
        ],
    }


def worth_body(worth: Worth | None, *, approved: bool) -> dict[str, Any]:
    """All of it. The whole case is reckoned only where the worth is known: else it would look as if nothing had changed."""
    known = worth is not None and worth.is_known
    body: dict[str, Any] = {**short_body(worth, approved=approved), "npv": None, "equivalent_annual": None, "lines": []}
    if worth is None or not known:
        return body
    now, then = worth.evaluation, worth.agreed_evaluation
    return {
        **body,
        "npv": _beside(then.npv, now.npv),
        "equivalent_annual": _beside(then.equivalent_annual, now.equivalent_annual),
        "lines": [_line(worth, line) for line in worth.lines],
    }


def choice_body(found: Choice, currency: str) -> dict[str, Any]:
    points = [
        {
            "threshold": decimal_text(item.point.threshold),
            "recall": _metric(item.point.recall),
            "false_positive_rate": _metric(item.point.false_positive_rate),
            "a_year": _money(item.a_year),
            "change": _money(item.more),
        }
        for item in found.points
    ]
    best = points[found.points.index(found.best)] if found.best is not None else None
    advised = found.advice.value
    return {
        "line": found.key,
        "title": found.title,
        "currency": currency,
        "advice": found.advice.advice,
        "advised": None if advised is None else _metric(advised),
        "now": _money(found.now),
        "given_away": _money(found.given_away),
        "best": best,
        "points": points,
    }


def _line(worth: Worth, line: RevaluedLine) -> dict[str, Any]:
    return {
        "key": line.key,
        "title": line.title,
        **_beside(line.before, line.after),
        "parts": [
            {
                "input": part.name,
                "metric": line.taken.get(part.name, ""),
                "before": _metric(part.before),
                "after": _metric(part.after),
                "a_year": _money(part.a_year),
            }
            for part in line.parts
        ],
        "points": [
            {"input": point.name, "held": point.held, "step": decimal_text(point.step), "a_year": _money(point.a_year)}
            for point in worth.points[line.key]
        ],
    }


def _beside(before: Decimal | None, after: Decimal | None) -> dict[str, Any]:
    both = before is not None and after is not None
    return {
        "before": None if before is None else _money(before),
        "after": None if after is None else _money(after),
        "change": _money(after - before) if both else None,  # type: ignore[operator] # both are there
    }


def _money(value: Decimal) -> str:
    return decimal_text(rounded(value))


def _metric(value: Decimal) -> str:
    return decimal_text(rounded(value, PLACES))
