"""How a team's column differs from the element it holds, as far as a machine can apply it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.dictionary.elements import Problem
from governance.dictionary.elements.bounds import canonical_number
from governance.dictionary.elements.units import is_time_zone

FIELDS = ("factor", "offset", "recode", "null_tokens", "date_format", "time_zone")
MOST_CODES = 2000
LONGEST = 200


def read_declared(said: Any) -> tuple[dict[str, Any], list[Problem]]:
    """The canonical form of a declared deviation, and what is wrong with it.

    `factor` and `offset` (decimal texts): the column is factor × the element + offset. `recode`: the column's code → the element's.
    `null_tokens`: how a missing value is written here → what it means. `date_format`: as in strftime. `time_zone`: IANA name.
    """
    problems: list[Problem] = []
    if not isinstance(said, Mapping):
        return {}, [Problem("", "wrong_type", {"expected": "a map"})]
    found: dict[str, Any] = {}
    for name, value in said.items():
        if value in (None, "", {}):
            continue
        if name not in FIELDS:
            problems.append(Problem(str(name)[:60], "unknown_key", {"value": str(name)[:60], "known": ", ".join(FIELDS)}))
        elif name in ("factor", "offset"):
            number = canonical_number(value) if isinstance(value, str) else str(value) if isinstance(value, int) else None
            if number is None or (name == "factor" and number == "0"):
                problems.append(Problem(name, "bad_number", {"value": str(value)[:60]}))
            elif number != {"factor": "1", "offset": "0"}[name]:
                found[name] = number
        elif name in ("recode", "null_tokens"):
            found[name] = _codes(name, value, problems)
        elif not isinstance(value, str) or len(value) > LONGEST or "\x00" in value:
            problems.append(Problem(name, "wrong_type", {"expected": "a text"}))
        elif name == "time_zone" and not is_time_zone(value):
            problems.append(Problem(name, "bad_zone", {"value": value[:60]}))
        else:
            found[name] = value.strip()
    return {name: found[name] for name in FIELDS if found.get(name)}, problems


def _codes(name: str, value: Any, problems: list[Problem]) -> dict[str, str]:
    if not isinstance(value, Mapping):
        problems.append(Problem(name, "wrong_type", {"expected": "a map"}))
        return {}
    if len(value) > MOST_CODES:
        problems.append(Problem(name, "too_many", {"limit": str(MOST_CODES)}))
        return {}
    found = {}
    for theirs, ours in value.items():
        if (
            not isinstance(theirs, str)
            or not isinstance(ours, str)
            or max(len(theirs), len(ours)) > LONGEST
            or "\x00" in theirs + ours
        ):
            problems.append(Problem(f"{name}.{str(theirs)[:20]}", "wrong_type", {"expected": "a text"}))
        else:
            found[theirs] = ours
    return dict(sorted(found.items()))
