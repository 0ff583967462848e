"""A step that wants a signature: who it was, freshly proved, and what they meant by it, inside what is hashed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from approvals.models import Ballot
from approvals.services import policies
from foundation import actor as actors
from foundation import clock
from foundation.errors import Invalid, NotAllowed
from foundation.models import AuditEvent, Token
from tests.approvals.asking import stand_in, states
from tests.conftest import POLICY

SIGNED = POLICY.replace("covers: [dependencies, runtime]}", "covers: [dependencies, runtime], signature: reauth}")


@pytest.fixture
def gate(world):
    version = policies.write_policy(actor=world.admin, key="production-release", source=SIGNED)
    return policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=version.policy)


def fresh(actor, minutes: float = 1):
    """The actor, having proved who they are that long ago."""
    return replace(actor, auth_at=clock.now() - timedelta(minutes=minutes))


def test_a_signed_ballot_keeps_when_it_was_proved_and_what_was_meant_in_what_is_hashed(world, push, ask, vote):
    request, signer = ask(push()), fresh(world.security)
    ballot = vote(signer, request, "security", meaning="approved")

    assert states(request)["security"] == "met"
    assert (ballot.meaning, ballot.auth_at) == ("approved", signer.auth_at)
    assert {"meaning", "auth_at"} <= ballot.audit_state().keys()
    told = json.loads(bytes(AuditEvent.objects.get(kind="approvals.ballot.cast").body))["data"]
    assert told["meaning"] == "approved"
    assert told["auth_at"].startswith(signer.auth_at.strftime("%Y-%m-%dT%H:%M:%S"))


@pytest.mark.parametrize("minutes", [5.1, 60])
@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_a_proof_that_is_older_than_five_minutes_signs_nothing(world, push, ask, vote, minutes, verdict):
    request = ask(push())

    with pytest.raises(NotAllowed, match="say again who you are") as refused:
        vote(fresh(world.security, minutes), request, "security", verdict=verdict, comment="No.", meaning="reviewed")
    assert refused.value.code == "ballot.signature_needed"
    assert not request.ballots.exists()


def test_a_personal_token_cannot_sign(world, push, ask, vote):
    token = Token(name="Mine", kind=Token.Kind.PERSONAL, owner=world.security.user)

    with pytest.raises(NotAllowed, match="with a browser") as refused:
        vote(actors.person(world.security.user, auth="token", token=token), ask(push()), "security", meaning="approved")
    assert refused.value.code == "ballot.signature_needed"


def test_a_signature_without_a_meaning_is_none(world, push, ask, vote):
    with pytest.raises(NotAllowed, match="what yours means") as refused:
        vote(fresh(world.security), ask(push()), "security")
    assert refused.value.code == "ballot.meaning"


@pytest.mark.parametrize(("verdict", "meaning"), [("approve", "whatever"), ("reject", "approved")])
def test_a_meaning_is_from_the_list_and_does_not_contradict_the_verdict(world, push, ask, vote, verdict, meaning):
    with pytest.raises(Invalid) as refused:
        vote(fresh(world.security), ask(push()), "security", verdict=verdict, comment="No.", meaning=meaning)
    assert refused.value.code == "ballot.meaning"


def test_a_rejection_is_signed_and_asking_for_changes_is_not(world, push, ask, vote):
    request = ask(push())
    asked = vote(world.security, request, "security", verdict="request_changes", comment="Pin it.")
    said = vote(fresh(world.security), request, "security", verdict="reject", comment="Never.", meaning="responsible")

    assert (asked.auth_at, asked.meaning) == (None, "")
    assert said.auth_at is not None
    request.refresh_from_db()
    assert request.state == "rejected"


def test_who_may_not_vote_is_told_so_before_being_asked_to_sign(world, push, ask, vote):
    with pytest.raises(NotAllowed) as refused:
        vote(world.business, ask(push()), "security")
    assert refused.value.code == "ballot.no_role"


def test_a_delegate_signs_for_themselves(world, push, ask, vote):
    stand_in(world, world.stranger, world.security)
    request = ask(push())
    with pytest.raises(NotAllowed):
        vote(world.stranger, request, "security", on_behalf_of=world.security.user)
    ballot = vote(fresh(world.stranger), request, "security", on_behalf_of=world.security.user, meaning="reviewed")

    assert (ballot.human, ballot.principal) == (world.stranger.user, world.security.user)


def test_a_click_is_enough_elsewhere_and_leaves_no_time_of_proof(world, push, ask, vote):
    ballot = vote(fresh(world.validator), ask(push()), "validation")

    assert (ballot.auth_at, ballot.meaning) == (None, "")
    assert Ballot.objects.get().audit_state().keys().isdisjoint({"meaning", "auth_at"})
