"""What a gate answers when time, absence or a change of rules is in the way: rollback, grace, conditions, withdrawal, deputies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from approvals.models import Answer, Decision
from approvals.services import ballots, decisions, gates, policies
from foundation import clock
from governance.people import services as people
from tests.approvals.asking import STEPS, redefine
from tests.approvals.gating import ARTIFACT, COMMIT, LAX, body, check, everything_is_actionable

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
AGEING = f"{LAX}\nvalid_for: 90 days\ngrace: 14 days\n".replace("valid_for: 180 days\n", "")


@pytest.fixture
def source():
    return AGEING


@pytest.fixture
def gate(world, source):
    version = policies.write_policy(actor=world.admin, key="ageing", source=source)
    return policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=version.policy)


@pytest.fixture
def monday(world):
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def version(gate, monday, push):
    return push()


@pytest.fixture
def request_(version, ask):
    return ask(version)


@pytest.fixture
def approved(world, request_, vote):
    for part, step in STEPS:
        vote(getattr(world, part), request_, step)
    request_.refresh_from_db()
    assert request_.state == "approved"
    return request_


@pytest.fixture
def put(world, gate):
    def question(row, purpose="deployment") -> gates.Asked:
        return gates.evaluate_gate(
            actor=world.ci, gate=gate, model_version=row, commit=COMMIT, artifact_sha256=ARTIFACT, purpose=purpose
        )

    return question


def has(asked, code: str) -> bool:
    return any(item["code"] == code for item in body(asked)["checks"])


# Grace ---------------------------------------------------------------------------------------------------------------


def test_an_approval_warns_in_its_last_days_and_goes_on_to_allow(world, approved, version, put, monday):
    until = Decision.objects.get().valid_until
    assert not has(put(version), "approval.expiring")
    monday.move_to(until - timedelta(days=14))
    asked = put(version)

    assert body(asked)["decision"] == "allow"
    assert f"ends on {until:%Y-%m-%d}" in check(asked, "approval.decision")["title"]
    warning = check(asked, "approval.expiring")
    assert (warning["status"], warning["blocking"]) == ("pending", False)
    assert [actor["id"] for actor in warning["actors"]] == [world.engineer.id]
    assert warning["due_at"] == f"{until:%Y-%m-%dT%H:%M:%S.%fZ}"
    everything_is_actionable(asked)


def test_once_it_has_ended_it_denies_as_ever(approved, version, put, monday):
    monday.move_to(Decision.objects.get().valid_until)
    asked = put(version)

    assert body(asked)["decision"] == "pending"
    assert check(asked, "approval.decision")["status"] == "pending"
    assert not has(asked, "approval.expiring")


def test_no_grace_waits_for_who_revoked(world, approved, version, put, monday):
    monday.move_to(Decision.objects.get().valid_until - timedelta(days=1))
    decisions.revoke(actor=world.security, request=approved, reason="A hole in numpy.")
    asked = put(version)

    assert body(asked)["decision"] == "deny"
    assert not has(asked, "approval.expiring")
    assert check(asked, "approval.request")["detail"] == "A hole in numpy."


def test_asking_again_early_does_not_cost_the_approval_that_still_holds(world, approved, version, put, monday, ask, vote):
    monday.move_to(Decision.objects.get().valid_until - timedelta(days=3))
    people.end_role(
        actor=world.admin, grant=world.security.user.grants.get(role="security_reviewer"), reason="moved"
    )  # so that the new request waits for somebody
    again = ask(version)
    again.refresh_from_db()
    assert again.state == "open"
    assert put(version).answer.decision == "allow"
    vote(world.validator, again, "validation", verdict="request_changes", comment="Look again.")

    assert put(version).answer.decision == "pending"


# Rollback ------------------------------------------------------------------------------------------------------------


def test_a_rollback_does_not_fail_on_an_approval_that_has_merely_run_out(approved, version, put, monday):
    until = Decision.objects.get().valid_until
    monday.move_to(until + timedelta(days=30))
    assert put(version).answer.decision == "pending"
    back = put(version, "rollback")

    assert back.answer.decision == "allow"
    assert "run out" in check(back, "approval.decision")["title"]
    assert clock.now() < back.answer.expires_at <= clock.now() + timedelta(days=1)


def test_a_rollback_has_its_end_too(approved, version, put, monday):
    until = Decision.objects.get().valid_until
    monday.move_to(until + timedelta(days=179, hours=20))
    assert put(version, "rollback").answer.expires_at == until + timedelta(days=180)
    monday.move_to(until + timedelta(days=180))

    assert put(version, "rollback").answer.decision == "pending"


def test_a_rollback_stops_at_what_somebody_said(world, approved, version, put, monday):
    decisions.revoke(actor=world.security, request=approved, reason="A hole in numpy.")

    assert put(version, "rollback").answer.decision == "deny"


def test_a_rollback_stops_at_a_later_refusal_and_at_changes_asked_for(world, approved, version, put, monday, ask, vote):
    monday.move_to(Decision.objects.get().valid_until + timedelta(days=1))
    redefine(world)
    again = ask(version)
    vote(world.security, again, "security", verdict="request_changes", comment="Wait.")
    assert put(version, "rollback").answer.decision != "allow"
    vote(world.security, again, "security", verdict="reject", comment="Never.")

    assert put(version, "rollback").answer.decision == "deny"


def test_a_rollback_to_what_never_was_here_is_asked_like_anything_else(version, put):
    asked = put(version, "rollback")

    assert body(asked)["decision"] == "pending"
    assert check(asked, "approval.request")["status"] == "pending"


def test_a_rollback_does_not_go_over_what_changed_since(world, approved, version, put):
    redefine(world)

    assert put(version, "rollback").answer.decision == "pending"


def test_what_was_let_in_here_other_than_by_approval_can_be_gone_back_to(version, put, world, request_, without_triggers):
    """As an envelope does: an answer on record that allowed it, and no broken glass."""
    first = put(version)
    for code, expected in (("approval.envelope", "allow"), ("waiver.break_glass", "pending")):
        row = Answer.objects.get(pk=first.answer.pk)
        row.decision, row.body = "allow", {**row.body, "checks": [{"code": code}]}
        row.save()
        assert put(version, "rollback").answer.decision == expected, code


def test_going_back_does_not_make_it_possible_to_go_back_for_longer(version, put, request_, monday, without_triggers):
    row = put(version).answer
    row.decision, row.body = "allow", {**row.body, "checks": []}
    row.save()
    monday.shift(timedelta(days=260))
    assert put(version, "rollback").answer.decision == "allow"
    monday.shift(timedelta(days=20))

    assert put(version, "rollback").answer.decision == "pending"


def test_other_purposes_are_no_question_for_a_gate(version, put):
    from foundation.errors import Invalid

    with pytest.raises(Invalid):
        put(version, "definition")


# Conditions ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def conditional(world, request_, vote):
    """Approved, provided that something is done within ten days."""
    due = MONDAY + timedelta(days=10)
    vote(world.security, request_, "security", condition=("Rotate the key.", due))
    for part, step in STEPS:
        if step != "security":
            vote(getattr(world, part), request_, step)
    request_.refresh_from_db()
    return request_


def test_an_approval_on_a_condition_allows_and_shows_what_is_still_to_be_done(world, conditional, version, put):
    asked = put(version)
    item = check(asked, "approval.condition")

    assert body(asked)["decision"] == "allow"
    assert (item["status"], item["blocking"]) == ("pending", False)
    assert "Rotate the key." in item["title"]
    assert item["due_at"].startswith("2026-12-03")
    assert [actor["id"] for actor in item["actors"]] == [world.engineer.id]
    everything_is_actionable(asked)


def test_a_condition_that_was_met_says_what_shows_it(world, conditional, version, put):
    from approvals.models import Condition

    first = put(version)
    ballots.meet_condition(actor=world.security, condition=Condition.objects.get(), evidence="Ticket 12.")
    second = put(version)

    assert second.answer.number == first.answer.number + 1
    assert check(second, "approval.condition")["status"] == "pass"
    assert check(second, "approval.condition")["detail"] == "Ticket 12."


def test_a_condition_that_was_missed_ends_the_approval_before_any_sweep_has_run(conditional, version, put, monday):
    monday.move_to(MONDAY + timedelta(days=10))
    asked = put(version)

    assert body(asked)["decision"] == "deny"
    assert "Rotate the key." in check(asked, "approval.decision")["detail"]
    assert not has(asked, "approval.condition")
    assert decisions.revoke_for_missed_conditions() == 1
    assert put(version).answer.decision == "deny"


# Rules that were taken back, people who are away, steps that are not asked --------------------------------------------


def test_under_a_policy_that_was_withdrawn_an_administrator_has_to_move(world, request_, version, put, gate):
    policies.withdraw_version(actor=world.admin, version=request_.policy_version, reason="It forgot security.")
    asked = put(version)
    item = check(asked, "approval.request")

    assert body(asked)["decision"] == "pending"
    assert [actor["id"] for actor in item["actors"]] == [world.admin.id]
    everything_is_actionable(asked)


def test_who_stands_in_for_somebody_is_named_as_such(world, request_, version, put):
    people.delegate(
        actor=world.security,
        principal=world.security.user,
        delegate=world.stranger.user,
        role="security_reviewer",
        ends_at=MONDAY + timedelta(days=5),
    )
    actors = check(put(version), "approval.step.security")["actors"]

    assert [actor["display"] for actor in actors] == ["Security", "Stranger for Security"]
    assert actors[1]["id"] == world.stranger.id


def security_with(more: str) -> str:
    return AGEING.replace("role: security_reviewer,", f"role: security_reviewer, {more},")


CONDITIONAL = security_with("applies_if: {environment: [staging]}")


@pytest.mark.parametrize("source", [CONDITIONAL])
def test_a_step_that_is_not_asked_passes_and_says_why(world, request_, version, put, vote, source):
    assert "applies_if" in source
    open_ = check(put(version), "approval.step.security")
    assert open_["status"] == "pass"
    assert "environment" in open_["detail"]
    for part, step in STEPS:
        if step != "security":
            vote(getattr(world, part), request_, step)
    asked = put(version)

    assert body(asked)["decision"] == "allow"
    assert check(asked, "approval.step.security")["detail"] == open_["detail"]
    assert "of" not in check(asked, "approval.step.security")["title"]


@pytest.mark.parametrize("source", [security_with("sla: 4 working hours")])
def test_a_step_says_when_it_is_due_and_says_it_anew_when_that_moves(world, request_, version, put, monday, vote, source):
    assert "sla" in source
    first = put(version)
    item = check(first, "approval.step.security")
    assert item["due_at"].startswith("2026-11-23T13:00")
    assert item["since"].startswith("2026-11-23T09:00")
    monday.shift(timedelta(hours=1))
    assert put(version).answer == first.answer
    vote(world.validator, request_, "validation", verdict="request_changes", comment="Wait.")
    assert check(put(version), "approval.step.security")["due_at"] is None
    monday.shift(timedelta(hours=2))
    vote(world.validator, request_, "validation", verdict="retract")

    assert check(put(version), "approval.step.security")["due_at"].startswith("2026-11-23T15:00")


# What it costs -------------------------------------------------------------------------------------------------------


def test_a_question_costs_a_dozen_queries_whatever_was_asked_before(
    world, approved, version, gate, push, ask, django_assert_max_num_queries
):
    other = push("8", params={"max_depth": 9})
    ask(other)
    for row in (version, other):
        with django_assert_max_num_queries(12):
            asked = gates.evaluate_gate(actor=world.ci, gate=gate, model_version=row, commit=COMMIT, artifact_sha256=ARTIFACT)
        with django_assert_max_num_queries(12):
            gates.ask_again(actor=world.ci, evaluation=asked.evaluation)
