"""What a case comes to under other assumptions, over HTTP. It is a question: nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.canonical import decimal_text
from governance.economics.api.cases import CaseEvaluationOutput, evaluation_body
from governance.economics.assumptions import Outcome, outcomes_of
from governance.economics.cashflow import Evaluation, Refused, explained, rounded
from governance.economics.cashflow.roots import shown_rate
from governance.economics.components import plan_of
from governance.economics.drivers import WrongInput
from governance.economics.model_versions import version_of
from governance.economics.models import Snapshot
from governance.economics.plan import Plan
from governance.economics.presenting.figures import MONEY, SERIES
from governance.economics.scenarios import inputs_of
from governance.economics.selectors.simulations import snapshot_named
from governance.economics.wording.inputs import input_told
from governance.economics.wording.refusals import invalid_of
from governance.usecases.models import UseCase

MOST_OVERRIDES = 200
MOST_EXPLAINED = 20
LONGEST = 60  # characters of a value
OWN = ("scenario", "model_version", "explain")  # parameters that are no names of inputs
PLACES = 10  # of what is no money


class CaseAssumptionsInput(StrictSerializer):
    scenario = serializers.CharField(max_length=60, required=False, default="", allow_blank=True, help_text="Empty: all of them")
    overrides = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST), required=False, default=dict,
        help_text="Values by the name of an input, such as line.gpu.quantity or rate; they hold in every scenario",
    )  # fmt: skip
    model_version = serializers.CharField(
        max_length=40,
        required=False,
        default="",
        allow_blank=True,
        help_text="Whose metrics the lines take that follow from them",
    )
    explain = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, default=list, max_length=MOST_EXPLAINED,
        help_text="Figures to be opened: npv, irr, costs.3, line.gpu",
    )  # fmt: skip


class CaseTermOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    value = serializers.CharField(allow_null=True)


class CaseExplainedOutput(serializers.Serializer[Any]):
    measure = serializers.CharField()
    value = serializers.CharField(allow_null=True)
    formula = serializers.CharField()
    terms = CaseTermOutput(many=True, help_text="A key that is a figure itself can be explained in turn")


class CaseOutcomeOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    overrides = serializers.DictField(child=serializers.CharField(), help_text="What the scenario itself says")
    evaluation = CaseEvaluationOutput()
    explained = CaseExplainedOutput(many=True)


class CaseInputOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    value = serializers.CharField()
    unit = serializers.CharField()
    low = serializers.CharField(allow_null=True)
    high = serializers.CharField(allow_null=True)


class CaseOutcomesOutput(serializers.Serializer[Any]):
    snapshot = serializers.CharField()
    number = serializers.IntegerField()
    currency = serializers.CharField()
    period = serializers.CharField()
    horizon = serializers.IntegerField()
    model_version = serializers.CharField(allow_null=True)
    overrides = serializers.DictField(child=serializers.CharField())
    scenarios = CaseOutcomeOutput(many=True, help_text="do_nothing and base are always there")
    inputs = CaseInputOutput(many=True, help_text="Every input that can be given another value, as the case has it")


class Evaluations(Endpoint):
    """A case reckoned again: in its scenarios, with other values, with the metrics of a model version."""

    scopes = {"GET": "read", "POST": "read"}

    @extend_schema(
        operation_id="economics_evaluate_read",
        responses=CaseOutcomesOutput,
        parameters=[
            OpenApiParameter("scenario", OpenApiTypes.STR),
            OpenApiParameter("model_version", OpenApiTypes.STR),
            OpenApiParameter("explain", OpenApiTypes.STR, many=True),
        ],
    )
    def get(self, request: Request, slug: str, public_id: str) -> Response:
        """Every other parameter is the name of an input: `?line.gpu.quantity=120&rate=0.05`."""
        query = request.query_params
        said = {name: query[name] for name in query if name not in OWN}
        explain = query.getlist("explain")
        if len(explain) > MOST_EXPLAINED:
            raise invalid_field("explain", "too_many", _("Ask for at most %(most)s figures.") % {"most": MOST_EXPLAINED})
        asked = {"scenario": query.get("scenario", ""), "model_version": query.get("model_version", ""), "explain": explain}
        return self._answer(slug, public_id, {**asked, "overrides": said}, "")

    @extend_schema(operation_id="economics_evaluate", request=CaseAssumptionsInput, responses=CaseOutcomesOutput)
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        """The same, for many inputs. Nothing is written."""
        return self._answer(slug, public_id, self.read(CaseAssumptionsInput), "overrides.")

    def _answer(self, slug: str, public_id: str, asked: Mapping[str, Any], before: str) -> Response:
        use_case: UseCase = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        snapshot = snapshot_named(self.actor, use_case, public_id)
        overrides = _decimals(asked["overrides"], before)
        version = version_of(self.actor, use_case, asked["model_version"]) if asked["model_version"] else None
        plan = plan_of(snapshot)
        try:
            outcomes = outcomes_of(
                plan, overrides=overrides, metrics=version.metrics if version else None, only=asked["scenario"]
            )
            scenarios = [_outcome(row, asked["explain"]) for row in outcomes]
        except WrongInput as wrong:
            raise invalid_of(wrong, "model_version") from wrong
        except Refused as refusal:
            raise invalid_of(refusal, _field(refusal, overrides, before)) from refusal
        body = {
            **_of(snapshot),
            "model_version": version.public_id if version else None,
            "overrides": {name: decimal_text(value) for name, value in overrides.items()},
            "scenarios": scenarios,
            "inputs": _inputs(plan),
        }
        return Response(body)


def _field(refusal: Refused, overrides: Mapping[str, Decimal], before: str) -> str:
    """Where the caller finds what was wrong: among the overrides, or what else was asked."""
    if refusal.code == "measure.unknown":
        return "explain"
    known = next((name for name in overrides if refusal.where == name or name.startswith(f"{refusal.where}.")), "")
    return f"{before}{known}" if known else refusal.where


def _decimals(said: Mapping[str, str], before: str) -> dict[str, Decimal]:
    if len(said) > MOST_OVERRIDES:
        raise invalid_field("overrides", "too_many", _("Give at most %(most)s inputs other values.") % {"most": MOST_OVERRIDES})
    return {name: _decimal(f"{before}{name}", text) for name, text in said.items()}


def _decimal(field: str, text: str) -> Decimal:
    """Raises Invalid for what is no finite number as people write it; `1e999999` is none, nor are digits of other scripts."""
    try:
        value = Decimal(text.strip()) if text.isascii() and len(text) <= LONGEST and "_" not in text else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite() or (value and abs(value.adjusted()) > LONGEST):
        said = _("“%(value)s” is no number. Write it with a decimal point, such as 0.25.") % {"value": text[:LONGEST]}
        raise invalid_field(field, "input.not_a_number", said)
    return value


def _of(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "snapshot": snapshot.public_id,
        "number": snapshot.number,
        "currency": snapshot.currency,
        "period": snapshot.period,
        "horizon": snapshot.horizon,
    }


def _outcome(row: Outcome, explain: list[str]) -> dict[str, Any]:
    return {
        "key": row.key,
        "title": row.title,
        "overrides": {name: decimal_text(value) for name, value in row.overrides.items()},
        "evaluation": evaluation_body(row.evaluation),
        "explained": [
            _explained(row.evaluation, name) for name in explain if row.key != "do_nothing" or not name.startswith("line.")
        ],
    }


def _explained(found: Evaluation, measure: str) -> dict[str, Any]:
    told = explained(found, measure)
    terms = [{"key": key, "value": _value(key, value)} for key, value in told.terms]
    return {"measure": measure, "value": _value(measure, told.value), "formula": told.formula, "terms": terms}


def _value(key: str, value: Any) -> str | None:
    """Money to the cent, all else to ten digits."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return ", ".join(decimal_text(shown_rate(one)) for one in value)
    name = key.partition(".")[0]
    money = name in MONEY or name in SERIES or name == "line"
    return decimal_text(rounded(Decimal(value)) if money else rounded(Decimal(value), PLACES))


def _inputs(plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "name": item.name,
            "title": input_told(plan, item),
            "value": decimal_text(item.value),
            "unit": item.unit,
            "low": None if item.low is None else decimal_text(item.low),
            "high": None if item.high is None else decimal_text(item.high),
        }
        for item in inputs_of(plan).values()
    ]
