from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.policy import FACTS, ROLES, BreakGlass, Condition, Policy, Reminder, StandardChange, Step, WorkingTime
from approvals.policy.findings import FINDINGS
from approvals.policy.lint import lint
from tests.approvals.policy_values import policies

HOLDERS = {"auditor": ["ada"], "operations": ["bob"], "project_lead": ["eve"], "business_owner": ["kim", "lee"]}
HIGH = (Condition("risk_tier", "equals", "high"),)
LOW = (Condition("risk_tier", "equals", "low"),)
NEVER = (Condition("risk_tier", "more_than", "high"),)


def days(number):
    return WorkingTime(number, "days")


def step(key="a", role="auditor", covers=("code",), **fields):
    return Step(key, f"Step {key}", role, covers=covers, **fields)


def found(*steps, holders=None, authors=(), **fields):
    findings = lint(Policy("T", steps, **fields), HOLDERS if holders is None else holders, authors=authors)
    for finding in findings:
        assert finding.message
        assert "%(" not in finding.message
    return [(finding.code, finding.severity, finding.step) for finding in findings]


def test_nothing_is_found_in_a_policy_that_works():
    assert found(step(), step("b", "business_owner", quorum=2, after=("a",), sla=days(2), remind=(Reminder(days(1)),))) == []


def test_a_step_that_can_never_be_asked_is_an_error():
    assert found(step(applies_if=NEVER), step("b", "operations")) == [("never_applies", "error", "a")]


def test_waiting_for_a_step_that_is_never_asked_is_doubtful():
    codes = found(step(applies_if=NEVER), step("b", "operations", after=("a",)))
    assert codes == [("never_applies", "error", "a"), ("after_never", "warning", "b")]


def test_waiting_for_a_step_that_is_never_asked_together_is_doubtful():
    steps = step(applies_if=LOW), step("b", "operations", applies_if=HIGH, after=("a",)), step("c", "project_lead")
    assert found(*steps) == [("after_apart", "warning", "b")]


def test_a_chain_of_conditional_steps_only_may_ask_nobody():
    assert found(step(applies_if=LOW), step("b", "operations", applies_if=HIGH)) == [("nothing_applies", "warning", "")]


def test_a_role_without_holders_is_an_error_and_a_warning_where_the_step_is_conditional():
    assert found(step(role="end_user")) == [("no_holder", "error", "a")]
    assert found(step(role="end_user", applies_if=HIGH), step("b")) == [("no_holder", "warning", "a")]


def test_a_quorum_above_the_number_of_holders_is_an_error():
    assert found(step(role="business_owner", quorum=3)) == [("too_few", "error", "a")]


def test_authors_do_not_count_where_contributors_are_excluded():
    assert found(step(), authors=["ada"]) == [("all_excluded", "error", "a")]
    assert found(step(role="business_owner", quorum=2), authors=["kim"]) == [("too_few", "error", "a")]
    assert found(step(role="business_owner"), authors=["kim"]) == []


def test_steps_that_compete_for_the_same_people_are_matched():
    steps = step("a", "business_owner", quorum=2), step("b", "business_owner")
    assert found(*steps) == [("needed_elsewhere", "error", "b")]
    assert found(*steps, distinct_humans=False) == []


def test_people_are_matched_cleverly_before_anything_is_said():
    holders = {"auditor": ["ada", "bob"], "operations": ["ada"]}
    assert found(step(), step("b", "operations"), holders=holders, break_glass=None) == []


def test_steps_that_are_never_asked_together_do_not_compete():
    steps = step("a", "auditor", applies_if=LOW), step("b", "auditor", applies_if=HIGH), step("c", "operations")
    assert found(*steps) == []


def test_a_conditional_step_that_competes_is_a_warning():
    assert found(step("a", "auditor"), step("b", "auditor", applies_if=HIGH)) == [("needed_elsewhere", "warning", "b")]


def test_a_step_that_excludes_the_approvers_of_another_competes_with_it():
    steps = step("a"), step("b", exclude=("contributors", "step:a"))
    assert found(*steps, distinct_humans=False) == [("needed_elsewhere", "error", "b")]
    assert found(step("a"), step("b"), distinct_humans=False) == []


@pytest.mark.parametrize("exclude", [(), ("submitter",)])
def test_a_step_that_the_author_alone_can_approve_is_an_error(exclude):
    assert found(step(exclude=exclude)) == [("own_work", "error", "a")]
    assert found(step(exclude=exclude), authors=["ada"]) == [("own_work", "error", "a")]
    assert found(step(exclude=exclude), authors=["bob"]) == []
    assert found(step(role="business_owner", exclude=exclude)) == []
    assert found(step(role="business_owner", exclude=exclude), authors=["kim", "lee"]) == [("own_work", "error", "a")]


def test_escalation_has_to_add_somebody():
    assert found(step(sla=days(1), escalate_after=days(1), escalate_to="auditor")) == [("escalates_to_same", "warning", "a")]
    assert found(step(sla=days(1), escalate_after=days(1), escalate_to="end_user")) == [("escalates_to_nobody", "warning", "a")]
    assert found(step(sla=days(1), escalate_after=days(1), escalate_to="project_lead")) == []


