"""Criteria over HTTP: what packages are reviewed for, defining another, and retiring it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from governance.dependencies.models import Criterion
from governance.dependencies.review_graph import SHIPPED
from governance.dependencies.selectors import criteria as selectors
from governance.dependencies.services import criteria as services
from governance.dependencies.wording_sources import criterion_label, criterion_told


def stated(**change: Any) -> serializers.ListField:
    """Criteria that somebody states. Which there are is the organisation's to say, so services refuse those that there are not."""
    child = serializers.CharField(max_length=40)
    return serializers.ListField(
        child=child, min_length=1, max_length=50, help_text="Keys of criteria, as GET /api/v1/criteria lists them", **change
    )


class CriterionInput(StrictSerializer):
    key = serializers.CharField(max_length=40, help_text="2 to 40 lower-case letters, digits and hyphens; never used before")
    title = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=2000, help_text="What a reviewer has done who states it")
    implies = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=50, default=list, help_text="Keys of criteria that it includes"
    )


class CriterionOver(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class CriterionOutput(serializers.Serializer[Any]):
    id = serializers.CharField(allow_null=True, help_text="null: it ships")
    key = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    implies = serializers.ListField(child=serializers.CharField(), help_text="What it includes by its own words")
    includes = serializers.ListField(child=serializers.CharField(), help_text="All that follows from it, however far")
    by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)


class CriterionList(Endpoint):
    """What packages are reviewed for: what ships, then the organisation's own by name. Defining another."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(
        operation_id="criteria_list",
        parameters=[OpenApiParameter("in_force", bool, description="1: only what may be stated now")],
        responses=CriterionOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        rows = selectors.criteria_seen_by(self.actor).order_by("title", "key")
        if request.query_params.get("in_force") in ("1", "true"):
            rows = rows.filter(retired_at=None)
        known = selectors.criteria_known()
        shipped = [_shipped(key) for key in SHIPPED]
        found = [*shipped, *(_own(row) for row in rows)]
        return Response([_output(item, sorted(known.implied_by(item["key"]) - {item["key"]})) for item in found])

    @extend_schema(operation_id="criteria_create", request=CriterionInput, responses={201: CriterionOutput})
    def post(self, request: Request) -> Response:
        data = self.read(CriterionInput)
        return self.created(lambda: (201, _told(services.define_criterion(actor=self.actor, **data))))


class CriterionRetire(Endpoint):
    """Stating it no more. What was stated with it goes on meaning what it meant."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="criteria_retire", request=CriterionOver, responses={200: CriterionOutput})
    def post(self, request: Request, key: str) -> Response:
        row = self.one(selectors.criteria_seen_by(self.actor), key=key)
        data = self.read(CriterionOver)
        return self.created(
            lambda: (200, _told(services.retire_criterion(actor=self.actor, criterion=row, reason=data["reason"])))
        )


def _shipped(key: str) -> dict[str, Any]:
    said = {"key": key, "title": criterion_label(key, {}), "description": criterion_told(key)}
    return {**said, "id": None, "implies": SHIPPED.as_mapping()[key], "by": None, "created_at": None, "retired_at": None}


def _own(row: Criterion) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in ("key", "title", "description", "implies", "created_at", "retired_at")}
    return {**said, "id": row.public_id, "by": row.created_by.username if row.created_by is not None else None}


def _told(row: Criterion) -> Any:
    return _output(_own(row), sorted(selectors.criteria_known().implied_by(row.key) - {row.key}))


def _output(said: dict[str, Any], includes: list[str]) -> Any:
    return CriterionOutput({**said, "includes": includes}).data
