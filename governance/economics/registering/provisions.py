"""What budgets and provisions are called and where their pages are: search, the log and requests resolve them by it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import objects
from governance.economics.models import Budget, BudgetChange, ProvisionRequest, ProvisionUse


def register() -> None:
    """Called once, when the app is ready."""

    def of_budget(row: Budget) -> str:
        return f"/economics/budgets/{row.public_id}/"

    def page(row: ProvisionRequest) -> str:
        return f"/provisions/{row.public_id}/"

    objects.register(Budget, name="budget", label=_("Budget"), url=of_budget, search=lambda row: [row.team, row.title, row.note])
    objects.register(
        BudgetChange,
        name="budget_change",
        label=_("Change of a budget"),
        title=lambda row: str(row.budget),
        url=lambda row: of_budget(row.budget),
        related=("budget",),
    )
    objects.register(
        ProvisionRequest,
        name="provision_request",
        label=_("Provision"),
        url=page,
        related=("use_case",),
        search=lambda row: [row.title, row.need, row.get_kind_display()],
    )
    objects.register(
        ProvisionUse,
        name="provision_use",
        label=_("Use of a provision"),
        url=lambda row: page(row.provision),
        related=("provision__use_case",),
    )
