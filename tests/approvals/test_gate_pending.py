"""What is pending or unknown to a gate, who has to move, and that it never allows."""

from __future__ import annotations

import pytest
from django.db import connection

from approvals.checks import base
from approvals.services import gates, policies, requests
from foundation.errors import Invalid
from governance.people import services as people
from governance.people.models import RoleGrant
from governance.usecases import services as usecases
from tests.approvals.asking import STEPS
from tests.approvals.gating import ARTIFACT, COMMIT, approved, body, check, everything_is_actionable, gate, lax, put  # noqa: F401 - fixtures
from tests.conftest import POLICY, lift_triggers, restore_triggers


@pytest.mark.parametrize(("left_out", "code"), [({"commit": ""}, "provenance.commit"), ({"artifact": ""}, "provenance.artifact")])
def test_what_was_not_stated_is_unknown_and_no_allow(approved, put, left_out, code):
    asked = put(approved, **left_out)

    assert check(asked, code)["status"] == "unknown"
    assert body(asked)["decision"] == "pending"
    everything_is_actionable(asked)


def test_a_commit_nobody_has_seen_is_unknown(world, push, ask, vote, gate):
    row = push()
    asked = gates.evaluate_gate(actor=world.ci, gate=gate, model_version=row, commit=COMMIT, artifact_sha256=ARTIFACT)

    assert check(asked, "provenance.commit_in_mirror")["status"] == "unknown"
    assert check(asked, "provenance.repository_known")["status"] == "unknown"
    assert check(asked, "provenance.files_match")["status"] == "unknown"
    everything_is_actionable(asked)


def test_without_a_request_the_answer_is_pending_and_the_submitter_moves(world, lax, push, put):
    asked = put(push())
    item = check(asked, "approval.request")

    assert (body(asked)["decision"], item["status"]) == ("pending", "pending")
    assert [actor["id"] for actor in item["actors"]] == [world.engineer.id]
    everything_is_actionable(asked)


def test_while_people_are_asked_each_step_names_them(world, lax, push, ask, put):
    row = push()
    request = ask(row)
    asked = put(row)

    assert body(asked)["decision"] == "pending"
    for part, step in STEPS:
        item = check(asked, f"approval.step.{step}")
        assert item["status"] == "pending"
        assert item["evidence"] == [{"type": "request", "id": request.public_id}]
        expected = "validator" if step == "business" else part  # who waits, waits for those before
        assert [actor["id"] for actor in item["actors"]] == [getattr(world, expected).id]
    everything_is_actionable(asked)


def test_a_step_nobody_can_take_is_stuck(world, lax, push, ask, put):
    row = push()
    ask(row)
    people.end_role(actor=world.lead, grant=RoleGrant.objects.get(user=world.security.user), reason="moved")
    item = check(put(row), "approval.step.security")

    assert item["stuck"] is True
    assert item["actors"] == [{"type": "role", "id": "security_reviewer", "display": "Security reviewer"}]


def test_changes_asked_for_are_the_submitters_move(world, lax, push, ask, vote, put):
    row = push()
    vote(world.security, ask(row), "security", verdict="request_changes", comment="Pin it.")
    item = check(put(row), "approval.step.security")

    assert item["status"] == "pending"
    assert [actor["id"] for actor in item["actors"]] == [world.engineer.id]
    assert "Security" in item["detail"]


def test_a_change_after_the_approval_ends_the_allow(world, approved, put):
    assert put(approved).answer.decision == "allow"
    usecases.define(
        actor=world.lead,
        use_case=world.use_case,
        business_problem="Other.",
        ml_problem="Other.",
        kpis=[{"name": "K", "target": 1}],
    )
    asked = put(approved)

    assert body(asked)["decision"] == "pending"
    assert "use_case" in check(asked, "approval.decision")["detail"]
    everything_is_actionable(asked)


def test_a_withdrawn_request_waits_for_a_new_one(world, lax, push, ask, put):
    row = push()
    requests.withdraw(actor=world.engineer, request=ask(row))
    asked = put(row)

    assert check(asked, "approval.request")["status"] == "pending"
    everything_is_actionable(asked)


def test_an_approval_is_for_its_environment_only(world, approved, put, lax):
    other = policies.set_gate(actor=world.admin, slug="staging", title="Staging", mode="prevent", policy=lax.policy)

    assert put(approved, gate=other).answer.decision == "pending"


def test_an_approval_is_for_its_version_only(world, approved, put, push):
    assert put(push("8", artifact={"uri": "s3://m", "sha256": "d" * 64, "size": 1})).answer.decision == "pending"


def test_a_closed_request_without_the_record_of_its_decision_allows_nothing(approved, put):
    connection.check_constraints()  # PostgreSQL alters no table while checks are due
    statements = lift_triggers()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM approvals_decision")
    connection.check_constraints()
    restore_triggers(statements)
    asked = put(approved)

    assert check(asked, "approval.decision")["status"] == "unknown"
    assert body(asked)["decision"] == "pending"


@pytest.mark.parametrize(
    "code", ["provenance.commit", "approval.decision", "approval.step.*", "approval.request", "dependencies.locked"]
)
def test_a_check_that_breaks_is_unknown_and_never_an_allow(approved, put, monkeypatch, code):
    def broken(context):
        raise ZeroDivisionError("far inside")

    known = [
        item if item.code != code else base.Check(item.code, item.asks, item.level, broken, item.fixed) for item in base._checks
    ]
    monkeypatch.setattr(base, "_checks", known)
    asked = put(approved)

    item = check(asked, code)
    assert (item["status"], item["stuck"]) == ("unknown", True)
    assert "far inside" not in str(body(asked))
    assert body(asked)["decision"] == "pending"


def test_a_gate_without_any_check_allows_nothing(approved, put, monkeypatch):
    monkeypatch.setattr(base, "_checks", [])

    assert put(approved).answer.decision == "pending"


def test_fixed_checks_cannot_be_switched_off_by_a_policy(world, gate):
    for code in ("provenance.commit", "provenance.artifact", "approval.decision", "approval.request"):
        with pytest.raises(Invalid):
            policies.write_policy(
                actor=world.admin, key="production-release", source=POLICY + f"\nchecks: {{{code}: advisory}}\n"
            )


def test_a_version_without_artifact_passes_only_where_its_kind_has_none(world, lax, push, put):
    rule = push("1", name="rule", kind="rule_baseline", artifact=None)
    model = push("1", name="model", artifact=None)

    assert check(put(rule, artifact=""), "provenance.artifact")["status"] == "pass"
    assert check(put(model, artifact=""), "provenance.artifact")["status"] == "unknown"
