"""Where a change stands in a contract of the Open Data Contract Standard, and the least step of the version that it asks for there. Pure.

The steps are those of the draft of the Open Metadata Difference Standard (Bitol RFC-0039, "Impact classification rules (ODCS)", schema
section): a tool may be stricter, and not laxer. Hence a changed logical type is a major step even where it only widens, and a bound that
is no longer stated is one where a bound that is moved is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from governance.dictionary.compatibility.model import Bump

EntryType = Literal["ADD", "REMOVE", "CHANGE"]

# By the path in the element: the place below the property, where it has one of its own.
STATEMENTS = {
    "name": "businessName", "definition": "description", "logical_type": "logicalType", "format": "logicalTypeOptions/format",
    "null_policy": "required", "unique": "unique", "is_key": "primaryKey", "sensitivity": "classification",
    "domain.pattern": "logicalTypeOptions/pattern", "domain.minimum": "logicalTypeOptions/minimum",
    "domain.maximum": "logicalTypeOptions/maximum", "domain.min_length": "logicalTypeOptions/minLength",
    "domain.max_length": "logicalTypeOptions/maxLength", "domain.multiple_of": "logicalTypeOptions/multipleOf",
    "domain.values": "enum", "references.element": "relationships", "formula.expression": "transformLogic",
}  # fmt: skip
# Lists of words. Each is one value: it changes when it gets shorter, also to nothing.
LISTS = {"examples": "examples", "tags": "tags", "aliases": "synonyms", "formula.sources": "transformSourceObjects"}
# All that the standard has no field for is one custom property with a map in it, which changes.
OWN = "customProperties[property=countersign]"
_ENTRY = re.compile(r"(?P<head>[a-z_.]+)\[(?P<name>.*)\](?P<rest>(?:\.[a-z_]+)?)", re.DOTALL)

CHANGE_IS_MAJOR = frozenset({"name", "physicalName", "logicalType", "physicalType", "required", "unique", "criticalDataElement"})
ADD_IS_MINOR = CHANGE_IS_MAJOR | {"properties", "quality"}


@dataclass(frozen=True, slots=True)
class Place:
    """`below` the property: `logicalTypeOptions/minimum`, or `` for the property itself. `field` is the last name of it."""

    type: EntryType
    field: str
    below: str


def place_of(kind: str, path: str, before: Any, after: Any) -> Place:
    """How a change is told as an entry of a difference."""
    if kind in ("element_added", "element_removed"):
        return Place("ADD" if kind == "element_added" else "REMOVE", "properties", "")
    if path == "key":  # the old name goes on as a synonym, so that only a name is added; or it does not
        return Place("ADD" if kind == "key_renamed" else "CHANGE", "name", "name")
    if path in STATEMENTS:
        below = STATEMENTS[path]
        return Place(_type(before, after), below.rpartition("/")[2], below)
    if path.startswith("extra.odcs."):
        field = path.removeprefix("extra.odcs.")
        return Place(_type(before, after), field, field)
    if entry := _ENTRY.fullmatch(path):
        return _entry(entry, before, after)
    if path in LISTS:
        return Place("CHANGE" if _stated(before) else "ADD", LISTS[path], LISTS[path])
    return Place("CHANGE", "customProperties", OWN)


def _entry(entry: re.Match[str], before: Any, after: Any) -> Place:
    head, rest = entry["head"], entry["rest"]
    if head == "domain.values" and not rest:
        return Place("REMOVE" if after is None else "ADD", "enum", f"enum[value={quoted(entry['name'])}]")
    if head in LISTS:
        return Place("CHANGE", LISTS[head], LISTS[head])
    return Place("CHANGE", "customProperties", OWN)


def floor_of(kind: str, path: str, before: Any, after: Any) -> Bump:
    """The least step for this change by the draft standard."""
    place = place_of(kind, path, before, after)
    if place.type == "REMOVE":
        return "major"
    if place.type == "ADD":
        return "minor" if place.field in ADD_IS_MINOR else "patch"
    if place.field in CHANGE_IS_MAJOR:
        return "major"
    return "minor" if place.field == "quality" else "patch"


def quoted(name: str) -> str:
    """A name between brackets of a path."""
    return name.replace("\\", "\\\\").replace("]", "\\]")


def _type(before: Any, after: Any) -> EntryType:
    if _stated(before) and _stated(after):
        return "CHANGE"
    return "ADD" if _stated(after) else "REMOVE"


def _stated(value: Any) -> bool:
    """None, False and whatever is empty are left out of a file."""
    if isinstance(value, str | tuple | list | Mapping):
        return len(value) > 0
    return value is not None and value is not False
