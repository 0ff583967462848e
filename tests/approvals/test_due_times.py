"""When a step is due, and how pauses move that: arithmetic over working hours, without rows."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from approvals.due_times import moved, schedule
from approvals.policy import Reminder, Step, WorkingTime
from governance.people.hours import Hours, office_hours
from governance.people.working_time import working_time_between
from tests.approvals.timed import MONDAY

ZONES = [
    office_hours(),
    office_hours("America/New_York"),
    Hours(
        zone="Europe/Berlin", week=[[["08:00", "12:00"], ["13:00", "17:30"]]] * 4 + [[["08:00", "14:00"]], [], []], country="DE"
    ),
    Hours(zone="Asia/Shanghai", week=[[["09:00", "18:00"]]] * 5 + [[], []], country="CN"),
    Hours(zone="Asia/Kolkata", week=[[["22:00", "24:00"]]] + [[["00:00", "06:00"], ["22:00", "24:00"]]] * 5 + [[]]),
]


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
