"""Inputs by name, plans with other values, scenarios."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.economics.baseline import Baseline
from governance.economics.cashflow import Refused, evaluate, rounded
from governance.economics.plan import Discount, Scenario
from governance.economics.scenarios import evaluate_scenarios, inputs_of, overridden
from tests.economics.uncertain_plans import classification, line, plan, rich, simple

RICH = rich()
INPUTS = inputs_of(RICH)
BASELINE = Baseline.of(RICH)


def test_every_input_of_a_plan_has_its_name_and_present_value():
    assert {
        name: item.value for name, item in INPUTS.items() if "gpu" not in name and "team" not in name and "saved" not in name
    } == {
        "rate": D("0.035"),
        "inflation": D("0.025"),
        "exchange.USD": D("0.9"),
        "bias.software": D(2),
        "line.caught.driver.cases": D(100_000),
        "line.caught.driver.prevalence": D("0.02"),
        "line.caught.driver.recall": D("0.7"),
        "line.caught.driver.precision": D("0.35"),
        "line.caught.driver.value_true_positive": D(180),
        "line.caught.driver.cost_false_negative": D(200),
        "line.caught.driver.cost_false_positive": D(12),
        "line.caught.driver.value_true_negative": D(0),
        "line.caught.risk": D("0.3"),
        "line.caught.growth": D(0),
        "line.caught.from_period": D(6),
        "line.caught.to_period": D(36),
        "line.caught.included": D(1),
    }


def test_an_input_tells_its_range_unit_and_bounds():
    price = INPUTS["line.gpu.spot.unit_price"]
    assert (price.low, price.high, price.unit, price.line, price.field) == (D(1), D(4), "EUR per unit", "gpu.spot", "unit_price")
    assert INPUTS["line.gpu.unit_price"].unit == "USD per unit"
    assert INPUTS["line.saved.risk"].allows(D(1))
    assert not INPUTS["line.saved.risk"].allows(D("1.01"))
    assert INPUTS["line.team.risk"].allows(D("1.01"))
    assert not INPUTS["rate"].allows(D(-1))


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_overridden_by_its_own_value_changes_nothing(name):
    assert overridden(RICH, {name: INPUTS[name].value}) == RICH


@pytest.mark.parametrize(
    ("name", "value", "edited"),
    [
        ("line.saved.quantity", "70", lambda one: replace(one, quantity=D(70))),
        ("line.saved.unit_price", "44", lambda one: replace(one, unit_price=D(44))),
        ("line.saved.risk", "0.5", lambda one: replace(one, risk=D("0.5"))),
        ("line.saved.growth", "-0.1", lambda one: replace(one, growth=D("-0.1"))),
        ("line.saved.from_period", "12", lambda one: replace(one, from_period=12)),
        ("line.saved.to_period", "24", lambda one: replace(one, to_period=24)),
    ],
)
def test_overriding_a_field_is_editing_the_line(name, value, edited):
    by_hand = replace(RICH, lines=tuple(edited(one) if one.key == "saved" else one for one in RICH.lines))
    assert overridden(RICH, {name: D(value)}) == by_hand
    assert evaluate(overridden(RICH, {name: D(value)})).npv == evaluate(by_hand).npv != evaluate(RICH).npv


def test_a_line_that_is_not_included_is_not_there():
    left = overridden(RICH, {"line.gpu.included": D(0)})
    assert [one.key for one in left.lines] == ["gpu.spot", "team", "saved", "caught"]


def test_a_key_that_begins_like_another_is_another_line():
    changed = overridden(RICH, {"line.gpu.spot.quantity": D(7)})
    assert [one.quantity for one in changed.lines[:2]] == [D(300), D(7)]


def test_declining_rates_move_together():
    assert overridden(RICH, {"rate": D("0.055")}).discount.steps == ((0, D("0.055")), (2, D("0.050")))


def test_both_ends_of_a_line_may_move_whatever_the_order():
    later = {"line.team.from_period": D(20), "line.team.to_period": D(30)}
    turned = dict(reversed(later.items()))
    assert overridden(RICH, later) == overridden(RICH, turned)


def test_a_driver_takes_all_its_inputs_at_once():
    # One after the other the precision of 0.005 would need more false positives than there are negatives.
    one = plan(line("caught", "benefit", periods=(1, 3), driver=classification()))
    changed = overridden(one, {"line.caught.driver.prevalence": D("0.001"), "line.caught.driver.precision": D("0.005")})
    assert changed.lines[0].driver == classification().with_inputs({"prevalence": D("0.001"), "precision": D("0.005")})


@pytest.mark.parametrize(
    ("overrides", "code", "where"),
    [
        ({"line.gpu.quantitiy": D(1)}, "input.unknown", "line.gpu.quantitiy"),
        ({"line.caught.quantity": D(1)}, "input.unknown", "line.caught.quantity"),
        ({"exchange.CHF": D(1)}, "input.unknown", "exchange.CHF"),
        ({"rate": D("NaN")}, "input.not_a_number", "rate"),
        ({"rate": D("Infinity")}, "input.not_a_number", "rate"),
        ({"rate": 0.1}, "input.not_a_number", "rate"),
        ({"rate": "0,1"}, "input.not_a_number", "rate"),
        ({"rate": D(-1)}, "input.out_of_bounds", "rate"),
        ({"rate": D("-0.995")}, "input.out_of_bounds", "rate"),  # the second step would be at -100 %
        ({"line.gpu.quantity": D(-1)}, "input.out_of_bounds", "line.gpu.quantity"),
        ({"line.saved.risk": D("1.1")}, "input.out_of_bounds", "line.saved.risk"),
        ({"line.saved.included": D(2)}, "input.out_of_bounds", "line.saved.included"),
        ({"line.saved.from_period": D("1.5")}, "input.not_whole", "line.saved.from_period"),
        ({"line.saved.to_period": D(37)}, "input.out_of_bounds", "line.saved.to_period"),
        ({"line.team.from_period": D(20)}, "input.periods", "line.team.from_period"),
        ({"exchange.USD": D(0)}, "input.out_of_bounds", "exchange.USD"),
        ({"bias.software": D("0.05")}, "input.out_of_bounds", "bias.software"),
        ({"line.caught.driver.recall": D("1.2")}, "input.driver", "line.caught.driver.recall"),
    ],
)
def test_a_wrong_override_is_refused_at_its_name(overrides, code, where):
    with pytest.raises(Refused) as refusal:
        overridden(RICH, overrides)
    assert (refusal.value.code, refusal.value.where) == (code, where)


def test_an_unknown_name_is_told_with_those_like_it():
    with pytest.raises(Refused) as refusal:
        overridden(RICH, {"line.gpu.quantitiy": D(1)})
    assert "line.gpu.quantity" in refusal.value.params["similar"]


def test_two_lines_of_one_key_have_no_names():
    with pytest.raises(Refused) as refusal:
        inputs_of(plan(line("build"), line("build")))
    assert (refusal.value.code, refusal.value.where) == ("input.ambiguous", "line.build.quantity")


def test_a_plan_without_a_discount_rate_is_refused_and_does_not_fall_over():
    with pytest.raises(Refused) as refusal:
        inputs_of(replace(simple(), discount=Discount(())))
    assert refusal.value.where == "discount"


def test_do_nothing_and_base_are_always_there():
    found = evaluate_scenarios(simple())
    assert list(found) == ["do_nothing", "base"]
    assert found["do_nothing"].npv == 0
    assert set(found["do_nothing"].flows.net) == {D(0)}
    assert rounded(found["base"].npv) == D("-5.26")


def test_each_scenario_is_the_plan_with_its_overrides():
    found = evaluate_scenarios(RICH)
    assert list(found) == ["do_nothing", "base", "low"]
    assert found["low"].npv == evaluate(overridden(RICH, RICH.scenarios[0].overrides)).npv < found["base"].npv


@pytest.mark.parametrize("key", ["base", "do_nothing", "low"])
def test_a_scenario_cannot_take_the_key_of_another(key):
    with pytest.raises(Refused) as refusal:
        evaluate_scenarios(replace(RICH, scenarios=(*RICH.scenarios, Scenario(key, "Again"))))
    assert (refusal.value.code, refusal.value.where) == ("scenario.key_taken", f"scenario.{key}")


def test_a_refusal_within_a_scenario_says_which_one():
    with pytest.raises(Refused) as refusal:
        evaluate_scenarios(replace(RICH, scenarios=(Scenario("high", "High", {"rate": D(-2)}),)))
    assert refusal.value.where == "scenario.high.rate"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(INPUTS)), st.decimals(D("-0.9"), D(40), places=3))
def test_the_short_way_to_a_net_present_value_leads_where_the_long_one_does(name, value):
    def told(reckoned):
        try:
            return rounded(reckoned(), 40)
        except Refused as refusal:
            return refusal.code, refusal.where

    assert told(lambda: BASELINE.npv_with(name, value)) == told(lambda: evaluate(overridden(RICH, {name: value})).npv)
