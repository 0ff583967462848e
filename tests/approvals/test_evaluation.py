from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from approvals.evaluation import evaluate, may_vote
from tests.approvals.ballots import MANIFEST, NOW, ballot, people, policy, step

VALIDATION = step("validator", covers=("code", "model"))
BUSINESS = step("business", covers=("use_case", "model"), after=("validator",))
BOTH = policy(VALIDATION, BUSINESS)
CREW = people({"validator": "ada bob", "business": "uma vic"}, {"code": "dan", "model": "dan"})


def judge(asked, ballots, who=CREW, manifest=MANIFEST, **more):
    return evaluate(asked, manifest, ballots, who, NOW, **more)


def why(verdict):
    return {(row.ballot.human, row.why) for row in verdict.ignored}


def states(verdict):
    return [row.state for row in verdict.steps]


def hints(verdict):
    return [(hint.code, hint.step, hint.people) for hint in verdict.unblock]


# --- the ordinary way ---


def test_nothing_said_waits_for_the_holders_of_the_first_step():
    verdict = judge(BOTH, [])
    assert (verdict.state, verdict.substate) == ("open", "pending")
    assert states(verdict) == ["pending", "waiting"]
    assert [row.waiting_on for row in verdict.steps] == [("ada", "bob"), ()]
    assert verdict.steps[1].reason.steps == ("validator",)
    assert hints(verdict) == [("approve", "validator", ("ada", "bob"))]


def test_when_a_step_is_met_the_next_one_becomes_active():
    verdict = judge(BOTH, [ballot(VALIDATION, "ada")])
    assert states(verdict) == ["met", "pending"]
    assert [row.waiting_on for row in verdict.steps] == [(), ("uma", "vic")]


def test_all_steps_met_and_no_block_is_approved():
    approvals = [ballot(VALIDATION, "ada"), ballot(BUSINESS, "uma")]
    verdict = judge(BOTH, approvals)
    assert (verdict.state, verdict.substate, verdict.unblock, verdict.ignored) == ("approved", None, (), ())
    assert [row.approved_by for row in verdict.steps] == [(approvals[0],), (approvals[1],)]


def test_a_quorum_of_two_is_two_people_and_not_two_ballots():
    asked = step("validator", quorum=2)
    verdict = judge(policy(asked), [ballot(asked, "ada"), ballot(asked, "ada")])
    assert (verdict.steps[0].state, verdict.steps[0].have) == ("pending", 1)
    assert verdict.steps[0].waiting_on == ("bob",)
    assert judge(policy(asked), [ballot(asked, "ada"), ballot(asked, "bob")]).state == "approved"


def test_more_approvals_than_asked_for_are_all_shown():
    verdict = judge(policy(VALIDATION), [ballot(VALIDATION, "bob"), ballot(VALIDATION, "ada")])
    assert verdict.steps[0].have == 1
    assert [row.human for row in verdict.steps[0].approved_by] == ["ada", "bob"]


def test_an_abstention_neither_counts_nor_blocks():
    verdict = judge(policy(VALIDATION), [ballot(VALIDATION, "ada", "abstain")])
    assert (verdict.state, verdict.substate) == ("open", "pending")
    assert why(verdict) == {("ada", "abstained")}
    assert verdict.steps[0].waiting_on == ("ada", "bob")


def test_a_policy_without_steps_approves_nothing():
    verdict = judge(policy(), [])
    assert (verdict.state, verdict.substate) == ("open", "blocked")


# --- whose ballot, and which of them ---


def test_the_last_word_of_a_person_stands():
    verdict = judge(policy(VALIDATION), [ballot(VALIDATION, "ada", "request_changes"), ballot(VALIDATION, "ada")])
    assert verdict.state == "approved"
    assert why(verdict) == {("ada", "superseded")}


def test_the_order_is_that_of_the_sequence_and_not_of_the_list():
    first, second = ballot(VALIDATION, "ada", "request_changes"), ballot(VALIDATION, "ada")
    assert judge(policy(VALIDATION), [second, first]).state == "approved"


