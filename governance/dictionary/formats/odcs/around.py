"""What a contract and a table of it say of themselves, and which version says what. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from governance.dictionary.formats.keys import key_for
from governance.dictionary.formats.lens import Lens, Plain
from governance.dictionary.formats.native import as_text, lens_of, stated

WRITTEN_VERSION = "v3.1.0"
NO_VERSION = "0.0.0"  # of a contract that has to have one, and states none
TABLE_WORDS = ("physicalName", "businessName", "description")
BOOK_WORDS = ("version", "apiVersion", "kind", "id", "name", "status", "description")
_NAMES = (("physicalName", "physical_name"), ("businessName", "title"), ("description", "description"))
_VERSION = re.compile(r"v?([0-9]{1,3})\.([0-9]{1,3})")


def latest(version: str) -> bool:
    """Whether a contract of this version may say what came with 3.2."""
    found = _VERSION.match(version)
    return found is not None and (int(found[1]), int(found[2])) >= (3, 2)


def table_lens() -> Lens:
    return lens_of(
        lambda said: stated(said, *_NAMES),
        lambda fields: {word: fields[name] for word, name in _NAMES if name in fields},
        TABLE_WORDS,
    )


def book_lens() -> Lens:
    return lens_of(_says, _native, BOOK_WORDS)


def _says(said: Mapping[str, Any]) -> Plain:
    fields = stated(said, ("name", "title"))
    version = as_text(said.get("version"))
    if version and version != NO_VERSION:
        fields["version"] = version
    described: Any = said.get("description")
    return fields | (stated(described, ("purpose", "description")) if isinstance(described, Mapping) else {})


def _native(fields: Mapping[str, Any]) -> Plain:
    title = fields.get("title", "")
    said = {
        "version": fields.get("version", NO_VERSION),
        "apiVersion": WRITTEN_VERSION,
        "kind": "DataContract",
        "id": key_for(title) if title else "dictionary",
        "name": title or None,
        "status": "active",
        "description": {"purpose": fields["description"]} if "description" in fields else None,
    }
    return {word: value for word, value in said.items() if value is not None}


def targets_of(listed: Any, table: str) -> dict[str, str]:
    """What relationships of a whole table say of its single columns."""
    found: dict[str, str] = {}
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, Mapping) and isinstance(item.get("from"), str) and isinstance(item.get("to"), str):
            found.setdefault(item["from"].removeprefix(f"{table}."), item["to"])
    return found
