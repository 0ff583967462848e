"""The self-test of responsibilities: a team that works, and what it finds when one thing at a time is broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.people.responsibilities import (
    SEVERITIES,
    Activity,
    Colleague,
    Deputy,
    Evidence,
    Held,
    Situation,
    Step,
    Training,
    broken_by,
    check,
    leaving,
    unplaced,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LEAD, OWNER, BUILDER, SECOND, SECURITY, VALIDATOR = (f"us_{name}" for name in ("lea", "oli", "bo", "su", "sam", "val"))
PEOPLE = (LEAD, OWNER, BUILDER, SECOND, SECURITY, VALIDATOR)

CLEAN = Situation(
    now=NOW,
    activities=(
        Activity("define", "discovery", ("project_lead",), ("business_owner",), ("data_scientist",), ("security_reviewer",)),
        Activity("build", "building", ("data_scientist",), ("project_lead",), (), ("business_owner",)),
        Activity("review", "building", ("security_reviewer",), (SECURITY,)),
    ),
    held=(
        Held(LEAD, "project_lead"),
        Held(OWNER, "business_owner"),
        Held(BUILDER, "data_scientist"),
        Held(SECOND, "data_scientist", NOW + timedelta(days=10)),  # the other one goes on
        Held(SECURITY, "security_reviewer"),
        Held(VALIDATOR, "model_validator"),
    ),
    people={person: Colleague(person, open_items=3) for person in PEOPLE},
    steps=(
        Step("release:validation", "model_validator", makers=frozenset({BUILDER}), apart=frozenset({"release:security"})),
        Step("release:security", "security_reviewer", makers=frozenset({BUILDER}), apart=frozenset({"release:validation"})),
        Step("release:business", "business_owner", makers=frozenset({BUILDER})),
    ),
    trainings=(Training("security_reviewer", "secure-review"),),
    evidence=(Evidence(SECURITY, "secure-review", date(2028, 1, 1)), Evidence(SECURITY, "secure-review", date(2026, 1, 1))),
)


def activity(at: int, **changes):
    rows = list(CLEAN.activities)
    rows[at] = replace(rows[at], **changes)
    return replace(CLEAN, activities=tuple(rows))


def without(role: str, *more: Held):
    return replace(CLEAN, held=(*(item for item in CLEAN.held if item.role != role), *more))


def person(key: str, **changes):
    return replace(CLEAN, people={**CLEAN.people, key: replace(CLEAN.people[key], **changes)})


def steps(at: int, **changes):
    rows = list(CLEAN.steps)
    rows[at] = replace(rows[at], **changes)
    return replace(CLEAN, steps=tuple(rows))


FAULTS = {
    "nobody answers for an activity": (activity(0, accountable=()), [("no_accountable", "define")]),
    "two answer for one activity": (
        activity(0, accountable=("business_owner", "project_lead")),
        [("several_accountable", "define")],
    ),
    "a role that answers is held by two": (
        without("project_lead", Held(LEAD, "project_lead"), Held(SECOND, "project_lead")),
        [("accountable_shared", "build")],
    ),
    "nobody does an activity": (activity(1, responsible=()), [("no_responsible", "build")]),
    "somebody is named who holds no role here": (
        replace(activity(2, accountable=("us_stranger",)), people={**CLEAN.people, "us_stranger": Colleague("us_stranger")}),
        [("named_without_role", "review")],
    ),
    "a role of the matrix that nobody was given": (activity(1, responsible=("ml_engineer",)), [("role_unheld", "build")]),
    "a step that nobody could fill": (without("model_validator"), [("step_empty", "release:validation")]),
    "a step whose only approver made it": (
        without("model_validator", Held(BUILDER, "model_validator")),
        [("self_approval", "release:validation")],
    ),
    "a step that wants more people than there are": (steps(2, quorum=2), [("step_short", "release:business")]),
    "two steps that only the same person can give": (
        without("model_validator", Held(SECURITY, "model_validator")),
        [("same_person", "release:validation")],
    ),
    "a role that only closed accounts hold": (person(VALIDATOR, closed=True), [("only_closed", "model_validator")]),
    "somebody with too much on their desk": (person(OWNER, open_items=16), [("overloaded", OWNER)]),
    "somebody away without a deputy in the role that is needed": (
        person(SECURITY, deputies=(Deputy(LEAD, "auditor"),)),
        [("away_alone", SECURITY)],
    ),
    "a deputy who is away too": (
        replace(
            CLEAN,
            people={
                **CLEAN.people,
                SECURITY: Colleague(SECURITY, deputies=(Deputy("us_dep"),)),
                "us_dep": Colleague("us_dep", deputies=(Deputy("us_far"),)),
            },
        ),
        [("deputy_away", SECURITY)],
    ),
    "a role that is about to end": (
        without("model_validator", Held(VALIDATOR, "model_validator", NOW + timedelta(days=30))),
        [("grant_ending", "model_validator")],
    ),
    "a training that has run out": (
        replace(CLEAN, evidence=(Evidence(SECURITY, "secure-review", NOW.date()),)),
        [("training_missing", SECURITY)],
    ),
    "a training that runs out soon": (
        replace(CLEAN, evidence=(Evidence(SECURITY, "secure-review", NOW.date() + timedelta(days=1)),)),
        [("training_ending", SECURITY)],
    ),
}


def test_a_team_that_works_has_no_findings():
    assert check(CLEAN) == ()


def test_there_are_at_least_twelve_faults_of_different_kinds():
    assert len({found[0][0] for _situation, found in FAULTS.values()}) == len(FAULTS) >= 12


@pytest.mark.parametrize("name", FAULTS)
def test_each_planted_fault_is_found_and_nothing_else(name):
    situation, expected = FAULTS[name]

    assert [(item.code, item.key) for item in check(situation)] == expected


def test_all_faults_at_once_do_not_hide_one_another():
    """Those that can be planted together: each is found beside the others."""
    rows = (
        replace(CLEAN.activities[0], accountable=()),
        replace(CLEAN.activities[1], accountable=("business_owner", "project_lead"), responsible=()),
        replace(CLEAN.activities[2], accountable=("us_stranger",), responsible=("ml_engineer",)),
    )
    people = {
        **CLEAN.people,
        OWNER: Colleague(OWNER, open_items=99),
        SECURITY: Colleague(SECURITY, deputies=(Deputy(LEAD, "auditor"),)),
        "us_old": Colleague("us_old", closed=True),
    }
    held = (
        *(item for item in CLEAN.held if item.role not in ("business_owner", "model_validator")),
        Held(OWNER, "business_owner", NOW + timedelta(days=3)),
        Held(BUILDER, "model_validator"),
        Held("us_old", "operations"),
    )
    broken = replace(
        CLEAN,
        activities=rows,
        people=people,
        held=held,
        steps=(
            *CLEAN.steps[:2],
            replace(CLEAN.steps[2], quorum=2),
            Step("rule:run", "operations"),
            Step("rule:data", "data_governance"),
        ),
        evidence=(),
    )

    assert {item.code for item in check(broken)} == {
        "no_accountable",
        "several_accountable",
        "no_responsible",
        "named_without_role",
        "role_unheld",
        "step_empty",
        "self_approval",
        "step_short",
        "only_closed",
        "overloaded",
        "away_alone",
        "grant_ending",
        "training_missing",
    }


def test_a_deputy_who_is_there_is_a_note_and_no_fault():
    found = check(person(SECURITY, deputies=(Deputy(LEAD),)))

    assert [(item.code, item.severity, item.people) for item in found] == [("away_covered", "note", (SECURITY, LEAD))]


def test_makers_may_approve_where_the_policy_lets_them_but_not_alone():
    """Self-approval is told even where the policy forgot to exclude it."""
    allowed = replace(without("model_validator", Held(BUILDER, "model_validator")))
    allowed = replace(allowed, steps=(replace(CLEAN.steps[0], makers_may=True), *CLEAN.steps[1:]))

    assert [item.code for item in check(allowed)] == ["self_approval"]


# Leaving --------------------------------------------------------------------------------------------------------------


def test_who_leaves_breaks_what_only_they_could_do():
    broken = broken_by(CLEAN, VALIDATOR)

    assert [(item.code, item.key) for item in broken] == [("only_closed", "model_validator")]
    assert check(CLEAN) == ()  # it was a question: nothing has changed


def test_somebody_whom_others_can_replace_breaks_nothing():
    second = replace(CLEAN, held=(*CLEAN.held, Held(OWNER, "model_validator")))

    assert broken_by(second, VALIDATOR) == ()


def test_a_deputy_who_leaves_is_missed_by_whom_they_stood_in_for():
    away = person(SECURITY, deputies=(Deputy(LEAD),))

    assert ("away_alone", SECURITY) not in [(item.code, item.key) for item in check(away)]
    # with nobody acting for them they are as if they had come back: what nobody fills is told by the steps
    assert leaving(away, LEAD).people[SECURITY].deputies == ()


def test_what_was_broken_before_is_not_blamed_on_who_leaves():
    assert "step_short" not in [item.code for item in broken_by(steps(2, quorum=2), VALIDATOR)]


# Laws -----------------------------------------------------------------------------------------------------------------

ROLES = st.sampled_from(["lead", "owner", "maker", "judge"])
SOMEBODY = st.sampled_from([f"us_{letter}" for letter in "abcd"])
PARTIES = st.lists(st.one_of(ROLES, SOMEBODY), max_size=3, unique=True).map(tuple)


@st.composite
def situations(draw):
    keys = [f"s{n}" for n in range(draw(st.integers(0, 3)))]
    return Situation(
        now=NOW,
        activities=tuple(
            Activity(f"a{n}", "building", draw(PARTIES), draw(PARTIES), draw(PARTIES)) for n in range(draw(st.integers(0, 3)))
        ),
        held=tuple(draw(st.lists(st.builds(Held, SOMEBODY, ROLES), max_size=8))),
        people={
            key: Colleague(key, draw(st.booleans()), tuple(draw(st.lists(st.builds(Deputy, SOMEBODY), max_size=1))))
            for key in draw(st.sets(SOMEBODY))
        },
        steps=tuple(
            Step(
                key,
                draw(ROLES),
                draw(st.integers(1, 2)),
                frozenset(draw(st.sets(SOMEBODY, max_size=2))),
                apart=frozenset(item for item in keys if item != key) if draw(st.booleans()) else frozenset(),
            )
            for key in keys
        ),
    )


@settings(deadline=None)  # the machine may be busy
@given(situations())
def test_the_answer_is_the_same_however_often_it_is_asked_and_faults_come_first(situation):
    found = check(situation)

    assert found == check(situation)
    assert [SEVERITIES.index(item.severity) for item in found] == sorted(SEVERITIES.index(item.severity) for item in found)
    assert len(set(found)) == len(found)


@settings(deadline=None)  # the machine may be busy
@given(situations(), SOMEBODY)
def test_somebody_who_has_left_holds_nothing_and_cannot_leave_again(situation, who):
    gone = leaving(situation, who)

    assert all(who not in gone.holders(item.role) for item in situation.held)
    assert broken_by(gone, who) == ()


@settings(deadline=None)  # the machine may be busy
@given(situations())
def test_an_activity_has_a_finding_exactly_when_not_one_party_answers_for_it(situation):
    told = {item.key for item in check(situation) if item.code in ("no_accountable", "several_accountable")}

    assert told == {row.key for row in situation.activities if len(row.accountable) != 1}


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.sets(st.sampled_from("abcd"), max_size=3), max_size=3))
def test_places_are_filled_as_well_as_can_be(slots):
    people = [*"abcd", None, None, None]
    best = max(
        sum(person is not None and person in slot for slot, person in zip(slots, given_to, strict=False))
        for given_to in permutations(people, len(slots))
    )

    assert unplaced(slots) == len(slots) - best