def test_a_retraction_takes_an_approval_back():
    verdict = judge(policy(VALIDATION), [ballot(VALIDATION, "ada"), ballot(VALIDATION, "ada", "retract")])
    assert verdict.steps[0].state == "pending"
    assert why(verdict) == {("ada", "retracted")}


def test_after_a_retraction_one_may_approve_again():
    said = [ballot(VALIDATION, "ada", verdict) for verdict in ("approve", "retract", "approve")]
    verdict = judge(policy(VALIDATION), said)
    assert verdict.state == "approved"
    assert [(row.ballot, row.why) for row in verdict.ignored] == [(said[0], "retracted")]


def test_ballots_of_another_round_are_history():
    old = [ballot(VALIDATION, "ada", round=1), ballot(VALIDATION, "bob", "reject", round=1)]
    verdict = judge(policy(VALIDATION), old, round=2)
    assert verdict.state == "open"
    assert why(verdict) == {("ada", "earlier_round"), ("bob", "earlier_round")}


def test_a_later_ballot_that_was_not_valid_when_cast_does_not_displace_a_block():
    said = [
        ballot(VALIDATION, "ada", "request_changes"),
        ballot(VALIDATION, "ada", eligible_when_cast=False),
        ballot(VALIDATION, "bob"),
    ]
    verdict = judge(policy(VALIDATION), said)
    assert verdict.substate == "changes_requested"
    assert why(verdict) == {("ada", "not_eligible_when_cast")}


def test_a_ballot_on_a_step_that_is_not_in_the_policy_is_ignored():
    verdict = judge(policy(VALIDATION), [ballot(BUSINESS, "uma"), ballot(BUSINESS, "vic", "abstain")])
    assert why(verdict) == {("uma", "unknown_step"), ("vic", "unknown_step")}


def test_an_unknown_verdict_is_an_error_and_never_an_approval():
    with pytest.raises(ValueError, match="which is none"):
        judge(policy(VALIDATION), [ballot(VALIDATION, "ada", "approved")])


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        evaluate(BOTH, MANIFEST, [], CREW, datetime(2026, 3, 3))  # noqa: DTZ001 - the naive time is the point


# --- bytes ---


def test_a_change_in_a_covered_component_makes_exactly_those_approvals_stale():
    approvals = [ballot(VALIDATION, "ada"), ballot(BUSINESS, "uma")]
    verdict = judge(BOTH, approvals, manifest=MANIFEST | {"code": "code-2"})
    assert states(verdict) == ["pending", "waiting"]
    assert verdict.steps[0].changed_components == ("code",)
    assert [(row.ballot.human, row.why, row.components) for row in verdict.ignored] == [("ada", "stale", ("code",))]
    assert [row.human for row in verdict.steps[1].approved_by] == ["uma"]
    assert ("review_again", "validator", ("ada",)) in hints(verdict)


def test_a_change_in_a_component_that_no_step_covers_changes_nothing():
    approvals = [ballot(VALIDATION, "ada"), ballot(BUSINESS, "uma")]
    assert judge(BOTH, approvals, manifest=MANIFEST | {"data": "data-2"}) == judge(BOTH, approvals)


def test_the_same_bytes_again_make_the_approval_count_again():
    approval = ballot(policy(VALIDATION).steps[0], "ada")
    assert judge(policy(VALIDATION), [approval], manifest=MANIFEST | {"code": "code-2"}).state == "open"
    assert judge(policy(VALIDATION), [approval]).state == "approved"


def test_a_new_wording_of_a_step_keeps_its_approvals_and_a_new_meaning_does_not():
    approval = ballot(VALIDATION, "ada")
    assert judge(policy(replace(VALIDATION, title="Reworded")), [approval]).state == "approved"
    verdict = judge(policy(replace(VALIDATION, covers=("code",))), [approval])
    assert why(verdict) == {("ada", "policy_changed")}
    assert ("review_again", "validator", ("ada",)) in hints(verdict)


