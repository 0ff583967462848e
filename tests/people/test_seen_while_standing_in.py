"""Who stands in for somebody can see what they are asked to judge, for as long as they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from foundation import actor as actors
from foundation import clock
from governance.people import services as people
from governance.people.selectors import scopes_seen_by
from governance.usecases.models import UseCase


def lend(world, **more):
    now = clock.now()
    terms = {"starts_at": now + timedelta(minutes=1), "ends_at": now + timedelta(days=3), "role": "", "scope": "", **more}
    return people.delegate(
        actor=world.security, principal=world.security.user, delegate=world.stranger.user, reason="Holiday", **terms
    )


def seen(world) -> bool:
    found = UseCase.objects.visible_to(world.stranger).filter(pk=world.use_case.pk).exists()
    scopes = scopes_seen_by(world.stranger)
    assert found == (scopes is None or world.use_case.public_id in scopes)
    return found


@pytest.mark.parametrize("on_the_use_case", [True, False])
@pytest.mark.parametrize("role", ["", "security_reviewer"])
def test_the_use_case_is_seen_from_the_first_moment_to_just_before_the_last(world, on_the_use_case, role):
    row = lend(world, scope=world.use_case.public_id if on_the_use_case else "", role=role)

    assert not seen(world)
    with time_machine.travel(row.starts_at, tick=False):
        assert seen(world)
    with time_machine.travel(row.ends_at - timedelta(microseconds=1), tick=False):
        assert seen(world)
    with time_machine.travel(row.ends_at, tick=False):
        assert not seen(world)


def test_ended_early_it_is_seen_no_more(world):
    row = lend(world)
    with time_machine.travel(row.starts_at + timedelta(hours=1), tick=False):
        assert seen(world)
        people.end_delegation(actor=world.security, delegation=row)
        assert not seen(world)


def test_what_the_principal_has_lost_shows_nothing(world):
    row = lend(world)
    grant = world.security.user.grants.get(role="security_reviewer")
    with time_machine.travel(row.starts_at + timedelta(hours=1), tick=False):
        people.end_role(actor=actors.system("setup"), grant=grant, reason="Moved on")
        assert not seen(world)


def test_it_is_not_handed_on(world):
    row = lend(world)
    with time_machine.travel(row.starts_at + timedelta(hours=1), tick=False):
        other = people.create_user(
            actor=actors.system("setup"), username="other", name="Other", email="other@example.org", password=None
        )
        assert not UseCase.objects.visible_to(actors.person(other)).exists()
        people.grant_role(actor=actors.system("setup"), user=world.stranger.user, role="end_user", scope="uc_elsewhere")
        assert seen(world)
