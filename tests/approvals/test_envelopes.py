"""Envelopes in the register: written, agreed to, ended."""

from __future__ import annotations

from decimal import Decimal

import pytest

from approvals.models import Envelope, Request
from approvals.selectors.envelopes import state_of
from approvals.selectors.standing import standing_of
from approvals.services import envelopes as services
from approvals.services.requests import open_request
from approvals.subjects import adapter_for
from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from lineage.selectors.manifest import manifest_of
from lineage.services.environments import create_environment
from tests.approvals.asking import STEPS
from tests.approvals.envelopes import BODY, agreed, ask_about, baseline, proof, retrained, write  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

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


def test_everybody_who_decides_is_named_in_the_steps(world, write):
    assert {step for _part, step in STEPS} == {step.key for step in standing_of(ask_about(world.lead, write())).verdict.steps}


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
