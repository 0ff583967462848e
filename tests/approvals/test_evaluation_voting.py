"""Who may put a ballot in, and the written form of the answer."""

from __future__ import annotations

import json

import pytest

from approvals.evaluation import evaluate, may_vote
from tests.approvals.ballots import MANIFEST, NOW, ballot, people, policy, step

VALIDATION = step("validator", covers=("code", "model"))
BUSINESS = step("business", covers=("use_case", "model"), after=("validator",))
BOTH = policy(VALIDATION, BUSINESS)
CREW = people({"validator": "ada bob", "business": "uma vic"}, {"code": "dan", "model": "dan"})


def judge(asked, ballots, who=CREW, manifest=MANIFEST, **more):
    return evaluate(asked, manifest, ballots, who, NOW, **more)


# --- may_vote ---


@pytest.mark.parametrize(
    ("key", "human", "refusal"),
    [
        ("nowhere", "ada", "not_a_step"),
        ("business", "uma", "waiting"),
        ("validator", "uma", "no_role"),
        ("validator", "dan", "contributor"),
        ("validator", "sue", "submitter"),
        ("validator", "ada", None),
    ],
)
def test_may_vote_refuses_with_the_reason(key, human, refusal):
    who = people({"validator": "ada dan sue", "business": "uma"}, {"code": "dan"}, submitter="sue")
    for verdict in (None, "approve", "request_changes", "reject", "abstain"):
        assert may_vote(BOTH, MANIFEST, [], who, key, human, NOW, verdict=verdict) == refusal


def test_may_vote_lets_the_next_step_vote_once_the_one_before_is_met():
    assert may_vote(BOTH, MANIFEST, [ballot(VALIDATION, "ada")], CREW, "business", "uma", NOW) is None


def test_only_what_stands_can_be_retracted():
    def refusal(said, round=1):
        return may_vote(BOTH, MANIFEST, said, CREW, "validator", "ada", NOW, round, verdict="retract")

    said = [ballot(VALIDATION, "ada"), ballot(VALIDATION, "bob")]
    assert refusal([]) == "nothing_to_retract"
    assert refusal(said[1:]) == "nothing_to_retract"
    assert refusal(said) is None
    assert refusal(said, round=2) == "nothing_to_retract"
    assert refusal([*said, ballot(VALIDATION, "ada", "retract")]) == "nothing_to_retract"
    assert may_vote(BOTH, MANIFEST, said, CREW, "nowhere", "ada", NOW, verdict="retract") == "not_a_step"


def test_who_has_lost_the_role_can_still_withdraw_an_objection():
    block = ballot(VALIDATION, "ada", "request_changes")
    assert may_vote(BOTH, MANIFEST, [block], people({}), "validator", "ada", NOW, verdict="retract") is None


# --- the written form ---


def test_the_mapping_is_plain_and_has_the_fields_of_the_interface():
    said = [ballot(VALIDATION, "ada"), ballot(VALIDATION, "bob", "request_changes"), ballot(BUSINESS, "uma", "abstain")]
    body = judge(BOTH, said).as_mapping()
    assert json.loads(json.dumps(body)) == body
    assert body["state"] == "open"
    assert body["substate"] == "changes_requested"
    first = body["steps"][0]
    assert (first["key"], first["title"], first["state"], first["quorum"], first["have"]) == (
        "validator",
        "Validator",
        "met",
        1,
        1,
    )
    assert [row["ballot"] for row in first["approved_by"]] == [said[0].id]
    assert [(row["ballot"], row["why"]) for row in body["ignored"]] == [(said[2].id, "abstained")]
    assert [row["ballot"] for row in body["blocks"]] == [said[1].id]
    assert body["unblock"][0]["code"] == "retract_or_resubmit"
    assert body["steps"][1]["waiting_on"] == ["uma", "vic"]


def test_the_mapping_of_a_waiting_step_says_what_for():
    body = judge(BOTH, []).as_mapping()
    assert body["steps"][1]["reason"]["code"] == "after"
    assert body["steps"][1]["reason"]["steps"] == ["validator"]


# --- whom it names ---


def test_who_can_help_alone_is_named_alone_although_another_step_needs_a_chain():
    """Found by the machine: the chain behind `three` added people to `two` who could only help there together with others."""
    one, two, three = step("one", "judge"), step("two", "judge", quorum=2), step("three", "owner")
    who = people({"judge": "dan ada bob eve", "owner": "ada bob"})
    verdict = judge(policy(one, two, three), [ballot(one, "ada"), ballot(two, "bob")], who)
    assert [row.state for row in verdict.steps] == ["met", "pending", "pending"]
    assert [row.waiting_on for row in verdict.steps[1:]] == [("dan", "eve"), ("ada", "bob")]
