"""Costs and benefits over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from foundation.canonical import decimal_text
from foundation.errors import Missing
from governance.economics import services
from governance.economics.api.numbers import NumberInput
from governance.economics.cashflow import Evaluation, rounded
from governance.economics.components import plan_of
from governance.economics.models import Case, Snapshot
from governance.economics.plan import Plan
from governance.economics.plan.limits import KEY, MOST_DIGITS, MOST_PLACES
from governance.economics.plan.written import line_as_mapping, plan_as_mapping
from governance.economics.selectors.cases import current_snapshot, evaluation_of
from governance.usecases.models import UseCase

LONGEST_HORIZON = 50  # of the short body, where a period is mostly a year
FINE = 4  # digits of ratios and periods


class CaseLineInput(StrictSerializer):
    key = serializers.RegexField(r"\A" + KEY.pattern + r"\Z", max_length=60)
    title = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=["cost", "benefit"])
    quantity = NumberInput(max_digits=MOST_DIGITS, decimal_places=MOST_PLACES, min_value=Decimal(0))
    unit = serializers.CharField(max_length=40, allow_blank=True, default="")
    unit_price = NumberInput(max_digits=MOST_DIGITS, decimal_places=MOST_PLACES, min_value=Decimal(0))
    from_period = serializers.IntegerField(min_value=0, max_value=LONGEST_HORIZON)
    to_period = serializers.IntegerField(
        min_value=0, max_value=LONGEST_HORIZON, required=False, help_text="Without it the line falls once"
    )


class CaseSnapshotInput(StrictSerializer):
    """A simple case: one rate, lines of quantity, price and periods."""

    currency = serializers.RegexField(r"^[A-Z]{3}\Z", required=False, default="", help_text="ISO 4217; needed the first time")
    period = serializers.ChoiceField(choices=Snapshot.Period.choices, default=Snapshot.Period.YEAR)
    horizon = serializers.IntegerField(min_value=0, max_value=LONGEST_HORIZON)
    discount_rate = NumberInput(max_digits=9, decimal_places=6, help_text="A period: 0.1 is 10 %")
    real_or_nominal = serializers.ChoiceField(choices=Snapshot.Prices.choices)
    lines = CaseLineInput(many=True, allow_empty=False)
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")


class CasePlanInput(StrictSerializer):
    """A case with all it has."""

    plan = serializers.DictField(help_text="As `plan` of an answer; decimals as texts or numbers")
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")
    based_on = serializers.IntegerField(
        min_value=0, required=False, help_text="Number of the snapshot it rests on; another one meanwhile is a conflict"
    )


WRITING = PolymorphicProxySerializer(
    component_name="CaseWriting", serializers=[CaseSnapshotInput, CasePlanInput], resource_type_field_name=None
)


class CaseLineOutput(serializers.Serializer[Any]):
    """What every line has. All there is stands in `plan`."""

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
    present_values = serializers.ListField(child=serializers.CharField(), help_text="Of the net flows")
    cumulative = serializers.ListField(child=serializers.CharField())
    discounted_cumulative = serializers.ListField(child=serializers.CharField())


class CaseEvaluationOutput(serializers.Serializer[Any]):
    """Amounts to the cent, ratios and periods to four digits, rates to ten; null is undefined or never. Halves go away from zero."""

    npv = serializers.CharField()
    pv_costs = serializers.CharField()
    pv_benefits = serializers.CharField()
    irr = serializers.ListField(child=serializers.CharField(), help_text="All rates a year; none and several are both possible")
    irr_reason = serializers.ChoiceField(choices=["one", "many", "none", "none_no_sign_change"])
    irr_touching = serializers.ListField(
        child=serializers.CharField(),
        help_text="Those of `irr` at which it only touches zero, and has the same sign on both sides",
    )
    irr_beyond = serializers.BooleanField(help_text="There is a rate above 10,000 % a period, which is not told")
    mirr = serializers.CharField(allow_null=True)
    bcr = serializers.CharField(allow_null=True)
    roi = serializers.CharField(allow_null=True)
    equivalent_annual = serializers.CharField(allow_null=True)
    payback = serializers.CharField(allow_null=True)
    payback_last = serializers.CharField(allow_null=True)
    discounted_payback = serializers.CharField(allow_null=True)
    discounted_payback_last = serializers.CharField(allow_null=True)
    flows = CaseFlowsOutput()


class CaseSnapshotOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    case = serializers.CharField(source="case.public_id")
    number = serializers.IntegerField()
    currency = serializers.CharField()
    period = serializers.CharField()
    horizon = serializers.IntegerField()
    discount_rate = serializers.SerializerMethodField(
        help_text="The first one; a period where the case is a simple one, else a year"
    )
    real_or_nominal = serializers.CharField()
    lines = CaseLineOutput(many=True)
    plan = serializers.SerializerMethodField(help_text="All of it; what has its default is left out")
    note = serializers.CharField()
    digest = serializers.CharField()
    created_at = serializers.DateTimeField()
    evaluation = serializers.SerializerMethodField()

    def get_discount_rate(self, row: Snapshot) -> str:
        return decimal_text(row.discount_rate)

    def get_plan(self, row: Snapshot) -> dict[str, Any]:
        return plan_body(plan_of(row))

    def get_evaluation(self, row: Snapshot) -> CaseEvaluationOutput:
        return evaluation_body(evaluation_of(row))  # type: ignore[return-value] # the annotation is the schema's


def plan_body(plan: Plan) -> dict[str, Any]:
    """A plan as it is answered: as it is written, its lines in the order in which people put them."""
    return {**plan_as_mapping(plan), "lines": [line_as_mapping(line) for line in plan.lines]}


def evaluation_body(found: Evaluation) -> dict[str, Any]:
    """An evaluation as it is answered: exact decimals, rounded by the one rule, written as texts."""
    return {
        "npv": _cents(found.npv),
        "pv_costs": _cents(found.pv_costs),
        "pv_benefits": _cents(found.pv_benefits),
        "irr": [decimal_text(rate) for rate in found.irr],
        "irr_reason": found.roots.reason,
        "irr_touching": [
            decimal_text(rate)
            for rate, count in zip(found.irr, found.roots.multiplicity, strict=True)
            if count and count % 2 == 0
        ],
        "irr_beyond": found.roots.beyond,
        "mirr": None if found.mirr is None else decimal_text(rounded(found.mirr, 10)),
        "bcr": _fine(found.bcr),
        "roi": _fine(found.roi),
        "equivalent_annual": None if found.equivalent_annual is None else _cents(found.equivalent_annual),
        "payback": _fine(found.payback),
        "payback_last": _fine(found.payback_last),
        "discounted_payback": _fine(found.discounted_payback),
        "discounted_payback_last": _fine(found.discounted_payback_last),
        "flows": {
            "costs": _all(found.flows.costs),
            "benefits": _all(found.flows.benefits),
            "net": _all(found.flows.net),
            "present_values": _all(found.present_values),
            "cumulative": _all(found.cumulative),
            "discounted_cumulative": _all(found.discounted_cumulative),
        },
    }


def _cents(amount: Decimal) -> str:
    return decimal_text(rounded(amount))


def _all(amounts: Iterable[Decimal]) -> list[str]:
    return [_cents(amount) for amount in amounts]


def _fine(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(rounded(value, FINE))


class CaseEndpoint(Endpoint):
    """Something about the case of a use case."""

    def use_case(self, slug: str) -> UseCase:
        return self.one(UseCase.objects.visible_to(self.actor), slug=slug)

    def written(self, use_case: UseCase) -> Response:
        """A new snapshot from the body (201). The same content as the newest changes nothing (200)."""
        whole = isinstance(self.request.data, dict) and "plan" in self.request.data
        data = self.read(CasePlanInput if whole else CaseSnapshotInput)

        def write() -> tuple[int, Any]:
            before = current_snapshot(use_case)
            row = services.write_snapshot(actor=self.actor, use_case=use_case, **data)
            return 200 if before is not None and before.pk == row.pk else 201, CaseSnapshotOutput(row).data

        return self.created(write)


class Economics(CaseEndpoint):
    """What a use case costs and brings: the newest snapshot, and writing another."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(operation_id="economics_read", responses=CaseSnapshotOutput)
    def get(self, request: Request, slug: str) -> Response:
        snapshot = current_snapshot(self.use_case(slug))
        if snapshot is None:
            raise Missing(_("No costs and benefits were written down for this use case yet."), code="economics.none")
        return Response(CaseSnapshotOutput(snapshot).data)

    @extend_schema(operation_id="economics_write", request=WRITING, responses={200: CaseSnapshotOutput, 201: CaseSnapshotOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Writes a new snapshot (201). The same content as the newest changes nothing (200)."""
        return self.written(self.use_case(slug))


class Snapshots(CaseEndpoint):
    """Every snapshot of a case, newest first, and writing another. The case is named by its public id or that of a snapshot."""

    scopes = {"GET": "read", "POST": "governance:write"}

    def case(self, slug: str, public_id: str) -> Case:
        use_case = self.use_case(slug)
        cases = Case.objects.visible_to(self.actor).filter(use_case=use_case)
        if public_id.startswith(f"{Snapshot.public_id_prefix}_"):
            cases = cases.filter(snapshots__public_id=public_id)
        else:
            cases = cases.filter(public_id=public_id)
        found: Case = self.one(cases.select_related("use_case"))
        return found

    @extend_schema(operation_id="economics_snapshots", responses=CaseSnapshotOutput(many=True))
    def get(self, request: Request, slug: str, public_id: str) -> Response:
        rows = Snapshot.objects.visible_to(self.actor).filter(case=self.case(slug, public_id)).select_related("case")
        return self.page(rows, lambda row: CaseSnapshotOutput(row).data)

    @extend_schema(
        operation_id="economics_snapshots_write", request=WRITING, responses={200: CaseSnapshotOutput, 201: CaseSnapshotOutput}
    )
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        """Writes a new snapshot (201). The same content as the newest changes nothing (200)."""
        return self.written(self.case(slug, public_id).use_case)
