"""Limits and membership: what is read, what is refused, and which versions are inside."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from approvals.envelopes import (
    COMPONENTS,
    Limits,
    LimitsError,
    Past,
    VersionFacts,
    as_mapping,
    bodies_of,
    facts_of,
    kept,
    lines,
    parse_limits,
    touching,
    tried,
)
from approvals.envelopes.facts import Dataset
from foundation.canonical import digest

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MANIFEST = {name: digest(name) for name in COMPONENTS}
BASE = VersionFacts(
    components=MANIFEST,
    metrics={("recall", "test"): Decimal("0.70"), ("recall", "holdout"): Decimal("0.66"), ("loss", ""): Decimal("0.31")},
    datasets=(
        Dataset("train", "customers", digest("a"), 1000, frozenset({"id", "age"})),
        Dataset("test", "customers-test", digest("b"), 200, frozenset({"id", "age"})),
    ),
    params={"max_depth": 6, "tree.leaves": 31, "seed": 1},
    kind="model",
    serialization="skops",
    created_at=NOW,
)
BODY = {
    "moves": ["model", "data"],
    "metrics": {"recall": {"min": "0.6", "may_fall": "0.02"}},
    "same_columns": True,
    "params_may_change": ["seed"],
    "data": {"rows_may_change_by": "0.25", "min_rows": 100, "max_age_days": 30},
}
LIMITS = parse_limits(BODY)


def moved(*names: str, **changes) -> VersionFacts:
    """The baseline with other content in these components."""
    return replace(BASE, components={**MANIFEST, **{name: digest([name, "new"]) for name in names}}, **changes)


def metrics(**values) -> dict:
    return {**BASE.metrics, **{("recall", dataset): Decimal(value) for dataset, value in values.items()}}


def broken(limits: Limits, candidate: VersionFacts, now: datetime = NOW) -> list[tuple[str, str, bool | None]]:
    return [(line.code, line.about, line.ok) for line in lines(limits, BASE, candidate, now) if line.ok is not True]


# Reading --------------------------------------------------------------------------------------------------------------


def test_limits_read_back_as_they_were_written():
    assert parse_limits(as_mapping(LIMITS)) == LIMITS
    assert as_mapping(LIMITS) == {**BODY, "data": {"min_rows": 100, "rows_may_change_by": "0.25", "max_age_days": 30}}


def test_every_problem_is_named_at_once():
    with pytest.raises(LimitsError) as caught:
        parse_limits(
            {
                "moves": ["modle", "data", "data"],
                "metrics": {"recall": {"min": 0.1, "minimum": 1}, "loss": {}, "auc": {"min": "2", "max": "1"}},
                "data": {"min_rows": -1, "rows_may_change_by": "-0.1", "names": "customers"},
                "same_columns": "yes",
                "limits": {},
            }
        )
    found = {(problem.path, problem.code) for problem in caught.value.problems}
    assert found == {
        ("limits", "unknown_key"),
        ("moves[2]", "duplicate"),
        ("moves[1]", "unknown_component"),  # what was named twice is read once
        ("metrics.recall.minimum", "unknown_key"),
        ("metrics.recall.min", "number"),
        ("metrics.loss", "empty"),
        ("metrics.auc.min", "order"),
        ("data.min_rows", "wrong_type"),
        ("data.rows_may_change_by", "negative"),
        ("data.names", "wrong_type"),
        ("same_columns", "wrong_type"),
    }
    assert "modle" in str(caught.value)
    assert "model" in str(caught.value)


@pytest.mark.parametrize("body", [None, [], "moves", {1: 2}, {"metrics": []}, {"metrics": {"recall": 0.5}}, {"data": 7}])
def test_other_shapes_are_refused(body):
    with pytest.raises(LimitsError):
        parse_limits(body)


@pytest.mark.parametrize("value", [0.1, float("nan"), "NaN", "inf", True, "1e9999", "9" * 500, "", "0.1.2", [], {"a": 1}])
def test_numbers_that_cannot_be_compared_exactly_are_refused(value):
    with pytest.raises(LimitsError):
        parse_limits({"metrics": {"recall": {"min": value}}})


@pytest.mark.parametrize("name", ["", " recall", "re\ncall", "x" * 201, "\ud800", "a\u2028b"])
def test_names_that_cannot_be_shown_are_refused(name):
    with pytest.raises(LimitsError) as caught:
        parse_limits({"metrics": {name: {"min": "1"}}, "params_may_change": [name]})
    str(caught.value).encode()


# Membership -----------------------------------------------------------------------------------------------------------


def test_the_baseline_is_inside():
    assert broken(LIMITS, BASE) == []


def test_what_may_not_move_has_to_equal():
    assert broken(LIMITS, moved("code", "runtime")) == [("component", "code", False), ("component", "runtime", False)]
    assert broken(LIMITS, moved("model", "data")) == []
    assert not kept(LIMITS, ["data"], BASE, moved("model"), NOW)
    assert kept(LIMITS, ["model"], BASE, moved("model"), NOW)


def test_a_missing_component_is_unknown():
    candidate = replace(BASE, components={name: value for name, value in MANIFEST.items() if name != "economics"})
    assert broken(LIMITS, candidate) == [("component", "economics", None)]
    assert broken(LIMITS, replace(BASE, components={**MANIFEST, "other": "x"})) == [("component", "other", None)]


def test_figures_are_compared_on_the_same_data_set():
    assert broken(LIMITS, moved("model", metrics=metrics(test="0.69", holdout="0.64"))) == []
    assert broken(LIMITS, moved("model", metrics=metrics(holdout="0.639999999999999999"))) == [
        ("metric.may_fall", "recall@holdout", False)
    ]
    assert broken(LIMITS, moved("model", metrics=metrics(test="0.61", holdout="0.59"))) == [
        ("metric.min", "recall@holdout", False),
        ("metric.may_fall", "recall@holdout", False),
        ("metric.may_fall", "recall@test", False),
    ]


def test_a_figure_that_is_missing_is_unknown_wherever_it_is_missing():
    without = {place: value for place, value in BASE.metrics.items() if place != ("recall", "test")}
    assert broken(LIMITS, moved("model", metrics=without)) == [
        ("metric.min", "recall@test", None),
        ("metric.may_fall", "recall@test", None),
    ]
    fresh = moved("model", metrics=metrics(other="0.9"))
    assert broken(LIMITS, fresh) == [("metric.may_fall", "recall@other", None)]
    nowhere = parse_limits({"moves": ["model"], "metrics": {"auc": {"min": "0"}}})
    assert broken(nowhere, BASE) == [("metric.min", "auc", None)]


def test_a_limit_on_one_data_set_leaves_the_others_alone():
    limits = parse_limits({"moves": ["model"], "metrics": {"recall@test": {"min": "0.69"}, "loss": {"may_rise": "0.1"}}})
    assert broken(limits, moved("model", metrics=metrics(holdout="0.1"))) == []
    assert broken(limits, moved("model", metrics={**metrics(test="0.6"), ("loss", ""): Decimal("0.42")})) == [
        ("metric.may_rise", "loss", False),
        ("metric.min", "recall@test", False),
    ]


def test_a_name_with_an_at_sign_is_a_name():
    base = replace(BASE, metrics={("hits@10", "test"): Decimal(1)})
    limits = parse_limits({"moves": ["model"], "metrics": {"hits@10": {"min": "1"}, "hits@10@test": {"max": "1"}}})
    assert all(line.ok for line in lines(limits, base, base, NOW))


def test_arithmetic_is_exact():
    limits = parse_limits({"metrics": {"loss": {"may_rise": "0.1"}}, "moves": ["model"]})
    tiny = Decimal("0.41" + "0" * 36 + "1")
    assert broken(limits, moved("model", metrics={**BASE.metrics, ("loss", ""): Decimal("0.41")})) == []
    assert broken(limits, moved("model", metrics={**BASE.metrics, ("loss", ""): tiny})) == [("metric.may_rise", "loss", False)]


def test_only_named_parameters_may_change():
    assert broken(LIMITS, moved("model", params={**BASE.params, "seed": 2})) == []
    assert broken(LIMITS, moved("model", params={**BASE.params, "max_depth": 7, "new": None})) == [
        ("param", "max_depth", False),
        ("param", "new", False),
    ]
    loose = parse_limits({**BODY, "params_may_change": ["tree.*"]})
    assert broken(loose, moved("model", params={**BASE.params, "tree.leaves": 63, "tree.depth": 3})) == []
    assert broken(loose, moved("model", params={"max_depth": 6, "seed": 1})) == []  # one that is gone has changed


def test_a_number_is_not_its_text():
    assert broken(LIMITS, moved("model", params={**BASE.params, "max_depth": "6"})) == [("param", "max_depth", False)]


def test_kind_and_the_way_of_storing_stay():
    assert broken(LIMITS, moved("model", kind="pipeline", serialization="pickle")) == [
        ("kind", "model", False),
        ("serialization", "model", False),
    ]


def with_data(*datasets: Dataset) -> VersionFacts:
    return moved("data", datasets=datasets)


TRAIN, TEST = BASE.datasets


def test_rows_and_columns_of_each_role():
    assert broken(LIMITS, with_data(replace(TRAIN, rows=1250), TEST)) == []
    assert broken(LIMITS, with_data(replace(TRAIN, rows=1251), replace(TEST, rows=99))) == [
        ("data.min_rows", "test", False),
        ("data.rows_change", "test", False),
        ("data.rows_change", "train", False),
    ]
    assert broken(LIMITS, with_data(replace(TRAIN, columns=frozenset({"id"})), TEST)) == [("data.columns", "train", False)]
    assert broken(LIMITS, with_data(replace(TRAIN, columns=None, rows=None), TEST)) == [
        ("data.columns", "train", None),
        ("data.min_rows", "train", None),
        ("data.rows_change", "train", None),
    ]


def test_data_sets_are_those_of_the_baseline_unless_more_are_named():
    other = replace(TRAIN, name="customers-2026-11")
    assert broken(LIMITS, with_data(other, TEST)) == [("data.sets", "", False)]
    monthly = parse_limits({**BODY, "data": {"names": ["customers-2026-*"]}})
    assert broken(monthly, with_data(other, TEST)) == []
    assert broken(monthly, with_data(replace(other, name="others"), TEST)) == [("data.sets", "", False)]
    assert broken(monthly, with_data(other)) == [("data.sets", "", False), ("data.columns", "test", None)]
    strange = replace(other, columns=frozenset({"id", "income"}))
    assert broken(monthly, with_data(strange, TEST)) == [("data.columns", "train", False)]


def test_a_version_ages_out():
    assert broken(LIMITS, BASE, NOW + timedelta(days=30)) == []
    assert broken(LIMITS, BASE, NOW + timedelta(days=30, seconds=1)) == [("data.age", "", False)]
    assert broken(LIMITS, replace(BASE, created_at=None)) == [("data.age", "", None)]


def test_nothing_known_is_nowhere_inside():
    blank = VersionFacts(MANIFEST, None, None, None, None, None, None)
    assert not any(line.ok for line in lines(LIMITS, BASE, blank, NOW) if not line.code.startswith("component"))


def test_facts_come_from_the_bodies_behind_the_digests():
    bodies = {
        "model": {
            "kind": "model",
            "serialization": "",
            "artifact": "",
            "params": {"a": 1},
            "metrics": [{"name": "recall", "dataset": "", "value": "0.7"}],
        },
        "data": {"datasets": [{"role": "train", "name": "x", "digest": "d", "rows": None, "columns": []}]},
    }
    found = facts_of(MANIFEST, bodies, NOW)
    assert found.metrics == {("recall", ""): Decimal("0.7")}
    assert found.datasets == (Dataset("train", "x", "d", None, None),)
    assert facts_of(MANIFEST, {}, NOW).metrics is None


def test_each_component_holds_the_limits_that_bear_on_it():
    bodies = bodies_of("churn", "production", MANIFEST, LIMITS)
    assert set(bodies) == {*COMPONENTS, "envelope"}
    assert bodies["model"]["limits"] == touching("model", LIMITS) != {}
    looser = parse_limits({**BODY, "metrics": {"recall": {"min": "0.5"}}})
    other = bodies_of("churn", "production", MANIFEST, looser)
    assert {name for name in bodies if digest(bodies[name]) != digest(other[name])} == {"model", "envelope"}


def test_a_trial_tells_what_would_have_gone_in_and_failed():
    past = [
        Past("a", "churn@1", moved("model")),
        Past("b", "churn@2", moved("model"), ("rejected",)),
        Past("c", "churn@3", moved("code"), ("revoked",)),
    ]
    found = tried(LIMITS, BASE, past, NOW + timedelta(days=400))
    assert [(item.inside, item.regretted) for item in found] == [(True, False), (True, True), (False, False)]
    assert [line.about for line in found[2].broken] == ["code"]
