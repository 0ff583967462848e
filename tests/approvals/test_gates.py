from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from approvals.checks import base
from approvals.models import Answer, Decision, Evaluation
from approvals.selectors.standing import standing_of
from approvals.services import gates, policies, requests
from foundation import clock, sealing
from foundation.errors import Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.people import services as people
from governance.people.models import RoleGrant
from governance.usecases import services as usecases
from lineage.services.versions import register_model_version
from tests.conftest import POLICY, lift_triggers, restore_triggers

COMMIT, ARTIFACT = "c" * 40, "sha256:" + "d" * 64
STEPS = (("validator", "validation"), ("governance", "data"), ("security", "security"), ("business", "business"))
LAX = (
    POLICY
    + """
checks:
  provenance.commit_in_mirror: advisory
  provenance.repository_known: advisory
  provenance.files_match: advisory
"""
)


@pytest.fixture
def gate(world):
    """The gate behind a policy with the mirror's checks as advice: what is tested here needs no repository."""
    return lax_gate(world, "production", "production-release")


@pytest.fixture
def lax(gate):
    return gate


def lax_gate(world, slug: str, key: str, source: str = LAX):
    version = policies.write_policy(actor=world.admin, key=key, source=source)
    return policies.set_gate(actor=world.admin, slug=slug, title=slug.title(), mode="prevent", policy=version.policy)


@pytest.fixture
def put(world, lax):
    """Puts a question to the gate, as CI does."""

    def question(row, actor=None, commit: str = COMMIT, artifact: str = ARTIFACT, gate=None) -> gates.Asked:
        return gates.evaluate_gate(
            actor=actor or world.ci, gate=gate or lax, model_version=row, commit=commit, artifact_sha256=artifact
        )

    return question


@pytest.fixture
def approved(world, lax, push, ask, vote):
    """A version that everybody approved."""
    row = push()
    request = ask(row)
    for part, step in STEPS:
        vote(getattr(world, part), request, step)
    return row


def body(asked: gates.Asked) -> dict:
    return asked.answer.body


def check(asked: gates.Asked, code: str) -> dict:
    return next(item for item in body(asked)["checks"] if item["code"] == code)


def everything_is_actionable(asked: gates.Asked) -> None:
    """What is no pass has somebody and somewhere to act, or is said to be stuck."""
    for item in body(asked)["checks"]:
        if item["status"] == "pass":
            assert "stuck" not in item
        elif not item.get("stuck"):
            assert any(actor["type"] == "user" for actor in item["actors"]), item
            assert item["action"]["url"].startswith("http"), item
        for actor in item["actors"]:
            assert set(actor) == {"type", "id", "display"}


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


# Pending and unknown: never allow ------------------------------------------------------------------------------------


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


# The mode does not change the decision -------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "enforced"), [("prevent", True), ("warn", False), ("record", False)])
def test_the_decision_does_not_depend_on_the_mode(world, lax, push, put, mode, enforced):
    gate = policies.set_gate(actor=world.admin, slug="production", title="Production", mode=mode, policy=lax.policy)
    answer = body(put(push(), gate=gate))

    assert (answer["decision"], answer["mode"], answer["enforced"]) == ("pending", mode, enforced)


# Questions and numbered answers --------------------------------------------------------------------------------------


def test_the_same_question_is_one_evaluation_and_is_answered_anew_only_when_the_answer_changes(world, lax, push, ask, vote, put):
    row = push()
    first = put(row)
    assert not put(row).changed
    request = ask(row)
    second = put(row)
    vote(world.validator, request, "validation")
    third = put(row)

    assert first.evaluation == second.evaluation == third.evaluation
    assert [answer.number for answer in Answer.objects.order_by("pk")] == [1, 2, 3]
    assert AuditEvent.objects.filter(kind="approvals.gate.answered").count() == 3
    assert gates.ask_again(actor=world.ci, evaluation=first.evaluation).answer == third.answer


def test_another_commit_artifact_or_asker_is_another_question(world, lax, push, put):
    row = push()
    found = {
        put(row).evaluation.pk,
        put(row, commit="a" * 40).evaluation.pk,
        put(row, artifact="").evaluation.pk,
        put(row, actor=world.engineer).evaluation.pk,
    }

    assert len(found) == Evaluation.objects.count() == 4


