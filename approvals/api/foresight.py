"""What-ifs, replays and insights over HTTP. None of them decides or writes anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from approvals.api.gates import NamedVersion
from approvals.api.policies import LONGEST_POLICY, DraftInput, source_of
from approvals.insights import GROUPS
from approvals.insights_presenting import insights_body
from approvals.models import Gate, Policy
from approvals.selectors.foresight import replay_period, try_on
from approvals.selectors.inbox import requests_with_people
from approvals.selectors.insights import passed
from approvals.selectors.policies import draft_of
from approvals.selectors.whatif import what_if
from approvals.showing.foresight import replay_body, tried_body, what_if_body
from approvals.showing.insights import board_of
from foundation import clock
from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.errors import Missing
from governance.usecases.models import UseCase
from lineage.models import ModelVersion

A_DAY = timedelta(days=1)
YEARS = range(1900, 2200)  # near the ends of the calendar there is no period before, and no day after
PERIOD = timedelta(days=90)  # what is looked at when nobody says


@extend_schema_field(OpenApiTypes.STR)
class InstantField(serializers.Field):  # type: ignore[type-arg] # DRF's fields are generic in stubs only
    """A day or a time. A day stands for its beginning, or with `end` for its end, in UTC; a time without a zone is UTC."""

    default_error_messages = {"invalid": _("Write a day such as 2026-03-31, or a time such as 2026-03-31T12:00:00Z.")}

    def __init__(self, *, end: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.end = end

    def to_internal_value(self, data: Any) -> datetime:
        found = instant_of(data, end=self.end) if isinstance(data, str) else None
        if found is None:
            self.fail("invalid")
        return found  # type: ignore[return-value] # `fail` raises

    def to_representation(self, value: Any) -> Any:
        return value


def instant_of(text: str, *, end: bool = False) -> datetime | None:
    """A day or a time as an instant, None if it is neither, or far from all that happens; a day that is an end includes itself."""
    try:
        day = parse_date(text)
        at = parse_datetime(text)
    except ValueError:
        return None
    if day is not None and len(text) <= 10:
        at = midnight(day) + (A_DAY if end and day < date.max else timedelta())
        return at if day.year in YEARS else None
    if at is None or at.year not in YEARS:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


# What-if at a gate ---------------------------------------------------------------------------------------------------


class WhatIfInput(StrictSerializer):
    model_version = NamedVersion()
    manifest = serializers.DictField(child=serializers.CharField(max_length=71), required=False)
    changed = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=20)
    policy = serializers.JSONField(required=False, help_text="A draft in place of the gate's policy: YAML as text, or its body")
    purpose = serializers.ChoiceField(choices=["deployment", "rollback"], default="deployment")

    def validate_manifest(self, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, found in value.items():
            digits = found.removeprefix("sha256:")
            if len(digits) != 64 or found == digits or set(digits) - set("0123456789abcdef"):
                raise serializers.ValidationError(f"{name}: a digest is sha256: and 64 hexadecimal digits.", code="digest")
        return value

    def validate_policy(self, value: Any) -> Any:
        if not isinstance(value, str | dict) or len(str(value)) > LONGEST_POLICY:
            raise serializers.ValidationError("Send the draft as YAML text or as a mapping.", code="draft")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "manifest" in attrs and "changed" in attrs:
            raise serializers.ValidationError("Send either manifest or changed.", code="either")
        return attrs


class GateSimulate(Endpoint):
    """What a change would re-open, for whom, and what would carry over, if it were put forward now. Leaves no decision."""

    scopes = {"POST": "gate:evaluate"}

    @extend_schema(request=WhatIfInput, responses=OpenApiTypes.OBJECT, operation_id="gate_simulate")
    def post(self, request: HttpRequest, environment: str) -> Response:
        data = self.read(WhatIfInput)
        gate = (
            Gate.objects.visible_to(self.actor)
            .select_related("environment", "policy")
            .filter(environment__slug=environment)
            .first()
        )
        if gate is None:
            raise Missing(f"There is no environment {environment} with a gate.", code="gate.unknown_environment")
        named = data["model_version"]
        version = ModelVersion.objects.visible_to(self.actor).select_related("use_case", "created_by").filter(**named).first()
        if version is None:
            raise Missing(
                f"There is no model version {named['name']}@{named['version']}, or you may not see it.",
                code="gate.unknown_subject",
            )
        found = what_if(
            self.actor,
            gate,
            version,
            manifest=data.get("manifest"),
            changed=data.get("changed", ()),
            policy=draft_of(data["policy"]) if "policy" in data else None,
            purpose=data["purpose"],
        )
        return Response(what_if_body(found))


# A draft of a policy -------------------------------------------------------------------------------------------------


class TryInput(DraftInput):
    request = serializers.CharField(max_length=40, help_text="Public id of the request to try it on")


class ReplayInput(DraftInput):
    use_case = serializers.SlugField(max_length=60, required=False)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": InstantField(required=False), "to": InstantField(end=True, required=False)}


class PolicyDraft(Endpoint):
    scopes = {"POST": "read"}

    def draft(self, data: Mapping[str, Any]) -> Any:
        return draft_of(source_of(data))

    def policy(self, key: str) -> Policy:
        row: Policy = self.one(Policy.objects.visible_to(self.actor), key=key)
        return row


class PolicySimulate(PolicyDraft):
    """One request under the version that it has and under a draft, step by step."""

    @extend_schema(request=TryInput, responses=OpenApiTypes.OBJECT, operation_id="policy_simulate")
    def post(self, request: HttpRequest, key: str) -> Response:
        policy = self.policy(key)
        data = self.read(TryInput)
        draft = self.draft(data)
        rows = requests_with_people(self.actor).filter(policy_version__policy=policy)
        row = rows.filter(public_id=data["request"]).first()
        if row is None:
            raise invalid_field("request", "unknown", _("There is no such request under this policy, or you may not see it."))
        return Response(tried_body(try_on(row, draft)))


class PolicyReplay(PolicyDraft):
    """What a draft would have made of the requests of a period. Only of those that the caller may see; `hidden` counts the others."""

    @extend_schema(request=ReplayInput, responses=OpenApiTypes.OBJECT, operation_id="policy_replay")
    def post(self, request: HttpRequest, key: str) -> Response:
        policy = self.policy(key)
        data = self.read(ReplayInput)
        until = data.get("to") or clock.now()
        found = replay_period(
            self.actor,
            policy,
            self.draft(data),
            since=data.get("from") or until - PERIOD,
            until=until,
            use_case=use_case_of(self, data.get("use_case", "")),
        )
        return Response(replay_body(found))


# Insights ------------------------------------------------------------------------------------------------------------


class Insights(Endpoint):
    """Where the time of closed requests went: waiting and working, the critical path, what it cost and what was saved."""

    scopes = {"GET": "read"}

    @extend_schema(
        parameters=[
            OpenApiParameter("from", str, description="A day or a time; 90 days before the end if it is left out"),
            OpenApiParameter("to", str, description="A day, which is included, or a time; now if it is left out"),
            OpenApiParameter("use_case", str),
            OpenApiParameter("group", str, enum=list(GROUPS)),
        ],
        responses=OpenApiTypes.OBJECT,
        operation_id="insights",
    )
    def get(self, request: HttpRequest) -> Response:
        group = request.query_params.get("group", "step")
        if group not in GROUPS:
            raise invalid_field("group", "unknown", f"A group is one of: {', '.join(GROUPS)}.")
        until = self.instant("to", end=True) or clock.now()
        since = self.instant("from") or until - PERIOD
        if until <= since:
            raise invalid_field("to", "order", _("The period ends before it begins."))
        use_case = use_case_of(self, request.query_params.get("use_case", ""))
        found = passed(self.actor, since=since, until=until, use_case=use_case)
        before = passed(self.actor, since=since - (until - since), until=since, use_case=use_case)
        return Response(insights_body(board_of(found, group, before)))

    def instant(self, name: str, *, end: bool = False) -> datetime | None:
        text = self.request.query_params.get(name, "")
        found = instant_of(text, end=end) if text else None
        if text and found is None:
            raise invalid_field(name, "invalid", InstantField.default_error_messages["invalid"])
        return found


def use_case_of(endpoint: Endpoint, slug: str) -> UseCase | None:
    if not slug:
        return None
    found = UseCase.objects.visible_to(endpoint.actor).filter(slug=slug).first()
    if found is None:
        raise invalid_field("use_case", "unknown", _("There is no such use case, or you may not see it."))
    return found
