"""What a file says of one line and month, and what is wrong with it; how amounts and months are read. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from governance.economics.plan.currencies import is_currency
from governance.economics.plan.limits import HIDDEN

MOST_DIGITS = 16  # before the point, of an amount
LONGEST_REFERENCE = 200
LONGEST_NOTE = 2000
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_FINE = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")  # as programs write it
_MONTHS = (
    # 2026.1 may be what a spreadsheet made of 2026.10, so a point is followed by two digits, or by a day.
    re.compile(
        r"(?P<year>\d{4})(?:[-/]|\.(?=\d{2}|\d\.))(?P<month>\d{1,2})([-/.](?P<day>\d{1,2})([T ]\d{2}:\d{2}[\d:.,Z+ -]*)?)?"
    ),
    re.compile(r"(?P<month>\d{1,2})[/.-](?P<year>\d{4})(?P<day>)"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A code, the column it is about, and what it speaks of."""

    code: str
    column: str
    params: Mapping[str, str] = field(default_factory=dict)

    def as_mapping(self) -> dict[str, object]:
        return {"code": self.code, "column": self.column, "params": dict(self.params)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount of a line and a month, as far as it could be read. `place`: its row, or how many entries of a bill it is the sum of.

    `said` has the month and the amount as they stand in the file, for what could not be read. Without a `line` it belongs to none.
    """

    place: str
    line: str
    month: date | None
    amount: Decimal | None
    currency: str = ""  # empty: the case's
    reference: str = ""
    note: str = ""
    said: tuple[str, str] = ("", "")
    problems: tuple[Problem, ...] = ()


def amount_of(text: str, column: str) -> tuple[Decimal | None, Problem | None]:
    """A plain number with a point and at most two digits after it. A comma is refused: nobody can know which sign it is."""
    text = text.strip()
    if not text:
        return None, Problem("empty", column)
    if _NUMBER.fullmatch(text) is None:
        return None, Problem("comma" if "," in text else "no_number", column, {"value": text[:60]})
    value = Decimal(text)
    if value.adjusted() >= MOST_DIGITS:
        return None, Problem("too_large", column, {"digits": str(MOST_DIGITS)})
    if value != value.quantize(Decimal("0.01")):
        return None, Problem("cents", column, {"value": text[:60]})
    return value.quantize(Decimal("0.01")) + 0, None  # nothing has no sign


def fine_amount_of(text: str, column: str) -> tuple[Decimal | None, Problem | None]:
    """A number of a bill, which may have many digits after the point; it is added up before it is rounded."""
    text = text.strip()
    if _FINE.fullmatch(text) is None or len(text) > 60:
        code = "empty" if not text else "comma" if "," in text else "no_number"
        return None, Problem(code, column, {"value": text[:60]})
    value = Decimal(text)
    if value and not -40 < value.adjusted() < MOST_DIGITS:
        return None, Problem("too_large", column, {"digits": str(MOST_DIGITS)})
    return value, None


def month_of(text: str, column: str, today: date) -> tuple[date | None, Problem | None]:
    """The first day of the month that a text names: 2026-03, 2026-03-31, 03/2026. One that has not begun is refused."""
    text = text.strip()
    if not text:
        return None, Problem("empty", column)
    found = next((match for form in _MONTHS if (match := form.fullmatch(text)) is not None), None)
    year, month = (int(found["year"]), int(found["month"])) if found is not None else (0, 0)
    if not 1970 <= year <= 9999 or not 1 <= month <= 12:
        return None, Problem("no_month", column, {"value": text[:40]})
    first = date(year, month, 1)
    if found is not None and found["day"] and not 1 <= int(found["day"]) <= monthrange(year, month)[1]:
        return None, Problem("no_day", column, {"value": text[:40]})
    if first > today:
        return None, Problem("future", column, {"value": f"{first:%Y-%m}"})
    return first, None


def currency_of(text: str, column: str) -> tuple[str, Problem | None]:
    """A code of ISO 4217, or nothing."""
    text = text.strip().upper()
    if text and not is_currency(text):
        return "", Problem("no_currency", column, {"value": text[:20]})
    return text, None


def hidden_in(text: str, column: str) -> Problem | None:
    """What nobody sees in a text: control characters, which PostgreSQL or XML cannot hold, and marks that turn the order of letters."""
    found = HIDDEN.search(text)
    return Problem("hidden", column, {"code": f"{ord(found[0]):04X}"}) if found else None


def shown(text: str) -> str:
    """A text as it can be kept and told, also where it is refused: a mark stands for what nobody sees."""
    return HIDDEN.sub("\ufffd", text)
