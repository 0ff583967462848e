"""A plan with a version's metrics: what it is worth more or less a year, and why."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from governance.economics.cashflow import evaluate, flows_of
from governance.economics.drivers import (
    Accuracy,
    Alternative,
    Incumbent,
    OperatingPoint,
    Quality,
    Regression,
    WrongInput,
    metrics_by_name,
)
from governance.economics.plan import Discount, Exchange, Line, Plan
from governance.economics.revaluing import evaluated, worth_of
from governance.economics.thresholds import choice_of, points_in, points_of_text
from tests.economics.test_classification import churn, classifications, d
from tests.economics.test_regression import bikes, regressions

TAKES = {"recall": "recall", "precision": "precision"}
AGREED = {"recall": d("0.7"), "precision": d("0.35")}


def driven(key: str = "caught", **said) -> Line:
    fields = {
        "key": key, "title": "Leavers kept", "kind": "benefit", "quantity": d(1), "unit": "", "unit_price": d(1),
        "from_period": 1, "to_period": 5, "driver": churn(takes=TAKES),
    }  # fmt: skip
    return Line(**{**fields, **said})


def cost() -> Line:
    return Line("team", "Team", "cost", d(2), "people", d(60_000), 0, 5)


def plan(*lines: Line, **said) -> Plan:
    fields = {"currency": "EUR", "period": "year", "horizon": 5, "prices": "real", "discount": Discount(((0, d("0.05")),))}
    return Plan(**{**fields, "lines": lines or (cost(), driven()), **said})


# What it comes to ----------------------------------------------------------------------------------------------------


def test_a_worse_recall_costs_what_the_confusion_matrix_says_each_year():
    agreed = plan(driven(driver=churn(model=Quality(d("0.7"), false_positive_rate=d("0.02")), takes={"recall": "recall"})))

    found = worth_of(agreed, {"recall": d("0.65")})

    assert found.change == -38_000  # a hundred leavers missed more, at 380 each
    assert [(part.name, part.before, part.after, part.a_year) for part in found.lines[0].parts] == [
        ("recall", d("0.7"), d("0.65"), -38_000)
    ]
    assert found.is_known


def test_recall_and_precision_each_get_their_share():
    found = worth_of(plan(), {"recall": d("0.64"), "precision": d("0.37")})
    recall, precision = found.lines[0].parts

    # recall first, at the old precision: 120 fewer found (−45,600) and 222.86 fewer false alarms (+2,674.29)
    assert round(recall.a_year, 2) == d("-42925.71")
    # precision, at the new recall: 1,280 · (0.65/0.35 − 0.63/0.37) = 197.68 fewer false alarms
    assert round(precision.a_year, 2) == d("2372.20")
    assert found.change == recall.a_year + precision.a_year


def test_the_net_present_value_is_that_of_the_plan_with_the_new_model():
    found = worth_of(plan(), {"recall": d("0.64"), "precision": d("0.37")})
    again = plan(cost(), driven(driver=churn(model=Quality(d("0.64"), d("0.37")), takes=TAKES)))

    assert found.evaluation.npv == evaluate(again).npv == evaluated(plan(), {"recall": d("0.64"), "precision": d("0.37")}).npv
    assert round(found.equivalent_annual_change, 6) == round(found.change, 6)  # the same each year, so the level amount is that


def test_the_same_metrics_change_nothing():
    found = worth_of(plan(), AGREED)

    assert (found.change, found.lines[0].parts, found.npv_change) == (0, (), 0)


def test_what_no_metric_feeds_stays_as_it_was_agreed_to():
    stated = driven("stated", driver=churn())

    found = worth_of(plan(cost(), stated, driven()), {"recall": d("0.6"), "precision": d("0.35")})

    assert [line.key for line in found.lines] == ["caught"]
    assert found.plan.lines[:2] == (cost(), stated)


def test_a_plan_that_follows_from_no_model_says_so():
    found = worth_of(plan(cost(), driven(driver=churn())), AGREED)

    assert not found.is_driven
    assert not found.is_known
    assert found.change == 0


# Risk, growth, rhythm, currency -------------------------------------------------------------------------------------


def test_risk_growth_and_exchange_are_those_of_the_line():
    line = driven(risk=d("0.1"), growth=d("0.02"), currency="USD")
    found = worth_of(plan(line, exchange=(Exchange("USD", d("0.9")),)), {"recall": d("0.65"), "precision": d("0.35")})

    each = found.plan.lines[0].driver.worth() - line.driver.worth()
    grown = sum((d("1.02") ** year for year in range(5)), d(0))
    assert round(found.change, 6) == round(each * d("0.9") * d("0.9") * grown / 5, 6)


def test_a_model_that_now_loses_is_charged_with_the_risk_as_a_cost_is():
    rule = Incumbent("rule", "Overdue", recall=d("0.6"), false_positive_rate=d("0.01"))
    line = driven(risk=d("0.5"), driver=churn(incumbent=rule, takes={"recall": "recall"}))
    found = worth_of(plan(line), {"recall": d("0.1")})

    new = found.plan.lines[0].driver.worth()
    assert new < 0 < line.driver.worth()
    assert round(found.after, 6) == round(new * d("1.5"), 6)
    assert round(found.before, 6) == round(line.driver.worth() * d("0.5"), 6)
    assert sum(part.a_year for part in found.lines[0].parts) == found.change


@pytest.mark.parametrize(
    ("every", "first", "last", "a_year"),
    [
        ("period", 1, 60, 12),
        ("month", 13, 24, 12),
        ("quarter", 1, 60, 4),
        ("quarter", 3, 60, 4),
        ("year", 12, 60, 1),
        ("year", 1, 49, 1),
        ("once", 7, 7, 1),
    ],
)
def test_in_a_case_by_months_a_year_has_twelve(every, first, last, a_year):
    line = driven(every=every, from_period=first, to_period=last)
    found = worth_of(plan(line, period="month", horizon=60), {"recall": d("0.65"), "precision": d("0.35")})

    assert found.change == round((found.plan.lines[0].driver.worth() - line.driver.worth()) * a_year, 10)


def test_years_are_those_in_which_any_driven_line_falls():
    early, late = driven("early", from_period=1, to_period=2), driven("late", from_period=3, to_period=4)

    found = worth_of(plan(cost(), early, late), {"recall": d("0.65"), "precision": d("0.35")})

    assert found.years == 4
    assert [line.change for line in found.lines] == [found.change / 2] * 2


# Unknown -----------------------------------------------------------------------------------------------------------


def test_a_metric_that_is_missing_leaves_the_line_unknown_with_the_reason():
    other = driven("other", driver=bikes(takes={"mean_absolute_error": "mae"}))

    found = worth_of(plan(driven(), other), AGREED)

    assert [line.key for line in found.lines] == ["caught"]
    assert [(item.key, item.why.code) for item in found.unknown] == [("other", "metric_missing")]
    assert not found.is_known
    assert found.is_driven
    with pytest.raises(WrongInput, match="mae"):
        evaluated(plan(driven(), other), AGREED)


def test_a_metric_that_cannot_be_is_unknown_and_not_zero():
    found = worth_of(plan(), {"recall": d(70), "precision": d("0.35")})

    assert [item.why.code for item in found.unknown] == ["share_or_percent"]


# A point of recall -------------------------------------------------------------------------------------------------


def test_a_point_of_recall_is_worth_what_one_more_of_a_hundred_leavers_is():
    driver = churn(model=Quality(d("0.7"), false_positive_rate=d("0.02")), takes={"recall": "recall"})
    found = worth_of(plan(driven(driver=driver, risk=d("0.1"))), {"recall": d("0.7")})

    point = next(item for item in found.points["caught"] if (item.name, item.held) == ("recall", "false_positive_rate"))
    assert (point.step, point.a_year, point.exact) == (d("0.01"), 6_840, 6_840)  # 20 · 380 · 0.9


def test_a_unit_of_error_is_worth_what_it_saves():
    found = worth_of(plan(driven(driver=bikes(takes={"mean_absolute_error": "mae"}))), {"mae": bikes().model.mean_absolute_error})
    [point] = [item for item in found.points["caught"] if item.name == "mean_absolute_error"]

    more = worth_of(found.plan, {"mae": bikes().model.mean_absolute_error + 1})
    assert point.step == 1
    assert round(point.a_year, 6) == round(more.change, 6) < 0


# Thresholds --------------------------------------------------------------------------------------------------------

CURVE = {d("0.02"): ("0.92", "0.30"), d("0.03"): ("0.85", "0.12"), d("0.1"): ("0.7", "0.0265")}


def curve() -> list[OperatingPoint]:
    return [OperatingPoint(at, d(recall), d(rate)) for at, (recall, rate) in CURVE.items()]


def test_the_best_point_is_where_the_line_brings_most_and_the_present_one_gives_the_rest_away():
    worth = worth_of(plan(), AGREED)

    found = choice_of(worth, "caught", curve())

    # 1,700 · 380 − 11,760 · 12 = 504,880; now 1,400 · 380 − 2,600 · 12 = 500,800
    assert found.best.point.threshold == d("0.03")
    assert (found.now, found.best.a_year, found.given_away) == (500_800, 504_880, 4_080)
    assert round(found.advice.value, 6) == d("0.030612")


def test_where_no_point_is_better_nothing_is_given_away():
    found = choice_of(worth_of(plan(), AGREED), "caught", [OperatingPoint(d("0.9"), d("0.1"), d(0))])

    assert found.best.more < 0 == found.given_away
    assert choice_of(worth_of(plan(), AGREED), "caught", []).best is None


def test_points_come_with_the_metrics_of_the_data_set_that_recall_is_taken_from():
    driver = churn(takes={"recall": "recall@test", "precision": "precision@test"})
    metrics = {
        "recall.at.0.3@test": d("0.8"), "false_positive_rate.at.0.3@test": d("0.1"), "recall.at.0.30@train": d("0.99"),
        "false_positive_rate.at.0.30@train": d(0), "recall.at.0.5@test": d("0.6"), "precision.at.0.5@test": d("0.5"),
        "recall.at.0.9@test": d("0.6"), "recall.at.0.7@test": d(70), "precision.at.0.7@test": d("0.5"),
    }  # fmt: skip

    found = points_in(metrics, driver)

    assert [(point.threshold, point.recall) for point in found] == [(d("0.3"), d("0.8")), (d("0.5"), d("0.6"))]
    assert round(found[1].false_positive_rate, 10) == round(d(1200) / 98_000, 10)  # as many wrong as right


def test_points_are_read_from_what_people_paste_and_what_is_wrong_is_told_with_its_line():
    text = "0.1; 0.7; 0.0265\n\n0.03\t0.85\t0.12\n0,02 0,92 0,3\nabc\n2 0.5 0.5\n0.5 70 0.1"

    found, wrong = points_of_text(text, churn(), "false_positive_rate")

    assert [point.threshold for point in found] == [d("0.03"), d("0.1")]
    assert [(item.row, item.code) for item in wrong] == [
        (4, "numbers"), (5, "numbers"), (6, "out_of_bounds"), (7, "share_or_percent"),
    ]  # fmt: skip


def test_no_more_points_are_read_than_a_page_can_show():
    found, wrong = points_of_text("0.5 0.5 0.5\n" * 101, churn(), "precision")

    assert len(found) == 100
    assert [(item.row, item.code) for item in wrong] == [(101, "many")]


# Laws --------------------------------------------------------------------------------------------------------------


@st.composite
def plans(draw) -> Plan:
    classifier, forecast = draw(classifications()), draw(regressions())
    shape = {
        "risk": draw(st.sampled_from([d(0), d("0.1"), d("0.35"), d(1)])),
        "growth": draw(st.sampled_from([d(0), d("0.023456"), d("-0.3")])),
        "every": draw(st.sampled_from(["period", "month", "quarter", "year", "once"])),
    }
    first = draw(st.integers(0, 20))
    lines = [
        driven("sorted", driver=replace(classifier, takes={"recall": "recall"}), from_period=first, to_period=24, **shape),
        driven("forecast", driver=replace(forecast, takes=_all_errors(forecast)), from_period=1, to_period=24, **shape),
    ]
    return plan(cost(), *lines, period=draw(st.sampled_from(["year", "month"])), horizon=24)


def _all_errors(driver: Regression) -> dict[str, str]:
    return {name: name for name in driver.model.stated()}


def _metrics(one: Plan) -> dict[str, Decimal]:
    return {name: line.driver.inputs()[name] for line in one.lines if line.driver for name in line.driver.takes}


@given(plans())
def test_the_metrics_that_were_agreed_to_change_nothing(one):
    found = worth_of(one, _metrics(one))

    assert found.is_known
    assert (found.change, found.npv_change) == (0, 0)
    assert all(not line.parts for line in found.lines)


@given(plans(), plans())
def test_the_parts_add_up_exactly_and_the_flows_say_the_same(one, other):
    found = worth_of(one, _metrics(other))
    assume(found.is_known)

    with localcontext(prec=90):
        for line in found.lines:
            assert sum((part.a_year for part in line.parts), Decimal(0)) == line.change
        assert sum((line.change for line in found.lines), Decimal(0)) == found.change == found.after - found.before
        flows = sum(flows_of(found.plan).net) - sum(flows_of(one).net)
        assert abs(flows / found.years - found.change) < Decimal("1e-8")


@given(plans(), plans())
def test_there_and_back_again_is_no_difference(one, other):
    there = worth_of(one, _metrics(other))
    assume(there.is_known)

    assert worth_of(there.plan, _metrics(one)).change == -there.change


def test_metrics_of_a_version_are_taken_as_they_are_kept():
    rows = [type("Row", (), {"name": name, "dataset": "test", "value": value})() for name, value in AGREED.items()]
    agreed = plan(driven(driver=churn(takes={"recall": "recall@test", "precision": "precision"})))

    assert worth_of(agreed, metrics_by_name(rows)).change == 0


def test_an_alternative_forecast_is_what_it_is_measured_against():
    naive = Alternative("naive", Accuracy(d(6), bias=d(0), prefix="incumbent_"))
    better = bikes(incumbent=naive, takes={"mean_absolute_error": "mae"})
    found = worth_of(plan(driven(driver=better)), {"mae": better.model.mean_absolute_error - d("0.5")})

    assert found.change > 0
