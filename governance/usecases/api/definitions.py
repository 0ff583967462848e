"""Definitions over HTTP."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, etag_of, invalid_field
from governance.usecases import exporting, services
from governance.usecases.comparison import changes
from governance.usecases.models import Definition, Kpi, UseCase

LOOKED_BACK = 50  # versions among which the one of an If-Match is looked for


class KpiInput(StrictSerializer):
    name = serializers.CharField(max_length=120)
    unit = serializers.CharField(max_length=40, allow_blank=True, default="")
    direction = serializers.ChoiceField(choices=Kpi.Direction.choices, default=Kpi.Direction.UP)
    baseline = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True, default=None)
    target = serializers.DecimalField(max_digits=20, decimal_places=6)
    tolerance = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True, default=None)
    how = serializers.CharField(max_length=2000, allow_blank=True, default="")
    kind = serializers.ChoiceField(choices=Kpi.Kind.choices, default=Kpi.Kind.BUSINESS)
    measured_on = serializers.CharField(max_length=400, allow_blank=True, default="")
    cadence = serializers.CharField(max_length=60, allow_blank=True, default="")
    readers = serializers.CharField(max_length=200, allow_blank=True, default="")
    population = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True, default=None)
    population_label = serializers.CharField(max_length=120, allow_blank=True, default="")
    outcome = serializers.CharField(max_length=120, allow_blank=True, default="")
    metric = serializers.CharField(max_length=120, allow_blank=True, default="")
    driven_by = serializers.CharField(max_length=120, allow_blank=True, default="")


class DataSourceInput(StrictSerializer):
    name = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=1000, allow_blank=True, default="")


class ConsumerInput(StrictSerializer):
    name = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=Definition.Consumer.choices, default=Definition.Consumer.APPLICATION)
    purpose = serializers.CharField(max_length=1000, allow_blank=True, default="")


class DefinitionInput(StrictSerializer):
    business_problem = serializers.CharField(max_length=20_000)
    ml_problem = serializers.CharField(max_length=20_000)
    affected = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    intended_use = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    limits = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    risk_tier = serializers.ChoiceField(choices=Definition.RiskTier.choices, allow_blank=True, default="")
    assumptions = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    data_sources = DataSourceInput(many=True, default=list)
    consumers = ConsumerInput(many=True, default=list)
    framework = serializers.CharField(max_length=400, allow_blank=True, default="")
    containers = serializers.CharField(max_length=400, allow_blank=True, default="")
    language = serializers.CharField(max_length=400, allow_blank=True, default="")
    regulation = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    latency = serializers.CharField(max_length=200, allow_blank=True, default="")
    throughput = serializers.CharField(max_length=200, allow_blank=True, default="")
    volume = serializers.CharField(max_length=200, allow_blank=True, default="")
    availability = serializers.CharField(max_length=200, allow_blank=True, default="")
    kpis = KpiInput(many=True, default=list)
    based_on = serializers.IntegerField(min_value=0, max_value=2**31 - 1, allow_null=True, default=None)


class KpiOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    unit = serializers.CharField()
    direction = serializers.CharField()
    baseline = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True)
    target = serializers.DecimalField(max_digits=20, decimal_places=6)
    tolerance = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True)
    how = serializers.CharField()
    kind = serializers.CharField()
    measured_on = serializers.CharField()
    cadence = serializers.CharField()
    readers = serializers.CharField()
    population = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True)
    population_label = serializers.CharField()
    outcome = serializers.CharField()
    metric = serializers.CharField()
    driven_by = serializers.CharField()


class DataSourceOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    note = serializers.CharField()


class ConsumerOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.CharField()
    purpose = serializers.CharField()


class DefinitionOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    digest = serializers.CharField()
    business_problem = serializers.CharField()
    ml_problem = serializers.CharField()
    affected = serializers.CharField()
    intended_use = serializers.CharField()
    limits = serializers.CharField()
    risk_tier = serializers.CharField()
    assumptions = serializers.CharField()
    data_sources = DataSourceOutput(many=True)
    consumers = ConsumerOutput(many=True)
    framework = serializers.CharField()
    containers = serializers.CharField()
    language = serializers.CharField()
    regulation = serializers.CharField()
    latency = serializers.CharField()
    throughput = serializers.CharField()
    volume = serializers.CharField()
    availability = serializers.CharField()
    kpis = KpiOutput(many=True)
    created_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField(allow_null=True)
    approval = serializers.CharField(allow_null=True)


class DefinitionList(Endpoint):
    """All versions of what was agreed, newest first; writing adds one."""

    scopes = {"GET": "read", "POST": "governance:write"}
    outside = ("GET",)

    @extend_schema(responses=DefinitionOutput(many=True), operation_id="definitions_list")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.shared_with(self.actor), slug=slug)
        return self.page(row.definitions.prefetch_related("kpis"), lambda item: DefinitionOutput(item).data)

    @extend_schema(
        request=DefinitionInput,
        responses={201: DefinitionOutput, 409: OpenApiTypes.OBJECT},
        parameters=[
            OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag of the version it rests on.")
        ],
    )
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(DefinitionInput)
        data["based_on"] = _based_on(request, row, data["based_on"])
        return self.created(lambda: (201, DefinitionOutput(services.define(actor=self.actor, use_case=row, **data)).data))


class DefinitionDetails(Endpoint):
    """One version of what was agreed. Its ETag goes into If-Match when the next version is written."""

    scopes = {"GET": "read"}

    @extend_schema(responses=DefinitionOutput, operation_id="definition_details")
    def get(self, request: Request, slug: str, number: int) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        return Response(DefinitionOutput(self.one(row.definitions.prefetch_related("kpis"), number=number)).data)


class ChangeOutput(serializers.Serializer[Any]):
    """One thing that differs: `field` is a text's name, or `kpis[Leavers found].target`; `change` is added, removed or changed."""

    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    change = serializers.CharField()


