"""Properties in properties: of an object, of the items of an array, of the values of a map (3.2). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from governance.dictionary.formats.lens import Plain

CONTAINERS = ("object", "array", "map")
_ITEMS: Plain = {"logicalType": "object"}
_MAP: Plain = {"key": {"logicalType": "string"}, "value": {"logicalType": "object"}}


def inner_lists(said: Mapping[str, Any], steps: str = "", place: str = "") -> Iterator[tuple[str, str, list[Any]]]:
    """Each list of properties in a property: the steps to it in a name (`[]`, `{}`), its place in the file, and the list."""
    if isinstance(said.get("properties"), list) and said["properties"]:
        yield steps, f"{place}.properties", said["properties"]
    if isinstance(said.get("items"), Mapping):
        yield from inner_lists(said["items"], f"{steps}[]", f"{place}.items")
    if isinstance(value := _value_of(said), Mapping):
        yield from inner_lists(value, f"{steps}{{}}", f"{place}.map.value")


def without_inner(said: Mapping[str, Any]) -> Plain:
    """What a property says apart from the properties in it, and from what `place_for` puts around those by itself."""
    rest = dict(said)
    if any(inner_lists({"properties": said.get("properties")})):
        del rest["properties"]
    if isinstance(said.get("items"), Mapping) and any(inner_lists(said["items"])):
        rest["items"] = without_inner(said["items"])
        if rest["items"] == _ITEMS:
            del rest["items"]
    if isinstance(value := _value_of(said), Mapping) and any(inner_lists(value)):
        rest["map"] = dict(said["map"]) | {"value": without_inner(value)}
        if rest["map"] == _MAP:
            del rest["map"]
    return rest


def place_for(said: Plain, steps: list[str]) -> list[Any]:
    """The list of properties that these steps lead to. What is on the way and not there yet is made."""
    for step in steps:
        if step == "[]":
            said["items"] = inner = dict(said["items"] if isinstance(said.get("items"), Mapping) else _ITEMS)
        else:
            said["map"] = around = dict(said["map"] if isinstance(_value_of(said), Mapping) else _MAP)
            around["value"] = inner = dict(around["value"])
        said = inner
    said["properties"] = listed = list(said.get("properties") or ())
    return listed


def _value_of(said: Mapping[str, Any]) -> Any:
    around = said.get("map")
    return around.get("value") if isinstance(around, Mapping) else None
