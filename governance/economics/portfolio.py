"""Use cases beside each other: what each is worth against its risk and effort, what all come to, which carry the value. Pure.

Amounts of two currencies are never added up or compared unless somebody gave a rate. What nobody wrote down is None and is counted as
missing: it is never taken for zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from operator import attrgetter, itemgetter
from typing import NamedTuple

from governance.economics.cashflow import Evaluation, evaluate
from governance.economics.cashflow.precision import EXACT, ZERO, total
from governance.economics.plan import Plan

# By which rules a plan is reckoned: raise it when the same plan comes to other figures, and those that were kept are reckoned anew.
REVISION = 1
TIERS = ("low", "medium", "high")
MOST_OF_IT = Decimal("0.8")  # of the value: the share of which is told how few use cases carry it
MONEY = ("npv", "annual", "effort", "spent", "realised", "delay_a_day", "waiting_cost")


@dataclass(frozen=True, slots=True)
class Worth:
    """What a plan says of a use case, in its own currency, unrounded.

    `annual` is the equivalent annual value, None for a plan without a length. `effort` is what is to be paid in the first year: period 0
    of a plan by years, months 0 to 11 of one by months, as results lay them out. `benefit_a_month` is the mean of the periods that
    bring anything, a month; zero where none does. `costs` and `benefits` are the keys of its lines.
    """

    currency: str
    npv: Decimal
    annual: Decimal | None
    effort: Decimal
    benefit_a_month: Decimal
    costs: frozenset[str]
    benefits: frozenset[str]


def worth_of(plan: Plan, found: Evaluation | None = None) -> Worth:
    """Raises Refused where the plan cannot be reckoned."""
    found = found or evaluate(plan)
    return Worth(
        currency=plan.currency,
        npv=found.npv,
        annual=found.equivalent_annual,
        effort=total(found.flows.costs[: plan.periods_a_year]),
        benefit_a_month=benefit_a_month(found.flows.benefits, plan.periods_a_year),
        costs=frozenset(line.key for line in plan.lines if line.kind == "cost"),
        benefits=frozenset(line.key for line in plan.lines if line.kind == "benefit"),
    )


def benefit_a_month(benefits: Sequence[Decimal], periods_a_year: int) -> Decimal:
    """The mean of the periods in which there is any benefit, a month. Zero when there is none."""
    brought = [amount for amount in benefits if amount]
    with localcontext(EXACT):
        return sum(brought, ZERO) / len(brought) * periods_a_year / 12 if brought else ZERO


class Position(NamedTuple):  # of which there are thousands at once: it is made in a quarter of the time that a dataclass takes
    """One use case. Amounts are in `currency`, which is empty where no case was written down; None is what nobody said.

    `basis` says what the value rests on: `baseline` (approved), `snapshot` (written down), `refused` (written down, and cannot be
    reckoned), `later` (not reckoned yet) or nothing. `teams` are slugs. `tier` is empty where the risk is not known. `spent` and
    `realised` are what was recorded so far of costs and of benefits. `waiting` is how many releases wait for an approval;
    `delay_a_day` what a day of that costs at most, and `waiting_cost` what it has cost so far.
    """

    key: str
    title: str
    stage: str
    tier: str = ""
    teams: tuple[str, ...] = ()
    currency: str = ""
    basis: str = ""
    npv: Decimal | None = None
    annual: Decimal | None = None
    effort: Decimal | None = None
    spent: Decimal | None = None
    realised: Decimal | None = None
    waiting: int = 0
    delay_a_day: Decimal | None = None
    waiting_cost: Decimal | None = None

    @property
    def net_so_far(self) -> Decimal | None:
        """Benefit realised less cost so far; None where nothing was recorded of either. What is missing of one is told by that one."""
        if self.spent is None and self.realised is None:
            return None
        with localcontext(EXACT):
            return (self.realised or ZERO) - (self.spent or ZERO)


# One currency --------------------------------------------------------------------------------------------------------------


def in_currency(positions: Iterable[Position], currency: str, rates: Mapping[str, Decimal]) -> list[Position]:
    """The positions with their amounts in `currency`, where `rates` says what one unit of theirs is in it; the others as they are."""
    found = []
    for row in positions:
        rate = rates.get(row.currency)
        if not row.currency or row.currency == currency or rate is None:
            found.append(row)
            continue
        with localcontext(EXACT):
            amounts = {name: amount * rate for name in MONEY if (amount := getattr(row, name)) is not None}
        found.append(row._replace(currency=currency, **amounts))
    return found


def currencies(positions: Iterable[Position]) -> list[str]:
    """Those that there are, the one with most use cases first."""
    counts: dict[str, int] = {}
    for row in positions:
        if row.currency:
            counts[row.currency] = counts.get(row.currency, 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))


@dataclass(frozen=True, slots=True)
class Sums:
    """What the use cases of one currency come to. An amount that nobody stated of any of them is None; `missing` says by the name of
    the amount of how many it is not known, where it is known of others."""

    currency: str
    count: int
    waiting: int
    npv: Decimal | None = None
    annual: Decimal | None = None
    effort: Decimal | None = None
    spent: Decimal | None = None
    realised: Decimal | None = None
    delay_a_day: Decimal | None = None
    waiting_cost: Decimal | None = None
    missing: Mapping[str, int] | None = None


def sums(positions: Iterable[Position]) -> list[Sums]:
    """By currency, the one with most use cases first: never across. Use cases without a case are in none of them."""
    by_currency: dict[str, list[Position]] = {}
    for row in positions:
        if row.currency:
            by_currency.setdefault(row.currency, []).append(row)
    found = []
    for currency, own in sorted(by_currency.items(), key=lambda item: (-len(item[1]), item[0])):
        amounts: dict[str, Decimal | None] = {}
        missing: dict[str, int] = {}
        waiting = [row for row in own if row.waiting]
        for name in MONEY:
            among = waiting if name in ("delay_a_day", "waiting_cost") else own
            amount_of = attrgetter(name)
            known = [amount for row in among if (amount := amount_of(row)) is not None]
            amounts[name] = total(known) if known else None
            if len(known) < len(among):
                missing[name] = len(among) - len(known)
        found.append(Sums(currency, len(own), len(waiting), **amounts, missing=missing))
    return found


# Order ---------------------------------------------------------------------------------------------------------------------

_BY: dict[str, Callable[[Position], Decimal | None]] = {
    **{name: attrgetter(name) for name in MONEY},
    "net_so_far": lambda row: row.net_so_far,
    "return": lambda row: per_effort(row),
}
ORDERS = ("npv", "annual", "return", "effort", "risk", "spent", "realised", "net_so_far", "delay_a_day", "waiting_cost", "title")


def per_effort(row: Position) -> Decimal | None:
    """Value for each unit of what the first year takes; None where one of both is not known, or it takes nothing."""
    if row.npv is None or not row.effort:
        return None
    with localcontext(EXACT):
        return row.npv / row.effort


def ranked(positions: Iterable[Position], by: str = "npv", *, ascending: bool = False) -> list[Position]:
    """In order of an amount, largest first, each currency for itself (the one with most use cases first) and what is not known last.

    `return` is value over effort, which needs no currency. Ties are in the order of titles, then keys. Raises ValueError for an order
    that is not in ORDERS.
    """
    rows = sorted(positions, key=lambda row: (row.title.casefold(), row.key))
    if by == "title":
        return rows[::-1] if ascending else rows
    if by == "risk":
        known = [row for row in rows if row.tier in TIERS]
        known.sort(key=lambda row: TIERS.index(row.tier), reverse=not ascending)
        return known + [row for row in rows if row.tier not in TIERS]
    if by not in _BY:
        raise ValueError(f"there is no order by {by}")
    value = _BY[by]
    place = {name: at for at, name in enumerate(currencies(rows))} if by != "return" else {}
    valued: dict[int, list[tuple[Decimal, Position]]] = {}
    unknown = []
    for row in rows:
        amount = value(row)
        if amount is None:
            unknown.append(row)
        else:
            valued.setdefault(place.get(row.currency, len(place)), []).append((amount, row))
    for amounts in valued.values():
        amounts.sort(key=itemgetter(0), reverse=not ascending)
    return [row for at in sorted(valued) for _amount, row in valued[at]] + unknown


# What carries it -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Carried:
    """That `few` of `of` use cases of a currency carry the share `share` of what those above zero are worth together."""

    few: int
    of: int
    share: Decimal
    currency: str


def carried(positions: Iterable[Position], currency: str, most: Decimal = MOST_OF_IT) -> Carried | None:
    """The fewest use cases that carry `most` of the value; None where none is worth anything."""
    own = [row for row in positions if row.currency == currency and row.npv is not None]
    worth = sorted((row.npv for row in own if row.npv is not None and row.npv > 0), reverse=True)
    if not worth:
        return None
    with localcontext(EXACT):
        whole, so_far, few = sum(worth, ZERO), ZERO, 0
        for amount in worth:
            so_far, few = so_far + amount, few + 1
            if so_far >= whole * most:
                break
        return Carried(few, len(own), so_far / whole, currency)


@dataclass(frozen=True, slots=True)
class AtStage:
    """What the use cases of a stage come to in one currency. `npv` is None where no value is known; `unknown` is of how many."""

    stage: str
    count: int
    npv: Decimal | None
    unknown: int


def by_stage(positions: Iterable[Position], stages: Sequence[str], currency: str) -> list[AtStage]:
    """Net value by stage, in the order of `stages`; stages that are not among them follow. Use cases in another currency are left out,
    those without a case count as unknown."""
    at_stage: dict[str, list[Position]] = {}
    for row in positions:
        if row.currency in ("", currency):
            at_stage.setdefault(row.stage, []).append(row)
    found = []
    for stage in (*stages, *sorted(set(at_stage) - set(stages))):
        here = at_stage.get(stage, [])
        known = [row.npv for row in here if row.npv is not None]
        found.append(AtStage(stage, len(here), total(known) if known else None, len(here) - len(known)))
    return found


# Value against risk --------------------------------------------------------------------------------------------------------


def quadrant(row: Position) -> str:
    """What value and risk together say: `go` (worth it, low or medium risk), `care` (worth it, high risk), `rethink` (costs more than it
    brings, low or medium risk), `stop` (costs more, high risk); empty where one of both is not known."""
    if row.npv is None or row.tier not in TIERS:
        return ""
    if row.npv > 0:
        return "care" if row.tier == "high" else "go"
    return "stop" if row.tier == "high" else "rethink"
