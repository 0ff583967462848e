"""A plan as it is written down: canonical, whole, and readable in the form of earlier days."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.canonical import canonical_json, digest
from governance.economics.cashflow import Refused, evaluate
from governance.economics.components import plan_of_case
from governance.economics.plan import Plan
from governance.economics.plan.checked import problems_of
from governance.economics.plan.problems import NotWritten
from governance.economics.plan.written import FORMAT, plan_as_mapping, plan_from_mapping
from tests.economics.plan_values import full_plan, plans, simple_line, simple_plan

OLD_LINE = {
    "key": "gpu",
    "title": "GPU hours",
    "kind": "cost",
    "quantity": "1200",
    "unit": "h",
    "unit_price": "2.5",
    "from_period": 0,
    "to_period": 3,
}


@given(plans())
@settings(max_examples=60, deadline=None)
def test_what_was_written_is_read_back(plan: Plan) -> None:
    told = json.loads(json.dumps(plan_as_mapping(plan)))
    assert plan_as_mapping(plan_from_mapping(told)) == plan_as_mapping(plan)
    assert plan_from_mapping(told).lines == tuple(sorted(plan.lines, key=lambda line: line.key))
    assert canonical_json(told)


def test_a_plan_with_everything_is_read_back() -> None:
    plan = full_plan()
    ordered = {name: tuple(sorted(getattr(plan, name), key=lambda item: getattr(item, "key", "") or getattr(item, "currency", "")))
               for name in ("lines", "exchange", "biases", "scenarios")}  # fmt: skip
    assert plan_from_mapping(plan_as_mapping(plan)) == replace(plan, **ordered)


def test_the_order_of_lines_and_how_numbers_were_typed_change_no_digest() -> None:
    one, other = simple_line("a", quantity=Decimal("1200")), simple_line("b")
    told = digest(plan_as_mapping(simple_plan(one, other)))
    assert digest(plan_as_mapping(simple_plan(other, replace(one, quantity=Decimal("1.2000E+3"))))) == told
    assert digest(plan_as_mapping(simple_plan(other, replace(one, quantity=Decimal("1201"))))) != told


def test_what_has_its_default_is_left_out_so_that_a_new_field_changes_no_digest() -> None:
    told = plan_as_mapping(simple_plan())
    assert set(told) == {"format", "currency", "period", "horizon", "prices", "discount", "lines"}
    assert set(told["lines"][0]) == {"key", "title", "kind", "quantity", "unit", "unit_price", "from_period", "to_period"}
    assert told["discount"] == {"steps": [[0, "0.035"]]}


@pytest.mark.parametrize(
    "first",
    [
        {"currency": "EUR", "period": "year", "horizon": 5, "discount_rate": "0.08", "real_or_nominal": "nominal", "lines": [OLD_LINE]},
        {
            "format": "countersign/economics/1",
            "case": {"currency": "EUR", "period": "year", "horizon": 5, "discount_rate": Decimal("0.080000"),
                     "real_or_nominal": "nominal", "lines": [OLD_LINE]},
        },
    ],
)  # fmt: skip
def test_what_was_stored_in_the_first_format_is_read(first: dict[str, Any]) -> None:
    plan = plan_from_mapping(first)
    assert plan.discount.steps == ((0, Decimal("0.08")),)
    assert (plan.prices, plan.discount.prices) == ("nominal", "nominal")
    assert plan.lines[0] == replace(simple_line(), title="GPU hours")


@pytest.mark.parametrize("period", ["year", "month"])
def test_the_rate_of_the_first_format_is_one_of_a_period_wherever_it_is_read(period: str) -> None:
    case = {"currency": "EUR", "period": period, "horizon": 5, "discount_rate": Decimal("0.01"), "real_or_nominal": "real",
            "lines": [OLD_LINE]}  # fmt: skip
    body = {"format": "countersign/economics/1", "case": case}

    read = plan_from_mapping(body)

    assert read == plan_from_mapping(case) == plan_of_case(case)
    # 1.01^12 - 1 by hand
    assert read.discount.steps[0][1] == (Decimal("0.01") if period == "year" else Decimal("0.126825030131969720661201"))


@pytest.mark.parametrize("rate", ["-1", "-2"])
def test_a_monthly_rate_that_is_none_is_left_for_the_checks(rate: str) -> None:
    case = {
        "currency": "EUR",
        "period": "month",
        "horizon": 5,
        "discount_rate": rate,
        "real_or_nominal": "real",
        "lines": [OLD_LINE],
    }

    assert plan_from_mapping(case).discount.steps == ((0, Decimal(rate)),)
    assert ("discount.steps.0.1", "rate_lost") in {(problem.path, problem.code) for problem in problems_of(case)}


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("horizon", "five", "not_whole"),
        ("horizon", True, "not_whole"),
        ("lines.0.quantity", 1.5, "not_a_number"),
        ("lines.0.quantity", "1,5", "comma"),
        ("lines.0.quantity", "1.234,50", "comma"),
        ("lines.0.quantity", "3.5%", "percent"),
        ("lines.0.quantity", "NaN", "not_a_number"),
        ("lines.0.quantity", "1e999999", "not_a_number"),
        ("lines.0.quantity", "１２", "not_a_number"),
        ("lines.0.quantity", None, "not_a_number"),
        ("lines.0.title", 7, "not_a_text"),
        ("lines.0.price", "1", "unknown"),
        ("lines.0.quantity_range", {"low": "1"}, "missing"),
        ("lines.0.driver", {"kind": "magic"}, "driver"),
        ("lines.0.driver", [], "not_a_mapping"),
        ("lines", "none", "not_a_list"),
        ("lines.0", "none", "not_a_mapping"),
        ("discount.dated", "2026-02-30", "not_a_day"),
        ("discount.steps", [[0]], "not_a_list"),
        ("mid_period", "yes", "not_a_switch"),
        ("format", "countersign/economics/9", "format"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_path(path: str, value: Any, code: str) -> None:
    told: Any = plan_as_mapping(simple_plan())
    *above, last = path.split(".")
    at = told
    for part in above:
        at = at[int(part)] if part.isdigit() else at[part]
    at[int(last) if last.isdigit() else last] = value
    with pytest.raises(NotWritten) as error:
        plan_from_mapping(told)
    assert error.value.problems[0].code == code
    assert error.value.path.startswith(path)
    assert error.value.reason


def test_all_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(NotWritten) as error:
        plan_from_mapping({"format": FORMAT, "lines": [{}]})
    assert [problem.path for problem in error.value.problems] == [
        "currency", "period", "horizon", "prices", "discount",
        "lines.0.key", "lines.0.title", "lines.0.kind", "lines.0.quantity", "lines.0.unit_price", "lines.0.from_period",
    ]  # fmt: skip


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
@settings(max_examples=100, deadline=None)
def test_nothing_but_a_plan_or_a_refusal_comes_out(value: Any) -> None:
    for told in (value, {"format": FORMAT, "lines": value}, {**plan_as_mapping(simple_plan()), "biases": value}):
        refusal: NotWritten | None = None
        try:
            plan_from_mapping(told)
        except NotWritten as error:
            refusal = error
        assert refusal is None or all(problem.message for problem in refusal.problems)


LEAVERS = {
    "kind": "classification",
    "cases": "100000",
    "prevalence": "0.02",
    "recall": "0.70",
    "precision": "0.35",
    "value_true_positive": "180",
    "cost_false_negative": "200",
    "cost_false_positive": "12",
    "value_true_negative": "0",
    "incumbent": {"kind": "nothing"},
}
KEPT = {"key": "kept", "title": "Leavers kept", "kind": "benefit", "from_period": 1, "to_period": 1}


def driven(driver: Any, **more: Any) -> dict[str, Any]:
    """A plan whose only line follows from a model, as somebody writes it by hand."""
    return {**plan_as_mapping(simple_plan()), "lines": [{**KEPT, "driver": driver, **more}]}


def test_what_a_model_drives_needs_neither_quantity_nor_price() -> None:
    assert problems_of(driven(LEAVERS)) == []
    (line,) = plan_from_mapping(driven(LEAVERS, quantity=None)).lines
    assert (line.quantity, line.unit_price) == (1, 1)
    assert line.driver is not None
    assert line.driver.worth() == 500_800
    assert [(item.path, item.code) for item in problems_of(driven(None))] == [
        ("lines.0.quantity", "missing"),
        ("lines.0.unit_price", "missing"),
    ]


@pytest.mark.parametrize(
    ("change", "path", "word"),
    [
        ({"recall": "1.7"}, "recall", "divide by 100."),
        ({"recall": None}, "recall", "recall is missing."),
        ({"precission": "1"}, "precission", "incumbent, takes."),
        (
            {"incumbent": {"kind": "rule", "name": "By hand", "recall": "2", "precision": "0.5"}},
            "incumbent.recall",
            "incumbent_recall is 2;",
        ),
        ({"incumbent": {"kind": "rule", "recall": "0.2", "precision": "0.5"}}, "incumbent.name", "say which rule"),
        ({"takes": {"recall": ""}}, "takes.recall", "has to be a text."),
        ({"x" * 5000: "1"}, "x", "is not known here"),
    ],
)
def test_what_is_wrong_with_a_model_is_told_at_its_place_and_to_the_end(change: dict[str, Any], path: str, word: str) -> None:
    (problem,) = problems_of(driven({**LEAVERS, **change}))
    assert problem.code == "driver"
    assert problem.path.startswith(f"lines.0.driver.{path}")
    assert len(problem.path) < 100
    assert word in problem.message
    assert len(problem.message) < 500


@pytest.mark.parametrize("name", ["A\x00B", "A\u202eB", "n" * 121])
def test_texts_of_a_model_are_looked_at_like_all_others(name: str) -> None:
    rule = {"kind": "rule", "name": name, "recall": "0.2", "precision": "0.5"}
    (problem,) = problems_of(driven({**LEAVERS, "incumbent": rule}))
    assert problem.path == "lines.0.driver.incumbent.name"
    assert problem.code in ("hidden", "too_long")


def test_what_comes_to_more_than_anything_costs_is_refused_and_not_kept() -> None:
    plan = simple_plan(
        simple_line(quantity=Decimal(10) ** 11, unit_price=Decimal(10) ** 11, growth=Decimal(9), to_period=5), horizon=5
    )
    with pytest.raises(Refused) as caught:
        evaluate(plan)
    assert caught.value.code == "plan.too_large"
