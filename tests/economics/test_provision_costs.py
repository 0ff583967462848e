"""Costs month by month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from governance.economics.provision_costs import CostLine, by_month, month_after, months_between, total_of


def line(quantity: str, price: str, first: int, last: int) -> CostLine:
    return CostLine("a", "A", Decimal(quantity), "", Decimal(price), first, last)


def test_months_are_counted_from_the_one_in_which_it_begins():
    assert months_between(date(2026, 11, 30), date(2026, 11, 1)) == 0
    assert months_between(date(2026, 11, 30), date(2027, 2, 1)) == 3
    assert month_after(date(2026, 11, 30), 2) == date(2027, 1, 1)


def test_a_line_falls_in_each_of_its_months():
    assert by_month([line("10", "2.5", 1, 2)], 4) == [0, 25, 25, 0]


def test_the_sum_is_rounded_once():
    assert total_of([line("1", "0.004", 0, 0), line("1", "0.004", 0, 0)]) == Decimal("0.01")
