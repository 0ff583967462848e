"""What a use case needs to run on, platforms, and deviations, over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from governance.usecases import selectors, services
from governance.usecases.models import Platform, PlatformOffer, StackDeviation, UseCase
from governance.usecases.selectors.stack import Stack
from governance.usecases.services.stack import LONGEST_STACK_TEXT
from governance.usecases.stack import ASPECTS, Finding


class NeedInput(StrictSerializer):
    """`need`: languages and packages as `{"name", "versions"}` or lines, hardware, isolation, network, data; see docs/stack.md."""

    platform = serializers.SlugField(max_length=60)
    need = serializers.DictField()
    based_on = serializers.IntegerField(min_value=0, required=False, allow_null=True, default=None)


class DeviationInput(StrictSerializer):
    aspect = serializers.ChoiceField(choices=ASPECTS)
    item = serializers.CharField(max_length=120, allow_blank=True, default="")
    wanted = serializers.CharField(max_length=200, allow_blank=True, default="")
    reason = serializers.CharField(max_length=LONGEST_STACK_TEXT)
    limits = serializers.CharField(max_length=LONGEST_STACK_TEXT, allow_blank=True, default="")
    valid_until = serializers.DateField()


class EndDeviationInput(StrictSerializer):
    reason = serializers.CharField(max_length=LONGEST_STACK_TEXT, allow_blank=True, default="")


class PlatformInput(StrictSerializer):
    slug = serializers.SlugField(max_length=60)
    title = serializers.CharField(max_length=120)
    offer = serializers.DictField()
    note = serializers.CharField(max_length=LONGEST_STACK_TEXT, allow_blank=True, default="")


class OfferInput(StrictSerializer):
    offer = serializers.DictField()
    note = serializers.CharField(max_length=LONGEST_STACK_TEXT, allow_blank=True, default="")
    based_on = serializers.IntegerField(min_value=0, required=False, allow_null=True, default=None)


class OfferOutput(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    digest = serializers.CharField()
    content = serializers.JSONField()
    note = serializers.CharField()
    created_at = serializers.DateTimeField()


class PlatformOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    slug = serializers.CharField()
    title = serializers.CharField()
    created_at = serializers.DateTimeField()


def deviation_body(row: StackDeviation) -> dict[str, Any]:
    """Without the use case it was recorded for: not everybody who relies on it may know of that."""
    return {
        "id": row.public_id,
        "platform": row.platform.slug,
        "aspect": row.aspect,
        "item": row.item,
        "wanted": row.wanted,
        "reason": row.reason,
        "limits": row.limits,
        "valid_until": row.valid_until,
        "proposed_by": row.proposed_by.username,
        "proposed_at": row.proposed_at,
        "confirmed_by": row.confirmed_by.username if row.confirmed_by else None,
        "confirmed_at": row.confirmed_at,
        "ended_as": row.ended_as,
        "ended_at": row.ended_at,
    }


def _finding_body(finding: Finding) -> dict[str, Any]:
    return {
        "aspect": finding.aspect,
        "item": finding.item,
        "wanted": finding.wanted,
        "state": finding.state,
        "why": finding.why,
        "offered": finding.offered,
        "deviation": deviation_body(finding.approved_by) if finding.approved_by else None,
    }


def stack_body(stack: Stack) -> dict[str, Any]:
    """Where it stands. `deviation` of a part is what was agreed to, for this use case or another one."""
    return {
        "standing": stack.standing,
        "platform": stack.need.platform.slug if stack.need else None,
        "number": stack.need.number if stack.need else 0,
        "need": stack.need.content if stack.need else None,
        "offer": stack.offer.number if stack.offer else None,
        "findings": [_finding_body(item) for item in stack.comparison.findings] if stack.comparison else [],
        "waiting": [deviation_body(row) for row in stack.asked],
    }


class StackDetails(Endpoint):
    """What a use case needs to run against what its platform offers; sending a need writes its next version."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="use_case_stack")
    def get(self, request: Request, slug: str) -> Response:
        return Response(stack_body(selectors.stack_of(self.one(UseCase.objects.visible_to(self.actor), slug=slug))))

    @extend_schema(request=NeedInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(NeedInput)
        platform = Platform.objects.visible_to(self.actor).filter(slug=data["platform"]).first()
        if platform is None:
            raise invalid_field("platform", "unknown", f"There is no platform {data['platform']}.")

        def write() -> tuple[int, Any]:
            services.state_need(actor=self.actor, use_case=row, platform=platform, need=data["need"], based_on=data["based_on"])
            return 201, stack_body(selectors.stack_of(row))

        return self.created(write)


class StackDeviationList(Endpoint):
    """Ask that a part of the need may differ from what the platform offers. It counts when a second person has confirmed it."""

    @extend_schema(request=DeviationInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(DeviationInput)
        return self.created(lambda: (201, deviation_body(services.ask_deviation(actor=self.actor, use_case=row, **data))))


class _OneDeviation(Endpoint):
    def found(self, public_id: str) -> StackDeviation:
        rows = StackDeviation.objects.visible_to(self.actor).filter(use_case__in=UseCase.objects.visible_to(self.actor))
        row: StackDeviation = self.one(
            rows.select_related("platform", "use_case", "proposed_by", "confirmed_by"), public_id=public_id
        )
        return row


class StackDeviationConfirm(_OneDeviation):
    """Agree to a deviation, as the second person."""

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, public_id: str) -> Response:
        found = self.found(public_id)
        return Response(deviation_body(services.confirm_deviation(actor=self.actor, deviation=found)))


class StackDeviationEnd(_OneDeviation):
    """Take back, decline or end a deviation."""

    @extend_schema(request=EndDeviationInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, public_id: str) -> Response:
        found, data = self.found(public_id), self.read(EndDeviationInput)
        return Response(deviation_body(services.end_deviation(actor=self.actor, deviation=found, **data)))


class PlatformList(Endpoint):
    """Where things can run, newest first; operations and administrators add one."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(responses=PlatformOutput(many=True), operation_id="platforms_list")
    def get(self, request: Request) -> Response:
        return self.page(Platform.objects.visible_to(self.actor), lambda row: PlatformOutput(row).data)

    @extend_schema(request=PlatformInput, responses={201: PlatformOutput})
    def post(self, request: Request) -> Response:
        data = self.read(PlatformInput)
        return self.created(lambda: (201, PlatformOutput(services.add_platform(actor=self.actor, **data)).data))


class PlatformOffers(Endpoint):
    """What a platform offers, newest first; writing adds a version."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(responses=OfferOutput(many=True), operation_id="platform_offers_list")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(Platform.objects.visible_to(self.actor), slug=slug)
        return self.page(PlatformOffer.objects.visible_to(self.actor).filter(platform=row), lambda item: OfferOutput(item).data)

    @extend_schema(request=OfferInput, responses={201: OfferOutput})
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(Platform.objects.visible_to(self.actor), slug=slug)
        data = self.read(OfferInput)
        return self.created(lambda: (201, OfferOutput(services.write_offer(actor=self.actor, platform=row, **data)).data))
