"""Steps that are asked of each steward or team whom a change touches: the language, and what the engine makes of them."""

from __future__ import annotations

import pytest

from approvals.evaluation import Eligibility, evaluate, may_vote
from approvals.policy import EACH, PolicyError, as_mapping, dump, expanded, parse, seat_of
from approvals.policy.lint import lint
from tests.approvals.ballots import NOW, ballot

TEXT = """\
title: Change
distinct_humans: false
steps:
  - {key: keepers, title: Keepers, role: data_governance, covers: [dictionary_change]}
  - {key: stewards, title: Steward, role: each_steward, covers: [dictionary_change], exclude: []}
  - {key: readers, title: Reader, role: each_reading_team, covers: [dictionary_change], exclude: []}
"""
MANIFEST = {"dictionary_change": "change-1"}
BOTH = {"stewards": frozenset({"us_ada", "us_ben"}), "reading_teams": frozenset({"tm_sales"})}
NOBODY = {"stewards": frozenset(), "reading_teams": frozenset()}


def people(**more):
    holders = {
        "data_governance": frozenset({"us_gov"}),
        seat_of("each_steward", "us_ada"): frozenset({"us_ada"}),
        seat_of("each_steward", "us_ben"): frozenset({"us_ben"}),
        seat_of("each_reading_team", "tm_sales"): frozenset({"us_sal", "us_sue"}),
    }
    return Eligibility({**holders, **more}, {"dictionary_change": frozenset({"us_author"})}, "us_author")


def said(facts, *voices, manifest=MANIFEST, eligibility=None, source=TEXT):
    """The verdict after approvals of `(step, human)`."""
    policy = expanded(parse(source), facts)
    ballots = [ballot(policy.step(key), human, of=MANIFEST) for key, human in voices]
    return evaluate(parse(source), manifest, ballots, eligibility or people(), NOW, facts=facts)


def states(verdict):
    return {step.key: step.state for step in verdict.steps}


EVERYBODY = [
    ("keepers", "us_gov"),
    ("stewards.us_ada", "us_ada"),
    ("stewards.us_ben", "us_ben"),
    ("readers.tm_sales", "us_sue"),
]


def problems(source):
    with pytest.raises(PolicyError) as caught:
        parse(source)
    return [(problem.path, problem.code) for problem in caught.value.problems]


# The language --------------------------------------------------------------------------------------------------------


def test_it_reads_back_as_it_was_written():
    policy = parse(TEXT)

    assert policy.asks_each
    assert parse(dump(policy)) == policy == parse(as_mapping(policy))


@pytest.mark.parametrize("role", EACH)
def test_only_a_change_to_a_dictionary_has_stewards_and_readers(role):
    elsewhere = TEXT.replace("role: data_governance, covers: [dictionary_change]", f"role: {role}, covers: [code]")
    beside = TEXT.replace(
        "role: data_governance, covers: [dictionary_change]", f"role: {role}, covers: [code, dictionary_change]"
    )

    assert problems(elsewhere) == problems(beside) == [("steps[0].role", "each_elsewhere")]


def test_a_steward_is_one_person_and_a_team_may_be_asked_for_two():
    two = TEXT.replace("exclude: []", "quorum: 2, exclude: []")

    assert problems(two) == [("steps[1].quorum", "each_quorum")]
    assert parse(TEXT.replace("title: Reader,", "title: Reader, quorum: 2,")).step("readers").quorum == 2


def test_a_key_leaves_room_for_whom_the_step_is_asked_of():
    assert problems(TEXT.replace("key: stewards", f"key: {'s' * 29}")) == [("steps[1].key", "each_key")]


def test_nobody_is_granted_such_a_role_so_nothing_else_can_name_it():
    glass = TEXT + "break_glass: {roles: [each_steward]}\n"
    escalation = TEXT.replace(
        "exclude: []}", "exclude: [], sla: 1 working day, escalate: {after: 1 working day, to: each_steward}}", 1
    )

    assert problems(glass) == [("break_glass.roles[0]", "unknown_role")]
    assert problems(escalation) == [("steps[1].escalate.to", "unknown_role")]


def test_who_they_are_is_not_doubted_before_there_is_something_to_judge():
    assert [item.code for item in lint(parse(TEXT + "break_glass: false\n"), {"data_governance": ["us_gov"]})] == []
    alone = "title: T\nsteps:\n  - {key: s, title: S, role: each_steward, covers: [dictionary_change]}\nbreak_glass: false\n"
    assert [finding.code for finding in lint(parse(alone), {})] == ["nothing_applies"]


# One step for each ---------------------------------------------------------------------------------------------------


def test_each_of_them_has_a_step_of_their_own_and_all_have_to_agree():
    assert states(said(BOTH)) == dict.fromkeys([key for key, _human in EVERYBODY], "pending")
    for left_out in range(len(EVERYBODY)):
        assert said(BOTH, *EVERYBODY[:left_out], *EVERYBODY[left_out + 1 :]).state == "open"
    assert said(BOTH, *EVERYBODY).state == "approved"


def test_nobody_can_answer_the_step_of_another():
    verdict = said(
        BOTH, *EVERYBODY[:1], ("stewards.us_ada", "us_ben"), ("stewards.us_ben", "us_gov"), ("readers.tm_sales", "us_ada")
    )

    assert {item.why for item in verdict.ignored} == {"role_lost"}
    policy = parse(TEXT)
    assert may_vote(policy, MANIFEST, [], people(), "stewards.us_ada", "us_ben", NOW, facts=BOTH) == "no_role"
    assert may_vote(policy, MANIFEST, [], people(), "stewards.us_ada", "us_ada", NOW, facts=BOTH) is None
    assert may_vote(policy, MANIFEST, [], people(), "stewards", "us_ada", NOW, facts=BOTH) == "not_a_step"


