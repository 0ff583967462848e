"""Which columns hold elements, over HTTP."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import StrictSerializer, invalid_field
from governance.dictionary import services
from governance.dictionary.api.shared import DictionaryCursor, OfDictionary
from governance.dictionary.models import Binding, Dictionary
from governance.dictionary.naming import Candidate
from governance.dictionary.selectors.binding_proposals import MOST_COLUMNS, proposed
from governance.dictionary.services.bindings import MOST_AT_ONCE


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
        """Binds a column. A list of bindings, at most 500, is answered with a list: all of them are made, or none."""
        dictionary = self.dictionary(slug)
        if isinstance(request.data, list):
            form = BindingInput(data=request.data, many=True)
            form.is_valid(raise_exception=True)
            said = [
                self._named(data, dictionary, f"[{number}].")
                for number, data in enumerate(form.validated_data[: MOST_AT_ONCE + 1])
            ]
            return self.created(
                lambda: (201, BindingOutput(services.bind_columns(actor=self.actor, bindings=said), many=True).data)
            )
        one = self._named(self.read(BindingInput), dictionary)
        return self.created(lambda: (201, BindingOutput(services.bind_column(actor=self.actor, **one)).data))

    def _named(self, data: dict[str, Any], dictionary: Dictionary, at: str = "") -> dict[str, Any]:
        """What was sent, with the element and the team that it names."""
        key = data.pop("element")
        if "/" in key:
            raise invalid_field(f"{at}element", "unknown", _("Write the key of an element of this dictionary."))
        element = self.element_named(key, dictionary, f"{at}element")
        return {**data, "element": element, "team": self.team_named(data.pop("team"))}


class CandidateInput(StrictSerializer):
    dataset = serializers.CharField(max_length=200, allow_blank=True, default="")
    column = serializers.CharField(max_length=200, trim_whitespace=False)
    physical_type = serializers.CharField(max_length=120, allow_blank=True, default="")
    description = serializers.CharField(max_length=4000, allow_blank=True, default="")
    sample = serializers.ListField(child=serializers.CharField(max_length=200), max_length=20, required=False)


class CandidatesInput(StrictSerializer):
    columns = CandidateInput(many=True)
    team = serializers.SlugField(max_length=60, allow_blank=True, default="")
    limit = serializers.IntegerField(min_value=1, max_value=20, default=5)


class CandidateOutput(serializers.Serializer[Any]):
    element = serializers.CharField(source="element.key")
    name = serializers.CharField(source="element.name")
    definition = serializers.CharField()
    how = serializers.CharField(help_text="exact, alias, alias_elsewhere or similar")
    score = serializers.FloatField()
    why = serializers.ListField(child=serializers.CharField(), source="reasons")


class CandidatesOfColumn(serializers.Serializer[Any]):
    dataset = serializers.CharField(source="column.table")
    column = serializers.CharField(source="column.name")
    bound_to = serializers.CharField(source="bound.element.path", default=None, allow_null=True)
    candidates = CandidateOutput(many=True, source="offers")


class CandidatesOutput(serializers.Serializer[Any]):
    columns = CandidatesOfColumn(many=True)


class BindingProposals(OfDictionary):
    """Which elements columns may hold. Nothing is bound: somebody has to say so."""

    scopes = {"POST": "read"}

    @extend_schema(operation_id="dictionary_bindings_propose", request=CandidatesInput, responses={200: CandidatesOutput})
    def post(self, request: Request, slug: str) -> Response:
        dictionary = self.dictionary(slug)
        data = self.read(CandidatesInput)
        team = self.team_named(data["team"])
        if len(data["columns"]) > MOST_COLUMNS:
            raise invalid_field("columns", "too_many", _("Ask about at most %(most)s columns at once.") % {"most": MOST_COLUMNS})
        asked = [
            Candidate(
                table=item["dataset"],
                name=item["column"],
                physical_type=item["physical_type"],
                team=team.slug if team else "",
                sample=tuple(item.get("sample", ())),
                description=item["description"],
            )
            for item in data["columns"]
        ]
        found = proposed(dictionary, asked, team=team.slug if team else "", limit=data["limit"])
        return Response(CandidatesOutput({"columns": found}).data)


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
