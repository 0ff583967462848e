"""Verified sources over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from governance.dependencies.lockfiles import PYPI
from governance.dependencies.models import Source
from governance.dependencies.selectors import sources as selectors
from governance.dependencies.services import sources as services
from governance.dependencies.shipped import SOURCES
from governance.people.models import User


class SourceInput(StrictSerializer):
    kind = serializers.ChoiceField(choices=Source.Kind.choices)
    title = serializers.CharField(max_length=120)
    ecosystem = serializers.CharField(max_length=40, default=PYPI, help_text="Type of the package URLs: pypi, conda, oci …")
    index = serializers.CharField(max_length=500, help_text="Address of the index, or name of the channel")
    publisher = serializers.CharField(max_length=200, allow_blank=True, default="")
    packages = serializers.ListField(child=serializers.CharField(max_length=200), max_length=500, default=list)
    criteria = serializers.ListField(child=serializers.CharField(max_length=40), max_length=20, default=list)
    presets = serializers.DictField(
        child=serializers.CharField(max_length=500), default=dict, help_text="Capability → why it is expected"
    )
    owner = serializers.CharField(max_length=150, help_text="User name of who answers for it")
    reason = serializers.CharField(max_length=2000)
    starts_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    ends_at = serializers.DateTimeField(help_text="At most two years after it begins")
    operator = serializers.CharField(max_length=200, allow_blank=True, default="")
    mirror_of = serializers.CharField(max_length=500, allow_blank=True, default="", help_text="Of a mirror: what it copies")
    snapshot_on = serializers.DateField(required=False, allow_null=True, default=None)
    terms = serializers.CharField(max_length=500, allow_blank=True, default="")


class SourceOver(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class SourceOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    kind = serializers.CharField()
    title = serializers.CharField()
    state = serializers.SerializerMethodField(help_text="proposed, waiting, active, expired or ended, now")
    ecosystem = serializers.CharField()
    index = serializers.CharField()
    publisher = serializers.CharField()
    packages = serializers.ListField(child=serializers.CharField())
    criteria = serializers.ListField(child=serializers.CharField())
    presets = serializers.DictField(child=serializers.CharField())
    owner = serializers.CharField(source="owner.username")
    reason = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    operator = serializers.CharField()
    mirror_of = serializers.CharField()
    snapshot_on = serializers.DateField(allow_null=True)
    terms = serializers.CharField()
    added_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    added_at = serializers.DateTimeField(source="created_at")
    confirmed_by = serializers.CharField(source="confirmed_by.username", default=None, allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_because = serializers.CharField(allow_null=True)

    def get_state(self, row: Source) -> str:
        return row.state()


class SourcePage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = SourceOutput(many=True)


class SourceExample(serializers.Serializer[Any]):
    key = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    ecosystem = serializers.CharField()
    index = serializers.CharField()
    publisher = serializers.CharField()
    packages = serializers.ListField(child=serializers.CharField())
    criteria = serializers.ListField(child=serializers.CharField())
    presets = serializers.DictField(child=serializers.CharField())
    reason = serializers.CharField()


class SourceList(Endpoint):
    """What is trusted, and adding to it. Nothing counts before a second person has confirmed it."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(
        operation_id="sources_list",
        parameters=[OpenApiParameter("in_force", bool, description="1: only what counts now")],
        responses=SourcePage,
    )
    def get(self, request: Request) -> Response:
        rows = selectors.sources_seen_by(self.actor)
        if request.query_params.get("in_force") in ("1", "true"):
            rows = rows.live()
        return self.page(rows, lambda row: SourceOutput(row).data)

    @extend_schema(operation_id="sources_create", request=SourceInput, responses={201: SourceOutput})
    def post(self, request: Request) -> Response:
        data = self.read(SourceInput)
        owner = User.objects.visible_to(self.actor).active().filter(username=data.pop("owner")).first()
        if owner is None:
            raise invalid_field("owner", "unknown", "There is no account with this user name.")
        return self.created(lambda: (201, SourceOutput(services.add_source(actor=self.actor, owner=owner, **data)).data))


class SourceExamples(Endpoint):
    """The sources that ship as examples. None of them counts: somebody adds one in their own name, and somebody else confirms it."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="source_examples_list", responses=SourceExample(many=True))
    def get(self, request: Request) -> Response:
        return Response([SourceExample(item).data for item in SOURCES])


class OfSource(Endpoint):
    def source(self, public_id: str) -> Source:
        found: Source = self.one(selectors.sources_seen_by(self.actor), public_id=public_id)
        return found


class SourceDetails(OfSource):
    """One source."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="sources_read", responses=SourceOutput)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(SourceOutput(self.source(public_id)).data)


class SourceConfirm(OfSource):
    """Confirming a source, as the second person."""

    @extend_schema(operation_id="sources_confirm", request=None, responses={200: SourceOutput})
    def post(self, request: Request, public_id: str) -> Response:
        row = self.source(public_id)
        return self.created(lambda: (200, SourceOutput(services.confirm_source(actor=self.actor, source=row)).data))


class SourceEnd(OfSource):
    """Trusting it no more, or declining to."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="sources_end", request=SourceOver, responses={200: SourceOutput})
    def post(self, request: Request, public_id: str) -> Response:
        row = self.source(public_id)
        data = self.read(SourceOver)
        return self.created(
            lambda: (200, SourceOutput(services.end_source(actor=self.actor, source=row, reason=data["reason"])).data)
        )
