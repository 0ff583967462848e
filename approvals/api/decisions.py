"""Decisions over HTTP: what rests on somebody's word, to look at when they leave."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from approvals.api.ballots import principal_of
from approvals.models import Decision
from approvals.permissions import may_part_from
from approvals.presenting.requests import moment, page_of
from approvals.selectors.offboarding import answered_for_by
from approvals.selectors.standings import titles_of
from approvals.services.decisions import decisions_resting_on
from foundation.api import Endpoint, invalid_field
from foundation.canonical import timestamp
from foundation.permissions import require
from governance.people.models import User


class DecisionList(Endpoint):
    """Approvals in force that count on what one person said, or what somebody said in their place, newest first."""

    @extend_schema(
        parameters=[OpenApiParameter("rests_on", str, required=True, description="Public id or user name")],
        responses=OpenApiTypes.OBJECT,
        operation_id="decisions_list",
    )
    def get(self, request: HttpRequest) -> Response:
        require(may_part_from(self.actor))
        user = principal_of(self.actor, request.query_params.get("rests_on"), "rests_on")
        if user is None:
            raise invalid_field("rests_on", "required", _("Say whose word: a user name or a public id."))
        found = [row.pk for row in decisions_resting_on(user)]
        rows = answered_for_by(self.actor).filter(pk__in=found)
        titles = titles_of(row.request for row in rows)
        return self.page(rows, lambda row: decision_body(row, user, titles[row.request_id]))


def decision_body(row: Decision, user: User, title: str) -> dict[str, Any]:
    """A decision, with the ballots that make it rest on this person."""
    request = row.request
    theirs = [item for item in row.ballots if user.public_id in (item["human"], item.get("principal"))]
    return {
        "id": row.public_id,
        "request": request.public_id,
        "title": title,
        "purpose": request.purpose,
        "environment": request.environment.slug if request.environment else None,
        "use_case": request.use_case.slug if request.use_case else None,
        "digest": row.manifest_digest,
        "decided_at": timestamp(row.decided_at),
        "valid_until": moment(row.valid_until),
        "ballots": [{"ballot": item["ballot"], "step": item["step"], "human": item["human"]} for item in theirs],
        "html_url": page_of(request),
    }
