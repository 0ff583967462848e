"""Answers over HTTP: ballots, the conditions they carry, and objections that are set aside. Only people give them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from approvals.api.requests import ReasonInput, RequestEndpoint
from approvals.models import Ballot, Condition
from approvals.presenting.people import person_body
from approvals.presenting.timeline import condition_body
from approvals.services import ballots
from approvals.services.decisions import LONGEST_COMMENT
from foundation.actor import Actor
from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.canonical import timestamp
from governance.people.models import User


class ConditionInput(StrictSerializer):
    text = serializers.CharField(max_length=LONGEST_COMMENT, help_text="What has to be done")
    due_at = serializers.DateTimeField(help_text="Until when; after that the approval ends by itself")


class BallotInput(StrictSerializer):
    step = serializers.CharField(max_length=60)
    verdict = serializers.CharField(max_length=16)
    digest = serializers.CharField(max_length=71)
    comment = serializers.CharField(max_length=LONGEST_COMMENT, allow_blank=True, default="")
    meaning = serializers.CharField(
        max_length=20, allow_blank=True, default="", help_text="What the signature means: reviewed, approved, responsible"
    )
    on_behalf_of = serializers.CharField(
        max_length=150, required=False, allow_null=True, help_text="Public id or user name of whom the caller acts for"
    )
    condition = ConditionInput(required=False, allow_null=True)


class BallotList(RequestEndpoint):
    """Say something about one step. Only people can."""

    outside = ("POST",)

    @extend_schema(request=BallotInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: HttpRequest, public_id: str) -> Response:
        row = self.find(public_id)
        data = self.read(BallotInput)
        principal = principal_of(self.actor, data.pop("on_behalf_of", None))
        condition = data.pop("condition", None)

        def act() -> tuple[int, Any]:
            ballots.cast_ballot(
                actor=self.actor,
                request=row,
                on_behalf_of=principal,
                condition=(condition["text"], condition["due_at"]) if condition else None,
                **data,
            )
            return 201, self.show(row)

        return self.created(act)


def principal_of(actor: Actor, named: str | None, field: str = "on_behalf_of") -> User | None:
    """In whose place somebody wants to act. Whether they may is the service's to say."""
    if not named:
        return None
    user = User.objects.visible_to(actor).filter(Q(public_id=named) | Q(username=named)).first()
    if user is None:
        raise invalid_field(field, "unknown", _("There is no such person."))
    return user


class BallotDismiss(Endpoint):
    """Set somebody's objection aside, with the reason. It stays on record, and does not block any more."""

    @extend_schema(request=ReasonInput, responses={201: OpenApiTypes.OBJECT}, operation_id="ballot_dismiss")
    def post(self, request: HttpRequest, public_id: str) -> Response:
        rows = Ballot.objects.visible_to(self.actor).select_related("request__use_case", "request__submitter")
        ballot = self.one(rows, public_id=public_id)
        reason = self.read(ReasonInput)["reason"]

        def act() -> tuple[int, Any]:
            row = ballots.dismiss_block(actor=self.actor, ballot=ballot, reason=reason)
            return 201, {
                "id": row.public_id,
                "request": ballot.request.public_id,
                "ballot": ballot.public_id,
                "step": ballot.step,
                "by": person_body(row.by),
                "reason": row.reason,
                "at": timestamp(row.at),
            }

        return self.created(act)


class EvidenceInput(StrictSerializer):
    evidence = serializers.CharField(max_length=LONGEST_COMMENT, help_text="What shows that it was done")


class ConditionMeet(Endpoint):
    """Confirm that what an approval depends on was done."""

    @extend_schema(request=EvidenceInput, responses=OpenApiTypes.OBJECT, operation_id="condition_meet")
    def post(self, request: HttpRequest, public_id: str) -> Response:
        condition = self.one(Condition.objects.visible_to(self.actor), public_id=public_id)
        evidence = self.read(EvidenceInput)["evidence"]
        row = ballots.meet_condition(actor=self.actor, condition=condition, evidence=evidence)
        return Response(condition_body(row, row.ballot))
