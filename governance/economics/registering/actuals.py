"""What baselines and results are called and where their pages are; and their part of the cost-benefit page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import objects
from governance.economics import panels
from governance.economics.models import Actual, ActualImport, Baseline, Shortfall
from governance.economics.views.baselines import panel_content
from governance.usecases.models import UseCase


def register() -> None:
    """Called once, when the app is ready."""
    from governance.economics.services import actual_import_jobs  # noqa: F401 - the handler of its jobs

    def page(use_case: UseCase) -> str:
        return f"/use-cases/{use_case.slug}/cost-benefit/actuals/"

    objects.register(
        Baseline,
        name="baseline",
        label=_("Baseline"),
        url=lambda row: f"/use-cases/{row.case.use_case.slug}/cost-benefit/approval/",
        related=("case__use_case",),
    )
    objects.register(
        Actual,
        name="actual",
        label=_("Actual"),
        url=lambda row: f"{page(row.case.use_case)}{row.public_id}/",
        related=("case__use_case",),
    )
    objects.register(
        ActualImport,
        name="actual_import",
        label=_("File of actuals"),
        url=lambda row: f"{page(row.case.use_case)}files/{row.public_id}/",
        related=("case__use_case",),
    )
    objects.register(
        Shortfall,
        name="shortfall",
        label=_("Results behind the baseline"),
        title=lambda row: str(row.baseline),
        url=lambda row: page(row.baseline.case.use_case),
        related=("baseline__case__use_case",),
    )
    panels.register(10, template="economics/baseline_panel.html", content=panel_content)
