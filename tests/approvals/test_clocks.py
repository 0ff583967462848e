"""How long steps run: when clocks start, stand still and stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from approvals.models import Clock, Deadline
from approvals.services import clocks, requests
from foundation import clock, outbox
from governance.people import services as people
from governance.people.hours import office_hours
from governance.people.working_time import working_time_between
from tests.approvals.asking import redefine
from tests.approvals.timed import MONDAY, clock_of, gate, monday, pending, request_, running, told  # noqa: F401 - fixtures

# Running -------------------------------------------------------------------------------------------------------------


def test_every_step_that_can_be_worked_on_has_a_clock_from_then_on(world, request_, vote, monday):
    assert set(running(request_)) == {"validation", "security", "governance"}  # business waits for validation
    monday.shift(timedelta(hours=2))
    vote(world.validator, request_, "validation")

    assert set(running(request_)) == {"security", "governance", "business"}
    assert clock_of(request_, "business").started_at == MONDAY + timedelta(hours=2)


def test_it_is_due_by_its_limit_and_the_request_by_the_earliest_of_them(world, request_):
    request_.refresh_from_db()

    assert clock_of(request_, "validation").due_at == MONDAY + timedelta(days=2)
    assert clock_of(request_, "security").due_at == MONDAY + timedelta(hours=4)
    assert clock_of(request_, "governance").due_at is None
    assert request_.due_at == MONDAY + timedelta(hours=4)
    assert pending(request_, "governance") == []


def test_a_step_that_is_met_stops_its_clock_and_rings_no_more(world, request_, vote, monday):
    monday.shift(timedelta(hours=1))
    vote(world.security, request_, "security")
    found = clock_of(request_, "security")

    assert (found.stopped_at, found.met) == (MONDAY + timedelta(hours=1), True)
    assert pending(request_, "security") == []
    request_.refresh_from_db()
    assert request_.due_at == MONDAY + timedelta(days=2)


def test_the_calendar_of_the_role_decides_and_is_on_record(world, gate, monday, push, ask):
    people.set_calendar(
        actor=world.admin,
        slug="berlin",
        title="Berlin",
        zone="Europe/Berlin",
        week=[[["13:00", "17:00"]]] * 5 + [[], []],
        roles=["security_reviewer"],
    )
    found = clock_of(ask(push()), "security")

    assert found.due_at == datetime(2026, 11, 23, 16, tzinfo=UTC)  # 13:00 to 17:00 in Berlin
    assert found.calendar == "berlin"
    assert found.calendar_digest.startswith("sha256:")
    assert clock_of(found.request, "validation").calendar == ""


def test_a_step_that_is_asked_again_has_its_whole_time_again_and_the_time_between_does_not_count(world, request_, vote, monday):
    vote(world.governance, request_, "governance")
    vote(world.validator, request_, "validation")
    vote(world.business, request_, "business")
    assert clock_of(request_, "business").stopped_at == MONDAY
    monday.shift(timedelta(days=1))
    redefine(world)
    outbox.deliver()
    found = clock_of(request_, "business")

    assert (found.stopped_at, found.met, found.started_at) == (None, False, MONDAY)
    assert found.due_at == MONDAY + timedelta(days=2)
    assert found.paused_seconds == 24 * 3600
    assert pending(request_, "business") == [("overdue", MONDAY + timedelta(days=2))]
    assert told(world.business, "asked_again") == 1


def test_a_step_whose_forerunner_is_asked_again_stands_still_until_it_is_its_turn(world, request_, vote, monday):
    vote(world.validator, request_, "validation")
    monday.shift(timedelta(hours=3))
    vote(world.validator, request_, "validation", verdict="retract")
    found = clock_of(request_, "business")
    assert (found.stopped_at, found.met) == (MONDAY + timedelta(hours=3), False)
    monday.shift(timedelta(hours=3))
    vote(world.validator, request_, "validation")

    found.refresh_from_db()
    assert found.stopped_at is None
    assert found.paused_seconds == 3 * 3600


# Pausing -------------------------------------------------------------------------------------------------------------


def test_every_clock_stands_still_while_changes_are_asked_for_and_goes_on_with_the_time_that_was_left(
    world, request_, vote, monday
):
    monday.shift(timedelta(hours=1))
    vote(world.security, request_, "security", verdict="request_changes", comment="Pin it.")
    assert all(row.paused_at == MONDAY + timedelta(hours=1) for row in running(request_).values())
    request_.refresh_from_db()
    assert request_.due_at is None
    monday.shift(timedelta(days=1, hours=1))  # Tuesday, eleven: a working day and an hour
    assert clocks.tick()["fired"] == 0
    vote(world.security, request_, "security", verdict="retract")

    security, validation = clock_of(request_, "security"), clock_of(request_, "validation")
    assert security.paused_at is None
    assert security.paused_seconds == 25 * 3600
    assert working_time_between(clock.now(), security.due_at, office_hours()) == timedelta(hours=3)
    assert working_time_between(clock.now(), validation.due_at, office_hours()) == timedelta(hours=15)
    assert dict(pending(request_, "security"))["overdue"] == security.due_at
    assert [kind for kind, _at in pending(request_, "validation")] == ["remind", "overdue", "remind", "escalate"]
    assert dict(pending(request_, "validation"))["overdue"] == validation.due_at


def test_a_step_that_becomes_active_during_a_pause_begins_standing_still(world, request_, vote, monday):
    vote(world.security, request_, "security", verdict="request_changes", comment="Pin it.")
    vote(world.validator, request_, "validation")

    assert clock_of(request_, "business").paused_at == MONDAY


def test_a_new_round_has_clocks_of_its_own(world, request_, vote, monday):
    vote(world.security, request_, "security", verdict="request_changes", comment="Pin it.")
    monday.shift(timedelta(days=1))
    requests.resubmit(actor=world.engineer, request=request_, comment="Pinned.")
    request_.refresh_from_db()

    assert {row.round for row in running(request_).values()} == {2}
    old = Clock.objects.get(request=request_, round=1, step="security")
    assert (old.stopped_at, old.met, old.paused_at, old.paused_seconds) == (clock.now(), False, None, 24 * 3600)
    assert clock_of(request_, "security").due_at == MONDAY + timedelta(days=1, hours=4)


@pytest.mark.parametrize("how", ["withdraw", "reject", "approve"])
def test_closing_stops_every_clock(world, request_, vote, monday, how):
    if how == "withdraw":
        requests.withdraw(actor=world.engineer, request=request_)
    elif how == "reject":
        vote(world.security, request_, "security", verdict="reject", comment="Never.")
    else:
        for part, step in (
            ("validator", "validation"),
            ("security", "security"),
            ("governance", "governance"),
            ("business", "business"),
        ):
            vote(getattr(world, part), request_, step)
    request_.refresh_from_db()

    assert running(request_) == {}
    assert request_.due_at is None
    assert not Deadline.objects.filter(fired_at=None).exists()
    if how == "approve":
        assert set(Clock.objects.values_list("met", flat=True)) == {True}


# Looking at many -----------------------------------------------------------------------------------------------------


def test_looking_at_what_is_in_order_changes_nothing(world, request_, monday):
    before = list(Clock.objects.values())

    assert clocks.look_at_all() == 0
    assert list(Clock.objects.values()) == before


def test_looking_at_many_costs_the_same_as_at_one(world, gate, monday, push, ask, django_assert_max_num_queries):
    for number in range(4):
        ask(push(str(number), name=f"model-{number}"))
    outbox.deliver()
    with django_assert_max_num_queries(25):
        clocks.look_at_all()
