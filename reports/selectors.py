"""Reads over reports, for lists and pages."""

from __future__ import annotations

from django.db.models import QuerySet

from foundation.actor import Actor
from reports.models import Report


def reports_seen_by(actor: Actor) -> QuerySet[Report]:
    """Reports with what a page shows of them, in one query."""
    return Report.objects.visible_to(actor).select_related("use_case", "requested_by", "job")
