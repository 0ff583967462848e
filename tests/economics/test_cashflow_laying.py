"""Lines laid out over periods, rates and prices: what falls when, and what is refused."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from governance.economics import cashflow
from governance.economics.cashflow import Refused
from governance.economics.plan import Bias, Discount, Exchange, Inflation, Mitigation
from tests.economics.cashflow_plans import line, money, plan


class Fixed:
    """A driver that always brings the same."""

    def __init__(self, worth: str) -> None:
        self.amount = Decimal(worth)

    def worth(self) -> Decimal:
        return self.amount

    def inputs(self) -> Mapping[str, Decimal]:
        return {"recall": Decimal("0.7")}

    def with_inputs(self, changed: Mapping[str, Decimal]) -> Fixed:
        return self


def laid(*lines, **more) -> list[Decimal]:
    """What the first line comes to in each period."""
    return list(cashflow.flows_of(plan(*lines, **more)).by_line[lines[0].key])


@pytest.mark.parametrize(
    ("every", "amounts"),
    [
        ("period", (0, 1, 1, 1)),
        ("year", (0, 1, 1, 1)),
        ("quarter", (0, 4, 4, 4)),
        ("month", (0, 12, 12, 12)),
        ("once", (0, 1, 0, 0)),
    ],
)
def test_a_rhythm_in_a_case_by_years(every, amounts):
    assert laid(line("a", "cost", 1, 1, 3, every=every)) == money(*amounts)


@pytest.mark.parametrize(
    ("every", "periods"),
    [("period", range(1, 27)), ("month", range(1, 27)), ("quarter", range(1, 27, 3)), ("year", (1, 13, 25)), ("once", (1,))],
)
def test_a_rhythm_in_a_case_by_months(every, periods):
    found = laid(line("a", "cost", 1, 1, 26, every=every), period="month", horizon=30)

    assert [period for period, amount in enumerate(found) if amount] == list(periods)
    assert set(found) == {0, 1}


def test_growth_steps_up_each_year_after_the_first_of_the_line():
    assert laid(line("a", "cost", 100, 1, 3, growth=Decimal("0.1"))) == money(0, 100, 110, 121)

    months = laid(line("a", "cost", 100, 2, 27, growth=Decimal("0.1")), period="month", horizon=27)
    assert months[13:15] == money(100, 110)
    assert months[26] == 121


def test_risk_raises_a_cost_and_lowers_a_benefit():
    risk = Decimal("0.2")

    assert laid(line("a", "cost", 100, 0, risk=risk))[0] == 120
    assert laid(line("a", "benefit", 100, 0, risk=risk))[0] == 80


def test_a_model_that_does_worse_than_the_one_before_is_a_negative_benefit_that_risk_makes_larger():
    found = cashflow.evaluate(plan(line("a", "benefit", 1, 1, 3, driver=Fixed("-100"), risk=Decimal("0.1")), rate=0))

    assert found.flows.benefits == tuple(money(0, -110, -110, -110))
    assert found.npv == found.pv_benefits == -330


def test_a_driver_takes_the_place_of_quantity_times_price():
    assert laid(line("a", "benefit", 1, 1, 2, driver=Fixed("500800"), every="month")) == money(0, 6009600, 6009600, 0)


def test_another_currency_is_exchanged_at_the_rate_of_the_plan():
    dollars = line("a", "cost", 100, 0, currency="USD")

    assert laid(dollars, exchange=(Exchange("USD", Decimal("0.92")), Exchange("GBP", Decimal("1.2"))))[0] == 92
    assert laid(line("a", "cost", 100, 0, currency="EUR"))[0] == 100


def test_by_line_adds_up_to_the_sides():
    found = cashflow.flows_of(plan(line("a", "cost", 1, 0, 3), line("b", "cost", 5, 2), line("c", "benefit", 9, 1, 3)))

    assert found.costs == tuple(money(1, 1, 6, 1))
    assert found.benefits == tuple(money(0, 9, 9, 9))
    assert found.net == tuple(money(-1, 8, 3, 8))


BIASES = (
    Bias("much", "Much", Decimal(1), Decimal(0), (Mitigation("a", Decimal("0.7"), ""), Mitigation("b", Decimal("0.4"), ""))),
    Bias("below", "Below nothing", Decimal(1), Decimal(0), (Mitigation("a", Decimal("-0.1"), ""),)),
    Bias("crossed", "Crossed", Decimal("0.1"), Decimal("0.2")),
)


@pytest.mark.parametrize(
    ("wrong", "more", "code", "where"),
    [
        ({"currency": "USD"}, {}, "line.exchange_missing", "line.a"),
        ({"currency": "USD"}, {"exchange": (Exchange("USD", Decimal(0)),)}, "exchange.rate", "exchange.USD"),
        ({"currency": "USD"}, {"exchange": (Exchange("USD", Decimal(1)),) * 2}, "exchange.twice", "exchange.USD"),
        ({"prices": "nominal"}, {}, "line.prices_mixed", "line.a"),
        ({"bias": "unknown"}, {}, "line.bias_unknown", "line.a"),
        ({"bias": "much"}, {"biases": BIASES}, "bias.shares", "bias.much"),
        ({"bias": "below"}, {"biases": BIASES}, "bias.shares", "bias.below"),
        ({"bias": "crossed"}, {"biases": BIASES}, "bias.bounds", "bias.crossed"),
        ({"bias": "much", "kind": "benefit"}, {"biases": BIASES}, "line.bias_on_benefit", "line.a"),
        ({"kind": "wish"}, {}, "line.kind", "line.a"),
        ({"every": "week"}, {}, "line.every", "line.a"),
        ({"from_period": -1}, {}, "line.periods", "line.a"),
        ({"from_period": 2}, {}, "line.periods", "line.a"),
        ({"to_period": 4}, {}, "line.periods", "line.a"),
        ({"quantity": Decimal(-1)}, {}, "line.amount", "line.a"),
        ({"unit_price": Decimal("NaN")}, {}, "line.amount", "line.a"),
        ({"risk": Decimal("-0.1")}, {}, "line.risk", "line.a"),
        ({"risk": Decimal("1.1"), "kind": "benefit"}, {}, "line.risk", "line.a"),
        ({"growth": Decimal(-1)}, {}, "line.growth", "line.a"),
        ({"driver": Fixed("1")}, {}, "line.driver_on_cost", "line.a"),
        ({"driver": Fixed("1"), "kind": "benefit", "quantity": Decimal(2)}, {}, "line.driver_and_amount", "line.a"),
        ({"driver": Fixed("NaN"), "kind": "benefit"}, {}, "line.amount", "line.a"),
        ({}, {"period": "week"}, "plan.period", "period"),
        ({}, {"horizon": 1_000_000_000}, "plan.horizon", "horizon"),
        ({}, {"horizon": -1}, "plan.horizon", "horizon"),
        ({}, {"prices": "both"}, "plan.prices", "prices"),
    ],
)
def test_what_would_give_a_wrong_figure_is_refused_at_its_place(wrong, more, code, where):
    with pytest.raises(Refused) as caught:
        cashflow.evaluate(plan(replace(line("a", "cost", 1, 0, 1), **wrong), **more))

    assert (caught.value.code, caught.value.where) == (code, where)


def test_two_lines_of_one_key_are_refused():
    with pytest.raises(Refused, match=r"line\.key_twice"):
        cashflow.flows_of(plan(line("a", "cost", 1, 0), line("a", "cost", 1, 1)))


@pytest.mark.parametrize("years", [(), (1,), (0, 0), (0, 31, 30)])
def test_steps_of_the_rate_begin_now_and_rise(years):
    with pytest.raises(Refused, match=r"discount\.steps"):
        cashflow.discount_factors(plan(discount=Discount(tuple((year, Decimal("0.03")) for year in years))))


def test_a_nominal_rate_for_real_prices_needs_inflation():
    nominal = Discount(((0, Decimal("0.08")),), prices="nominal")

    with pytest.raises(Refused) as caught:
        cashflow.evaluate(plan(discount=nominal))
    assert caught.value.code == "discount.prices_differ"

    found = cashflow.evaluate(plan(discount=nominal, inflation=Inflation(Decimal("0.025"))))
    assert round(found.curve.rate(1), 6) == Decimal("0.053659")
    with pytest.raises(Refused, match=r"inflation: rate\.too_low"):
        cashflow.evaluate(plan(discount=nominal, inflation=Inflation(Decimal(-1))))


def test_inflation_beside_a_rate_in_the_same_prices_changes_nothing():
    assert cashflow.discount_factors(plan(inflation=Inflation(Decimal("0.5")))) == cashflow.discount_factors(plan())


def test_a_month_is_discounted_by_the_twelfth_root_and_its_middle_by_half_of_that():
    monthly = cashflow.discount_factors(plan(period="month", horizon=24, rate="0.12"))
    middle = cashflow.discount_factors(plan(period="month", horizon=24, rate="0.12", mid_period=True))

    assert round(1 / monthly[1] - 1, 8) == Decimal("0.00948879")
    assert round(monthly[12], 20) == round(1 / Decimal("1.12"), 20)
    assert round(middle[1] ** 2, 20) == round(monthly[1], 20)
    assert monthly[0] == middle[0] == 1


def test_a_step_in_the_rate_comes_with_the_year_in_a_case_by_months():
    stepped = Discount(((0, Decimal("0.12")), (2, Decimal(0))))
    factors = cashflow.discount_factors(plan(period="month", horizon=24, discount=stepped))

    assert factors[12:] == (factors[12],) * 13
    assert factors[11] > factors[12]


def test_a_refusal_says_what_where_and_with_which_figures_also_after_a_journey():
    refusal = Refused("line.exchange_missing", "line.gpu", {"currency": "USD"})
    again = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - our own bytes

    assert str(again) == str(refusal) == "line.gpu: line.exchange_missing (currency=USD)"
    assert dict(again.params) == {"currency": "USD"}
