"""What waits for a person, over HTTP, and approving many of it at once."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from approvals.api.ballots import principal_of
from approvals.presenting.requests import turn_body
from approvals.selectors.inbox import inbox_of
from approvals.services import bulk
from approvals.services.decisions import LONGEST_COMMENT
from approvals.wording import why_you
from foundation.api import CursorPagination, Endpoint, StrictSerializer, invalid_field

LONGEST_CURSOR = 12


class Inbox(Endpoint):
    """What waits for this person, and why it is them: what is due first comes first."""

    outside = ("GET",)

    @extend_schema(parameters=[OpenApiParameter("cursor"), OpenApiParameter("limit", int)], responses=OpenApiTypes.OBJECT)
    def get(self, request: HttpRequest) -> Response:
        start, skip = place_of(request.query_params.get("cursor", ""))
        limit = CursorPagination().get_page_size(request) or CursorPagination.page_size
        found = inbox_of(self.actor, start)
        shown = found.turns[skip : skip + limit]
        after: tuple[int, int] | None = None
        if skip + limit < len(found.turns):
            after = (start, skip + limit)
        elif found.next_start is not None:
            after = (found.next_start, 0)
        return Response(
            {
                "next": self._address(request, after, limit) if after is not None else None,
                "results": [turn_body(turn, why_you(turn)) for turn in shown],
            }
        )

    def _address(self, request: HttpRequest, after: tuple[int, int], limit: int) -> str:
        return request.build_absolute_uri(f"{request.path}?cursor={after[0]}.{after[1]}&limit={limit}")


def place_of(cursor: str) -> tuple[int, int]:
    """Where a page begins: which request is looked at first, and how many lines of those that follow were shown."""
    if not cursor:
        return 0, 0
    start, _dot, skip = cursor.partition(".")
    if len(cursor) > LONGEST_CURSOR or not all(part.isascii() and part.isdigit() for part in (start, skip)):
        raise invalid_field("cursor", "invalid", _("This cursor is not one that we gave out."))
    return int(start), int(skip)


class BulkItem(StrictSerializer):
    request = serializers.CharField(max_length=40)
    step = serializers.CharField(max_length=60)
    digest = serializers.CharField(max_length=71)
    comment = serializers.CharField(max_length=LONGEST_COMMENT, allow_blank=True, default="")
    on_behalf_of = serializers.CharField(max_length=150, required=False, allow_null=True)


class BulkInput(StrictSerializer):
    items = serializers.ListField(child=BulkItem(), min_length=1, max_length=bulk.MOST)


class InboxBulk(Endpoint):
    """Approve many at once, where the policy lets a step be answered so. Each for itself: a refusal keeps back no other."""

    @extend_schema(request=BulkInput, responses=OpenApiTypes.OBJECT, operation_id="inbox_bulk")
    def post(self, request: HttpRequest) -> Response:
        items = self.read(BulkInput)["items"]
        named = {item.get("on_behalf_of") for item in items} - {None, ""}
        people = {name: principal_of(self.actor, name, "items") for name in named}
        wanted = [
            bulk.Wanted(
                item["request"], item["step"], item["digest"], item["comment"], people.get(item.get("on_behalf_of") or "")
            )
            for item in items
        ]

        def act() -> tuple[int, Any]:
            return 200, {"results": [outcome_body(found) for found in bulk.approve_many(actor=self.actor, wanted=wanted)]}

        return self.created(act)


def outcome_body(found: bulk.Outcome) -> dict[str, Any]:
    """What became of one, as its own request would have been answered."""
    body: dict[str, Any] = {"request": found.wanted.request, "step": found.wanted.step}
    if found.refusal is None:
        return {**body, "status": 201, "ballot": found.ballot.public_id if found.ballot else None, "code": None, "detail": ""}
    refusal = found.refusal
    return {
        **body,
        "status": refusal.status,
        "ballot": None,
        "code": refusal.code,
        "detail": str(refusal.detail),
        **refusal.extra,
    }
