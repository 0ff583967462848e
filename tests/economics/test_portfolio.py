"""Use cases beside each other: what is added up, what is not, and what is told as missing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.economics.plan import Discount, Line, Plan
from governance.economics.portfolio import (
    ORDERS,
    Position,
    benefit_a_month,
    by_stage,
    carried,
    in_currency,
    quadrant,
    ranked,
    sums,
    worth_of,
)

D = Decimal


def at(key: str, npv: str | None = None, currency: str = "EUR", **more) -> Position:
    amounts = {
        name: D(value) if isinstance(value, str) and name not in ("stage", "tier", "title") else value
        for name, value in more.items()
    }
    return Position(
        key, amounts.pop("title", key), amounts.pop("stage", "building"), currency=currency if npv is not None else "",
        npv=None if npv is None else D(npv), basis="snapshot" if npv is not None else "", **amounts,
    )  # fmt: skip


def plan(period: str = "year", horizon: int = 2, **more) -> Plan:
    lines = (
        Line("build", "Build", "cost", D(1), "", D(900), 0, 0),
        Line("run", "Run", "cost", D(1), "", D(12), 1, horizon),
        Line("kept", "Kept", "benefit", D(1), "", D(1200), 1, horizon),
    )
    return Plan("EUR", period, horizon, "real", Discount(((0, D(0)),)), lines, **more)


def test_amounts_of_two_currencies_are_never_added_up():
    found = sums([at("a", "10"), at("b", "20"), at("c", "5", "USD")])

    assert [(one.currency, one.count, one.npv) for one in found] == [("EUR", 2, D(30)), ("USD", 1, D(5))]


def test_with_a_rate_they_are_in_one_currency_and_without_one_they_stay():
    rows = in_currency([at("a", "10"), at("b", "20", "USD", effort="4"), at("c", "5", "JPY")], "EUR", {"USD": D("0.5")})

    assert [(row.currency, row.npv, row.effort) for row in rows] == [
        ("EUR", D(10), None),
        ("EUR", D("10.0"), D("2.0")),
        ("JPY", D(5), None),
    ]


def test_what_nobody_stated_is_counted_as_missing_and_not_as_zero():
    one = sums([at("a", "10", spent="3"), at("b", "20"), at("c", "1")])[0]

    assert (one.spent, one.realised) == (D(3), None)
    assert one.missing == {"annual": 3, "effort": 3, "spent": 2, "realised": 3}


def test_who_waits_without_a_benefit_is_told_and_who_does_not_wait_is_not():
    one = sums([at("a", "10", waiting=1), at("b", "20", waiting=1, delay_a_day="7", waiting_cost="9"), at("c", "1")])[0]

    assert (one.waiting, one.delay_a_day) == (2, D(7))
    assert (one.missing or {})["delay_a_day"] == 1


def test_ranking_puts_the_largest_first_each_currency_for_itself_and_the_unknown_last():
    rows = [at("x"), at("a", "1"), at("b", "3"), at("u", "1000", "USD"), at("c", "-9")]

    assert [row.key for row in ranked(rows)] == ["b", "a", "c", "u", "x"]
    assert [row.key for row in ranked(rows, ascending=True)] == ["c", "a", "b", "u", "x"]


def test_value_over_effort_compares_across_currencies():
    rows = [at("a", "10", effort="10"), at("b", "10", "USD", effort="2"), at("free", "10", effort="0")]

    assert [row.key for row in ranked(rows, "return")] == ["b", "a", "free"]


def test_risk_ranks_from_high_to_low_and_the_unknown_last():
    rows = [at("a", "1", tier="low"), at("b", "1", tier="high"), at("c", "1")]

    assert [row.key for row in ranked(rows, "risk")] == ["b", "a", "c"]


def test_an_order_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="no order by luck"):
        ranked([], "luck")


@pytest.mark.parametrize("by", ORDERS)
def test_every_order_keeps_every_use_case(by):
    rows = [at("a", "1", effort="1", spent="2", tier="low"), at("b"), at("c", "3", "USD", waiting=1, delay_a_day="1")]

    assert sorted(row.key for row in ranked(rows, by)) == ["a", "b", "c"]


def test_few_carry_most_of_the_value_and_losses_carry_nothing():
    found = carried([at("a", "70"), at("b", "20"), at("c", "10"), at("d", "-50"), at("x")], "EUR")

    assert found is not None
    assert (found.few, found.of, found.share) == (2, 4, D("0.9"))


def test_where_nothing_is_worth_anything_nothing_carries():
    assert carried([at("a", "-1"), at("b", "0")], "EUR") is None


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
def test_no_fewer_use_cases_could_carry_as_much(amounts):
    found = carried([at(str(place), str(amount)) for place, amount in enumerate(amounts)], "EUR")

    assert found is not None
    largest = sorted(amounts, reverse=True)
    assert sum(largest[: found.few]) * 5 >= sum(amounts) * 4
    assert sum(largest[: found.few - 1]) * 5 < sum(amounts) * 4


def test_net_value_by_stage_says_of_how_many_it_is_not_known():
    rows = [at("a", "10"), at("b", "-4"), at("x"), at("u", "9", "USD"), at("o", "1", stage="old")]

    found = by_stage(rows, ["discovery", "building"], "EUR")

    assert [(row.stage, row.count, row.npv, row.unknown) for row in found] == [
        ("discovery", 0, None, 0),
        ("building", 3, D(6), 1),
        ("old", 1, D(1), 0),
    ]


def test_value_and_risk_together_say_where_it_stands():
    assert quadrant(at("a", "1", tier="low")) == "go"
    assert quadrant(at("a", "1", tier="high")) == "care"
    assert quadrant(at("a", "0", tier="medium")) == "rethink"
    assert quadrant(at("a", "-1", tier="high")) == "stop"
    assert quadrant(at("a", "1")) == quadrant(at("a", tier="low")) == ""


def test_effort_is_what_the_first_twelve_months_take():
    assert worth_of(plan()).effort == D(900)
    assert worth_of(plan("month", 24)).effort == D(900) + 11 * D(12)


def test_a_benefit_a_month_is_the_same_whether_the_plan_counts_years_or_months():
    assert benefit_a_month([D(0), D(1200), D(1200)], 1) == D(100)
    assert benefit_a_month([D(0), D(100), D(100)], 12) == D(100)
    assert benefit_a_month([D(0)], 12) == D(0)


def test_cost_so_far_stands_against_benefit_realised():
    assert at("a", "1", spent="5", realised="3").net_so_far == D(-2)
    assert at("a", "1", spent="5").net_so_far == D(-5)
    assert at("a", "1").net_so_far is None
