"""People, teams and roles over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from governance.people import services
from governance.people.models import RoleGrant, Team, User
from governance.people.roles import ROLES


class UserInput(StrictSerializer):
    username = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=120)
    email = serializers.EmailField()
    password = serializers.CharField(max_length=200, required=False, write_only=True)
    language = serializers.ChoiceField(choices=["en", "zh-hans"], default="en")


class UserOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    username = serializers.CharField()
    name = serializers.CharField()
    active = serializers.BooleanField(source="is_active")


class UserList(Endpoint):
    """Everybody with an account. Administrators open accounts."""

    scopes = {"GET": "read", "POST": "admin"}

    @extend_schema(responses=UserOutput(many=True), operation_id="users_list")
    def get(self, request: Request) -> Response:
        return self.page(User.objects.visible_to(self.actor), lambda row: UserOutput(row).data)

    @extend_schema(request=UserInput, responses={201: UserOutput})
    def post(self, request: Request) -> Response:
        data = self.read(UserInput)
        return self.created(lambda: (201, UserOutput(services.create_user(actor=self.actor, **data)).data))


class TeamInput(StrictSerializer):
    slug = serializers.SlugField(max_length=60)
    title = serializers.CharField(max_length=120)
    members = serializers.ListField(child=serializers.CharField(max_length=60), default=list, help_text="User names")


class TeamOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    slug = serializers.CharField()
    title = serializers.CharField()


class TeamList(Endpoint):
    """Teams that answer for data and systems together."""

    scopes = {"GET": "read", "POST": "admin"}

    @extend_schema(responses=TeamOutput(many=True), operation_id="teams_list")
    def get(self, request: Request) -> Response:
        return self.page(Team.objects.visible_to(self.actor), lambda row: TeamOutput(row).data)

    @extend_schema(request=TeamInput, responses={201: TeamOutput})
    def post(self, request: Request) -> Response:
        data = self.read(TeamInput)
        members = list(User.objects.visible_to(self.actor).active().filter(username__in=data["members"]))
        missing = sorted(set(data["members"]) - {user.username for user in members})
        if missing:
            raise invalid_field("members", "unknown", f"No account: {', '.join(missing)}")
        return self.created(
            lambda: (
                201,
                TeamOutput(services.create_team(actor=self.actor, slug=data["slug"], title=data["title"], members=members)).data,
            )
        )


class RoleInput(StrictSerializer):
    user = serializers.CharField(max_length=60, help_text="User name")
    role = serializers.ChoiceField(choices=list(ROLES))
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class RoleOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    user = serializers.CharField(source="user.username")
    name = serializers.CharField(source="user.name")
    role = serializers.CharField()
    everywhere = serializers.SerializerMethodField()
    starts_at = serializers.DateTimeField()

    def get_everywhere(self, row: RoleGrant) -> bool:
        return not row.scope
