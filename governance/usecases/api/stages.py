"""Stages over HTTP: where a use case stands, what is missing, moves, standstills, and the lifecycle itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from foundation.errors import Missing
from governance.usecases import effort, services
from governance.usecases.models import LONGEST_REASON, LifecycleVersion, StageMove, Standstill, UseCase
from governance.usecases.selectors import board as boards
from governance.usecases.selectors import stages, standstills
from governance.usecases.selectors.stages import Asked, InForce, Standing
from governance.usecases.stage_wording import language_now


class StageInput(StrictSerializer):
    """`from` is the stage that the caller saw: when it stands elsewhere by now, nothing is moved."""

    to = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=LONGEST_REASON)
    evidence = serializers.CharField(max_length=LONGEST_REASON, allow_blank=True, default="")

    def get_fields(self) -> Any:
        return {**super().get_fields(), "from": serializers.CharField(max_length=40, allow_blank=True, default="")}


class StageMoveOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    to = serializers.CharField(source="to_stage")
    back = serializers.BooleanField()
    reason = serializers.CharField()
    evidence = serializers.CharField()
    conditions = serializers.ListField(child=serializers.DictField())
    lifecycle = serializers.IntegerField()
    by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    at = serializers.DateTimeField(source="created_at")

    def get_fields(self) -> Any:
        return {**super().get_fields(), "from": serializers.CharField(source="from_stage")}


def condition_body(item: Asked) -> dict[str, Any]:
    return {
        "condition": item.key,
        "label": item.label,
        "state": item.answer.state,
        "said": str(item.answer.said),
        "asked_by": "next" if item.on_entry else "this",
        "roles": list(item.answer.roles),
        "people": [user.username for user in item.people],
        "url": item.answer.url,
    }


def standing_body(standing: Standing) -> dict[str, Any]:
    """Where it stands, and every condition of the way on as it is answered now."""
    following = standing.following
    return {
        "stage": standing.stage.key,
        "title": standing.stage.title(language_now()),
        "since": standing.since,
        "next": following.key if following else None,
        "back": [stage.key for stage in standing.rules.lifecycle.before(standing.stage.key)] if standing.known else [],
        "lifecycle": standing.rules.number,
        "conditions": [condition_body(item) for item in stages.asked_to_go_on(standing)],
    }


class StageDetails(Endpoint):
    """Where a use case stands and what is missing to go on; sending a move makes it, or names every condition that is not met."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="use_case_stage")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        return Response(standing_body(stages.stage_of(row)))

    @extend_schema(request=StageInput, responses={201: StageMoveOutput})
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(StageInput)
        data["seen"] = data.pop("from")
        return self.created(lambda: (201, StageMoveOutput(services.move_stage(actor=self.actor, use_case=row, **data)).data))


class StageMoveList(Endpoint):
    """Every move of a use case, newest first, with its conditions as they were answered then."""

    scopes = {"GET": "read"}

    @extend_schema(responses=StageMoveOutput(many=True), operation_id="stage_moves_list")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        moves = StageMove.objects.visible_to(self.actor).filter(use_case=row).select_related("created_by")
        return self.page(moves, lambda move: StageMoveOutput(move).data)


# Standstills ---------------------------------------------------------------------------------------------------------


class StandstillInput(StrictSerializer):
    kind = serializers.ChoiceField(choices=Standstill.Kind.choices)
    reason = serializers.CharField(max_length=LONGEST_REASON)
    until = serializers.DateField(required=False, allow_null=True, default=None)


class StandstillEndInput(StrictSerializer):
    reason = serializers.CharField(max_length=LONGEST_REASON)


class StandstillOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    use_case = serializers.CharField(source="use_case.slug")
    kind = serializers.CharField()
    reason = serializers.CharField()
    until = serializers.DateField(allow_null=True)
    by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    end_reason = serializers.CharField(allow_null=True)


