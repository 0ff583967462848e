"""What changed between two versions of a case, and that the parts are the difference to the last digit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.economics.cashflow import evaluate
from governance.economics.comparing import compared
from governance.economics.plan import Discount, Exchange, Inflation, Plan
from governance.economics.presenting.comparing import comparison_told
from tests.economics.case_plans import line, rich_plan, simple_plan

FIVE = Discount(((0, Decimal("0.05")),))


def part(found, kind: str, key: str = ""):
    return next(item for item in found.parts if (item.kind, item.key) == (kind, key))


def whole(found) -> Decimal:
    with localcontext(prec=80):
        return sum((item.worth for item in found.parts), Decimal(0))


def test_a_changed_line_is_worth_what_it_moves():
    after = simple_plan(lines=(replace(simple_plan().lines[0], unit_price=Decimal(1300)), simple_plan().lines[1]))

    found = compared(simple_plan(), after)

    assert [(item.kind, item.key, item.worth) for item in found.parts] == [("changed", "build", Decimal(-300))]
    assert [(field.name, field.before, field.after) for field in found.parts[0].fields] == [
        ("unit_price", Decimal(1000), Decimal(1300))
    ]


def test_lines_that_came_and_went_count_whole():
    before, after = simple_plan(), simple_plan(lines=(simple_plan().lines[1], line(to_period=0)))

    found = compared(before, after)

    assert part(found, "added", "gpu").worth == Decimal(-250)
    assert part(found, "removed", "build").worth == Decimal(1000)
    assert whole(found) == found.difference == Decimal(750)


def test_a_rate_that_changes_moves_what_was_there_and_new_lines_count_in_the_new_one():
    gain = line("gain", kind="benefit", quantity=Decimal(1), unit_price=Decimal(105), from_period=1, to_period=1)

    found = compared(simple_plan(), simple_plan(discount=FIVE, lines=(*simple_plan().lines, gain)))

    assert round(part(found, "frame").worth, 2) == Decimal("136.26")  # 1100/1.05 + 1100/1.05² less the same at 10 %
    assert part(found, "added", "gain").worth == Decimal(100)
    assert whole(found) == found.difference


def test_a_line_that_cannot_be_reckoned_in_the_new_frame_carries_its_own_difference():
    before = rich_plan()
    lines = tuple(replace(item, currency="") if item.key == "data" else item for item in before.lines)

    found = compared(before, replace(before, exchange=(), lines=lines))

    assert part(found, "changed", "data").worth < 0
    assert part(found, "frame").worth == 0
    assert whole(found) == found.difference


def test_prices_that_turn_nominal_are_told_together_with_the_inflation_that_this_needs():
    before = simple_plan()
    after = replace(before, prices="nominal", inflation=Inflation(Decimal("0.02"), "Bank"))

    found = compared(before, after)

    assert [field.name for field in part(found, "frame").fields] == ["prices", "inflation"]
    assert whole(found) == found.difference


def test_a_shorter_horizon_with_shorter_lines_adds_up():
    before = rich_plan()
    short = tuple(replace(item, to_period=min(item.to_period, 1)) for item in before.lines)

    found = compared(before, replace(before, horizon=1, lines=short))

    assert whole(found) == found.difference


def test_nothing_that_changed_is_no_part():
    assert compared(rich_plan(), rich_plan()).parts == ()


def test_what_does_not_touch_the_worth_is_told_without_one():
    found = compared(rich_plan(), rich_plan(scenarios=(), tolerance=Decimal("0.2")))

    assert [(item.kind, item.worth, [field.name for field in item.fields]) for item in found.parts] == [
        ("frame", Decimal(0), ["tolerance", "scenarios"])
    ]


amounts = st.decimals(min_value=0, max_value=10**9, places=6)
rates = st.decimals(min_value=Decimal("-0.4"), max_value=3, places=6)


@st.composite
def plans(draw) -> Plan:
    horizon = draw(st.integers(2, 6))
    lines = tuple(
        line(
            key,
            kind=draw(st.sampled_from(["cost", "benefit"])),
            quantity=draw(amounts),
            unit_price=draw(amounts),
            from_period=draw(st.integers(0, 1)),
            to_period=draw(st.integers(1, horizon)),
            currency=draw(st.sampled_from(["", "USD"])),
            growth=draw(st.decimals(min_value=0, max_value=1, places=4)),
        )
        for key in draw(st.sets(st.sampled_from(["a", "b", "c", "d"]), min_size=1))
    )
    exchange = (Exchange("USD", draw(st.decimals(min_value=Decimal("0.01"), max_value=9, places=4))),)
    return Plan(
        "EUR", "year", horizon, "real", Discount(((0, draw(rates)),)), lines, mid_period=draw(st.booleans()), exchange=exchange
    )


@settings(max_examples=60)
@given(plans(), plans())
def test_the_parts_are_the_difference_to_the_last_digit(before, after):
    found = compared(before, after)

    with localcontext(prec=80):
        assert whole(found) == found.difference
        assert round(found.before, 20) == round(evaluate(before).npv, 20)
        assert round(found.after, 20) == round(evaluate(after).npv, 20)


@settings(max_examples=40)
@given(plans(), plans())
def test_what_stands_on_the_page_sums_to_what_stands_on_the_page(before, after):
    def read(text: str) -> Decimal:
        return Decimal(text.replace(",", "").replace("+", "") or "0")

    told = comparison_told(compared(before, after))
    with localcontext(prec=80):
        parts = sum((read(item["worth"]) for item in told["parts"]), Decimal(0)) + read(told["rounding"])
        assert parts == read(told["difference"])
        assert abs(read(told["after"]) - read(told["before"]) - read(told["difference"])) <= Decimal("0.01")


def test_one_change_alone_leaves_nothing_to_rounding():
    dearer = simple_plan(lines=(simple_plan().lines[0], replace(simple_plan().lines[1], unit_price=Decimal("1100.007"))))

    assert comparison_told(compared(simple_plan(), dearer))["rounding"] == ""


@pytest.mark.parametrize("other", [simple_plan(horizon=3), rich_plan()])
def test_comparing_the_other_way_round_is_the_negative(other):
    with localcontext(prec=80):
        assert compared(simple_plan(), other).difference == -compared(other, simple_plan()).difference
