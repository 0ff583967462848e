"""Policies, time and exceptions: the rows that need versions, clocks, waivers and gates to be told.

The rest of the table is told without a database in `test_semantics_policy`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from approvals.models import Ballot, Clock, Decision, Request, Waiver
from approvals.selectors.standing import standing_of
from approvals.services import bulk, clocks, gates, policies, requests, waivers
from foundation import clock
from foundation.errors import Conflict, NotAllowed
from foundation.models import AuditEvent, Job
from governance.people import services as people
from tests.approvals.asking import publish_policy, redefine, states, substate
from tests.approvals.gating import ARTIFACT, COMMIT, LAX, lax_gate

FRIDAY = datetime(2027, 10, 29, 14, tzinfo=UTC)  # the clocks change on the Sunday


@pytest.fixture
def gate(world):
    return lax_gate(world, "production", "production-release")


@pytest.fixture
def put(world, gate):
    """Puts a question to the gate, as CI does."""
    return lambda row: (
        gates.evaluate_gate(actor=world.ci, gate=gate, model_version=row, commit=COMMIT, artifact_sha256=ARTIFACT).answer.decision
    )


def signed(actor):
    return replace(actor, auth_at=clock.now())


def test_template_edited_while_instances_run_changes_nothing_that_is_open(world, push, ask, approve):
    request = ask(push())
    publish_policy(
        world, LAX.replace("title: Production release", "title: Stricter").replace("role: security", "quorum: 2, role: security")
    )
    assert approve(request).state == "approved"
    assert Decision.objects.get(request=request).policy_digest == request.policy_version.digest
    assert request.policy_version.number == 1


def test_template_withdrawn_blocks_what_is_open_until_it_is_migrated_and_the_gate_says_so(world, push, ask, vote, put):
    row = push()
    request = ask(row)
    vote(world.governance, request, "data")
    version = publish_policy(world, LAX.replace("valid_for: 180 days", "valid_for: 90 days"))
    policies.withdraw_version(actor=world.admin, version=request.policy_version, reason="It lets too much through.")

    assert (substate(request), put(row)) == ("blocked", "pending")
    with pytest.raises(Conflict) as refused:
        vote(world.security, request, "security")
    assert refused.value.code == "ballot.withdrawn"
    requests.migrate(actor=world.admin, request=request, version=version)
    assert states(request)["data"] == "met"
    assert substate(request) == "pending"


def test_parallel_sequential_conditional_a_fact_decides_and_what_nobody_knows_is_no_pass(world, push, ask, vote):
    publish_policy(
        world, LAX.replace("covers: [dependencies, runtime]}", "covers: [dependencies, runtime], applies_if: {risk_tier: high}}")
    )
    request = ask(push())
    assert states(request)["security"] == "error"
    redefine(world, risk_tier="low")
    assert states(request) == {"validation": "pending", "data": "pending", "security": "not_applicable", "business": "waiting"}
    redefine(world, risk_tier="high")
    assert states(request)["security"] == "pending"


def test_parallel_sequential_conditional_what_was_not_asked_is_on_record_with_why(world, push, ask, approve):
    publish_policy(
        world, LAX.replace("covers: [dependencies, runtime]}", "covers: [dependencies, runtime], applies_if: {risk_tier: high}}")
    )
    redefine(world, risk_tier="low")
    request = approve(ask(push()), but=("security",))
    decision = Decision.objects.get(request=request)
    assert decision.facts["risk_tier"] == "low"
    assert "security" not in {item["step"] for item in decision.ballots}


@pytest.mark.parametrize(
    ("verdict", "state", "sub"),
    [
        ("abstain", "open", "pending"),
        ("request_changes", "open", "changes_requested"),
        ("reject", "rejected", None),
    ],
)
def test_approve_abstain_block_reject_each_does_what_it_says(world, push, ask, vote, verdict, state, sub):
    request = ask(push())
    vote(world.security, request, "security", verdict, "Because of this.")
    request.refresh_from_db()
    assert (request.state, substate(request)) == (state, sub)


def test_re_submission_is_a_new_round_and_a_small_fix_needs_none(world, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    vote(world.governance, request, "data")
    requests.resubmit(actor=world.lead, request=request, comment="All anew.")
    assert states(request)["validation"] == "pending"
    assert Ballot.objects.filter(request=request).count() == 2

    again = ask(push("8", params={"max_depth": 7}))
    assert again.round == 1
    assert states(again)["data"] == "pending"  # what the round before had answered does not come back with a version


def test_expiry_of_a_request_is_neutral_and_of_a_decision_asks_for_one_click(world, push, ask, approve, put):
    row = push()
    request = ask(row)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        clocks.tick()
        request.refresh_from_db()
        assert (request.state, put(row)) == ("expired", "pending")
        approved = approve(ask(row))
        assert put(row) == "allow"
        until = Decision.objects.get(request=approved).valid_until
    with time_machine.travel(until, tick=False):
        assert put(row) == "pending"
        again = ask(row)
        again.refresh_from_db()
        assert (again.state, put(row)) == ("approved", "allow")  # nothing has changed: asking again is all it takes


def test_sla_over_weekends_and_dst_counts_working_time_and_stands_still_while_changes_are_asked_for(world, push, ask, vote):
    people.set_calendar(
        actor=world.admin, slug="berlin", title="Berlin", zone="Europe/Berlin",
        week=[[["09:00", "17:00"]]] * 5 + [[], []], roles=["security_reviewer"],
    )  # fmt: skip
    publish_policy(
        world, LAX.replace("covers: [dependencies, runtime]}", "covers: [dependencies, runtime], sla: 4 working hours}")
    )
    with time_machine.travel(FRIDAY, tick=False) as traveller:  # 16:00 in Berlin, one working hour before the weekend
        request = ask(push())
        found = Clock.objects.get(request=request, step="security")
        assert found.due_at == datetime(2027, 11, 1, 11, tzinfo=UTC)  # Monday 12:00, and Berlin has gone back an hour
        vote(world.security, request, "security", "request_changes", "Not yet.")
        traveller.move_to(datetime(2027, 11, 1, 10, tzinfo=UTC))  # Monday 11:00: three working hours later
        vote(world.security, request, "security", "retract")
        found.refresh_from_db()
        assert found.due_at == datetime(2027, 11, 1, 14, tzinfo=UTC)


def test_timeout_action_reminds_widens_and_expires_and_approves_nothing(world, push, ask, vote):
    publish_policy(
        world,
        LAX.replace(
            "covers: [dependencies, runtime]}",
            "covers: [dependencies, runtime], sla: 1 working hour, escalate: {after: 1 working hour, to: project_lead}}",
        ),
    )
    request = ask(push())
    for actor, step in ((world.validator, "validation"), (world.governance, "data"), (world.business, "business")):
        vote(actor, request, step)
    for days in (4, 8, 40):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            clocks.tick()
            request.refresh_from_db()
            assert not Decision.objects.filter(request=request).exists()
            assert standing_of(request).verdict.state == "open"
    assert Clock.objects.get(request=request, step="security").escalated_at is not None
    assert request.state == "expired"


def test_break_glass_is_bound_to_bytes_environment_and_hours_and_is_reviewed_by_somebody_else(world, push, ask, put):
    row = push()
    request = ask(row)
    waiver = waivers.open_waiver(actor=signed(world.lead), request=request, reason="It burns.", incident="INC-7")
    assert put(row) == "allow"
    assert waiver.expires_at - waiver.created_at <= timedelta(hours=24)
    assert Request.objects.get().state == "open"

    with pytest.raises(NotAllowed):
        waivers.review_waiver(actor=world.lead, waiver=waiver, verdict="justified", comment="It was me.")
    redefine(world)
    assert put(row) == "pending"
    with time_machine.travel(waiver.review_due_at, tick=False), pytest.raises(Conflict) as overdue:
        waivers.open_waiver(actor=signed(world.engineer), request=request, reason="It burns again.")
    assert overdue.value.code == "waiver.review_overdue"
    waivers.review_waiver(actor=world.security, waiver=waiver, verdict="justified", comment="I looked.")
    assert Waiver.objects.get().reviewed_by == world.security.user


def test_bulk_approval_is_as_many_ballots_as_items_and_tells_of_each(world, push, ask):
    publish_policy(world, LAX.replace("covers: [data, dictionary]}", "covers: [data, dictionary], bulk: true}"))
    request = ask(push())
    other = Request.objects.create(
        **{
            field.attname: getattr(request, field.attname)
            for field in Request._meta.concrete_fields
            if field.name not in ("id", "public_id", "line")
        },
        line="model_version:another:production",
    )
    digest = standing_of(request).digest
    wanted = [bulk.Wanted(row.public_id, step, digest) for row in (request, other) for step in ("data", "security")]
    found = bulk.approve_many(actor=world.governance, wanted=wanted)

    assert [outcome.ballot is not None for outcome in found] == [True, False, True, False]
    assert {outcome.refusal.code for outcome in found if outcome.refusal} == {"ballot.not_in_bulk"}
    told = AuditEvent.objects.filter(kind="approvals.ballot.cast", actor_id=world.governance.id)
    cast = told.values_list("subject_id", flat=True)
    assert sorted(cast) == sorted(outcome.ballot.public_id for outcome in found if outcome.ballot)


def test_resume_vs_run_the_gate_answers_and_nothing_is_started(world, push, ask, approve, put):
    row = push()
    approve(ask(row))
    assert put(row) == "allow"
    assert not Job.objects.exists()


def test_e_signature_keeps_who_when_and_what_it_means_in_what_is_hashed(world, push, ask, vote):
    publish_policy(world, LAX.replace("covers: [dependencies, runtime]}", "covers: [dependencies, runtime], signature: reauth}"))
    request = ask(push())
    with pytest.raises(NotAllowed) as refused:
        vote(replace(world.security, auth_at=clock.now() - timedelta(minutes=6)), request, "security", meaning="approved")
    assert refused.value.code == "ballot.signature_needed"
    ballot = vote(signed(world.security), request, "security", meaning="approved")
    assert {"meaning", "auth_at", "human", "at"} <= set(ballot.audit_state())
    assert ballot.auth_at is not None
