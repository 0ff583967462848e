"""Our own additions to a contract: `customProperties` that are named `countersign` or `countersign.<field>`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from governance.dictionary.formats.lens import Plain

NAME = "countersign"
PROPERTIES = "customProperties"
_OUR_ADDRESS = re.compile(r"(?:^|/)dictionary/[a-z0-9_-]+/elements/([a-z0-9_.-]+)/?$")


def taken_out(said: Mapping[str, Any]) -> tuple[Plain, Plain]:
    """What is said without our additions, and what these say."""
    listed = said.get(PROPERTIES)
    if not isinstance(listed, list):
        return dict(said), {}
    added: Plain = {}
    others = [item for item in listed if not _ours(item, added)]
    rest = {key: value for key, value in said.items() if key != PROPERTIES}
    if PROPERTIES in added:
        rest[PROPERTIES] = added.pop(PROPERTIES)
    elif others or not added:
        rest[PROPERTIES] = others
    return rest, added


def put_in(said: Plain, added: Mapping[str, Any]) -> Plain:
    """As `taken_out` reads it: each single value as a property of its own, and all the rest as one map."""
    listed = said.get(PROPERTIES)
    if added and PROPERTIES in said and not (isinstance(listed, list) and listed):
        added = {**added, PROPERTIES: listed}  # an empty list, or none at all, comes back as it was
    single = {name: value for name, value in added.items() if isinstance(value, str | bool | int) and name != PROPERTIES}
    rest = {name: value for name, value in added.items() if name not in single}
    ours: list[Plain] = [{"property": f"{NAME}.{name}", "value": value} for name, value in single.items()]
    if rest:
        ours.append({"property": NAME, "value": rest})
    return said | {PROPERTIES: [*(listed if isinstance(listed, list) else ()), *ours]} if ours else said


def key_by_definition(said: Mapping[str, Any]) -> str | None:
    """The key of the element that a semantic definition at our own address names."""
    listed = said.get("authoritativeDefinitions")
    for item in listed if isinstance(listed, list) else ():
        if not isinstance(item, Mapping) or item.get("type") != "semanticDefinition" or not isinstance(item.get("url"), str):
            continue
        if found := _OUR_ADDRESS.search(re.split(r"[?#]", item["url"])[0]):
            return found[1]
    return None


def _ours(item: Any, added: Plain) -> bool:
    name = item.get("property") if isinstance(item, Mapping) else None
    if not isinstance(name, str) or "value" not in item or item.keys() - {"property", "value"}:
        return False
    if name == NAME and isinstance(item["value"], dict):
        added.update(item["value"])
    elif name.startswith(f"{NAME}."):
        added[name.removeprefix(f"{NAME}.")] = item["value"]
    else:
        return False
    return True
