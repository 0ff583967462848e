"""Breaking glass: who may, over what, for how long, and the review that is always owed afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from approvals.models import Clock, Decision, Waiver
from approvals.selectors.standing import standing_of
from approvals.services import clocks, gates, policies, requests, waivers
from foundation import clock, outbox
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.people import services as people
from governance.people.models import Notice, RoleGrant
from governance.usecases import services as usecases
from tests.approvals.asking import redefine, states
from tests.approvals.test_gates import ARTIFACT, COMMIT, LAX, body, check

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def gate(world):
    version = policies.write_policy(actor=world.admin, key="lax", source=LAX)
    return policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=version.policy)


@pytest.fixture
def monday(world):
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def version(gate, monday, push):
    return push()


@pytest.fixture
def request_(version, ask):
    return ask(version)


@pytest.fixture
def put(world, gate):
    """Puts a question to the gate, as CI does."""

    def question(row, purpose="deployment") -> gates.Asked:
        return gates.evaluate_gate(
            actor=world.ci, gate=gate, model_version=row, commit=COMMIT, artifact_sha256=ARTIFACT, purpose=purpose
        )

    return question


def signed(actor, ago: timedelta = timedelta(0)):
    """The person, having just proved who they are."""
    return replace(actor, auth_at=clock.now() - ago)


def smash(actor, request, **values) -> Waiver:
    said = {"reason": "Fraud is running through the old model.", "incident": "INC-7", "hours": 4}
    return waivers.open_waiver(actor=signed(actor), request=request, **{**said, **values})


def review(actor, waiver, verdict="justified") -> Waiver:
    return waivers.review_waiver(actor=actor, waiver=waiver, verdict=verdict, comment="I looked at what was deployed.")


def events(kind: str) -> int:
    return AuditEvent.objects.filter(kind=f"approvals.waiver.{kind}").count()


def told(part, code: str) -> int:
    return Notice.objects.filter(user=part.user, kind=f"approvals.{code}").count()


# Opening -------------------------------------------------------------------------------------------------------------


def test_a_waiver_binds_the_bytes_the_commit_the_artifact_and_the_environment(world, request_, gate, version):
    found = smash(world.lead, request_)

    assert found.manifest_digest == standing_of(request_).digest
    assert (found.commit, found.artifact_sha256, found.environment) == (version.commit, version.artifact_sha256, gate.environment)
    assert (found.created_at, found.expires_at) == (MONDAY, MONDAY + timedelta(hours=4))
    assert found.review_due_at == MONDAY + timedelta(days=3)  # three working days from Monday
    assert found.auth_at == MONDAY
    assert events("opened") == 1


def test_it_names_everybody_who_was_passed_over_and_each_of_them_is_told(world, request_, vote):
    vote(world.security, request_, "security")
    found = smash(world.lead, request_)
    outbox.deliver()

    assert found.skipped == {
        "validation": [world.validator.id],
        "data": [world.governance.id],
        "business": [world.business.id],
    }
    assert [told(part, "waiver_opened") for part in (world.validator, world.governance, world.business)] == [1, 1, 1]
    assert told(world.security, "waiver_opened") == 0  # had agreed
    assert told(world.lead, "waiver_opened") == 0  # did it


@pytest.mark.parametrize("ago", [None, timedelta(minutes=5), timedelta(hours=1)])
def test_who_has_not_just_proved_who_they_are_breaks_no_glass(world, request_, ago):
    actor = world.lead if ago is None else signed(world.lead, ago)

    with pytest.raises(NotAllowed) as caught:
        waivers.open_waiver(actor=actor, request=request_, reason="Now.", hours=1)
    assert caught.value.code == "waiver.signature_needed"
    assert not Waiver.objects.exists()


def test_four_minutes_and_fifty_nine_seconds_are_fresh_enough(world, request_):
    actor = signed(world.lead, timedelta(minutes=4, seconds=59))

    assert waivers.open_waiver(actor=actor, request=request_, reason="Now.", hours=1).by == world.lead.user


@pytest.mark.parametrize("part", ["security", "business", "scientist", "stranger", "admin", "auditor", "ci"])
def test_only_whom_the_policy_names_can_break_glass(world, request_, part):
    with pytest.raises(NotAllowed):
        smash(getattr(world, part), request_)


@pytest.mark.parametrize("hours", [0, 25, -1, True])
def test_at_most_a_day_and_at_least_an_hour(world, request_, hours):
    with pytest.raises(Invalid):
        smash(world.lead, request_, hours=hours)
    assert smash(world.lead, request_, hours=None).expires_at == MONDAY + timedelta(hours=24)


def test_a_policy_may_allow_less_or_nothing_at_all(world, monday, push):
    for slug, said, error in (("short", "{roles: [project_lead], hours: 2}", Invalid), ("never", "false", NotAllowed)):
        version = policies.write_policy(actor=world.admin, key=slug, source=f"{LAX}\nbreak_glass: {said}\n")
        place = policies.set_gate(actor=world.admin, slug=slug, title=slug, mode="prevent", policy=version.policy)
        asked = requests.open_request(
            actor=world.ci,
            subject_type="model_version",
            subject_id=push(slug, name=slug).public_id,
            purpose="deployment",
            environment=place.environment,
        )
        with pytest.raises(error):
            smash(world.lead, asked, hours=3)


@pytest.mark.parametrize("values", [{"reason": " "}, {"reason": "x" * 10_001}, {"incident": "x" * 201}, {"reason": "a\x00b"}])
def test_without_a_reason_that_can_be_read_there_is_no_waiver(world, request_, values):
    with pytest.raises(Invalid):
        smash(world.lead, request_, **values)


def test_glass_is_broken_over_what_is_missing_and_never_over_an_objection(world, request_, vote):
    vote(world.security, request_, "security", verdict="request_changes", comment="Pin it.")
    with pytest.raises(Conflict) as caught:
        smash(world.lead, request_)
    assert caught.value.code == "waiver.objection"

    vote(world.security, request_, "security", verdict="reject", comment="Never.")
    with pytest.raises(Conflict) as caught:
        smash(world.lead, request_)
    assert caught.value.code == "request.closed"


def test_what_goes_to_no_environment_needs_no_glass(world, gate, monday):
    usecases.define(
        actor=world.lead,
        use_case=world.use_case,
        business_problem="Customers leave.",
        ml_problem="Will this customer cancel?",
        kpis=[{"name": "Leavers found", "target": 1}],
    )
    definition = world.use_case.current_definition()
    asked = requests.open_request(
        actor=world.lead,
        subject_type="use_case_definition",
        subject_id=definition.public_id,
        purpose="definition",
        environment=None,
    )
    with pytest.raises((Invalid, NotAllowed)) as caught:
        smash(world.lead, asked)
    assert caught.value.code in ("waiver.environment_needed", "waiver.not_provided")


def test_one_is_in_force_at_a_time_for_the_same_bytes(world, request_):
    smash(world.lead, request_)
    with pytest.raises(Conflict) as caught:
        smash(world.engineer, request_)
    assert caught.value.code == "waiver.live"


# Reviewing -----------------------------------------------------------------------------------------------------------


def test_somebody_who_was_passed_over_reviews_it_once(world, request_):
    found = review(world.validator, smash(world.lead, request_))

    assert (found.review, found.reviewed_by, found.ended_at) == ("justified", world.validator.user, None)
    assert events("reviewed") == 1
    with pytest.raises(Conflict):
        review(world.security, found)


@pytest.mark.parametrize("part", ["lead", "engineer", "scientist", "admin", "stranger", "ci"])
def test_nobody_else_reviews_it_who_broke_it_and_who_asked_least_of_all(world, request_, part):
    found = smash(world.lead, request_)

    with pytest.raises(NotAllowed):
        review(getattr(world, part), found)


def test_who_broke_it_cannot_review_it_even_with_the_role_of_a_step(world, request_):
    people.grant_role(actor=world.admin, user=world.lead.user, role="model_validator", scope=world.use_case.public_id)
    people.grant_role(actor=world.admin, user=world.engineer.user, role="model_validator", scope=world.use_case.public_id)
    found = smash(world.lead, request_)

    for part in (world.lead, world.engineer):  # the engineer asked for the approval
        with pytest.raises(NotAllowed):
            review(part, found)


def test_an_administrator_reviews_where_nobody_of_those_is_left(world, request_):
    found = smash(world.lead, request_)
    for role in ("model_validator", "data_governance", "security_reviewer", "business_owner"):
        for grant in RoleGrant.objects.live().filter(role=role):
            people.end_role(actor=world.admin, grant=grant, reason="moved")

    assert review(world.admin, found).reviewed_by == world.admin.user


def test_unjustified_ends_it_at_once(world, request_, version, put):
    found = smash(world.lead, request_)
    assert put(version).answer.decision == "allow"
    found = review(world.security, found, "unjustified")

    assert (found.ended_at, found.ended_by) == (MONDAY, world.security.user)
    assert put(version).answer.decision == "pending"
    assert (events("reviewed"), events("ended")) == (1, 0)


def test_it_can_be_ended_early_and_the_review_is_still_owed(world, request_, version, put):
    found = smash(world.lead, request_)
    found = waivers.end_waiver(actor=world.lead, waiver=found, reason="Rolled back.")

    assert found.ended_at == MONDAY
    assert found.reviewed_at is None
    assert put(version).answer.decision == "pending"
    assert events("ended") == 1
    with pytest.raises(Conflict):
        waivers.end_waiver(actor=world.lead, waiver=found)
    with pytest.raises(NotAllowed):
        waivers.end_waiver(actor=world.scientist, waiver=found)
    outbox.deliver()
    assert told(world.security, "waiver_review") == 1


def test_while_a_review_is_overdue_there_is_no_second_one(world, request_, monday, push, ask):
    first = smash(world.lead, request_)
    monday.shift(timedelta(days=2))  # over, and not due yet
    smash(world.lead, request_)
    monday.shift(timedelta(days=1, hours=1))  # Thursday: the first review is overdue
    for part in (world.lead, world.engineer):  # the same person, and anybody else on the same use case
        with pytest.raises(Conflict) as caught:
            smash(part, request_)
        assert caught.value.code == "waiver.review_overdue"
        assert caught.value.extra["waiver"] == first.public_id
    review(world.security, first)

    assert smash(world.lead, request_).by == world.lead.user


def test_the_overdue_review_of_a_person_counts_on_other_use_cases_too(world, request_, monday):
    from lineage.services.versions import register_model_version

    smash(world.lead, request_)
    other = usecases.open_use_case(actor=world.lead, slug="other", title="Other")
    row = register_model_version(
        actor=world.lead, use_case=other, data={"name": "other-model", "version": "1", "commit": "f" * 40}
    ).model_version
    asked = requests.open_request(
        actor=world.lead,
        subject_type="model_version",
        subject_id=row.public_id,
        purpose="deployment",
        environment=request_.environment,
    )
    monday.shift(timedelta(days=4))

    with pytest.raises(Conflict) as caught:
        smash(world.lead, asked)
    assert caught.value.code == "waiver.review_overdue"


def test_reviews_that_are_owed_are_asked_for_and_each_day_once_they_are_late(world, request_, monday):
    smash(world.lead, request_)
    monday.shift(timedelta(hours=5))
    clocks.tick()
    clocks.tick()
    assert (told(world.security, "waiver_review"), told(world.lead, "waiver_review")) == (1, 0)
    for _day in range(2):
        monday.shift(timedelta(days=3))
        clocks.tick()
        clocks.tick()

    assert told(world.security, "waiver_review_overdue") == 2
    assert told(world.lead, "waiver_review_overdue") == 2


def test_who_broke_it_hears_of_the_review(world, request_):
    review(world.security, smash(world.lead, request_))
    outbox.deliver()

    assert told(world.lead, "waiver_reviewed") == 1


# At the gate ---------------------------------------------------------------------------------------------------------


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
