"""The one byte form of a JSON value: sorted keys, no white space, UTF-8, no floats."""

from __future__ import annotations

import hashlib
import json
from typing import Any


class NotCanonical(ValueError):
    """The bytes are not the canonical form of any value."""


_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
).encode


def canonical_json(value: Any) -> bytes:
    """The canonical bytes of a value made of None, booleans, integers, strings, lists and dicts with string keys."""
    return _encode(value).encode("utf-8")


def digest(value: Any) -> str:
    """`sha256:` and 64 hex digits over the canonical form."""
    return "sha256:" + hashlib.sha256(canonical_json(value)).hexdigest()


def parse(data: bytes) -> Any:
    """The value whose canonical form `data` is. Raises NotCanonical for any other bytes, however they might be read."""
    try:
        value = _decode(data.decode("utf-8"))
        if _encode(value).encode("utf-8") == data:
            return value
    except RecursionError:
        raise NotCanonical("nested too deeply") from None
    except ValueError as error:  # not UTF-8, not JSON, a float, half a surrogate pair, an endless integer
        raise NotCanonical(str(error)) from None
    raise NotCanonical("not in canonical form")


def _refuse_number(text: str) -> Any:
    raise NotCanonical(f"{text} is not an integer")


_decode = json.JSONDecoder(parse_float=_refuse_number, parse_constant=_refuse_number).decode
