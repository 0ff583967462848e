"""JSON to plain values and back, so that what is written reads back as it was. Pure.

Stricter than RFC 8259 leaves open: UTF-8 only, no key twice, no NaN or Infinity, no number that cannot be kept, no half surrogate
pair, no NUL.
"""

from __future__ import annotations

import json
import re
from typing import Any

from governance.dictionary.formats.model import Unreadable
from governance.dictionary.formats.notes import note
from governance.dictionary.formats.plain_values import MAX_DEPTH, NO_TEXT, decoded, real, whole

_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def load(data: bytes, name: str) -> Any:
    """The plain values of one JSON text. `name` is the file's, for what is wrong with all of it. Raises Unreadable."""
    text = decoded(data, name)
    if _depth(text) > MAX_DEPTH:  # counted first: the parser of Python follows each level with a call
        raise Unreadable(note(name, "error", "too_deep"))
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_int=_whole, parse_float=_real, parse_constant=_constant, strict=True
        )
    except json.JSONDecodeError as error:
        raise Unreadable(note(f"line {error.lineno}", "error", "json", detail=error.msg)) from error
    except _Refused as error:
        raise Unreadable(note(name, "error", error.code, **error.params)) from error
    _check_texts(value, name)
    return value


def dump(value: Any) -> bytes:
    """Plain values as JSON in UTF-8, indented by two, keys in the order of the map, with a line end. `load` gives them back."""
    return (json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode("utf-8")


class _Refused(Exception):
    """What the parser of Python would take, and is not taken here."""

    def __init__(self, code: str, **params: str) -> None:
        self.code, self.params = code, params
        super().__init__(code)


def _depth(text: str) -> int:
    deepest = depth = 0
    for found in _STRUCTURE.finditer(text):
        if found[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                break
        elif found[0] in "]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _value in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _Refused("duplicate_key", value=twice.encode("utf-8", "replace").decode())
    return made


def _whole(text: str) -> int:
    value = whole(text)
    if value is None:
        raise _Refused("json", detail=f"no number that can be kept: {text[:40]}")
    return value


def _real(text: str) -> float:
    value = real(text)
    if value is None:
        raise _Refused("json", detail=f"no number that can be kept: {text[:40]}")
    return value


def _constant(text: str) -> Any:
    raise _Refused("json", detail=f"{text} is no number of JSON")


def _check_texts(value: Any, name: str) -> None:
    texts = [value] if isinstance(value, str) else []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        inner = list(item.values()) if isinstance(item, dict) else item if isinstance(item, list) else []
        texts += [*(item if isinstance(item, dict) else ()), *(one for one in inner if isinstance(one, str))]
        waiting += [one for one in inner if isinstance(one, dict | list)]
    if any(map(NO_TEXT.search, texts)):
        raise Unreadable(note(name, "error", "json", detail="an escape that stands for no character of a text"))
