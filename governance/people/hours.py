"""When people work: the hours of a week in a time zone, and days off, as instants in UTC. Pure.

A local time that the clocks skip is the instant at which they jump; one that they show twice is the first of the two. So no instant
lies before an earlier one, windows never overlap, and one over a change of the clocks lasts as long as it really does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import holidays

NOTHING = timedelta(0)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")

Window = tuple[datetime, datetime]


class HoursProblem(ValueError):
    """Hours that make no sense. `field` says which part, as `week[0]` does Monday's; `code` why; `what` is the piece that was meant."""

    def __init__(self, field: str, code: str, message: str, what: str = "") -> None:
        super().__init__(message)
        self.field, self.code, self.what = field, code, what


@dataclass(frozen=True, slots=True)
class Hours:
    """When people work: a zone, the hours of a week, and the days off. Raises HoursProblem when it says nothing sensible.

    `week` is seven lists, Monday first, of `["09:00", "17:00"]` pairs in local time; `24:00` is the midnight at the end.
    """

    zone: str
    week: Sequence[Sequence[Sequence[str]]]
    country: str = ""  # ISO 3166-1; whose public holidays are off
    subdivision: str = ""
    closed_on: Sequence[str | date] = ()

    def __post_init__(self) -> None:
        if self.zone not in _zones():
            raise HoursProblem("zone", "zone", f"{self.zone} is no time zone", self.zone)
        _check_country(self.country, self.subdivision)
        object.__setattr__(self, "week", _week(self.week))
        object.__setattr__(self, "closed_on", _dates(self.closed_on))


OFFICE_WEEK = [[["09:00", "17:00"]]] * 5 + [[], []]


def office_hours(zone: str = "UTC") -> Hours:
    """Monday to Friday, nine to five, without holidays: what holds where nobody said otherwise."""
    return Hours(zone=zone, week=OFFICE_WEEK)


# Windows -------------------------------------------------------------------------------------------------------------


def is_working_day(day: date, hours: Hours) -> bool:
    return bool(windows_of(day, hours))


@lru_cache(maxsize=16_384)
def windows_of(day: date, hours: Hours) -> tuple[Window, ...]:
    """The hours of one local date as instants in UTC, in order; none when nobody works."""
    found = []
    for start, end in _pairs_of(day, hours):
        opens, closes = (instant_of(datetime.combine(day, time()) + timedelta(minutes=at), hours.zone) for at in (start, end))
        if opens < closes:  # hours that the clocks skip do not take place
            found.append((opens, closes))
    return tuple(found)


def _pairs_of(day: date, hours: Hours) -> list[tuple[int, int]]:
    if day.isoformat() in hours.closed_on or day in _days_off(hours.country, hours.subdivision, day.year):
        return []
    pairs = hours.week[day.weekday()]
    if not pairs and day in _days_on(hours.country, hours.subdivision, day.year):
        pairs = next(other for other in hours.week if other)
    merged: list[tuple[int, int]] = []
    for start, end in ((_minutes(a), _minutes(b)) for a, b in pairs):
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


# Local time ----------------------------------------------------------------------------------------------------------


def midnight(day: date, zone: str) -> datetime:
    """When a local date begins, in UTC."""
    return instant_of(datetime.combine(day, time()), zone)


