"""What happens when a step is due: reminders, escalation, lapsing. Whatever happens, nothing is approved by it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from approvals.models import Deadline, Decision
from approvals.selectors.standing import standing_of
from approvals.services import clocks
from foundation import actor as actors
from foundation import clock, outbox
from foundation.errors import Conflict, NotAllowed
from foundation.models import OutboxEvent
from governance.people import services as people
from governance.people.models import RoleGrant
from tests.approvals.asking import OTHER_LOCK, redefine, states
from tests.approvals.timed import MONDAY, clock_of, events, gate, monday, request_, running, told  # noqa: F401 - fixtures

# As time goes by -----------------------------------------------------------------------------------------------------


def test_who_is_asked_is_reminded_once_and_told_when_it_is_overdue(world, request_, monday):
    monday.shift(timedelta(days=1))
    assert clocks.tick()["fired"] == 2  # the validator's reminder, and security is overdue
    assert clocks.tick()["fired"] == 0
    outbox.deliver()

    assert told(world.validator, "reminded") == 1
    assert told(world.security, "overdue") == 1
    assert told(world.engineer, "overdue") == 1  # who asked hears of it too
    assert told(world.business, "reminded") == 0


def test_a_deadline_is_claimed_once_however_many_sweeps_there_are(world, request_, monday):
    monday.shift(timedelta(days=1))
    pk = Deadline.objects.get(kind="remind", nth=0).pk
    from approvals.services.clocks.ticking import _fire

    assert [_fire(pk), _fire(pk)] == [1, 0]
    assert OutboxEvent.objects.filter(topic="approvals.step.reminded").count() == 1


def test_a_deadline_is_void_once_its_step_waits_for_nobody(world, request_, vote, monday):
    """The approval comes back by itself when what was judged is again what was approved: no command stops the clock."""
    vote(world.validator, request_, "validation")
    vote(world.business, request_, "business")
    redefine(world)
    outbox.deliver()
    assert set(running(request_)) >= {"business"}
    known = [{"name": "Leavers found", "unit": "%", "baseline": 42, "target": 70}]
    redefine(world, business_problem="Customers leave, and we learn of it too late.", kpis=known)
    assert states(request_)["business"] == "met"
    monday.shift(timedelta(days=3))
    clocks.tick()

    assert not OutboxEvent.objects.filter(topic="approvals.step.overdue", payload__step="business").exists()
    assert clock_of(request_, "business").met is True


def test_a_step_that_has_waited_too_long_escalates_to_whom_the_policy_names(world, request_, vote, monday):
    lead = world.stranger
    people.grant_role(actor=world.admin, user=lead.user, role="lead_data_scientist", scope=world.use_case.public_id)
    with pytest.raises((NotAllowed, Conflict)):
        vote(lead, request_, "validation")
    before = events("approvals.step.escalated")
    monday.shift(timedelta(days=4))
    clocks.tick()
    clocks.tick()
    outbox.deliver()

    assert clock_of(request_, "validation").escalated_at == clock.now()
    assert events("approvals.step.escalated") == before + 1
    assert told(lead, "escalated_to_you") == 1
    assert told(world.lead, "escalated") == 1
    assert states(request_)["validation"] == "pending"
    vote(lead, request_, "validation")
    assert states(request_)["validation"] == "met"


def test_when_nobody_can_act_the_request_says_so_and_escalates_the_same_minute(world, request_, monday):
    outbox.deliver()
    people.end_role(actor=world.lead, grant=RoleGrant.objects.get(user=world.validator.user), reason="left")
    people.end_role(actor=world.lead, grant=RoleGrant.objects.get(user=world.security.user), reason="left")
    monday.shift(timedelta(seconds=30))
    outbox.deliver()
    outbox.deliver()

    assert clock_of(request_, "validation").escalated_at == clock.now()
    assert clock_of(request_, "security").escalated_at is None  # there is nobody to escalate to
    for part in (world.engineer, world.lead, world.admin):
        assert told(part, "nobody_can_act") >= 1
    assert states(request_)["security"] == "blocked"


def test_the_sweep_finds_it_too_when_no_news_came(world, request_, monday):
    people.end_role(actor=world.lead, grant=RoleGrant.objects.get(user=world.validator.user), reason="left")
    OutboxEvent.objects.all().delete()
    monday.shift(timedelta(seconds=30))
    clocks.tick()

    assert clock_of(request_, "validation").escalated_at == clock.now()


def test_nobody_escalates_by_hand_and_nothing_escalates_twice(world, request_, monday):
    with pytest.raises(NotAllowed):
        clocks.escalate(actor=world.lead, request=request_, step="validation")
    clocks.escalate(actor=actors.system("test"), request=request_, step="validation")
    with pytest.raises(Conflict, match="already"):
        clocks.escalate(actor=actors.system("test"), request=request_, step="validation")
    with pytest.raises(Conflict):
        clocks.escalate(actor=actors.system("test"), request=request_, step="business")


def test_a_request_whose_time_is_over_lapses_and_its_clocks_stop(world, request_, monday):
    monday.shift(timedelta(days=61))
    clocks.tick()
    outbox.deliver()
    request_.refresh_from_db()

    assert request_.state == "expired"
    assert running(request_) == {}
    assert told(world.engineer, "expired") == 1


def test_a_part_of_the_sweep_that_fails_stops_nothing_else(world, request_, monday, monkeypatch):
    from approvals.services import news

    monkeypatch.setattr(news, "conditions_due_soon", lambda: 1 / 0)
    monday.shift(timedelta(days=1))

    assert clocks.tick()["fired"] == 2


def test_one_deadline_that_cannot_be_acted_on_does_not_keep_the_others_waiting(world, request_, monday, monkeypatch):
    from approvals.services.clocks import ticking

    real, bad = ticking._fire, Deadline.objects.get(kind="overdue", clock__step="security").pk
    monkeypatch.setattr(ticking, "_fire", lambda pk: 1 / 0 if pk == bad else real(pk))
    monday.shift(timedelta(days=1))

    assert clocks.tick()["fired"] == 1
    assert Deadline.objects.get(pk=bad).fired_at is None


def test_two_sweeps_at_the_same_moment_escalate_and_remind_once(transactional_db, request):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory has one writer at a time")
    with time_machine.travel(MONDAY, tick=False):
        asked = request.getfixturevalue("ask")(request.getfixturevalue("push")())
    both, failed = threading.Barrier(4), []

    def sweep() -> None:
        both.wait(20)
        try:
            clocks.tick()
        except Exception as error:  # the test wants to see whatever it was
            failed.append(error)
        finally:
            connection.close()

    with time_machine.travel(MONDAY + timedelta(days=4), tick=False):
        threads = [threading.Thread(target=sweep) for _i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert failed == []
    assert events("approvals.step.escalated") == 1
    sent = OutboxEvent.objects.filter(subject_id=asked.public_id, topic__in=["approvals.step.reminded", "approvals.step.overdue"])
    assert sent.count() == Deadline.objects.filter(fired_at__isnull=False).exclude(kind="escalate").count() == 4


# No timer approves ---------------------------------------------------------------------------------------------------


def test_no_timer_approves_however_long_it_waits(world, request_, vote, monday):
    """I7: with everything but one ballot there, months of sweeps bring reminders, an escalation and a lapse, and no approval."""
    people.grant_role(actor=world.admin, user=world.stranger.user, role="lead_data_scientist", scope=world.use_case.public_id)
    for part, step in (("security", "security"), ("governance", "governance")):
        vote(getattr(world, part), request_, step)
    for _week in range(12):
        monday.shift(timedelta(days=7))
        clocks.tick()
        clocks.look_at_all()
        outbox.deliver()
        request_.refresh_from_db()
        assert request_.state in ("open", "expired")
    assert request_.state == "expired"
    assert not Decision.objects.exists()


def test_a_sweep_closes_nothing_that_has_become_final_by_itself(world, request_, vote, monday):
    for part, step in (("validator", "validation"), ("governance", "governance"), ("business", "business")):
        vote(getattr(world, part), request_, step)
    known = [{"name": "Leavers found", "unit": "%", "baseline": 42, "target": 70}]
    redefine(world)
    vote(world.security, request_, "security")
    redefine(world, business_problem="Customers leave, and we learn of it too late.", kpis=known)
    assert standing_of(request_).verdict.state == "approved"
    monday.shift(timedelta(days=2))
    clocks.tick()
    clocks.look_at_all()
    outbox.deliver()
    request_.refresh_from_db()

    assert request_.state == "open"
    assert not Decision.objects.exists()


def test_an_escalation_makes_no_ballot_count_that_was_taken_over_from_an_earlier_request(
    world, gate, request_, vote, monday, push, ask
):
    deputy = world.stranger
    people.grant_role(actor=world.admin, user=deputy.user, role="lead_data_scientist", scope=world.use_case.public_id)
    clocks.escalate(actor=actors.system("test"), request=request_, step="validation")
    vote(deputy, request_, "validation")
    for part, step in (("security", "security"), ("governance", "governance"), ("business", "business")):
        vote(getattr(world, part), request_, step)
    request_.refresh_from_db()
    assert request_.state == "approved"
    again = ask(push("8", dependency_sets=OTHER_LOCK))
    vote(world.security, again, "security")
    assert states(again)["validation"] == "pending"
    monday.shift(timedelta(days=5))
    clocks.tick()
    assert clock_of(again, "validation").escalated_at == clock.now()

    assert states(again)["validation"] == "pending"
    assert standing_of(again).verdict.state == "open"
    vote(deputy, again, "validation")
    assert states(again)["validation"] == "met"
