"""Working hours in zones with different clocks, and instants and local times there."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from governance.people.working_time import Hours

OFFICE = [[["09:00", "17:00"]]] * 5 + [[], []]
LUNCH = [[["09:00", "12:00"], ["13:00", "17:30"]]] * 4 + [[["09:00", "13:00"]], [], []]
ALWAYS = [[["00:00", "24:00"]]] * 7
NIGHT = [[["22:00", "24:00"]], *[[["00:00", "06:00"], ["22:00", "24:00"]]] * 4, [["00:00", "06:00"]], []]

BERLIN = Hours(zone="Europe/Berlin", week=OFFICE, country="DE")
BAVARIA = Hours(zone="Europe/Berlin", week=OFFICE, country="DE", subdivision="BY")
NEW_YORK = Hours(zone="America/New_York", week=OFFICE, country="US")
SHANGHAI = Hours(zone="Asia/Shanghai", week=OFFICE, country="CN")
LORD_HOWE = Hours(zone="Australia/Lord_Howe", week=OFFICE, country="AU", subdivision="NSW")
SYDNEY = Hours(zone="Australia/Sydney", week=OFFICE, country="AU", subdivision="NSW")
KOLKATA = Hours(zone="Asia/Kolkata", week=LUNCH, country="IN")
CAIRO = Hours(zone="Africa/Cairo", week=[*OFFICE[:4], [], [], [["09:00", "17:00"]]], country="EG")  # Sunday to Thursday
CAIRO_PLAIN = Hours(zone="Africa/Cairo", week=CAIRO.week)


def at(text: str, hours: Hours, fold: int = 0) -> datetime:
    """The instant of a local time. In UTC, because times of two zones in a repeated hour are never equal to Python."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(hours.zone), fold=fold).astimezone(UTC)


def local(instant: datetime, hours: Hours) -> str:
    return f"{instant.astimezone(ZoneInfo(hours.zone)):%Y-%m-%d %H:%M}"
