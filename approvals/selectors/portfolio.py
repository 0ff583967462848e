"""All use cases that somebody sees, beside each other: what `governance.economics.portfolio` reckons with, read in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum

from approvals.insights.money import DAYS_A_MONTH, cost_of_waiting
from approvals.models import Request
from approvals.selectors.insights import RELEASES
from foundation import clock
from foundation.actor import Actor
from foundation.among import Among
from governance.economics.cashflow import Refused
from governance.economics.cashflow.precision import total
from governance.economics.components import plan_of
from governance.economics.models import Actual, Baseline, Case, RateRecord, Snapshot
from governance.economics.portfolio import Position, Worth, currencies, in_currency, worth_of
from governance.people.models import TeamGrant
from governance.usecases.models import UseCase
from governance.usecases.selectors.listing import NO_TIER, Wanted, narrowed
from governance.usecases.selectors.stages import InForce, lifecycle_in_force

NEW_AT_ONCE = 1_000  # cases that one look reckons anew; the others are told as not reckoned yet
KEPT = 50_000  # worths that a process remembers

# What a snapshot is worth follows from its bytes alone, so what was reckoned once is never wrong: there is nothing to invalidate.
_reckoned: dict[str, Worth | None] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """What of all use cases is wanted; blank means everything. `team` is a slug; `currency` the one to reckon in."""

    stage: str = ""
    tier: str = ""  # or NO_TIER
    team: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The use cases in no order. `rates` are those that were reckoned with: currency → (what one is in the other, source, day)."""

    positions: tuple[Position, ...]
    rules: InForce
    at: datetime
    currency: str = ""
    rates: Mapping[str, tuple[Decimal, str, Any]] | None = None
    teams: Mapping[str, str] | None = None  # slug → title, of those that hold a role on what is seen

    @property
    def later(self) -> int:
        """How many cases have not been reckoned yet."""
        return sum(row.basis == "later" for row in self.positions)


def portfolio(actor: Actor, asked: Asked | None = None, *, new_at_once: int | None = NEW_AT_ONCE) -> Found:
    """What the actor sees, at most nine statements however much that is. Everything is reckoned with `new_at_once=None`."""
    asked, rules, now = asked or Asked(), lifecycle_in_force(), clock.now()
    teams = _teams(now)
    seen: QuerySet[UseCase] = UseCase.objects.visible_to(actor)
    rows = list(
        narrowed(actor, Wanted(stage=asked.stage, risk=asked.tier), rules)
        .values_list("pk", "public_id", "slug", "title", "at", "tier")
        .order_by("pk")
    )
    named = {slug: title for row in rows for slug, title in teams.get(row[1], {}).items()}
    if asked.team:
        rows = [row for row in rows if asked.team in teams.get(row[1], ())]
    cases = _cases(seen, rows, now, new_at_once)
    found = []
    for pk, public_id, slug, title, stage, tier in rows:
        position = Position(slug, title, stage, tier, tuple((teams.get(public_id) or {}).values()))
        found.append(cases[pk](position) if pk in cases else position)
    rates = _rates(asked.currency, found) if asked.currency else {}
    if asked.currency:
        found = in_currency(found, asked.currency, {name: told[0] for name, told in rates.items()})
    return Found(tuple(found), rules, now, asked.currency, rates, named)


# Cases ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one use case besides its name."""

    currency: str = ""
    basis: str = ""
    worth: Worth | None = None
    spent: Decimal | None = None
    realised: Decimal | None = None
    opened: tuple[datetime, ...] = ()
    now: datetime | None = None

    def __call__(self, row: Position) -> Position:
        row = replace(row, currency=self.currency, basis=self.basis, spent=self.spent, realised=self.realised)
        row = replace(row, waiting=len(self.opened))
        if self.worth is None:
            return row
        row = replace(row, npv=self.worth.npv, annual=self.worth.annual, effort=self.worth.effort)
        if not self.opened or self.now is None or not self.worth.benefit_a_month:
            return row
        spans = [(opened, self.now) for opened in self.opened]
        cost, _without = cost_of_waiting({"": spans}, {"": (self.worth.benefit_a_month, self.currency)})
        return replace(row, delay_a_day=self.worth.benefit_a_month / DAYS_A_MONTH, waiting_cost=cost.get(self.currency, Decimal(0)))


