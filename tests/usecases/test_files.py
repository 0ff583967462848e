"""`usecase.yaml`: what is written reads back, comments stay, and everything wrong is told with its line."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.usecases.files import MESSAGES, UseCaseFileError, read_use_case, write_use_case
from governance.usecases.files.model import CHOICES, FIELDS, KPI_TEXTS, NUMBERS, PART_FIELDS, TEXTS

CHURN = """\
# Kept beside the code; the portal reads it.
slug: churn
title: Customer churn
business_problem: |
  Customers leave.
  We learn of it too late.
ml_problem: Will this customer cancel within 60 days?
consumers:
  - Campaign tool  # the only one
kpis:
  # agreed in March
  - name: Leavers found
    unit: '%'
    baseline: 42
    target: 70.50
"""


def problems_of(text):
    with pytest.raises(UseCaseFileError) as caught:
        read_use_case(text)
    return [(item.line, item.field, item.code) for item in caught.value.problems]


def test_a_file_is_read_as_a_definition():
    found = read_use_case(CHURN)

    assert found["slug"] == "churn"
    assert found["business_problem"] == "Customers leave.\nWe learn of it too late."
    assert found["consumers"] == [{"name": "Campaign tool", "kind": "application", "purpose": ""}]
    assert found["kpis"][0]["target"] == Decimal("70.50")
    assert (found["kpis"][0]["direction"], found["kpis"][0]["tolerance"]) == ("up", None)
    assert set(found) == set(FIELDS)


def test_what_the_file_says_already_is_written_as_it_stands():
    assert write_use_case(read_use_case(CHURN), base=CHURN) == CHURN


def test_a_change_touches_its_line_and_no_comment():
    values = read_use_case(CHURN)
    values["kpis"][0]["target"] = Decimal(75)
    values["limits"] = "Not for debtors."

    written = write_use_case(values, base=CHURN)

    assert written == CHURN.replace("70.50", "75").replace("60 days?\n", "60 days?\nlimits: Not for debtors.\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", [(None, "", "empty")]),
        ("- a\n", [(1, "", "shape")]),
        ("business_problem: x\n", [(1, "ml_problem", "missing")]),
        ("business_problem: x\nml_problem: y\nbudget: 3\n", [(3, "budget", "unknown_field")]),
        ("business_problem: [x]\nml_problem: y\n", [(1, "business_problem", "text")]),
        ("business_problem: x\nml_problem: y\nkpis:\n  - name: A\n    target: many\n", [(5, "kpis[0].target", "number")]),
        ("business_problem: x\nml_problem: y\nkpis:\n  - name: A\n    target: .inf\n", [(5, "kpis[0].target", "number")]),
        ("business_problem: x\nml_problem: y\nkpis:\n  - name: A\n", [(4, "kpis[0].target", "missing")]),
        ("business_problem: x\nml_problem: y\nkpis: 70\n", [(3, "kpis", "list")]),
        ("business_problem: x\nml_problem: y\nrisk_tier: huge\n", [(3, "risk_tier", "choice")]),
        ("business_problem: &a x\nml_problem: *a\n", [(1, "", "unreadable"), (2, "", "unreadable")]),
        ("business_problem: x\nbusiness_problem: y\n", [(2, "business_problem", "unreadable")]),
        ("a: [\n", [(2, "", "unreadable")]),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text, said):
    assert problems_of(text) == said


def test_every_code_has_its_words():
    assert {code for code in ("empty", "shape", "missing", "unknown_field", "text", "list", "number", "choice")} <= set(MESSAGES)


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
lines = st.lists(words, min_size=1, max_size=3).map("\n".join)
figures = st.decimals(-(10**9), 10**9, places=3, allow_nan=False)


def part(name):
    given_fields = {}
    for field in PART_FIELDS[name]:
        if f"{name}.{field}" in CHOICES:
            given_fields[field] = st.sampled_from(CHOICES[f"{name}.{field}"])
        elif name == "kpis" and field in NUMBERS:
            given_fields[field] = figures if field == "target" else st.none() | figures
        else:
            given_fields[field] = words if field == "name" else st.just("") | words
    return st.lists(st.fixed_dictionaries(given_fields), max_size=3, unique_by=lambda item: item["name"])


definitions = st.fixed_dictionaries(
    {
        "slug": st.just("churn"),
        "title": words,
        "kind": st.sampled_from(CHOICES["kind"]),
        "risk_tier": st.sampled_from(("", *CHOICES["risk_tier"])),
        **{name: lines if name in ("business_problem", "ml_problem") else st.just("") | lines for name in TEXTS},
        **{name: part(name) for name in PART_FIELDS},
    }
)


@given(definitions)
def test_what_is_written_reads_back(values):
    assert read_use_case(write_use_case(values)) == values


@pytest.mark.parametrize(
    "text", ["007", "1e5", "true", "null", "~", "0x1F", "1_000", "2026-01-31", "- a", "a: b", "#x", "'", "70.50", "=", "<<"]
)
def test_a_text_that_looks_like_something_else_stays_a_text(text):
    values = {**read_use_case(CHURN), "limits": text, "title": text}

    assert read_use_case(write_use_case(values, base=CHURN)) == values


@given(definitions, definitions)
def test_what_is_written_over_another_file_reads_back(values, other):
    assert read_use_case(write_use_case(values, base=write_use_case(other))) == values


@given(definitions)
def test_writing_again_changes_nothing(values):
    text = write_use_case(values)

    assert write_use_case(read_use_case(text), base=text) == text


@given(st.text(max_size=200))
def test_no_text_does_more_than_be_refused(text):
    with suppress(UseCaseFileError):
        read_use_case(text)


def test_kpi_texts_are_fields_of_kpis():
    assert set(KPI_TEXTS) <= set(PART_FIELDS["kpis"])
