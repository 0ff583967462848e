"""Reading one field of a policy: text, names, numbers, spans of time. Whatever is wrong is noted where it is, never raised."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from approvals.policy.model import UNITS, Reminder, WorkingTime, WorthTolerance
from approvals.policy.problems import Problem
from approvals.policy.text import NotText, below

MAX_DAYS = 3660
MAX_LIST = 200
MAX_WORKING_DAYS = 1000
KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
SLUG = re.compile(r"[A-Za-z0-9_-]{1,60}")
DURATION = re.compile(r"([0-9]{1,6}) *(days?|weeks?)")
WORKING_TIME = re.compile(r"([0-9]{1,6}) +working +(day|hour|minute)s?")
CALENDAR_TIME = re.compile(r"([0-9]{1,6}) *(d|day|h|hour|m|min|minute)s?")
REMINDER = re.compile(r"(.{1,60}?) +(before|after)")
TOLERANCE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) *(%|[A-Z]{3})")
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
A_DAY_HAS_AT_MOST = {"days": 1, "hours": 24, "minutes": 24 * 60}


class Fields:
    """The problems found so far, the line of each path, and how the fields of any mapping are read."""

    def __init__(self, lines: Mapping[str, int], problems: list[Problem]) -> None:
        self.lines = lines
        self.problems = problems

    def note(self, path: str, code: str, **params: Any) -> None:
        where = path
        while where and where not in self.lines:
            where = where[: max(where.rfind("."), where.rfind("["), 0)]
        shown = {name: showable(str(value)) for name, value in params.items()}
        self.problems.append(Problem(showable(path), self.lines.get(where), code, shown))

    def mapping(self, body: Any, path: str, known: Collection[str] | None, required: Collection[str]) -> bool:
        """Whether it is a mapping; notes unknown and missing keys."""
        if not isinstance(body, Mapping):
            self.note(path, "wrong_type", expected="a mapping")
            return False
        if len(body) > MAX_LIST:
            self.note(path, "too_many", limit=MAX_LIST)
            return False
        if not all(isinstance(key, str) for key in body):
            self.note(path, "wrong_type", expected="a mapping whose keys are words")
            return False
        if known is not None:
            for key in (key for key in body if key not in known):
                self.note(below(path, key), "unknown_key", value=key, known=nearest(key, known))
        for key in required:
            if body.get(key) is None:
                self.note(path, "required", value=key)
        return True

    def text(self, body: Mapping[str, Any], path: str, key: str, *, limit: int, lines: bool = False) -> str:
        value = body.get(key)
        if value is None:
            return ""
        path = below(path, key)
        if not isinstance(value, str) or isinstance(value, NotText):
            self.note(path, "wrong_type", expected="text")
            return ""
        value = value.replace("\r\n", "\n").strip()
        if len(value) > limit:
            self.note(path, "too_long", limit=limit)
        elif CONTROL.search(value) or (not lines and "\n" in value) or "\t" in value:
            self.note(path, "bad_text")
        elif not value and key == "title":
            self.note(path, "required", value=key)
        return value

    def key(self, body: Mapping[str, Any], path: str) -> str:
        value = body.get("key")
        if value is None:
            return ""
        if not isinstance(value, str) or isinstance(value, NotText) or not KEY.fullmatch(value):
            self.note(below(path, "key"), "bad_key", value=value)
            return ""
        return value

    def slug(self, body: Mapping[str, Any], path: str, key: str) -> str:
        value = body.get(key)
        if value is None:
            return ""
        if not isinstance(value, str) or isinstance(value, NotText) or not SLUG.fullmatch(value):
            self.note(below(path, key), "bad_name", value=value)
            return ""
        return value

    def truth(self, body: Mapping[str, Any], path: str, key: str, *, default: bool) -> bool:
        value = body.get(key)
        if value is not None and not isinstance(value, bool):
            self.note(below(path, key), "wrong_type", expected="true or false")
        return default if value is None else bool(value)

    def number(self, value: Any, path: str) -> Decimal | None:
        """A decimal, from a whole number or from digits as they were written."""
        text = "" if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal) else str(value)
        if NUMBER.fullmatch(text):
            return Decimal(text)
        self.note(path, "bad_number", value=value)
        return None

    def days(self, body: Mapping[str, Any], key: str) -> int | None:
        """Calendar days."""
        value = body.get(key)
        if value is None:
            return None
        match = DURATION.fullmatch(value) if isinstance(value, str) else None
        days = int(match[1]) * (7 if match[2].startswith("week") else 1) if match else 0
        if not 1 <= days <= MAX_DAYS:
            self.note(key, "bad_duration", value=value, limit=MAX_DAYS)
            return None
        return days

    def working_time(self, body: Mapping[str, Any], path: str, key: str) -> WorkingTime | None:
        value = body.get(key)
        return None if value is None else self._working_time(value, value, below(path, key))

    def _working_time(self, value: Any, shown: Any, path: str) -> WorkingTime | None:
        text = value.strip() if isinstance(value, str) else ""
        match = WORKING_TIME.fullmatch(text)
        if match:
            amount, unit = int(match[1]), next(unit for unit in UNITS if unit.startswith(match[2]))
            if 1 <= amount <= MAX_WORKING_DAYS * A_DAY_HAS_AT_MOST[unit]:
                return WorkingTime(amount, unit)
        elif match := CALENDAR_TIME.fullmatch(text):
            unit = next(unit for unit in UNITS if unit.startswith(match[2][0]))
            meant = f"{int(match[1])} working {unit[:-1] if int(match[1]) == 1 else unit}"
            self.note(path, "calendar_time", value=shown, meant=meant + str(shown)[len(str(value)) :])
            return None
        self.note(path, "bad_working_time", value=shown, limit=MAX_WORKING_DAYS)
        return None

    def reminder(self, value: Any, path: str) -> Reminder | None:
        match = REMINDER.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is None:
            self.note(path, "bad_reminder", value=value)
            return None
        time = self._working_time(match[1], value.strip(), path)
        return None if time is None else Reminder(time, before=match[2] == "before")

    def worth_tolerance(self, value: Any, path: str) -> WorthTolerance | None:
        """A share such as `5 %`, or an amount a year such as `10000 EUR`."""
        if value is None:
            return None
        match = TOLERANCE.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is None or (match[2] == "%" and Decimal(match[1]) > 100):
            self.note(path, "bad_tolerance", value=value)
            return None
        return WorthTolerance(Decimal(match[1]), "" if match[2] == "%" else match[2])

    def items(self, value: Any, path: str, *, of: str, limit: int = MAX_LIST, empty: bool = True) -> list[Any]:
        """The items of a list; `empty`: whether there may be none."""
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.note(path, "wrong_type", expected=f"a list, each item a {of}")
            return []
        if len(value) > limit:
            self.note(path, "too_many", limit=limit)
            return []
        if not value and not empty:
            self.note(path, "empty", expected=of)
        return list(value)

    def names(
        self, value: Any, path: str, *, of: str, among: Collection[str] | None = None, empty: bool = True
    ) -> tuple[str, ...]:
        """A list of names, each once."""
        names: list[str] = []
        for at, item in enumerate(self.items(value, path, of=of, empty=empty)):
            where = f"{path}[{at}]"
            name = self.name(item, where, f"unknown_{of}", among)
            if name in names:
                self.note(where, "duplicate", value=name)
            names.append(name)
        return tuple(names)

    def name(self, value: Any, path: str, code: str, among: Collection[str] | None) -> str:
        if value is None and not path.endswith("]"):
            return ""  # noted as required
        if not isinstance(value, str) or isinstance(value, NotText):
            self.note(path, "wrong_type", expected="a name")
            return ""
        if among is not None and value not in among:
            self.note(path, code, value=value, known=nearest(value, among))
        return value

    def one_of(self, body: Mapping[str, Any], path: str, key: str, code: str, among: tuple[str, ...]) -> str:
        """One of a few words; the first of them if nothing is said."""
        value = body.get(key)
        if value is None:
            return among[0]
        if not isinstance(value, str) or value not in among:
            self.note(below(path, key), code, value=value, known=", ".join(among))
            return among[0]
        return value


def showable(text: str) -> str:
    """Short, and without the halves of characters that no encoder takes."""
    text = text if len(text) <= 300 else text[:299] + "…"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def nearest(value: str, known: Collection[str]) -> str:
    """The names it may have been meant to be, else all of them."""
    return ", ".join(difflib.get_close_matches(value[:60], known) or sorted(known))
