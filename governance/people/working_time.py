"""Working time: when something is due that may take so many working days or minutes, by somebody's calendar. Pure.

Budgets are working days or working minutes, never calendar days. The rules, in full:

- A working day is a local date with opening hours that is neither a public holiday nor closed; a shift over midnight is part of
  both its dates. A weekend day that the country makes a working day, as China does, opens like the first day of the week that does.
- A start in closed hours counts from the next opening. The closing instant itself still belongs to the day.
- N working days after Friday 17:00 is 17:00 on the Nth following working day, whatever number of hours lies between. Where that
  time is outside the day's hours it moves to the day's opening, or to the last closing before it: never into closed hours.
- Working minutes pass only while it is open, and end at a closing rather than at the opening after it.
- Arithmetic is in local dates, every answer is in UTC. Of local times that the clocks skip or show twice `hours.py` speaks; an instant
  in the second pass of a repeated hour counts as the end of it, so that a later start is never due earlier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from governance.people.hours import (
    NOTHING,
    Hours,
    HoursProblem,
    holiday_names,
    instant_of,
    is_working_day,
    local_date,
    midnight,
    office_hours,
    time_of_day,
    windows_of,
)

__all__ = [
    "Hours",
    "HoursProblem",
    "WorkingTime",
    "before",
    "due_at",
    "extended",
    "holiday_names",
    "is_open",
    "is_working_day",
    "local_date",
    "midnight",
    "office_hours",
    "windows_of",
    "working_time_between",
]

REACH = timedelta(days=3660)  # how far ahead or back anything is looked for: ten years
A_DAY = timedelta(days=1)
_BUDGET = re.compile(r"(\d{1,5}) working (day|hour|minute)s?")


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """A budget: so many working days, or so many working minutes."""

    days: int = 0
    minutes: int = 0

    def __post_init__(self) -> None:
        if self.days < 0 or self.minutes < 0 or bool(self.days) == bool(self.minutes):
            raise ValueError("a working time is a number of working days, or of working minutes, above nothing")

    @classmethod
    def read(cls, text: str) -> WorkingTime:
        """`2 working days`, `4 working hours` or `90 working minutes`. Raises ValueError for anything else."""
        found = _BUDGET.fullmatch(text.strip())
        if found is None:
            raise ValueError("write it as 2 working days, 4 working hours or 90 working minutes")
        number, unit = int(found[1]), found[2]
        return cls(days=number) if unit == "day" else cls(minutes=number * (60 if unit == "hour" else 1))

    def __str__(self) -> str:
        """As `read` takes it."""
        if self.days:
            number, unit = self.days, "day"
        elif self.minutes % 60 == 0:
            number, unit = self.minutes // 60, "hour"
        else:
            number, unit = self.minutes, "minute"
        return f"{number} working {unit}{'' if number == 1 else 's'}"


# Due times -----------------------------------------------------------------------------------------------------------


def due_at(start: datetime, *, days: int = 0, minutes: int = 0, hours: Hours) -> datetime:
    """The instant, in UTC, until which so many working days and then working minutes after `start` last.

    Never in closed hours, and never earlier for a later start or a larger budget. Raises ValueError for a negative budget, a start
    without a zone, or when the next ten years are not long enough.
    """
    _check(start, days, minutes)
    at = start.astimezone(UTC)
    if days:
        at = _days_after(at, days, hours)
    return extended(at, timedelta(minutes=minutes), hours)


def before(end: datetime, *, days: int = 0, minutes: int = 0, hours: Hours) -> datetime:
    """The same backwards: the instant, in UTC, from which so much working time is left until `end`. For reminders."""
    _check(end, days, minutes)
    at = end.astimezone(UTC)
    if days:
        at = _days_before(at, days, hours)
    left = timedelta(minutes=minutes)
    for _day, opens, closes in _windows_back(at, hours):
        until = min(at, closes)
        if until - opens >= left:
            return until - left
        left -= until - opens
    raise _out_of_reach()


def extended(due: datetime, by: timedelta, hours: Hours) -> datetime:
    """`due` moved out by so much working time: what a clock does that was stopped for it.

    With `by` from `working_time_between(paused, resumed)` exactly as much working time is left afterwards as was left before.
    """
    at, left = due.astimezone(UTC), by
    for _day, opens, closes in _windows_ahead(at, hours):
        since = max(at, opens)
        if closes - since >= left:
            return since + left
        left -= closes - since
    raise _out_of_reach()


def working_time_between(start: datetime, end: datetime, hours: Hours) -> timedelta:
    """How much of [start, end] was open; nothing when it runs backwards."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    spent = NOTHING
    day, last = _date_at(start, hours) - A_DAY, _date_at(end, hours) + A_DAY
    while day <= last:
        for opens, closes in windows_of(day, hours):
            spent += max(min(end, closes) - max(start, opens), NOTHING)
        day += A_DAY
    return spent


