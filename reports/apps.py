from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# A worker prints what events are called, and each is named where it is recorded.
RECORDERS = (
    "approvals.services.ballots",
    "approvals.services.decisions",
    "approvals.services.gates",
    "approvals.services.policies",
    "approvals.services.requests",
    "foundation.tokens",
    "governance.dependencies.services",
    "governance.dictionary.services",
    "governance.economics.services",
    "governance.people.services",
    "governance.usecases.services",
    "lineage.services.environments",
    "lineage.services.repositories",
    "lineage.services.verification",
    "lineage.services.versions",
)


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from foundation import objects
        from reports import rendering  # noqa: F401 - declares the job's handler
        from reports.models import Report

        for recorder in RECORDERS:
            import_module(recorder)
        objects.register(
            Report,
            name="report",
            label=_("Report"),
            url=lambda row: f"/reports/{row.public_id}/",
            related=("use_case",),
            search=lambda row: [str(row)],
        )
