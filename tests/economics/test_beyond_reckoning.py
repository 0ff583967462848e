"""Amounts larger than records keep are refused with a reason, wherever they come from; none of them is an error of ours."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation, localcontext

import pytest

from foundation import actor as actors
from governance.economics.cashflow import Refused, evaluate
from governance.economics.cashflow.precision import fits
from governance.economics.comparing import compared
from governance.economics.drivers import Classification, Incumbent, Quality, WrongInput
from governance.economics.drivers.values import MOST_CASES, MOST_MONEY
from governance.economics.models import Revaluation
from governance.economics.plan import Discount, Line, Plan
from governance.economics.plan.checked import problems_of
from governance.economics.revaluing import worth_of
from governance.economics.scenarios import overridden
from governance.economics.services.worth import note_worth
from tests.economics.case_plans import simple_plan
from tests.economics.cashflow_plans import line, plan
from tests.economics.test_classification import churn, d
from tests.economics.worths import agreed_plan, approve_case

HUGE = Decimal(999_999_999_999)  # the largest amount that can be written down


def driven(driver, **said) -> Line:
    return Line("caught", "Caught", "benefit", d(1), "", d(1), 1, 5, driver=driver, **said)


def alarms(rate: str, **said):
    """A model that only ever raises false alarms, at the highest price there is."""
    return churn(
        cases=MOST_CASES, model=Quality(d("0"), false_positive_rate=d(rate)), cost_false_positive=MOST_MONEY,
        incumbent=Incumbent("nothing"), **said,
    )  # fmt: skip


def grown(**said) -> Line:
    return Line("grown", "Grown", "cost", HUGE, "", HUGE, 0, 50, growth=Decimal(10), **said)


# What a plan comes to --------------------------------------------------------------------------------------------------


def test_a_model_that_does_far_worse_than_what_is_there_is_refused_as_one_that_does_far_better():
    worse = replace(agreed_plan(), lines=(driven(alarms("1")),))

    assert problems_of(worse) == []
    with pytest.raises(Refused, match=r"plan\.too_large"):
        evaluate(worse)


def test_what_all_comes_to_is_looked_at_too_where_each_side_could_be_kept():
    """Costs of 9e23 and a loss of as much are 1.8e24 together."""
    cost = line("cost", "cost", "9e23", 0)
    loss = driven(churn(cases=d("9e11"), prevalence=d("0"), model=Quality(d("0"), false_positive_rate=d("1")),
                        cost_false_positive=d("1e12"), incumbent=Incumbent("nothing")), every="once")  # fmt: skip

    evaluate(plan(cost, horizon=5, rate=0))
    evaluate(plan(loss, horizon=5, rate=0))
    with pytest.raises(Refused, match=r"plan\.too_large"):
        evaluate(plan(cost, loss, horizon=5, rate=0))


@pytest.mark.parametrize(
    ("amount", "kept"),
    [("9" * 24 + ".994", True), ("9" * 24 + ".995", False), ("-" + "9" * 24 + ".994", True), ("-" + "9" * 24 + ".995", False)],
)
def test_an_amount_that_rounding_makes_too_long_is_not_kept(amount, kept):
    assert fits(Decimal(amount)) is kept


# Beside another version ------------------------------------------------------------------------------------------------


def test_versions_that_are_too_large_to_be_taken_apart_are_refused():
    too_large = Plan("EUR", "year", 50, "real", Discount(((0, Decimal(0)),)), (grown(),))

    assert problems_of(too_large) == []
    for before, after in ((simple_plan(), too_large), (too_large, simple_plan())):
        with pytest.raises(Refused, match=r"plan\.too_large"):
            compared(before, after)


def test_a_line_that_would_be_too_large_in_the_new_frame_carries_its_whole_difference():
    """At 1,000 % a year the line of before comes to fifty times its first amount, and without a rate to 1e76."""
    steep = Discount(((0, Decimal(10)),))
    before = Plan("EUR", "year", 50, "real", steep, (grown(), line("other", "cost", 7, 1)))
    after = replace(before, discount=Discount(((0, Decimal(0)),)), lines=(replace(grown(), growth=Decimal(0)), before.lines[1]))

    found = compared(before, after)

    with localcontext(prec=80):
        assert sum((part.worth for part in found.parts), Decimal(0)) == found.difference
    assert {part.key for part in found.parts} == {"", "grown"}


# With other metrics ----------------------------------------------------------------------------------------------------

TINY = {"cases": MOST_CASES, "precision": d("1e-60")}


def test_a_precision_at_which_no_count_can_be_held_is_contradicted_in_words():
    with pytest.raises(WrongInput, match="false positives") as refused:
        churn().with_inputs(TINY)
    assert (refused.value.code, refused.value.where) == ("too_many_false_positives", "precision")

    with pytest.raises(Refused, match=r"input\.driver"):
        overridden(agreed_plan(), {f"line.caught.driver.{name}": value for name, value in TINY.items()})


def test_whatever_a_driver_cannot_reckon_is_refused_at_the_name_of_the_input(monkeypatch):
    def failing(self, changed):
        raise InvalidOperation

    monkeypatch.setattr(Classification, "with_inputs", failing)

    with pytest.raises(Refused, match=r"line\.caught\.driver\.recall: input\.driver"):
        overridden(agreed_plan(), {"line.caught.driver.recall": d("0.5")})


def test_the_way_from_one_model_to_another_may_not_pass_there_either():
    """No recall at a precision of 1e-60 contradicts nothing; all recall at it does, before the precision follows."""
    nobody = churn(cases=MOST_CASES, model=Quality(d("0"), d("1e-60")), takes={"recall": "recall", "precision": "precision"})

    found = worth_of(replace(agreed_plan(), lines=(driven(nobody),)), {"recall": d("0.9"), "precision": d("0.9")})

    assert [(item.key, item.why.code) for item in found.unknown] == [("caught", "too_many_false_positives")]
    assert not found.is_known


def test_a_version_that_is_worth_more_than_can_be_kept_is_not_known():
    agreed = replace(agreed_plan(), lines=(driven(alarms("0", takes={"false_positive_rate": "fpr"})),))

    found = worth_of(agreed, {"fpr": d("1")})

    assert [(item.key, item.why.code) for item in found.unknown] == [("caught", "plan.too_large")]
    assert found.evaluation.npv == evaluate(agreed).npv


def test_nor_is_one_of_which_only_all_lines_together_are_too_large():
    """Each loses 6e23 a year, and both 1.2e24."""
    lines = tuple(replace(driven(alarms("0", takes={"false_positive_rate": "fpr"})), key=key) for key in ("one", "two"))
    agreed = replace(agreed_plan(), lines=lines)

    found = worth_of(agreed, {"fpr": d("6e-4")})

    assert [(item.key, item.why.code) for item in found.unknown] == [("one", "plan.too_large"), ("two", "plan.too_large")]
    assert worth_of(agreed, {"fpr": d("1e-6")}).is_known


def test_growth_makes_a_year_too_large_where_what_it_is_worth_today_is_not():
    steep = Discount(((0, Decimal(10)),))
    caught = replace(
        driven(churn(cases=d("1e12"), cost_false_positive=d("1e6"), takes={"recall": "recall"})), growth=Decimal(10), to_period=50
    )
    agreed = replace(agreed_plan(), horizon=50, discount=steep, lines=(caught,))

    evaluate(agreed)
    found = worth_of(agreed, {"recall": d("0.6")})

    assert [item.why.code for item in found.unknown] == ["plan.too_large"]


def test_what_a_point_is_worth_is_left_out_where_it_is_too_much():
    """Nobody is flagged, at a precision at which a point of recall would cost more than there is."""
    nobody = churn(cases=MOST_CASES, model=Quality(d("0"), d("1e-60")), cost_false_positive=MOST_MONEY,
                   takes={"recall": "recall"})  # fmt: skip
    found = worth_of(replace(agreed_plan(), lines=(driven(nobody),)), {"recall": d("0")})

    told = [(point.name, point.held) for point in found.points["caught"]]
    assert told == [("precision", "recall"), ("recall", "false_positive_rate")]  # and not recall at that precision


@pytest.mark.django_db
def test_nothing_is_written_of_a_version_that_is_worth_too_much(world):
    driver = alarms("0", takes={"false_positive_rate": "fpr"})
    baseline = approve_case(world, replace(agreed_plan(), lines=(agreed_plan().lines[0], driven(driver))))
    note = {"actor": actors.system("economics"), "baseline": baseline, "model_version": "mv_x", "label": "x"}

    assert note_worth(**note, metrics={"fpr": d("1")}) is None
    assert not Revaluation.objects.exists()
