"""Use cases, their definitions and their people over HTTP."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from governance.people.api import RoleInput, RoleOutput
from governance.people.models import RoleGrant, User
from governance.people.services import end_role, grant_role
from governance.usecases import services
from governance.usecases.models import Definition, Kpi, UseCase


class KpiInput(StrictSerializer):
    name = serializers.CharField(max_length=120)
    unit = serializers.CharField(max_length=40, allow_blank=True, default="")
    direction = serializers.ChoiceField(choices=Kpi.Direction.choices, default=Kpi.Direction.UP)
    baseline = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True, default=None)
    target = serializers.DecimalField(max_digits=20, decimal_places=6)
    tolerance = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True, default=None)
    how = serializers.CharField(max_length=2000, allow_blank=True, default="")


class DefinitionInput(StrictSerializer):
    business_problem = serializers.CharField(max_length=20_000)
    ml_problem = serializers.CharField(max_length=20_000)
    affected = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    intended_use = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    limits = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    kpis = KpiInput(many=True, default=list)


class UseCaseInput(StrictSerializer):
    slug = serializers.SlugField(max_length=60)
    title = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=UseCase.Kind.choices, default=UseCase.Kind.PRODUCT)


class UseCasePatch(StrictSerializer):
    title = serializers.CharField(max_length=120, required=False)
    kind = serializers.ChoiceField(choices=UseCase.Kind.choices, required=False)


class KpiOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    unit = serializers.CharField()
    direction = serializers.CharField()
    baseline = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True)
    target = serializers.DecimalField(max_digits=20, decimal_places=6)
    tolerance = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True)
    how = serializers.CharField()


class DefinitionOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    digest = serializers.CharField()
    business_problem = serializers.CharField()
    ml_problem = serializers.CharField()
    affected = serializers.CharField()
    intended_use = serializers.CharField()
    limits = serializers.CharField()
    kpis = KpiOutput(many=True)
    created_at = serializers.DateTimeField()


class UseCaseOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    slug = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()
    created_at = serializers.DateTimeField()


def present(row: UseCase) -> dict[str, Any]:
    """A use case with its newest definition."""
    definition: Definition | None = row.current_definition()
    return {**UseCaseOutput(row).data, "definition": DefinitionOutput(definition).data if definition else None}


class UseCaseList(Endpoint):
    """Use cases the caller takes part in."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(responses=UseCaseOutput(many=True), operation_id="use_cases_list")
    def get(self, request: Request) -> Response:
        return self.page(UseCase.objects.visible_to(self.actor), lambda row: UseCaseOutput(row).data)

    @extend_schema(request=UseCaseInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        data = self.read(UseCaseInput)
        return self.created(lambda: (201, present(services.open_use_case(actor=self.actor, **data))))


class UseCaseDetails(Endpoint):
    """One use case."""

    scopes = {"GET": "read", "PATCH": "governance:write"}

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="use_case_details")
    def get(self, request: Request, slug: str) -> Response:
        return Response(present(self.one(UseCase.objects.visible_to(self.actor), slug=slug)))

    @extend_schema(request=UseCasePatch, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, slug: str) -> Response:
        data = self.read(UseCasePatch)
        with transaction.atomic():  # what If-Match speaks of stays as it is until the change is written
            row = self.one(UseCase.objects.visible_to(self.actor).select_for_update(), slug=slug)
            self.check_precondition(present(row))
            return Response(present(services.change_use_case(actor=self.actor, use_case=row, **data)))


class DefinitionList(Endpoint):
    """All versions of what was agreed, newest first; writing adds one."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(responses=DefinitionOutput(many=True), operation_id="definitions_list")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        return self.page(row.definitions.prefetch_related("kpis"), lambda item: DefinitionOutput(item).data)

    @extend_schema(request=DefinitionInput, responses={201: DefinitionOutput})
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(DefinitionInput)
        return self.created(lambda: (201, DefinitionOutput(services.define(actor=self.actor, use_case=row, **data)).data))


class RoleList(Endpoint):
    """Who holds which role on a use case."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(responses=RoleOutput(many=True), operation_id="roles_list")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        grants = RoleGrant.objects.visible_to(self.actor).live().covering(row.public_id).select_related("user")
        return self.page(grants, lambda item: RoleOutput(item).data)

    @extend_schema(request=RoleInput, responses={201: RoleOutput})
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(RoleInput)
        user = User.objects.visible_to(self.actor).filter(username=data["user"]).first()
        if user is None:
            raise invalid_field("user", "unknown", f"There is no account {data['user']}.")
        return self.created(
            lambda: (
                201,
                RoleOutput(
                    grant_role(actor=self.actor, user=user, role=data["role"], scope=row.public_id, reason=data["reason"])
                ).data,
            )
        )


class RoleEndInput(StrictSerializer):
    reason = serializers.CharField(max_length=200)


class RoleEnd(Endpoint):
    """End a role now."""

    scopes = {"POST": "governance:write"}

    @extend_schema(request=RoleEndInput, responses=RoleOutput)
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        grant = self.one(RoleGrant.objects.visible_to(self.actor).filter(scope=row.public_id), public_id=public_id)
        return Response(RoleOutput(end_role(actor=self.actor, grant=grant, reason=self.read(RoleEndInput)["reason"])).data)
