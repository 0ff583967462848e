"""What a gate allows and what it denies. What is pending or unknown is in `test_gate_pending`."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from approvals.models import Decision
from approvals.services import policies
from foundation import clock, sealing
from governance.people import services as people
from tests.approvals.asking import STEPS
from tests.approvals.gating import ARTIFACT, COMMIT, approved, body, check, everything_is_actionable, gate, lax, put  # noqa: F401 - fixtures

# Allow ---------------------------------------------------------------------------------------------------------------


def test_an_approved_version_is_allowed_bound_to_commit_and_artifact_and_for_a_day(world, approved, put):
    asked = put(approved)

    assert body(asked)["decision"] == "allow"
    assert body(asked)["enforced"] is True
    assert body(asked)["subject"]["commit"] == COMMIT
    assert body(asked)["subject"]["artifact_sha256"] == ARTIFACT
    assert body(asked)["subject"]["manifest_digest"] == Decision.objects.get().manifest_digest
    assert asked.answer.expires_at - asked.answer.answered_at == timedelta(hours=24)
    assert all(item["status"] == "pass" for item in body(asked)["checks"] if item["blocking"])
    everything_is_actionable(asked)


def test_an_allow_that_has_expired_is_given_anew_under_another_number(approved, put):
    first = put(approved)
    assert put(approved).answer == first.answer

    with time_machine.travel(first.answer.expires_at + timedelta(seconds=1), tick=False):
        second = put(approved)
    assert (second.answer.number, second.answer.decision) == (2, "allow")
    assert second.answer.expires_at > first.answer.expires_at


def test_an_allow_never_outlasts_the_approval_it_rests_on(approved, put):
    until = Decision.objects.get().valid_until

    with time_machine.travel(until - timedelta(hours=1), tick=False):
        assert put(approved).answer.expires_at == until
    with time_machine.travel(until, tick=False):
        late = put(approved)
    assert late.answer.decision == "pending"
    assert check(late, "approval.decision")["status"] == "pending"
    everything_is_actionable(late)


def test_an_answer_names_the_policy_its_inputs_and_the_sealed_log(approved, put, lax):
    sealing.seal()
    answer = body(put(approved))

    version = lax.policy.current_version()
    assert answer["policy"] == {"key": "production-release", "version": 1, "digest": version.digest}
    assert answer["inputs_digest"].startswith("sha256:")
    assert answer["checkpoint"] == sealing.latest_checkpoint().note
    assert answer["html_url"].endswith(f"/gates/{answer['id']}/")
    assert answer["gate"] == "production"


def test_who_approved_and_left_still_approved(world, approved, put):
    for part, _step in STEPS:
        people.deactivate_user(actor=world.admin, user=getattr(world, part).user)

    assert put(approved).answer.decision == "allow"


# Deny ----------------------------------------------------------------------------------------------------------------


def test_another_commit_or_artifact_than_the_registered_is_denied(approved, put):
    for asked, code in (
        (put(approved, commit="a" * 40), "provenance.commit"),
        (put(approved, artifact="e" * 64), "provenance.artifact"),
    ):
        assert body(asked)["decision"] == "deny"
        assert check(asked, code)["status"] == "fail"
        assert body(asked)["expires_at"] is None
        everything_is_actionable(asked)


def test_what_was_refused_is_denied_with_the_names_of_who_refused(world, lax, push, ask, vote, put):
    row = push()
    vote(world.security, ask(row), "security", verdict="reject", comment="Never.")
    asked = put(row)

    assert body(asked)["decision"] == "deny"
    assert check(asked, "approval.request")["actors"][0]["display"] == "Security"
    everything_is_actionable(asked)


def test_a_version_built_from_a_dirty_tree_is_denied(lax, push, put):
    row = push(dirty=True, porcelain_sha256="sha256:" + "9" * 64)

    assert check(put(row), "provenance.clean_tree")["status"] == "fail"
    assert put(row).answer.decision == "deny"


def test_a_revoked_decision_is_denied(approved, put):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE approvals_decision SET revoked_at = %s", [clock.now()])

    assert check(put(approved), "approval.decision")["status"] == "fail"
    assert put(approved).answer.decision == "deny"


# The mode does not change the decision -------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "enforced"), [("prevent", True), ("warn", False), ("record", False)])
def test_the_decision_does_not_depend_on_the_mode(world, lax, push, put, mode, enforced):
    gate = policies.set_gate(actor=world.admin, slug="production", title="Production", mode=mode, policy=lax.policy)
    answer = body(put(push(), gate=gate))

    assert (answer["decision"], answer["mode"], answer["enforced"]) == ("pending", mode, enforced)
