"""Lock files over HTTP."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from governance.dependencies import services
from governance.dependencies.models import DependencySet
from governance.dependencies.selectors import sets_seen_by


class DependencySetInput(StrictSerializer):
    path = serializers.CharField(max_length=300)
    content = serializers.CharField(allow_blank=True, trim_whitespace=False)


class LockOptionOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.CharField()
    line = serializers.IntegerField()


class LockProblemOutput(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    code = serializers.CharField()
    message = serializers.CharField()
    text = serializers.CharField()


class LockRequirementOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    version = serializers.CharField()
    specifier = serializers.CharField()
    extras = serializers.ListField(child=serializers.CharField())
    marker = serializers.CharField()
    origin = serializers.CharField()
    url = serializers.CharField()
    purl = serializers.CharField()
    hashes = serializers.ListField(child=serializers.CharField())
    line = serializers.IntegerField()


class DependencySetOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    path = serializers.CharField()
    format = serializers.CharField()
    digest = serializers.CharField()
    raw_digest = serializers.CharField()
    created_at = serializers.DateTimeField()


class DependencySetSummary(DependencySetOutput):
    requirement_count = serializers.IntegerField()


class DependencySetPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = DependencySetSummary(many=True)


class DependencySetDetail(DependencySetOutput):
    options = LockOptionOutput(many=True)
    problems = LockProblemOutput(many=True)
    requirements = LockRequirementOutput(many=True)


class DependencySetList(Endpoint):
    """Lock files that were recorded, and recording another."""

    scopes = {"GET": "read", "POST": "provenance:write"}

    @extend_schema(operation_id="dependency_sets_list", responses=DependencySetPage)
    def get(self, request: Request) -> Response:
        return self.page(sets_seen_by(self.actor), lambda row: DependencySetSummary(row).data)

    @extend_schema(request=DependencySetInput, responses={200: DependencySetDetail, 201: DependencySetDetail})
    def post(self, request: Request) -> Response:
        """201 when the content is new at this path, 200 when it was recorded before."""
        data = self.read(DependencySetInput)

        def record() -> tuple[int, Any]:
            newest = DependencySet.objects.aggregate(pk=Max("pk"))["pk"] or 0
            row = services.record_set(actor=self.actor, **data)
            return 201 if row.pk > newest else 200, DependencySetDetail(row).data

        return self.created(record)


class DependencySetDetails(Endpoint):
    """One lock file, with everything it asks for."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="dependency_sets_read", responses=DependencySetDetail)
    def get(self, request: Request, public_id: str) -> Response:
        rows = DependencySet.objects.visible_to(self.actor).defer("raw").prefetch_related("requirements")
        return Response(DependencySetDetail(self.one(rows, public_id=public_id)).data)
