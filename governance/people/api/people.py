"""People, teams and roles, absence, calendars and notices over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from governance.people import notices, selectors, services
from governance.people.models import Calendar, Delegation, Notice, RoleGrant, Team, User
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
    starts_at = serializers.DateTimeField(required=False, allow_null=True, default=None, help_text="Without it now.")
    ends_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The first instant at which it no longer holds; without it for good.",
    )


class RoleOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    user = serializers.CharField(source="user.username")
    name = serializers.CharField(source="user.name")
    role = serializers.CharField()
    everywhere = serializers.SerializerMethodField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    team = serializers.CharField(source="through.team.slug", default=None, allow_null=True, help_text="It came with this team.")

    def get_everywhere(self, row: RoleGrant) -> bool:
        return not row.scope


# Absence -------------------------------------------------------------------------------------------------------------


class DelegationInput(StrictSerializer):
    principal = serializers.CharField(max_length=60, required=False, help_text="User name of who is away; without it the caller.")
    delegate = serializers.CharField(max_length=60, help_text="User name of who acts in their place.")
    role = serializers.ChoiceField(
        choices=list(ROLES), allow_blank=True, default="", help_text="Without it every role they hold."
    )
    scope = serializers.CharField(
        max_length=40, allow_blank=True, default="", help_text="Public id of a use case; without it everywhere."
    )
    starts_at = serializers.DateTimeField(required=False, help_text="Without it now.")
    ends_at = serializers.DateTimeField(help_text="The first instant at which it no longer holds.")
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class EndInput(StrictSerializer):
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class DelegationOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    principal = serializers.CharField(source="principal.username")
    delegate = serializers.CharField(source="delegate.username")
    role = serializers.CharField()
    scope = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    live = serializers.SerializerMethodField()

    def get_live(self, row: Delegation) -> bool:
        return selectors.is_live(row)


class DelegationList(Endpoint):
    """Who acts in whose place, from when until when. Why somebody is away is not said."""

    scopes = {"GET": "read"}

    @extend_schema(
        responses=DelegationOutput(many=True),
        operation_id="delegations_list",
        parameters=[OpenApiParameter("principal"), OpenApiParameter("delegate"), OpenApiParameter("live", bool)],
    )
    def get(self, request: Request) -> Response:
        rows = selectors.delegations_seen_by(self.actor)
        for name in ("principal", "delegate"):
            if name in request.query_params:
                rows = rows.filter(**{f"{name}__username": request.query_params[name]})
        if request.query_params.get("live") == "true":
            rows = rows.filter(pk__in=selectors.delegations_in_force())
        return self.page(rows, lambda row: DelegationOutput(row).data)

    @extend_schema(request=DelegationInput, responses={201: DelegationOutput}, operation_id="delegations_create")
    def post(self, request: Request) -> Response:
        data = self.read(DelegationInput)
        people: dict[str, Any] = {
            "principal": self._person("principal", data.pop("principal")) if "principal" in data else self.actor.user,
            "delegate": self._person("delegate", data.pop("delegate")),
        }
        return self.created(lambda: (201, DelegationOutput(services.delegate(actor=self.actor, **people, **data)).data))

    def _person(self, field: str, username: str) -> User:
        user = User.objects.visible_to(self.actor).active().filter(username=username).first()
        if user is None:
            raise invalid_field(field, "unknown", f"No account: {username}")
        return user


class DelegationEnd(Endpoint):
    """End a delegation now, or before it begins."""

    @extend_schema(request=EndInput, responses=DelegationOutput, operation_id="delegations_end")
    def post(self, request: Request, public_id: str) -> Response:
        row = self.one(selectors.delegations_seen_by(self.actor), public_id=public_id)
        ended = services.end_delegation(actor=self.actor, delegation=row, reason=self.read(EndInput)["reason"])
        return Response(DelegationOutput(ended).data)


# Calendars -----------------------------------------------------------------------------------------------------------


class _Pair(serializers.ListField):
    """A beginning and an end, such as 09:00 and 17:00."""

    child = serializers.CharField(max_length=5)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=2, max_length=2, **kwargs)


class _Day(serializers.ListField):
    child = _Pair()


class CalendarInput(StrictSerializer):
    slug = serializers.SlugField(max_length=60)
    title = serializers.CharField(max_length=120)
    zone = serializers.CharField(max_length=60, help_text="IANA time zone, such as Europe/Berlin.")
    week = serializers.ListField(
        child=_Day(), min_length=7, max_length=7, help_text='Monday first: pairs such as ["09:00", "17:00"] in local time.'
    )
    country = serializers.CharField(
        max_length=2, allow_blank=True, default="", help_text="Whose public holidays are off, as two letters."
    )
    subdivision = serializers.CharField(max_length=10, allow_blank=True, default="", help_text="Region of that country.")
    closed_on = serializers.ListField(child=serializers.DateField(), default=list, max_length=1000, help_text="Further days off.")
    roles = serializers.ListField(
        child=serializers.CharField(max_length=40),
        default=list,
        max_length=50,
        help_text="Roles that work by it where a policy does not say.",
    )
    is_default = serializers.BooleanField(default=False)


class CalendarOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    slug = serializers.CharField()
    title = serializers.CharField()
    zone = serializers.CharField()
    week = serializers.ListField(child=_Day())
    country = serializers.CharField()
    subdivision = serializers.CharField()
    closed_on = serializers.ListField(child=serializers.DateField())
    roles = serializers.ListField(child=serializers.CharField())
    is_default = serializers.BooleanField()
    digest = serializers.CharField()


class CalendarList(Endpoint):
    """When people work. Sending a slug that is known replaces what that calendar says."""

    scopes = {"GET": "read", "POST": "admin"}

    @extend_schema(responses=CalendarOutput(many=True), operation_id="calendars_list")
    def get(self, request: Request) -> Response:
        return self.page(Calendar.objects.visible_to(self.actor), lambda row: CalendarOutput(row).data)

    @extend_schema(request=CalendarInput, responses={200: CalendarOutput, 201: CalendarOutput}, operation_id="calendars_set")
    def post(self, request: Request) -> Response:
        data = self.read(CalendarInput)
        known = Calendar.objects.visible_to(self.actor).filter(slug=data["slug"]).exists()
        return self.created(lambda: (200 if known else 201, CalendarOutput(services.set_calendar(actor=self.actor, **data)).data))


# Notices -------------------------------------------------------------------------------------------------------------


class NoticeOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    kind = serializers.CharField()
    text = serializers.SerializerMethodField(help_text="In the language that the request asks for.")
    subject = serializers.CharField(source="subject_id")
    scope = serializers.CharField()
    url = serializers.CharField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)

    def get_text(self, row: Notice) -> str:
        return notices.text_of(row)


class NoticeList(Endpoint):
    """What the caller was told."""

    outside = ("GET",)

    @extend_schema(responses=NoticeOutput(many=True), operation_id="notices_list", parameters=[OpenApiParameter("unread", bool)])
    def get(self, request: Request) -> Response:
        rows = Notice.objects.visible_to(self.actor)
        if request.query_params.get("unread") == "true":
            rows = rows.unread()
        return self.page(rows, lambda row: NoticeOutput(row).data)


class ReadInput(StrictSerializer):
    ids = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=500, help_text="Without it all of them."
    )


class ReadOutput(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many were unread.")


class NoticesRead(Endpoint):
    """Mark the caller's notices as read."""

    outside = ("POST",)

    @extend_schema(request=ReadInput, responses=ReadOutput, operation_id="notices_read")
    def post(self, request: Request) -> Response:
        read = services.read_notices(actor=self.actor, ids=self.read(ReadInput).get("ids"))
        return Response(ReadOutput({"read": read}).data)
