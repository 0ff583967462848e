"""What a plan comes to: laws of the measures, and their edges."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.economics import cashflow
from governance.economics.cashflow import Refused
from governance.economics.components import plan_of_case
from governance.economics.plan import Discount, Plan
from tests.economics.cashflow_plans import line, money, plan, plan_of_flows

TINY = Decimal("1e-60")


def test_payback_runs_linearly_inside_the_period_and_may_not_be_reached_once_discounted():
    found = cashflow.evaluate(plan_of_flows(money(-1000, 400, 400, 400)))

    assert round(found.npv, 4) == Decimal("-5.2592")
    assert found.payback == Decimal("2.5")
    assert found.discounted_payback is None
    assert found.discounted_payback_last is None


def test_a_fourth_year_lets_the_discounted_payback_be_reached():
    found = cashflow.evaluate(plan_of_flows(money(-1000, 400, 400, 400, 400)))

    assert round(found.discounted_payback, 4) == Decimal("3.0192")
    assert found.discounted_payback == found.discounted_payback_last


def test_the_middle_of_the_year_turns_a_loss_into_a_gain():
    found = cashflow.evaluate(plan_of_flows(money(-1000, 400, 400, 400), mid_period=True))

    assert round(found.npv, 4) == Decimal("43.2929")


def test_what_pays_back_to_the_cent_is_paid_back():
    found = cashflow.evaluate(plan_of_flows(money(-300, 110, 121, "133.1")))
    thirds = cashflow.evaluate(plan_of_flows(money(-100, 1, 1, "170.16"), "0.2"))  # 1/1.2 cannot be written down exactly

    assert (found.discounted_payback, found.npv) == (3, 0)
    assert thirds.discounted_payback == 3
    assert thirds.discounted_payback_last == thirds.discounted_payback


def test_what_starts_without_a_loss_is_paid_back_at_once():
    assert cashflow.payback(money(3, -5, 10)) == 0
    assert cashflow.payback(money(0, 3, -5)) == 0
    assert cashflow.payback(money(3)) == 0
    assert cashflow.payback(money(0, 0)) == 0
    assert cashflow.payback([]) == 0


def test_a_case_that_begins_later_is_not_paid_back_before_it_begins():
    later = money(0, -1000, 400, 400, 400, 400)

    assert cashflow.payback(money(0, -1000)) is None
    assert cashflow.payback(later) == cashflow.payback_last(later) == Decimal("3.5")
    assert (
        cashflow.evaluate(plan_of_flows(later)).discounted_payback
        == cashflow.evaluate(plan_of_flows(later)).discounted_payback_last
    )


def test_the_last_payback_tells_of_a_later_loss():
    twice = money(-100, 150, -100, 100)

    assert round(cashflow.payback(twice) or 0, 4) == Decimal("0.6667")
    assert cashflow.payback_last(twice) == Decimal("2.5")
    assert cashflow.payback_last(money(-100, 150, -100)) is None
    assert cashflow.payback_last(money(0, 5)) == 0


def test_without_costs_ratios_are_undefined_and_not_infinite():
    found = cashflow.evaluate(plan(line("gift", "benefit", 5, 1)))

    assert found.bcr is None
    assert found.roi is None
    assert found.mirr is None
    assert found.irr == ()


def test_costs_are_not_netted_in_the_ratio():
    found = cashflow.evaluate(plan(line("run", "cost", 50, 1), line("use", "benefit", 100, 1), rate=0))

    assert (found.bcr, found.npv) == (2, 50)


@pytest.mark.parametrize("rate", ["-1", "-1.5", "NaN", "Infinity"])
def test_a_rate_of_minus_hundred_percent_or_less_is_refused(rate):
    with pytest.raises(Refused) as caught:
        cashflow.evaluate(plan(rate=rate))
    assert (caught.value.code, caught.value.where) == ("rate.too_low", "discount")

    with pytest.raises(Refused):
        cashflow.npv(money(1, 1), Decimal(rate))


def test_a_horizon_of_no_periods_has_no_yearly_amount_and_no_modified_rate():
    found = cashflow.evaluate(plan(line("a", "cost", 1, 0), line("b", "benefit", 3, 0), horizon=0))

    assert (found.npv, found.equivalent_annual, found.mirr) == (2, None, None)


def test_the_equivalent_of_a_rate_of_nothing_is_the_average():
    assert cashflow.evaluate(plan(line("b", "benefit", 12, 1), rate=0, horizon=4)).equivalent_annual == 3


def test_the_equivalent_over_part_of_a_year_follows_the_formula_of_the_annuity():
    found = cashflow.evaluate(plan(line("b", "benefit", 100, 0), period="month", horizon=18))

    with localcontext(prec=60):
        rate = Decimal("0.1")
        assert abs(found.equivalent_annual - 100 * rate / (1 - (1 + rate) ** Decimal("-1.5"))) < Decimal("1e-50")
    assert found.years == Fraction(3, 2)


def test_the_modified_rate_of_months_is_told_a_year():
    """-100 now and 121 after 24 months, nothing to reinvest: 10 % a year."""
    found = cashflow.evaluate(plan_of_flows(money(-100, *[0] * 23, 121), period="month"))

    assert abs(found.mirr - Decimal("0.1")) < TINY
    assert found.irr == (Decimal("0.1"),)


def test_money_is_rounded_half_away_from_zero_whatever_the_caller_has_set():
    with localcontext(prec=4):
        assert cashflow.rounded(Decimal("1234567890.125")) == Decimal("1234567890.13")
    assert cashflow.rounded(Decimal("-0.005")) == Decimal("-0.01")
    assert str(cashflow.rounded(Decimal("-0.004"))) == "0.00"
    assert cashflow.rounded(Decimal("2.5"), 0) == 3


def test_a_stored_case_is_reckoned_at_its_rate_in_its_prices():
    body = {
        "currency": "EUR",
        "period": "year",
        "horizon": 1,
        "discount_rate": "0.1",
        "real_or_nominal": "nominal",
        "lines": [
            {
                "key": "a",
                "title": "A",
                "kind": "benefit",
                "quantity": "2",
                "unit": "",
                "unit_price": "55",
                "from_period": 1,
                "to_period": 1,
            }
        ],
    }

    assert cashflow.evaluate(plan_of_case(body)).npv == 100


# Laws --------------------------------------------------------------------------------------------------------------------

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
rates = st.decimals(min_value="-0.5", max_value=3, places=4)
flow_rows = st.lists(amounts, min_size=1, max_size=12)


@given(flow_rows, rates)
@settings(deadline=None)
def test_the_net_present_value_is_that_of_pyxirr(flows, rate):
    ours = cashflow.evaluate(plan_of_flows(flows, rate))
    theirs = pyxirr.npv(float(rate), [float(flow) for flow in flows])

    size = float(ours.pv_costs + ours.pv_benefits)
    assert abs(float(ours.npv) - theirs) <= 1e-9 * (1 + size)


@given(flow_rows)
def test_sums_are_exact(flows):
    found = cashflow.evaluate(plan_of_flows(flows, 0))

    cents = [int(flow * 100) for flow in flows]
    assert found.npv * 100 == found.cumulative[-1] * 100 == sum(cents)
    assert found.flows.net == tuple(flows)
    assert sum(found.flows.costs) * 100 == -sum(cent for cent in cents if cent < 0)


@given(flow_rows, rates)
@settings(deadline=None)
def test_the_ratio_is_above_one_exactly_where_the_value_is_above_zero(flows, rate):
    found = cashflow.evaluate(plan_of_flows(flows, rate))

    if found.bcr is not None:
        assert (found.bcr > 1) == (found.npv > 0) == (found.roi > 0)


@given(flow_rows)
def test_a_payback_that_stays_is_never_before_the_first(flows):
    first, last = cashflow.payback(flows), cashflow.payback_last(flows)

    if last is not None and flows[0] < 0:
        assert first is not None
        assert 0 <= first <= last <= len(flows) - 1


@given(flow_rows, rates)
@settings(deadline=None)
def test_in_the_middle_of_the_year_later_flows_are_worth_the_root_of_a_year_more(flows, rate):
    end = cashflow.evaluate(plan_of_flows([Decimal(0), *flows], rate))
    middle = cashflow.evaluate(plan_of_flows([Decimal(0), *flows], rate, mid_period=True))

    with localcontext(prec=80):
        size = end.pv_costs + end.pv_benefits
        assert abs(middle.npv - end.npv * (1 + rate).sqrt()) <= size * TINY


@given(st.lists(amounts, min_size=1, max_size=4), rates)
@settings(deadline=None)
def test_yearly_flows_are_worth_the_same_in_a_case_by_months(flows, rate):
    yearly = cashflow.evaluate(plan_of_flows(flows, rate))
    months = [Decimal(0)] * (12 * (len(flows) - 1) + 1)
    months[::12] = flows
    monthly = cashflow.evaluate(plan_of_flows(months, rate, period="month"))

    assert abs(monthly.npv - yearly.npv) <= (yearly.pv_costs + yearly.pv_benefits) * TINY
    assert [rate for rate in monthly.irr if rate <= 100] == list(yearly.irr)  # 10,000 % a month is more than that a year
    if len(flows) > 1:
        assert abs(monthly.equivalent_annual - yearly.equivalent_annual) <= (yearly.pv_costs + yearly.pv_benefits) * TINY


@given(flow_rows, rates)
@settings(deadline=None)
def test_the_equivalent_each_year_is_worth_what_the_plan_is(flows, rate):
    found = cashflow.evaluate(plan_of_flows([*flows, Decimal(1)], rate))

    with localcontext(prec=80):
        again = found.equivalent_annual * sum(found.factors[1:])
        assert abs(again - found.npv) <= (found.pv_costs + found.pv_benefits) * TINY


@given(st.lists(amounts, min_size=2, max_size=10), rates)
@settings(deadline=None)
def test_the_modified_rate_is_that_of_pyxirr(flows, rate):
    found = cashflow.evaluate(plan_of_flows(flows, rate, finance_rate=Decimal("0.07"), reinvestment_rate=Decimal("0.03")))
    theirs = pyxirr.mirr([float(flow) for flow in flows], 0.07, 0.03, silent=True)

    assert (found.mirr is None) == (theirs is None)
    if theirs is not None:
        assert float(found.mirr) == pytest.approx(theirs, rel=1e-9, abs=1e-9)


@given(st.lists(st.decimals(min_value="-0.3", max_value=1, places=3), min_size=1, max_size=5))
@settings(deadline=None)
def test_steps_that_are_all_the_same_are_one_rate(steps):
    one = steps[0]
    stepped = Discount(tuple((year, one) for year in range(len(steps))))

    assert cashflow.discount_factors(plan(rate=one, horizon=7)) == cashflow.discount_factors(
        Plan("EUR", "year", 7, "real", stepped)
    )
