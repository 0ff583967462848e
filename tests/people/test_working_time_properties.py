"""Working time: the laws on any dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from governance.people.hours import time_of_day
from governance.people.working_time import (
    Hours,
    before,
    due_at,
    extended,
    is_open,
    is_working_day,
    local_date,
    windows_of,
    working_time_between,
)
from tests.people.zones import ALWAYS, NIGHT, OFFICE

MICROSECOND = timedelta(microseconds=1)

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kolkata",
    "America/St_Johns",
]
HOLIDAYS = [("", ""), ("DE", "BY"), ("US", ""), ("CN", ""), ("AU", "NSW"), ("EG", ""), ("IN", "")]


@st.composite
def days(draw) -> list[list[str]]:
    ends = sorted(draw(st.lists(st.integers(0, 96), max_size=6, unique=True)))
    marks = [f"{quarter // 4:02d}:{quarter % 4 * 15:02d}" for quarter in ends]
    return [[a, b] for a, b in zip(marks[::2], marks[1::2], strict=False)]


@st.composite
def calendars(draw) -> Hours:
    week = draw(st.one_of(st.just(OFFICE), st.just(NIGHT), st.just(ALWAYS), st.lists(days(), min_size=7, max_size=7)))
    assume(any(week))
    country, region = draw(st.sampled_from(HOLIDAYS))
    closed = draw(st.lists(st.dates(date(2026, 1, 1), date(2028, 12, 31)), max_size=3))
    return Hours(zone=draw(st.sampled_from(ZONES)), week=week, country=country, subdivision=region, closed_on=closed)


EDGES = [  # around changes of the clocks of the zones above, in UTC
    datetime.fromisoformat(f"{text}+00:00")
    for text in (
        "2026-03-29T01:00",
        "2026-10-25T01:00",
        "2027-03-14T07:00",
        "2026-11-01T06:00",
        "2026-10-03T15:30",
        "2027-04-03T15:00",
        "2026-04-23T22:00",
        "2026-10-29T21:00",
        "2028-02-29T00:00",
    )
]
FIRST, LAST = datetime.fromisoformat("2026-01-01T00:00"), datetime.fromisoformat("2028-12-31T00:00")
instants = st.one_of(
    st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
    st.builds(lambda edge, minutes: edge + timedelta(minutes=minutes), st.sampled_from(EDGES), st.integers(-180, 180)),
)
budgets = st.one_of(
    st.builds(lambda n: {"days": n}, st.integers(0, 12)),
    st.builds(lambda n: {"minutes": n}, st.integers(0, 4000)),
    st.builds(lambda n, m: {"days": n, "minutes": m}, st.integers(0, 5), st.integers(0, 600)),
)
law = settings(max_examples=250, deadline=None)


@law
@given(calendars(), instants, budgets)
def test_nothing_is_ever_due_in_closed_hours_or_before_it_began(hours, start, budget):
    due = due_at(start, **budget, hours=hours)

    assert is_open(due, hours)
    assert due >= start


@law
@given(calendars(), instants, budgets, st.integers(0, 3), st.integers(0, 300))
def test_a_larger_budget_is_never_due_earlier(hours, start, budget, more_days, more_minutes):
    larger = {"days": budget.get("days", 0) + more_days, "minutes": budget.get("minutes", 0) + more_minutes}

    assert due_at(start, **larger, hours=hours) >= due_at(start, **budget, hours=hours)


@law
@example(Hours(zone="Europe/Berlin", week=ALWAYS), datetime(2026, 10, 25, 0, 50, tzinfo=UTC), 20 * 60, {"days": 1})
@given(calendars(), instants, st.integers(0, 40_000), budgets)
def test_a_later_start_is_never_due_earlier(hours, start, seconds, budget):
    later = start + timedelta(seconds=seconds)

    assert due_at(later, **budget, hours=hours) >= due_at(start, **budget, hours=hours)


@law
@given(calendars(), instants, st.integers(0, 4000))
def test_a_budget_of_minutes_holds_exactly_so_many(hours, start, minutes):
    due = due_at(start, minutes=minutes, hours=hours)

    assert working_time_between(start, due, hours) == timedelta(minutes=minutes)
    assert before(due, minutes=minutes, hours=hours) >= start or minutes == 0
    assert working_time_between(before(due, minutes=minutes, hours=hours), due, hours) == timedelta(minutes=minutes)


@law
@given(calendars(), instants, budgets, st.integers(0, 5000), st.integers(0, 20_000))
def test_a_pause_leaves_exactly_the_working_time_that_was_left(hours, start, budget, run, pause):
    due = due_at(start, **budget, hours=hours)
    paused = start + timedelta(minutes=run)
    resumed = paused + timedelta(minutes=pause)
    later = extended(due, working_time_between(paused, resumed, hours), hours)

    assert later >= due
    assert working_time_between(resumed, later, hours) >= working_time_between(paused, due, hours)
    if due >= paused:
        assert working_time_between(resumed, later, hours) == working_time_between(paused, due, hours)


@law
@given(calendars(), instants, st.integers(1, 8))
def test_so_many_working_days_lie_between(hours, start, number):
    due = due_at(start, days=number, hours=hours)
    begin = due_at(start, hours=hours)
    zone = hours.zone
    first, last = local_date(begin, zone), local_date(due - MICROSECOND, zone)
    between = [day for offset in range((last - first).days) if is_working_day(day := first + timedelta(days=offset + 1), hours)]

    assert abs(len(between) - number) <= 1  # midnight belongs to the day that it ends or begins


@law
@given(calendars(), instants, st.integers(-5, 5))
def test_windows_are_in_order_and_apart(hours, start, offset):
    day = local_date(start, hours.zone) + timedelta(days=offset)
    windows = [*windows_of(day, hours), *windows_of(day + timedelta(days=1), hours)]

    assert all(opens < closes for opens, closes in windows)
    assert all(first[1] <= second[0] for first, second in pairwise(windows))


@law
@given(st.sampled_from(ZONES), instants, st.integers(0, 20_000))
def test_local_time_never_runs_backwards(zone, start, seconds):
    hours = Hours(zone=zone, week=ALWAYS)
    later = start + timedelta(seconds=seconds)
    day = local_date(start, zone)

    assert time_of_day(start, day, hours) <= time_of_day(later, day, hours)


@settings(max_examples=60, deadline=None)
@given(instants, st.integers(0, 30), budgets)
def test_where_every_day_is_alike_a_shift_of_the_start_shifts_the_due_time(start, shift, budget):
    hours = Hours(zone="Asia/Shanghai", week=[[["09:00", "17:00"]]] * 7)

    moved = due_at(start + timedelta(days=shift), **budget, hours=hours)
    assert moved == due_at(start, **budget, hours=hours) + timedelta(days=shift)
