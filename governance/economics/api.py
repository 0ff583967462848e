"""Costs and benefits over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from foundation.canonical import decimal_text
from foundation.errors import Missing
from governance.economics import services
from governance.economics.cashflow import PRECISION, Evaluation
from governance.economics.models import Snapshot
from governance.economics.selectors import current_snapshot, evaluation_of
from governance.usecases.models import UseCase

CENTS = Decimal("0.01")
FINE = Decimal("0.0001")


class CaseLineInput(StrictSerializer):
    key = serializers.RegexField(r"\A" + services.KEY.pattern + r"\Z", max_length=60)
    title = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=["cost", "benefit"])
    quantity = serializers.DecimalField(
        max_digits=services.MOST_DIGITS, decimal_places=services.MOST_PLACES, min_value=Decimal(0)
    )
    unit = serializers.CharField(max_length=40, allow_blank=True, default="")
    unit_price = serializers.DecimalField(
        max_digits=services.MOST_DIGITS, decimal_places=services.MOST_PLACES, min_value=Decimal(0)
    )
    from_period = serializers.IntegerField(min_value=0, max_value=services.LONGEST_HORIZON)
    to_period = serializers.IntegerField(
        min_value=0, max_value=services.LONGEST_HORIZON, required=False, help_text="Without it the line falls once"
    )


class CaseSnapshotInput(StrictSerializer):
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", required=False, default="", help_text="ISO 4217; needed the first time")
    period = serializers.ChoiceField(choices=Snapshot.Period.choices, default=Snapshot.Period.YEAR)
    horizon = serializers.IntegerField(min_value=0, max_value=services.LONGEST_HORIZON)
    discount_rate = serializers.DecimalField(max_digits=9, decimal_places=6, help_text="A period: 0.1 is 10 %")
    real_or_nominal = serializers.ChoiceField(choices=Snapshot.Prices.choices)
    lines = CaseLineInput(many=True, allow_empty=False)
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")


class CaseLineOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()
    quantity = serializers.CharField()
    unit = serializers.CharField()
    unit_price = serializers.CharField()
    from_period = serializers.IntegerField()
    to_period = serializers.IntegerField()


class CaseFlowsOutput(serializers.Serializer[Any]):
    costs = serializers.ListField(child=serializers.CharField())
    benefits = serializers.ListField(child=serializers.CharField())
    net = serializers.ListField(child=serializers.CharField())


class CaseEvaluationOutput(serializers.Serializer[Any]):
    """Amounts to the cent, ratios and periods to four digits, rates to ten; null is undefined or never."""

    npv = serializers.CharField()
    irr = serializers.ListField(child=serializers.CharField(), help_text="All rates; none and several are both possible")
    bcr = serializers.CharField(allow_null=True)
    payback = serializers.CharField(allow_null=True)
    payback_last = serializers.CharField(allow_null=True)
    discounted_payback = serializers.CharField(allow_null=True)
    flows = CaseFlowsOutput()


class CaseSnapshotOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    currency = serializers.CharField()
    period = serializers.CharField()
    horizon = serializers.IntegerField()
    discount_rate = serializers.SerializerMethodField()
    real_or_nominal = serializers.CharField()
    lines = CaseLineOutput(many=True)
    note = serializers.CharField()
    digest = serializers.CharField()
    created_at = serializers.DateTimeField()
    evaluation = serializers.SerializerMethodField()

    def get_discount_rate(self, row: Snapshot) -> str:
        return decimal_text(row.discount_rate)

    def get_evaluation(self, row: Snapshot) -> CaseEvaluationOutput:
        return evaluation_body(evaluation_of(row))  # type: ignore[return-value] # the annotation is the schema's


def evaluation_body(found: Evaluation) -> dict[str, Any]:
    """An evaluation as it is answered: exact decimals rounded for people, written as texts."""

    def amounts(values: Sequence[Decimal]) -> list[str]:
        return [decimal_text(value) for value in values]

    def fine(value: Decimal | None) -> str | None:
        return None if value is None else decimal_text(value.quantize(FINE))

    with localcontext(prec=PRECISION, rounding=ROUND_HALF_UP):  # 28 digits are too few for the largest
        return {
            "npv": decimal_text(found.npv.quantize(CENTS)),
            "irr": amounts(found.irr),
            "bcr": fine(found.bcr),
            "payback": fine(found.payback),
            "payback_last": fine(found.payback_last),
            "discounted_payback": fine(found.discounted_payback),
            "flows": {
                "costs": amounts(found.flows.costs),
                "benefits": amounts(found.flows.benefits),
                "net": amounts(found.flows.net),
            },
        }


class Economics(Endpoint):
    """What a use case costs and brings: the newest snapshot, and writing another."""

    scopes = {"GET": "read", "POST": "governance:write"}

    def use_case(self, slug: str) -> UseCase:
        return self.one(UseCase.objects.visible_to(self.actor), slug=slug)

    @extend_schema(operation_id="economics_read", responses=CaseSnapshotOutput)
    def get(self, request: Request, slug: str) -> Response:
        snapshot = current_snapshot(self.use_case(slug))
        if snapshot is None:
            raise Missing(_("No costs and benefits were written down for this use case yet."), code="economics.none")
        return Response(CaseSnapshotOutput(snapshot).data)

    @extend_schema(
        operation_id="economics_write", request=CaseSnapshotInput, responses={200: CaseSnapshotOutput, 201: CaseSnapshotOutput}
    )
    def post(self, request: Request, slug: str) -> Response:
        """Writes a new snapshot (201). The same content as the newest changes nothing (200)."""
        use_case = self.use_case(slug)
        data = self.read(CaseSnapshotInput)

        def write() -> tuple[int, Any]:
            before = current_snapshot(use_case)
            row = services.write_snapshot(actor=self.actor, use_case=use_case, **data)
            return 200 if before is not None and before.pk == row.pk else 201, CaseSnapshotOutput(row).data

        return self.created(write)
