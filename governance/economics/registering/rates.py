"""What rates and spreadsheets of a case are called and where their pages are; and where problems of rates are put right."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation import objects
from governance.economics.models import CaseSheet, RateRecord
from governance.economics.selectors.drafts import register_place


def register() -> None:
    """Called once, when the app is ready."""
    objects.register(
        RateRecord,
        name="rate_record",
        label=_("Rate"),
        url=lambda row: f"/economics/rates/{row.public_id}/",
        search=lambda row: [row.title, row.key, row.source],
    )
    objects.register(
        CaseSheet,
        name="case_sheet",
        label=_("Spreadsheet of costs and benefits"),
        url=lambda row: f"/use-cases/{row.use_case.slug}/cost-benefit/import/{row.public_id}/",
        related=("use_case",),
    )
    for part in ("exchange", "biases"):
        register_place(part, lambda use_case, plan, path: reverse("draft_rates", args=[use_case.slug]))
