"""Handing out a provision as one side of paper: from its page, and over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from foundation import clock
from foundation.api import Endpoint, invalid_field
from foundation.pages import PersonRequest, one, portal_page
from governance.economics.budget_figures import figures_of
from governance.economics.models import ProvisionRequest
from governance.economics.presenting.provisions import head_of, sheet_of
from governance.economics.selectors.budgets import draws_on
from governance.economics.selectors.provisions import provisions_seen_by
from reports.downloads import disposition
from reports.provision_sheet import provision_pdf


@portal_page()
def provision_file(request: PersonRequest, public_id: str) -> HttpResponse:
    """In the reader's language, as it stands now."""
    _check(request.GET.get("format", "pdf"))
    return _answer(one(provisions_seen_by(request.actor), public_id=public_id))


class ProvisionFile(Endpoint):
    """A provision on one side of paper, as PDF."""

    scopes = {"GET": "read"}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """`format` names the form of the file here; REST framework would take it for that of the answer."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    @extend_schema(
        operation_id="provisions_file",
        parameters=[OpenApiParameter("format", enum=["pdf"], default="pdf")],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, public_id: str) -> HttpResponse:
        _check(request.query_params.get("format", "pdf"))
        return _answer(self.one(provisions_seen_by(self.actor), public_id=public_id))


def _check(form: str) -> None:
    if form != "pdf":
        raise invalid_field("format", "unknown", "A format is one of: pdf.")


def _answer(row: ProvisionRequest) -> HttpResponse:
    without = row.pk if row.state() == "asked" else None
    figures = figures_of(row.budget.amount, draws_on([row.budget_id])[row.budget_id], without=without)
    font = Path(settings.REPORT_FONT) if settings.REPORT_FONT else None
    address = f"{settings.BASE_URL}/provisions/{row.public_id}/"
    content = provision_pdf(sheet_of(row), head_of(row, figures), address=address, created_at=clock.now(), fallback_font=font)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = disposition(f"{row.use_case.slug}-{row.title}.pdf", inline=True)
    response["Cache-Control"] = "private, no-cache"
    return response
