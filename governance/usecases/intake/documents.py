"""YAML: a list of use cases, each a map. Maps inside become columns with dots, lists become lists in one cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from foundation import yaml_reading
from governance.usecases.intake.table import LARGEST, Unreadable

NAMED = ("data_sources", "consumers")  # lists of maps with a name, as `usecase.yaml` has them
LIST_KEYS = ("use_cases", "use-cases", "usecases", "inventory", "rows", "items")


def lines_of(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The columns' names, then a line for each use case; numbered from 1. Raises Unreadable with the line that is wrong."""
    try:
        found = yaml_reading.read(text, max_bytes=LARGEST).values
    except yaml_reading.Unreadable as error:
        first = error.problems[0]
        detail = yaml_reading.MESSAGES[first.code] % first.params
        raise Unreadable("yaml", line=first.line or 1, detail=detail) from error
    items = _items(found)
    flat = [_flat(item) for item in items]
    names = list(dict.fromkeys(name for item in flat for name in item))
    yield 1, names
    for number, item in enumerate(flat, start=2):
        yield number, [item.get(name, "") for name in names]


def _items(found: Any) -> list[dict[str, Any]]:
    if isinstance(found, dict):
        inside = next((found[key] for key in LIST_KEYS if isinstance(found.get(key), list)), None)
        found = inside if inside is not None else [found]
    if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
        raise Unreadable("not_a_list")
    return found


def _flat(item: dict[str, Any], before: str = "") -> dict[str, str]:
    said: dict[str, str] = {}
    for key, value in item.items():
        name = f"{before}{key}"
        if isinstance(value, dict):
            said.update(_flat(value, f"{name}."))
        elif isinstance(value, list) and value and all(isinstance(part, dict) for part in value) and key in ("kpis", "kpi"):
            for number, part in enumerate(value, start=1):
                said.update(_flat(part, f"kpi.{number}."))
        elif isinstance(value, list):
            keep = key in NAMED and all(isinstance(part, dict) for part in value)
            plain = (
                [{str(word): _one(told) for word, told in part.items()} for part in value]
                if keep
                else [_one(part) for part in value]
            )
            said[name] = json.dumps(plain, ensure_ascii=False)
        else:
            said[name] = _one(value)
    return said


def _one(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return ": ".join(_one(part) for part in value.values() if part not in (None, ""))
    if isinstance(value, list):
        return ", ".join(_one(part) for part in value)
    return str(value)
