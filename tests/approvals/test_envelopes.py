"""Envelopes in the register: written, agreed to, ended; what the gate says of versions inside and outside."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.models import Envelope, Request
from approvals.selectors.envelopes import proof_for, since_approval, state_of, trial, trial_of
from approvals.selectors.standing import standing_of
from approvals.services import envelopes as services
from approvals.services.gates import evaluate_gate
from approvals.services.requests import open_request
from approvals.subjects import adapter_for
from foundation import clock
from foundation.actor import person
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.economics import services as economics
from lineage.selectors.manifest import manifest_of
from lineage.services.environments import create_environment
from tests.approvals.asking import STEPS, redefine

pytestmark = pytest.mark.django_db

DATA = {"role": "train", "name": "customers", "digest": "sha256:" + "f" * 64, "rows": 6, "columns": ["customer_id"]}
BODY = {
    "moves": ["model", "data"],
    "metrics": {"recall@test": {"min": "0.68", "may_fall": "0.02"}},
    "same_columns": True,
    "data": {"rows_may_change_by": "0.5"},
}


def recall(value: str) -> dict:
    return {"metrics": {"recall": {"value": Decimal(value), "dataset": "test"}}}


@pytest.fixture
def baseline(push, ask, approve):
    """A version that everybody agreed to for production."""
    row = push("7", **recall("0.70"))
    approve(ask(row))
    return row


@pytest.fixture
def write(world, gate, baseline):
    def written(actor=None, **wanted):
        said = {"environment": gate.environment, "baseline": baseline, "title": "Monthly retraining", "body": BODY, **wanted}
        return services.write_envelope(actor=actor or world.lead, use_case=world.use_case, **said)

    return written


def ask_about(actor, envelope) -> Request:
    return open_request(
        actor=actor,
        subject_type="envelope",
        subject_id=envelope.public_id,
        purpose="deployment",
        environment=envelope.environment,
    )


@pytest.fixture
def agreed(world, write, approve):
    """An envelope in force."""

    def made(**wanted):
        row = write(**wanted)
        approve(ask_about(world.lead, row))
        row.refresh_from_db()
        return row

    return made


@pytest.fixture
def answer(world, gate):
    """What the gate says about a version to CI that states its bytes."""

    def asked(row):
        found = evaluate_gate(
            actor=world.ci, gate=gate, model_version=row, commit=row.commit, artifact_sha256=row.artifact_sha256
        )
        return found.answer.body

    return asked


def retrained(push, version="8", value="0.71", **overrides):
    changes = {
        "artifact": {"uri": "s3://m", "sha256": version[-1] * 64, "size": 11, "serialization": "skops"},
        "datasets": [DATA],
    }
    return push(version, **{**recall(value), **changes, **overrides})


def proof(row, gate):
    return proof_for(row, gate.environment, manifest_of(row), clock.now())


def check(body, code):
    return next((item for item in body["checks"] if item["code"] == code), None)


def standing_in_the_way(body):
    return {item["code"] for item in body["checks"] if item["blocking"] and item["status"] != "pass"}


# Writing --------------------------------------------------------------------------------------------------------------


def test_an_envelope_is_written_once(world, write):
    row = write()
    assert write() == row
    assert state_of(row, clock.now()) == "draft"
    assert row.baseline_manifest["model"] == manifest_of(row.baseline).digests["model"]
    assert AuditEvent.objects.filter(kind="approvals.envelope.written", subject_id=row.public_id).count() == 1
    assert write(body={**BODY, "params_may_change": ["seed"]}) != row


def test_only_builders_write(world, write):
    with pytest.raises(NotAllowed):
        write(actor=world.business)
    with pytest.raises(NotAllowed):
        write(actor=world.stranger)
    assert write(actor=world.ci).created_by == world.engineer.user


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({**BODY, "moves": []}, "envelope.moves", "body.moves"),
        ({**BODY, "metrics": {}}, "envelope.unlimited", "body.metrics"),
        ({**BODY, "metrics": {"recall": {"min": "x"}}}, "envelope.limits", "body.metrics.recall.min"),
        ([], "envelope.limits", "body"),
        ({**BODY, "metrics": {"recall": {"min": "0.9"}}}, "envelope.baseline_outside", "body"),
        ({**BODY, "metrics": {"auc": {"may_fall": "1"}}}, "envelope.baseline_outside", "body"),
    ],
)
def test_limits_that_cannot_be_used_are_refused(write, body, code, field):
    with pytest.raises(Invalid) as caught:
        write(body=body)
    assert (caught.value.code, caught.value.errors[0].field) == (code, field)
    assert not Envelope.objects.exists()


def test_the_baseline_has_to_be_approved_there(world, write, push, gate):
    with pytest.raises(Invalid) as caught:
        write(baseline=push("9"))
    assert caught.value.code == "envelope.not_approved"
    other = create_environment(actor=world.admin, slug="staging", title="Staging")
    with pytest.raises(Invalid):
        write(environment=other)


def test_figures_that_come_later_change_nothing(world, write, push, baseline, agreed, gate):
    """The baseline is what was agreed to: nobody widens the envelope by measuring it again."""
    agreed(body={**BODY, "metrics": {"recall": {"may_fall": "0.02"}}})
    push("7", metrics={"recall": {"value": Decimal("0.1"), "dataset": "easy"}})
    row = retrained(push, value="0.69")
    assert proof(row, gate).inside


# Agreeing -------------------------------------------------------------------------------------------------------------


def test_the_policy_of_the_gate_judges_an_envelope(world, write, gate):
    request = ask_about(world.lead, write())
    standing = standing_of(request)
    assert {step.key for step in standing.verdict.steps} == {"validation", "data", "security", "business"}
    assert {step.key: step.state for step in standing.verdict.steps} == {
        "validation": "pending",
        "data": "pending",
        "security": "pending",
        "business": "waiting",
    }


def test_an_approval_puts_it_in_force(world, agreed):
    row = agreed()
    assert state_of(row, clock.now()) == "active"
    assert row.approval == Request.objects.get(subject_id=row.public_id).decision.public_id
    assert row.valid_until is not None
    kinds = set(AuditEvent.objects.filter(subject_id=row.public_id).values_list("kind", flat=True))
    assert {"approvals.envelope.written", "approvals.envelope.approved"} <= kinds


def test_it_goes_to_its_own_environment_only(world, write):
    other = create_environment(actor=world.admin, slug="staging", title="Staging")
    row = write()
    with pytest.raises(Invalid):
        open_request(actor=world.lead, subject_type="envelope", subject_id=row.public_id, purpose="deployment", environment=other)


def test_who_wrote_it_does_not_agree_to_it(world, write):
    contributors = adapter_for("envelope").contributors(write(), None)
    assert all(world.lead.id in people for people in contributors.values())
    assert set(contributors) == {*write().baseline_manifest, "envelope"}


def test_a_looser_figure_asks_only_those_who_judge_the_model(world, write, approve, agreed):
    agreed()
    looser = write(body={**BODY, "metrics": {"recall@test": {"min": "0.60"}}})
    standing = standing_of(ask_about(world.lead, looser))
    states = {step.key: step.state for step in standing.verdict.steps}
    assert states == {"validation": "pending", "data": "met", "security": "met", "business": "waiting"}


def test_a_newer_one_takes_the_place_of_the_old(world, agreed):
    old = agreed()
    new = agreed(body={**BODY, "metrics": {"recall@test": {"min": "0.60"}}})
    old.refresh_from_db()
    assert (state_of(old, clock.now()), state_of(new, clock.now())) == ("ended", "active")
    assert new.public_id in old.end_reason


def test_it_cannot_be_agreed_to_by_another_decision(world, write, agreed):
    one, other = agreed(), write(body={**BODY, "params_may_change": ["seed"]})
    decision = Request.objects.get(subject_id=one.public_id).decision
    with pytest.raises(Conflict):
        services.approve_envelope(actor=world.lead, envelope=other, decision=decision)


def test_what_is_over_is_not_asked_about_again(world, agreed, write):
    row = agreed()
    with pytest.raises(NotAllowed):
        ask_about(world.lead, row)


# Ending ---------------------------------------------------------------------------------------------------------------


def test_it_ends_at_once(world, agreed, push, gate):
    row = agreed()
    candidate = retrained(push)
    assert proof(candidate, gate).inside
    services.end_envelope(actor=world.engineer, envelope=row, reason="The data drifts.")
    assert proof(candidate, gate) is None
    with pytest.raises(Conflict):
        services.end_envelope(actor=world.lead, envelope=row, reason="Again.")


def test_ending_wants_a_reason_and_a_builder(world, agreed, write):
    row = agreed()
    with pytest.raises(Invalid):
        services.end_envelope(actor=world.lead, envelope=row, reason="  ")
    with pytest.raises(NotAllowed):
        services.end_envelope(actor=world.business, envelope=row, reason="No.")
    asked = write(body={**BODY, "params_may_change": ["seed"]})
    ask_about(world.lead, asked)
    with pytest.raises(Conflict):
        services.end_envelope(actor=world.lead, envelope=asked, reason="Never mind.")


def test_a_revoked_agreement_ends_it(world, agreed, push, gate):
    from approvals.services.decisions import revoke

    row = agreed()
    candidate = retrained(push)
    revoke(actor=world.security, request=Request.objects.get(subject_id=row.public_id), reason="A leak.")
    row.refresh_from_db()
    assert proof(candidate, gate) is None
    assert state_of(row, clock.now()) == "revoked"


# Inside and outside ---------------------------------------------------------------------------------------------------


def test_a_version_inside_needs_no_ballot(world, agreed, push, answer):
    row = agreed()
    body = answer(retrained(push))
    found = check(body, "approval.envelope")
    assert found["status"] == "pass"
    assert found["evidence"][0]["id"] == row.public_id
    lines = {(line["code"], line["about"]): line for line in found["evidence"][0]["lines"]}
    assert all(line["ok"] for line in lines.values())
    assert lines["metric.may_fall", "recall@test"] == {
        "code": "metric.may_fall",
        "about": "recall@test",
        "ok": True,
        "expected": "0.68",
        "found": "0.71",
    }
    assert not {code for code in standing_in_the_way(body) if code.startswith("approval.")}


def test_a_version_outside_says_which_limit_broke(world, agreed, push, answer):
    agreed()
    body = answer(retrained(push, value="0.61"))
    found = check(body, "approval.envelope")
    assert (found["status"], found["blocking"]) == ("fail", False)
    assert "0.61" in found["detail"]
    assert "0.68" in found["detail"]
    assert "approval.request" in standing_in_the_way(body)


def test_unknown_is_never_inside(world, agreed, push, answer):
    agreed()
    body = answer(retrained(push, metrics={"auc": 1}))
    assert check(body, "approval.envelope")["status"] == "unknown"
    assert "approval.request" in standing_in_the_way(body)


def test_without_an_envelope_nothing_is_said(world, push, answer, gate):
    assert check(answer(push("1")), "approval.envelope") is None


@pytest.mark.parametrize(
    "change",
    [
        {"params": {"max_depth": 9}},
        {"artifact": {"uri": "s3://m", "sha256": "8" * 64, "size": 11, "serialization": "pickle"}},
        {"runtime": {"kind": "image"}},
        {"commit": "b" * 40},
        {"datasets": [{**DATA, "rows": 9}]},
        {"datasets": [{**DATA, "columns": ["customer_id", "income"]}]},
        {"datasets": [{**DATA, "name": "others"}]},
        {"datasets": [{**DATA, "rows": None}]},
        {"datasets": []},
    ],
)
def test_whatever_else_moves_is_outside(world, agreed, push, gate, change):
    agreed()
    assert not proof(retrained(push, **change), gate).inside


def test_a_new_definition_or_case_is_outside(world, agreed, push, gate):
    agreed()
    row = retrained(push)
    assert proof(row, gate).inside
    redefine(world)
    assert [line.about for line in proof(row, gate).broken] == ["use_case"]


def test_a_rejection_of_this_very_version_wins(world, agreed, push, ask, vote, answer):
    agreed()
    row = retrained(push)
    request = ask(row)
    vote(world.validator, request, "validation", "reject", "Not this one.")
    body = answer(row)
    assert body["decision"] == "deny"
    assert check(body, "approval.envelope")["status"] == "fail"


def test_asking_for_changes_wins_as_well(world, agreed, push, ask, vote, answer):
    agreed()
    row = retrained(push)
    vote(world.security, ask(row), "security", "request_changes", "Look at this first.")
    body = answer(row)
    assert body["decision"] != "allow"
    assert check(body, "approval.envelope")["status"] == "fail"


def test_the_proof_costs_two_queries_and_one_without(world, agreed, push, gate):
    row = push("6")
    manifest, now = manifest_of(row), clock.now()
    with CaptureQueriesContext(connection) as without:
        assert proof_for(row, gate.environment, manifest, now) is None
    assert len(without) == 1
    agreed()
    now = clock.now()
    with CaptureQueriesContext(connection) as found:
        assert proof_for(row, gate.environment, manifest, now) is not None
    assert len(found) == 2


def test_an_allow_lasts_no_longer_than_the_envelope(world, agreed, push, answer):
    row = agreed()
    body = answer(retrained(push))
    assert check(body, "approval.envelope")["due_at"] is not None
    assert row.valid_until is not None


# The past -------------------------------------------------------------------------------------------------------------


def test_a_trial_shows_what_would_have_gone_in_and_failed(world, write, push, ask, vote, gate):
    good = retrained(push, "8", "0.72")
    bad = retrained(push, "9", "0.71")
    vote(world.validator, ask(bad), "validation", "reject", "It favours the rich.")
    retrained(push, "10", "0.50")
    row = write()
    found = trial_of(row)
    assert [(item.past.label, item.inside, item.past.failures) for item in found.versions] == [
        ("churn-model@10", False, ()),
        ("churn-model@9", True, ("rejected",)),
        ("churn-model@8", True, ()),
    ]
    assert (found.inside, found.regretted) == (2, 1)
    assert found.baseline.inside
    assert good.label == "churn-model@8"
    retrained(push, "11", "0.70")
    assert len(trial_of(row).versions) == 3  # what came later is no past


def test_a_trial_leaves_other_days_out(world, write, push):
    """The definition of today is taken on both sides: an old version is not outside because people know better now."""
    retrained(push)
    row = write()
    redefine(world)
    assert trial_of(row).inside == 1


def test_a_trial_costs_the_same_for_many(world, write, push, gate, baseline):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            trial(limits, baseline, gate.environment)
        return len(queries)

    limits = services.read_limits(BODY)
    retrained(push, "100")
    first = cost()
    for number in range(101, 106):
        retrained(push, str(number))
    assert cost() == first


def test_what_went_in_is_told_from_the_gate_s_own_answers(world, agreed, push, answer):
    row = agreed()
    inside, outside = retrained(push, "8"), retrained(push, "9", "0.1")
    assert [item.let_in for item in since_approval(row)] == [None, None]
    body = answer(inside)
    answer(outside)
    found = {item.version.label: item for item in since_approval(row)}
    assert found[inside.label].tried.inside
    assert not found[outside.label].tried.inside
    assert (found[inside.label].let_in is not None) == (body["decision"] == "allow")
    assert found[outside.label].let_in is None


def test_money_is_part_of_what_may_not_move(world, agreed, push, gate):
    agreed()
    row = retrained(push)
    economics.write_snapshot(
        actor=person(world.lead.user),
        use_case=world.use_case,
        currency="EUR",
        horizon=1,
        discount_rate=Decimal("0.05"),
        real_or_nominal="real",
        lines=[
            {
                "key": "a",
                "title": "A",
                "kind": "cost",
                "quantity": Decimal(1),
                "unit": "",
                "unit_price": Decimal(1),
                "from_period": 0,
                "to_period": 0,
            }
        ],
    )
    assert [line.about for line in proof(row, gate).broken] == ["economics"]


def test_everybody_who_decides_is_named_in_the_steps(world, write):
    assert {step for _part, step in STEPS} == {step.key for step in standing_of(ask_about(world.lead, write())).verdict.steps}
