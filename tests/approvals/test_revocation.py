"""Taking an approval back, and what rests on somebody who leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from approvals.models import Decision, Request
from approvals.services import decisions, requests
from foundation import clock, verification
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.people import services as people
from tests.approvals.asking import OTHER_LOCK, STEPS, ignored, stand_in, states


@pytest.fixture
def approved(push, ask, approve):
    return approve(ask(push("7")))


@pytest.mark.parametrize("part", ["security", "lead", "admin"])
def test_security_the_lead_and_an_administrator_revoke_with_a_reason(world, approved, part):
    row = decisions.revoke(actor=getattr(world, part), request=approved, reason="A hole was found in numpy.")
    decision = Decision.objects.get()

    assert row.state == "revoked"
    assert (decision.revoked_by, decision.revoke_reason) == (getattr(world, part).user, "A hole was found in numpy.")
    for kind, subject in (("approvals.request.revoked", row), ("approvals.decision.revoked", decision)):
        assert AuditEvent.objects.filter(kind=kind, subject_id=subject.public_id).count() == 1
    assert [item for item in verification.verify() if item.altered] == []


@pytest.mark.parametrize("part", ["business", "engineer", "scientist", "auditor", "stranger"])
def test_nobody_else_revokes(world, approved, part):
    with pytest.raises(NotAllowed):
        decisions.revoke(actor=getattr(world, part), request=approved, reason="I do not like it.")
    approved.refresh_from_db()
    assert approved.state == "approved"


def test_a_service_token_revokes_nothing(world, approved):
    with pytest.raises(NotAllowed):
        decisions.revoke(actor=world.ci, request=approved, reason="Automated.")


def test_a_reason_is_needed_and_an_approval(world, approved, push, ask):
    with pytest.raises(Invalid):
        decisions.revoke(actor=world.security, request=approved, reason="")
    decisions.revoke(actor=world.security, request=approved, reason="A hole.")
    open_one = ask(push("8", dependency_sets=OTHER_LOCK))
    for request in (approved, open_one):
        with pytest.raises(Conflict) as refused:
            decisions.revoke(actor=world.security, request=request, reason="Again.")
        assert refused.value.code == "request.not_approved"


def test_what_was_decided_stays_on_record_as_it_was(world, approved):
    before = Decision.objects.get()
    decisions.revoke(actor=world.security, request=approved, reason="A hole.")
    after = Decision.objects.get()

    assert (after.ballots, after.manifest, after.decided_at) == (before.ballots, before.manifest, before.decided_at)
    assert set(states(approved).values()) == {"met"}


def test_asking_again_after_a_revocation_asks_everybody_anew(world, approved, push, ask, approve):
    decisions.revoke(actor=world.security, request=approved, reason="A hole.")
    again = ask(push("8"))

    assert set(states(again).values()) == {"pending", "waiting"}
    assert approve(again).state == "approved"


def test_an_open_request_loses_what_it_took_over_from_what_is_revoked(world, approved, push, ask, vote):
    second = ask(push("8", dependency_sets=OTHER_LOCK))
    assert states(second)["validation"] == "met"
    decisions.revoke(actor=world.security, request=approved, reason="The labels were wrong.")

    assert states(second) == {"validation": "pending", "data": "pending", "security": "pending", "business": "waiting"}
    vote(world.validator, second, "validation")
    assert states(second)["validation"] == "met"


def test_another_line_does_not_feel_it(world, approved, push, ask):
    other = ask(push("1", name="other-model"))
    decisions.revoke(actor=world.security, request=approved, reason="A hole.")

    assert Request.objects.get(pk=other.pk).state == "open"


def test_a_decision_made_meanwhile_stands_with_its_ballots(world, approved, push, ask, approve, vote):
    second = ask(push("8", dependency_sets=OTHER_LOCK))
    vote(world.security, second, "security")
    second.refresh_from_db()
    assert second.state == "approved"
    decisions.revoke(actor=world.security, request=approved, reason="Only 7 is affected.")

    assert set(states(second).values()) == {"met"}
    assert Request.objects.get(pk=second.pk).state == "approved"


# Who leaves ----------------------------------------------------------------------------------------------------------


def test_the_approvals_that_rest_on_somebody_are_listed_when_they_leave(world, approved, push, ask):
    second = ask(push("8"))  # inherits everything
    for part, _step in STEPS:
        found = decisions.decisions_resting_on(getattr(world, part).user)
        assert [row.request for row in found] == [second, approved]
    assert decisions.decisions_resting_on(world.scientist.user) == []
    people.deactivate_user(actor=world.admin, user=world.security.user)
    assert len(decisions.decisions_resting_on(world.security.user)) == 2


def test_what_is_revoked_or_has_run_out_rests_on_nobody(world, approved):
    with time_machine.travel(clock.now() + timedelta(days=181), tick=False):
        assert decisions.decisions_resting_on(world.security.user) == []
    decisions.revoke(actor=world.security, request=approved, reason="A hole.")
    assert decisions.decisions_resting_on(world.security.user) == []


def test_an_approval_rests_on_the_principal_and_on_who_acted_for_them(world, push, ask, vote, approve):
    stand_in(world, world.stranger, world.security)
    request = ask(push())
    vote(world.stranger, request, "security", on_behalf_of=world.security.user)
    approve(request, but=("security",))

    for actor in (world.security, world.stranger):
        assert [row.request for row in decisions.decisions_resting_on(actor.user)] == [request]


def test_who_was_overruled_by_their_own_later_word_is_not_rested_on_twice(world, push, ask, vote, approve):
    request = ask(push())
    vote(world.security, request, "security", verdict="abstain")
    assert approve(request).state == "approved"

    assert len(decisions.decisions_resting_on(world.security.user)) == 1
    assert ignored(request) == {"security": "superseded"}
    with pytest.raises(Conflict):
        requests.withdraw(actor=world.lead, request=request)
