"""Legends over HTTP: what the columns of a data set mean, and whether a copy still says so. Asked by `countersign explain`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.errors import Missing
from governance.dictionary.api.shared import OfDictionary
from governance.dictionary.legend import as_document
from governance.dictionary.models import Copy, Dataset
from governance.dictionary.selectors.legends import MOST_ASKED, legend_of, standings


class LegendColumnInput(serializers.Serializer[Any]):
    element = serializers.CharField(max_length=141, help_text="dictionary/key")
    digest = serializers.CharField(max_length=71)


class LegendCheckInput(StrictSerializer):
    dictionary = serializers.CharField(max_length=60, required=False, allow_blank=True)
    release = serializers.IntegerField(required=False, allow_null=True)
    copy = serializers.CharField(max_length=200, required=False, allow_blank=True)
    columns = serializers.DictField(child=LegendColumnInput(), help_text="By the name of the column")


class LegendStanding(serializers.Serializer[Any]):
    current = serializers.BooleanField()
    current_version = serializers.CharField()
    changed = serializers.ListField(child=serializers.CharField())


class LegendCheckOutput(serializers.Serializer[Any]):
    columns = serializers.DictField(child=LegendStanding(), help_text="Of a column that is left out nothing is known")


class DictionaryLegend(OfDictionary):
    """The legend of a data set, to travel with a copy of it."""

    scopes = {"GET": "read"}

    @extend_schema(
        operation_id="dictionary_legend",
        parameters=[
            OpenApiParameter("dataset", str, required=True),
            OpenApiParameter("copy", str, description="Public id of a registered copy, to stand in its legend"),
        ],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, slug: str) -> Response:
        dictionary = self.dictionary(slug)
        name = request.query_params.get("dataset", "")
        if not name:
            raise invalid_field("dataset", "required", _("Say of which data set."))
        dataset = self.one(Dataset.objects.visible_to(self.actor), name=name[:201])
        copy = request.query_params.get("copy", "")
        if copy:
            copy = self.one(Copy.objects.visible_to(self.actor).filter(dataset=dataset), public_id=copy[:40]).public_id
        legend = legend_of(dictionary, dataset, copy=copy)
        if not legend.columns:
            raise Missing(_("No column of this data set has an approved meaning yet."), code="legend.empty")
        return Response(as_document(legend))


class LegendCheck(Endpoint):
    """Whether what a copy says of its columns is still so. Only names and digests are sent, no meaning and no data."""

    scopes = {"POST": "read"}

    @extend_schema(operation_id="legends_check", request=LegendCheckInput, responses={200: LegendCheckOutput})
    def post(self, request: Request) -> Response:
        said = self.read(LegendCheckInput)["columns"]
        if len(said) > MOST_ASKED:
            raise invalid_field("columns", "too_many", _("At most %(most)s columns are asked about.") % {"most": MOST_ASKED})
        found = standings(said)
        return Response({"columns": {name: standing.as_mapping() for name, standing in found.items()}})
