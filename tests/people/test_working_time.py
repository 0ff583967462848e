"""Working time: the rules on real dates of 2026 and 2027 in zones with different clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from governance.people.working_time import (
    Hours,
    HoursProblem,
    WorkingTime,
    before,
    due_at,
    extended,
    holiday_names,
    midnight,
    office_hours,
    working_time_between,
)
from tests.people.zones import (
    ALWAYS,
    BAVARIA,
    BERLIN,
    CAIRO,
    CAIRO_PLAIN,
    KOLKATA,
    LORD_HOWE,
    NEW_YORK,
    NIGHT,
    OFFICE,
    SHANGHAI,
    SYDNEY,
    at,
    local,
)

# Working days on real dates ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "start", "days", "due"),
    [
        # the same time of day, and not so many business hours
        (BERLIN, "2026-11-16 10:30", 1, "2026-11-17 10:30"),
        (BERLIN, "2026-11-20 17:00", 1, "2026-11-23 17:00"),  # Friday's close belongs to Friday
        (BERLIN, "2026-11-20 17:01", 1, "2026-11-24 09:00"),  # after it, Monday's opening counts
        (BERLIN, "2026-11-21 12:00", 1, "2026-11-24 09:00"),  # Saturday
        (BERLIN, "2026-11-16 07:00", 1, "2026-11-17 09:00"),  # before opening
        (BERLIN, "2026-11-16 10:30", 0, "2026-11-16 10:30"),
        (BERLIN, "2026-11-21 12:00", 0, "2026-11-23 09:00"),
        # public holidays, across the end of the year and in one region only
        (BERLIN, "2026-12-23 15:00", 2, "2026-12-28 15:00"),  # Christmas is a Friday and a Saturday
        (BERLIN, "2026-12-30 15:00", 3, "2027-01-05 15:00"),  # New Year's Day is a Friday
        (BERLIN, "2027-01-05 15:00", 1, "2027-01-06 15:00"),
        (BAVARIA, "2027-01-05 15:00", 1, "2027-01-07 15:00"),  # Epiphany
        (BERLIN, "2026-04-02 15:00", 1, "2026-04-07 15:00"),  # Good Friday and Easter Monday
        (NEW_YORK, "2026-11-25 11:00", 1, "2026-11-27 11:00"),  # Thanksgiving
        (NEW_YORK, "2026-07-02 11:00", 1, "2026-07-06 11:00"),  # Independence Day, observed on Friday
        (NEW_YORK, "2027-12-30 11:00", 1, "2028-01-03 11:00"),  # New Year's Day 2028 is a Saturday, observed in the old year
        (SHANGHAI, "2026-09-30 16:00", 1, "2026-10-08 16:00"),  # the golden week
        (SHANGHAI, "2026-02-13 16:00", 1, "2026-02-14 16:00"),  # a Saturday that is worked instead
        (SHANGHAI, "2026-02-14 16:00", 1, "2026-02-24 16:00"),  # Spring Festival
        (LORD_HOWE, "2027-01-25 10:00", 1, "2027-01-27 10:00"),  # Australia Day
        (KOLKATA, "2026-08-14 10:00", 1, "2026-08-17 10:00"),
        (KOLKATA, "2027-01-25 10:00", 1, "2027-01-27 10:00"),  # Republic Day
        (CAIRO, "2026-11-19 16:00", 1, "2026-11-22 16:00"),  # the weekend is Friday and Saturday
        # a shorter day, and the noon break: the last closing before
        (KOLKATA, "2026-11-19 16:00", 1, "2026-11-20 13:00"),
        (KOLKATA, "2026-11-16 12:00", 1, "2026-11-17 12:00"),
        (KOLKATA, "2026-11-16 12:30", 1, "2026-11-17 13:00"),
        # the leap day
        (BERLIN, "2028-02-28 10:00", 1, "2028-02-29 10:00"),
        (BERLIN, "2028-02-29 10:00", 1, "2028-03-01 10:00"),
        (BERLIN, "2027-02-26 10:00", 1, "2027-03-01 10:00"),
        # the clocks change at the weekend between: the same local time, another number of hours
        (BERLIN, "2026-03-27 10:00", 1, "2026-03-30 10:00"),
        (BERLIN, "2026-10-23 10:00", 1, "2026-10-26 10:00"),
        (NEW_YORK, "2027-03-12 10:00", 1, "2027-03-15 10:00"),
        (NEW_YORK, "2026-10-30 10:00", 1, "2026-11-02 10:00"),
        (LORD_HOWE, "2026-10-02 10:00", 1, "2026-10-06 10:00"),  # Labour Day on the Monday after
        (LORD_HOWE, "2027-04-02 10:00", 1, "2027-04-05 10:00"),
        (CAIRO_PLAIN, "2027-04-29 10:00", 1, "2027-05-02 10:00"),
    ],
)
def test_working_days_end_at_the_same_time_of_day(hours, start, days, due):
    assert local(due_at(at(start, hours), days=days, hours=hours), hours) == due


@pytest.mark.parametrize(
    ("hours", "start", "elapsed"),
    [
        (BERLIN, "2026-03-27 10:00", timedelta(hours=71)),
        (BERLIN, "2026-10-23 10:00", timedelta(hours=73)),
        (NEW_YORK, "2027-03-12 10:00", timedelta(hours=71)),
        (NEW_YORK, "2026-10-30 10:00", timedelta(hours=73)),
        (SYDNEY, "2027-04-02 10:00", None),
        (Hours(zone="Australia/Lord_Howe", week=OFFICE), "2027-04-02 10:00", timedelta(hours=72, minutes=30)),
        (Hours(zone="Australia/Lord_Howe", week=OFFICE), "2026-10-02 10:00", timedelta(hours=71, minutes=30)),
        (SHANGHAI, "2026-11-20 10:00", timedelta(hours=72)),
    ],
)
def test_a_weekend_over_which_the_clocks_change_has_other_hours_and_the_same_due_time(hours, start, elapsed):
    begin = at(start, hours)
    due = due_at(begin, days=1, hours=hours)

    assert f"{due.astimezone(ZoneInfo(hours.zone)):%H:%M}" == "10:00"
    assert elapsed is None or due - begin == elapsed


def test_the_answer_is_in_utc_wherever_the_question_came_from():
    begin = at("2026-11-16 10:30", BERLIN)
    dues = {due_at(begin.astimezone(ZoneInfo(zone)), days=1, hours=BERLIN) for zone in ("UTC", "Asia/Tokyo", "America/Lima")}

    assert dues == {datetime(2026, 11, 17, 9, 30, tzinfo=UTC)}
    assert all(due.utcoffset() == timedelta(0) for due in dues)


# Working minutes on real dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "start", "minutes", "due"),
    [
        (BERLIN, "2026-11-20 16:00", 60, "2026-11-20 17:00"),  # at the closing, and not at the next opening
        (BERLIN, "2026-11-20 16:00", 61, "2026-11-23 09:01"),
        (BERLIN, "2026-11-20 21:00", 240, "2026-11-23 13:00"),  # not Saturday at one in the night
        (BERLIN, "2026-11-16 06:00", 30, "2026-11-16 09:30"),  # started before opening
        (BERLIN, "2026-11-16 09:00", 480, "2026-11-16 17:00"),
        (BERLIN, "2026-11-16 09:00", 481, "2026-11-17 09:01"),
        (BERLIN, "2026-12-30 16:00", 120, "2026-12-31 10:00"),
        (BERLIN, "2026-12-31 16:00", 120, "2027-01-04 10:00"),
        (KOLKATA, "2026-11-16 11:30", 60, "2026-11-16 13:30"),  # over the noon break
        (KOLKATA, "2026-11-16 11:30", 30, "2026-11-16 12:00"),
        (CAIRO, "2026-11-19 16:30", 60, "2026-11-22 09:30"),
        (Hours(zone="Europe/Berlin", week=NIGHT), "2026-11-16 23:00", 120, "2026-11-17 01:00"),  # over midnight
        (Hours(zone="Europe/Berlin", week=NIGHT), "2026-11-16 12:00", 480, "2026-11-17 06:00"),
        (Hours(zone="Europe/Berlin", week=NIGHT), "2026-11-20 23:00", 480, "2026-11-23 23:00"),
        (Hours(zone="UTC", week=ALWAYS), "2026-11-20 23:59", 2, "2026-11-21 00:01"),
    ],
)
def test_working_minutes_pass_only_while_it_is_open(hours, start, minutes, due):
    assert local(due_at(at(start, hours), minutes=minutes, hours=hours), hours) == due


def test_a_night_in_which_the_clocks_change_has_the_minutes_that_really_pass():
    night = Hours(zone="Europe/Berlin", week=ALWAYS)

    assert due_at(at("2026-03-29 01:00", night), minutes=120, hours=night) == at("2026-03-29 04:00", night)
    assert due_at(at("2026-10-25 01:00", night), minutes=120, hours=night) == at("2026-10-25 02:00", night, fold=1)
    lengths = [
        working_time_between(midnight(day, night.zone), midnight(day + timedelta(days=1), night.zone), night)
        for day in (date(2026, 3, 29), date(2026, 10, 25))
    ]
    assert lengths == [timedelta(hours=23), timedelta(hours=25)]


# Reminders and pauses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "budget", "found"),
    [
        ("2026-11-23 17:00", {"days": 1}, "2026-11-20 17:00"),
        ("2026-11-23 09:00", {"days": 1}, "2026-11-20 09:00"),
        ("2026-11-23 10:00", {"minutes": 120}, "2026-11-20 16:00"),
        ("2026-11-23 10:00", {"minutes": 60}, "2026-11-23 09:00"),
        ("2026-11-22 10:00", {"days": 1}, "2026-11-19 17:00"),
        ("2027-01-04 10:00", {"days": 2}, "2026-12-30 10:00"),
    ],
)
def test_reminders_count_backwards_by_the_same_rules(end, budget, found):
    assert local(before(at(end, BERLIN), **budget, hours=BERLIN), BERLIN) == found


def test_a_pause_moves_the_due_time_by_the_working_time_in_it():
    due = due_at(at("2026-11-16 12:00", BERLIN), days=2, hours=BERLIN)
    paused, resumed = at("2026-11-17 12:00", BERLIN), at("2026-11-23 10:00", BERLIN)
    later = extended(due, working_time_between(paused, resumed, BERLIN), BERLIN)

    assert working_time_between(resumed, later, BERLIN) == working_time_between(paused, due, BERLIN) == timedelta(hours=8)
    assert local(later, BERLIN) == "2026-11-24 10:00"


def test_working_time_backwards_or_in_closed_hours_is_nothing():
    assert working_time_between(at("2026-11-17 12:00", BERLIN), at("2026-11-16 12:00", BERLIN), BERLIN) == timedelta(0)
    assert working_time_between(at("2026-11-20 17:00", BERLIN), at("2026-11-23 09:00", BERLIN), BERLIN) == timedelta(0)
    assert working_time_between(at("2026-11-20 16:00", BERLIN), at("2026-11-23 10:00", BERLIN), BERLIN) == timedelta(hours=2)


# What is no calendar -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"zone": "Mars/Olympus"}, "zone", "zone"),
        ({"zone": "../etc/passwd"}, "zone", "zone"),
        ({"zone": ""}, "zone", "zone"),
        ({"week": [[]] * 7}, "week", "closed"),
        ({"week": OFFICE[:6]}, "week", "week"),
        ({"week": "always"}, "week", "week"),
        ({"week": [[["9:00", "17:00"]], *OFFICE[1:]]}, "week[0]", "pairs"),
        ({"week": [[["09:00"]], *OFFICE[1:]]}, "week[0]", "pairs"),
        ({"week": [*OFFICE[:6], [["24:00", "25:00"]]]}, "week[6]", "pairs"),
        ({"week": [*OFFICE[:6], [[9, 17]]]}, "week[6]", "pairs"),
        ({"week": [*OFFICE[:6], 5]}, "week[6]", "pairs"),
        ({"week": [*OFFICE[:6], [["22:00", "06:00"]]]}, "week[6]", "backwards"),
        ({"week": [*OFFICE[:6], [["09:00", "09:00"]]]}, "week[6]", "backwards"),
        ({"week": [*OFFICE[:6], [["09:00", "12:00"], ["11:00", "13:00"]]]}, "week[6]", "overlap"),
        ({"country": "XX"}, "country", "country"),
        ({"country": "DE", "subdivision": "ZZ"}, "subdivision", "region"),
        ({"subdivision": "BY"}, "subdivision", "country_missing"),
        ({"closed_on": ["Christmas"]}, "closed_on", "dates"),
        ({"closed_on": [5]}, "closed_on", "dates"),
        ({"closed_on": "2026-12-24"}, "closed_on", "dates"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(said, field, code):
    with pytest.raises(HoursProblem) as refused:
        Hours(**{"zone": "Europe/Berlin", "week": OFFICE, **said})

    assert (refused.value.field, refused.value.code) == (field, code)
    assert isinstance(refused.value, ValueError)


def test_hours_are_a_value():
    one = Hours(zone="UTC", week=OFFICE, closed_on=["2026-12-31", date(2026, 12, 24)])
    same = Hours(zone="UTC", week=[[("09:00", "17:00")]] * 5 + [[], []], closed_on=("2026-12-24", "2026-12-31"))

    assert one == same
    assert hash(one) == hash(same)
    assert one.closed_on == ("2026-12-24", "2026-12-31")
    assert office_hours() == Hours(zone="UTC", week=OFFICE)


def test_days_that_are_closed_besides_are_no_working_days():
    hours = Hours(zone="Europe/Berlin", week=OFFICE, closed_on=["2026-12-24"])

    assert local(due_at(at("2026-12-23 10:00", hours), days=1, hours=hours), hours) == "2026-12-25 10:00"


def test_holidays_have_names_in_the_languages_of_the_portal():
    assert holiday_names(BAVARIA, 2027, "en_US")[date(2027, 1, 6)] == "Epiphany"
    assert holiday_names(SHANGHAI, 2026, "zh_CN")[date(2026, 10, 1)] == "国庆节"
    assert holiday_names(office_hours(), 2026) == {}


def test_a_budget_that_ten_years_cannot_hold_is_refused():
    sunday = Hours(zone="UTC", week=[[]] * 6 + [[["09:00", "09:01"]]])

    for budget in ({"days": 600}, {"minutes": 600}):
        with pytest.raises(ValueError, match="ten years"):
            due_at(datetime(2026, 1, 1, tzinfo=UTC), **budget, hours=sunday)
        with pytest.raises(ValueError, match="ten years"):
            before(datetime(2026, 1, 1, tzinfo=UTC), **budget, hours=sunday)


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        due_at(datetime(2026, 1, 1), days=1, hours=BERLIN)  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="not negative"):
        due_at(datetime(2026, 1, 1, tzinfo=UTC), days=-1, hours=BERLIN)


# Budgets as people write them ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("2 working days", WorkingTime(days=2)),
        ("1 working day", WorkingTime(days=1)),
        ("90 working minutes", WorkingTime(minutes=90)),
        ("4 working hours", WorkingTime(minutes=240)),
        ("1 working hour", WorkingTime(minutes=60)),
    ],
)
def test_a_budget_reads_as_it_is_written(text, budget):
    assert WorkingTime.read(text) == budget
    assert str(budget) == text


@pytest.mark.parametrize("text", ["2 days", "0 working days", "-1 working days", "1.5 working days", "1d", "", "working days"])
def test_calendar_days_and_nothing_are_no_budget(text):
    with pytest.raises(ValueError, match="working"):
        WorkingTime.read(text)
