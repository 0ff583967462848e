"""What a waiver lets pass at the gate, and what it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.models import Clock, Decision
from approvals.services import clocks, gates, policies
from foundation.errors import Conflict
from foundation.models import AuditEvent
from tests.approvals.asking import redefine, states
from tests.approvals.gating import ARTIFACT, COMMIT, body, check
from tests.approvals.glass import gate, put, request_, smash, version  # noqa: F401 - fixtures
from tests.approvals.timed import MONDAY, monday  # noqa: F401 - fixtures


def test_the_gate_lets_it_pass_and_says_because_of_what(world, request_, version, put):
    found = smash(world.lead, request_)
    asked = put(version)

    assert body(asked)["decision"] == "allow"
    assert "break-glass" in body(asked)["summary"]
    step = check(asked, "approval.step.security")
    assert step["status"] == "pass"
    assert "break-glass waiver of Lead" in step["detail"]
    assert {"type": "waiver", "id": found.public_id} in step["evidence"]
    glass = check(asked, "waiver.break_glass")
    assert (glass["status"], glass["blocking"]) == ("pass", True)
    assert [actor["id"] for actor in glass["actors"]] == [world.lead.id]
    owed = check(asked, "waiver.review")
    assert (owed["status"], owed["blocking"]) == ("pending", False)
    assert {actor["id"] for actor in owed["actors"]} == {
        part.id for part in (world.validator, world.governance, world.security, world.business)
    }
    assert AuditEvent.objects.filter(kind="approvals.gate.answered").count() == 1


def test_the_answer_never_outlasts_the_waiver(world, request_, version, put, monday):
    found = smash(world.lead, request_)

    assert put(version).answer.expires_at == found.expires_at
    monday.shift(timedelta(hours=4))
    late = put(version)
    assert late.answer.decision == "pending"
    assert all(item["code"] != "waiver.break_glass" for item in body(late)["checks"])
    assert check(late, "waiver.review")["status"] == "pending"
    monday.shift(timedelta(days=4))
    assert check(put(version), "waiver.review")["status"] == "fail"


def test_the_chain_goes_on_as_if_there_were_no_waiver(world, request_, vote, version, put):
    before = set(Clock.objects.filter(stopped_at=None).values_list("step", flat=True))
    smash(world.lead, request_)
    assert set(states(request_).values()) <= {"overridden", "met"}
    clocks.look_at_all()
    assert set(Clock.objects.filter(stopped_at=None).values_list("step", flat=True)) == before
    assert not Decision.objects.exists()
    for part, step in (("validator", "validation"), ("governance", "data"), ("security", "security"), ("business", "business")):
        vote(getattr(world, part), request_, step)
    request_.refresh_from_db()

    assert request_.state == "approved"
    asked = put(version)
    assert body(asked)["decision"] == "allow"
    assert "waiver" not in body(asked)["summary"]
    assert asked.answer.expires_at > MONDAY + timedelta(hours=4)


def test_other_bytes_are_not_what_the_glass_was_broken_for(world, request_, version, put):
    smash(world.lead, request_)
    assert put(version).answer.decision == "allow"
    redefine(world)

    assert put(version).answer.decision == "pending"


def test_it_counts_in_its_environment_only_and_for_its_version_only(world, request_, version, put, gate, push):
    smash(world.lead, request_)
    other = policies.set_gate(actor=world.admin, slug="staging", title="Staging", mode="prevent", policy=gate.policy)
    elsewhere = gates.evaluate_gate(actor=world.ci, gate=other, model_version=version, commit=COMMIT, artifact_sha256=ARTIFACT)

    assert elsewhere.answer.decision == "pending"
    assert put(push("8", params={"max_depth": 9})).answer.decision == "pending"


@pytest.mark.parametrize("verdict", ["request_changes", "reject"])
def test_an_objection_that_comes_later_ends_its_effect_at_once(world, request_, version, put, vote, verdict):
    smash(world.lead, request_)
    vote(world.security, request_, "security", verdict=verdict, comment="Stop.")

    assert put(version).answer.decision == ("deny" if verdict == "reject" else "pending")


def test_it_lets_nothing_pass_but_what_people_have_not_said(world, request_, version, put):
    """A wrong artifact stays a wrong artifact."""
    smash(world.lead, request_)
    asked = gates.evaluate_gate(
        actor=world.ci,
        gate=request_.environment.gate,
        model_version=version,
        commit=COMMIT,
        artifact_sha256="sha256:" + "e" * 64,
    )

    assert asked.answer.decision == "deny"


def test_a_waiver_works_for_a_rollback_too(world, request_, version, put):
    smash(world.lead, request_)

    assert put(version, purpose="rollback").answer.decision == "allow"


def test_a_request_that_lapses_meanwhile_does_not_cut_the_hours_short(world, request_, version, put, monday):
    monday.move_to(request_.lapses_at - timedelta(hours=1))
    smash(world.lead, request_)
    monday.shift(timedelta(hours=2))
    clocks.tick()
    request_.refresh_from_db()
    assert request_.state == "expired"

    assert put(version).answer.decision == "allow"


def test_nothing_goes_over_a_policy_that_was_withdrawn_as_unsafe(world, request_, version, put):
    smash(world.lead, request_)
    policies.withdraw_version(actor=world.admin, version=request_.policy_version, reason="Anybody could break glass.")
    assert put(version).answer.decision == "pending"
    with pytest.raises(Conflict) as caught:
        smash(world.engineer, request_)
    assert caught.value.code == "waiver.withdrawn"
