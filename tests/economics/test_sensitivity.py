"""Switching values and the tornado."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.economics.cashflow import Refused, evaluate, roots_of
from governance.economics.drivers.classification import Classification, Incumbent, Quality
from governance.economics.drivers.regression import Accuracy, Alternative, Regression
from governance.economics.plan import Discount, Range
from governance.economics.scenarios import inputs_of, overridden
from governance.economics.sensitivity import switching_values, tornado
from governance.economics.simulation import Pert
from tests.economics.uncertain_plans import around, line, plan, rich, simple

CENT = D("0.005")


@dataclass(frozen=True)
class Hill:
    """A driver with a best value: worth 100 - (x - 3)², which no straight line and no monotone one is."""

    x: D

    def worth(self) -> D:
        return 100 - (self.x - 3) ** 2

    def inputs(self) -> dict[str, D]:
        return {"x": self.x}

    def with_inputs(self, changed: Mapping[str, D]) -> Hill:
        return Hill(changed.get("x", self.x))


def hill(x: str, cost: str):
    return plan(line("cost", "cost", "1", cost), line("hill", "benefit", driver=Hill(D(x))))


def only(case, name):
    (found,) = switching_values(case, [name])
    return found


# Switching values --------------------------------------------------------------------------------------------------------


def test_the_switching_values_of_a_case_that_is_checked_by_hand():
    # -1000 + q × 10 × (1/1.1 + 1/1.21 + 1/1.331) = 0 at q = 1331000/33100
    found = only(simple(), "line.saved.quantity")
    assert abs(found.nearest - D(1331000) / D(33100)) < D("1e-20")
    assert found.reason == "one"
    assert found.values == (found.nearest,)
    assert round(found.distance * 100, 4) == D("0.5287")  # per cent more than the 40 that are likely
    assert found.within_range is True


def test_the_switching_value_of_the_rate_is_the_internal_rate_of_return():
    found = only(simple(), "rate")
    (irr,) = roots_of(evaluate(simple()).flows.net).shown
    assert abs(found.nearest - irr) < D("1e-9")
    assert found.distance < 0


@pytest.mark.parametrize(
    ("flows", "rates"),
    [((-100, 230, -132), ("0.1", "0.2")), ((-1000, 3600, -4310, 1716), ("0.1", "0.2", "0.3"))],
)
def test_several_switching_values_are_all_told(flows, rates):
    lines = [line(f"l{at}", "cost" if flow < 0 else "benefit", "1", str(abs(flow)), (at, at)) for at, flow in enumerate(flows)]
    found = only(plan(*lines, discount=Discount(((0, D("0.12")),))), "rate")
    assert found.reason == "many"
    assert [round(value, 12) for value in found.values] == [D(rate) for rate in rates]
    assert round(found.nearest, 12) == D("0.1")


def test_a_switching_value_that_only_touches_is_found():
    # -(1 - 1.3 / (1 + r))² has its one zero at 30 % and is negative on both sides.
    lines = [
        line(f"l{at}", "cost" if flow < 0 else "benefit", "1", str(abs(flow)), (at, at))
        for at, flow in enumerate((D(-1), D("2.6"), D("-1.69")))
    ]
    found = only(plan(*lines), "rate")
    assert found.reason == "one"
    assert abs(found.nearest - D("0.3")) < D("1e-6")


def test_two_switching_values_between_two_probes_are_found():
    # At 30 % and 30.1 %: no probe lies in between.
    low, high = D("1.3"), D("1.301")
    lines = [
        line(f"l{at}", "cost" if flow < 0 else "benefit", "1", str(abs(flow)), (at, at))
        for at, flow in enumerate((D(-1), low + high, -low * high))
    ]
    found = only(plan(*lines), "rate")
    assert [round(value, 10) for value in found.values] == [D("0.3"), D("0.301")]


def test_none_is_told_as_none():
    found = only(plan(line("build", "cost", "10", "100")), "line.build.quantity")
    assert (found.reason, found.values) == ("one", (D(0),))  # at nothing bought it breaks even
    found = only(plan(line("build", "cost", "10", "100"), line("rent", "cost", "5", "1")), "line.build.quantity")
    assert (found.reason, found.values, found.nearest, found.distance) == ("none", (), None, None)


def test_an_input_that_moves_nothing_is_told_as_such():
    case = plan(line("build", "cost", "0", "100"), line("saved", "benefit", "1", "5"))
    assert only(case, "line.build.unit_price").reason == "no_effect"
    assert only(case, "rate").reason == "no_effect"  # all falls now


def forecasts(**more: D) -> Regression:
    accuracies = Accuracy(D(5)), Accuracy(D(9))
    return Regression(D(1000), accuracies[0], Alternative("naive", accuracies[1]), cost_too_high=D(1), cost_too_low=D(1), **more)


def test_an_input_that_cannot_be_moved_alone_is_not_said_to_move_nothing():
    # Where too high and too low cost differently the bias is needed, and nobody stated it.
    case = plan(line("build", "cost", "1", "1000"), line("better", "benefit", periods=(1, 3), driver=forecasts()))
    for name in ("cost_too_high", "cost_too_low"):
        found = only(case, f"line.better.driver.{name}")
        assert (found.reason, found.values, found.nearest, found.distance) == ("not_alone", (), None, None)
        assert found.searched == Range(D(1), D(1))


def test_a_switching_value_between_the_last_probe_and_the_end_of_what_is_allowed_is_found():
    # With recall 1 and 30 % positive a precision below 0.3 would take more cases than there are; the probes end at 1/3.
    # At 0.31 it is worth nothing: 30,000 × 30 - 5 × 30,000 × (1 / 0.31 - 1) = 566,129.03.
    driver = Classification(
        D(100_000),
        D("0.3"),
        Quality(D(1), D("0.9")),
        Incumbent("nothing"),
        D(20),
        cost_false_negative=D(10),
        cost_false_positive=D(5),
    )
    case = plan(line("build", "cost", "1", "566129.03", (1, 1)), line("caught", "benefit", periods=(1, 1), driver=driver))
    found = only(case, "line.caught.driver.precision")
    assert (found.reason, len(found.values)) == ("one", 1)
    assert abs(found.nearest - D("0.31")) < D("1e-7")
    assert D("0.3") <= found.searched.low < D("0.3000001")
    assert found.searched.high == 1


@dataclass(frozen=True)
class Pit:
    """Worth x², and allowed from -0.9, which is no probe, to 1, which is one."""

    x: D

    def worth(self) -> D:
        return self.x**2

    def inputs(self) -> dict[str, D]:
        return {"x": self.x}

    def with_inputs(self, changed: Mapping[str, D]) -> Pit:
        x = changed.get("x", self.x)
        if not D("-0.9") <= x <= 1:
            raise ValueError("outside")
        return Pit(x)


def test_both_ends_of_what_is_allowed_are_reached_and_an_end_that_was_a_probe_is_looked_beyond_once(monkeypatch):
    asked = []
    with_inputs = Pit.with_inputs
    monkeypatch.setattr(Pit, "with_inputs", lambda pit, changed: asked.append(changed["x"]) or with_inputs(pit, changed))
    found = only(plan(line("cost", "cost", "1", "0.78"), line("pit", "benefit", driver=Pit(D(0)))), "line.pit.driver.x")
    assert [round(value, 6) for value in found.values] == [D("-0.883176"), D("0.883176")]
    assert D("-0.9") <= found.searched.low < D("-0.8999")
    assert found.searched.high == 1
    assert len([x for x in asked if x > 1]) == 2


def test_a_distance_from_zero_is_no_share():
    case = plan(line("build", "cost", "1", "5"), line("saved", "benefit", "0", "10"))
    found = only(case, "line.saved.quantity")
    assert found.values == (D("0.5"),)
    assert found.distance is None


def test_a_model_has_a_switching_value_of_its_recall():
    case = replace(rich(), lines=(*rich().lines[:3], rich().lines[4]))
    found = only(case, "line.caught.driver.recall")
    assert found.reason == "one"
    assert D(0) < found.nearest < D("0.7")
    assert abs(evaluate(overridden(case, {found.name: found.nearest})).npv) < CENT


def test_a_curve_with_two_switching_values_has_both():
    found = only(hill("4", "75"), "line.hill.driver.x")
    assert found.reason == "many"
    assert [round(value, 15) for value in found.values] == [D(-2), D(8)]
    assert round(found.nearest, 15) == D(8)


def test_without_names_it_is_amounts_rates_and_drivers():
    names = [found.name for found in switching_values(rich())]
    assert {"rate", "exchange.USD", "line.gpu.quantity", "line.caught.driver.recall"} <= set(names)
    assert not any(name.endswith((".included", ".from_period", ".risk")) for name in names)


@pytest.mark.parametrize("name", ["line.saved.from_period", "line.saved.included"])
def test_what_has_no_values_in_between_has_no_switching_value(name):
    with pytest.raises(Refused) as refusal:
        switching_values(simple(), [name])
    assert (refusal.value.code, refusal.value.where) == ("input.whole", name)


def test_an_unknown_name_is_refused():
    with pytest.raises(Refused) as refusal:
        switching_values(simple(), ["line.saved.prize"])
    assert (refusal.value.code, refusal.value.where) == ("input.unknown", "line.saved.prize")


AMOUNT = st.decimals(D("0.01"), D("100000"), places=2)


@settings(max_examples=60, deadline=None)
@given(AMOUNT, AMOUNT, AMOUNT, st.decimals(D("-0.2"), D("0.5"), places=3), st.data())
def test_a_case_with_its_switching_value_in_it_is_worth_nothing(cost, price, quantity, rate, data):
    case = plan(
        line("build", "cost", "1", str(cost)),
        line("saved", "benefit", str(quantity), str(price), (1, 3), growth=D("0.03"), risk=D("0.1")),
        discount=Discount(((0, rate),)),
    )
    names = [name for name, item in inputs_of(case).items() if not item.whole]
    found = only(case, data.draw(st.sampled_from(names)))
    assert found.reason in ("one", "none", "no_effect")
    for value in found.values:
        assert abs(evaluate(overridden(case, {found.name: value})).npv) < D("1e-9")


# Tornado -----------------------------------------------------------------------------------------------------------------


def test_the_bars_of_a_tornado_go_to_the_tenth_and_ninetieth_percentile_widest_first():
    bars = tornado(simple())
    assert [bar.name for bar in bars] == ["line.saved.quantity", "line.build.quantity", "line.saved.unit_price"]
    assert [bar.swing for bar in bars] == sorted((bar.swing for bar in bars), reverse=True)
    first = bars[0]
    pert = Pert(D(20), D(40), D(70))
    assert (first.low, first.likely, first.high) == (pert.quantile(0.1), D(40), pert.quantile(0.9))
    assert abs(first.npv_at_low - evaluate(overridden(simple(), {first.name: first.low})).npv) < D("1e-60")
    assert abs(first.npv_at_high - evaluate(overridden(simple(), {first.name: first.high})).npv) < D("1e-60")
    assert first.swing == first.npv_at_high - first.npv_at_low
    assert all(bar.monotone for bar in bars)


def test_a_bar_of_a_cost_goes_the_other_way():
    bar = next(bar for bar in tornado(simple()) if bar.name == "line.build.quantity")
    assert bar.npv_at_low > bar.npv_at_high
    assert bar.swing == bar.npv_at_low - bar.npv_at_high


def test_what_turns_between_its_ends_is_flagged_and_its_swing_is_seen():
    (bar,) = tornado(hill("3", "75"), {"line.hill.driver.x": around("-1", "7")})
    assert bar.monotone is False
    assert abs(bar.npv_at_low - bar.npv_at_high) < D("1e-6")  # the ends alone would show nothing at all
    assert bar.highest == D(25)
    assert bar.swing > 3
    (bar,) = tornado(hill("3", "75"), {"line.hill.driver.x": around("3", "7")})
    assert bar.monotone is True


def test_what_turns_between_its_ends_is_flagged_also_where_the_likely_value_does_not_show_it():
    # Likely is the lowest; the bar goes from -0.7 to 4.9 and its top is at 3.
    (bar,) = tornado(hill("-1", "75"), {"line.hill.driver.x": around("-1", "15")})
    assert bar.likely < bar.low < 3 < bar.high
    assert bar.monotone is False
    assert bar.highest > max(bar.npv_at_low, bar.npv_at_high)


def test_ranges_that_the_plan_does_not_state_may_be_given():
    bars = tornado(rich(), {"rate": around("0.02", "0.08"), "line.caught.driver.recall": around("0.5", "0.8")})
    assert {"rate", "line.caught.driver.recall", "line.gpu.quantity"} < {bar.name for bar in bars}
    rate = next(bar for bar in bars if bar.name == "rate")
    assert rate.npv_at_low > rate.npv_at_high


def test_a_certainty_is_a_bar_without_width():
    case = plan(line("build", "cost", "10", "100", quantity_range=around("10", "10")))
    (bar,) = tornado(case)
    assert (bar.low, bar.high, bar.swing, bar.monotone) == (D(10), D(10), D(0), True)


@pytest.mark.parametrize(
    ("ranges", "code", "where"),
    [
        ({"line.saved.prize": around("1", "2")}, "input.unknown", "line.saved.prize"),
        ({"line.saved.quantity": around("41", "50")}, "range.order", "line.saved.quantity"),
        ({"line.saved.quantity": around("30", "39")}, "range.order", "line.saved.quantity"),
        ({"rate": around("0.2", "0.05")}, "range.order", "rate"),
        ({"rate": Range(D("NaN"), D(1))}, "range.not_a_number", "rate"),
        ({"rate": around("-1", "1")}, "input.out_of_bounds", "rate"),
        ({"line.saved.from_period": around("0", "2")}, "range.whole", "line.saved.from_period"),
    ],
)
def test_a_wrong_range_is_refused_at_its_input(ranges, code, where):
    with pytest.raises(Refused) as refusal:
        tornado(simple(), ranges)
    assert (refusal.value.code, refusal.value.where) == (code, where)
