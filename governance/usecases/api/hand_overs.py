"""Hand-overs to operations over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from governance.people.models import User
from governance.usecases import services
from governance.usecases.models import LONGEST_REASON, HandOver, UseCase


class ConfigurationInput(StrictSerializer):
    environment = serializers.CharField(max_length=60)
    where = serializers.CharField(max_length=500)


class HandOverInput(StrictSerializer):
    pipeline = serializers.CharField(max_length=500)
    pipeline_owner = serializers.CharField(max_length=60)  # user name
    run = serializers.CharField(max_length=500)
    run_at = serializers.DateField()
    run_result = serializers.ChoiceField(choices=HandOver.Result.choices)
    tests = serializers.CharField(max_length=LONGEST_REASON)
    configuration = ConfigurationInput(many=True)
    note = serializers.CharField(max_length=LONGEST_REASON, allow_blank=True, default="")


class HandOverAnswerInput(StrictSerializer):
    accept = serializers.BooleanField()
    reason = serializers.CharField(max_length=LONGEST_REASON, allow_blank=True, default="")


class HandOverOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    pipeline = serializers.CharField()
    pipeline_owner = serializers.CharField(source="pipeline_owner.username")
    version = serializers.CharField()
    run = serializers.CharField()
    run_at = serializers.DateField()
    run_result = serializers.CharField()
    tests = serializers.CharField()
    configuration = serializers.ListField(child=serializers.DictField())
    note = serializers.CharField()
    digest = serializers.CharField()
    by = serializers.CharField(source="created_by.username")
    created_at = serializers.DateTimeField()
    answer = serializers.CharField(allow_null=True)
    answer_reason = serializers.CharField(allow_null=True)
    answered_by = serializers.CharField(source="answered_by.username", default=None, allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)


class HandOverList(Endpoint):
    """Every hand-over of a use case with its answer, newest first; sending one puts it before operations."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(responses=HandOverOutput(many=True), operation_id="hand_overs_list")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        rows = HandOver.objects.visible_to(self.actor).filter(use_case=row)
        return self.page(
            rows.select_related("pipeline_owner", "created_by", "answered_by"), lambda item: HandOverOutput(item).data
        )

    @extend_schema(request=HandOverInput, responses={201: HandOverOutput})
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(HandOverInput)
        owner = User.objects.visible_to(self.actor).filter(username=data.pop("pipeline_owner")).first()
        if owner is None:
            raise invalid_field("pipeline_owner", "unknown", "There is no account with this user name.")
        return self.created(
            lambda: (
                201,
                HandOverOutput(services.hand_over(actor=self.actor, use_case=row, pipeline_owner=owner, **data)).data,
            )
        )


class HandOverAnswer(Endpoint):
    """Accept a hand-over, or refuse it with the reason: by operations, and never by somebody who hands over."""

    scopes = {"POST": "governance:write"}

    @extend_schema(request=HandOverAnswerInput, responses=HandOverOutput)
    def post(self, request: Request, public_id: str) -> Response:
        rows = HandOver.objects.visible_to(self.actor).select_related("use_case", "created_by", "pipeline_owner")
        row = self.one(rows, public_id=public_id)
        return Response(
            HandOverOutput(services.answer_hand_over(actor=self.actor, hand_over=row, **self.read(HandOverAnswerInput))).data
        )
