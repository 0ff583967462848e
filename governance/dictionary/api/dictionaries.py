"""Dictionaries over HTTP."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from governance.dictionary import services
from governance.dictionary.api.shared import DictionaryCursor, OfDictionary
from governance.dictionary.models import Dictionary


class DictionaryInput(StrictSerializer):
    slug = serializers.SlugField(max_length=60)
    title = serializers.CharField(max_length=120)
    purpose = serializers.CharField(max_length=2000, allow_blank=True, default="")
    team = serializers.SlugField(max_length=60, allow_blank=True, default="", help_text="Slug of the team that answers for it")
    language = serializers.RegexField(r"\A[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", default="en", max_length=20)


class DictionaryOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    slug = serializers.CharField()
    title = serializers.CharField()
    purpose = serializers.CharField()
    team = serializers.CharField(source="team.slug", default=None, allow_null=True)
    language = serializers.CharField()
    created_at = serializers.DateTimeField()


class DictionaryDetail(DictionaryOutput):
    element_count = serializers.IntegerField()


class DictionaryPage(DictionaryCursor):
    results = DictionaryOutput(many=True)


class DictionaryList(OfDictionary):
    """Dictionaries, and opening one."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(operation_id="dictionaries_list", responses=DictionaryPage)
    def get(self, request: Request) -> Response:
        return self.page(Dictionary.objects.visible_to(self.actor).select_related("team"), lambda row: DictionaryOutput(row).data)

    @extend_schema(operation_id="dictionaries_create", request=DictionaryInput, responses={201: DictionaryOutput})
    def post(self, request: Request) -> Response:
        data = self.read(DictionaryInput)
        team = self.team_named(data.pop("team"))
        return self.created(lambda: (201, DictionaryOutput(services.create_dictionary(actor=self.actor, team=team, **data)).data))


class DictionaryDetails(Endpoint):
    """One dictionary."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="dictionaries_read", responses=DictionaryDetail)
    def get(self, request: Request, slug: str) -> Response:
        rows = Dictionary.objects.visible_to(self.actor).select_related("team").annotate(element_count=Count("elements"))
        return Response(DictionaryDetail(self.one(rows, slug=slug)).data)
