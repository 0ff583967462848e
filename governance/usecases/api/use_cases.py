"""Use cases over HTTP."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from governance.usecases import services
from governance.usecases.api.definitions import DefinitionOutput
from governance.usecases.models import Definition, UseCase
from governance.usecases.selectors.listing import Wanted, narrowed

FILTERS = {
    "q": "text",
    "kind": "kind",
    "stage": "stage",
    "risk": "risk",
    "lead": "lead",
}  # as the list is asked → as it is narrowed


class UseCaseInput(StrictSerializer):
    slug = serializers.SlugField(max_length=60)
    title = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=UseCase.Kind.choices, default=UseCase.Kind.PRODUCT)


class UseCasePatch(StrictSerializer):
    title = serializers.CharField(max_length=120, required=False)
    kind = serializers.ChoiceField(choices=UseCase.Kind.choices, required=False)


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
    """Use cases the caller takes part in, and those that are shared with them as a client."""

    scopes = {"GET": "read", "POST": "governance:write"}
    outside = ("GET",)

    @extend_schema(
        parameters=[OpenApiParameter(name) for name in FILTERS],
        responses=UseCaseOutput(many=True),
        operation_id="use_cases_list",
    )
    def get(self, request: Request) -> Response:
        said: dict[str, Any] = {field: request.query_params.get(name, "")[:120] for name, field in FILTERS.items()}
        wanted = Wanted(**said)
        # Whoever sees a use case as a client knows neither its stage nor its risk nor who leads it: asked by these, it is not found.
        inside = wanted.stage or wanted.risk or wanted.lead
        rows: QuerySet[UseCase]
        rows = UseCase.objects.visible_to(self.actor) if inside else UseCase.objects.shared_with(self.actor)
        rows = narrowed(self.actor, wanted, among=rows) if wanted.narrows else rows
        return self.page(rows, lambda row: UseCaseOutput(row).data)

    @extend_schema(request=UseCaseInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        data = self.read(UseCaseInput)
        return self.created(lambda: (201, present(services.open_use_case(actor=self.actor, **data))))


class UseCaseDetails(Endpoint):
    """One use case."""

    scopes = {"GET": "read", "PATCH": "governance:write"}
    outside = ("GET",)

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="use_case_details")
    def get(self, request: Request, slug: str) -> Response:
        return Response(present(self.one(UseCase.objects.shared_with(self.actor), slug=slug)))

    @extend_schema(request=UseCasePatch, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, slug: str) -> Response:
        data = self.read(UseCasePatch)
        with transaction.atomic():  # what If-Match speaks of stays as it is until the change is written
            row = self.one(UseCase.objects.visible_to(self.actor).select_for_update(), slug=slug)
            self.check_precondition(present(row))
            return Response(present(services.change_use_case(actor=self.actor, use_case=row, **data)))