def test_a_covered_component_that_is_missing_is_an_error_and_not_met():
    without = {name: value for name, value in MANIFEST.items() if name != "model"}
    verdict = judge(BOTH, [ballot(VALIDATION, "ada", of=without), ballot(BUSINESS, "uma", of=without)], manifest=without)
    assert states(verdict) == ["error", "error"]
    assert (verdict.state, verdict.substate) == ("open", "blocked")
    assert verdict.steps[0].reason.components == ("model",)
    assert hints(verdict) == [("provide_component", "validator", ()), ("provide_component", "business", ())]
    assert why(verdict) == {("ada", "stale"), ("uma", "stale")}


# --- people ---


def test_an_approver_who_loses_the_role_stops_counting():
    verdict = judge(policy(VALIDATION), [ballot(VALIDATION, "ada")], people({"validator": "bob"}))
    assert why(verdict) == {("ada", "role_lost")}
    assert verdict.steps[0].waiting_on == ("bob",)


def test_who_contributed_to_what_is_covered_does_not_count():
    who = people({"validator": "ada bob"}, {"model": "ada", "data": "bob"})
    verdict = judge(policy(VALIDATION), [ballot(VALIDATION, "ada")], who)
    assert [(row.why, row.components) for row in verdict.ignored] == [("contributor", ("model",))]
    assert verdict.steps[0].waiting_on == ("bob",)


def test_the_submitter_does_not_count():
    verdict = judge(policy(VALIDATION), [ballot(VALIDATION, "ada")], people({"validator": "ada bob"}, submitter="ada"))
    assert [(row.why, row.components) for row in verdict.ignored] == [("contributor", ())]


def test_a_step_that_excludes_nobody_lets_contributors_and_the_submitter_approve():
    asked = step("validator", exclude=())
    who = people({"validator": "ada"}, {"code": "ada"}, submitter="ada")
    assert judge(policy(asked), [ballot(asked, "ada")], who).state == "approved"


# --- blocks ---


def test_a_request_for_changes_holds_the_request_and_names_who_can_lift_it():
    verdict = judge(policy(VALIDATION), [ballot(VALIDATION, "ada"), ballot(VALIDATION, "bob", "request_changes")])
    assert (verdict.state, verdict.substate) == ("open", "changes_requested")
    assert verdict.steps[0].state == "met"
    assert [row.human for row in verdict.steps[0].blocked_by] == ["bob"]
    assert hints(verdict) == [("retract_or_resubmit", "validator", ("bob",))]


def test_a_rejection_rejects():
    verdict = judge(BOTH, [ballot(VALIDATION, "ada"), ballot(BUSINESS, "uma", "reject")])
    assert (verdict.state, verdict.substate) == ("rejected", None)
    assert hints(verdict) == [("resubmit", None, ("submitter",))]


@pytest.mark.parametrize(
    ("who", "manifest"),
    [
        (people({"validator": "bob"}), MANIFEST),
        (people({"validator": "ada bob"}, {"code": "ada"}), MANIFEST),
        (CREW, MANIFEST | {"code": "code-2"}),
    ],
    ids=["the role is lost", "the blocker contributed", "the bytes changed"],
)
@pytest.mark.parametrize(("verdict", "state"), [("request_changes", "open"), ("reject", "rejected")])
def test_a_block_stands_until_it_is_taken_back(who, manifest, verdict, state):
    block = ballot(VALIDATION, "ada", verdict)
    answer = judge(policy(VALIDATION), [block, ballot(VALIDATION, "bob", of=manifest)], who, manifest)
    assert answer.state == state
    assert answer.blocks == (block,)


