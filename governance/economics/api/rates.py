"""Rates that the organisation has written down, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.permissions import require
from governance.economics.models import RateRecord
from governance.economics.permissions.rates import may_record_rate
from governance.economics.presenting.rates import shipped_offered
from governance.economics.selectors.rates import filtered, is_old
from governance.economics.services.rates import adopt_shipped, end_rate, record_rate

YES = ("1", "true")


class RateInput(StrictSerializer):
    """A rate as of a day; or, with `shipped`, one that ships, whose key that is."""

    kind = serializers.ChoiceField(choices=RateRecord.Kind.choices)
    shipped = serializers.CharField(
        max_length=60, required=False, help_text="Key of a rate that ships; nothing but kind stands beside it"
    )
    key = serializers.CharField(max_length=60, required=False, help_text="Of an exchange rate `USD/EUR`: what one USD is in EUR")
    title = serializers.CharField(max_length=120, required=False)
    body = serializers.DictField(
        required=False,
        help_text="discount: steps, a list of [from which year on, rate a year], and prices; inflation, exchange: rate; bias: upper, lower",
    )
    source = serializers.CharField(max_length=500, required=False)  # type: ignore[assignment] # the name of the field is that of the record
    dated = serializers.DateField(required=False)
    note = serializers.CharField(max_length=2000, allow_blank=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "shipped" in attrs:
            if beside := sorted(set(attrs) - {"kind", "shipped"}):
                raise serializers.ValidationError({beside[0]: [_("A rate that ships brings this along. Leave it out.")]})
            return attrs
        missing = [name for name in ("key", "title", "body", "source", "dated") if name not in attrs]
        if missing:
            raise serializers.ValidationError({name: [_("This field is required.")] for name in missing}, code="required")
        return attrs


class RateEndInput(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class RateOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=RateRecord.Kind.choices)
    key = serializers.CharField()
    title = serializers.CharField()
    body = serializers.DictField(help_text="As in a written plan; decimals as texts")
    source = serializers.CharField()  # type: ignore[assignment] # the name of the field is that of the record
    dated = serializers.DateField()
    note = serializers.CharField()
    old = serializers.SerializerMethodField(help_text="Whether it was set more than a year ago")
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_because = serializers.CharField(allow_null=True)

    def get_old(self, row: RateRecord) -> bool:
        return is_old(row)


class RatePage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = RateOutput(many=True)


class ShippedRateOutput(serializers.Serializer[Any]):
    kind = serializers.CharField()
    key = serializers.CharField()
    title = serializers.CharField()
    body = serializers.DictField()
    source = serializers.CharField()  # type: ignore[assignment] # the name of the field is that of the record
    url = serializers.CharField()
    dated = serializers.DateField()
    note = serializers.CharField()
    rescinded_on = serializers.DateField(allow_null=True)
    adopted = serializers.BooleanField(help_text="Whether it was written down and not ended")


class RateList(Endpoint):
    """Rates in force or ended, newest first, and writing one down."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(
        operation_id="rates_list",
        parameters=[
            OpenApiParameter("kind", enum=RateRecord.Kind.values),
            OpenApiParameter("key", description="Such as USD/EUR"),
            OpenApiParameter("on", date, description="Dated no later than that day, and not ended by its end"),
            OpenApiParameter("ended", bool, description="1: those too that were ended"),
        ],
        responses=RatePage,
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        kind = asked.get("kind", "")
        if kind and kind not in RateRecord.Kind.values:
            raise invalid_field("kind", "unknown", _("A kind is one of: %(all)s.") % {"all": ", ".join(RateRecord.Kind.values)})
        rows = filtered(
            self.actor,
            kind=kind,
            key=asked.get("key", "").replace("\x00", ""),
            ended=asked.get("ended") in YES,
            on=_day(asked.get("on", "")),
        )
        return self.page(rows, lambda row: RateOutput(row).data)

    @extend_schema(operation_id="rates_create", request=RateInput, responses={201: RateOutput})
    def post(self, request: Request) -> Response:
        require(may_record_rate(self.actor))
        data = self.read(RateInput)
        if "shipped" in data:
            return self.created(
                lambda: (201, RateOutput(adopt_shipped(actor=self.actor, kind=data["kind"], key=data["shipped"])).data)
            )
        return self.created(lambda: (201, RateOutput(record_rate(actor=self.actor, **data)).data))


class RateShipped(Endpoint):
    """Discount rates and tables of optimism bias that ship. None is in force until somebody writes it down."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="rates_shipped", responses=ShippedRateOutput(many=True))
    def get(self, request: Request) -> Response:
        return Response(ShippedRateOutput(shipped_offered(self.actor), many=True).data)


class RateEnd(Endpoint):
    """Out of force, with a reason. Cases that have the rate keep it."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="rates_end", request=RateEndInput, responses=RateOutput)
    def post(self, request: Request, public_id: str) -> Response:
        row = self.one(RateRecord.objects.visible_to(self.actor), public_id=public_id)
        require(may_record_rate(self.actor))
        data = self.read(RateEndInput)
        return Response(RateOutput(end_rate(actor=self.actor, record=row, **data)).data)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise invalid_field("on", "day", _("A day is written as 2027-01-31.")) from error
