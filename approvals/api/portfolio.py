"""The portfolio over HTTP: the figures behind the page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from approvals.selectors.portfolio import NO_TIER, Asked, portfolio
from approvals.showing.portfolio import ordered
from approvals.showing.portfolio_bodies import portfolio_body, row_body
from foundation.api import CursorPagination, Endpoint, invalid_field
from governance.economics.plan.texts import currency_problem
from governance.economics.portfolio import ORDERS, TIERS

TIER_CHOICES = (*TIERS, NO_TIER)


class Portfolio(Endpoint):
    """Every use case that the caller sees, with value, risk, effort, stage, cost and benefit so far, and what waits in approval.

    Amounts are texts to the cent in the use case's own currency, unless `currency` is given and a rate is on record. Null is not known.
    """

    scopes = {"GET": "read"}

    @extend_schema(
        parameters=[
            OpenApiParameter("stage", str, description="Key of a stage of the lifecycle in force"),
            OpenApiParameter("tier", str, enum=list(TIER_CHOICES)),
            OpenApiParameter("team", str, description="Slug of a team that holds a role on the use case"),
            OpenApiParameter("currency", str, description="Reckon in this one, where an exchange rate is on record"),
            OpenApiParameter("sort", str, enum=list(ORDERS), description="npv if it is left out"),
            OpenApiParameter("order", str, enum=["asc", "desc"], description="desc if it is left out"),
            OpenApiParameter("cursor", int, description="How many to skip: `next` of the page before"),
            OpenApiParameter("limit", int, description="50 if it is left out, at most 200"),
        ],
        responses=OpenApiTypes.OBJECT,
        operation_id="portfolio",
    )
    def get(self, request: HttpRequest) -> Response:
        said = request.query_params
        tier = self.among("tier", TIER_CHOICES, "")
        by, order = self.among("sort", ORDERS, "npv"), self.among("order", ("asc", "desc"), "desc")
        currency = said.get("currency", "")
        if currency and (problem := currency_problem("currency", currency)) is not None:
            raise invalid_field("currency", problem.code, problem.message)
        start, limit = self.count("cursor", 0), self.count("limit", CursorPagination.page_size)
        limit = min(max(limit, 1), CursorPagination.max_page_size)
        found = portfolio(self.actor, Asked(said.get("stage", ""), tier, said.get("team", ""), currency))
        rows = ordered(found, by, ascending=order == "asc").rows
        body: dict[str, Any] = portfolio_body(found)
        body["results"] = [row_body(row) for row in rows[start : start + limit]]
        body["next"] = start + limit if start + limit < len(rows) else None
        return Response(body)

    def among(self, name: str, offered: tuple[str, ...], standing: str) -> str:
        text = self.request.query_params.get(name, "") or standing
        if text and text not in offered:
            raise invalid_field(name, "unknown", _("It is one of: %(names)s.") % {"names": ", ".join(offered)})
        return text

    def count(self, name: str, standing: int) -> int:
        text = self.request.query_params.get(name, "")
        if not text:
            return standing
        if not (text.isascii() and text.isdigit() and len(text) < 9):
            raise invalid_field(name, "invalid", _("Write a whole number."))
        return int(text)
