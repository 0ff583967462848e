"""Whether somebody computes it already, over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import StrictSerializer
from governance.dictionary.api.shared import OfDictionary
from governance.dictionary.models import KEY
from governance.dictionary.selectors.features import resembling


class ResemblingInput(StrictSerializer):
    says = serializers.DictField(help_text="What the element should mean; it may be unfinished")
    key = serializers.CharField(max_length=80, validators=[KEY], required=False, help_text="Its own key: it is not told")


class ResemblingOutput(serializers.Serializer[Any]):
    element = serializers.CharField(source="element.path")
    name = serializers.CharField(source="element.name")
    definition = serializers.CharField(source="version.definition")
    approved = serializers.BooleanField(source="version.is_approved")
    score = serializers.FloatField()
    reasons = serializers.ListField(child=serializers.CharField())


class ResemblingList(serializers.Serializer[Any]):
    results = ResemblingOutput(many=True)


class Resembling(OfDictionary):
    """Elements that resemble what somebody is writing down: the same formula, the same sources, a like name. Nothing is kept."""

    scopes = {"POST": "read"}

    @extend_schema(operation_id="dictionary_resembling", request=ResemblingInput, responses={200: ResemblingList})
    def post(self, request: Request, slug: str) -> Response:
        dictionary = self.dictionary(slug)
        data = self.read(ResemblingInput)
        found = resembling(self.actor, dictionary, data["says"], data.get("key", ""), limit=10)
        return Response({"results": ResemblingOutput(found, many=True).data})
