"""An element of what a file says of it: what cannot be used is left out with a note, and everything else is read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import fields as fields_of
from typing import Any

from governance.dictionary.elements import Element, Problem, read_element
from governance.dictionary.formats.model import Note
from governance.dictionary.formats.notes import note

ROUNDS = 4  # each mends everything that is told at once; what is told later was hidden by it
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_CUT = frozenset(("name", "definition", "expression", "meaning"))


def element_of(key: str, said: Mapping[str, Any], place: str) -> tuple[Element, list[Note]]:
    """The element of this key, and what was noticed at its place. `said` are fields as of `elements.as_mapping`, of any quality."""
    notes: list[Note] = []
    known = {item.name for item in fields_of(Element)}
    fields = {name: deepcopy(value) for name, value in said.items() if name in known and name != "key"}
    for name in said:
        if name not in known:
            notes.append(note(_at(place, name), "error", "unknown_key", value=name, known=", ".join(sorted(known))))
    for _round in range(ROUNDS):
        element, problems = read_element({"logical_type": "string", **fields, "key": key})
        errors = [item for item in problems if item.level == "error"]
        if element is not None:
            return element, notes + [_noted(item, place) for item in problems]
        for item in _removals_last(errors):
            notes.append(_mend(fields, item, place))
    for name in {item.path.partition(".")[0].partition("[")[0] for item in errors}:
        fields.pop(name, None)
    element, problems = read_element({"logical_type": "string", **fields, "key": key})
    return element or Element(key=key), notes + [_noted(item, place) for item in problems]


def _removals_last(errors: Iterable[Problem]) -> list[Problem]:
    """Items of lists from the last to the first, so that the places of those before them stay right; one error for each."""
    by_target = {_target(item.path): item for item in errors}
    return [by_target[target] for target in sorted(by_target, key=_places, reverse=True)]


def _places(target: tuple[Any, ...]) -> list[tuple[int, str]]:
    return [(step, "") if isinstance(step, int) else (-1, step) for step in target]


def _target(path: str) -> tuple[str | int, ...]:
    """The steps to what is left out: the innermost item of a list, or else the value itself."""
    steps: list[str | int] = [int(number) if number else name for name, number in _STEP.findall(path)]
    inner = max((at for at, step in enumerate(steps) if isinstance(step, int)), default=-1)
    return tuple(steps[: inner + 1] if inner >= 0 else steps)


def _mend(fields: dict[str, Any], problem: Problem, place: str) -> Note:
    """Leaves out what is wrong, or cuts what is only too long."""
    steps = _target(problem.path)
    around: Any = fields
    for at, step in enumerate(steps[:-1]):
        found = _item(around, step)
        if not isinstance(found, dict | list):
            steps = steps[: at + 1]
            break
        around = found
    last = steps[-1] if steps else ""
    value = _item(around, last)
    limit = int(problem.params.get("limit", "0") or 0) if problem.code in ("too_long", "too_many") else 0
    if limit and isinstance(value, list):
        around[last] = value[:limit]
    elif limit and isinstance(value, str) and last in _CUT:
        around[last] = value.strip()[:limit].strip()
        return note(_at(place, problem.path), "warning", "text_cut", limit=limit)
    elif last in around if isinstance(around, dict) else isinstance(last, int) and last < len(around):
        del around[last]
    elif steps:
        fields.pop(str(steps[0]), None)  # a place that cannot be found again, such as a key with a point in it
    return _noted(problem, place)


def _item(around: Any, step: str | int) -> Any:
    if isinstance(around, dict):
        return around.get(step)
    if isinstance(around, list) and isinstance(step, int) and step < len(around):
        return around[step]
    return None


def _noted(item: Problem, place: str) -> Note:
    return Note(_at(place, item.path), item.level, item.code, {name: str(value)[:300] for name, value in item.params.items()})


def _at(place: str, path: str) -> str:
    return f"{place}.{path}".strip(".")
