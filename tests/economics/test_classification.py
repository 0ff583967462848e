"""A classifier through its confusion matrix: published cases, hand-checkable edges, laws."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from governance.economics.drivers import (
    Classification,
    Incumbent,
    OperatingPoint,
    Quality,
    Threshold,
    WrongInput,
    as_mapping,
    driver_of,
)

NOTHING = Incumbent("nothing")


def d(value: str | int) -> Decimal:
    return Decimal(str(value))


def churn(**changed) -> Classification:
    """N = 100,000, 2 % positive, recall 0.70, precision 0.35; a find brings 180, a miss costs 200, a false alarm 12."""
    given_values = {
        "cases": d(100_000),
        "prevalence": d("0.02"),
        "model": Quality(d("0.7"), d("0.35")),
        "incumbent": NOTHING,
        "value_true_positive": d(180),
        "cost_false_negative": d(200),
        "cost_false_positive": d(12),
    }
    return Classification(**{**given_values, **changed})


# Exact cases ---------------------------------------------------------------------------------------------------------


def test_the_uplift_over_doing_nothing_is_exact():
    driver = churn()
    counts = driver.counts

    assert (counts.true_positives, counts.false_positives) == (1400, 2600)
    assert (counts.false_negatives, counts.true_negatives) == (600, 95_400)
    assert driver.value() == 100_800
    assert driver.incumbent_value() == -400_000
    assert driver.worth() == 500_800


def test_each_addend_of_the_value_can_be_opened():
    driver = churn()

    terms = {term.name: (term.quantity, term.price, term.amount) for term in driver.terms(driver.counts)}

    assert terms["true_positives"] == (1400, 180, 252_000)
    assert terms["false_negatives"] == (600, -200, -120_000)
    assert terms["false_positives"] == (2600, -12, -31_200)
    assert terms["true_negatives"][2] == 0


def test_the_best_threshold_is_12_of_392():
    found = churn().threshold()

    assert found.advice == "at_or_above"
    assert round(found.value, 6) == d("0.030612")
    assert round(found.value * 392, 20) == 12


def test_the_expected_profit_of_the_textbook():
    # F. Provost and T. Fawcett, Data Science for Business (O'Reilly 2013), chapter 7: 56, 7, 5 and 42 of 110 cases; a true positive
    # brings 99, a false positive costs 1. The book rounds its rates and prints 50.04 a case; the counts give 5,537 / 110.
    model = Quality(Decimal(56) / 61, false_positive_rate=Decimal(7) / 49)
    driver = Classification(d(110), Decimal(61) / 110, model, NOTHING, value_true_positive=d(99), cost_false_positive=d(1))

    assert round(driver.value(), 8) == 5537
    assert round(driver.worth(), 8) == 5537  # flagging nobody brings nothing


def test_the_threshold_of_the_german_credit_data_is_a_sixth():
    # Statlog (German Credit Data), UCI Machine Learning Repository: a bad credit taken for good costs 5, a good one for bad 1;
    # Elkan (IJCAI 2001, equation 2) then gives (1 - 0) / (1 - 0 + 5 - 0).
    driver = churn(value_true_positive=d(0), cost_false_negative=d(5), cost_false_positive=d(1))

    assert round(driver.threshold().value, 12) == round(Decimal(1) / 6, 12)


def test_it_is_measured_against_what_is_done_today_and_not_against_nothing():
    rule = Incumbent("rule", "Overdue by 60 days", recall=d("0.4"), false_positive_rate=d("0.01"))

    driver = churn(incumbent=rule)

    # 800 · 180 − 1,200 · 200 − 980 · 12 = −107,760
    assert driver.incumbent_value() == -107_760
    assert driver.worth() == 100_800 + 107_760


def test_against_flagging_everybody_all_false_alarms_are_saved():
    assert churn(incumbent=Incumbent("everything")).incumbent_value() == 2000 * 180 - 98_000 * 12


def test_precision_and_the_false_positive_rate_that_follows_from_it_are_worth_the_same():
    rate = churn().counts.false_positive_rate

    assert churn(model=Quality(d("0.7"), false_positive_rate=rate)).worth() == 500_800


# Edges ---------------------------------------------------------------------------------------------------------------


def test_the_precision_of_flagging_nobody_is_undefined_and_the_value_is_not():
    driver = churn(model=Quality(d(0), d("0.35")))

    assert driver.counts.flagged == 0
    assert driver.counts.precision is None
    assert driver.worth() == 0


def test_without_positives_a_precision_means_that_nobody_is_flagged():
    driver = churn(prevalence=d(0))

    assert driver.counts.true_negatives == 100_000
    assert driver.worth() == 0


def test_without_negatives_the_false_positive_rate_is_undefined():
    driver = churn(prevalence=d(1), model=Quality(d("0.7"), d(1)))

    assert driver.counts.false_positive_rate is None
    assert driver.counts.true_positives == 70_000
    with pytest.raises(WrongInput) as error:
        churn(prevalence=d(1))
    assert error.value.code == "too_many_false_positives"


def test_a_precision_that_needs_more_false_alarms_than_there_are_negatives_is_refused():
    # 2,000 · 0.7 = 1,400 found; at a precision of 0.01 they come with 138,600 false alarms, and there are 98,000 negatives.
    with pytest.raises(WrongInput, match=r"138600 false positives and there are 98000 negatives.*0\.0140846") as error:
        churn(model=Quality(d("0.7"), d("0.01")))
    assert (error.value.code, error.value.where) == ("too_many_false_positives", "precision")
    lowest = Decimal(error.value.params["lowest"])
    assert churn(model=Quality(d("0.7"), lowest)).counts.true_negatives < 1  # what the message offers is accepted


def test_the_incumbent_is_held_to_the_same():
    with pytest.raises(WrongInput) as error:
        churn(incumbent=Incumbent("rule", "Everybody over 60", recall=d("0.9"), precision=d("0.001")))
    assert error.value.where == "incumbent_precision"


def test_a_precision_rounded_by_a_hair_is_taken_for_flagging_everybody():
    # one in seven is positive: flagging everybody has a precision of 1/7, which 15 digits put a little low
    driver = churn(prevalence=Decimal(1) / 7, model=Quality(d(1), d("0.142857142857142")))

    assert driver.counts.true_negatives == 0


def test_a_precision_of_0_does_not_say_how_many_are_flagged():
    with pytest.raises(WrongInput) as error:
        Quality(d("0.5"), d(0))
    assert error.value.code == "precision_zero"


@pytest.mark.parametrize("both", [Quality, lambda recall: Quality(recall, d("0.5"), d("0.1"))])
def test_precision_and_false_positive_rate_are_alternatives(both):
    with pytest.raises(WrongInput, match="either precision or the false positive rate"):
        both(d("0.5"))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("prevalence", d("2"), "share_or_percent"),
        ("prevalence", d("-0.1"), "out_of_bounds"),
        ("cases", d("-1"), "out_of_bounds"),
        ("cases", d("1e13"), "out_of_bounds"),
        ("cases", d("NaN"), "not_a_number"),
        ("cases", d("1e-70"), "out_of_bounds"),
        ("cases", d("1e-999999"), "too_many_digits"),
        ("cost_false_positive", d("-12"), "out_of_bounds"),
        ("value_true_positive", d("Infinity"), "not_a_number"),
        ("cost_false_negative", 12.5, "not_a_number"),
    ],
)
def test_what_cannot_be_is_refused_by_name(name, value, code):
    with pytest.raises(WrongInput) as error:
        churn(**{name: value})
    assert (error.value.code, error.value.where) == (code, name)


def test_a_recall_in_per_cent_is_told_so():
    with pytest.raises(WrongInput, match="If per cent was meant, divide by 100"):
        Quality(d(70), d("0.35"))


@pytest.mark.parametrize(
    ("incumbent", "code", "where"),
    [
        ({"kind": "magic"}, "unknown_kind", "incumbent"),
        ({"kind": "rule", "recall": d("0.5"), "precision": d("0.5")}, "name_needed", "incumbent.name"),
        ({"kind": "model", "name": "v1", "precision": d("0.5")}, "missing", "incumbent_recall"),
        ({"kind": "model", "name": "v1", "recall": d("0.5")}, "precision_or_rate", "incumbent_precision"),
        ({"kind": "nothing", "recall": d("0.5")}, "metrics_not_wanted", "incumbent_recall"),
        ({"kind": "model", "name": "v1", "recall": d("1.5"), "precision": d(1)}, "share_or_percent", "incumbent_recall"),
    ],
)
def test_an_incumbent_is_stated_whole(incumbent, code, where):
    with pytest.raises(WrongInput) as error:
        Incumbent(**incumbent)
    assert (error.value.code, error.value.where) == (code, where)


def test_an_input_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(WrongInput, match="there is no input false_positive_rate; there are cases, prevalence, recall, precision"):
        churn().with_inputs({"false_positive_rate": d("0.1")})
    with pytest.raises(WrongInput):
        churn(takes={"accuracy": "accuracy"})


def test_thresholds_at_the_corners():
    def advice(gained, lost):
        driver = churn(
            value_true_positive=d(gained), cost_false_negative=d(0), cost_false_positive=d(0), value_true_negative=d(lost)
        )
        return driver.threshold()

    assert advice(0, 0) == Threshold("indifferent")
    assert advice(5, -1) == Threshold("everybody")
    assert advice(-5, 1) == Threshold("nobody")
    assert advice(-5, 0) == Threshold("nobody")
    assert advice(-3, -1) == Threshold("at_or_below", d("0.25"))
    assert advice(3, 0) == Threshold("at_or_above", d(0))


# What a point is worth -----------------------------------------------------------------------------------------------


def test_a_point_of_recall_precision_and_false_positive_rate_in_money():
    found = {(item.name, item.held): item for item in churn().sensitivities()}

    assert found["recall", "false_positive_rate"].point == 7600  # 20 more found · (180 + 200)
    assert found["false_positive_rate", "recall"].point == -11_760  # 980 more false alarms · 12
    assert round(found["recall", "precision"].point, 4) == d("7154.2857")  # 20 · (380 − 12 · 0.65 / 0.35)
    assert round(found["precision", "recall"].point, 4) == d("1371.4286")  # 1,400 / 0.35² · 12 / 100
    assert round(found["precision", "recall"].one_more, 4) == d("1333.3333")  # 2,600 − 1,400 · 0.64 / 0.36 = 111.1 fewer · 12


def test_a_point_more_than_all_is_not_priced():
    found = {(item.name, item.held): item for item in churn(model=Quality(d(1), false_positive_rate=d("0.1"))).sensitivities()}

    assert found["recall", "false_positive_rate"].one_more is None
    assert found["recall", "false_positive_rate"].point == 7600


def test_flagging_nobody_has_no_price_for_precision():
    found = churn(model=Quality(d(0), false_positive_rate=d(0))).sensitivities()

    assert [item.name for item in found] == ["recall", "false_positive_rate"]


CURVE = [
    OperatingPoint(d("0.9"), d("0.2"), d("0.001")),
    OperatingPoint(d("0.5"), d("0.6"), d("0.02")),
    OperatingPoint(d("0.03"), d("0.9"), d("0.15")),
    OperatingPoint(d("0.01"), d("0.95"), d("0.4")),
]


def test_the_best_point_of_a_curve_is_the_one_worth_most():
    best = churn().best_point(CURVE)

    assert best.point.threshold == d("0.03")
    assert best.worth == 2000 * d("0.9") * 380 - 98_000 * d("0.15") * 12
    assert best.worth == max(item.worth for item in churn().priced(CURVE))


def test_of_equal_points_the_one_that_flags_fewest_is_taken():
    driver = churn(cost_false_positive=d(0))

    best = driver.best_point([OperatingPoint(d("0.2"), d("0.9"), d("0.5")), OperatingPoint(d("0.4"), d("0.9"), d("0.1"))])

    assert best.point.threshold == d("0.4")


def test_a_curve_without_points_is_refused():
    with pytest.raises(WrongInput) as error:
        churn().best_point([])
    assert error.value.code == "no_points"


# Laws ----------------------------------------------------------------------------------------------------------------

shares = st.decimals(0, 1, places=4)
money = st.decimals(0, 10_000, places=2)
worths = st.decimals(-10_000, 10_000, places=2)
cases = st.integers(0, 10**9).map(Decimal)


@st.composite
def qualities(draw) -> Quality:
    return Quality(draw(shares), false_positive_rate=draw(shares))


@st.composite
def classifications(draw, **changed) -> Classification:
    model = draw(qualities())
    other = draw(qualities())
    incumbent = draw(
        st.sampled_from(
            [
                NOTHING,
                Incumbent("everything"),
                Incumbent("model", "before", recall=other.recall, false_positive_rate=other.false_positive_rate),
            ]
        )
    )
    driver = Classification(
        draw(cases), draw(shares), model, incumbent, draw(worths), draw(money), draw(money), draw(worths), **changed
    )
    if draw(st.booleans()) and driver.counts.precision:
        return replace(driver, model=Quality(model.recall, precision=driver.counts.precision))
    return driver


@given(classifications())
def test_a_model_against_itself_is_worth_nothing(driver):
    itself = Incumbent("model", "itself", driver.model.recall, driver.model.precision, driver.model.false_positive_rate)

    assert replace(driver, incumbent=itself).worth() == 0


@given(classifications())
def test_the_counts_are_all_cases_and_none_is_negative(driver):
    counts = driver.counts

    assert counts.total == driver.cases
    assert min(counts.true_positives, counts.false_positives, counts.false_negatives, counts.true_negatives) >= 0


@given(classifications(), shares)
def test_more_recall_at_the_same_false_alarms_is_worth_more_where_finding_pays(driver, recall):
    assume(driver.value_true_positive + driver.cost_false_negative > 0)
    assume(driver.model.precision is None)
    higher = max(recall, driver.model.recall)

    assert driver.with_inputs({"recall": higher}).worth() >= driver.worth()


@given(classifications(), st.decimals(0, 1, places=4))
def test_at_the_threshold_flagging_and_not_flagging_are_equal_and_above_it_flagging_is_better(driver, probability):
    found = driver.threshold()
    assume(found.advice == "at_or_above")

    def gain(p: Decimal) -> Decimal:
        flagged = p * driver.value_true_positive - (1 - p) * driver.cost_false_positive
        return flagged - (-p * driver.cost_false_negative + (1 - p) * driver.value_true_negative)

    with localcontext(prec=90):
        assert abs(gain(found.value)) < d("1e-60")
        assert probability <= found.value or gain(probability) >= 0
        assert probability >= found.value or gain(probability) <= 0


@given(classifications())
def test_a_derivative_that_is_linear_is_the_price_of_a_point(driver):
    for item in driver.sensitivities():
        if item.held == "false_positive_rate" or item.name == "false_positive_rate":
            assert item.one_more is None or abs(item.one_more - item.point) <= d("1e-8")


@given(cases, shares, st.decimals("0.1", "0.99", places=4), money)
def test_the_derivative_by_precision_is_the_limit_of_its_difference(number, recall, precision, cost):
    driver = churn(cases=number, prevalence=d("0.05"), model=Quality(recall, precision), cost_false_positive=cost)
    derivative = next(item.derivative for item in driver.sensitivities() if item.name == "precision")
    step = d("1e-7")

    more = driver.with_inputs({"precision": precision + step}).worth() - driver.worth()

    assert abs(more / step - derivative) <= derivative * d("1e-5") + d("0.01")


@given(classifications(takes={"recall": "recall"}))
def test_a_driver_is_the_same_after_a_mapping_and_back(driver):
    assert driver_of(as_mapping(driver)) == driver


@given(classifications())
def test_its_inputs_put_in_again_change_nothing(driver):
    assert driver.with_inputs(driver.inputs()) == driver
    assert driver.worth_along(driver.inputs()) == driver.worth()
