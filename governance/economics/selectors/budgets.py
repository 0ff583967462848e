"""What budgets are for, and what draws on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from foundation import clock
from foundation.canonical import digest
from governance.economics.budget_figures import Draw, Figures, figures_of
from governance.economics.models import Budget, ProvisionRequest, ProvisionUse
from governance.people.models import User

BUDGET = "budget"  # the component of a request: whether what is asked for fits
MONEY: DecimalField[Decimal, Decimal] = DecimalField(max_digits=18, decimal_places=2)
NOTHING = Decimal(0)


def with_spent(rows: QuerySet[ProvisionRequest]) -> QuerySet[Any]:
    """Provisions with what was recorded as used of each, as `spent`."""
    used = ProvisionUse.objects.filter(provision=OuterRef("pk")).order_by().values("provision").annotate(sum=Sum("amount"))
    return rows.annotate(spent=Coalesce(Subquery(used.values("sum"), output_field=MONEY), NOTHING, output_field=MONEY))


def draws_on(budgets: Collection[int], at: datetime | None = None) -> Mapping[int, list[Draw]]:
    """What draws on each of these budgets, by primary keys. One query."""
    at = at or clock.now()
    found: dict[int, list[Draw]] = defaultdict(list)
    for row in with_spent(ProvisionRequest.objects.filter(budget__in=list(budgets))).order_by("pk"):
        state = row.state(at)
        asked = state == "asked" and row.until_date >= at.date()
        found[row.budget_id].append(Draw(row.pk, row.total, row.spent, state == "approved", asked))
    return found


def figures_of_budgets(budgets: Collection[Budget], at: datetime | None = None) -> Mapping[int, Figures]:
    """Where each budget stands, by primary key. One query."""
    draws = draws_on([row.pk for row in budgets], at)
    return {row.pk: figures_of(row.amount, draws.get(row.pk, ())) for row in budgets}


def within_budgets(rows: Collection[ProvisionRequest]) -> Mapping[int, bool]:
    """Whether each provision fits into what its budget has left beside it, by primary key. One query.

    A budget that was ended has nothing left. `budget` has to be at hand.
    """
    draws = draws_on({row.budget_id for row in rows})
    return {
        row.pk: row.budget.ended_at is None
        and figures_of(row.budget.amount, draws.get(row.budget_id, ()), without=row.pk).fits(row.total)
        for row in rows
    }


def budget_body(row: ProvisionRequest, within: bool) -> dict[str, object]:
    """What people judge about the money beside the request itself: not how much is left, which changes with every bill, but whether
    it is enough. When that turns, what was said about it has to be said again."""
    return {"format": "countersign/provision-budget/1", "budget": row.budget.public_id, "within": within}


def budget_digest(row: ProvisionRequest, within: bool) -> str:
    return digest(budget_body(row, within))


def person_named(username: str) -> User | None:
    """Somebody who can sign in, by their user name."""
    return User.objects.active().filter(username=username.replace("\x00", "")).first()


def waiting_for(budget: str) -> list[str]:
    """Public ids of what is asked for out of a budget (public id) and not decided."""
    rows = ProvisionRequest.objects.filter(budget__public_id=budget, decision=None, ended_at=None)
    return list(rows.values_list("public_id", flat=True))


def open_budgets() -> QuerySet[Budget]:
    """Those on which something can draw today or later, by team and name."""
    return (
        Budget.objects.filter(ended_at=None, to_date__gte=clock.now().date()).select_related("holder").order_by("team", "title")
    )
