"""What a provision costs month by month: quantity times price, in each month from the first to the last. Pure, in Decimal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from governance.economics.cashflow import rounded
from governance.economics.cashflow.precision import EXACT, ZERO


@dataclass(frozen=True, slots=True)
class CostLine:
    """A cost that falls in each month from `first` to `last`, both included and counted from the month in which a provision begins."""

    key: str
    title: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    first: int
    last: int

    @property
    def months(self) -> int:
        return self.last - self.first + 1

    @property
    def a_month(self) -> Decimal:
        with localcontext(EXACT):
            return self.quantity * self.unit_price

    @property
    def total(self) -> Decimal:
        with localcontext(EXACT):
            return self.a_month * self.months


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def months_between(start: date, end: date) -> int:
    """How many months lie from the one of `start` to the one of `end`: 0 within the same month."""
    return (end.year - start.year) * 12 + end.month - start.month


def month_after(start: date, number: int) -> date:
    """The first day of the month `number` months after that of `start`."""
    whole = start.year * 12 + start.month - 1 + number
    return date(whole // 12, whole % 12 + 1, 1)


def lines_of(stored: Iterable[Mapping[str, Any]]) -> list[CostLine]:
    """Lines as they lie in a row, where decimals are texts."""
    return [
        CostLine(
            line["key"], line["title"], Decimal(line["quantity"]), line["unit"], Decimal(line["unit_price"]),
            line["from_period"], line["to_period"],
        )
        for line in stored
    ]  # fmt: skip


def total_of(lines: Iterable[CostLine]) -> Decimal:
    """All of it, to the cent: rounded once, after everything was added up."""
    with localcontext(EXACT):
        return rounded(sum((line.total for line in lines), ZERO))


def by_month(lines: Sequence[CostLine], months: int) -> list[Decimal]:
    """What falls in each of so many months, unrounded."""
    found = [ZERO] * months
    with localcontext(EXACT):
        for line in lines:
            for month in range(line.first, min(line.last, months - 1) + 1):
                found[month] += line.a_month
    return found
