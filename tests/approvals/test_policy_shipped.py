from __future__ import annotations

from pathlib import Path

import pytest

import approvals
from approvals.policy import EACH, ROLES, parse
from approvals.policy.editing import apply_form, form_of
from approvals.policy.lint import lint
from approvals.services.policies import SHIPPED

FOLDER = Path(approvals.__file__).parent / "shipped"
TEXTS = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.yaml"))}


def test_there_is_one_for_each_type_of_subject_that_nobody_has_to_set_up():
    assert set(TEXTS) == set(SHIPPED.values())
    judged = {key: {step.covers for step in parse(text).steps} for key, text in TEXTS.items()}
    assert judged.pop("provision-request") == {("provision",), ("budget", "provision")}  # who judges the money judges two things
    assert all(len(covers) == 1 for covers in judged.values())
    assert judged["dictionary-change"] == {("dictionary_change",)}
    assert judged["policy-publication"] == {("policy",)}


@pytest.mark.parametrize("key", TEXTS)
def test_a_shipped_policy_reads_under_its_own_name_and_nobody_approves_their_own_work(key):
    policy = parse(TEXTS[key], checks=())
    assert policy.key == key
    assert all("contributors" in step.exclude for step in policy.steps if step.role not in EACH)
    assert any(step.role not in EACH for step in policy.steps), "whom it touches may be nobody, or its author"
    assert policy.break_glass is None


@pytest.mark.parametrize("key", TEXTS)
def test_lint_finds_nothing_in_a_shipped_policy_where_its_roles_are_held(key):
    holders = {role: [f"{role}-1", f"{role}-2"] for role in ROLES}
    assert lint(parse(TEXTS[key]), holders) == ()


def test_one_administrator_alone_cannot_publish_and_lint_says_so():
    found = lint(parse(TEXTS["policy-publication"]), {"administrator": ["ada"]}, authors=["ada"])
    assert [finding.code for finding in found] == ["all_excluded"]


@pytest.mark.parametrize("key", TEXTS)
def test_a_shipped_policy_can_be_edited_in_the_form(key):
    text = TEXTS[key]
    assert apply_form(text, form_of(text)) == text
    after = apply_form(text, form_of(text) | {"open_for": "90 days"})
    assert after == text.replace("60 days", "90 days")
