"""Dictionaries over HTTP."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from governance.dictionary import services
from governance.dictionary.models import Binding, DataElement, Dictionary, ElementVersion
from governance.people.models import Team


class DictionaryInput(StrictSerializer):
    slug = serializers.SlugField(max_length=60)
    title = serializers.CharField(max_length=120)
    purpose = serializers.CharField(max_length=2000, allow_blank=True, default="")


class DictionaryOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    slug = serializers.CharField()
    title = serializers.CharField()
    purpose = serializers.CharField()
    created_at = serializers.DateTimeField()


class DictionaryDetail(DictionaryOutput):
    element_count = serializers.IntegerField()


class ElementInput(StrictSerializer):
    key = serializers.CharField(max_length=80)
    name = serializers.CharField(max_length=120, required=False)
    definition = serializers.CharField(max_length=4000)
    logical_type = serializers.ChoiceField(choices=ElementVersion.LogicalType.choices)
    semantic_type = serializers.ChoiceField(choices=ElementVersion.SemanticType.choices, allow_blank=True, default="")
    unit = serializers.CharField(max_length=40, allow_blank=True, default="")
    null_meaning = serializers.CharField(max_length=1000, allow_blank=True, default="")
    sensitivity = serializers.ChoiceField(choices=ElementVersion.Sensitivity.choices, default=ElementVersion.Sensitivity.INTERNAL)
    examples = serializers.ListField(
        child=serializers.CharField(max_length=services.LONGEST_EXAMPLE, trim_whitespace=False, allow_blank=True),
        max_length=services.MOST_EXAMPLES,
        default=list,
    )


class ElementVersionOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    definition = serializers.CharField()
    logical_type = serializers.CharField()
    semantic_type = serializers.CharField()
    unit = serializers.CharField()
    null_meaning = serializers.CharField()
    sensitivity = serializers.CharField()
    examples = serializers.ListField(child=serializers.CharField())
    digest = serializers.CharField()
    created_at = serializers.DateTimeField()


class ElementOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    key = serializers.CharField()
    name = serializers.CharField()
    version = serializers.SerializerMethodField()

    def get_version(self, row: DataElement) -> ElementVersionOutput:
        """What the element means now. Read with `with_newest_version`."""
        return ElementVersionOutput(row.newest[0]).data  # type: ignore[attr-defined,return-value] # prefetched; the annotation is the schema's


class BindingInput(StrictSerializer):
    element = serializers.CharField(max_length=80, help_text="Key of an element of this dictionary")
    team = serializers.SlugField(max_length=60)
    dataset = serializers.CharField(max_length=200)
    column = serializers.CharField(max_length=200, trim_whitespace=False)
    deviation = serializers.CharField(max_length=2000, allow_blank=True, default="")


class BindingOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    element = serializers.CharField(source="element.key")
    team = serializers.CharField(source="team.slug")
    dataset = serializers.CharField()
    column = serializers.CharField()
    deviation = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class DictionaryCursor(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class DictionaryPage(DictionaryCursor):
    results = DictionaryOutput(many=True)


class ElementPage(DictionaryCursor):
    results = ElementOutput(many=True)


class BindingPage(DictionaryCursor):
    results = BindingOutput(many=True)


class DictionaryList(Endpoint):
    """Dictionaries, and opening one."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(operation_id="dictionaries_list", responses=DictionaryPage)
    def get(self, request: Request) -> Response:
        return self.page(Dictionary.objects.visible_to(self.actor), lambda row: DictionaryOutput(row).data)

    @extend_schema(operation_id="dictionaries_create", request=DictionaryInput, responses={201: DictionaryOutput})
    def post(self, request: Request) -> Response:
        data = self.read(DictionaryInput)
        return self.created(lambda: (201, DictionaryOutput(services.create_dictionary(actor=self.actor, **data)).data))


class OfDictionary(Endpoint):
    """What lies under one dictionary."""

    def dictionary(self, slug: str) -> Dictionary:
        return self.one(Dictionary.objects.visible_to(self.actor), slug=slug)


class DictionaryDetails(OfDictionary):
    """One dictionary."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="dictionaries_read", responses=DictionaryDetail)
    def get(self, request: Request, slug: str) -> Response:
        rows = Dictionary.objects.visible_to(self.actor).annotate(element_count=Count("elements"))
        return Response(DictionaryDetail(self.one(rows, slug=slug)).data)


class ElementList(OfDictionary):
    """The elements of a dictionary with what they mean now, and writing a meaning."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(operation_id="dictionary_elements_list", responses=ElementPage)
    def get(self, request: Request, slug: str) -> Response:
        rows = DataElement.objects.visible_to(self.actor).filter(dictionary=self.dictionary(slug)).with_newest_version()
        return self.page(rows, lambda row: ElementOutput(row).data)

    @extend_schema(
        operation_id="dictionary_elements_write", request=ElementInput, responses={200: ElementOutput, 201: ElementOutput}
    )
    def post(self, request: Request, slug: str) -> Response:
        """Adds the element (201), or writes a new version when the key is there (200). The same content changes nothing."""
        dictionary = self.dictionary(slug)
        data = self.read(ElementInput)

        def write() -> tuple[int, Any]:
            known = DataElement.objects.filter(dictionary=dictionary, key=data["key"]).exists()
            row = services.define_element(actor=self.actor, dictionary=dictionary, **data)
            return 200 if known else 201, ElementOutput(DataElement.objects.with_newest_version().get(pk=row.pk)).data

        return self.created(write)


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
            .select_related("element", "team")
        )
        if request.query_params.get("ended") not in ("1", "true"):
            rows = rows.live()
        if dataset := request.query_params.get("dataset"):
            rows = rows.filter(dataset=dataset)
        return self.page(rows, lambda row: BindingOutput(row).data)

    @extend_schema(operation_id="dictionary_bindings_create", request=BindingInput, responses={201: BindingOutput})
    def post(self, request: Request, slug: str) -> Response:
        dictionary = self.dictionary(slug)
        data = self.read(BindingInput)
        elements = DataElement.objects.visible_to(self.actor).filter(dictionary=dictionary)
        element = elements.filter(key=data.pop("element")).first()
        if element is None:
            raise invalid_field("element", "unknown", _("This dictionary has no such element."))
        team = Team.objects.visible_to(self.actor).filter(slug=data.pop("team")).first()
        if team is None:
            raise invalid_field("team", "unknown", _("There is no such team."))
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
            .select_related("element", "team")
        )
        binding = self.one(rows, public_id=public_id)
        return self.created(lambda: (200, BindingOutput(services.end_binding(actor=self.actor, binding=binding)).data))