def test_a_migration_that_drops_the_step_does_not_drop_the_block():
    block = ballot(BUSINESS, "uma", "request_changes")
    verdict = judge(policy(VALIDATION), [ballot(VALIDATION, "ada"), block])
    assert verdict.substate == "changes_requested"
    assert verdict.blocks == (block,)
    assert may_vote(policy(VALIDATION), MANIFEST, [block], CREW, "business", "uma", NOW, verdict="retract") is None


# --- inheritance between versions ---


def inherited(asked, human, verdict="approve", **fields):
    return ballot(asked, human, verdict, inherited_from="rq_1", round=3, **fields)


def test_an_inherited_approval_counts_like_an_own_one():
    assert judge(policy(VALIDATION), [inherited(VALIDATION, "ada")]).state == "approved"
    changed = judge(policy(VALIDATION), [inherited(VALIDATION, "ada")], manifest=MANIFEST | {"model": "model-2"})
    assert why(changed) == {("ada", "stale")}


def test_an_own_ballot_overrides_an_inherited_one_whatever_their_numbers():
    own = ballot(VALIDATION, "ada", "request_changes")
    verdict = judge(policy(VALIDATION), [own, inherited(VALIDATION, "ada")])
    assert verdict.substate == "changes_requested"
    assert why(verdict) == {("ada", "superseded")}


@pytest.mark.parametrize("said", ["request_changes", "abstain", "retract"])
def test_a_new_round_does_not_revive_an_inherited_approval_that_its_human_replaced(said):
    before = inherited(VALIDATION, "ada")
    assert judge(policy(VALIDATION), [before], round=2).state == "approved"
    verdict = judge(policy(VALIDATION), [before, ballot(VALIDATION, "ada", said, round=1)], round=2)
    assert verdict.state == "open"
    assert ("ada", "superseded") in why(verdict)


def test_an_inherited_ballot_can_be_taken_back():
    block = inherited(VALIDATION, "ada", "request_changes")
    assert may_vote(policy(VALIDATION), MANIFEST, [block], CREW, "validator", "ada", NOW, verdict="retract") is None
    verdict = judge(policy(VALIDATION), [block, ballot(VALIDATION, "ada", "retract")])
    assert (verdict.blocks, why(verdict)) == ((), {("ada", "retracted")})


@pytest.mark.parametrize("said", ["request_changes", "reject"])
def test_an_inherited_block_asks_for_changes_while_the_bytes_are_the_same(said):
    block = inherited(VALIDATION, "ada", said)
    approved = ballot(VALIDATION, "bob")
    same = judge(policy(VALIDATION), [block, approved])
    assert (same.state, same.substate) == ("open", "changes_requested")

    newer = MANIFEST | {"code": "code-2"}
    fixed = judge(policy(VALIDATION), [block, ballot(VALIDATION, "bob", of=newer)], manifest=newer)
    assert (fixed.state, why(fixed)) == ("approved", {("ada", "stale")})


def test_an_inherited_block_stands_without_the_role_and_falls_with_the_step():
    block = inherited(VALIDATION, "ada", "request_changes")
    assert judge(policy(VALIDATION), [block], people({"validator": "bob"})).substate == "changes_requested"
    other = replace(VALIDATION, quorum=2)
    assert why(judge(policy(other), [block])) == {("ada", "policy_changed")}


# --- nobody counts twice ---

FIRST = step("first")
SECOND = step("second")


def test_one_person_cannot_fill_two_steps_unless_the_policy_says_so():
    said = [ballot(FIRST, "ada"), ballot(SECOND, "ada")]
    who = people({"first": "ada bob", "second": "ada bob"})
    assert judge(policy(FIRST, SECOND, distinct=False), said, who).state == "approved"
    verdict = judge(policy(FIRST, SECOND), said, who)
    assert states(verdict) == ["met", "pending"]
    assert why(verdict) == {("ada", "counted_elsewhere")}
    assert verdict.steps[1].waiting_on == ("bob",)


