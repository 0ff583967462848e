"""Roles on a use case over HTTP."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from governance.people.api import RoleInput, RoleOutput
from governance.people.models import RoleGrant, User
from governance.people.services import end_role, grant_role
from governance.usecases.models import UseCase


class RoleList(Endpoint):
    """Who holds which role on a use case."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(responses=RoleOutput(many=True), operation_id="roles_list")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        grants = RoleGrant.objects.visible_to(self.actor).live().covering(row.public_id).select_related("user", "through__team")
        return self.page(grants, lambda item: RoleOutput(item).data)

    @extend_schema(request=RoleInput, responses={201: RoleOutput})
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(RoleInput)
        user = User.objects.visible_to(self.actor).filter(username=data["user"]).first()
        if user is None:
            raise invalid_field("user", "unknown", f"There is no account {data['user']}.")
        return self.created(
            lambda: (
                201,
                RoleOutput(grant_role(actor=self.actor, **{**data, "user": user}, scope=row.public_id)).data,
            )
        )


class RoleEndInput(StrictSerializer):
    reason = serializers.CharField(max_length=200)


class RoleEnd(Endpoint):
    """End a role now."""

    scopes = {"POST": "governance:write"}

    @extend_schema(request=RoleEndInput, responses=RoleOutput)
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        grant = self.one(RoleGrant.objects.visible_to(self.actor).filter(scope=row.public_id), public_id=public_id)
        return Response(RoleOutput(end_role(actor=self.actor, grant=grant, reason=self.read(RoleEndInput)["reason"])).data)
