"""Elements over HTTP: what they mean, what was drafted, and what they are called."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import StrictSerializer
from governance.dictionary import selectors, services
from governance.dictionary.api.shared import DictionaryCursor, OfDictionary
from governance.dictionary.elements import Element
from governance.dictionary.models import Alias, DataElement

FIELDS = tuple(field.name for field in fields(Element) if field.name not in ("key", "aliases"))


class ElementInput(StrictSerializer):
    """What an element should mean, its fields beside the key; `says` takes them as one map instead.

    Which values a field takes is for `elements.read_element` to say, so that a file, a form and a request are refused alike.
    """

    key = serializers.CharField(max_length=80)
    says = serializers.DictField(required=False, help_text="The other fields as one map, as `says` of an answer has them")
    null_meaning = serializers.CharField(required=False, allow_blank=True, help_text="What an empty value means")
    based_on = serializers.IntegerField(min_value=0, required=False, help_text="Number of the newest version you had before you")

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **{name: serializers.JSONField(required=False) for name in FIELDS}}

    def to_internal_value(self, data: Any) -> Any:
        read = super().to_internal_value(data)
        said = {**read.pop("says", {}), **{name: read.pop(name) for name in FIELDS if name in read}}
        if empty := read.pop("null_meaning", "").strip():
            said["null_meanings"] = {"": empty, **said.get("null_meanings", {})}
        return {**read, "says": said}


class ElementVersionOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    semver = serializers.CharField(allow_null=True)
    definition = serializers.CharField()
    logical_type = serializers.CharField()
    semantic_type = serializers.CharField()
    unit = serializers.CharField()
    null_meaning = serializers.CharField()
    sensitivity = serializers.CharField()
    examples = serializers.ListField(child=serializers.CharField())
    says = serializers.DictField(source="said", help_text="Everything it says, as plain values")
    digest = serializers.CharField()
    reads_as = serializers.CharField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    approval = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class AliasOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    element = serializers.CharField(source="element.key")
    term = serializers.CharField()
    team = serializers.CharField(source="team.slug", default=None, allow_null=True)
    locale = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment] # a field, not the attribute of that name
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class ElementOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    key = serializers.CharField()
    legend = serializers.CharField()
    name = serializers.CharField()
    steward = serializers.CharField(source="steward.public_id", default=None, allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)
    version = serializers.SerializerMethodField()
    draft = serializers.SerializerMethodField()

    @extend_schema_field(ElementVersionOutput(allow_null=True))
    def get_version(self, row: DataElement) -> Any:
        """What the element means now. Read with `with_versions`."""
        return ElementVersionOutput(row.in_force[0]).data if row.in_force else None  # type: ignore[attr-defined] # prefetched

    @extend_schema_field(ElementVersionOutput(allow_null=True))
    def get_draft(self, row: DataElement) -> Any:
        """What was written since and is not approved."""
        newest = row.newest[0] if row.newest else None  # type: ignore[attr-defined] # prefetched
        return ElementVersionOutput(newest).data if newest is not None and not newest.is_approved else None


class ElementPage(DictionaryCursor):
    results = ElementOutput(many=True)


class AliasInput(StrictSerializer):
    term = serializers.CharField(max_length=120)
    team = serializers.SlugField(max_length=60, allow_blank=True, default="")
    locale = serializers.CharField(max_length=20, allow_blank=True, default="")
    source = serializers.CharField(max_length=200, allow_blank=True, default="")  # type: ignore[assignment] # as above


class AliasPage(DictionaryCursor):
    results = AliasOutput(many=True)


class ElementList(OfDictionary):
    """The elements of a dictionary with what they mean now, and drafting a meaning."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(
        operation_id="dictionary_elements_list",
        parameters=[
            OpenApiParameter("q", str, description="Only those about these words: key, name, alias, meaning, unit, team")
        ],
        responses=ElementPage,
    )
    def get(self, request: Request, slug: str) -> Response:
        rows = selectors.elements_found(self.dictionary(slug), request.query_params.get("q", "")[:200]).visible_to(self.actor)
        return self.page(rows.select_related("steward"), lambda row: ElementOutput(row).data)

    @extend_schema(
        operation_id="dictionary_elements_draft", request=ElementInput, responses={200: ElementOutput, 201: ElementOutput}
    )
    def post(self, request: Request, slug: str) -> Response:
        """Drafts what an element should mean: a new element (201), or another draft of one that is there (200).

        The same content as its newest version changes nothing. A draft is in force for nobody: a proposal has to be approved.
        """
        dictionary = self.dictionary(slug)
        data = self.read(ElementInput)

        def write() -> tuple[int, Any]:
            known = DataElement.objects.filter(dictionary=dictionary, key=data["key"]).exists()
            version = services.draft_version(
                actor=self.actor, dictionary=dictionary, key=data["key"], said=data["says"], based_on=data.get("based_on")
            )
            row = DataElement.objects.with_versions().select_related("steward").get(pk=version.element_id)
            return 200 if known else 201, ElementOutput(row).data

        return self.created(write)


class ElementDetails(OfDictionary):
    """One element."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="dictionary_elements_read", responses=ElementOutput)
    def get(self, request: Request, slug: str, key: str) -> Response:
        rows = DataElement.objects.visible_to(self.actor).filter(dictionary=self.dictionary(slug))
        return Response(ElementOutput(self.one(rows.with_versions().select_related("steward"), key=key)).data)


class AliasList(OfDictionary):
    """What an element is called, and calling it something."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(operation_id="dictionary_aliases_list", responses=AliasPage)
    def get(self, request: Request, slug: str, key: str) -> Response:
        element = self.one(DataElement.objects.visible_to(self.actor).filter(dictionary=self.dictionary(slug)), key=key)
        rows = Alias.objects.visible_to(self.actor).filter(element=element).live().select_related("element", "team")
        return self.page(rows, lambda row: AliasOutput(row).data)

    @extend_schema(operation_id="dictionary_aliases_create", request=AliasInput, responses={201: AliasOutput})
    def post(self, request: Request, slug: str, key: str) -> Response:
        rows = DataElement.objects.visible_to(self.actor).filter(dictionary=self.dictionary(slug)).select_related("dictionary")
        element = self.one(rows, key=key)
        data = self.read(AliasInput)
        team = self.team_named(data.pop("team"))
        return self.created(
            lambda: (201, AliasOutput(services.add_alias(actor=self.actor, element=element, team=team, **data)).data)
        )


class AliasEnd(OfDictionary):
    """Not calling it so any more."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="dictionary_aliases_end", request=None, responses={200: AliasOutput})
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        rows = Alias.objects.visible_to(self.actor).filter(dictionary=self.dictionary(slug)).select_related("element", "team")
        alias = self.one(rows, public_id=public_id)
        return self.created(lambda: (200, AliasOutput(services.end_alias(actor=self.actor, alias=alias)).data))