def _cases(seen: QuerySet[UseCase], rows: Collection[Any], now: datetime, most: int | None) -> dict[int, _Known]:
    """What is known by the use case's primary key: of those with a case, and of those with a release that waits."""
    wanted = {row[0] for row in rows}
    newest = Snapshot.objects.filter(case=OuterRef("pk")).order_by("-number")
    told = Case.objects.filter(use_case__in=seen).values_list(
        "pk", "use_case_id", "currency", Subquery(newest.values("pk")[:1]), Subquery(newest.values("digest")[:1])
    )
    cases = [row for row in told if row[1] in wanted]
    held = Baseline.objects.filter(ended_at=None, case__use_case__in=seen)
    agreed = {case: (pk, digest) for case, pk, digest in held.values_list("case_id", "snapshot_id", "snapshot__digest")}
    basis = {case: agreed.get(case, (newest_pk, digest)) for case, _use_case, _currency, newest_pk, digest in cases}
    worths = _worths({pk: digest for pk, digest in basis.values() if pk is not None}, most)
    came = _came_of(seen, {case: worths.get(basis[case][0]) for case in basis})
    waiting: dict[int, list[datetime]] = defaultdict(list)
    open_ = Request.objects.open().filter(purpose__in=RELEASES, use_case__in=seen, opened_at__lte=now)
    for use_case, opened in open_.values_list("use_case_id", "opened_at"):
        waiting[use_case].append(opened)
    found = {pk: _Known(opened=tuple(opened), now=now) for pk, opened in waiting.items()}
    for case, use_case, currency, _newest, _digest in cases:
        pk = basis[case][0]
        worth = worths.get(pk)
        kind = "baseline" if case in agreed else "snapshot"
        if worth is None:
            kind = "" if pk is None else "refused" if pk in worths else "later"
        spent, realised = came.get(case, (None, None))
        found[use_case] = _Known(currency, kind, worth, spent, realised, tuple(waiting.get(use_case, ())), now)
    return found


def _worths(digests: Mapping[int, str], most: int | None) -> dict[int, Worth | None]:
    """What snapshots are worth by their primary key; None where a plan cannot be reckoned. Those beyond `most` new ones are left out."""
    new: dict[str, int] = {}
    for pk, digest in digests.items():
        if digest not in _reckoned:
            new.setdefault(digest, pk)
    wanted = list(new.values())[:most]
    if wanted:
        rows: Iterable[Snapshot] = Snapshot.objects.filter(Among("pk", wanted)).select_related("case")
        for row in rows:
            remember(row)
    return {pk: _reckoned[digest] for pk, digest in digests.items() if digest in _reckoned}


def remember(row: Snapshot) -> Worth | None:
    """What a snapshot is worth, reckoned once for its bytes; None where it cannot be."""
    if row.digest not in _reckoned:
        try:
            found: Worth | None = worth_of(plan_of(row))
        except Refused:
            found = None
        while len(_reckoned) >= KEPT:
            _reckoned.pop(next(iter(_reckoned)), None)
        _reckoned[row.digest] = found
    return _reckoned[row.digest]


def _came_of(seen: QuerySet[UseCase], worths: Mapping[int, Worth | None]) -> dict[int, tuple[Decimal | None, Decimal | None]]:
    """By case what was recorded of costs and of benefits, whatever month it belongs to. Lines that the plan does not have any more are
    looked up in the older snapshots of their case. One or two statements."""
    rows = Actual.objects.filter(case__use_case__in=seen, replaced_by__isnull=True).order_by()
    sums = [row for row in rows.values_list("case_id", "line").annotate(sum=Sum("amount")) if row[0] in worths]
    kinds: dict[tuple[int, str], str] = {}
    for case, line, _sum in sums:
        worth = worths[case]
        if worth is not None and line in worth.costs | worth.benefits:
            kinds[case, line] = "cost" if line in worth.costs else "benefit"
    unknown = {case for case, line, _sum in sums if (case, line) not in kinds}
    if unknown:
        older = Snapshot.objects.filter(Among("case_id", unknown)).order_by("-number").values_list("case_id", "lines")
        for case, lines in older:
            for line in lines:
                kinds.setdefault((case, line["key"]), line["kind"])
    found: dict[int, dict[str, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    for case, line, amount in sums:
        if (case, line) in kinds:
            found[case][kinds[case, line]].append(amount)
    return {
        case: (total(by["cost"]) if "cost" in by else None, total(by["benefit"]) if "benefit" in by else None)
        for case, by in found.items()
    }


# Around them ---------------------------------------------------------------------------------------------------------------


def _teams(now: datetime) -> dict[str, dict[str, str]]:
    """The teams that hold a role on a use case, by its public id: slug → title. One statement."""
    rows = TeamGrant.objects.unfinished(now).filter(starts_at__lte=now).exclude(scope="").order_by("team__title")
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for scope, slug, title in rows.values_list("scope", "team__slug", "team__title"):
        found[scope][slug] = title
    return found


def _rates(currency: str, positions: Iterable[Position]) -> dict[str, tuple[Decimal, str, Any]]:
    """What one unit of each other currency is in this one, by the newest record in force. One statement at most."""
    others = {f"{name}/{currency}": name for name in currencies(positions) if name != currency}
    if not others:
        return {}
    rows = RateRecord.objects.in_force().filter(kind=RateRecord.Kind.EXCHANGE, key__in=others).order_by("dated", "pk")
    return {
        others[key]: (Decimal(str(body["rate"])), source, dated)
        for key, body, source, dated in rows.values_list("key", "body", "source", "dated")
        if "rate" in body
    }


__all__ = ["NO_TIER", "Asked", "Found", "portfolio", "remember"]
