"""What somebody asks for, looked at as a whole before it is written down: every problem is told at once, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.canonical import decimal_text
from foundation.errors import FieldError
from governance.economics.models.provisions import LONGEST_REASON
from governance.economics.paper_width import width
from governance.economics.provision_costs import CostLine, months_between

# All of it has to fit on one side of paper, in Chinese too.
MOST_LINES = 10
MOST_ALTERNATIVES = 4
LONGEST_TITLE = 60
LONGEST_ALTERNATIVE = 100
LONGEST_WHY_NOT = 240
LONGEST_BECAUSE = 400
LONGEST_UNIT = 20
MOST_MONTHS = 60
MOST_DAYS = 3650
WHOLE_DIGITS = 12
PLACES = 6
MOST_MONEY = Decimal("999999999999")
TOO_LONG = _("Write a text of at most %(most)s letters; a Chinese character counts as two.")
KEY = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
LINE_FIELDS = {"key", "title", "quantity", "unit", "unit_price", "from_month", "to_month"}
ALTERNATIVE_FIELDS = {"title", "cost", "why_not"}


@dataclass(slots=True)
class Problems:
    """What is wrong, in the order in which somebody would read the form."""

    found: list[FieldError]

    def add(self, field: str, code: str, why: Any) -> None:
        self.found.append(FieldError(field, code, str(why)))


def number(value: Any, *, places: int = PLACES) -> Decimal | None:
    """A decimal that is finite, not negative and within the digits that are kept; else None."""
    if isinstance(value, bool | float) or value is None:
        return None
    try:
        found = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        return None
    if not found.is_finite() or found < 0:
        return None
    if found == 0:
        return Decimal(0)
    if not -places <= found.adjusted() < WHOLE_DIGITS or len(found.as_tuple().digits) > WHOLE_DIGITS + places:
        return None  # before it is written out: 1E+999999 would fill the memory
    text = decimal_text(found)
    return Decimal(text) if len(text.partition(".")[2]) <= places else None


def check_lines(lines: Sequence[Mapping[str, Any]], start: date, end: date, problems: Problems) -> list[CostLine]:
    """The cost lines. Months are their first days; a line without them falls in every month of the provision."""
    if not 1 <= len(lines) <= MOST_LINES:
        problems.add("lines", "count", _("Write between 1 and %(most)s cost lines.") % {"most": MOST_LINES})
        return []
    found: list[CostLine] = []
    seen: set[str] = set()
    for position, line in enumerate(lines):
        wrong = list(_line_problems(line, start, end, seen))
        for field, code, why in wrong:
            problems.add(f"lines[{position}].{field}", code, why)
        if not wrong:
            found.append(_line(line, start, end, seen))
    return found


def _line_problems(line: Mapping[str, Any], start: date, end: date, seen: set[str]) -> Iterator[tuple[str, str, Any]]:
    for name in sorted(set(line) - LINE_FIELDS):
        yield name, "unknown", _("There is no such field.")
    key = str(line.get("key") or "")
    if key and (not KEY.fullmatch(key) or key in seen):
        yield "key", "invalid", _("Give each line a key of its own: small letters, digits and _ . -, a letter first.")
    for name, most, needed in (("title", LONGEST_TITLE, True), ("unit", LONGEST_UNIT, False)):
        if not fits(line.get(name, ""), most, needed=needed):
            yield name, "invalid", TOO_LONG % {"most": most}
    for name in ("quantity", "unit_price"):
        if number(line.get(name)) is None:
            yield name, "invalid", _("Write a number that is not negative, with a point and at most 6 digits after it.")
    first, last = (line.get("from_month") or start), (line.get("to_month") or end)
    if not isinstance(first, date) or not isinstance(last, date):
        yield "from_month", "invalid", _("Write a month as a year and a month, such as 2027-01.")
    elif not 0 <= months_between(start, first) <= months_between(start, last) <= months_between(start, end):
        yield "from_month", "range", _("The months of a line lie within the time that is asked for, the first one first.")


def _line(line: Mapping[str, Any], start: date, end: date, seen: set[str]) -> CostLine:
    key = str(line.get("key") or "") or next(f"line-{n}" for n in range(1, 2 * MOST_LINES + 2) if f"line-{n}" not in seen)
    seen.add(key)
    quantity, price = number(line["quantity"]), number(line["unit_price"])
    return CostLine(
        key=key,
        title=str(line["title"]).strip(),
        quantity=quantity if quantity is not None else Decimal(0),
        unit=str(line.get("unit", "")).strip(),
        unit_price=price if price is not None else Decimal(0),
        first=months_between(start, line.get("from_month") or start),
        last=months_between(start, line.get("to_month") or end),
    )


def stored(line: CostLine) -> dict[str, Any]:
    """A line as it lies in a row: the words of a written plan, decimals as texts."""
    return {
        "key": line.key,
        "title": line.title,
        "kind": "cost",
        "quantity": decimal_text(line.quantity),
        "unit": line.unit,
        "unit_price": decimal_text(line.unit_price),
        "from_period": line.first,
        "to_period": line.last,
    }


def check_alternatives(
    rows: Sequence[Mapping[str, Any]], no_cheaper: str, total: Decimal, problems: Problems
) -> list[dict[str, Any]]:
    """What else was looked at: at least one thing that costs less, or why nothing does."""
    found: list[dict[str, Any]] = []
    if len(rows) > MOST_ALTERNATIVES:
        problems.add("alternatives", "count", _("Name at most %(most)s alternatives.") % {"most": MOST_ALTERNATIVES})
        return found
    for position, row in enumerate(rows):
        place, before = f"alternatives[{position}].", len(problems.found)
        for name in sorted(set(row) - ALTERNATIVE_FIELDS):
            problems.add(place + name, "unknown", _("There is no such field."))
        for name, most in (("title", LONGEST_ALTERNATIVE), ("why_not", LONGEST_WHY_NOT)):
            if not fits(row.get(name, ""), most):
                problems.add(place + name, "invalid", TOO_LONG % {"most": most})
        cost = number(row.get("cost"), places=2)
        if cost is None:
            problems.add(place + "cost", "invalid", _("Write what it would cost for the same time, not negative, to the cent."))
        if len(problems.found) == before and cost is not None:
            title, why_not = str(row["title"]).strip(), str(row["why_not"]).strip()
            found.append({"title": title, "cost": decimal_text(cost), "why_not": why_not})
    if not fits(no_cheaper, LONGEST_REASON, needed=False):
        problems.add("no_cheaper", "invalid", TOO_LONG % {"most": LONGEST_REASON})
    cheaper = [row for row in found if Decimal(row["cost"]) < total]
    if len(found) == len(rows) and not cheaper and not no_cheaper.strip():
        problems.add("no_cheaper", "required", _("Name an alternative that costs less, or say why there is none."))
    return found


def fits(value: Any, most: int, *, needed: bool = True) -> bool:
    """Whether it is a text of at most that many letters, and one at all where it is needed. A Chinese character takes two."""
    return isinstance(value, str) and width(value.strip()) <= most and "\0" not in value and (bool(value.strip()) or not needed)
