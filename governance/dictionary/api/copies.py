"""Where copies of data sets lie, over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import StrictSerializer, invalid_field
from governance.dictionary import services
from governance.dictionary.api.shared import DictionaryCursor, OfDictionary
from governance.dictionary.legend import as_document
from governance.dictionary.models import Copy, Dataset
from governance.dictionary.selectors.legends import CopyRow, copies_told, legend_of


class CopyInput(StrictSerializer):
    dataset = serializers.CharField(max_length=200)
    holder = serializers.CharField(max_length=200, help_text="Who keeps it")
    place = serializers.CharField(max_length=500, help_text="Where it lies: an address, or words")
    purpose = serializers.CharField(max_length=2000, allow_blank=True, default="")
    team = serializers.SlugField(max_length=60, allow_blank=True, default="")
    made_on = serializers.DateField(required=False, allow_null=True)
    until = serializers.DateField(required=False, allow_null=True)


class CopyEndInput(StrictSerializer):
    because = serializers.CharField(max_length=500, allow_blank=True, default="")


class StaleColumn(serializers.Serializer[Any]):
    current_version = serializers.CharField()
    changed = serializers.ListField(child=serializers.CharField())


class CopyOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="copy.public_id")
    dataset = serializers.CharField(source="copy.dataset.name")
    holder = serializers.CharField(source="copy.holder")
    place = serializers.CharField(source="copy.place")
    purpose = serializers.CharField(source="copy.purpose")
    team = serializers.CharField(source="copy.team.slug", default=None, allow_null=True)
    made_on = serializers.DateField(source="copy.made_on")
    until = serializers.DateField(source="copy.until", allow_null=True)
    release = serializers.IntegerField(source="copy.release", allow_null=True)
    columns = serializers.DictField(source="copy.columns")
    stale = serializers.SerializerMethodField(help_text="Columns that mean something else by now")
    overdue = serializers.BooleanField(help_text="Kept longer than was said")
    created_at = serializers.DateTimeField(source="copy.created_at")
    ended_at = serializers.DateTimeField(source="copy.ended_at", allow_null=True)

    @extend_schema_field(serializers.DictField(child=StaleColumn()))
    def get_stale(self, row: CopyRow) -> dict[str, Any]:
        return {
            name: {"current_version": item.current_version, "changed": list(item.changed)} for name, item in row.stale.items()
        }


class CopyMade(CopyOutput):
    legend = serializers.SerializerMethodField(help_text="To be put beside the copy, or into it")

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_legend(self, row: CopyRow) -> dict[str, Any]:
        return as_document(legend_of(row.copy.dictionary, row.copy.dataset, copy=row.copy.public_id))


class CopyPage(DictionaryCursor):
    results = CopyOutput(many=True)


class CopyList(OfDictionary):
    """The copies of data sets that this dictionary explains, and registering one."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(
        operation_id="dictionary_copies_list",
        parameters=[
            OpenApiParameter("dataset", str, description="Only of this data set"),
            OpenApiParameter("ended", bool, description="1: those that were deleted too"),
        ],
        responses=CopyPage,
    )
    def get(self, request: Request, slug: str) -> Response:
        rows = Copy.objects.visible_to(self.actor).filter(dictionary=self.dictionary(slug))
        rows = rows.select_related("dataset", "team", "dictionary")
        if request.query_params.get("ended") not in ("1", "true"):
            rows = rows.filter(ended_at=None)
        if dataset := request.query_params.get("dataset"):
            rows = rows.filter(dataset__name=dataset)
        page = self.page(rows, lambda row: row)
        page.data["results"] = CopyOutput(copies_told(page.data["results"]), many=True).data
        return page

    @extend_schema(operation_id="dictionary_copies_create", request=CopyInput, responses={201: CopyMade})
    def post(self, request: Request, slug: str) -> Response:
        """Registers a copy as it is made now; the answer holds its legend."""
        dictionary = self.dictionary(slug)
        data = self.read(CopyInput)
        team = self.team_named(data.pop("team"))
        name = data.pop("dataset")
        dataset = Dataset.objects.visible_to(self.actor).filter(name=name).first()
        if dataset is None:
            raise invalid_field("dataset", "unknown", "There is no such data set.")
        return self.created(
            lambda: (
                201,
                CopyMade(
                    copies_told([
                        services.register_copy(actor=self.actor, dictionary=dictionary, dataset=dataset, team=team, **data)
                    ])[0]
                ).data,
            )
        )  # fmt: skip


class CopyEnd(OfDictionary):
    """Saying that a copy was deleted."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="dictionary_copies_end", request=CopyEndInput, responses={200: CopyOutput})
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        rows = (
            Copy.objects.visible_to(self.actor).filter(dictionary=self.dictionary(slug)).select_related("dataset", "dictionary")
        )
        copy = self.one(rows, public_id=public_id)
        data = self.read(CopyEndInput)
        return self.created(
            lambda: (200, CopyOutput(copies_told([services.end_copy(actor=self.actor, copy=copy, **data)])[0]).data)
        )
