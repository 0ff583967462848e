"""What a use case rests on that is no package, over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from governance.dependencies.models import ExternalService
from governance.dependencies.selectors import external as selectors
from governance.dependencies.services import external as services
from governance.usecases.models import UseCase


class ExternalServiceInput(StrictSerializer):
    kind = serializers.ChoiceField(choices=ExternalService.Kind.choices)
    name = serializers.CharField(max_length=200)
    operator = serializers.CharField(max_length=200, help_text="Who runs or made it")
    version = serializers.CharField(max_length=200, allow_blank=True, default="")
    digest = serializers.CharField(max_length=71, allow_blank=True, default="", help_text="Of weights: sha256: and 64 hex digits")
    terms = serializers.CharField(max_length=500, allow_blank=True, default="", help_text="Address")
    licence = serializers.CharField(max_length=200, allow_blank=True, default="")
    data_sent = serializers.CharField(max_length=4000, allow_blank=True, default="")
    regions = serializers.ListField(child=serializers.CharField(max_length=200), max_length=20, default=list)
    exit_plan = serializers.CharField(max_length=4000, allow_blank=True, default="")


class ExternalServiceOver(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class ExternalServiceOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    use_case = serializers.CharField(source="use_case.slug")
    kind = serializers.CharField()
    state = serializers.SerializerMethodField(help_text="active or ended, now")
    name = serializers.CharField()
    version = serializers.CharField()
    digest = serializers.CharField()
    operator = serializers.CharField()
    terms = serializers.CharField()
    licence = serializers.CharField()
    data_sent = serializers.CharField()
    regions = serializers.ListField(child=serializers.CharField())
    exit_plan = serializers.CharField()
    replaces = serializers.CharField(source="replaces.public_id", default=None, allow_null=True)
    by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_because = serializers.CharField(allow_null=True)

    def get_state(self, row: ExternalService) -> str:
        return row.state()


class ExternalServicePage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ExternalServiceOutput(many=True)


class ExternalServiceList(Endpoint):
    """Weights, vendors' models and services that a use case rests on, and adding one."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(
        operation_id="external_services_list",
        parameters=[OpenApiParameter("in_use", bool, description="1: only those that are in use now")],
        responses=ExternalServicePage,
    )
    def get(self, request: Request, slug: str) -> Response:
        rows = selectors.external_of(self.actor, self.use_case(slug))
        if request.query_params.get("in_use") in ("1", "true"):
            rows = rows.in_use()
        return self.page(rows, lambda row: ExternalServiceOutput(row).data)

    @extend_schema(operation_id="external_services_create", request=ExternalServiceInput, responses={201: ExternalServiceOutput})
    def post(self, request: Request, slug: str) -> Response:
        use_case = self.use_case(slug)
        data = self.read(ExternalServiceInput)
        return self.created(
            lambda: (201, ExternalServiceOutput(services.add_external(actor=self.actor, use_case=use_case, **data)).data)
        )

    def use_case(self, slug: str) -> UseCase:
        found: UseCase = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        return found


class OfExternalService(Endpoint):
    def service(self, public_id: str) -> ExternalService:
        rows = ExternalService.objects.visible_to(self.actor).select_related("use_case", "replaces", "created_by")
        found: ExternalService = self.one(rows, public_id=public_id)
        return found


class ExternalServiceDetails(OfExternalService):
    """One of them."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="external_services_read", responses=ExternalServiceOutput)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(ExternalServiceOutput(self.service(public_id)).data)


class ExternalServiceReplace(OfExternalService):
    """Saying what is true now: another row takes the place of this one, which stays."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="external_services_replace", request=ExternalServiceInput, responses={201: ExternalServiceOutput})
    def post(self, request: Request, public_id: str) -> Response:
        row = self.service(public_id)
        data = self.read(ExternalServiceInput)
        return self.created(
            lambda: (201, ExternalServiceOutput(services.replace_external(actor=self.actor, service=row, **data)).data)
        )


class ExternalServiceEnd(OfExternalService):
    """The use case rests on it no more."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="external_services_end", request=ExternalServiceOver, responses={200: ExternalServiceOutput})
    def post(self, request: Request, public_id: str) -> Response:
        row = self.service(public_id)
        data = self.read(ExternalServiceOver)
        return self.created(
            lambda: (
                200,
                ExternalServiceOutput(services.end_external(actor=self.actor, service=row, reason=data["reason"])).data,
            )
        )
