"""What two people said of one element, put together: field by field, and a field that both changed is told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_NOTHING: Any = None
ATOMS = frozenset({"references", "formula", "examples", "tags", "texts"})  # taken as one: half of it would be neither side's word


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field (`unit`, `domain.maximum`, `domain.values`) that both sides changed, and differently. None: not stated."""

    field: str
    base: Any
    ours: Any
    theirs: Any

    def as_mapping(self) -> dict[str, Any]:
        return {"field": self.field, "base": self.base, "ours": self.ours, "theirs": self.theirs}


@dataclass(frozen=True, slots=True)
class Merged:
    """What both say together, as far as nobody has to choose."""

    said: Mapping[str, Any]
    conflicts: tuple[Conflict, ...] = field(default_factory=tuple)


def merge(base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any], taking: Mapping[str, str]) -> Merged:
    """Three-way merge of plain values as in `elements.as_mapping`.

    A field that one side changed is taken from there; changed alike, it is no conflict. `taking`: field → `ours` or `theirs`.
    Permissible values and the meanings of null tokens are merged one by one.
    """
    conflicts: list[Conflict] = []
    said = _maps(base, ours, theirs, taking, "", conflicts)
    return Merged(said, tuple(conflicts))


def _maps(
    base: Mapping[str, Any],
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    taking: Mapping[str, str],
    path: str,
    found: list[Conflict],
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name in dict.fromkeys([*theirs, *ours, *base]):
        here = f"{path}.{name}" if path else name
        value = _one(base.get(name), ours.get(name), theirs.get(name), taking, here, found)
        if value not in (_NOTHING, {}, []):
            result[name] = value
    return result


def _one(base: Any, ours: Any, theirs: Any, taking: Mapping[str, str], path: str, found: list[Conflict]) -> Any:
    if ours in (theirs, base):
        return theirs
    if theirs == base:
        return ours
    if path in taking:
        return ours if taking[path] == "ours" else theirs
    if path == "domain.values":
        return _values(base or [], ours or [], theirs or [], taking, path, found)
    gone = "[" in path and (ours is None or theirs is None)  # one side dropped the value that the other changed
    if path not in ATOMS and not gone and all(item is None or isinstance(item, Mapping) for item in (base, ours, theirs)):
        return _maps(base or {}, ours or {}, theirs or {}, taking, path, found)
    found.append(Conflict(path, base, ours, theirs))
    return ours


def _values(
    base: list[Any], ours: list[Any], theirs: list[Any], taking: Mapping[str, str], path: str, found: list[Conflict]
) -> list[Any]:
    """By code; in the order of theirs, then what only ours has."""
    before, here, there = ({item["code"]: item for item in items} for items in (base, ours, theirs))
    result = []
    for code in dict.fromkeys([*there, *here]):
        value = _one(before.get(code), here.get(code), there.get(code), taking, f"{path}[{code}]", found)
        if value:
            result.append(value)
    return result
