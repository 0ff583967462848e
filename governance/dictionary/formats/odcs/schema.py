"""What of a contract does not keep to the JSON Schema of the standard, as warnings: such a contract is read all the same. Pure.

The schema is the one of ODCS 3.2.0 that the package `open-data-contract-standard` brings; it also takes contracts of 3.0 and 3.1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from itertools import accumulate, islice
from typing import Any

from jsonschema import Draft201909Validator

from governance.dictionary.formats.model import Note
from governance.dictionary.formats.notes import note

LABEL = "ODCS 3.2.0"
MOST = 50  # a file that keeps to nothing is told so by then
MOST_CHECKED = 2_000  # maps in properties; each takes some milliseconds


def warnings(said: Mapping[str, Any]) -> list[Note]:
    """The first of what does not keep to the schema, in its own order, with places such as `schema[0].properties[2].logicalType`."""
    checked, whole = _first_part(said)
    found = [
        note(_place(error.absolute_path), "warning", "schema", format=LABEL, detail=_short(error.message))
        for error in islice(_validator().iter_errors(checked), MOST)
    ]
    return found if whole else [*found, note("schema", "info", "checked_in_part", format=LABEL, limit=MOST_CHECKED)]


def _first_part(said: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """A contract with as many properties of its tables as are checked, and whether these are all."""
    tables, left, whole = [], MOST_CHECKED, True
    for table in said["schema"] if isinstance(said.get("schema"), list) else ():
        listed = table.get("properties") if isinstance(table, Mapping) else None
        if isinstance(listed, list):
            sizes = [size for size in accumulate(map(_size, listed)) if size <= left]
            left -= sizes[-1] if sizes else 0
            whole = whole and len(sizes) == len(listed)
            table = {**table, "properties": listed[: len(sizes)]}
        tables.append(table)
    return (said, True) if whole else ({**said, "schema": tables}, False)


def _size(said: Any) -> int:
    """How many maps are in a value."""
    inner = said.values() if isinstance(said, Mapping) else said if isinstance(said, list) else ()
    return isinstance(said, Mapping) + sum(map(_size, inner))


@cache
def _validator() -> Draft201909Validator:
    text = files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8")
    return Draft201909Validator(json.loads(text))


def _place(path: Iterable[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _short(message: str) -> str:
    """The validator quotes the whole value first, and says at the end what is wrong with it."""
    return message if len(message) <= 200 else f"{message[:60]} … {message[-130:]}"
