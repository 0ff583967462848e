"""Agreed, provided that: an approval with a condition, which ends by itself when that is missed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from approvals.models import Condition, Decision, Request
from approvals.selectors.standing import standing_of
from approvals.services import decisions, policies
from approvals.services.ballots import meet_condition
from foundation import clock, verification
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from tests.approvals.asking import give, ignored, states
from tests.conftest import POLICY


def in_days(days: float):
    return clock.now() + timedelta(days=days)


@pytest.fixture
def conditional(world, push, ask, vote, approve):
    """An approved request that depends on something: security wants a test within ten days."""
    request = ask(push())
    vote(world.security, request, "security", condition=("  Run the penetration test. ", in_days(10)))
    return approve(request, but=("security",))


def test_a_condition_is_kept_with_the_ballot_and_the_approval_stands_meanwhile(world, conditional):
    condition = Condition.objects.get()

    assert conditional.state == "approved"
    assert condition.text == "Run the penetration test."
    assert condition.ballot.step == "security"
    assert [item.pk for item in standing_of(conditional).conditions] == [condition.pk]
    assert AuditEvent.objects.filter(kind="approvals.condition.set", subject_id=condition.public_id).count() == 1


@pytest.mark.parametrize(
    ("verdict", "text", "days", "field"),
    [
        ("approve", "   ", 10, "condition"),
        ("approve", "Do it.", -1, "due_at"),
        ("approve", "Do it.", 181, "due_at"),
        ("abstain", "Do it.", 10, "condition"),
        ("request_changes", "Do it.", 10, "condition"),
    ],
)
def test_a_condition_that_is_none_is_refused_by_name(world, push, ask, vote, verdict, text, days, field):
    request = ask(push())

    with pytest.raises(Invalid) as refused:
        vote(world.security, request, "security", verdict=verdict, comment="Hm.", condition=(text, in_days(days)))
    assert refused.value.errors[0].field == field
    assert not request.ballots.exists()


def test_a_policy_may_want_a_plain_yes_or_no(world, push, vote):
    from tests.conftest import ask_for

    version = policies.write_policy(actor=world.admin, key="strict", source=POLICY + "conditional: false\n")
    gate = policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=version.policy)

    with pytest.raises(NotAllowed) as refused:
        vote(world.security, ask_for(world, gate, push()), "security", condition=("Do it.", in_days(1)))
    assert refused.value.code == "ballot.unconditional"


def test_a_double_click_with_a_condition_is_one_ballot_and_without_it_another(world, push, ask, vote):
    request, condition = ask(push()), ("Do it.", in_days(1))
    for _i in range(2):
        vote(world.security, request, "security", condition=condition)
    assert (request.ballots.count(), Condition.objects.count()) == (1, 1)
    vote(world.security, request, "security")

    assert request.ballots.count() == 2
    assert Condition.objects.count() == 1


def test_what_was_done_is_confirmed_once_with_what_shows_it(world, conditional):
    condition = Condition.objects.get()
    with pytest.raises(Invalid):
        meet_condition(actor=world.security, condition=condition, evidence=" ")
    for _i in range(2):
        met = meet_condition(actor=world.security, condition=condition, evidence="Report 12")

    assert (met.met_by, met.evidence) == (world.security.user, "Report 12")
    assert AuditEvent.objects.filter(kind="approvals.condition.met").count() == 1
    with time_machine.travel(condition.due_at + timedelta(days=1), tick=False):
        assert decisions.revoke_for_missed_conditions() == 0
    assert list(standing_of(Request.objects.get()).conditions) == []


@pytest.mark.parametrize(
    ("part", "role", "code"),
    [
        ("engineer", "", "condition.not_yours"),
        ("business", "", "condition.not_yours"),
        ("engineer", "security_reviewer", "condition.contributor"),
    ],
)
def test_who_asked_or_cannot_judge_the_step_does_not_confirm(world, conditional, part, role, code):
    if role:
        give(world, part, role)

    with pytest.raises(NotAllowed) as refused:
        meet_condition(actor=getattr(world, part), condition=Condition.objects.get(), evidence="It is done.")
    assert refused.value.code == code


def test_somebody_else_who_could_have_judged_the_step_may_confirm(world, conditional):
    give(world, "business", "security_reviewer")

    assert meet_condition(actor=world.business, condition=Condition.objects.get(), evidence="Seen.").met_by == world.business.user


def test_a_service_token_confirms_nothing(world, conditional):
    with pytest.raises(NotAllowed):
        meet_condition(actor=world.ci, condition=Condition.objects.get(), evidence="Done.")


def test_missed_it_revokes_the_approval_once_and_by_itself(world, conditional):
    condition = Condition.objects.get()
    assert decisions.revoke_for_missed_conditions() == 0
    with time_machine.travel(condition.due_at, tick=False):
        assert decisions.revoke_for_missed_conditions() == 1
        assert decisions.revoke_for_missed_conditions() == 0
        conditional.refresh_from_db()
        condition.refresh_from_db()
        decision = Decision.objects.get()

        assert (conditional.state, decision.revoked_by) == ("revoked", None)
        assert decision.revoked_at == condition.missed_at
        assert decision.revoke_reason == condition.text
        for kind in ("approvals.condition.missed", "approvals.request.revoked", "approvals.decision.revoked"):
            assert AuditEvent.objects.filter(kind=kind, actor_id="system:deadlines").count() == 1
        with pytest.raises(Conflict) as late:
            meet_condition(actor=world.security, condition=condition, evidence="Now it is.")
        assert late.value.code == "condition.missed"
    assert [item for item in verification.verify() if item.altered] == []


def test_the_time_is_over_at_the_due_time_whether_the_clock_has_run_or_not(world, conditional):
    condition = Condition.objects.get()
    with time_machine.travel(condition.due_at, tick=False), pytest.raises(Conflict):
        meet_condition(actor=world.security, condition=condition, evidence="Just now.")


def test_before_the_decision_an_approval_whose_condition_was_missed_counts_no_more(world, push, ask, vote):
    request = ask(push())
    vote(world.security, request, "security", condition=("Do it.", in_days(1)))
    assert states(request)["security"] == "met"
    with time_machine.travel(in_days(1.1), tick=False):
        assert states(request)["security"] == "pending"
        assert decisions.revoke_for_missed_conditions() == 1
        vote(world.security, request, "security")
        assert states(request)["security"] == "met"
    assert Request.objects.get().state == "open"


def test_a_condition_follows_the_ballot_to_the_next_version_and_ends_both_approvals(world, conditional, push, ask):
    second = ask(push("8"))
    assert second.state == "approved"
    with time_machine.travel(in_days(11), tick=False):
        decisions.revoke_for_missed_conditions()

    assert {row.state for row in Request.objects.all()} == {"revoked"}
    assert AuditEvent.objects.filter(kind="approvals.condition.missed").count() == 1


def test_after_a_missed_condition_only_who_set_it_is_asked_again(world, conditional, push, ask):
    with time_machine.travel(in_days(11), tick=False):
        decisions.revoke_for_missed_conditions()
        again = ask(push("8"))

        assert states(again) == {"validation": "met", "data": "met", "security": "pending", "business": "met"}
        assert "security" not in ignored(again)  # what was missed is not taken over
