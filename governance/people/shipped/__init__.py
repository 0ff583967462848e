"""The matrix of responsibilities that ships: what every use case starts from, and the words of its activities."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from foundation import yaml_reading
from governance.people import raci
from governance.people.roles import ROLES

FILE = Path(__file__).parent / "raci.yaml"


@cache
def _activities() -> tuple[dict[str, Any], ...]:
    return tuple(yaml_reading.read(FILE.read_bytes(), max_bytes=64 * 1024).values["activities"])


@cache
def default_matrix() -> raci.Matrix:
    """Who usually does what; columns in the order in which roles are listed."""
    rows = [{"key": item["key"], "stage": item["stage"], "letters": item["who"]} for item in _activities()]
    named = {party for item in _activities() for party in item["who"]}
    columns = [role for role in ROLES if role in named]
    return raci.read({"columns": columns, "rows": rows}, roles=ROLES, shipped={item["key"] for item in _activities()})


@cache
def activity_titles(language: str) -> dict[str, str]:
    """The words of the activities that ship, by key; English where there are none in this language."""
    return {item["key"]: item["title"].get(language.lower(), item["title"]["en"]) for item in _activities()}