def test_steps_that_share_a_person_need_not_stand_side_by_side():
    third = step("third")
    who = people({"first": "ada", "second": "bob", "third": "ada"})
    verdict = judge(policy(FIRST, SECOND, third), [ballot(FIRST, "ada"), ballot(SECOND, "bob"), ballot(third, "ada")], who)
    assert states(verdict) == ["met", "met", "blocked"]


def test_people_are_matched_to_steps_and_not_taken_as_they_came():
    who = people({"first": "ada bob", "second": "ada"})
    said = [ballot(FIRST, "ada"), ballot(SECOND, "ada"), ballot(FIRST, "bob")]
    verdict = judge(policy(FIRST, SECOND), said, who)
    assert verdict.state == "approved"
    assert [[row.human for row in result.approved_by] for result in verdict.steps] == [["bob"], ["ada"]]


def test_somebody_whose_place_another_can_take_is_waited_for():
    who = people({"first": "ada bob", "second": "ada bob cyd"})
    verdict = judge(policy(FIRST, SECOND), [ballot(FIRST, "ada"), ballot(FIRST, "bob")], who)
    assert verdict.steps[1].waiting_on == ("ada", "bob", "cyd")


def test_an_approval_of_a_step_that_waits_again_does_not_hold_its_human_back():
    second = step("second", after=("first",))
    who = people({"first": "ada", "second": "ada bob"})
    verdict = judge(policy(FIRST, second), [ballot(second, "ada")], who)
    assert states(verdict) == ["pending", "waiting"]
    assert verdict.steps[0].waiting_on == ("ada",)
    then = judge(policy(FIRST, second), [ballot(second, "ada"), ballot(FIRST, "ada")], who)
    assert states(then) == ["met", "pending"]
    assert then.steps[1].waiting_on == ("bob",)


def test_when_only_a_stand_in_on_a_met_step_helps_that_is_who_is_asked():
    second = step("second", after=("first",))
    who = people({"first": "ada bob", "second": "ada"})
    verdict = judge(policy(FIRST, second), [ballot(FIRST, "ada"), ballot(second, "ada")], who)
    assert states(verdict) == ["met", "pending"]
    assert hints(verdict) == [("take_over", "first", ("bob",))]
    relieved = judge(policy(FIRST, second), [ballot(FIRST, "ada"), ballot(second, "ada"), ballot(FIRST, "bob")], who)
    assert relieved.state == "approved"


# --- blocked: nobody can ---


def test_a_step_whose_role_nobody_holds_is_blocked_and_says_so():
    verdict = judge(policy(VALIDATION), [], people({}))
    assert (verdict.state, verdict.substate, states(verdict)) == ("open", "blocked", ["blocked"])
    assert verdict.steps[0].reason.code == "no_holder"
    assert [(hint.code, hint.role, hint.quorum_left) for hint in verdict.unblock] == [("grant_role", "validator", 1)]


def test_a_quorum_beyond_the_eligible_is_blocked_and_names_the_excluded():
    asked = step("validator", quorum=2)
    verdict = judge(policy(asked), [], people({"validator": "ada bob"}, {"code": "bob"}))
    reason = verdict.steps[0].reason
    assert (reason.code, reason.quorum, reason.eligible, reason.excluded) == ("too_few", 2, ("ada",), ("bob",))
    assert verdict.steps[0].waiting_on == ()


def test_two_steps_with_one_person_between_them_are_blocked():
    verdict = judge(policy(FIRST, SECOND), [ballot(SECOND, "ada")], people({"first": "ada", "second": "ada"}))
    assert states(verdict) == ["blocked", "met"]
    assert verdict.steps[0].reason.code == "needed_elsewhere"
    assert judge(policy(FIRST, SECOND, distinct=False), [], people({"first": "ada", "second": "ada"})).substate == "pending"


def test_a_step_that_can_never_be_met_is_told_before_its_turn_comes():
    verdict = judge(BOTH, [], people({"validator": "ada"}))
    assert states(verdict) == ["pending", "blocked"]
    assert verdict.substate == "blocked"
    assert verdict.steps[0].waiting_on == ("ada",)