def test_where_nobody_is_touched_the_step_is_not_asked_and_the_keepers_still_are():
    verdict = said(NOBODY)

    assert states(verdict) == {"keepers": "pending", "stewards": "not_applicable", "readers": "not_applicable"}
    assert {step.reason.code for step in verdict.steps[1:]} == {"nobody_affected"}
    assert said(NOBODY, ("keepers", "us_gov")).state == "approved"


def test_a_policy_that_asks_nobody_else_approves_nothing_where_nobody_is_touched():
    alone = "title: T\nsteps:\n  - {key: s, title: S, role: each_steward, covers: [dictionary_change]}\n"
    verdict = evaluate(parse(alone), MANIFEST, [], people(), NOW, facts=NOBODY)

    assert (verdict.state, verdict.substate, verdict.reason.code) == ("open", "blocked", "no_step_applies")


@pytest.mark.parametrize("facts", [{}, {"stewards": None, "reading_teams": frozenset()}])
def test_where_nobody_knows_whom_it_touches_nothing_is_approved(facts):
    verdict = said(facts, ("keepers", "us_gov"))

    assert states(verdict)["stewards"] == "error"
    assert verdict.state == "open"
    assert [hint.code for hint in verdict.unblock if hint.step == "stewards"] == ["provide_fact"]


def test_a_team_without_a_builder_blocks_and_says_so():
    verdict = said(BOTH, eligibility=people(**{seat_of("each_reading_team", "tm_sales"): frozenset()}))
    step = next(step for step in verdict.steps if step.key == "readers.tm_sales")

    assert (step.state, step.reason.code) == ("blocked", "no_holder")


def test_who_is_touched_as_well_is_asked_and_costs_nobody_else_an_approval():
    text = TEXT.replace("role: data_governance, covers", "role: data_governance, after: [stewards], covers")
    more = {**BOTH, "stewards": BOTH["stewards"] | {"us_new"}}
    before = expanded(parse(text), BOTH)
    given = [ballot(before.step(key), human, of=MANIFEST) for key, human in EVERYBODY]

    verdict = evaluate(parse(text), MANIFEST, given, people(), NOW, facts=more)

    assert states(verdict)["stewards.us_new"] == "blocked"
    assert [item.why for item in verdict.ignored] == []
    assert evaluate(parse(text), MANIFEST, given, people(), NOW, facts=BOTH).state == "approved"


def test_who_is_not_touched_any_more_counts_nothing_but_an_objection_stands():
    fewer = {**BOTH, "stewards": frozenset({"us_ada"})}
    policy = expanded(parse(TEXT), BOTH)
    gone = ballot(policy.step("stewards.us_ben"), "us_ben", of=MANIFEST)
    against = ballot(policy.step("stewards.us_ben"), "us_ben", "request_changes", of=MANIFEST)

    assert [item.why for item in evaluate(parse(TEXT), MANIFEST, [gone], people(), NOW, facts=fewer).ignored] == ["unknown_step"]
    assert evaluate(parse(TEXT), MANIFEST, [against], people(), NOW, facts=fewer).substate == "changes_requested"


def test_other_words_of_the_change_make_their_approvals_stale():
    verdict = said(BOTH, *EVERYBODY, manifest={"dictionary_change": "change-2"})

    assert {item.why for item in verdict.ignored} == {"stale"}
    assert verdict.state == "open"


# The same policy ------------------------------------------------------------------------------------------------------


def test_it_stays_the_policy_that_was_published_and_the_same_facts_give_the_same_steps():
    policy = parse(TEXT)
    one, other = expanded(policy, BOTH, {"us_ada": "Ada"}), expanded(policy, dict(reversed(BOTH.items())))

    assert one.digest == other.digest == policy.digest
    assert [step.digest for step in one.steps] == [step.digest for step in other.steps], "a name is no part of the question"
    assert one.step("stewards.us_ada").title == "Steward · Ada"
    assert expanded(one, BOTH).steps == one.steps
    assert len({step.digest for step in one.steps}) == 4


def test_a_policy_that_names_roles_alone_is_left_as_it_is():
    plain = parse("title: T\nsteps:\n  - {key: a, title: A, role: auditor, covers: [code]}\n")

    assert expanded(plain, BOTH) is plain


def test_what_names_the_step_names_each_of_them():
    text = (
        TEXT
        + "  - {key: last, title: Last, role: auditor, covers: [dictionary_change], after: [stewards, keepers], "
        + 'exclude: [contributors, "step:stewards"]}\n'
        + "standard_changes:\n"
        + "  - {key: small, title: Small, touches: [dictionary_change], without: [stewards, readers]}\n"
    )
    policy = parse(text)
    found = expanded(policy, BOTH)

    assert found.step("last").after == ("keepers", "stewards.us_ada", "stewards.us_ben")
    assert found.step("last").excluded_steps == ("stewards.us_ada", "stewards.us_ben")
    assert found.step("last").digest == policy.step("last").digest
    assert found.standard_changes[0].without == ("readers.tm_sales", "stewards.us_ada", "stewards.us_ben")
