"""Requests over HTTP: asking, reading where one stands, and everything that is done to one but answering it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from approvals import subjects
from approvals.models import PolicyVersion, Request
from approvals.presenting.requests import request_body
from approvals.selectors.history import history_around
from approvals.selectors.inbox import requests_with_people
from approvals.selectors.standing import standing_of, subject_of
from approvals.services import decisions, requests
from approvals.services.policies import policy_for
from foundation import clock
from foundation.api import Endpoint, StrictSerializer, invalid_field
from lineage.models import Environment

FILTERS = {
    "state": "state",
    "use_case": "use_case__slug",
    "subject": "subject_id",
    "environment": "environment__slug",
    "purpose": "purpose",
    "type": "subject_type",
}


class SubjectInput(StrictSerializer):
    type = serializers.CharField(max_length=40)
    id = serializers.CharField(max_length=40)


class RequestInput(StrictSerializer):
    subject = SubjectInput()
    purpose = serializers.CharField(max_length=20, required=False, help_text="Without it the first that the type has")
    environment = serializers.SlugField(
        max_length=60, required=False, allow_null=True, help_text="Only for what goes to one: model versions and envelopes"
    )
    comment = serializers.CharField(max_length=requests.LONGEST_COMMENT, allow_blank=True, default="")


class RequestOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    subject_type = serializers.CharField()
    subject_id = serializers.CharField()
    purpose = serializers.CharField()
    environment = serializers.CharField(source="environment.slug", default=None, allow_null=True)
    use_case = serializers.CharField(source="use_case.slug", default=None, allow_null=True)
    state = serializers.CharField()
    round = serializers.IntegerField()
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True, help_text="The earliest time at which a running step is due")
    overdue = serializers.SerializerMethodField()
    closed_at = serializers.DateTimeField(allow_null=True)

    def get_overdue(self, row: Request) -> bool:
        return row.state == Request.State.OPEN and row.due_at is not None and row.due_at <= clock.now()


class RequestEndpoint(Endpoint):
    def find(self, public_id: str) -> Request:
        row: Request = self.one(requests_with_people(self.actor), public_id=public_id)
        return row

    def show(self, request: Request) -> dict[str, Any]:
        rows = requests_with_people(self.actor).select_related("decision__revoked_by")
        row = self.one(rows, public_id=request.public_id)
        return request_body(standing_of(row), history_around(row))


class RequestList(RequestEndpoint):
    """Requests of the caller's use cases, newest first. The same question again gives the request that is open already (200)."""

    scopes = {"GET": "read", "POST": "requests:write"}
    outside = ("GET",)

    @extend_schema(
        parameters=[*(OpenApiParameter(name) for name in FILTERS), OpenApiParameter("overdue", bool)],
        responses=RequestOutput(many=True),
        operation_id="requests_list",
    )
    def get(self, request: HttpRequest) -> Response:
        rows = requests_with_people(self.actor)
        for name, column in FILTERS.items():
            if name in request.query_params:
                rows = rows.filter(**{column: request.query_params[name]})
        if request.query_params.get("overdue") == "true":
            rows = rows.open().filter(due_at__lte=clock.now())
        return self.page(rows, lambda row: RequestOutput(row).data)

    @extend_schema(request=RequestInput, responses={200: OpenApiTypes.OBJECT, 201: OpenApiTypes.OBJECT})
    def post(self, request: HttpRequest) -> Response:
        data = self.read(RequestInput)
        slug = data.get("environment")
        environment = Environment.objects.visible_to(self.actor).filter(slug=slug).first() if slug else None
        if slug and environment is None:
            raise invalid_field("environment", "unknown", f"There is no environment {slug}.")
        about = data["subject"]
        purpose = data.get("purpose") or subjects.adapter_for(about["type"]).purposes[0]
        same = Request.objects.visible_to(self.actor).filter(subject_id=about["id"], purpose=purpose, closed_at=None)
        known = set(same.values_list("pk", flat=True))

        def act() -> tuple[int, Any]:
            row = requests.open_request(
                actor=self.actor,
                subject_type=about["type"],
                subject_id=about["id"],
                purpose=purpose,
                environment=environment,
                comment=data["comment"],
            )
            return 200 if row.pk in known else 201, self.show(row)

        return self.created(act)


class RequestDetails(RequestEndpoint):
    """One request: its steps, whom each waits for, what does not count and why, and what would bring it forward."""

    scopes = {"GET": "read"}
    outside = ("GET",)

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="request_details")
    def get(self, request: HttpRequest, public_id: str) -> Response:
        return Response(self.show(self.find(public_id)))


class CommentInput(StrictSerializer):
    comment = serializers.CharField(max_length=requests.LONGEST_COMMENT, allow_blank=True, default="")


class WithdrawInput(CommentInput):
    reason = serializers.CharField(
        max_length=requests.LONGEST_COMMENT, allow_blank=True, default="", help_text="The same as comment"
    )


class ReasonInput(StrictSerializer):
    reason = serializers.CharField(max_length=requests.LONGEST_COMMENT)


class RequestWithdraw(RequestEndpoint):
    """Take a request back."""

    scopes = {"POST": "requests:write"}

    @extend_schema(request=WithdrawInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: HttpRequest, public_id: str) -> Response:
        row, said = self.find(public_id), self.read(WithdrawInput)
        return Response(self.show(requests.withdraw(actor=self.actor, request=row, reason=said["reason"] or said["comment"])))


class RequestResubmit(RequestEndpoint):
    """Put a request forward again: a new round."""

    scopes = {"POST": "requests:write"}

    @extend_schema(request=CommentInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: HttpRequest, public_id: str) -> Response:
        row = requests.resubmit(actor=self.actor, request=self.find(public_id), comment=self.read(CommentInput)["comment"])
        return Response(self.show(row))


class RequestRevoke(RequestEndpoint):
    """Take an approval back, with the reason. Only people can."""

    @extend_schema(request=ReasonInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: HttpRequest, public_id: str) -> Response:
        row = self.find(public_id)
        return Response(self.show(decisions.revoke(actor=self.actor, request=row, reason=self.read(ReasonInput)["reason"])))


class MigrateInput(StrictSerializer):
    policy_version = serializers.CharField(
        max_length=40, required=False, help_text="Public id; without it the version that a new request would be under"
    )


class RequestMigrate(RequestEndpoint):
    """Move an open request to another version of its policy, or to the policy that governs it by now. Ballots stay."""

    scopes = {"POST": "admin"}

    @extend_schema(request=MigrateInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: HttpRequest, public_id: str) -> Response:
        row, data = self.find(public_id), self.read(MigrateInput)
        if "policy_version" in data:
            versions = PolicyVersion.objects.visible_to(self.actor).select_related("policy")
            version = versions.filter(public_id=data["policy_version"]).first()
            if version is None:
                raise invalid_field("policy_version", "unknown", _("There is no such version of a policy."))
        else:
            version = policy_for(subjects.adapter_for(row.subject_type), subject_of(row), row.purpose, row.environment)
        return Response(self.show(requests.migrate(actor=self.actor, request=row, version=version)))
