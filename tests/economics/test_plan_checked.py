"""Everything that is wrong with a plan, at once, with its place and what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings

from governance.economics.cashflow import evaluate
from governance.economics.plan import Bias, Correlation, Discount, Exchange, Inflation, Mitigation, Plan, Range, Scenario
from governance.economics.plan.checked import problems_of
from governance.economics.plan.inputs import names_of
from governance.economics.plan.problems import MESSAGES
from governance.economics.plan.written import plan_as_mapping
from governance.economics.scenarios import inputs_of, overridden
from tests.economics.plan_values import driver, full_plan, plans, simple_line, simple_plan

D = Decimal


def codes(plan: Plan) -> list[tuple[str, str]]:
    found = problems_of(plan)
    assert all(problem.message for problem in found)
    return [(problem.path, problem.code) for problem in found]


def of_line(**changes: Any) -> list[tuple[str, str]]:
    return [(path.removeprefix("lines.0."), code) for path, code in codes(simple_plan(simple_line(**changes)))]


def test_nothing_is_wrong_with_a_good_plan() -> None:
    assert codes(full_plan()) == codes(simple_plan()) == []


@given(plans())
@settings(max_examples=60, deadline=None)
def test_what_is_not_refused_can_be_reckoned(plan: Plan) -> None:
    assert problems_of(plan) == problems_of(plan_as_mapping(plan)) == []
    evaluate(plan)
    for scenario in plan.scenarios:
        evaluate(overridden(plan, scenario.overrides))


@given(plans())
@settings(max_examples=40, deadline=None)
def test_the_inputs_that_are_known_are_those_that_can_be_changed(plan: Plan) -> None:
    assert names_of(plan) == {name: item.low is not None for name, item in inputs_of(plan).items()}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"key": "GPU"}, ("key", "key")),
        ({"key": "1a"}, ("key", "key")),
        ({"key": "a" * 61}, ("key", "key")),
        ({"title": ""}, ("title", "empty")),
        ({"title": "x" * 121}, ("title", "too_long")),
        ({"title": "a\0b"}, ("title", "hidden")),
        ({"title": "a\nb"}, ("title", "hidden")),
        ({"title": "abc\u202egnp"}, ("title", "hidden")),
        ({"title": "a\u200bb"}, ("title", "hidden")),
        ({"title": "a\ud800"}, ("title", "hidden")),
        ({"unit": "x" * 41}, ("unit", "too_long")),
        ({"evidence": "x" * 2001}, ("evidence", "too_long")),
        ({"evidence": "a\x1bb"}, ("evidence", "hidden")),
        ({"kind": "saving"}, ("kind", "choice")),
        ({"every": "week"}, ("every", "choice")),
        ({"quantity": D(-1)}, ("quantity", "negative")),
        ({"quantity": D("1e12")}, ("quantity", "digits")),
        ({"quantity": D("0.0000001")}, ("quantity", "digits")),
        ({"quantity": D("1e999999")}, ("quantity", "digits")),
        ({"quantity": D("NaN")}, ("quantity", "digits")),
        ({"unit_price": D("1.2345678")}, ("unit_price", "digits")),
        ({"from_period": -1}, ("from_period", "periods")),
        ({"to_period": 6}, ("from_period", "periods")),
        ({"from_period": 3, "to_period": 2}, ("from_period", "periods")),
        ({"growth": D(-1)}, ("growth", "growth")),
        ({"risk": D("1.01"), "risk_reason": "-"}, ("risk", "share")),
        ({"risk": D("-0.1"), "risk_reason": "-"}, ("risk", "share")),
        ({"risk": D("0.1")}, ("risk_reason", "risk_reason")),
        ({"currency": "eur"}, ("currency", "currency")),
        ({"currency": "RMB"}, ("currency", "currency_meant")),
        ({"currency": "EUX"}, ("currency", "currency_unknown")),
        ({"currency": "USD"}, ("currency", "no_exchange")),
        ({"prices": "nominal"}, ("prices", "mixed_prices")),
        ({"prices": "today"}, ("prices", "choice")),
        ({"bias": "software"}, ("bias", "no_bias")),
        ({"quantity_range": Range(D(1300), D(1500))}, ("quantity_range", "range")),
        ({"quantity_range": Range(D(1000), D(1100))}, ("quantity_range", "range")),
        ({"quantity_range": Range(D(-1), D(1500))}, ("quantity_range.low", "negative")),
        ({"unit_price_range": Range(D(1), D(2))}, ("unit_price_range", "range")),
    ],
)
def test_what_is_wrong_with_a_line(changes: dict[str, Any], wrong: tuple[str, str]) -> None:
    assert of_line(**changes) == [wrong]


def test_the_worth_of_a_model_stands_alone_and_is_a_benefit() -> None:
    assert of_line(driver=driver(), kind="benefit") == [("quantity", "driver_amount"), ("unit_price", "driver_amount")]
    assert of_line(driver=driver(), quantity=D(1), unit_price=D(1)) == [("driver", "driver_of_cost")]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"currency": "EURO"}, ("currency", "currency_meant")),
        ({"currency": "€"}, ("currency", "currency")),
        ({"horizon": 51}, ("horizon", "horizon")),
        ({"horizon": 601, "period": "month"}, ("horizon", "horizon")),
        ({"period": "week"}, ("period", "choice")),
        ({"prices": "today"}, ("prices", "choice")),
        ({"tolerance": D("1.5")}, ("tolerance", "share")),
        ({"finance_rate": D(-1)}, ("finance_rate", "rate_lost")),
        ({"reinvestment_rate": D(11)}, ("reinvestment_rate", "between")),
        ({"discount": Discount(())}, ("discount.steps", "steps_empty")),
        ({"discount": Discount(((0, D(-1)),))}, ("discount.steps.0.1", "rate_lost")),
        ({"discount": Discount(((0, D("-1.5")),))}, ("discount.steps.0.1", "rate_lost")),
        ({"discount": Discount(((0, D("-0.6")),))}, ("discount.steps.0.1", "between")),
        ({"discount": Discount(((1, D(0)),))}, ("discount.steps.0.0", "steps_start")),
        ({"discount": Discount(((0, D(0)), (3, D(0)), (3, D(0))))}, ("discount.steps.2.0", "steps_order")),
        ({"discount": Discount(((0, D("0.08")),), "nominal")}, ("discount.prices", "no_inflation")),
        ({"inflation": Inflation(D(-2))}, ("inflation.rate", "rate_lost")),
        ({"exchange": (Exchange("USD", D(1)),)}, ("exchange.0.dated", "not_dated")),
        ({"exchange": (Exchange("USD", D(0), dated=date(2025, 1, 1)),)}, ("exchange.0.rate", "not_positive")),
        ({"exchange": (Exchange("EUR", D(1), dated=date(2025, 1, 1)),)}, ("exchange.0.currency", "own_currency")),
        ({"exchange": (Exchange("XYZ", D(1), dated=date(2025, 1, 1)),)}, ("exchange.0.currency", "currency_unknown")),
        ({"exchange": (Exchange("USD", D(1), dated=date(2025, 1, 1)),) * 2}, ("exchange.1.currency", "duplicate")),
        ({"biases": (Bias("b", "B", D(1), D(2)),)}, ("biases.0.lower", "bias_order")),
        ({"biases": (Bias("b", "B", D(1), D(-1)),)}, ("biases.0.lower", "between")),
        ({"biases": (Bias("b", "B", D(1), D(0), (Mitigation("m", D("0.6"), "e"),) * 2),)}, ("biases.0.mitigations", "shares_above")),
        ({"biases": (Bias("b", "B", D(1), D(0), (Mitigation("m", D("0.6"), ""),)),)}, ("biases.0.mitigations.0.evidence", "no_evidence")),
        ({"lines": ()}, ("lines", "no_lines")),
        ({"lines": (simple_line(),) * 2}, ("lines.1.key", "duplicate")),
        ({"lines": tuple(simple_line(f"l{at}") for at in range(201))}, ("lines", "count")),
        ({"scenarios": (Scenario("s", "S", {"line.gpu.price": D(1)}),)}, ("scenarios.0.overrides.line.gpu.price", "no_input")),
        ({"scenarios": (Scenario("s", "S", {"line.gpu.quantity": D(-1)}),)}, ("scenarios.0.overrides.line.gpu.quantity", "override")),
        ({"scenarios": (Scenario("s", "S", {"rate": D(-1)}),)}, ("scenarios.0.overrides.rate", "override")),
        ({"scenarios": (Scenario("s", "S", {"line.gpu.from_period": D(4)}),)}, ("scenarios.0.overrides", "override_periods")),
        ({"scenarios": (Scenario("base", "S"),)}, ("scenarios.0.key", "own_scenario")),
        ({"biases": (Bias("b", "B", D("NaN"), D(0)),)}, ("biases.0.upper", "between")),
        ({"exchange": (Exchange("USD", D("NaN"), dated=date(2025, 1, 1)),)}, ("exchange.0.rate", "not_positive")),
        ({"scenarios": (Scenario("s", "S", {"line.gpu.from_period": D("NaN")}),)}, ("scenarios.0.overrides.line.gpu.from_period", "override")),
        ({"correlations": (Correlation("rate", "line.gpu.risk", D(2)),)}, ("correlations.0.one", "no_range")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_rest(changes: dict[str, Any], wrong: tuple[str, str]) -> None:
    assert codes(simple_plan(**changes))[0] == wrong


def test_correlations_are_between_two_uncertain_inputs() -> None:
    lines = (simple_line("a", quantity_range=Range(D(0), D(2000))), simple_line("b", quantity_range=Range(D(0), D(2000))))
    one, other = "line.a.quantity", "line.b.quantity"
    plan = simple_plan(*lines)
    assert codes(replace(plan, correlations=(Correlation(one, other, D(1)),))) == []
    assert codes(replace(plan, correlations=(Correlation(one, one, D(1)),))) == [("correlations.0.other", "same_input")]
    assert codes(replace(plan, correlations=(Correlation(one, other, D("1.1")),))) == [("correlations.0.value", "correlation")]
    twice = (Correlation(one, other, D(1)), Correlation(other, one, D(1)))
    assert codes(replace(plan, correlations=twice)) == [("correlations.1.other", "pair_twice")]


def test_all_is_told_at_once_and_nothing_twice() -> None:
    told: Any = plan_as_mapping(simple_plan(simple_line("a"), simple_line("b")))
    told["horizon"] = "x"
    told["lines"][0]["quantity"] = "1,5"
    told["lines"][1]["risk"] = "0.5"
    assert [(problem.path, problem.code) for problem in problems_of(told)] == [
        ("horizon", "not_whole"),
        ("lines.0.quantity", "comma"),
        ("lines.1.risk_reason", "risk_reason"),
    ]


def test_words_are_those_of_who_reads_them() -> None:
    problem = problems_of(simple_plan(simple_line(currency="USD")))[0]
    assert problem.message == "There is no rate from USD to EUR. Add one with its date under the exchange rates."
    with translation.override("zh-hans"):
        assert "USD" in problem.message


def test_each_message_can_be_filled_in() -> None:
    from governance.economics.sheets.problems import MESSAGES as OF_SHEETS

    class Any_(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return "x"

    for message in (*MESSAGES.values(), *OF_SHEETS.values()):
        assert str(message) % Any_()