class StandstillList(Endpoint):
    """Why a use case stood still, newest first; sending one says it now."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(responses=StandstillOutput(many=True), operation_id="standstills_list")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        rows = Standstill.objects.visible_to(self.actor).filter(use_case=row).select_related("use_case", "created_by")
        return self.page(rows, lambda item: StandstillOutput(item).data)

    @extend_schema(request=StandstillInput, responses={201: StandstillOutput})
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(StandstillInput)
        return self.created(lambda: (201, StandstillOutput(services.stand_still(actor=self.actor, use_case=row, **data)).data))


class StandstillEnd(Endpoint):
    """Go on, with the reason."""

    scopes = {"POST": "governance:write"}

    @extend_schema(request=StandstillEndInput, responses=StandstillOutput)
    def post(self, request: Request, public_id: str) -> Response:
        row = self.one(Standstill.objects.visible_to(self.actor).select_related("use_case"), public_id=public_id)
        reason = self.read(StandstillEndInput)["reason"]
        return Response(StandstillOutput(services.go_on(actor=self.actor, standstill=row, reason=reason)).data)


# All of them by stage ------------------------------------------------------------------------------------------------


def card_body(card: boards.Card) -> dict[str, Any]:
    return {
        "use_case": card.use_case.slug,
        "title": card.use_case.title,
        "kind": card.use_case.kind,
        "since": card.since,
        "lacking": card.lacking,
        "first": {"label": card.first, "said": card.first_said, "url": card.first_url} if card.lacking else None,
        "standstill": card.standstill or None,
    }


class StageList(Endpoint):
    """The stages of the lifecycle that holds, with how many of the use cases that the caller sees stand at each."""

    scopes = {"GET": "read"}

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="stages_list")
    def get(self, request: Request) -> Response:
        rules = stages.lifecycle_in_force()
        counts = boards.counts(self.actor, rules)
        found = [{**stage.as_mapping(), "use_cases": counts.get(stage.key, 0)} for stage in rules.lifecycle.stages]
        return Response({"lifecycle": rules.number, "digest": rules.lifecycle.digest, "stages": found})


class StageUseCases(Endpoint):
    """The use cases at one stage, newest first, with the first thing that stands in the way of each."""

    scopes = {"GET": "read"}

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="stage_use_cases")
    def get(self, request: Request, key: str) -> Response:
        rules = stages.lifecycle_in_force()
        if rules.lifecycle.stage(key) is None:
            raise Missing("There is no such stage.")
        rows = boards.with_standstill(boards.at_stage(UseCase.objects.visible_to(self.actor), rules)).filter(at=key)
        return self.page_of_cards(rows, rules)

    def page_of_cards(self, rows: Any, rules: InForce) -> Response:
        answer = self.page(rows, lambda row: row)
        answer.data["results"] = [card_body(card) for card in boards.cards_of(answer.data["results"], rules)]
        return answer


class StuckList(Endpoint):
    """Use cases that do not move: `show` is `quiet` (nobody said why), `said` (with the reason) or `polished`."""

    scopes = {"GET": "read"}

    @extend_schema(parameters=[OpenApiParameter("show")], responses=OpenApiTypes.OBJECT, operation_id="stuck_list")
    def get(self, request: Request) -> Response:
        show = request.query_params.get("show", "quiet")
        if show == "said":
            return self.page(standstills.standing_still(self.actor), lambda item: StandstillOutput(item).data)
        if show == "polished":
            found = effort.pointers(self.actor)
            results = [{"use_case": item.use_case.slug, "said": str(item.said), "url": item.url} for item in found]
            return Response({"next": None, "previous": None, "results": results})
        if show != "quiet":
            raise Missing("show is quiet, said or polished.")
        rules = stages.lifecycle_in_force()
        answer = self.page(standstills.quiet(self.actor, rules), lambda row: row)
        answer.data["results"] = [
            {"use_case": item.use_case.slug, "stage": item.stage.key, "since": item.since, "last": item.last, "begun": item.begun}
            for item in standstills.quiet_told(answer.data["results"], rules)
        ]
        return answer


# The lifecycle -------------------------------------------------------------------------------------------------------


class LifecycleInput(StrictSerializer):
    text = serializers.CharField(max_length=64 * 1024, trim_whitespace=False)
    note = serializers.CharField(max_length=LONGEST_REASON)
    based_on = serializers.IntegerField(required=False, min_value=0)


class LifecycleOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    digest = serializers.CharField()
    body = serializers.DictField()
    text = serializers.CharField()
    note = serializers.CharField()
    by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    created_at = serializers.DateTimeField()


class LifecycleList(Endpoint):
    """Versions of the lifecycle that were published here, newest first; before the first, the one that ships holds (GET /stages)."""

    scopes = {"GET": "read", "POST": "admin"}

    @extend_schema(responses=LifecycleOutput(many=True), operation_id="lifecycles_list")
    def get(self, request: Request) -> Response:
        rows = LifecycleVersion.objects.visible_to(self.actor).select_related("created_by")
        return self.page(rows, lambda row: LifecycleOutput(row).data)

    @extend_schema(request=LifecycleInput, responses={201: LifecycleOutput})
    def post(self, request: Request) -> Response:
        data = self.read(LifecycleInput)
        data["source"] = data.pop("text")
        return self.created(lambda: (201, LifecycleOutput(services.publish_lifecycle(actor=self.actor, **data)).data))
