"""What files of YAML and JSON have in common once read: plain values, and how much of them there may be. Pure.

Plain values are maps with texts for keys, lists, texts, whole numbers, floats, true, false and None: what JSON can hold, so that they
can be stored and written back.
"""

from __future__ import annotations

import math
import re
from typing import Any

from governance.dictionary.formats.model import Unreadable
from governance.dictionary.formats.notes import note

MAX_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 40
MAX_DIGITS = 100  # of a whole number; a 256-bit one has 78
NO_TEXT = re.compile("[\x00\ud800-\udfff]")  # can be neither stored nor hashed: NUL, and half a surrogate pair


def decoded(data: bytes, place: str) -> str:
    """The text of a file: UTF-8 with or without a byte order mark. Raises Unreadable for what is too long, or is none."""
    if len(data) > MAX_BYTES:
        raise Unreadable(note(place, "error", "too_large", limit=MAX_BYTES))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(note(f"line {line}", "error", "not_utf8", detail=error.reason)) from error


def whole(text: str) -> int | None:
    """A decimal whole number, or None for one with more digits than anybody counts."""
    return int(text) if len(text) <= MAX_DIGITS else None


def real(text: str) -> float | None:
    """A decimal number as the nearest float, or None for one that is too large to be any."""
    value = float(text)
    return value if math.isfinite(value) else None


def same(first: Any, second: Any) -> bool:
    """Whether two plain values are the same with their types: True is not 1, and 1 is not 1.0."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(same(first[name], second[name]) for name in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same, first, second))
    return type(first) is type(second) and bool(first == second)