def test_time_alone_changes_no_answer(lax, push, ask, put):
    row = push()
    ask(row)
    first = put(row)

    with time_machine.travel(clock.now() + timedelta(hours=3), tick=False):
        assert put(row).answer == first.answer


def test_a_verdict_that_became_final_without_a_ballot_is_settled_by_asking(world, lax, push, ask, vote, put):
    row = push()
    request = ask(row)
    for part, step in STEPS[:2] + STEPS[3:]:
        vote(getattr(world, part), request, step)
    known = {
        "business_problem": "Customers leave, and we learn of it too late.",
        "ml_problem": "Will this customer cancel within 60 days?",
        "kpis": [{"name": "Leavers found", "unit": "%", "baseline": 42, "target": 70}],
    }
    usecases.define(actor=world.lead, use_case=world.use_case, business_problem="Other.", ml_problem="Other.", kpis=known["kpis"])
    vote(world.security, request, "security")
    assert put(row).answer.decision == "pending"
    usecases.define(actor=world.lead, use_case=world.use_case, **known)

    assert put(row).answer.decision == "allow"
    request.refresh_from_db()
    assert request.state == "approved"


@pytest.mark.parametrize("commit", ["c" * 7, "c" * 39, "C" * 40, "main", "c" * 41, "c" * 40 + "\n"])
def test_a_commit_that_is_not_named_in_full_is_no_question(lax, push, put, commit):
    row = push()

    with pytest.raises(Invalid):
        put(row, commit=commit)
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize("artifact", ["d" * 63, "sha1:" + "d" * 40, "D" * 64, "d" * 64 + "\n" + "x"])
def test_a_digest_that_is_none_is_no_question(lax, push, put, artifact):
    row = push()

    with pytest.raises(Invalid):
        put(row, artifact=artifact)


def test_tokens_without_the_scope_or_for_another_use_case_get_no_answer(world, lax, push, put):
    from foundation import actor as actors
    from foundation import tokens
    from foundation.models import Token

    row = push()
    for scopes, scope in ((["read"], ""), (["gate:evaluate"], "uc_other")):
        token, _secret = tokens.create(
            actor=world.engineer, name="x", owner=world.engineer.user, kind=Token.Kind.SERVICE, scopes=scopes, scope=scope
        )
        with pytest.raises(NotAllowed):
            put(row, actor=actors.service(token))


def test_two_who_ask_at_the_same_moment_both_get_the_answer(transactional_db, request):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory has one writer at a time")
    world = request.getfixturevalue("world")
    gate, push = request.getfixturevalue("gate"), request.getfixturevalue("push")
    row = push()
    gates.evaluate_gate(actor=world.ci, gate=gate, model_version=row, commit=COMMIT)
    ask = request.getfixturevalue("ask")
    ask(row)
    both = threading.Barrier(4)
    found: list[object] = []

    def put() -> None:
        both.wait(20)
        try:
            found.append(gates.evaluate_gate(actor=world.ci, gate=gate, model_version=row, commit=COMMIT).answer.number)
        except Exception as error:  # the test wants to see whatever it was
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=put) for _i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert found == [2, 2, 2, 2]


def test_a_version_without_artifact_passes_only_where_its_kind_has_none(world, lax, push, put):
    rule = push("1", name="rule", kind="rule_baseline", artifact=None)
    model = push("1", name="model", artifact=None)

    assert check(put(rule, artifact=""), "provenance.artifact")["status"] == "pass"
    assert check(put(model, artifact=""), "provenance.artifact")["status"] == "unknown"


def test_what_changes_nothing_that_is_judged_changes_no_decision(world, approved, put):
    before = put(approved).answer
    register_model_version(actor=world.ci, use_case=world.use_case, data={"name": "other", "version": "1", "commit": "f" * 40})

    assert put(approved).answer == before
    assert standing_of(Decision.objects.get().request).digest == before.body["subject"]["manifest_digest"]
