"""Training over HTTP: what roles ask for, and the evidence that people can show; and who belongs to a team."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from governance.people import services
from governance.people.api.people import TeamOutput
from governance.people.models import Team, TrainingRecord, TrainingRule, User
from governance.people.roles import ROLES


class TrainingRuleInput(StrictSerializer):
    role = serializers.ChoiceField(choices=list(ROLES))
    training = serializers.SlugField(max_length=60)
    title = serializers.CharField(max_length=120)
    valid_days = serializers.IntegerField(min_value=1, max_value=36_500, required=False, allow_null=True, default=None)


class TrainingRuleOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    role = serializers.CharField()
    training = serializers.CharField()
    title = serializers.CharField()
    valid_days = serializers.IntegerField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class TrainingRuleList(Endpoint):
    """Trainings that roles ask for. A role is given only to people who can show each of its trainings."""

    scopes = {"GET": "read", "POST": "admin"}

    @extend_schema(responses=TrainingRuleOutput(many=True), operation_id="training_rules_list")
    def get(self, request: Request) -> Response:
        return self.page(TrainingRule.objects.visible_to(self.actor).in_force(), lambda row: TrainingRuleOutput(row).data)

    @extend_schema(request=TrainingRuleInput, responses={201: TrainingRuleOutput}, operation_id="training_rules_create")
    def post(self, request: Request) -> Response:
        data = self.read(TrainingRuleInput)
        return self.created(lambda: (201, TrainingRuleOutput(services.ask_for_training(actor=self.actor, **data)).data))


class TrainingRuleEnd(Endpoint):
    """A role no longer asks for a training."""

    scopes = {"POST": "admin"}

    @extend_schema(request=None, responses=TrainingRuleOutput, operation_id="training_rules_end")
    def post(self, request: Request, public_id: str) -> Response:
        row = self.one(TrainingRule.objects.visible_to(self.actor), public_id=public_id)
        return Response(TrainingRuleOutput(services.end_training_rule(actor=self.actor, rule=row)).data)


class TrainingRecordInput(StrictSerializer):
    user = serializers.CharField(max_length=60, help_text="User name")
    training = serializers.SlugField(max_length=60)
    completed_on = serializers.DateField()
    expires_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The first day on which it no longer counts."
    )
    evidence = serializers.CharField(max_length=2048, help_text="Address of the certificate, or id of a document.")


class TrainingRecordOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    user = serializers.CharField(source="user.username")
    training = serializers.CharField()
    completed_on = serializers.DateField()
    expires_on = serializers.DateField(allow_null=True)
    evidence = serializers.CharField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class TrainingRecordList(Endpoint):
    """Evidence of trainings. Nobody vouches for themselves."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(
        responses=TrainingRecordOutput(many=True), operation_id="training_records_list", parameters=[OpenApiParameter("user")]
    )
    def get(self, request: Request) -> Response:
        rows = TrainingRecord.objects.visible_to(self.actor).select_related("user")
        if "user" in request.query_params:
            rows = rows.filter(user__username=request.query_params["user"])
        return self.page(rows, lambda row: TrainingRecordOutput(row).data)

    @extend_schema(request=TrainingRecordInput, responses={201: TrainingRecordOutput}, operation_id="training_records_create")
    def post(self, request: Request) -> Response:
        data = self.read(TrainingRecordInput)
        user = User.objects.visible_to(self.actor).filter(username=data.pop("user")).first()
        if user is None:
            raise invalid_field("user", "unknown", "There is no such account.")
        return self.created(
            lambda: (201, TrainingRecordOutput(services.record_training(actor=self.actor, user=user, **data)).data)
        )


class TrainingRecordWithdraw(Endpoint):
    """Say that evidence was wrong: it stays on record and counts no more."""

    scopes = {"POST": "governance:write"}

    @extend_schema(request=None, responses=TrainingRecordOutput, operation_id="training_records_withdraw")
    def post(self, request: Request, public_id: str) -> Response:
        row = self.one(TrainingRecord.objects.visible_to(self.actor).select_related("user"), public_id=public_id)
        return Response(TrainingRecordOutput(services.withdraw_training(actor=self.actor, record=row)).data)


class MembersInput(StrictSerializer):
    add = serializers.ListField(child=serializers.CharField(max_length=60), default=list, max_length=500, help_text="User names")
    remove = serializers.ListField(
        child=serializers.CharField(max_length=60), default=list, max_length=500, help_text="User names"
    )


class MembersOutput(TeamOutput):
    members = serializers.ListField(child=serializers.CharField())


class TeamMembers(Endpoint):
    """Who belongs to a team. Members hold the roles of the team, while they are members."""

    scopes = {"GET": "read", "POST": "admin"}

    @extend_schema(responses=MembersOutput, operation_id="team_members")
    def get(self, request: Request, slug: str) -> Response:
        return Response(self._body(self._team(slug)))

    @extend_schema(request=MembersInput, responses=MembersOutput, operation_id="team_members_change")
    def post(self, request: Request, slug: str) -> Response:
        team, data = self._team(slug), self.read(MembersInput)
        found = {name: self._people(name, data[name]) for name in ("add", "remove")}
        return Response(self._body(services.change_members(actor=self.actor, team=team, **found)))

    def _team(self, slug: str) -> Team:
        team: Team = self.one(Team.objects.visible_to(self.actor), slug=slug)
        return team

    def _people(self, field: str, names: list[str]) -> list[User]:
        users = list(User.objects.visible_to(self.actor).filter(username__in=names))
        if missing := sorted(set(names) - {user.username for user in users}):
            raise invalid_field(field, "unknown", f"No account: {', '.join(missing)}")
        return users

    def _body(self, team: Team) -> dict[str, Any]:
        return {**TeamOutput(team).data, "members": [user.username for user in services.members_of(team)]}
