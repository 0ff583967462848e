"""Working time where the clocks skip an hour or show it twice, and in shifts over midnight."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from governance.people.hours import instant_of
from governance.people.working_time import Hours, due_at, is_open, is_working_day, midnight, windows_of
from tests.people.zones import ALWAYS, NIGHT, at, local

# Times that the clocks skip or show twice ----------------------------------------------------------------------------


def test_hours_that_open_in_the_skipped_hour_open_when_the_clocks_jump():
    early = Hours(zone="Europe/Berlin", week=[[["02:30", "10:00"]]] * 7)

    (window,) = windows_of(date(2026, 3, 29), early)
    assert window[0] == at("2026-03-29 03:00", early)
    assert due_at(at("2026-03-28 02:45", early), days=1, hours=early) == at("2026-03-29 03:00", early)


def test_hours_that_are_skipped_altogether_make_no_working_day():
    short = Hours(zone="Europe/Berlin", week=[[["02:10", "02:50"]]] * 7)

    assert not is_working_day(date(2026, 3, 29), short)
    assert local(due_at(at("2026-03-28 02:30", short), days=1, hours=short), short) == "2026-03-30 02:30"


def test_hours_over_the_repeated_hour_are_counted_once_and_do_not_overlap():
    split = Hours(zone="Europe/Berlin", week=[[["01:00", "02:15"], ["02:45", "05:00"]]] * 7)
    first, second = windows_of(date(2026, 10, 25), split)

    assert first[1] == at("2026-10-25 02:15", split, fold=0)
    assert second[0] == at("2026-10-25 02:45", split, fold=0)
    assert second[1] - second[0] == timedelta(hours=3, minutes=15)


def test_a_later_start_in_the_repeated_hour_is_not_due_earlier():
    night = Hours(zone="Europe/Berlin", week=ALWAYS)
    first = due_at(at("2026-10-25 02:50", night, fold=0), days=1, hours=night)
    second = due_at(at("2026-10-25 02:10", night, fold=1), days=1, hours=night)

    assert (local(first, night), local(second, night)) == ("2026-10-26 02:50", "2026-10-26 03:00")


def test_a_midnight_that_does_not_exist_is_the_jump_and_one_that_is_repeated_belongs_to_one_day():
    always = Hours(zone="Africa/Cairo", week=ALWAYS)

    assert midnight(date(2026, 4, 24), "Africa/Cairo") == at("2026-04-24 01:00", always)
    (opens, closes), (following, _end) = windows_of(date(2026, 10, 29), always)[0], windows_of(date(2026, 10, 30), always)[0]
    assert closes - opens == timedelta(hours=25)
    assert following == closes
    assert due_at(at("2026-10-29 23:30", always, fold=1), days=1, hours=always) == midnight(date(2026, 10, 31), "Africa/Cairo")


def test_half_an_hour_is_a_change_of_the_clocks_too():
    always = Hours(zone="Australia/Lord_Howe", week=ALWAYS)

    assert windows_of(date(2026, 10, 4), always)[0][1] - windows_of(date(2026, 10, 4), always)[0][0] == timedelta(hours=23.5)
    assert windows_of(date(2027, 4, 4), always)[0][1] - windows_of(date(2027, 4, 4), always)[0][0] == timedelta(hours=24.5)
    assert instant_of(datetime(2026, 10, 4, 2, 15), always.zone) == at("2026-10-04 02:30", always)  # noqa: DTZ001 - a local time


def test_a_date_that_a_zone_left_out_is_no_working_day():
    apia = Hours(zone="Pacific/Apia", week=ALWAYS)

    assert not is_working_day(date(2011, 12, 30), apia)
    assert local(due_at(at("2011-12-29 12:00", apia), days=1, hours=apia), apia) == "2011-12-31 12:00"


# Night shifts and midnight -------------------------------------------------------------------------------------------


def test_a_shift_over_midnight_is_part_of_both_its_dates():
    night = Hours(zone="Asia/Shanghai", week=NIGHT)

    assert is_open(at("2026-11-16 23:00", night), night)
    assert is_open(at("2026-11-17 05:59", night), night)
    assert not is_open(at("2026-11-17 12:00", night), night)
    assert local(due_at(at("2026-11-16 23:00", night), days=1, hours=night), night) == "2026-11-17 23:00"
    assert local(due_at(at("2026-11-20 23:00", night), days=1, hours=night), night) == "2026-11-21 06:00"  # Saturday ends at six


def test_midnight_at_the_end_is_a_closing():
    late = Hours(zone="UTC", week=[[["20:00", "24:00"]]] * 5 + [[], []])

    assert local(due_at(at("2026-11-20 22:00", late), minutes=120, hours=late), late) == "2026-11-21 00:00"
    assert local(due_at(at("2026-11-21 00:00", late), days=1, hours=late), late) == "2026-11-24 00:00"