def is_open(at: datetime, hours: Hours) -> bool:
    """Whether people work at this instant; an opening and a closing both belong to it."""
    at = at.astimezone(UTC)
    around = _date_at(at, hours)
    days = (around - A_DAY, around, around + A_DAY)
    return any(opens <= at <= closes for day in days for opens, closes in windows_of(day, hours))


def _days_after(at: datetime, days: int, hours: Hours) -> datetime:
    day, since = _day_of(at, hours)
    return _moved(day, time_of_day(since, day, hours), days, A_DAY, hours)


def _days_before(at: datetime, days: int, hours: Hours) -> datetime:
    for day, _opens, closes in _windows_back(at, hours):
        return _moved(day, time_of_day(min(at, closes), day, hours), days, -A_DAY, hours)
    raise _out_of_reach()


def _day_of(at: datetime, hours: Hours) -> tuple[date, datetime]:
    """The working day that `at` belongs to, or the next one, and the instant that counts. An opening goes before a closing."""
    ended: tuple[date, datetime] | None = None
    for day, opens, closes in _windows_ahead(at, hours):
        if closes == at:
            ended = (day, at)
        elif ended is not None and opens > at:
            return ended
        else:
            return day, max(at, opens)
    if ended is not None:
        return ended
    raise _out_of_reach()


def _moved(day: date, passed: timedelta, days: int, step: timedelta, hours: Hours) -> datetime:
    """The time of day `passed`, so many working days on."""
    end = day + REACH if step > NOTHING else day - REACH
    while days:
        if day == end:
            raise _out_of_reach()
        day += step
        if windows_of(day, hours):
            days -= 1
    return _placed(day, passed, hours)


def _placed(day: date, passed: timedelta, hours: Hours) -> datetime:
    """The time of day `passed` on a working day, moved into its hours."""
    wanted = instant_of(datetime.combine(day, time()) + passed, hours.zone)
    windows = windows_of(day, hours)
    best = windows[0][0]
    for opens, closes in windows:
        if opens <= wanted:
            best = min(wanted, closes)
    return best


def _windows_ahead(at: datetime, hours: Hours) -> Iterator[tuple[date, datetime, datetime]]:
    """Windows that have not closed before `at`, earliest first, each with its date."""
    day = _date_at(at, hours) - A_DAY
    last = day + REACH
    while day < last:
        for opens, closes in windows_of(day, hours):
            if closes >= at:
                yield day, opens, closes
        day += A_DAY


def _windows_back(at: datetime, hours: Hours) -> Iterator[tuple[date, datetime, datetime]]:
    """Windows that opened at `at` or before, latest first, each with its date."""
    day = _date_at(at, hours) + A_DAY
    last = day - REACH
    while day > last:
        for opens, closes in reversed(windows_of(day, hours)):
            if opens <= at:
                yield day, opens, closes
        day -= A_DAY


def _date_at(at: datetime, hours: Hours) -> date:
    return local_date(at, hours.zone)


def _check(at: datetime, days: int, minutes: int) -> None:
    if at.tzinfo is None:
        raise ValueError("a time without a zone says nothing")
    if days < 0 or minutes < 0:
        raise ValueError("a budget is not negative")


def _out_of_reach() -> ValueError:
    return ValueError("there is not enough working time within ten years")
