"""What a day of delay costs by a case."""

from __future__ import annotations

from decimal import Decimal

from governance.economics.plan import Discount, Line, Plan
from governance.economics.provision_effect import CASE, Effect, as_mapping, from_mapping, value_of_a_day


def line(key: str, kind: str, price: str, first: int, last: int) -> Line:
    return Line(key, key, kind, Decimal(1), "", Decimal(price), first, last)


def plan(*lines: Line, period: str = "year", horizon: int = 3) -> Plan:
    return Plan("EUR", period, horizon, "real", Discount(((0, Decimal("0.1")),)), tuple(lines))


def test_it_is_the_net_benefit_of_the_first_year_of_operation_over_365():
    build, run = line("build", "cost", "90000", 0, 0), line("run", "cost", "100000", 1, 3)
    found = value_of_a_day(plan(build, run, line("gain", "benefit", "465000", 2, 3)))

    assert found is not None
    assert (found.first, found.last) == (2, 2)
    assert found.a_day == 1000


def test_by_months_it_is_the_first_twelve_with_a_benefit():
    found = value_of_a_day(plan(line("gain", "benefit", "3650", 5, 36), period="month", horizon=36))

    assert found is not None
    assert (found.first, found.last) == (5, 16)
    assert found.a_day == 120


def test_a_case_too_short_for_a_full_year_says_nothing():
    assert value_of_a_day(plan(line("gain", "benefit", "3650", 5, 10), period="month", horizon=10)) is None
    assert value_of_a_day(plan(line("build", "cost", "1", 0, 3))) is None


def test_a_case_that_loses_money_makes_a_delay_cost_nothing():
    value = value_of_a_day(plan(line("run", "cost", "1000", 1, 3), line("gain", "benefit", "270", 1, 3)))

    assert value is not None
    assert value.loses
    assert Effect(Decimal(30), Decimal(0), "", CASE, value.a_day).money == 0


def test_an_effect_is_the_same_after_it_was_kept():
    value = value_of_a_day(plan(line("gain", "benefit", "36500", 1, 3)))
    effect = Effect(Decimal("1.5"), Decimal(12), "Because.", CASE, Decimal(100), "", "EUR", value, 3)

    assert from_mapping(as_mapping(effect)) == effect
    assert effect.money == 150
