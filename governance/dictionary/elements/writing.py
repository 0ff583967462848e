"""From an element to plain values: what the API sends, files hold, and digests are taken over. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any

from foundation.canonical import digest
from governance.dictionary.elements.model import Element, NullMeaning

FORMAT = "countersign/element/1"
NOT_THE_VERSION = ("key", "aliases")  # the key is the element's, and what others call it is no part of what it means


def as_mapping(element: Element) -> dict[str, Any]:
    """Plain values by the names of the fields; what is not stated is left out. `reading.read_element` reads them back.

    Dates are ISO 8601 texts; `null_meanings` and `labels` are maps.
    """
    return _plain(element)  # type: ignore[no-any-return] # an element becomes a map


def body(element: Element) -> dict[str, Any]:
    """What a version says: no key, no alias, no author, no date of writing.

    Of `extra` only the digest of its sorted JSON: it may hold numbers that are not whole, which have no canonical form.
    """
    return body_of(as_mapping(element))


def body_of(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The same of plain values as in `as_mapping`."""
    said = {name: value for name, value in plain.items() if name not in NOT_THE_VERSION}
    if extra := said.pop("extra", None):
        text = json.dumps(extra, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        said["extra"] = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    return {"format": FORMAT, "says": said}


def content_digest(element: Element) -> str:
    """`sha256:` and 64 hex digits over `body`."""
    return digest(body(element))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):  # most of what is said, and all of what is not
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        if value and isinstance(value[0], NullMeaning):
            return {item.token: item.meaning for item in value}
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        found: dict[str, Any] = {}
        for name in _names(type(value)):
            part = getattr(value, name)
            plain = dict(part) if name == "labels" else _plain(part)
            if name == "code" or not _unsaid(plain):  # an empty code is a value of its own
                found[name] = plain
        return found
    if isinstance(value, Mapping):
        return dict(value)
    return value


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(item.name for item in fields(kind))


def _unsaid(plain: Any) -> bool:
    """None, False, and whatever is empty; 0 is a statement."""
    return plain is None or plain is False or plain in ("", [], {})
