"""The subject changes under the votes: what the engine makes of it, case by case."""

from __future__ import annotations

from approvals.evaluation import evaluate, may_vote
from tests.approvals.ballots import MANIFEST, NOW, ballot, people, policy, step

SCIENCE = step("validator", covers=("code", "model"))
MONEY = step("business", covers=("economics", "model"))
BOTH = policy(SCIENCE, MONEY)
CREW = people({"validator": "ada bob", "business": "uma vic"})
NEWER = MANIFEST | {"code": "code-2"}


def judge(said, manifest=MANIFEST, asked=BOTH, who=CREW, **more):
    return evaluate(asked, manifest, said, who, NOW, **more)


def ignored(verdict):
    return [(row.ballot.human, row.why, row.components) for row in verdict.ignored]


def states(verdict):
    return [row.state for row in verdict.steps]


def test_non_trivial_change_after_approval_makes_every_ballot_about_it_stale_and_keeps_it_on_show():
    said = [ballot(SCIENCE, "ada"), ballot(MONEY, "uma")]
    assert judge(said).state == "approved"
    verdict = judge(said, MANIFEST | {"model": "model-2"})
    assert verdict.state == "open"
    assert ignored(verdict) == [("uma", "stale", ("model",)), ("ada", "stale", ("model",))]
    again = [hint for hint in verdict.unblock if hint.code == "review_again"]
    assert [(hint.step, hint.people, hint.components) for hint in again] == [
        ("validator", ("ada",), ("model",)),
        ("business", ("uma",), ("model",)),
    ]


def test_trivial_change_in_what_no_step_covers_keeps_every_approval():
    said = [ballot(SCIENCE, "ada"), ballot(MONEY, "uma")]
    assert judge(said, MANIFEST | {"data": "data-2", "text": "moved"}) == judge(said)


def test_only_someone_elses_part_changed_keeps_the_approvals_of_those_who_do_not_cover_it():
    verdict = judge([ballot(SCIENCE, "ada"), ballot(MONEY, "uma")], NEWER)
    assert states(verdict) == ["pending", "met"]
    assert ignored(verdict) == [("ada", "stale", ("code",))]
    assert [row.human for row in verdict.steps[1].approved_by] == ["uma"]


def test_save_with_no_change_does_nothing():
    said = [ballot(SCIENCE, "ada")]
    assert judge(said, dict(MANIFEST)) == judge(said)


def test_subject_returns_to_a_previously_approved_state_and_the_approval_of_it_counts_again():
    first, second = ballot(SCIENCE, "ada"), ballot(SCIENCE, "ada", of=NEWER)
    money = ballot(MONEY, "uma")
    assert judge([first, money], NEWER).state == "open"
    assert judge([first, money]).state == "approved"
    for manifest, standing in ((MANIFEST, first), (NEWER, second)):  # approved both, one after the other
        verdict = judge([first, second, money], manifest)
        assert verdict.state == "approved"
        assert verdict.steps[0].approved_by == (standing,)
    assert ignored(judge([first, second, money])) == [("ada", "stale", ("code",))]


def test_subject_returns_to_a_previously_approved_state_but_the_approval_had_been_taken_back():
    for later in ("retract", "abstain", "request_changes"):
        said = [ballot(SCIENCE, "ada"), ballot(MONEY, "uma"), ballot(SCIENCE, "ada", later, of=NEWER)]
        assert judge(said).state == "open"
        assert judge([*said, ballot(SCIENCE, "ada", of=NEWER)]).state == "open"


def test_subject_returns_to_a_previously_approved_state_in_a_new_round_and_nothing_revives():
    said = [ballot(SCIENCE, "ada"), ballot(MONEY, "uma")]
    verdict = judge(said, round=2)
    assert verdict.state == "open"
    assert {why for _, why, _ in ignored(verdict)} == {"earlier_round"}


def test_veto_after_a_change_is_sticky_across_digests():
    block = ballot(SCIENCE, "ada", "request_changes")
    newer = [ballot(SCIENCE, "bob", of=NEWER), ballot(MONEY, "uma", of=NEWER)]
    verdict = judge([block, *newer], NEWER)
    assert (verdict.state, verdict.substate, verdict.blocks) == ("open", "changes_requested", (block,))


def test_veto_after_a_change_ends_when_the_blocker_retracts_it():
    newer = [ballot(SCIENCE, "bob", of=NEWER), ballot(MONEY, "uma", of=NEWER)]
    said = [ballot(SCIENCE, "ada", "request_changes"), *newer, ballot(SCIENCE, "ada", "retract", of=NEWER)]
    assert judge(said, NEWER).state == "approved"


def test_veto_after_a_change_ends_with_a_resubmission():
    block = ballot(SCIENCE, "ada", "request_changes")
    newer = [ballot(SCIENCE, "bob", of=NEWER, round=2), ballot(MONEY, "uma", of=NEWER, round=2)]
    assert judge([block, *newer], NEWER, round=2).state == "approved"


def test_veto_after_a_change_ends_when_it_is_dismissed_and_the_ballot_stays_on_show():
    block = ballot(SCIENCE, "ada", "request_changes", dismissed=True)
    verdict = judge([block, ballot(SCIENCE, "bob"), ballot(MONEY, "uma")])
    assert verdict.state == "approved"
    assert ignored(verdict) == [("ada", "dismissed", ())]


def test_veto_that_rejects_is_never_dismissed():
    verdict = judge([ballot(SCIENCE, "ada", "reject", dismissed=True), ballot(SCIENCE, "bob"), ballot(MONEY, "uma")])
    assert verdict.state == "rejected"


def test_veto_inherited_from_the_version_before_can_be_dismissed_too():
    block = ballot(SCIENCE, "ada", "request_changes", inherited_from="rq_1", dismissed=True)
    assert judge([block, ballot(SCIENCE, "bob"), ballot(MONEY, "uma")]).state == "approved"


def test_last_push_hijack_whoever_contributed_to_what_is_covered_may_not_approve_it():
    who = people({"validator": "ada", "business": "uma ada"}, {"code": "ada"})
    assert may_vote(BOTH, NEWER, [], who, "validator", "ada", NOW) == "contributor"
    verdict = judge([ballot(SCIENCE, "ada", of=NEWER)], NEWER, who=who)
    assert ignored(verdict) == [("ada", "contributor", ("code",))]
    assert states(verdict) == ["blocked", "pending"]
    assert may_vote(BOTH, NEWER, [], who, "business", "ada", NOW) is None  # what she made is not what business judges


def test_new_version_while_the_old_one_waits_starts_from_what_is_unchanged():
    """Superseding is the services' work; of it the engine sees inherited ballots."""
    before = [ballot(SCIENCE, "ada", inherited_from="rq_1"), ballot(MONEY, "uma", inherited_from="rq_1")]
    verdict = judge(before, NEWER)
    assert states(verdict) == ["pending", "met"]
