"""Patterns: in JSON Schema one may match anywhere in a text, in an element the whole text has to match. Pure.

Source: JSON Schema Validation 2020-12, section 6.3.3: "regular expressions are not implicitly anchored".
"""

from __future__ import annotations

import re

_ANYWHERE = (r"[\s\S]*(?:", r")[\s\S]*")
_ANCHORED = ("^(?:", ")$")
_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|^$]|.", re.DOTALL)


def whole(pattern: str) -> str:
    """The pattern that the whole text matches where this one is found in it."""
    if (inner := _between(pattern, _ANCHORED)) is not None:
        return inner
    return pattern if _is_anchored(pattern) else pattern.join(_ANYWHERE)


def anywhere(pattern: str) -> str:
    """The reverse of `whole`."""
    if (inner := _between(pattern, _ANYWHERE)) is not None:
        return inner
    return pattern if _is_anchored(pattern) else pattern.join(_ANCHORED)


def _is_anchored(pattern: str) -> bool:
    """Whether it can be found only as the whole text: `^` first, `$` last, and no choice between them at the top."""
    parts = _PART.findall(pattern)
    return len(parts) >= 2 and parts[0] == "^" and parts[-1] == "$" and "|" not in _at_top(parts)


def _between(pattern: str, ends: tuple[str, str]) -> str | None:
    """What stands between these ends, if they belong together."""
    if not (pattern.startswith(ends[0]) and pattern.endswith(ends[1]) and len(pattern) >= len(ends[0]) + len(ends[1])):
        return None
    inner = pattern[len(ends[0]) : -len(ends[1])]
    depth = 0
    for part in _PART.findall(inner):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if depth < 0:
            return None
    return inner if depth == 0 else None


def _at_top(parts: list[str]) -> list[str]:
    found, depth = [], 0
    for part in parts:
        depth += {"(": 1, ")": -1}.get(part, 0)
        if depth == 0:
            found.append(part)
    return found
