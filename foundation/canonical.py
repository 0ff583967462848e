"""One byte form for every value that is hashed or signed.

Sorted keys, no white space, UTF-8, no floats: the subset of RFC 8785 on which sorted `json.dumps` and the RFC agree.
Numbers that are not whole are normalised decimals written as strings, so 0.7, 0.70 and 7E-1 are one value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any


def canonical_json(value: Any) -> bytes:
    """The canonical bytes of `value`.

    Accepts None, booleans, integers, strings, Decimal, aware datetimes, dates, lists, tuples and maps with string keys.
    Raises TypeError for floats and anything else, ValueError for naive times, lone surrogates and numbers that are not finite.
    """
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def digest(value: Any) -> str:
    """`sha256:` and 64 hex digits over the canonical form of `value`."""
    return "sha256:" + hashlib.sha256(canonical_json(value)).hexdigest()


def digest_bytes(data: bytes) -> str:
    """`sha256:` and 64 hex digits over `data` as it stands."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def decimal_text(value: Decimal) -> str:
    """A finite decimal without exponent and without trailing zeros: `0.7`, `1200`, `-3.25`, `0`."""
    if not value.is_finite():
        raise ValueError(f"{value} is not a finite number")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def timestamp(value: datetime) -> str:
    """RFC 3339 in UTC with six digits of a second. Raises ValueError for a time without a zone."""
    if value.tzinfo is None:
        raise ValueError("a time without a time zone has no canonical form")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"the key {key!r} is not a string")
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")
