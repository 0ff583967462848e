"""JSON in and out without rounding: numbers that are not whole are decimals and keep every digit they were written with."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any


def loads(text: str) -> Any:
    """The value of a JSON text. Raises ValueError for anything else, for NaN and Infinity, and for a key that stands twice."""
    try:
        return json.loads(text, parse_float=_decimal, parse_constant=_refuse, object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def dumps(value: Any, indent: bool = False) -> str:
    """The JSON text of a value made of None, booleans, integers, Decimals, strings, lists, tuples and dicts."""
    return _text(value, "\n" if indent else "")


def _text(value: Any, newline: str) -> str:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is not a number that JSON knows")
        return str(value)
    if value is None or isinstance(value, (bool, int, str)):
        return json.dumps(value)
    deeper = newline + "  " if newline else ""
    colon = ": " if newline else ":"
    if isinstance(value, dict):
        items = [f"{_key(key)}{colon}{_text(item, deeper)}" for key, item in value.items()]
        return _brackets("{}", items, newline, deeper)
    if isinstance(value, (list, tuple)):
        return _brackets("[]", [_text(item, deeper) for item in value], newline, deeper)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def _brackets(pair: str, items: list[str], newline: str, deeper: str) -> str:
    return pair[0] + deeper + ("," + deeper).join(items) + newline + pair[1] if items else pair


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"the key {key!r} is not a string")
    return json.dumps(key)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"the number {text} has too large an exponent") from None


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not a number that JSON knows")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice")
    return found
