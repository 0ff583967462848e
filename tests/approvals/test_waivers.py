"""Breaking glass: who may, over what and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.models import Waiver
from approvals.selectors.standing import standing_of
from approvals.services import policies, requests, waivers
from foundation import outbox
from foundation.errors import Conflict, Invalid, NotAllowed
from governance.usecases import services as usecases
from tests.approvals.gating import LAX
from tests.approvals.glass import events, gate, request_, signed, smash, version  # noqa: F401 - fixtures
from tests.approvals.timed import MONDAY, monday, told  # noqa: F401 - fixtures


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