def test_a_reminder_after_the_escalation_is_too_late():
    late = step(sla=days(2), remind=(Reminder(days(2), before=False),), escalate_after=days(1), escalate_to="project_lead")
    assert found(late) == [("late_reminder", "warning", "a")]
    hours = step(
        sla=days(2), remind=(Reminder(WorkingTime(60, "minutes"), False),), escalate_after=WorkingTime(1, "hours"), escalate_to="project_lead"
    )  # fmt: skip
    assert found(hours) == [("late_reminder", "warning", "a")]
    unsure = step(
        sla=days(2), remind=(Reminder(WorkingTime(8, "hours"), False),), escalate_after=days(1), escalate_to="project_lead"
    )
    assert found(unsure) == []


def test_a_reminder_before_the_step_is_asked_is_too_early():
    assert found(step(sla=days(1), remind=(Reminder(days(1)),))) == [("early_reminder", "warning", "a")]
    assert found(step(sla=days(2), remind=(Reminder(days(1)),))) == []


def test_a_request_that_lapses_before_its_steps_are_due_is_named_once():
    steps = step(sla=days(6)), step("b", "operations", after=("a",), sla=days(6)), step("c", "project_lead", after=("b",))
    assert found(*steps, open_for_days=10) == [("lapses_first", "warning", "b")]
    assert found(*steps, open_for_days=12) == []
    assert found(*steps) == []


def test_a_grace_as_long_as_the_decision_warns_from_the_first_day():
    assert found(step(), grace_days=30, valid_for_days=30) == [("grace_too_long", "warning", "")]
    assert found(step(), grace_days=14, valid_for_days=30) == []


def test_a_standard_change_that_skips_everything_is_an_error():
    steps = step(), step("b", "operations", ("dependencies",))
    assert found(*steps, standard_changes=(StandardChange("p", "P", ("code",), ("a", "b")),)) == [
        ("skips_everything", "error", "")
    ]
    assert found(*steps, standard_changes=(StandardChange("p", "P", ("dependencies",), ("a",)),)) == []


def test_a_standard_change_that_leaves_conditional_steps_only_may_skip_everything():
    steps = step(), step("b", "operations", ("dependencies",), applies_if=HIGH)
    codes = found(*steps, standard_changes=(StandardChange("p", "P", ("dependencies",), ("a",)),))
    assert codes == [("may_skip_everything", "warning", "")]


def test_a_standard_change_that_nobody_judges_needs_limits():
    steps = step(), step("b", "operations", ("dependencies",))
    change = StandardChange("p", "P", ("code", "dependencies"), ("a",))
    assert found(*steps, standard_changes=(change,)) == [("change_unjudged", "warning", "")]
    limited = StandardChange("p", "P", ("code",), ("a",), {"same_columns": True})
    assert found(*steps, standard_changes=(limited,)) == []


def test_breaking_glass_needs_somebody_who_may():
    assert found(step(), break_glass=BreakGlass(roles=("ml_engineer",))) == [("glass_without_holder", "warning", "")]
    assert found(step(), holders={"auditor": ["ada"]}, break_glass=None) == []


def test_errors_come_before_warnings():
    findings = found(step(sla=days(1), remind=(Reminder(days(1)),)), step("b", "end_user"))
    assert [severity for _, severity, _ in findings] == ["error", "warning"]


def test_a_finding_says_what_to_do_and_can_be_told_in_other_words():
    [finding] = lint(Policy("T", (step(role="end_user"),)), HOLDERS)
    assert (
        finding.message == "Nobody holds the role end_user, which “Step a” asks for. Give somebody the role, or ask another one."
    )
    assert "Endnutzer" in finding.told(lambda text: text, role="Endnutzer")


def test_every_message_is_one_that_a_test_above_has_seen():
    source = Path(__file__).read_text()
    assert [code for code in FINDINGS if f'("{code}", ' not in source] == []


@settings(deadline=None, max_examples=60)
@given(policies(), st.dictionaries(st.sampled_from(ROLES), st.sets(st.sampled_from("abcdef"))), st.sets(st.sampled_from("abc")))
def test_any_policy_can_be_linted_and_every_finding_reads(policy, holders, authors):
    for finding in lint(policy, holders, authors=authors):
        assert finding.severity in ("error", "warning")
        assert finding.step == "" or policy.step(finding.step) is not None
        assert finding.message


@settings(deadline=None, max_examples=60)
@given(policies())
def test_a_policy_with_people_enough_is_never_short_of_them(policy):
    crowd = {role: {f"{role}{at}" for at in range(2500)} for role in ROLES}
    codes = {finding.code for finding in lint(policy, crowd)}
    assert not codes & {"no_holder", "too_few", "all_excluded", "needed_elsewhere", "own_work", "glass_without_holder"}


def test_a_cost_that_is_bounded_from_both_sides_is_no_contradiction():
    between = (Condition("cost", "at_least", Decimal(1)), Condition("cost", "less_than", Decimal(2)))
    assert found(step(applies_if=between), step("b", "operations")) == []


def test_the_page_of_policies_explains_every_finding_and_every_fact():
    page = (Path(__file__).parents[2] / "docs" / "policies.md").read_text()
    assert set(re.findall(r"^\| `([a-z_]+)` \| (?:error|warning) \|", page, re.MULTILINE)) == FINDINGS.keys()
    for name, fact in FACTS.items():
        [row] = re.findall(rf"^\| `{name}` \| .*", page, re.MULTILINE)
        assert [value for value in fact.values if f"`{value}`" not in row] == []
