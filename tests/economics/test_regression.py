"""A forecast through what its errors cost: published cases, hand-checkable edges, laws."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.economics.drivers import (
    Accuracy,
    Alternative,
    Regression,
    WrongInput,
    as_mapping,
    best_shift,
    critical_ratio,
    driver_of,
    linear_cost,
)


def d(value: str | int) -> Decimal:
    return Decimal(str(value))


def measured(actual, forecast) -> Accuracy:
    """The metrics of some forecasts, by their definitions; error is forecast − actual."""
    errors = [d(guess) - d(truth) for truth, guess in zip(actual, forecast, strict=True)]
    count = len(errors)
    return Accuracy(
        sum(map(abs, errors)) / count,
        (sum(error * error for error in errors) / count).sqrt() + d("1e-20"),
        sum(errors) / count,
    )


def bikes(**changed) -> Regression:
    """1,000 forecasts of bikes; one too many costs 2, one too few 6. The naive forecast is 5 off, the model 3, and 1 too high."""
    given_values = {
        "forecasts": d(1000),
        "model": Accuracy(d(3), d(4), d(1)),
        "incumbent": Alternative("naive", Accuracy(d(5), d(7), d(-1))),
        "cost_too_high": d(2),
        "cost_too_low": d(6),
        "unit": "bikes",
    }
    return Regression(**{**given_values, **changed})


# Exact cases ---------------------------------------------------------------------------------------------------------


def test_what_errors_cost_follows_from_mean_absolute_error_and_bias():
    driver = bikes()

    assert (driver.model.too_high, driver.model.too_low) == (2, 1)
    assert driver.cost() == 1000 * (2 * 2 + 1 * 6)
    assert driver.incumbent_cost() == 1000 * (2 * 2 + 3 * 6)
    assert driver.worth() == 12_000


@pytest.mark.parametrize(
    ("quantile", "forecast", "loss"),
    [
        ("0.05", ["1.25", 0, 1, 4, "0.625"], "0.16625"),
        ("0.5", ["2.5", 0, 2, 8, "1.25"], "0.275"),
        ("0.95", ["3.75", 0, 3, 12, "1.875"], "0.09625"),
    ],
)
def test_the_pinball_losses_of_sktime_follow_from_the_two_metrics(quantile, forecast, loss):
    # sktime 0.31, PinballLoss, example: https://www.sktime.net/en/v0.31.0/api_reference/
    # A unit too low costs the quantile, a unit too high the rest to 1.
    accuracy = measured([3, "-0.5", 2, 7, 2], forecast)
    perfect = Alternative("naive", Accuracy(d(0), d(0), d(0)))

    driver = Regression(d(1), accuracy, perfect, cost_too_high=1 - d(quantile), cost_too_low=d(quantile))

    assert driver.cost() == d(loss)
    assert driver.worth() == -d(loss)


def test_a_squared_cost_takes_the_root_mean_squared_error():
    driver = bikes(cost_too_high=d(0), cost_too_low=d(0), cost_squared=d("0.5"))

    assert driver.worth() == 1000 * d("0.5") * (49 - 16)
    assert driver.critical_ratio is None


def test_each_addend_of_the_cost_can_be_opened():
    driver = bikes(cost_squared=d("0.5"))

    assert [(term.name, term.amount) for term in driver.terms(driver.model)] == [
        ("too_high", 4000),
        ("too_low", 6000),
        ("squared", 8000),
    ]


def test_a_unit_of_error_in_money():
    found = {item.name: item.derivative for item in bikes(cost_squared=d("0.5")).sensitivities()}

    assert found == {"mean_absolute_error": -4000, "bias": 2000, "root_mean_squared_error": -4000}


def test_the_critical_ratio_is_that_of_the_newsvendor():
    assert bikes().critical_ratio == d("0.75")
    # a paper bought for 14, sold for 20 and given back for 5: too few lose 6, too many 9
    assert critical_ratio(d(9), d(6)) == d("0.4")
    assert critical_ratio(d(0), d(0)) is None


def test_the_best_shift_is_the_quantile_at_the_critical_ratio():
    errors = [d(value) for value in (-4, -1, 0, 2)]  # actual − forecast: 4, 1, 0, −2

    assert best_shift(errors, d(2), d(6)) == 1  # the third of four
    assert best_shift(errors, d(1), d(0)) == -2
    assert best_shift(errors, d(0), d(1)) == 4


# Edges ---------------------------------------------------------------------------------------------------------------


def test_the_bias_is_not_taken_for_0_where_it_matters():
    with pytest.raises(WrongInput, match="too high and too low cost differently") as error:
        bikes(model=Accuracy(d(3)))
    assert error.value.where == "bias"
    with pytest.raises(WrongInput) as error:
        bikes(incumbent=Alternative("naive", Accuracy(d(5))))
    assert error.value.where == "incumbent_bias"


def test_the_bias_is_not_asked_for_where_it_does_not_matter():
    driver = bikes(model=Accuracy(d(3)), incumbent=Alternative("naive", Accuracy(d(5))), cost_too_low=d(2))

    assert driver.worth() == 1000 * 2 * 2
    assert "bias" not in driver.inputs()


@pytest.mark.parametrize(
    ("accuracy", "code", "where"),
    [
        ((d(3), None, d("-3.1")), "bias_beyond_error", "bias"),
        ((d(3), d("2.9"), None), "error_beyond_root", "root_mean_squared_error"),
        ((d(-1), None, None), "out_of_bounds", "mean_absolute_error"),
        ((d("NaN"), None, None), "not_a_number", "mean_absolute_error"),
    ],
)
def test_metrics_that_cannot_belong_together_are_refused(accuracy, code, where):
    with pytest.raises(WrongInput) as error:
        Accuracy(*accuracy)
    assert (error.value.code, error.value.where) == (code, where)


@pytest.mark.parametrize(
    ("changed", "code", "where"),
    [
        ({"cost_too_high": d(0), "cost_too_low": d(0)}, "no_costs", "cost_too_high"),
        ({"cost_too_high": d(-2)}, "out_of_bounds", "cost_too_high"),
        ({"model": Accuracy(root_mean_squared_error=d(4))}, "missing", "mean_absolute_error"),
        ({"model": Accuracy(d(3), bias=d(1)), "cost_squared": d(1)}, "missing", "root_mean_squared_error"),
        ({"takes": {"mape": "mape"}}, "unknown_input", "mape"),
    ],
)
def test_what_cannot_be_is_refused_by_name(changed, code, where):
    with pytest.raises(WrongInput) as error:
        bikes(**changed)
    assert (error.value.code, error.value.where) == (code, where)


def test_an_alternative_is_never_nothing():
    with pytest.raises(WrongInput) as error:
        Alternative("nothing", Accuracy(d(5)))
    assert error.value.code == "unknown_kind"
    with pytest.raises(WrongInput) as error:
        Alternative("rule", Accuracy(d(5)))
    assert error.value.where == "incumbent.name"


def test_inputs_that_are_not_there_are_told():
    with pytest.raises(WrongInput, match="there is no input recall"):
        bikes().with_inputs({"recall": d("0.5")})


# Laws ----------------------------------------------------------------------------------------------------------------

amounts = st.decimals(0, 1000, places=2)
numbers = st.decimals(-1000, 1000, places=2)
samples = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=12)


@st.composite
def regressions(draw, **changed) -> Regression:
    first, second = (zip(*draw(samples), strict=True) for _ in range(2))
    costs = {"cost_too_high": draw(amounts), "cost_too_low": draw(amounts), "cost_squared": draw(amounts) + d("0.01")}
    incumbent = Alternative(draw(st.sampled_from(["naive", "rule", "model"])), measured(*second), "before")
    return Regression(d(draw(st.integers(0, 10**6))), measured(*first), incumbent, unit="kWh", **costs, **changed)


@given(regressions())
def test_a_model_against_itself_is_worth_nothing(driver):
    assert replace(driver, incumbent=Alternative("model", driver.model, "itself")).worth() == 0


@given(samples, amounts, amounts)
def test_the_cost_from_two_metrics_is_the_cost_of_the_single_errors(sample, too_high, too_low):
    actual, forecast = zip(*sample, strict=True)
    driver = bikes(forecasts=d(len(sample)), model=measured(actual, forecast), cost_too_high=too_high + 1, cost_too_low=too_low)

    one_by_one = sum(linear_cost(guess - truth, too_high + 1, too_low) for truth, guess in sample)

    assert abs(driver.cost() - one_by_one) < d("1e-9")


@given(st.lists(numbers, min_size=1, max_size=12), amounts, amounts)
def test_no_other_shift_costs_less_than_the_best(errors, too_high, too_low):
    too_high += 1

    def cost(shift: Decimal) -> Decimal:
        return sum((linear_cost(error + shift, too_high, too_low) for error in errors), Decimal(0))

    best = best_shift(errors, too_high, too_low)

    assert cost(best) == min(cost(-error) for error in errors)  # piecewise linear: a corner is among the best


@given(regressions(takes={"bias": "test_bias"}))
def test_a_driver_is_the_same_after_a_mapping_and_back(driver):
    assert driver_of(as_mapping(driver)) == driver


@given(regressions())
def test_its_inputs_put_in_again_change_nothing(driver):
    assert driver.with_inputs(driver.inputs()) == driver
    assert driver.worth_along(driver.inputs()) == driver.worth()
