"""Keys, currencies and texts: what may stand in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from governance.economics.plan.currencies import OFTEN_MEANT, is_currency
from governance.economics.plan.limits import HIDDEN, KEY, LINE_ENDS, LONGEST
from governance.economics.plan.problems import Problem

_LETTERS = re.compile(r"[A-Z]{3}")


def key_problems(path: str, key: str) -> Iterator[Problem]:
    if not KEY.fullmatch(key):
        yield Problem(path, "key")


def currency_problems(path: str, currency: str) -> Iterator[Problem]:
    if (problem := currency_problem(path, currency)) is not None:
        yield problem


def currency_problem(path: str, code: str) -> Problem | None:
    """What is wrong with the code of a currency; None if it is one."""
    if is_currency(code):
        return None
    if code in OFTEN_MEANT:
        return Problem(path, "currency_meant", {"value": code, "meant": OFTEN_MEANT[code]})
    return Problem(path, "currency_unknown", {"value": code}) if _LETTERS.fullmatch(code) else Problem(path, "currency")


def text_problems(path: str, name: str, text: str, *, needed: bool = False, lines: bool = False) -> Iterator[Problem]:
    """`name`: of the field, which decides how long it may be; `lines`: whether it may have more than one."""
    if needed and not text:
        yield Problem(path, "empty")
    if len(text) > LONGEST[name]:
        yield Problem(path, "too_long", {"most": LONGEST[name]})
    found = HIDDEN.search(text) or (None if lines else LINE_ENDS.search(text))
    if found is not None:
        yield Problem(path, "hidden", {"code": f"{ord(found[0]):04X}"})
