"""Breaking glass over HTTP. Opening one wants a person who has just proved who they are, so a token is refused."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from approvals.api.requests import RequestEndpoint
from approvals.models import Waiver
from approvals.presenting.waivers import waiver_body
from approvals.services import waivers
from foundation import clock
from foundation.api import Endpoint, StrictSerializer

FILTERS = {
    "request": "request__public_id",
    "use_case": "request__use_case__slug",
    "environment": "environment__slug",
}


class WaiverInput(StrictSerializer):
    reason = serializers.CharField(max_length=waivers.LONGEST_REASON)
    incident = serializers.CharField(
        max_length=waivers.LONGEST_INCIDENT, allow_blank=True, default="", help_text="Number or address of the incident"
    )
    hours = serializers.IntegerField(
        required=False, min_value=1, max_value=waivers.MOST_HOURS, help_text="Without it what the policy allows"
    )


class WaiverEndpoint(Endpoint):
    def rows(self) -> Any:
        return Waiver.objects.visible_to(self.actor).select_related(
            "by",
            "ended_by",
            "reviewed_by",
            "request__environment",
            "request__use_case",
            "request__submitter",
            "request__policy_version__policy",
        )

    def find(self, public_id: str) -> Waiver:
        row: Waiver = self.one(self.rows(), public_id=public_id)
        return row

    def show(self, row: Waiver) -> dict[str, Any]:
        found = self.find(row.public_id)
        return waiver_body(found, found.request)


class WaiverList(WaiverEndpoint):
    """Waivers of the caller's use cases, newest first."""

    scopes = {"GET": "read"}

    @extend_schema(
        parameters=[
            *(OpenApiParameter(name) for name in FILTERS),
            OpenApiParameter("live", bool),
            OpenApiParameter("unreviewed", bool),
        ],
        responses=OpenApiTypes.OBJECT,
        operation_id="waivers_list",
    )
    def get(self, request: HttpRequest) -> Response:
        rows = self.rows()
        for name, column in FILTERS.items():
            if name in request.query_params:
                rows = rows.filter(**{column: request.query_params[name]})
        if request.query_params.get("live") == "true":
            rows = rows.live(clock.now())
        if request.query_params.get("unreviewed") == "true":
            rows = rows.filter(reviewed_at=None)
        return self.page(rows, lambda row: waiver_body(row, row.request))


class RequestWaivers(RequestEndpoint):
    """Break glass: let exactly these bytes pass for some hours although people are missing. Always reviewed afterwards."""

    @extend_schema(request=WaiverInput, responses={201: OpenApiTypes.OBJECT}, operation_id="waivers_open")
    def post(self, request: HttpRequest, public_id: str) -> Response:
        row = self.find(public_id)
        data = self.read(WaiverInput)

        def act() -> tuple[int, Any]:
            return 201, waiver_body(waivers.open_waiver(actor=self.actor, request=row, **data), row)

        return self.created(act)


class WaiverReviewInput(StrictSerializer):
    verdict = serializers.CharField(max_length=20, help_text="justified or unjustified")
    comment = serializers.CharField(max_length=waivers.LONGEST_REASON)


class WaiverReview(WaiverEndpoint):
    """Say afterwards whether it was right to break the glass."""

    @extend_schema(request=WaiverReviewInput, responses=OpenApiTypes.OBJECT, operation_id="waiver_review")
    def post(self, request: HttpRequest, public_id: str) -> Response:
        row = self.find(public_id)
        return Response(self.show(waivers.review_waiver(actor=self.actor, waiver=row, **self.read(WaiverReviewInput))))


class WaiverEndInput(StrictSerializer):
    reason = serializers.CharField(max_length=waivers.LONGEST_REASON, allow_blank=True, default="")


class WaiverEnd(WaiverEndpoint):
    """End a waiver before its time. The review is still owed."""

    @extend_schema(request=WaiverEndInput, responses=OpenApiTypes.OBJECT, operation_id="waiver_end")
    def post(self, request: HttpRequest, public_id: str) -> Response:
        row = self.find(public_id)
        return Response(self.show(waivers.end_waiver(actor=self.actor, waiver=row, reason=self.read(WaiverEndInput)["reason"])))
