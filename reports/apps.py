from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from foundation import objects
        from reports import rendering  # noqa: F401 - declares the job's handler
        from reports.models import Report

        objects.register(Report, name="report", label=_("Report"), url=lambda row: f"/reports/{row.public_id}/")
