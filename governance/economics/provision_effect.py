"""What it means for a case not to have something: later by so many days, and so much less a year. Pure, in Decimal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from governance.economics.cashflow import Refused, flows_of, rounded
from governance.economics.cashflow.precision import EXACT, ZERO
from governance.economics.plan import Plan

DAYS_OF_A_YEAR = 365
CASE, STATED, UNKNOWN = "case", "stated", "unknown"  # where the value of a day comes from


@dataclass(frozen=True, slots=True)
class DayValue:
    """What a day of delay costs by a case: `(benefits - costs) / 365` of its first full year of operation, periods `first` to `last`.

    Amounts are in the case's currency, not discounted and not rounded. Negative where the case loses money in that year: then a delay
    costs nothing by it, and `loses` says so.
    """

    currency: str
    period: str
    first: int
    last: int
    benefits: Decimal
    costs: Decimal

    @property
    def a_day(self) -> Decimal:
        with localcontext(EXACT):
            return (self.benefits - self.costs) / DAYS_OF_A_YEAR

    @property
    def loses(self) -> bool:
        return self.benefits <= self.costs


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of not having something. `money` is what the delay costs once, `a_year` what is lost each year beside it.

    `source` says where `a_day` comes from: the `case` (whose year is `basis`), `stated` by a person for `a_day_because`, or `unknown`:
    then the delay has no value in money. `snapshot` is the number of the snapshot that was asked.
    """

    days: Decimal
    a_year: Decimal
    because: str
    source: str
    a_day: Decimal | None = None
    a_day_because: str = ""
    currency: str = ""
    basis: DayValue | None = None
    snapshot: int | None = None

    @property
    def money(self) -> Decimal | None:
        """Days times the value of one; nothing where the case would lose money in that time anyway."""
        if self.a_day is None:
            return None
        with localcontext(EXACT):
            return max(self.days * self.a_day, ZERO)


def value_of_a_day(plan: Plan) -> DayValue | None:
    """The first full year of operation of a case and what a day of it is worth; None where the case has none.

    Operation begins with the first period after 0 in which a benefit falls. In a case by years that is the year itself; in a case by
    months it and the eleven after it, all of which have to lie within the case.
    """
    try:
        flows = flows_of(plan)
    except Refused:
        return None
    first = next((t for t in range(1, plan.horizon + 1) if flows.benefits[t] > ZERO), None)
    if first is None:
        return None
    last = first + plan.periods_a_year - 1
    if last > plan.horizon:
        return None
    with localcontext(EXACT):
        benefits, costs = (sum(side[first : last + 1], ZERO) for side in (flows.benefits, flows.costs))
    return DayValue(plan.currency, plan.period, first, last, benefits, costs)


def cents(value: Decimal) -> Decimal:
    """As it is kept and shown: to the cent."""
    return rounded(value)


def as_mapping(effect: Effect) -> dict[str, Any]:
    """An effect as it is kept: decimals as texts, what is empty left out. What a day is worth is kept to the cent, as it is read."""
    kept: dict[str, Any] = {"days": _text(effect.days), "a_year": _text(effect.a_year), "source": effect.source}
    texts = {"because": effect.because, "a_day_because": effect.a_day_because, "currency": effect.currency}
    kept |= {name: text for name, text in texts.items() if text}
    if effect.a_day is not None:
        kept["a_day"] = _text(cents(effect.a_day))
    if effect.basis is not None:
        basis = effect.basis
        kept["basis"] = {
            "snapshot": effect.snapshot, "period": basis.period, "first": basis.first, "last": basis.last,
            "benefits": _text(basis.benefits), "costs": _text(basis.costs), "currency": basis.currency,
        }  # fmt: skip
    return kept


def from_mapping(kept: Mapping[str, Any]) -> Effect:
    """The same back. What is not there says nothing."""
    found = kept.get("basis")
    basis = None
    if found:
        basis = DayValue(
            found["currency"], found["period"], found["first"], found["last"], Decimal(found["benefits"]), Decimal(found["costs"])
        )
    return Effect(
        days=Decimal(kept.get("days", "0")),
        a_year=Decimal(kept.get("a_year", "0")),
        because=kept.get("because", ""),
        source=kept.get("source", UNKNOWN),
        a_day=Decimal(kept["a_day"]) if "a_day" in kept else None,
        a_day_because=kept.get("a_day_because", ""),
        currency=kept.get("currency", ""),
        basis=basis,
        snapshot=found.get("snapshot") if found else None,
    )


def _text(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


__all__ = [
    "CASE", "DAYS_OF_A_YEAR", "STATED", "UNKNOWN", "DayValue", "Effect", "as_mapping", "cents", "from_mapping", "value_of_a_day",
]  # fmt: skip
