"""The risk of a use case over HTTP, and the questions it is told from."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from foundation.errors import Missing
from governance.usecases import selectors, services
from governance.usecases.models import Definition, RiskOverride, RiskQuestionnaire, UseCase
from governance.usecases.questionnaires import MAX_BYTES
from governance.usecases.risk import Reason
from governance.usecases.risk_wording import said
from governance.usecases.selectors.risk import Risk
from governance.usecases.services.risk_questions import LONGEST_QUESTIONS_NOTE


class RiskInput(StrictSerializer):
    """`answers`: question → keys of its options. A question that is left out, or answered `unsure`, stays open; `none` says that
    none of several answers applies. `questions` is the version that was looked at: 409 when another is in force."""

    answers = serializers.DictField(child=serializers.ListField(child=serializers.CharField(max_length=40), max_length=100))
    questions = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)


class OverrideInput(StrictSerializer):
    tier = serializers.ChoiceField(choices=Definition.RiskTier.choices)
    reason = serializers.CharField(max_length=services.LONGEST_RISK_REASON)


class EndOverrideInput(StrictSerializer):
    reason = serializers.CharField(max_length=services.LONGEST_RISK_REASON, allow_blank=True, default="")


class QuestionnaireInput(StrictSerializer):
    source = serializers.CharField(max_length=MAX_BYTES, trim_whitespace=False)  # type: ignore[assignment] # lines keep their numbers
    note = serializers.CharField(max_length=LONGEST_QUESTIONS_NOTE, allow_blank=True, default="")


class QuestionnaireOutput(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    digest = serializers.CharField()
    content = serializers.JSONField()
    note = serializers.CharField()
    created_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)


def override_body(row: RiskOverride) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "tier": row.tier,
        "state": row.state,
        "reason": row.reason,
        "proposed_by": row.proposed_by.username,
        "proposed_at": row.proposed_at,
        "confirmed_by": row.confirmed_by.username if row.confirmed_by else None,
        "confirmed_at": row.confirmed_at,
        "ended_as": row.ended_as,
        "ended_at": row.ended_at,
    }


def _reason_body(reason: Reason) -> dict[str, Any]:
    return {
        "question": reason.question or None,
        "answer": reason.option or None,
        "rule": reason.rule or None,
        "points": reason.points,
        "at_least": reason.floor or None,
    }


def risk_body(risk: Risk) -> dict[str, Any]:
    """Where the risk stands. `tier` is the one in force, `computed` what the answers come to; null while not settled."""
    result, assessment = risk.result, risk.assessment
    return {
        "standing": risk.standing,
        "tier": risk.tier or None,
        "computed": risk.computed or None,
        "stated": risk.stated or None,
        "between": [result.lowest, result.highest] if result else ["low", "high"],
        "points": result.points if result else None,
        "decided_by": [_reason_body(reason) for reason in result.decided_by] if result else [],
        "prohibited": [_reason_body(reason) for reason in result.prohibited] if result else [],
        "open": list(result.open) if result else None,
        "outdated": {"questions": risk.questions_superseded, "definition": list(risk.changed_fields)},
        "answers": assessment.answers if assessment else None,
        "number": assessment.number if assessment else None,
        "questions": assessment.questionnaire.number if assessment else selectors.questions_shown().number,
        "answered_by": assessment.created_by.username if assessment and assessment.created_by else None,
        "answered_at": assessment.created_at if assessment else None,
        "override": override_body(risk.override) if risk.override else None,
        "waiting_on": [user.username for user in risk.movers],
    }


class RiskDetails(Endpoint):
    """The risk tier of a use case with what decided it; sending answers keeps them and computes it anew."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="use_case_risk")
    def get(self, request: Request, slug: str) -> Response:
        return Response(risk_body(selectors.risk_of(self.one(UseCase.objects.visible_to(self.actor), slug=slug))))

    @extend_schema(request=RiskInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(RiskInput)

        def answer() -> tuple[int, Any]:
            services.assess_risk(actor=self.actor, use_case=row, **data)
            return 201, risk_body(selectors.risk_of(row))

        return self.created(answer)


class RiskOverrideList(Endpoint):
    """Propose another tier than the answers come to. It counts when a second person has confirmed it."""

    @extend_schema(request=OverrideInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(OverrideInput)
        return self.created(lambda: (201, override_body(services.propose_tier(actor=self.actor, use_case=row, **data))))


class _LiveOverride(Endpoint):
    def live(self, slug: str) -> RiskOverride:
        case = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        rows = RiskOverride.objects.visible_to(self.actor).live().filter(use_case=case)
        found: RiskOverride | None = rows.select_related("use_case", "proposed_by", "confirmed_by").first()
        if found is None:
            raise Missing("No other tier is proposed or confirmed here.")
        return found


class RiskOverrideConfirm(_LiveOverride):
    """Confirm the tier that was proposed, as the second person."""

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, slug: str) -> Response:
        return Response(override_body(services.confirm_tier(actor=self.actor, override=self.live(slug))))


class RiskOverrideEnd(_LiveOverride):
    """Take back the tier that one proposed, or decline it as somebody who could have confirmed it."""

    @extend_schema(request=EndOverrideInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, slug: str) -> Response:
        found, data = self.live(slug), self.read(EndOverrideInput)
        return Response(override_body(services.end_override(actor=self.actor, override=found, **data)))


class QuestionnaireList(Endpoint):
    """Versions of the questions about risk, newest first; sending YAML writes a draft."""

    scopes = {"GET": "read", "POST": "admin"}

    @extend_schema(responses=QuestionnaireOutput(many=True), operation_id="risk_questionnaires_list")
    def get(self, request: Request) -> Response:
        return self.page(RiskQuestionnaire.objects.visible_to(self.actor), lambda row: QuestionnaireOutput(row).data)

    @extend_schema(request=QuestionnaireInput, responses={201: QuestionnaireOutput})
    def post(self, request: Request) -> Response:
        data = self.read(QuestionnaireInput)
        return self.created(lambda: (201, QuestionnaireOutput(services.write_questionnaire(actor=self.actor, **data)).data))


class QuestionnaireDetails(Endpoint):
    """One version of the questions. The one that ships is there before anybody has needed it."""

    scopes = {"GET": "read"}

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="risk_questionnaire_details")
    def get(self, request: Request, number: int) -> Response:
        row = RiskQuestionnaire.objects.visible_to(self.actor).filter(number=number).first()
        if row is None and (shown := selectors.questions_shown()).number == number:
            row = shown
        if row is None:
            raise Missing("There is no such version of the questions.")
        return Response({"title": said(row.content["title"]), "number": row.number, "digest": row.digest, "content": row.content})


class QuestionnaireConfirm(Endpoint):
    """Put a draft in force, as a second person."""

    @extend_schema(request=None, responses=QuestionnaireOutput)
    def post(self, request: Request, number: int) -> Response:
        row = self.one(RiskQuestionnaire.objects.visible_to(self.actor), number=number)
        return Response(QuestionnaireOutput(services.confirm_questionnaire(actor=self.actor, questionnaire=row)).data)
