"""A new model version against the old one, the metrics that feed a driver, and drivers as mappings."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

import pytest
from hypothesis import given, reject

from governance.economics.drivers import (
    Accuracy,
    Alternative,
    Changed,
    Incumbent,
    Quality,
    Regression,
    WrongInput,
    as_mapping,
    bounds_of,
    compared,
    driver_of,
    inputs,
    metrics_by_name,
    suggested,
    with_inputs,
    with_metrics,
)
from tests.economics.test_classification import churn, classifications, d
from tests.economics.test_regression import bikes, regressions


@dataclass(frozen=True)
class Metric:
    name: str
    dataset: str
    value: Decimal


# Difference ----------------------------------------------------------------------------------------------------------


def test_a_worse_recall_is_told_in_money():
    old = churn(model=Quality(d("0.7"), false_positive_rate=d("0.02")))

    found = compared(old, old.with_inputs({"recall": d("0.65")}))

    assert found.changed == (Changed("recall", d("0.7"), d("0.65"), d("-38000")),)  # 100 missed more, at 380 each
    assert found.changed[0].by == d("-0.05")
    assert found.change == -38_000


def test_parts_of_a_change_are_told_in_the_order_of_the_inputs():
    old = churn()

    found = compared(old, old.with_inputs({"precision": d("0.5"), "recall": d("0.6")}))

    # recall first, at the old precision: 200 fewer found (−76,000) and 371.43 fewer false alarms (+4,457.14); then precision:
    # 1,200 · (0.65/0.35 − 1) = 1,028.57 fewer (+12,342.86)
    assert [(part.name, round(part.worth, 2)) for part in found.changed] == [
        ("recall", d("-71542.86")),
        ("precision", d("12342.86")),
    ]
    assert found.change == found.after - found.before == sum(part.worth for part in found.changed)


def test_the_way_may_lead_through_what_no_model_could_be():
    # at the new recall the old precision would need more false alarms than there are negatives
    old = churn(prevalence=d("0.5"), model=Quality(d("0.1"), d("0.1")))
    new = old.with_inputs({"recall": d("1"), "precision": d("0.9")})

    found = compared(old, new)

    with pytest.raises(WrongInput):
        old.with_inputs({"recall": d("1")})
    assert sum(part.worth for part in found.changed) == new.worth() - old.worth()


def test_what_did_not_change_has_no_difference():
    assert compared(churn(), churn()).changed == ()
    assert compared(churn(), churn()).change == 0


@pytest.mark.parametrize(
    ("other", "where"),
    [
        (bikes(), "kind"),
        (churn(incumbent=Incumbent("everything")), "incumbent"),
        (churn(model=Quality(d("0.7"), false_positive_rate=d("0.1"))), "precision, false_positive_rate"),
    ],
)
def test_drivers_that_are_reckoned_differently_are_not_compared(other, where):
    with pytest.raises(WrongInput) as error:
        compared(churn(), other)
    assert (error.value.code, error.value.where) == ("not_comparable", where)


@given(classifications(), classifications())
def test_the_parts_of_a_change_of_classifier_add_up_exactly(one, other):
    shared = ("cases", "recall", "cost_false_positive", "value_true_negative")
    try:
        new = one.with_inputs({name: other.inputs()[name] for name in shared})
    except WrongInput:  # the recall of the other may not go with the precision of this one
        reject()
    found = compared(one, new)

    with localcontext(prec=80):
        assert sum((part.worth for part in found.changed), Decimal(0)) == found.change == new.worth() - one.worth()


@given(regressions(), regressions())
def test_the_parts_of_a_change_of_forecast_add_up_exactly(one, other):
    new = one.with_inputs({key: value for key, value in other.inputs().items() if not key.startswith("incumbent_")})
    found = compared(one, new)

    with localcontext(prec=80):
        assert sum((part.worth for part in found.changed), Decimal(0)) == found.change == new.worth() - one.worth()


# Metrics of a model version ------------------------------------------------------------------------------------------


def test_the_metrics_that_it_takes_go_into_its_inputs_and_no_others():
    driver = churn(takes={"recall": "test_recall", "precision": "val_precision"})

    found = with_metrics(driver, {"test_recall": d("0.6"), "val_precision": d("0.5"), "recall": d("0.99")})

    assert (found.model.recall, found.model.precision) == (d("0.6"), d("0.5"))
    assert found.worth() == churn(model=Quality(d("0.6"), d("0.5"))).worth()


def test_every_metric_that_is_missing_is_named_with_those_that_are_there():
    driver = churn(takes={"recall": "test_recall", "precision": "test_precision"})

    with pytest.raises(WrongInput, match=r"no metric test_recall, test_precision, .* it has auc, f1") as error:
        with_metrics(driver, {"f1": d("0.5"), "auc": d("0.8")})
    assert (error.value.code, error.value.where) == ("metric_missing", "recall, precision")


def test_a_driver_that_takes_nothing_is_not_passed_off_as_revalued():
    with pytest.raises(WrongInput) as error:
        with_metrics(churn(), {"recall": d("0.5")})
    assert error.value.code == "takes_nothing"


def test_a_metric_out_of_bounds_is_refused():
    with pytest.raises(WrongInput, match="If per cent was meant"):
        with_metrics(churn(takes={"recall": "recall"}), {"recall": d(70)})


def test_a_metric_on_several_data_sets_is_asked_for_by_data_set():
    rows = [Metric("recall", "test", d("0.6")), Metric("recall", "train", d("0.9")), Metric("precision", "test", d("0.5"))]
    found = metrics_by_name(rows)

    assert found == {"recall@test": d("0.6"), "recall@train": d("0.9"), "precision@test": d("0.5"), "precision": d("0.5")}
    with pytest.raises(WrongInput, match="let recall take one of recall@test, recall@train"):
        with_metrics(churn(takes={"recall": "recall"}), found)
    assert with_metrics(churn(takes={"recall": "recall@test"}), found).model.recall == d("0.6")


def test_a_figure_on_no_named_data_set_keeps_its_plain_name():
    found = metrics_by_name([Metric("mae", "", d(3)), Metric("mae", "train", d(1))])

    assert found == {"mae": d(3), "mae@train": d(1)}


def test_the_shares_of_a_confusion_matrix_come_with_it():
    counts = {"tp": 1400, "fp": 2600, "fn": 600, "tn": 95_400}
    found = metrics_by_name(Metric(f"confusion.{cell}", "test", d(count)) for cell, count in counts.items())
    driver = churn(takes={"recall": "confusion.recall", "precision": "confusion.precision", "prevalence": "confusion.prevalence"})

    assert with_metrics(driver, found).worth() == 500_800
    assert round(found["confusion.false_positive_rate@test"], 20) == round(Decimal(2600) / 98_000, 20)


def test_an_undefined_share_of_a_confusion_matrix_is_left_out():
    counts = {"tp": 0, "fp": 0, "fn": 6, "tn": 94}
    found = metrics_by_name(Metric(f"confusion.{cell}", "", d(count)) for cell, count in counts.items())

    assert "confusion.precision" not in found
    assert found["confusion.recall"] == 0


def test_names_only_suggest_and_figures_on_training_data_come_last():
    names = [
        "training_recall_score",
        "Recall",
        "test_recall",
        "val_precision",
        "f1",
        "recall@holdout",
        "specificity",
        "sensitivity",
    ]

    found = suggested(churn(), names)

    assert found["recall"] == ("test_recall", "Recall", "recall@holdout", "sensitivity", "training_recall_score")
    assert found["precision"] == ("val_precision",)
    assert "false_positive_rate" not in found  # this driver states precision


def test_names_of_errors_are_known_in_short_and_in_full():
    driver = bikes(model=Accuracy(d(3), d(4), d(1)))

    found = suggested(driver, ["eval/mae", "mean_absolute_error", "RMSE", "mean_error", "mape"])

    assert found["mean_absolute_error"] == ("eval/mae", "mean_absolute_error")
    assert found["root_mean_squared_error"] == ("RMSE",)
    assert found["bias"] == ("mean_error",)


def test_a_forecast_takes_its_metrics_too():
    driver = bikes(takes={"mean_absolute_error": "test_mae", "bias": "test_me"})

    found = with_metrics(driver, {"test_mae": d(4), "test_me": d(0)})

    assert isinstance(found, Regression)
    assert compared(driver, found).change == -6000  # 1,000 · (10 − (2·2 + 2·6))


# Mappings ------------------------------------------------------------------------------------------------------------

WRITTEN = {
    "kind": "classification",
    "cases": 100_000,
    "prevalence": "0.02",
    "recall": "0.7",
    "precision": "0.35",
    "value_true_positive": "180",
    "cost_false_negative": "200",
    "cost_false_positive": "12",
    "incumbent": {"kind": "nothing"},
    "takes": {"recall": "recall"},
}


def test_a_driver_is_read_from_what_people_write():
    assert driver_of(WRITTEN).worth() == 500_800
    assert inputs(driver_of(WRITTEN))["recall"] == d("0.7")
    assert with_inputs(driver_of(WRITTEN), {"recall": d(0)}).worth() == 0


def test_decimals_are_texts_and_what_is_not_stated_is_not_there():
    found = as_mapping(bikes(model=Accuracy(d("3.50"), bias=d(1)), incumbent=Alternative("naive", Accuracy(d(5), bias=d(0)))))

    assert found["mean_absolute_error"] == "3.5"
    assert "root_mean_squared_error" not in found
    assert found["incumbent"] == {"kind": "naive", "name": "", "mean_absolute_error": "5", "bias": "0"}


@pytest.mark.parametrize(
    ("changed", "code", "where"),
    [
        ({"kind": "clustering"}, "unknown_kind", "driver"),
        ({"recall": 0.7}, "not_a_number", "recall"),
        ({"recall": "0,7"}, "not_a_number", "recall"),
        ({"recall": True}, "not_a_number", "recall"),
        ({"recall": "1e-1"}, "not_a_number", "recall"),
        ({"recall": None}, "missing", "recall"),
        ({"cases": None}, "missing", "cases"),
        ({"recal": "0.7"}, "unknown_field", "recal"),
        ({"incumbent": None}, "missing", "incumbent"),
        ({"incumbent": "nothing"}, "not_a_mapping", "incumbent"),
        ({"incumbent": {"kind": "nothing", "since": "2020"}}, "unknown_field", "incumbent.since"),
        ({"incumbent": {"kind": "model", "name": 7}}, "not_a_text", "incumbent.name"),
        ({"takes": ["recall"]}, "not_a_mapping", "takes"),
        ({"takes": {"recall": 1}}, "not_a_text", "takes.recall"),
        ({"takes": {"f1": "f1"}}, "unknown_input", "f1"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_path(changed, code, where):
    with pytest.raises(WrongInput) as error:
        driver_of({**WRITTEN, **changed})
    assert (error.value.code, error.value.where) == (code, where)


def test_something_that_is_no_mapping_is_refused():
    with pytest.raises(WrongInput):
        driver_of(["classification"])


@pytest.mark.parametrize("driver", [churn(), bikes(cost_squared=d(1))])
def test_every_input_has_bounds(driver):
    kind = as_mapping(driver)["kind"]

    assert set(driver.inputs()) <= set(bounds_of(kind))
    for name, value in driver.inputs().items():
        assert bounds_of(kind)[name].check(value, name) == value
