"""Policy, time and exceptions: what the engine makes of them, case by case."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from approvals.evaluation import evaluate, may_vote
from approvals.policy.conditions import Condition
from approvals.policy.model import StandardChange, WorkingTime
from tests.approvals.ballots import MANIFEST, NOW, ballot, people, policy, step

HIGH = (Condition("risk_tier", "equals", "high"),)
PLAIN = step("plain", "judge")
RISKY = step("risky", "owner", applies_if=HIGH)
LAST = step("last", "chief", after=("risky",))
CREW = people({"judge": "ada", "owner": "bob", "chief": "cyd"})
CHAIN = policy(PLAIN, RISKY, LAST)


def judge(asked, said=(), who=CREW, manifest=MANIFEST, *, tier=None, round=1, now=NOW, **more):
    facts = {} if tier is None else {"risk_tier": tier}
    return evaluate(asked, manifest, said, who, now, round, facts, **more)


def states(verdict):
    return [row.state for row in verdict.steps]


def why(verdict):
    return {(row.ballot.human, row.why) for row in verdict.ignored}


def hints(verdict):
    return [(hint.code, hint.step) for hint in verdict.unblock]


# --- template edited while instances run ---


def test_template_edited_while_instances_run_keeps_the_approvals_of_unchanged_steps():
    said = [ballot(PLAIN, "ada"), ballot(RISKY, "bob")]
    edited = policy(replace(PLAIN, title="Reworded", description="More words"), replace(RISKY, quorum=2), LAST)
    verdict = judge(edited, said, tier="high")
    assert verdict.steps[0].state == "met"
    assert why(verdict) == {("bob", "policy_changed")}


def test_template_edited_a_stricter_signature_asks_again_and_times_and_conditions_do_not():
    approval = ballot(PLAIN, "ada")
    timed = replace(PLAIN, sla=WorkingTime(2, "days"), escalate_after=WorkingTime(1, "days"), escalate_to="chief", bulk=True)
    assert judge(policy(timed), [approval]).state == "approved"
    assert judge(policy(replace(PLAIN, applies_if=HIGH)), [approval], tier="high").state == "approved"
    assert why(judge(policy(replace(PLAIN, signature="reauth")), [approval])) == {("ada", "policy_changed")}


def test_template_withdrawn_blocks_open_requests_until_they_are_migrated():
    withdrawn = replace(CREW, withdrawn=True)
    asked = policy(PLAIN, step("second", "owner"))
    verdict = judge(asked, [ballot(PLAIN, "ada")], withdrawn)
    assert (verdict.state, verdict.substate, verdict.reason.code) == ("open", "blocked", "withdrawn")
    assert [(row.state, row.waiting_on) for row in verdict.steps] == [("met", ()), ("blocked", ())]
    assert verdict.steps[1].reason.code == "withdrawn"
    assert hints(verdict) == [("migrate", None)]
    assert judge(policy(PLAIN), [ballot(PLAIN, "ada")], withdrawn).state == "open"


def test_template_withdrawn_takes_no_votes_but_lets_objections_be_taken_back():
    withdrawn = replace(CREW, withdrawn=True)
    block = ballot(PLAIN, "ada", "request_changes")
    assert may_vote(CHAIN, MANIFEST, [], withdrawn, "plain", "ada", NOW, verdict="reject") == "withdrawn"
    assert may_vote(CHAIN, MANIFEST, [block], withdrawn, "plain", "ada", NOW, verdict="retract") is None
    assert judge(CHAIN, [ballot(PLAIN, "ada", "reject")], withdrawn).state == "rejected"
    assert judge(CHAIN, [block], withdrawn).substate == "blocked"


# --- parallel, sequential, conditional ---


def test_parallel_sequential_steps_open_when_what_they_wait_for_is_met():
    asked = policy(step("one", "judge"), step("two", "owner"), step("three", "chief", after=("one", "two")))
    verdict = judge(asked, [ballot(asked.steps[0], "ada")])
    assert states(verdict) == ["met", "pending", "waiting"]
    assert verdict.steps[2].reason.steps == ("two",)
    assert may_vote(asked, MANIFEST, [], CREW, "three", "cyd", NOW) == "waiting"


def test_conditional_step_that_does_not_apply_is_not_applicable_and_not_met():
    verdict = judge(CHAIN, [ballot(PLAIN, "ada"), ballot(LAST, "cyd")], tier="low")
    assert states(verdict) == ["met", "not_applicable", "met"]
    assert verdict.state == "approved"
    assert verdict.steps[1].reason.code == "condition"
    assert may_vote(CHAIN, MANIFEST, [], CREW, "risky", "bob", NOW, facts={"risk_tier": "low"}) == "not_applicable"


def test_conditional_step_that_applies_is_asked():
    verdict = judge(CHAIN, [ballot(PLAIN, "ada"), ballot(LAST, "cyd")], tier="high")
    assert states(verdict) == ["met", "pending", "waiting"]


def test_conditional_step_that_is_left_out_lets_through_in_its_turn():
    """Nothing may overtake: what comes after it waits for what it would have waited for."""
    middle = step("risky", "owner", after=("plain",), applies_if=HIGH)
    asked = policy(PLAIN, middle, LAST)
    verdict = judge(asked, tier="low")
    assert states(verdict) == ["pending", "not_applicable", "waiting"]
    assert verdict.steps[2].reason.steps == ("plain",)
    assert states(judge(asked, [ballot(PLAIN, "ada")], tier="low")) == ["met", "not_applicable", "pending"]


def test_conditional_step_whose_fact_nobody_knows_is_an_error_and_never_left_out():
    said = [ballot(PLAIN, "ada"), ballot(RISKY, "bob"), ballot(LAST, "cyd")]
    for facts in (None, {}, {"risk_tier": None}, {"risk_tier": "unheard of"}):
        verdict = evaluate(CHAIN, MANIFEST, said, CREW, NOW, facts=facts)
        assert (verdict.state, verdict.substate) == ("open", "blocked")
        assert states(verdict) == ["met", "error", "waiting"]
        assert (verdict.steps[1].reason.code, verdict.steps[1].reason.facts) == ("missing_fact", ("risk_tier",))
        assert ("provide_fact", "risky") in hints(verdict)
    assert judge(CHAIN, said, tier="high").state == "approved"


@pytest.mark.parametrize(
    ("condition", "holds", "fails"),
    [
        (Condition("risk_tier", "at_least", "medium"), ("medium", "high"), ("low",)),
        (Condition("sensitivity", "more_than", "internal"), ("personal",), ("internal", "public")),
        (Condition("environment", "in", ("production", "staging")), ("production",), ("test",)),
        (Condition("cost", "at_least", Decimal("10000")), (Decimal("10000"), Decimal("10000.01")), (Decimal("9999.99"),)),
        (Condition("changed", "any", ("code", "model")), (frozenset({"code", "data"}),), (frozenset({"data"}), frozenset())),
        (Condition("changed", "none", ("code",)), (frozenset({"data"}), frozenset()), (frozenset({"code", "data"}),)),
        (Condition("changed", "all", ("code", "model")), (frozenset({"code", "model"}),), (frozenset({"code"}),)),
    ],
    ids=lambda value: f"{value.fact} {value.op}" if isinstance(value, Condition) else None,
)
def test_conditional_step_compares_facts_that_have_a_type(condition, holds, fails):
    asked = policy(PLAIN, step("asked", "owner", applies_if=(condition,)))
    for state, values in (("pending", holds), ("not_applicable", fails)):
        for value in values:
            assert evaluate(asked, MANIFEST, [], CREW, NOW, facts={condition.fact: value}).steps[1].state == state


def test_conditional_steps_of_which_none_applies_approve_nothing():
    verdict = judge(policy(RISKY), [ballot(RISKY, "bob")], tier="low")
    assert (verdict.state, verdict.substate, verdict.reason.code) == ("open", "blocked", "no_step_applies")
    assert why(verdict) == {("bob", "not_applicable")}


def test_conditional_step_left_out_takes_no_approval_and_keeps_a_block_that_was_valid():
    block = ballot(RISKY, "bob", "request_changes")
    said = [ballot(PLAIN, "ada"), ballot(LAST, "cyd")]
    assert judge(CHAIN, [*said, block], tier="low").substate == "changes_requested"
    for later in ("approve", "abstain"):
        verdict = judge(CHAIN, [*said, ballot(RISKY, "bob", later)], tier="low")
        assert (verdict.state, why(verdict)) == ("approved", {("bob", "not_applicable")})


def test_conditional_step_left_out_uses_up_nobody():
    shared = people({"judge": "ada", "owner": "ada bob", "chief": "cyd"})
    said = [ballot(PLAIN, "ada"), ballot(RISKY, "ada"), ballot(LAST, "cyd")]
    assert judge(CHAIN, said, shared, tier="low").state == "approved"
    assert judge(CHAIN, said, shared, tier="high").state == "open"


def test_standard_change_does_without_the_steps_that_it_names():
    change = StandardChange("patch", "Patch", touches=("dependencies",), without=("second",))
    asked = replace(policy(PLAIN, step("second", "owner")), standard_changes=(change,))
    said = [ballot(PLAIN, "ada")]
    assert judge(asked, said).state == "open"
    verdict = judge(asked, said, standard_change="patch")
    assert (verdict.state, verdict.steps[1].state, verdict.steps[1].reason.code) == (
        "approved",
        "not_applicable",
        "standard_change",
    )
    assert judge(asked, said, standard_change="not one of these").state == "open"


def test_standard_change_that_leaves_nothing_to_ask_approves_nothing():
    change = StandardChange("patch", "Patch", touches=("dependencies",), without=("plain",))
    asked = replace(policy(PLAIN), standard_changes=(change,))
    assert judge(asked, [ballot(PLAIN, "ada")], standard_change="patch").reason.code == "no_step_applies"


# --- approve, abstain, block, reject ---


def test_approve_abstain_block_reject_each_does_what_it_says():
    asked = policy(step("one", "judge", quorum=2))
    who = people({"judge": "ada bob cyd"})
    first = ballot(asked.steps[0], "ada")
    assert judge(asked, [first, ballot(asked.steps[0], "bob", "abstain")], who).steps[0].have == 1
    assert judge(asked, [first, ballot(asked.steps[0], "bob", "request_changes")], who).substate == "changes_requested"
    assert judge(asked, [first, ballot(asked.steps[0], "bob", "reject")], who).state == "rejected"
    assert judge(asked, [first, ballot(asked.steps[0], "bob")], who).state == "approved"


def test_approve_abstain_a_quorum_is_a_number_and_does_not_move_with_the_group():
    asked = policy(step("one", "judge", quorum=2))
    said = [ballot(asked.steps[0], "ada"), ballot(asked.steps[0], "bob")]
    for group in ("ada bob", "ada bob cyd dan eve"):
        assert judge(asked, said, people({"judge": group})).state == "approved"


# --- re-submission ---


def test_re_submission_is_a_new_round_and_earlier_ballots_are_history():
    said = [ballot(PLAIN, "ada"), ballot(PLAIN, "ada", "request_changes")]
    verdict = judge(policy(PLAIN), said, round=2)
    assert (verdict.state, verdict.substate, why(verdict)) == ("open", "pending", {("ada", "earlier_round")})


def test_re_submission_after_a_rejection_opens_it_again():
    assert judge(policy(PLAIN), [ballot(PLAIN, "ada", "reject")]).state == "rejected"
    said = [ballot(PLAIN, "ada", "reject"), ballot(PLAIN, "ada", round=2)]
    assert judge(policy(PLAIN), said, round=2).state == "approved"


# --- time ---


@pytest.mark.parametrize("days", [-4000, 0, 4000])
def test_expiry_and_timeout_action_no_time_of_day_or_year_approves_or_refuses(days):
    asked = policy(replace(PLAIN, sla=WorkingTime(1, "days"), escalate_after=WorkingTime(1, "days"), escalate_to="chief"))
    asked = replace(asked, open_for_days=1, valid_for_days=1)
    now = NOW + timedelta(days=days)
    assert judge(asked, now=now) == judge(asked)
    assert judge(asked, [ballot(asked.steps[0], "ada")], now=now).state == "approved"


def test_timeout_action_escalation_approves_nothing():
    asked = policy(replace(PLAIN, escalate_after=WorkingTime(1, "days"), escalate_to="chief"))
    said = [ballot(asked.steps[0], "cyd"), ballot(asked.steps[0], "cyd", role="chief", round=0)]
    verdict = judge(asked, said, replace(CREW, escalated=frozenset({"plain"})))
    assert (verdict.state, verdict.steps[0].waiting_on) == ("open", ("ada", "cyd"))


# --- break-glass ---


def test_break_glass_is_shown_as_overridden_and_is_no_approval():
    waived = replace(CREW, waived=True)
    verdict = judge(CHAIN, [ballot(PLAIN, "ada")], waived, tier="high")
    assert (verdict.state, verdict.substate) == ("open", "pending")
    assert states(verdict) == ["met", "overridden", "overridden"]
    assert [row.waiting_on for row in verdict.steps] == [(), ("bob",), ()]  # it can still be done properly
    assert states(judge(CHAIN, [], waived, tier="low")) == ["overridden", "not_applicable", "overridden"]
    assert may_vote(CHAIN, MANIFEST, [], waived, "last", "cyd", NOW, facts={"risk_tier": "high"}) == "waiting"


def test_break_glass_does_not_hide_a_rejection_or_an_approval():
    waived = replace(CREW, waived=True)
    assert judge(policy(PLAIN), [ballot(PLAIN, "ada")], waived).steps[0].state == "met"
    rejected = judge(policy(PLAIN), [ballot(PLAIN, "ada", "reject")], waived)
    assert (rejected.state, states(rejected)) == ("rejected", ["pending"])


# --- bulk, signature ---


def test_bulk_approval_is_as_many_ballots_as_items_and_each_counts_on_its_own():
    """One command, N ballots; the engine sees one request at a time and no difference."""
    asked = policy(replace(PLAIN, bulk=True))
    assert judge(asked, [ballot(asked.steps[0], "ada")]).state == judge(policy(PLAIN), [ballot(PLAIN, "ada")]).state == "approved"


def test_e_signature_is_part_of_what_the_ballot_was_asked():
    assert replace(PLAIN, signature="reauth").digest != PLAIN.digest
    assert replace(PLAIN, signature="click").digest == PLAIN.digest


# --- the written form ---


def test_the_mapping_has_the_new_fields_and_is_plain():
    who = replace(CREW, delegations={"zoe": frozenset({("ada", None)})}, waived=True)
    body = judge(CHAIN, [ballot(RISKY, "bob")], who).as_mapping()
    assert json.loads(json.dumps(body)) == body
    assert body["steps"][0]["delegates"] == [{"delegate": "zoe", "principal": "ada"}]
    assert (body["steps"][0]["escalated"], body["steps"][0]["roles"]) == (False, ["judge"])
    assert body["steps"][1]["reason"]["facts"] == ["risk_tier"]
    assert body["reason"] is None
