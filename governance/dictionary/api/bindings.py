"""Which columns hold elements, over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import StrictSerializer, invalid_field
from governance.dictionary import services
from governance.dictionary.api.shared import DictionaryCursor, OfDictionary
from governance.dictionary.models import Binding


class BindingInput(StrictSerializer):
    element = serializers.CharField(max_length=80, help_text="Key of an element of this dictionary")
    team = serializers.SlugField(max_length=60)
    dataset = serializers.CharField(max_length=200)
    column = serializers.CharField(max_length=200, trim_whitespace=False)
    side = serializers.ChoiceField(choices=Binding.Side.choices, default=Binding.Side.FILLS)
    role = serializers.ChoiceField(choices=Binding.Role.choices, allow_blank=True, default="")
    physical_type = serializers.CharField(max_length=120, allow_blank=True, default="")
    deviation = serializers.CharField(max_length=2000, allow_blank=True, default="")
    declared = serializers.DictField(required=False, help_text="factor, offset, recode, null_tokens, date_format, time_zone")
    waived_until = serializers.DateField(required=False, allow_null=True)


class BindingOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    element = serializers.CharField(source="element.key")
    team = serializers.CharField(source="team.slug")
    dataset = serializers.CharField(source="dataset.name")
    column = serializers.CharField()
    side = serializers.CharField()
    role = serializers.CharField()
    physical_type = serializers.CharField()
    deviation = serializers.CharField()
    declared = serializers.DictField()
    waived_until = serializers.DateField(allow_null=True)
    starts_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class BindingPage(DictionaryCursor):
    results = BindingOutput(many=True)


class BindingList(OfDictionary):
    """Which columns hold elements of a dictionary, and binding one."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(
        operation_id="dictionary_bindings_list",
        parameters=[
            OpenApiParameter("dataset", str, description="Only columns of this data set"),
            OpenApiParameter("ended", bool, description="1: those that were ended too"),
        ],
        responses=BindingPage,
    )
    def get(self, request: Request, slug: str) -> Response:
        rows = (
            Binding.objects.visible_to(self.actor)
            .filter(element__dictionary=self.dictionary(slug))
            .select_related("element", "team", "dataset")
        )
        if request.query_params.get("ended") not in ("1", "true"):
            rows = rows.live()
        if dataset := request.query_params.get("dataset"):
            rows = rows.filter(dataset__name=dataset)
        return self.page(rows, lambda row: BindingOutput(row).data)

    @extend_schema(operation_id="dictionary_bindings_create", request=BindingInput, responses={201: BindingOutput})
    def post(self, request: Request, slug: str) -> Response:
        dictionary = self.dictionary(slug)
        data = self.read(BindingInput)
        key = data.pop("element")
        if "/" in key:
            raise invalid_field("element", "unknown", "Write the key of an element of this dictionary.")
        element = self.element_named(key, dictionary)
        team = self.team_named(data.pop("team"))
        return self.created(
            lambda: (201, BindingOutput(services.bind_column(actor=self.actor, element=element, team=team, **data)).data)
        )


class BindingEnd(OfDictionary):
    """Ending a binding."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="dictionary_bindings_end", request=None, responses={200: BindingOutput})
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        rows = (
            Binding.objects.visible_to(self.actor)
            .filter(element__dictionary=self.dictionary(slug))
            .select_related("element", "team", "dataset")
        )
        binding = self.one(rows, public_id=public_id)
        return self.created(lambda: (200, BindingOutput(services.end_binding(actor=self.actor, binding=binding)).data))
