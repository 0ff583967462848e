from __future__ import annotations

import pytest

from approvals.chain import asked_of, chain_picture, condition_text, summary_of
from approvals.envelopes import as_mapping, bodies_of, parse_limits
from approvals.readable_records import document_view, envelope_view, policy_view, text_difference

STEPS = [
    {"key": "a", "title": "First", "role": "model_validator", "quorum": 1, "after": [], "covers": ["code"]},
    {"key": "b", "title": "Second", "role": "security_reviewer", "quorum": 2, "after": [], "covers": ["dependencies"]},
    {
        "key": "c",
        "title": "Third",
        "role": "business_owner",
        "quorum": 1,
        "after": ["a", "b"],
        "covers": ["use_case"],
        "applies_if": {"risk_tier": "high", "cost": {"at_least": "10000"}},
    },
]
BODY = {"title": "Release", "steps": STEPS}


def changes(before: str, after: str) -> list[tuple[str, str]]:
    return [(line.change, line.text) for line in text_difference(before, after)]


def test_a_text_difference_tells_lines_that_came_and_went():
    assert changes("a\nb\nc", "a\nB\nc\nd") == [
        ("same", "a"),
        ("removed", "b"),
        ("added", "B"),
        ("same", "c"),
        ("added", "d"),
    ]
    assert changes("a\n", "a\n") == []
    assert changes("", "a") == [("added", "a")]
    assert changes("a", "") == [("removed", "a")]


def test_lines_that_look_like_marks_are_lines():
    assert changes("-- a\nx", "x\n++ b") == [("removed", "-- a"), ("same", "x"), ("added", "++ b")]


def test_what_is_the_same_between_changes_is_left_out():
    lines = [str(number) for number in range(40)]
    changed = ["x", *lines[1:39], "y"]
    kinds = [line.change for line in text_difference("\n".join(lines), "\n".join(changed))]

    assert kinds.count("gap") == 1
    assert kinds.count("same") == 6


def test_a_chain_is_drawn_and_told():
    picture = chain_picture(BODY)

    assert "Second" in picture["svg"]
    assert picture["summary"] == "3 steps, 4 approvals in all; at most 2 after one another."
    assert [row[0] for row in picture["table"]["rows"]] == ["First", "Second", "Third"]
    assert picture["table"]["rows"][1][1] == "2 × Security reviewer"
    assert picture["table"]["rows"][2][2] == "First, Second"
    assert picture["table"]["rows"][2][4] == "risk tier is high; cost at least 10000"
    assert picture["table"]["rows"][0][4] == "always"
    assert asked_of(STEPS[0]) == "Model validator"


def test_a_chain_without_steps_is_no_crash():
    assert summary_of({}) == "0 steps, 0 approvals in all; at most 0 after one another."
    assert chain_picture({})["table"]["rows"] == []


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"environment": ["production", "staging"]}, "environment is production, staging"),
        ({"changed": {"any": ["code", "model"]}}, "what changed has any of code, model"),
        ({"sensitivity": {"more_than": "internal", "at_most": "personal"}},
         "sensitivity more than internal; sensitivity at most personal"),
    ],
)  # fmt: skip
def test_a_condition_is_said_in_words(condition, said):
    assert condition_text(condition) == said


def test_a_policy_without_a_forerunner_is_compared_with_nothing():
    view = policy_view(BODY, "title: Release", None)

    assert (view["compared"], view["difference"]) == (False, [])


def test_a_document_says_whether_its_bytes_are_others():
    body = {"title": "Plan", "url": "", "name": "plan.pdf", "sha256": "sha256:a", "size": 5}

    assert document_view(body, None)["other_bytes"] is False
    assert document_view(body, {**body, "sha256": "sha256:b"})["other_bytes"] is True
    assert document_view(body, {**body, "title": "Old"})["other_bytes"] is False


def test_an_envelope_is_told_as_a_whole_and_part_by_part():
    limits = parse_limits({"moves": ["model", "runtime"], "metrics": {"recall": {"min": "0.6"}}})
    bodies = bodies_of("churn-model", "production", {"model": "sha256:a", "code": "sha256:b", "runtime": "sha256:c"}, limits)
    assert as_mapping(limits)["moves"] == ["model", "runtime"]

    whole = envelope_view("envelope", bodies["envelope"])
    assert (whole["whole"], whole["model"], whole["environment"]) == (True, "churn-model", "production")
    assert any("recall" in sentence for sentence in whole["limits"])
    assert any("runtime" in sentence for sentence in whole["free"])
    assert any("recall" in sentence for sentence in envelope_view("model", bodies["model"])["limits"])
    fixed = envelope_view("code", bodies["code"])
    assert (fixed["may_move"], fixed["baseline"], fixed["limits"]) == (False, "sha256:b", [])
