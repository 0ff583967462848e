"""Who may vote, and when that changes: what the engine makes of it, case by case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from approvals.evaluation import acting_role, evaluate, may_vote
from approvals.policy.model import WorkingTime
from tests.approvals.ballots import MANIFEST, NOW, ballot, people, policy, step

REVIEW = step("review", "judge")
SECOND = step("second", "judge")
OTHER = step("other", "owner")
ONE = policy(REVIEW)


def lent(holders, *pairs, contributors=None, **fields):
    """`lent({...}, "bob for ada", "cyd for ada as judge")`."""
    delegations = {}
    for pair in pairs:
        delegate, _, rest = pair.partition(" for ")
        principal, _, role = rest.partition(" as ")
        delegations.setdefault(delegate, set()).add((principal, role or None))
    who = people(holders, contributors)
    return replace(who, delegations={name: frozenset(found) for name, found in delegations.items()}, **fields)


def judge(said, who, asked=ONE, **more):
    return evaluate(asked, MANIFEST, said, who, NOW, **more)


def refusal(who, human, principal=None, said=(), asked=ONE, key="review", verdict="approve"):
    return may_vote(asked, MANIFEST, said, who, key, human, NOW, verdict=verdict, principal=principal)


def why(verdict):
    return {(row.ballot.human, row.why) for row in verdict.ignored}


def states(verdict):
    return [row.state for row in verdict.steps]


# --- author approves own ---


@pytest.mark.parametrize("who", [people({"judge": "ada"}, {"code": "ada"}), people({"judge": "ada"}, submitter="ada")])
def test_author_approves_own_does_not_count_and_is_refused(who):
    assert refusal(who, "ada") in ("contributor", "submitter")
    verdict = judge([ballot(REVIEW, "ada")], who)
    assert (verdict.state, verdict.substate, why(verdict)) == ("open", "blocked", {("ada", "contributor")})


def test_author_approves_own_by_a_delegate_does_not_count_either():
    who = lent({"judge": "ada"}, "bob for ada", contributors={"code": "ada"})
    assert refusal(who, "bob", "ada") == "principal_contributor"
    assert why(judge([ballot(REVIEW, "bob", principal="ada")], who)) == {("bob", "principal_contributor")}


def test_author_approves_own_in_the_place_of_somebody_who_did_not_make_it_does_not_count_either():
    who = lent({"judge": "ada"}, "bob for ada", contributors={"code": "bob"})
    assert refusal(who, "bob", "ada") == "contributor"
    assert why(judge([ballot(REVIEW, "bob", principal="ada")], who)) == {("bob", "contributor")}


def test_author_approves_own_where_the_step_bars_the_submitter_only():
    asked = step("review", "judge", exclude=("submitter",))
    who = people({"judge": "ada sue"}, {"code": "ada"}, submitter="sue")
    assert refusal(who, "sue", asked=policy(asked)) == "submitter"
    assert judge([ballot(asked, "sue")], who, policy(asked)).state == "open"
    assert judge([ballot(asked, "ada")], who, policy(asked)).state == "approved"


# --- rebase by a bot ---


def test_rebase_by_a_bot_leaves_those_who_made_it_among_the_contributors():
    """The services keep the union over the round; whoever is in it stays barred, and a bot bars nobody else."""
    who = people({"judge": "ada bob"}, {"code": "ada bot"}, submitter="bot")
    assert why(judge([ballot(REVIEW, "ada")], who)) == {("ada", "contributor")}
    assert judge([ballot(REVIEW, "bob")], who).state == "approved"


# --- role lost while open ---


def test_approver_loses_the_role_while_open_and_the_approval_stops_counting():
    approval = ballot(REVIEW, "ada")
    assert judge([approval], people({"judge": "ada bob"})).state == "approved"
    verdict = judge([approval], people({"judge": "bob"}))
    assert (verdict.state, why(verdict)) == ("open", {("ada", "role_lost")})


def test_approver_loses_the_role_while_open_and_a_block_does_not_fall():
    block = ballot(REVIEW, "ada", "request_changes")
    assert judge([block, ballot(REVIEW, "bob")], people({"judge": "bob"})).substate == "changes_requested"


def test_principal_loses_the_role_while_open_and_the_approval_in_her_place_stops_counting():
    approval = ballot(REVIEW, "bob", principal="ada")
    assert judge([approval], lent({"judge": "ada"}, "bob for ada")).state == "approved"
    gone = lent({"judge": "cyd"}, "bob for ada")
    assert why(judge([approval], gone)) == {("bob", "role_lost")}
    assert refusal(gone, "bob", "ada") == "principal_no_role"


# --- group changes while running ---


def test_group_changes_while_running_a_new_holder_can_act_at_once():
    assert judge([], people({"judge": "ada"})).steps[0].waiting_on == ("ada",)
    assert judge([], people({"judge": "ada zoe"})).steps[0].waiting_on == ("ada", "zoe")
    assert judge([ballot(REVIEW, "zoe")], people({"judge": "ada zoe"})).state == "approved"


def test_group_changes_while_running_an_approval_counts_under_the_role_it_was_given_in_and_no_other():
    asked = step("review", "judge", escalate_after=WorkingTime(1, "days"), escalate_to="chief")
    escalated = frozenset({"review"})
    as_chief = ballot(asked, "ada", role="chief")
    who = people({"judge": "ada", "chief": "ada"})
    assert judge([as_chief], replace(who, escalated=escalated), policy(asked)).state == "approved"
    no_chief = people({"judge": "ada"})
    assert why(judge([as_chief], replace(no_chief, escalated=escalated), policy(asked))) == {("ada", "role_lost")}
    assert why(judge([as_chief], who, policy(asked))) == {("ada", "role_lost")}


# --- approver deactivated ---


def test_approver_deactivated_or_left_makes_the_step_blocked_at_once_and_says_who_is_missing():
    verdict = judge([ballot(REVIEW, "ada")], people({}))
    assert (verdict.substate, verdict.steps[0].reason.code) == ("blocked", "no_holder")
    assert [(hint.code, hint.role) for hint in verdict.unblock] == [("grant_role", "judge")]


# --- nobody eligible ---


def test_nobody_eligible_or_quorum_beyond_them_is_blocked_and_names_the_eligible_and_the_excluded():
    asked = step("review", "judge", quorum=2)
    verdict = judge([ballot(asked, "ada")], people({"judge": "ada bob"}, {"code": "bob"}), policy(asked))
    reason = verdict.steps[0].reason
    assert (verdict.state, verdict.substate) == ("open", "blocked")
    assert (reason.code, reason.quorum, reason.eligible, reason.excluded) == ("too_few", 2, ("ada",), ("bob",))


def test_nobody_eligible_is_never_made_up_for_by_a_delegate():
    """A delegate adds a hand, not a vote."""
    asked = step("review", "judge", quorum=2)
    who = lent({"judge": "ada"}, "bob for ada", "cyd for ada")
    said = [ballot(asked, "ada"), ballot(asked, "bob", principal="ada"), ballot(asked, "cyd", principal="ada")]
    verdict = judge(said, who, policy(asked))
    assert (verdict.substate, verdict.steps[0].have) == ("blocked", 1)


# --- same human in two steps ---


def test_same_human_in_two_steps_counts_once_whatever_the_order():
    who = people({"judge": "ada bob", "owner": "ada"})
    both = policy(REVIEW, OTHER)
    said = [ballot(REVIEW, "ada"), ballot(OTHER, "ada"), ballot(REVIEW, "bob")]
    for order in (said, said[::-1]):
        assert judge(order, who, both).state == "approved"
    verdict = judge(said[:2], who, both)
    assert (verdict.state, why(verdict)) == ("open", {("ada", "counted_elsewhere")})


def test_same_human_in_two_steps_that_are_kept_apart_counts_on_one_of_them():
    apart = step("other", "owner", exclude=("contributors", "step:review"))
    third = step("third", "owner")
    asked = policy(REVIEW, apart, third, distinct=False)
    who = people({"judge": "ada bob", "owner": "ada cyd"})
    said = [ballot(REVIEW, "ada"), ballot(apart, "ada"), ballot(third, "ada")]
    verdict = judge(said, who, asked)
    assert states(verdict) == ["met", "pending", "met"]
    assert verdict.steps[1].waiting_on == ("cyd",)
    assert judge([*said, ballot(REVIEW, "bob")], who, asked).state == "approved"  # then she is not needed on the first


def test_same_human_in_two_steps_that_are_kept_apart_is_refused_while_needed_on_the_first():
    apart = step("other", "owner", after=("review",), exclude=("contributors", "step:review"))
    asked = policy(REVIEW, apart, distinct=False)
    who = people({"judge": "ada bob", "owner": "ada cyd"})
    said = [ballot(REVIEW, "ada")]
    assert refusal(who, "ada", said=said, asked=asked, key="other") == "counted_before"
    assert refusal(who, "cyd", said=said, asked=asked, key="other") is None
    assert refusal(who, "ada", said=[*said, ballot(REVIEW, "bob")], asked=asked, key="other") is None


def test_same_human_in_three_steps_of_which_one_is_kept_apart_from_both_others():
    """Ada counts on the two, or on the one; what leaves more met is chosen."""
    third = step("third", "judge", exclude=("contributors", "step:review", "step:second"))
    asked = policy(REVIEW, SECOND, third, distinct=False)
    said = [ballot(each, "ada") for each in (REVIEW, SECOND, third)]
    who = people({"judge": "ada bob"})
    verdict = judge(said, who, asked)
    assert states(verdict) == ["met", "met", "pending"]
    assert verdict.steps[2].waiting_on == ("bob",)
    assert judge([*said, ballot(third, "bob")], who, asked).state == "approved"
    assert judge([*said, ballot(REVIEW, "bob"), ballot(SECOND, "bob")], who, asked).state == "approved"
    assert judge(said, people({"judge": "ada"}), asked).substate == "blocked"


def test_same_human_in_three_steps_that_are_all_apart_counts_on_one_of_them():
    third = step("third", "judge", exclude=("step:review", "step:second"))
    second = step("second", "judge", exclude=("step:review",))
    asked = policy(REVIEW, second, third, distinct=False)
    crowd = "ada bob cyd"
    said = [ballot(each, human) for each in (REVIEW, second, third) for human in crowd.split()]
    assert judge(said, people({"judge": crowd}), asked).state == "approved"
    assert judge(said, people({"judge": "ada bob"}), asked).substate == "blocked"
    more = policy(replace(REVIEW, quorum=2), replace(second, quorum=2), replace(third, quorum=2), distinct=False)
    everybody = people({"judge": "a b c d e f g h i j k l"})
    assert judge([], everybody, more).substate == "pending"
    assert judge([], people({"judge": "a b c d e"}), more).substate == "blocked"


# --- delegation ---


def test_delegation_counts_as_the_principals_and_is_seen_as_the_delegates():
    approval = ballot(REVIEW, "bob", principal="ada")
    who = lent({"judge": "ada"}, "bob for ada")
    assert (refusal(who, "bob", "ada"), refusal(who, "bob")) == (None, "no_role")
    verdict = judge([approval], who)
    assert verdict.state == "approved"
    counted = verdict.as_mapping()["steps"][0]["approved_by"][0]
    assert (counted["human"], counted["principal"]) == ("bob", "ada")


def test_delegation_names_who_can_act_in_whose_place_now():
    who = lent({"judge": "ada eve", "owner": "zoe"}, "bob for ada", "cyd for eve as owner", "dan for eve as judge", "bob for zoe")
    assert judge([], who).steps[0].delegates == (("bob", "ada"), ("dan", "eve"))


def test_delegation_never_names_one_who_made_it_or_has_been_used_up():
    who = lent({"judge": "ada", "owner": "bob cyd"}, "bob for ada", "dan for ada", contributors={"code": "dan"})
    assert judge([ballot(OTHER, "bob")], who, policy(REVIEW, OTHER)).steps[0].delegates == ()
    free = judge([ballot(OTHER, "bob")], who, policy(REVIEW, OTHER, distinct=False))
    assert free.steps[0].delegates == (("bob", "ada"),)


def test_delegation_has_no_chains():
    who = lent({"judge": "ada"}, "bob for ada", "cyd for bob")
    assert refusal(who, "cyd", "ada") == "not_delegated"
    assert refusal(who, "cyd", "bob") == "principal_no_role"
    verdict = judge([ballot(REVIEW, "cyd", principal="ada"), ballot(REVIEW, "cyd", principal="bob")], who)
    assert (verdict.state, why(verdict)) == ("open", {("cyd", "delegation_ended"), ("cyd", "role_lost")})


def test_delegation_is_scoped_to_the_role_that_was_lent():
    who = lent({"judge": "ada", "owner": "ada"}, "bob for ada as owner")
    assert refusal(who, "bob", "ada") == "not_delegated"
    assert why(judge([ballot(REVIEW, "bob", principal="ada")], who)) == {("bob", "delegation_ended")}
    asked = policy(OTHER)
    assert judge([ballot(OTHER, "bob", principal="ada")], who, asked).state == "approved"


def test_delegation_that_ended_ends_the_approval_and_not_the_block():
    who = lent({"judge": "ada eve"})
    approval, block = ballot(REVIEW, "bob", principal="ada"), ballot(REVIEW, "bob", "request_changes", principal="ada")
    verdict = judge([approval], who)
    assert (verdict.state, why(verdict)) == ("open", {("bob", "delegation_ended")})
    assert judge([block, ballot(REVIEW, "eve")], who).substate == "changes_requested"


def test_delegation_is_one_vote_per_principal_the_last_word_in_either_mouth():
    who = lent({"judge": "ada"}, "bob for ada")
    own, lent_vote = ballot(REVIEW, "ada", "request_changes"), ballot(REVIEW, "bob", principal="ada")
    verdict = judge([own, lent_vote], who)
    assert (verdict.state, why(verdict)) == ("approved", {("ada", "superseded")})
    back = ballot(REVIEW, "ada", "retract")
    verdict = judge([own, lent_vote, back], who)
    assert (verdict.state, why(verdict)) == ("open", {("ada", "superseded"), ("bob", "retracted")})


def test_delegation_is_one_vote_per_human():
    asked = step("review", "judge", quorum=2)
    who = lent({"judge": "ada bob eve"}, "bob for ada")
    said = [ballot(asked, "bob"), ballot(asked, "bob", principal="ada")]
    for distinct in (True, False):
        verdict = judge(said, who, policy(asked, distinct=distinct))
        assert (verdict.steps[0].have, why(verdict)) == (1, {("bob", "one_vote")})
        assert judge([*said, ballot(asked, "eve")], who, policy(asked, distinct=distinct)).state == "approved"


def test_delegation_when_the_delegate_has_a_vote_too_asks_both_to_speak_for_themselves():
    asked = step("review", "judge", quorum=2)
    who = lent({"judge": "ada bob"}, "bob for ada")
    verdict = judge([ballot(asked, "bob", principal="ada")], who, policy(asked))
    assert (states(verdict), verdict.steps[0].waiting_on) == (["pending"], ("ada", "bob"))


def test_delegation_takes_up_both_people_where_nobody_counts_twice():
    who = lent({"judge": "ada cyd", "owner": "ada bob cyd"}, "bob for ada")
    both = policy(REVIEW, OTHER)
    in_place = ballot(REVIEW, "bob", principal="ada")
    for human in ("ada", "bob"):
        verdict = judge([in_place, ballot(OTHER, human)], who, both)
        assert (states(verdict), why(verdict)) == (["met", "pending"], {(human, "counted_elsewhere")})
    assert judge([in_place, ballot(OTHER, "cyd")], who, both).state == "approved"


def test_delegation_that_is_not_needed_takes_up_nobody_and_its_end_approves_nothing():
    """Ada and Bob count for themselves; that one spoke for the other on a step that somebody else fills costs nothing."""
    third = step("third", "chief")
    asked = policy(REVIEW, OTHER, third)
    holders = {"judge": "ada", "owner": "bob", "chief": "ada cyd"}
    said = [ballot(REVIEW, "ada"), ballot(OTHER, "bob"), ballot(third, "bob", principal="ada"), ballot(third, "cyd")]
    with_it = judge(said, lent(holders, "bob for ada"), asked)
    assert (with_it.state, why(with_it)) == ("approved", {("bob", "counted_elsewhere")})
    assert judge(said, lent(holders), asked).state == "approved"


def test_delegation_block_can_be_taken_back_by_the_delegate_and_by_the_principal():
    block = ballot(REVIEW, "bob", "request_changes", principal="ada")
    ended = lent({"judge": "ada eve"})
    for human, principal in (("bob", "ada"), ("ada", None)):
        assert refusal(ended, human, principal, [block], verdict="retract") is None
        back = ballot(REVIEW, human, "retract", principal=principal)
        assert judge([block, back, ballot(REVIEW, "eve")], ended).state == "approved"
    assert refusal(ended, "eve", "ada", [block], verdict="retract") == "not_delegated"
    assert refusal(ended, "bob", None, [block], verdict="retract") == "nothing_to_retract"
    verdict = judge([block], ended)
    assert verdict.unblock[0].people == ("bob", "ada")


def test_delegation_more_joint_approvals_than_can_be_tried_never_count_too_much():
    """Ten pairs who all could count elsewhere: each spoke for the next one and for themselves."""
    names = [f"p{at}" for at in range(10)]
    steps = [step(f"s{at}", f"role{at}", quorum=2) for at in range(10)]
    holders = {f"role{at}": f"{names[at]} {names[(at + 1) % 10]} x{at}" for at in range(10)}
    who = lent(holders, *(f"{names[(at + 2) % 10]} for {names[at]}" for at in range(10)))
    said = [ballot(steps[at], names[(at + 2) % 10], principal=names[at]) for at in range(10)]
    said += [ballot(steps[at], names[(at + 1) % 10]) for at in range(10)]
    verdict = judge(said, who, policy(*steps))
    people_counted = [name for row in verdict.steps for cast in row.approved_by for name in {cast.human, cast.voice}]
    assert len(people_counted) == len(set(people_counted))
    assert verdict.state == "open"


# --- escalation ---


def test_escalation_lets_more_people_act_and_says_so():
    asked = step("review", "judge", escalate_after=WorkingTime(1, "days"), escalate_to="chief")
    who = people({"judge": "ada", "chief": "zoe"})
    late = replace(who, escalated=frozenset({"review"}))
    assert refusal(who, "zoe", asked=policy(asked)) == "no_role"
    assert refusal(late, "zoe", asked=policy(asked)) is None
    assert (acting_role(policy(asked), late, "review", "zoe"), acting_role(policy(asked), late, "review", "ada")) == (
        "chief",
        "judge",
    )
    assert acting_role(policy(asked), who, "review", "zoe") is None
    step_ = judge([], late, policy(asked)).steps[0]
    assert (step_.waiting_on, step_.escalated, step_.roles) == (("ada", "zoe"), True, ("judge", "chief"))
    assert judge([ballot(asked, "zoe", role="chief")], late, policy(asked)).state == "approved"


def test_escalation_carries_delegation_of_the_role_that_it_escalated_to():
    asked = step("review", "judge", escalate_after=WorkingTime(1, "days"), escalate_to="chief")
    late = lent({"judge": "ada", "chief": "zoe"}, "bob for zoe as chief", escalated=frozenset({"review"}))
    assert judge([], late, policy(asked)).steps[0].delegates == (("bob", "zoe"),)
    assert acting_role(policy(asked), late, "review", "bob", "zoe") == "chief"
    assert judge([ballot(asked, "bob", principal="zoe", role="chief")], late, policy(asked)).state == "approved"


def test_escalation_makes_no_earlier_ballot_count():
    asked = step("review", "judge", escalate_after=WorkingTime(1, "days"), escalate_to="chief")
    late = replace(people({"judge": "ada", "chief": "zoe"}), escalated=frozenset({"review"}))
    assert why(judge([ballot(asked, "zoe")], late, policy(asked))) == {("zoe", "role_lost")}
    inherited = ballot(asked, "zoe", role="chief", inherited_from="rq_1")
    assert why(judge([inherited], late, policy(asked))) == {("zoe", "role_lost")}


# --- two act at once ---


def test_two_act_at_once_and_whoever_is_recorded_first_the_answer_is_the_same():
    """Locking and the check of what was seen are the services' work; the engine does not care about the order."""
    asked = step("review", "judge", quorum=2)
    who = people({"judge": "ada bob"})
    first = [ballot(asked, "ada", sequence=1), ballot(asked, "bob", "request_changes", sequence=2)]
    second = [replace(first[0], sequence=2), replace(first[1], sequence=1)]
    assert judge(first, who, policy(asked)).as_mapping() == judge(second, who, policy(asked)).as_mapping()


def test_two_act_at_once_a_double_click_is_one_vote():
    asked = step("review", "judge", quorum=2)
    verdict = judge([ballot(asked, "ada"), ballot(asked, "ada")], people({"judge": "ada bob"}), policy(asked))
    assert (verdict.steps[0].have, verdict.state) == (1, "open")
