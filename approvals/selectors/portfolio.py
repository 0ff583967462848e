"""All use cases that somebody sees, beside each other: what `governance.economics.portfolio` reckons with, read in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, localcontext
from functools import cached_property
from typing import Any

from approvals.insights.money import DAYS_A_MONTH, cost_of_waiting
from approvals.models import Request
from approvals.selectors.insights import RELEASES
from foundation import clock
from foundation.actor import Actor
from foundation.among import Among
from governance.economics.cashflow.precision import EXACT, ZERO
from governance.economics.models import RateRecord, Snapshot
from governance.economics.portfolio import REVISION, Position, Sums, currencies, in_currency, sums
from governance.people.models import Team, TeamGrant
from governance.usecases.models import UseCase
from governance.usecases.selectors.listing import NO_TIER, with_tier
from governance.usecases.selectors.stages import InForce, lifecycle_in_force

# What is read of each use case, in this order: of its case what is kept, so that no plan has to be read, and nothing reckoned.
OF_ITSELF = ("pk", "public_id", "slug", "title", "stage", "tier", "case", "case__currency")
KEPT = ("revision", "basis", "npv", "annual", "effort", "benefit_a_month", "spent", "realised")
COLUMNS = (*OF_ITSELF, *(f"case__figures__{name}" for name in KEPT))


@dataclass(frozen=True, slots=True)
class Asked:
    """What of all use cases is wanted; blank means everything. `team` is a slug; `currency` the one to reckon in."""

    stage: str = ""
    tier: str = ""  # or NO_TIER
    team: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Found:
    """The use cases in no order. `rates` are those that were reckoned with: currency → (what one is in the other, source, day)."""

    positions: tuple[Position, ...]
    rules: InForce
    at: datetime
    currency: str = ""
    rates: Mapping[str, tuple[Decimal, str, Any]] | None = None
    teams: Mapping[str, str] | None = None  # slug → title, of those that hold a role on what is seen

    @cached_property
    def currencies(self) -> list[str]:
        """Those that there are, the one with most use cases first."""
        return currencies(self.positions)

    @cached_property
    def sums(self) -> list[Sums]:
        """What the use cases of each currency come to."""
        return sums(self.positions)

    @property
    def without_currency(self) -> int:
        """Of how many nobody wrote a case."""
        return len(self.positions) - sum(one.count for one in self.sums)

    @cached_property
    def later(self) -> int:
        """How many cases have not been reckoned yet."""
        return sum(row.basis == "later" for row in self.positions)


def portfolio(actor: Actor, asked: Asked | None = None) -> Found:
    """What the actor sees and asked for, in at most eight statements however much that is."""
    found = everything(actor)
    return found if asked is None else narrowed(found, asked)


def everything(actor: Actor) -> Found:
    """All that the actor sees."""
    rules, now = lifecycle_in_force(), clock.now()
    teams, titles = _teams(now)
    waiting = _waiting(now)
    rows = list(with_tier(UseCase.objects.visible_to(actor)).order_by("pk").values_list(*COLUMNS))
    written = _written([row[6] for row in rows if row[6] is not None and row[8] != REVISION])
    first = rules.lifecycle.first.key
    positions = tuple(
        _position(row, first, teams.get(row[1], ()), waiting.get(row[0], ()), row[6] in written, now) for row in rows
    )
    here = {slug for row in positions for slug in row.teams}
    return Found(positions, rules, now, teams={slug: title for slug, title in titles.items() if slug in here})


def narrowed(found: Found, asked: Asked) -> Found:
    """Those that fit all of it, in the currency that was asked for. One statement where there are several currencies."""
    if asked == Asked():
        return found
    rows = [
        row
        for row in found.positions
        if asked.stage in ("", row.stage)
        and (not asked.tier or row.tier == ("" if asked.tier == NO_TIER else asked.tier))
        and (not asked.team or asked.team in row.teams)
    ]
    if not asked.currency:
        return replace(found, positions=tuple(rows))
    rates = _rates(asked.currency, rows, found.at)
    rows = in_currency(rows, asked.currency, {name: told[0] for name, told in rates.items()})
    return replace(found, positions=tuple(rows), currency=asked.currency, rates=rates)


# Cases ---------------------------------------------------------------------------------------------------------------------


def _position(
    row: tuple[Any, ...], first: str, teams: tuple[str, ...], opened: Sequence[datetime], later: bool, now: datetime
) -> Position:
    """One row of COLUMNS. `first` is the stage of what never moved; `later`: there is a case whose figures are not kept."""
    _pk, _id, slug, title, stage, tier, _case, currency, _revision, basis, npv, annual, effort, a_month, spent, realised = row
    if later:
        basis, npv, annual, effort, a_month = "later", "", "", "", ""
    a_day = cost = None
    if opened and a_month and (benefit := Decimal(a_month)):
        costs, _without = cost_of_waiting({slug: [(since, now) for since in opened]}, {slug: (benefit, currency)})
        with localcontext(EXACT):
            a_day, cost = benefit / DAYS_A_MONTH, costs.get(currency, ZERO)
    return Position(
        key=slug,
        title=title,
        stage=stage or first,
        tier=tier,
        teams=teams,
        currency=currency or "",
        basis=basis or "",
        npv=Decimal(npv) if npv else None,
        annual=Decimal(annual) if annual else None,
        effort=Decimal(effort) if effort else None,
        spent=Decimal(spent) if spent else None,
        realised=Decimal(realised) if realised else None,
        waiting=len(opened),
        delay_a_day=a_day,
        waiting_cost=cost,
    )


def _waiting(now: datetime) -> dict[int, list[datetime]]:
    """Since when releases of a use case wait, by its primary key, whoever sees it. One statement."""
    found: dict[int, list[datetime]] = defaultdict(list)
    rows = Request.objects.open().filter(purpose__in=RELEASES, opened_at__lte=now)
    for use_case, opened in rows.values_list("use_case_id", "opened_at"):
        found[use_case].append(opened)
    return found


def _written(cases: Sequence[int]) -> frozenset[int]:
    """Those of the cases of which anything was written down: of the others there is a draft at most. One statement where any is asked for."""
    if not cases:
        return frozenset()
    return frozenset(Snapshot.objects.filter(Among("case_id", cases)).values_list("case_id", flat=True).distinct())


# Around them ---------------------------------------------------------------------------------------------------------------


def _teams(now: datetime) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """The slugs of the teams that hold a role on a use case, by its public id, in the order of their titles; and what each team is
    called. Two statements."""
    rows = TeamGrant.objects.unfinished(now).filter(starts_at__lte=now).exclude(scope="").order_by()
    held = list(rows.values_list("scope", "team_id"))
    # Read after them, so that none is missing.
    teams = {pk: (title, slug) for pk, title, slug in Team.objects.values_list("pk", "title", "slug")}
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for scope, team in held:
        found[scope].add(teams[team])
    by_scope = {scope: tuple(slug for _title, slug in sorted(named)) for scope, named in found.items()}
    return by_scope, {slug: title for title, slug in teams.values()}


def _rates(currency: str, positions: Iterable[Position], now: datetime) -> dict[str, tuple[Decimal, str, Any]]:
    """What one unit of each other currency is in this one, by the newest record in force: not by one of a day to come, which takes over
    on that day. One statement at most."""
    others = {f"{name}/{currency}": name for name in {row.currency for row in positions} if name not in ("", currency)}
    if not others:
        return {}
    rows = (
        RateRecord.objects.in_force()
        .filter(kind=RateRecord.Kind.EXCHANGE, key__in=others, dated__lte=now.date())
        .order_by("dated", "pk")
    )
    return {
        others[key]: (Decimal(str(body["rate"])), source, dated)
        for key, body, source, dated in rows.values_list("key", "body", "source", "dated")
        if "rate" in body
    }


__all__ = ["NO_TIER", "Asked", "Found", "everything", "narrowed", "portfolio"]
