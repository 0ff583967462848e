"""How long steps run, when they are due, and what happens then. Whatever happens, nothing is approved by it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from approvals.due_times import moved, schedule
from approvals.models import Clock, Deadline, Decision, Request
from approvals.policy import Reminder, Step, WorkingTime
from approvals.selectors.standing import standing_of
from approvals.services import clocks, policies, requests
from foundation import actor as actors
from foundation import clock, outbox
from foundation.errors import Conflict, NotAllowed
from foundation.models import AuditEvent, OutboxEvent
from governance.people import services as people
from governance.people.hours import Hours, office_hours
from governance.people.models import Notice, RoleGrant
from governance.people.working_time import working_time_between
from tests.approvals.asking import OTHER_LOCK, redefine, states

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
TIMED = """
title: Production release
open_for: 60 days
steps:
  - key: validation
    title: Validation
    role: model_validator
    covers: [model, data, code]
    sla: 2 working days
    remind: [1 working day before, 1 working day after]
    escalate: {after: 2 working days, to: lead_data_scientist}
  - key: security
    title: Security
    role: security_reviewer
    covers: [dependencies]
    sla: 4 working hours
  - key: governance
    title: Columns
    role: data_governance
    covers: [dictionary]
  - key: business
    title: Business
    role: business_owner
    covers: [use_case]
    after: [validation]
    sla: 1 working day
"""
ZONES = [
    office_hours(),
    office_hours("America/New_York"),
    Hours(
        zone="Europe/Berlin", week=[[["08:00", "12:00"], ["13:00", "17:30"]]] * 4 + [[["08:00", "14:00"]], [], []], country="DE"
    ),
    Hours(zone="Asia/Shanghai", week=[[["09:00", "18:00"]]] * 5 + [[], []], country="CN"),
    Hours(zone="Asia/Kolkata", week=[[["22:00", "24:00"]]] + [[["00:00", "06:00"], ["22:00", "24:00"]]] * 5 + [[]]),
]


@pytest.fixture
def gate(world):
    version = policies.write_policy(actor=world.admin, key="timed", source=TIMED)
    return policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=version.policy)


@pytest.fixture
def monday(world):
    """Everything happens on a Monday at nine, until somebody travels on."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def request_(world, gate, monday, push, ask):
    return ask(push())


def running(request: Request) -> dict[str, Clock]:
    return {row.step: row for row in Clock.objects.filter(request=request, stopped_at=None)}


def clock_of(request: Request, step: str) -> Clock:
    return Clock.objects.get(request=request, round=request.round, step=step)


def pending(request: Request, step: str) -> list[tuple[str, datetime]]:
    rows = Deadline.objects.filter(clock__request=request, clock__step=step, fired_at=None)
    return [(row.kind, row.at) for row in rows.order_by("at", "pk")]


def events(kind: str) -> int:
    return AuditEvent.objects.filter(kind=kind).count()


def told(part, code: str) -> int:
    return Notice.objects.filter(user=part.user, kind=f"approvals.{code}").count()


# Arithmetic ----------------------------------------------------------------------------------------------------------


def step_with(**times) -> Step:
    return Step("s", "S", "model_validator", covers=("model",), **times)


def test_a_step_is_due_after_its_time_and_everything_else_counts_from_there():
    step = step_with(
        sla=WorkingTime(2, "days"),
        remind=(Reminder(WorkingTime(1, "days")), Reminder(WorkingTime(90, "minutes"), before=False)),
        escalate_after=WorkingTime(4, "hours"),
        escalate_to="project_lead",
    )
    plan = schedule(step, MONDAY, office_hours())

    assert plan.due_at == MONDAY + timedelta(days=2)
    assert [(alarm.kind, alarm.nth, alarm.at) for alarm in plan.alarms] == [
        ("remind", 0, MONDAY + timedelta(days=1)),
        ("overdue", 0, MONDAY + timedelta(days=2)),
        ("remind", 1, MONDAY + timedelta(days=2, minutes=90)),
        ("escalate", 0, MONDAY + timedelta(days=2, hours=4)),
    ]


def test_a_reminder_before_the_step_was_even_active_is_left_out():
    step = step_with(sla=WorkingTime(4, "hours"), remind=(Reminder(WorkingTime(1, "days")),))

    assert [alarm.kind for alarm in schedule(step, MONDAY, office_hours()).alarms] == ["overdue"]


def test_a_step_without_a_limit_is_never_late():
    assert schedule(step_with(), MONDAY, office_hours()).due_at is None
    assert schedule(step_with(), MONDAY, office_hours()).alarms == ()


INSTANTS = st.timedeltas(timedelta(0), timedelta(days=1000)).map(lambda since: MONDAY + since)
PAUSES = st.timedeltas(timedelta(0), timedelta(days=40))


@settings(max_examples=300, deadline=None)
@given(at=INSTANTS, before=PAUSES, pause=PAUSES, hours=st.sampled_from(ZONES))
def test_pausing_never_shortens_what_is_left(at, before, pause, hours):
    paused = at - before
    resumed = paused + pause
    then = moved(at, paused, resumed, hours)

    assert then >= at
    if paused < at:
        assert working_time_between(resumed, then, hours) >= working_time_between(paused, at, hours)
        if then > at:
            assert working_time_between(resumed, then, hours) == working_time_between(paused, at, hours)
    else:
        assert then == at


@settings(max_examples=200, deadline=None)
@given(at=INSTANTS, before=PAUSES, pauses=st.lists(PAUSES, min_size=2, max_size=4), hours=st.sampled_from(ZONES))
def test_pauses_that_follow_one_another_are_as_one(at, before, pauses, hours):
    paused = since = at - before
    assume(working_time_between(paused, at, hours))  # with nothing left the first pause ends with being late
    due = at
    for pause in pauses:
        due, since = moved(due, since, since + pause, hours), since + pause

    assert due == moved(at, paused, since, hours)


@settings(max_examples=200, deadline=None)
@given(at=INSTANTS, pause=PAUSES, longer=PAUSES, hours=st.sampled_from(ZONES))
def test_a_longer_pause_is_never_due_earlier_and_order_is_kept(at, pause, longer, hours):
    paused = at - timedelta(days=2)
    later = at + timedelta(hours=5)

    assert moved(at, paused, paused + pause, hours) <= moved(at, paused, paused + pause + longer, hours)
    assert moved(at, paused, paused + pause, hours) <= moved(later, paused, paused + pause, hours)


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
