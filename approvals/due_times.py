"""When a step is due, when somebody is reminded, when it escalates. Pure arithmetic in working time; nothing here decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from approvals.policy import Step, WorkingTime
from governance.people.hours import Hours
from governance.people.working_time import before, due_at, extended, working_time_between

AlarmKind = Literal["remind", "overdue", "escalate"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something to do at a time. `nth` tells the reminders of a step apart, in the order in which the policy names them."""

    kind: AlarmKind
    nth: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Schedule:
    """What follows from the moment at which a step became active. Without a time limit there is nothing to be late for."""

    due_at: datetime | None
    alarms: tuple[Alarm, ...] = ()


def schedule(step: Step, started: datetime, hours: Hours) -> Schedule:
    """When the step is due, counted from `started`, and what happens around that time.

    A reminder that would come before the step was even active is left out: who is asked then hears of it anyway.
    """
    if step.sla is None:
        return Schedule(None)
    due = after(started, step.sla, hours)
    alarms = [Alarm("overdue", 0, due)]
    for nth, reminder in enumerate(step.remind):
        at = (
            before(due, days=reminder.time.days, minutes=reminder.time.minutes, hours=hours)
            if reminder.before
            else after(due, reminder.time, hours)
        )
        if at > started:
            alarms.append(Alarm("remind", nth, at))
    if step.escalate_after is not None:
        alarms.append(Alarm("escalate", 0, after(due, step.escalate_after, hours)))
    return Schedule(due, tuple(sorted(alarms, key=lambda alarm: (alarm.at, alarm.kind, alarm.nth))))


def after(start: datetime, budget: WorkingTime, hours: Hours) -> datetime:
    """The instant until which so much working time after `start` lasts."""
    return due_at(start, days=budget.days, minutes=budget.minutes, hours=hours)


def moved(at: datetime, paused: datetime, resumed: datetime, hours: Hours) -> datetime:
    """A time to come, after a pause: as much working time is left when it goes on as was left when it stopped.

    What had been reached before the pause stays where it was. Never earlier than `at`.
    """
    if at <= paused or resumed <= paused:
        return at
    return max(at, extended(at, working_time_between(paused, resumed, hours), hours))
