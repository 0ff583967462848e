"""All use cases that somebody sees, beside each other: what `governance.economics.portfolio` reckons with, read in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum

from approvals.insights.money import DAYS_A_MONTH, cost_of_waiting
from approvals.models import Request
from approvals.selectors.insights import RELEASES
from foundation import clock
from foundation.actor import Actor
from foundation.among import Among
from governance.economics.cashflow import Refused
from governance.economics.cashflow.precision import EXACT, ZERO, total
from governance.economics.components import plan_of
from governance.economics.models import Actual, Baseline, Case, RateRecord, Snapshot
from governance.economics.portfolio import Position, Worth, currencies, in_currency, worth_of
from governance.people.models import TeamGrant
from governance.usecases.models import UseCase
from governance.usecases.selectors.board import at_stage
from governance.usecases.selectors.listing import NO_TIER, with_tier
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
    """What the actor sees and asked for, in at most ten statements however much that is. With `new_at_once=None` everything is reckoned."""
    found = everything(actor, new_at_once=new_at_once)
    return found if asked is None else narrowed(found, asked)


def everything(actor: Actor, *, new_at_once: int | None = NEW_AT_ONCE) -> Found:
    """All that the actor sees."""
    rules, now = lifecycle_in_force(), clock.now()
    teams, titles = _teams(now)
    seen: QuerySet[UseCase] = UseCase.objects.visible_to(actor)
    staged: Any = with_tier(at_stage(seen, rules))
    rows = list(staged.values_list("pk", "public_id", "slug", "title", "at", "tier").order_by("pk"))
    cases = _cases(seen, now, new_at_once)
    positions = tuple(
        _position(cases.get(pk, NOTHING_KNOWN), slug, title, stage, tier, teams.get(public_id, ()), now)
        for pk, public_id, slug, title, stage, tier in rows
    )
    here = {slug for row in positions for slug in row.teams}
    return Found(positions, rules, now, teams={slug: title for slug, title in titles.items() if slug in here})


def narrowed(found: Found, asked: Asked) -> Found:
    """Those that fit all of it, in the currency that was asked for. One statement where there are several currencies."""
    rows = [
        row
        for row in found.positions
        if asked.stage in ("", row.stage)
        and (not asked.tier or row.tier == ("" if asked.tier == NO_TIER else asked.tier))
        and (not asked.team or asked.team in row.teams)
    ]
    if not asked.currency:
        return replace(found, positions=tuple(rows))
    rates = _rates(asked.currency, rows)
    rows = in_currency(rows, asked.currency, {name: told[0] for name, told in rates.items()})
    return replace(found, positions=tuple(rows), currency=asked.currency, rates=rates)


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


NOTHING_KNOWN = _Known()


def _position(known: _Known, slug: str, title: str, stage: str, tier: str, teams: tuple[str, ...], now: datetime) -> Position:
    worth, a_day, cost = known.worth, None, None
    if worth is not None and known.opened and worth.benefit_a_month:
        spans = [(opened, now) for opened in known.opened]
        costs, _without = cost_of_waiting({slug: spans}, {slug: (worth.benefit_a_month, known.currency)})
        with localcontext(EXACT):
            a_day, cost = worth.benefit_a_month / DAYS_A_MONTH, costs.get(known.currency, ZERO)
    return Position(
        key=slug,
        title=title,
        stage=stage,
        tier=tier,
        teams=teams,
        currency=known.currency,
        basis=known.basis,
        npv=worth.npv if worth else None,
        annual=worth.annual if worth else None,
        effort=worth.effort if worth else None,
        spent=known.spent,
        realised=known.realised,
        waiting=len(known.opened),
        delay_a_day=a_day,
        waiting_cost=cost,
    )


def _cases(seen: QuerySet[UseCase], now: datetime, most: int | None) -> dict[int, _Known]:
    """What is known by the use case's primary key: of those with a case, and of those with a release that waits."""
    newest = Snapshot.objects.filter(case=OuterRef("pk")).order_by("-number")
    told = Case.objects.filter(use_case__in=seen).values_list(
        "pk", "use_case_id", "currency", Subquery(newest.values("pk")[:1]), Subquery(newest.values("digest")[:1])
    )
    cases = list(told)
    held = Baseline.objects.filter(ended_at=None, case__use_case__in=seen)
    agreed = {case: (pk, digest) for case, pk, digest in held.values_list("case_id", "snapshot_id", "snapshot__digest")}
    basis = {case: agreed.get(case, (newest_pk, digest)) for case, _use_case, _currency, newest_pk, digest in cases}
    worths = _worths({pk: digest for pk, digest in basis.values() if pk is not None}, most)
    came = _came_of(seen, {case: worths.get(basis[case][0]) for case in basis})
    waiting: dict[int, list[datetime]] = defaultdict(list)
    open_ = Request.objects.open().filter(purpose__in=RELEASES, use_case__in=seen, opened_at__lte=now)
    for use_case, opened in open_.values_list("use_case_id", "opened_at"):
        waiting[use_case].append(opened)
    found = {pk: _Known(opened=tuple(opened)) for pk, opened in waiting.items()}
    for case, use_case, currency, _newest, _digest in cases:
        pk = basis[case][0]
        worth = worths.get(pk)
        kind = "baseline" if case in agreed else "snapshot"
        if worth is None:
            kind = "" if pk is None else "refused" if pk in worths else "later"
        spent, realised = came.get(case, (None, None))
        found[use_case] = _Known(currency, kind, worth, spent, realised, tuple(waiting.get(use_case, ())))
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


def _teams(now: datetime) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """The slugs of the teams that hold a role on a use case, by its public id; and what each team is called. One statement."""
    rows = TeamGrant.objects.unfinished(now).filter(starts_at__lte=now).exclude(scope="").order_by("team__title")
    found: dict[str, dict[str, None]] = defaultdict(dict)
    titles = {}
    for scope, slug, title in rows.values_list("scope", "team__slug", "team__title"):
        found[scope][slug] = None
        titles[slug] = title
    return {scope: tuple(slugs) for scope, slugs in found.items()}, titles


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


__all__ = ["NO_TIER", "Asked", "Found", "everything", "narrowed", "portfolio", "remember"]
