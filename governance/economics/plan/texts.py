"""Keys, currencies and texts: what may stand in them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from governance.economics.plan.currencies import currency_problem
from governance.economics.plan.limits import HIDDEN, KEY, LINE_ENDS, LONGEST
from governance.economics.plan.problems import Problem


def key_problems(path: str, key: str) -> Iterator[Problem]:
    if not KEY.fullmatch(key):
        yield Problem(path, "key")


def currency_problems(path: str, currency: str) -> Iterator[Problem]:
    if (problem := currency_problem(path, currency)) is not None:
        yield problem


def text_problems(path: str, name: str, text: str, *, needed: bool = False, lines: bool = False) -> Iterator[Problem]:
    """`name`: of the field, which decides how long it may be; `lines`: whether it may have more than one."""
    if needed and not text:
        yield Problem(path, "empty")
    if len(text) > LONGEST[name]:
        yield Problem(path, "too_long", {"most": LONGEST[name]})
    found = HIDDEN.search(text) or (None if lines else LINE_ENDS.search(text))
    if found is not None:
        yield Problem(path, "hidden", {"code": f"{ord(found[0]):04X}"})
