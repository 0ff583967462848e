"""Discount rates and optimism bias as dated records with their source. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from governance.economics.plan import Bias, Discount
from governance.economics.shipped.words import Words, in_words, shipped_file


@dataclass(frozen=True, slots=True)
class ShippedRate:
    """A discount rate that a public body set. `steps`: from which year on, rate a year. `periods` in force are [from, to)."""

    key: str
    title: Words
    note: Words
    steps: tuple[tuple[int, Decimal], ...]
    prices: str
    vintage: int
    dated: date
    periods: tuple[tuple[date, date | None], ...]
    source: str
    url: str

    def in_force(self, at: date) -> bool:
        return any(start <= at and (end is None or at < end) for start, end in self.periods)

    @property
    def rescinded_on(self) -> date | None:
        """The day on which it lost its force for good, as far as is known here; None while it has it."""
        return self.periods[-1][1]

    def discount(self) -> Discount:
        """The rate as a case takes it over."""
        return Discount(self.steps, self.prices, self.source, self.dated)


@dataclass(frozen=True, slots=True)
class ShippedBias:
    """How much dearer (`upper` to `lower`, 2 is 200 %) and longer projects of a kind turned out; `duration` None: not known."""

    key: str
    title: Words
    note: Words
    upper: Decimal
    lower: Decimal
    duration: tuple[Decimal, Decimal] | None
    source: str
    url: str
    dated: date

    def bias(self, language: str = "en") -> Bias:
        """The bias as a case takes it over: nothing mitigated yet."""
        title = in_words(self.title, language)
        return Bias(self.key, title, self.upper, self.lower, source=self.source, dated=self.dated)


@cache
def shipped_rates() -> tuple[ShippedRate, ...]:
    """All of them, newest of each body first."""
    return tuple(_rate(item) for item in shipped_file("rates.yaml")["rates"])


def shipped_rate(key: str) -> ShippedRate | None:
    return next((rate for rate in shipped_rates() if rate.key == key), None)


@cache
def shipped_biases() -> tuple[ShippedBias, ...]:
    """The kinds of project, the one that machine learning falls under first."""
    content = shipped_file("optimism.yaml")
    return tuple(_bias(item, content) for item in content["kinds"])


def _rate(item: Mapping[str, Any]) -> ShippedRate:
    return ShippedRate(
        key=item["key"],
        title=item["title"],
        note=item["note"],
        steps=tuple((year, Decimal(rate)) for year, rate in item["steps"]),
        prices=item["prices"],
        vintage=item["vintage"],
        dated=date.fromisoformat(item["dated"]),
        periods=tuple((date.fromisoformat(start), date.fromisoformat(end) if end else None) for start, end in item["in_force"]),
        source=item["source"],
        url=item["url"],
    )


def _bias(item: Mapping[str, Any], content: Mapping[str, Any]) -> ShippedBias:
    upper, lower = _pair(item["cost"])
    return ShippedBias(
        key=item["key"],
        title=item["title"],
        note=item["note"],
        upper=upper,
        lower=lower,
        duration=_pair(item["duration"]) if "duration" in item else None,
        source=content["source"],
        url=content["url"],
        dated=date.fromisoformat(content["dated"]),
    )


def _pair(values: Sequence[Any]) -> tuple[Decimal, Decimal]:
    upper, lower = values
    return Decimal(upper), Decimal(lower)