def local_date(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def instant_of(wall: datetime, zone: str) -> datetime:
    """The instant of a local time: the first of two, or the jump of the clocks when they skip it."""
    where = ZoneInfo(zone)
    found = wall.replace(tzinfo=where, fold=0).astimezone(UTC)
    if found.astimezone(where).replace(tzinfo=None) == wall:
        return found
    return _jump(wall.replace(tzinfo=where, fold=1).astimezone(UTC), found, where)


def time_of_day(at: datetime, day: date, hours: Hours) -> timedelta:
    """How far `at` is into the local date by its clocks, counted so that it never runs backwards."""
    where = ZoneInfo(hours.zone)
    local = at.astimezone(where)
    if local.fold:
        first = local.replace(fold=0).astimezone(UTC)
        turned = _jump(first, at, where)
        wall = (turned + (first.astimezone(where).utcoffset() or NOTHING)).replace(tzinfo=None)
    else:
        wall = local.replace(tzinfo=None, fold=0)
    return wall - datetime.combine(day, time())


def _jump(early: datetime, late: datetime, where: ZoneInfo) -> datetime:
    """The second between two instants at which the clocks were moved."""
    low, high = early.replace(microsecond=0), late.replace(microsecond=0)
    if high < late:
        high += timedelta(seconds=1)
    offset = low.astimezone(where).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(where).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high


# Days off ------------------------------------------------------------------------------------------------------------


def holiday_names(hours: Hours, year: int, language: str = "") -> dict[date, str]:
    """The public holidays of a year, by name; in another language where `holidays` knows them in it."""
    return _names(hours.country, hours.subdivision, year, language) if hours.country else {}


@lru_cache(maxsize=512)
def _names(country: str, subdivision: str, year: int, language: str) -> dict[date, str]:
    found = _public(country, subdivision, year, language)
    return {day: found[day] for day in sorted(found) if day.year == year}


@lru_cache(maxsize=512)
def _days_off(country: str, subdivision: str, year: int) -> frozenset[date]:
    return frozenset(_names(country, subdivision, year, "")) if country else frozenset()


@lru_cache(maxsize=512)
def _days_on(country: str, subdivision: str, year: int) -> frozenset[date]:
    """Weekend days that are worked instead of others."""
    return frozenset(getattr(_public(country, subdivision, year, ""), "weekend_workdays", ())) if country else frozenset()


def _public(country: str, subdivision: str, year: int, language: str) -> Any:
    return holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=language or None)


# Reading -------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _check_country(country: str, subdivision: str) -> None:
    if subdivision and not country:
        raise HoursProblem("subdivision", "country_missing", "a region needs its country")
    if not country:
        return
    try:
        _public(country, "", 2026, "")
    except NotImplementedError:
        raise HoursProblem("country", "country", f"the holidays of {country} are not known", country) from None
    try:
        _public(country, subdivision, 2026, "")
    except NotImplementedError:
        raise HoursProblem("subdivision", "region", f"{country} has no region {subdivision}", subdivision) from None


def _week(week: Any) -> tuple[tuple[tuple[str, str], ...], ...]:
    if not isinstance(week, list | tuple) or len(week) != 7:
        raise HoursProblem("week", "week", "a week has seven days, Monday first")
    days = tuple(_day(f"week[{number}]", day) for number, day in enumerate(week))
    if not any(days):
        raise HoursProblem("week", "closed", "a week without any hours: nothing would ever be due")
    return days


def _day(field: str, day: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(day, list | tuple):
        raise HoursProblem(field, "pairs", "a day is a list of hours")
    pairs: list[tuple[str, str]] = []
    for pair in day:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(_is_time(at) for at in pair):
            raise HoursProblem(field, "pairs", 'hours are pairs such as ["09:00", "17:00"]', str(pair)[:40])
        start, end = pair
        if _minutes(start) >= _minutes(end):
            raise HoursProblem(field, "backwards", f"{start} is not before {end}; a shift over midnight is written on both days")
        if pairs and _minutes(start) < _minutes(pairs[-1][1]):
            raise HoursProblem(field, "overlap", f"{start} is before {pairs[-1][1]}: hours are in order and do not overlap")
        pairs.append((start, end))
    return tuple(pairs)


def _is_time(text: Any) -> bool:
    return isinstance(text, str) and _TIME.fullmatch(text) is not None


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _dates(days: Any) -> tuple[str, ...]:
    if not isinstance(days, list | tuple):
        raise HoursProblem("closed_on", "dates", "a list of dates is wanted")
    found = set()
    for day in days:
        try:
            found.add((day if isinstance(day, date) else date.fromisoformat(day)).isoformat())
        except (TypeError, ValueError):
            raise HoursProblem("closed_on", "dates", f"{day} is no date such as 2026-12-24", str(day)[:40]) from None
    return tuple(sorted(found))
