"""Releases of a dictionary over HTTP."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import StrictSerializer, invalid_field
from governance.dictionary import releases, services
from governance.dictionary.api.impact import ImpactOutput, impact_of
from governance.dictionary.api.shared import DictionaryCursor, OfDictionary
from governance.dictionary.models import Dictionary, Release
from governance.dictionary.selectors.releases import between, metadata_difference


class ReleaseInput(StrictSerializer):
    words = serializers.CharField(max_length=2000, allow_blank=True, default="", help_text="What is new, in words")


class ReleaseOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    label = serializers.CharField()  # type: ignore[assignment] # a field of that name, not the label of one
    number = serializers.IntegerField()
    semver = serializers.CharField()
    root = serializers.CharField()  # type: ignore[assignment] # as above
    words = serializers.CharField()
    created_at = serializers.DateTimeField()


class ReleaseDetail(ReleaseOutput):
    entries = serializers.ListField(child=serializers.DictField())
    note = serializers.CharField(allow_null=True, help_text="The signed statement; null until the worker has signed it")


class ReleasePage(DictionaryCursor):
    results = ReleaseOutput(many=True)


class ReleaseChanged(serializers.Serializer[Any]):
    element = serializers.CharField()
    before = serializers.DictField()
    after = serializers.DictField()


class ReleaseDifferenceOutput(serializers.Serializer[Any]):
    added = serializers.ListField(child=serializers.DictField())
    removed = serializers.ListField(child=serializers.DictField())
    changed = ReleaseChanged(many=True)
    impact = ImpactOutput()


class OfRelease(OfDictionary):
    def release(self, dictionary: Dictionary, number: int) -> Release:
        rows = Release.objects.visible_to(self.actor).filter(dictionary=dictionary).select_related("dictionary")
        return self.one(rows, number=number)


class ReleaseList(OfDictionary):
    """The releases of a dictionary, and making one."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(operation_id="dictionary_releases_list", responses=ReleasePage)
    def get(self, request: Request, slug: str) -> Response:
        rows = Release.objects.visible_to(self.actor).filter(dictionary=self.dictionary(slug)).select_related("dictionary")
        return self.page(rows.defer("entries"), lambda row: ReleaseOutput(row).data)

    @extend_schema(operation_id="dictionary_releases_create", request=ReleaseInput, responses={201: ReleaseOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Freezes what all elements mean now. Nothing changed since the last release gives that one."""
        dictionary = self.dictionary(slug)
        data = self.read(ReleaseInput)
        return self.created(
            lambda: (201, ReleaseOutput(services.make_release(actor=self.actor, dictionary=dictionary, **data)).data)
        )


class ReleaseDetails(OfRelease):
    """One release with its entries."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="dictionary_releases_read", responses=ReleaseDetail)
    def get(self, request: Request, slug: str, number: int) -> Response:
        return Response(ReleaseDetail(self.release(self.dictionary(slug), number)).data)


class ReleaseDifference(OfRelease):
    """What is different between two releases, and what that does to readers."""

    scopes = {"GET": "read"}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """`format` names the form of the difference here; REST framework would take it for that of the answer."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="dictionary_releases_compare",
        parameters=[OpenApiParameter("format", str, enum=["json", "omds"], description="omds: as an open metadata difference")],
        responses=ReleaseDifferenceOutput,
    )
    def get(self, request: Request, slug: str, before: int, after: int) -> Response:
        form = request.query_params.get("format", "json")
        if form not in ("json", "omds"):
            raise invalid_field("format", "unknown", _("A format is one of: %(known)s.") % {"known": "json, omds"})
        dictionary = self.dictionary(slug)
        one, other = self.release(dictionary, before), self.release(dictionary, after)
        told = between(one, other, self.actor)
        if form == "omds":
            address = request.build_absolute_uri(reverse("api_dictionary_releases", args=[slug])) + "/"
            return Response(metadata_difference(told, address))
        found = releases.difference(one.entries, other.entries)
        return Response(
            {
                "added": list(found.added),
                "removed": list(found.removed),
                "changed": [{"element": key, "before": then, "after": now} for key, then, now in found.changed],
                "impact": impact_of(told.effects),
            }
        )
