"""Use of data over HTTP: what a use case asked for, and where that stands."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from governance.dictionary import services
from governance.dictionary.api.shared import DictionaryCursor
from governance.dictionary.models import Dataset, DataUse
from governance.dictionary.selectors import data_use as selectors
from governance.usecases.models import UseCase


class DataUseInput(StrictSerializer):
    dataset = serializers.CharField(max_length=200, help_text="Name or id of a data set; a new name becomes one")
    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, allow_null=True, help_text="Left out: every version"
    )
    purpose = serializers.CharField(max_length=4000)
    basis = serializers.ChoiceField(choices=DataUse.Basis.choices)
    basis_words = serializers.CharField(max_length=4000)
    places = serializers.ListField(child=serializers.CharField(max_length=200), min_length=1, max_length=20)
    copies = serializers.CharField(max_length=2000, allow_blank=True, default="")
    until = serializers.DateTimeField()


class DataUseOver(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class DataUseOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    use_case = serializers.CharField(source="use_case.slug")
    dataset = serializers.CharField(source="dataset.name")
    dataset_id = serializers.CharField(source="dataset.public_id")
    version = serializers.IntegerField(source="version.number", default=None, allow_null=True)
    state = serializers.SerializerMethodField(help_text="proposed, active, expired, ended or withdrawn, now")
    purpose = serializers.CharField()
    basis = serializers.CharField()
    basis_words = serializers.CharField()
    places = serializers.ListField(child=serializers.CharField())
    copies = serializers.CharField()
    until = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    approved_until = serializers.DateTimeField(allow_null=True)
    approval = serializers.CharField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_state(self, row: DataUse) -> str:
        return row.state()


class DataUsePage(DictionaryCursor):
    results = DataUseOutput(many=True)


class DataUseList(Endpoint):
    """Which data a use case asked to use, and asking for more. Somebody has to approve it: `POST /requests` with type `data_use`."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(
        operation_id="data_uses_list",
        parameters=[OpenApiParameter("permitted", bool, description="1: only what may be used now")],
        responses=DataUsePage,
    )
    def get(self, request: Request, slug: str) -> Response:
        rows = selectors.uses_in(self.actor, self.use_case(slug))
        if request.query_params.get("permitted") in ("1", "true"):
            rows = rows.permitted()
        return self.page(rows, lambda row: DataUseOutput(row).data)

    @extend_schema(operation_id="data_uses_create", request=DataUseInput, responses={201: DataUseOutput})
    def post(self, request: Request, slug: str) -> Response:
        use_case = self.use_case(slug)
        data = self.read(DataUseInput)
        name = data.pop("dataset")
        dataset = Dataset.objects.visible_to(self.actor).filter(public_id=name).first() or name
        return self.created(
            lambda: (
                201,
                DataUseOutput(services.ask_data_use(actor=self.actor, use_case=use_case, dataset=dataset, **data)).data,
            )
        )

    def use_case(self, slug: str) -> UseCase:
        return self.one(UseCase.objects.visible_to(self.actor), slug=slug)


class OfDataUse(Endpoint):
    def use(self, public_id: str) -> DataUse:
        rows = DataUse.objects.visible_to(self.actor).select_related("dataset", "version", "use_case")
        return self.one(rows, public_id=public_id)


class DataUseDetails(OfDataUse):
    """One use of data that was asked for."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="data_uses_read", responses=DataUseOutput)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(DataUseOutput(self.use(public_id)).data)


class DataUseWithdraw(OfDataUse):
    """Taking back an ask on which nobody decided yet."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="data_uses_withdraw", request=DataUseOver, responses={200: DataUseOutput})
    def post(self, request: Request, public_id: str) -> Response:
        use = self.use(public_id)
        data = self.read(DataUseOver)
        return self.created(
            lambda: (200, DataUseOutput(services.withdraw_data_use(actor=self.actor, use=use, reason=data["reason"])).data)
        )


class DataUseEnd(OfDataUse):
    """Ending a use that was approved, from now on."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="data_uses_end", request=DataUseOver, responses={200: DataUseOutput})
    def post(self, request: Request, public_id: str) -> Response:
        use = self.use(public_id)
        data = self.read(DataUseOver)
        return self.created(
            lambda: (200, DataUseOutput(services.end_data_use(actor=self.actor, use=use, reason=data["reason"])).data)
        )
