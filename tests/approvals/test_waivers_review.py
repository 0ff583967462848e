"""The review that is always owed after glass was broken, and the early end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.services import clocks, requests, waivers
from foundation import outbox
from foundation.errors import Conflict, NotAllowed
from governance.people import services as people
from governance.people.models import RoleGrant
from governance.usecases import services as usecases
from tests.approvals.glass import events, gate, put, request_, review, smash, version  # noqa: F401 - fixtures
from tests.approvals.timed import MONDAY, monday, told  # noqa: F401 - fixtures


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
