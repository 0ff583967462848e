"""What a use case is worth, as last written down."""

from __future__ import annotations

from django.db.models import QuerySet

from governance.economics import cashflow, comparing
from governance.economics.components import plan_of
from governance.economics.models import Case, Snapshot
from governance.economics.plan import Plan
from governance.economics.plan.problems import NotWritten
from governance.usecases.models import UseCase


def current_snapshot(use_case: UseCase) -> Snapshot | None:
    """The newest snapshot of a use case with its case, or None while nothing was written down. One query."""
    return Snapshot.objects.filter(case__use_case=use_case).select_related("case__use_case").order_by("-number").first()


def snapshots_of(use_case: UseCase) -> QuerySet[Snapshot]:
    """Every snapshot of a use case, newest first, without what it says: a list needs none of that."""
    rows = Snapshot.objects.filter(case__use_case=use_case).select_related("case", "created_by")
    return rows.defer("lines", "plan").order_by("-number")


def snapshot_numbered(use_case: UseCase, number: int) -> Snapshot | None:
    """A snapshot by its number, whole. One query."""
    return Snapshot.objects.filter(case__use_case=use_case, number=number).select_related("case__use_case", "created_by").first()


def evaluation_of(snapshot: Snapshot) -> cashflow.Evaluation:
    """The figures of a snapshot: always computed from its lines, never stored."""
    return cashflow.evaluate(plan_of(snapshot))


def changes_of(current: Snapshot, plan: Plan) -> comparing.Comparison | None:
    """What a plan changes of the newest snapshot, or of another; None where that cannot be reckoned, which its page says."""
    try:
        return comparing.compared(plan_of(current), plan)
    except (cashflow.Refused, NotWritten):
        return None


def currency_is_settled(case: Case) -> bool:
    """Whether a version says amounts in it: from then on another currency would change what was written."""
    return Snapshot.objects.filter(case=case).exists()
