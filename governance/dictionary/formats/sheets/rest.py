"""The column `Countersign`: what a row says beside its cells, as compact JSON. Pure.

`{"book": …, "table": …, "column": …, "element": …}`. `book` stands in one row of the sheet. `order` is the place of a table or an element
among all, where the rows stand in another order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from governance.dictionary.elements import Domain, Element, Formula, Reference
from governance.dictionary.formats.sheets.layout import PARTS
from governance.dictionary.formats.sheets.problems import Notes

DEEPEST = 60
_TEXTS = {
    "book": ("title", "description", "version"),
    "table": ("name", "physical_name", "title", "description"),
    "column": ("name", "physical_type", "role"),
    "element": ("key",),
}
_INNER = {"domain": Domain, "references": Reference, "formula": Formula}
PATHS = frozenset(item.name for item in fields(Element) if item.name not in PARTS) | {
    f"{part}.{item.name}" for part, of in _INNER.items() for item in fields(of)
}


class _Wrong(ValueError):
    pass


def read_rest(text: str, place: str, notes: Notes) -> dict[str, dict[str, Any]]:
    """The parts of the JSON in a row. What is wrong in it is told and left out, and the rest of the row is read."""
    if not text.strip():
        return {}
    doubled: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _value in pairs]
            doubled.append(next(name for name in names if names.count(name) > 1))
        return found

    try:
        found = json.loads(text, object_pairs_hook=once, parse_constant=_refuse, parse_float=_finite)
        deep = _deeper(found, DEEPEST)
    except (ValueError, RecursionError) as error:
        notes.say(place, "error", "json", detail=str(error) if str(error) else type(error).__name__)
        return {}
    if deep:
        notes.say(place, "error", "too_deep")
        return {}
    for name in doubled[:20]:
        notes.say(place, "error", "duplicate_key", value=name)
    if not isinstance(found, dict):
        notes.say(place, "error", "wrong_type", expected="a map")
        return {}
    return {part: _part(part, said, place, notes) for part, said in found.items() if _is_part(part, said, place, notes)}


def _is_part(part: str, said: Any, place: str, notes: Notes) -> bool:
    if part not in _TEXTS:
        notes.say(place, "error", "unknown_key", value=part, known=", ".join(_TEXTS))
    elif not isinstance(said, dict):
        notes.say(place, "error", "wrong_type", expected="a map")
    return part in _TEXTS and isinstance(said, dict)


def _part(part: str, said: Mapping[str, Any], place: str, notes: Notes) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in said.items():
        if name == "order":
            good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
        elif name == "extra":
            good = isinstance(value, dict)
        elif name in _TEXTS[part]:
            good = isinstance(value, str)
        elif part == "element" and name in PATHS:
            good = True
        else:
            notes.say(place, "error", "unknown_key", value=name, known=", ".join((*_TEXTS[part], "extra", "order")))
            continue
        if good:
            kept[name] = value
        else:
            notes.say(place, "error", "wrong_type", expected={"order": "a whole number", "extra": "a map"}.get(name, "a text"))
    return kept


def _refuse(word: str) -> Any:
    raise _Wrong(f"{word} is no number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise _Wrong(f"{text[:30]} is too large")
    return value


def _deeper(value: Any, than: int) -> bool:
    """Whether maps and lists are nested deeper. Level by level, as a walk would go as deep as they do."""
    level = [value]
    for _ in range(than):
        level = [
            inner
            for part in level
            if isinstance(part, dict | list)
            for inner in (part.values() if isinstance(part, dict) else part)
        ]
        if not level:
            return False
    return True
