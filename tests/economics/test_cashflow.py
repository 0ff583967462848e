"""The engine against figures from textbooks, guides and by hand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.economics import cashflow
from governance.economics.cashflow import Flows


def money(*values: float | int | str) -> list[Decimal]:
    return [Decimal(str(value)) for value in values]


@dataclass(frozen=True)
class Line:
    kind: str
    quantity: Decimal
    unit_price: Decimal
    from_period: int
    to_period: int


def once(kind: str, amount: int, period: int) -> Line:
    return Line(kind, Decimal(1), Decimal(amount), period, period)


def test_the_example_of_omb_a94_appendix_b_comes_out_to_the_cent():
    costs = (10, 20, 30, 30, 20, 10, 5, 5, 5, 5)
    benefits = (0, 0, 5, 10, 30, 40, 40, 40, 40, 25)
    lines = [once("cost", amount, year) for year, amount in enumerate(costs, start=1)]
    lines += [once("benefit", amount, year) for year, amount in enumerate(benefits, start=1)]
    rate = Decimal("0.031")

    found = cashflow.evaluate(lines, horizon=10, rate=rate)

    assert round(cashflow.npv(found.flows.costs, rate), 2) == Decimal("123.37")
    assert round(cashflow.npv(found.flows.benefits, rate), 2) == Decimal("184.92")
    assert round(found.npv, 2) == Decimal("61.55")
    assert found.bcr is not None
    assert round(found.bcr, 4) == Decimal("1.4989")


def test_the_textbook_sheet_of_a_purchase_of_42500_comes_out():
    lines = [
        once("cost", 42_500, 0),
        Line("benefit", Decimal(1), Decimal(50_000), 1, 5),
        Line("cost", Decimal(1), Decimal(28_500), 1, 5),
    ]

    found = cashflow.evaluate(lines, horizon=5, rate=Decimal("0.12"))

    assert round(found.npv, 2) == Decimal("35002.69")
    assert found.payback is not None
    assert found.discounted_payback is not None
    assert round(found.payback, 3) == Decimal("1.977")
    assert round(found.discounted_payback, 3) == Decimal("2.403")
    assert [round(rate, 5) for rate in found.irr] == [Decimal("0.41748")]
    total, cumulative = Decimal(0), []
    for value in cashflow.present_values(found.flows.net, Decimal("0.12")):
        total += value
        cumulative.append(round(total))
    assert cumulative[1:5] == [-23_304, -6_164, 9_139, 22_803]


@pytest.mark.parametrize(
    ("flows", "rates"),
    [
        (money(-1, 3, -2), money(0, 1)),
        (money(-100, 230, -132), money("0.1", "0.2")),
        (money(-1000, 3600, -4310, 1716), money("0.1", "0.2", "0.3")),
        (money(-1, 20), money(19)),
        (money(-1, 101), money(100)),
        (money("-1678.87", "771.96", "1814.05", "3520.30", "3552.95", "3584.99", "4789.91", -1), money("-0.999791", "1.00427")),
    ],
)
def test_all_rates_of_return_are_found_not_just_one(flows, rates):
    assert [round(rate, 5) for rate in cashflow.irr(flows)] == [round(rate, 5) for rate in rates]


@pytest.mark.parametrize("flows", [money(100, -300, 250), money(1, 2, 3), money(1, -1, 1), money(-5, -5), money(0, 0), []])
def test_flows_that_never_break_even_at_any_rate_have_no_rate_of_return(flows):
    assert cashflow.irr(flows) == []


@pytest.mark.parametrize("flows", [money(-1, 3, -3, 1), money(-1, 2, -1)])
def test_a_rate_at_which_the_value_only_touches_zero_is_found_once(flows):
    assert cashflow.irr(flows) == [0]


def test_a_rate_above_ten_thousand_percent_is_not_reported():
    assert cashflow.irr(money(-1, 102)) == []


def test_payback_runs_linearly_inside_the_period_and_may_not_be_reached_once_discounted():
    flows = money(-1000, 400, 400, 400)
    discounted = cashflow.present_values(flows, Decimal("0.1"))

    assert round(cashflow.npv(flows, Decimal("0.1")), 4) == Decimal("-5.2592")
    assert cashflow.payback(flows) == Decimal("2.5")
    assert cashflow.payback(discounted) is None


def test_a_fourth_year_lets_the_discounted_payback_be_reached():
    discounted = cashflow.present_values(money(-1000, 400, 400, 400, 400), Decimal("0.1"))

    found = cashflow.payback(discounted)

    assert found is not None
    assert round(found, 10) == Decimal("3.01925")


def test_what_starts_without_a_loss_is_paid_back_at_once():
    assert cashflow.payback(money(0, -5, 10)) == 0
    assert cashflow.payback(money(3)) == 0


def test_the_last_payback_tells_of_a_later_loss():
    twice = money(-100, 150, -100, 100)

    assert round(cashflow.payback(twice) or 0, 4) == Decimal("0.6667")
    assert cashflow.payback_last(twice) == Decimal("2.5")
    assert cashflow.payback_last(money(-100, 150, -100)) is None


def test_without_costs_the_ratio_is_undefined_and_not_infinite():
    assert cashflow.bcr(Flows(costs=(Decimal(0),), benefits=(Decimal(5),)), Decimal("0.1")) is None


@pytest.mark.parametrize("rate", ["-1", "-1.5", "NaN"])
def test_a_rate_of_minus_hundred_percent_or_less_is_refused(rate):
    with pytest.raises(ValueError, match=r"-100 %"):
        cashflow.npv(money(1, 1), Decimal(rate))


@pytest.mark.parametrize("line", [once("cost", 1, 4), Line("cost", Decimal(1), Decimal(1), 2, 1), once("wish", 1, 0)])
def test_a_line_outside_the_horizon_or_of_no_kind_is_refused(line):
    with pytest.raises(ValueError, match=r"lie within|neither"):
        cashflow.flows_of([line], 3)


def test_tenths_add_up_exactly():
    lines = [Line("cost", Decimal("0.1"), Decimal("0.1"), 0, 0)] * 3

    assert cashflow.flows_of(lines, 0).net == (Decimal("-0.03"),)


amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


@given(st.lists(amounts, max_size=12))
@settings(deadline=None, max_examples=60)
def test_the_value_is_nothing_at_every_rate_of_return(flows):
    for rate in cashflow.irr(flows):
        with localcontext(prec=60):
            size = cashflow.npv([abs(flow) for flow in flows], rate)
            assert abs(cashflow.npv(flows, rate)) <= size * Decimal("1e-6")


@given(st.sets(st.integers(min_value=-90, max_value=900), min_size=1, max_size=6))
@settings(deadline=None, max_examples=60)
def test_flows_built_from_rates_give_exactly_these_rates(percents):
    """(1 - x(1 + a))(1 - x(1 + b))… is zero at the rates a, b, … and nowhere else."""
    flows = [Decimal(1)]
    with localcontext(prec=80):
        for percent in percents:
            factor = 1 + Decimal(percent) / 100
            shifted = [Decimal(0), *(-factor * flow for flow in flows)]
            flows = [a + b for a, b in zip([*flows, Decimal(0)], shifted, strict=True)]

    assert cashflow.irr(flows) == sorted(Decimal(percent) / 100 for percent in percents)


@given(st.lists(amounts, min_size=1, max_size=10))
def test_a_payback_that_stays_is_never_before_the_first(flows):
    first, last = cashflow.payback(flows), cashflow.payback_last(flows)

    if last is not None and flows[0] < 0:
        assert first is not None
        assert 0 <= first <= last <= len(flows) - 1