class ComparisonOutput(serializers.Serializer[Any]):
    to = serializers.IntegerField()
    changes = ChangeOutput(many=True)

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.IntegerField(), **super().get_fields()}


class DefinitionCompare(Endpoint):
    """What differs between two versions: `?from=1&to=3`."""

    scopes = {"GET": "read"}

    @extend_schema(
        responses=ComparisonOutput,
        parameters=[OpenApiParameter("from", int, required=True), OpenApiParameter("to", int, required=True)],
    )
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        then, now = (self.one(row.definitions.prefetch_related("kpis"), number=self._number(name)) for name in ("from", "to"))
        told = [change.as_mapping() for change in changes(then.body(), now.body())]
        return Response({"from": then.number, "to": now.number, "changes": told})

    def _number(self, name: str) -> int:
        text = self.request.query_params.get(name, "")
        if not (text.isascii() and text.isdigit() and len(text) < 9):
            raise invalid_field(name, "invalid", _("Name a version by its number."))
        return int(text)


class UseCaseFile(Endpoint):
    """The use case as the `usecase.yaml` that a repository keeps."""

    scopes = {"GET": "read"}

    @extend_schema(responses={(200, "application/yaml"): OpenApiTypes.STR})
    def get(self, request: Request, slug: str) -> HttpResponse:
        return exporting.answer(self.one(UseCase.objects.visible_to(self.actor), slug=slug))


def _based_on(request: Request, row: UseCase, said: int | None) -> int | None:
    """The version that If-Match names by its ETag. One that no version has, or had before it was signed, is the version before
    the first: then there is a difference to tell, whatever it was."""
    expected = request.headers.get("If-Match")
    if expected is None or expected == "*":
        return said
    for version in row.definitions.prefetch_related("kpis").order_by("-number")[:LOOKED_BACK]:
        told = dict(DefinitionOutput(version).data)
        if expected in (etag_of(told), etag_of({**told, "approved_at": None, "approval": None})):
            return int(version.number)
    return 0
