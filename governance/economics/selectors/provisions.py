"""Provisions as they are read: of a use case, of a budget, with what was used of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from foundation import clock
from foundation.actor import Actor
from governance.economics.components import plan_of
from governance.economics.models import Baseline, Budget, ProvisionRequest, ProvisionUse, Snapshot
from governance.economics.provision_costs import by_month, lines_of, month_after, months_between
from governance.economics.provision_effect import DayValue, value_of_a_day
from governance.economics.selectors.budgets import with_spent
from governance.economics.selectors.cases import current_snapshot
from governance.usecases.models import StackDeviation, UseCase

ZERO = Decimal(0)
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a provision: what was asked for it, and what it really used and cost. `used` is by unit."""

    first_day: date
    asked: Decimal
    spent: Decimal
    used: Mapping[str, Decimal]


def basis_of(use_case: UseCase) -> Snapshot | None:
    """What a case is measured by: the snapshot that was approved, or the newest one while none is. Two queries at most."""
    held = Baseline.objects.filter(case__use_case=use_case, ended_at=None).select_related("snapshot__case__use_case").first()
    return held.snapshot if held is not None else current_snapshot(use_case)


def day_value_of(use_case: UseCase) -> tuple[DayValue, Snapshot] | None:
    """What a day of delay costs by the case, and the snapshot that says so; None where nothing was written down, or it has no full
    year of operation."""
    snapshot = basis_of(use_case)
    value = value_of_a_day(plan_of(snapshot)) if snapshot is not None else None
    return (value, snapshot) if value is not None and snapshot is not None else None


def provisions_of(use_case: UseCase) -> QuerySet[ProvisionRequest]:
    """Those of a use case, newest first, each with what it spent."""
    rows = ProvisionRequest.objects.filter(use_case=use_case).select_related("use_case", "budget", "created_by")
    return with_spent(rows).order_by("-number")


def provisions_on(actor: Actor, budget: Budget) -> QuerySet[ProvisionRequest]:
    """Those that draw on a budget and that the actor may see, newest first, each with what it spent."""
    rows = ProvisionRequest.objects.visible_to(actor).filter(budget=budget).select_related("use_case", "budget", "created_by")
    return with_spent(rows).order_by("-pk")


def provisions_seen_by(actor: Actor) -> QuerySet[ProvisionRequest]:
    """Whatever the actor may see, with all that a page of one reaches for."""
    related = ("use_case", "budget__holder", "created_by", "renews", "deviation__platform", "ended_by")
    return ProvisionRequest.objects.visible_to(actor).select_related(*related)


def as_answered(row: ProvisionRequest) -> ProvisionRequest:
    """The same row, read again with what it spent and what an answer reaches for. One query."""
    related = ("use_case", "budget", "created_by", "renews", "deviation")
    return with_spent(ProvisionRequest.objects.filter(pk=row.pk)).select_related(*related).get()


def months_of(row: ProvisionRequest) -> list[Month]:
    """A provision month by month, from the first to the last. One query."""
    number = months_between(row.from_date, row.until_date) + 1
    asked = by_month(lines_of(row.lines), number)
    spent: dict[date, Decimal] = defaultdict(Decimal)
    used: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for use in ProvisionUse.objects.filter(provision=row).order_by("pk"):
        spent[use.month] += use.amount
        if use.quantity:
            used[use.month][use.unit] += use.quantity
    days = [month_after(row.from_date, place) for place in range(number)]
    return [Month(day, asked[place], spent[day], dict(used[day])) for place, day in enumerate(days)]


def ends_soon(row: ProvisionRequest) -> bool:
    """Whether it is in use and runs out within two weeks."""
    return row.state() == "approved" and row.until_date <= clock.now().date() + SOON


def deviations_to_name(use_case: UseCase) -> QuerySet[StackDeviation]:
    """The deviations of a use case from the company stack that still count or wait for a second person."""
    rows = StackDeviation.objects.live(clock.now().date()).filter(use_case=use_case)
    return rows.select_related("platform").order_by("-pk")
