"""The demo's time: several stories told side by side, each thing at the moment at which it would have happened.

A story is a generator. It yields the moment at which it goes on; whichever is next in time goes on, with the clock set to that
moment. In between, what the running product does by itself is done: news are delivered, reminders sent, steps escalated, requests
lapse. So everything is written in the order of its times, as it would have been.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Min

from approvals.models import Deadline
from approvals.services.clocks import tick
from foundation import clock, outbox

Story = Iterator[datetime]
BERLIN = ZoneInfo("Europe/Berlin")
MORNING = time(8)
A_MINUTE = timedelta(minutes=1)
LATELY = timedelta(days=16)
WORKDAYS, MONDAYS = range(5), range(1)
MANY = 1000  # news at once: all there are


class Past:
    """Moments before the one at which the demo is loaded; and a few after it, for what is due."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self, days: int, at: str = "09:30") -> datetime:
        """So many weekdays ago, at that time of day in Berlin. Weekdays, because nobody approves on a Sunday."""
        day = self.now.astimezone(BERLIN).date()
        while days:
            day -= timedelta(days=1)
            days -= day.weekday() < 5
        return datetime.combine(day, time.fromisoformat(at), BERLIN)

    def ahead(self, days: int, at: str = "18:00") -> datetime:
        """That time of day in Berlin, so many days from now."""
        return datetime.combine(self.now.astimezone(BERLIN).date() + timedelta(days=days), time.fromisoformat(at), BERLIN)


def play(stories: Iterable[Story], until: datetime) -> None:
    """Tell the stories to their ends, and let time pass until `until`. A story that wants to go back in time is wrong: ValueError.

    What is older than `LATELY` is gone through in weeks, and its news are delivered together at the end of that: nobody reads them
    any more, and most of them are settled by then.
    """
    with outbox.unrung():
        _play(stories, until)


def _play(stories: Iterable[Story], until: datetime) -> None:
    waiting = [(next(story), number, story) for number, story in enumerate(stories)]
    heapq.heapify(waiting)
    last = waiting[0][0]
    while waiting:
        moment, number, story = heapq.heappop(waiting)
        _let_time_pass(last, moment, until - LATELY)
        with clock.at(moment):
            following = next(story, None)
            if moment > until - LATELY:
                outbox.deliver(MANY)
        if following is not None:
            if not moment <= following <= until:
                raise ValueError(f"a story of the demo wants to go on at {following}, and it is {moment}")
            heapq.heappush(waiting, (following, number, story))
        last = moment
    _let_time_pass(last, until, until - LATELY)


def _let_time_pass(since: datetime, until: datetime, lately: datetime) -> None:
    """What the worker would have done between two moments: every morning, and whenever a reminder or an escalation was due."""
    while (moment := _next(since, until, lately)) is not None:
        with clock.at(moment):
            tick()
            if moment > lately:
                outbox.deliver(MANY)
        since = moment


def _next(since: datetime, until: datetime, lately: datetime) -> datetime | None:
    """The next moment in (since, until) at which there is something to do."""
    morning = datetime.combine(since.astimezone(BERLIN).date(), MORNING, BERLIN)
    while morning <= since or morning.weekday() not in (WORKDAYS if morning > lately else MONDAYS):
        morning = datetime.combine(morning.date() + timedelta(days=1), MORNING, BERLIN)
    running = {"clock__stopped_at": None, "clock__paused_at": None, "clock__request__closed_at": None}
    due = Deadline.objects.filter(fired_at=None, at__lt=until, **running).aggregate(first=Min("at"))["first"]
    moment = min(morning, max(due, since + A_MINUTE)) if due is not None else morning
    return moment if moment < until else None
