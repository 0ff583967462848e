"""Tests and constraints of a column in dbt, and what they say of its element. Pure.

Tests stand under `tests` (before dbt 1.8) or `data_tests`, as a name or as a map of the name to arguments, since 1.10 under
`arguments`. A test that only warns, that is switched off or looks at some rows (`where`) says nothing of all values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from governance.dictionary.elements.bounds import canonical_number
from governance.dictionary.formats.lens import Plain

SPELLINGS = ("data_tests", "tests")
KNOWN = ("not_null", "unique", "accepted_values", "relationships")
_REF = re.compile(r"""\s*(?:\{\{\s*)?ref\(\s*(?:['"][^'"]+['"]\s*,\s*)?['"]([^'"]+)['"]\s*(?:,[^)]*)?\)\s*(?:\}\}\s*)?""")
_SOURCE = re.compile(r"""\s*(?:\{\{\s*)?source\(\s*['"]([^'"]+)['"]\s*,\s*['"]([^'"]+)['"]\s*\)\s*(?:\}\}\s*)?""")
_PLACE = re.compile(r"""\s*([\w."`]+)\s*\(\s*["`]?(\w+)["`]?\s*\)\s*""")
_COMPARED = re.compile(r"""\s*["`]?(\w+)["`]?\s*(>=|<=|>|<)\s*(-?[0-9]+(?:\.[0-9]+)?)\s*""")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
Target = Callable[[str, str], str | None]  # (table, column) → the key of its element


def of_tests(items: Any, target: Target) -> Plain:
    """The fields that a list of tests states."""
    fields: Plain = {}
    for item in items if isinstance(items, list) else ():
        name, arguments = named(item)
        if name not in KNOWN or _conditional(arguments):
            continue
        inner = arguments.get("arguments")
        arguments = {**arguments, **inner} if isinstance(inner, Mapping) else arguments
        if name == "not_null":
            fields["null_policy"] = "never"
        elif name == "unique":
            fields["unique"] = True
        elif name == "accepted_values":
            fields |= _of_values(arguments.get("values"))
        elif isinstance(arguments.get("field"), str):
            fields |= _reference(table_of(arguments.get("to")), arguments["field"], target)
    return fields


def of_constraints(items: Any, column: str, target: Target) -> Plain:
    """The fields that a list of constraints states."""
    fields: Plain = {}
    for item in items if isinstance(items, list) else ():
        kind = item.get("type") if isinstance(item, Mapping) else None
        if kind in ("not_null", "primary_key"):
            fields["null_policy"] = "never"
        if kind in ("unique", "primary_key"):
            fields["unique"] = True
        if kind == "primary_key":
            fields["is_key"] = True
        if kind == "foreign_key":
            fields |= _of_foreign_key(item, target)
        if kind == "check":
            fields = _with_bound(fields, item.get("expression"), column)
    return fields


def written_tests(fields: Mapping[str, Any], place_of: Callable[[str], tuple[str, str] | None]) -> list[Any]:
    """The tests that say what the fields say. `place_of`: the table and the column that hold the element of a key."""
    tests: list[Any] = ["not_null"] if fields.get("null_policy") == "never" else []
    tests += ["unique"] if fields.get("unique") else []
    if codes := [item["code"] for item in (fields.get("domain") or {}).get("values", ())]:
        tests.append({"accepted_values": _values(codes, fields.get("logical_type"))})
    reference = fields.get("references") or {}
    if reference.get("required") and (place := place_of(reference["element"])):
        table, column = place
        if _PLAIN_NAME.fullmatch(table) and _PLAIN_NAME.fullmatch(column):
            tests.append({"relationships": {"to": f"ref('{table}')", "field": column}})
    return tests


def merged_tests(kept: Any, written: Any) -> list[Any] | None:
    """The tests that are kept, with those that say something of the element put in the words of today."""
    others = (
        [item for item in kept if named(item)[0] not in KNOWN or _conditional(named(item)[1])] if isinstance(kept, list) else []
    )
    return [*(written or ()), *others] or None


def other_constraints(kept: Any, column: str) -> list[Any] | None:
    """The constraints that say nothing of the element."""
    others = [item for item in kept if not of_constraints([item], column, _nowhere)] if isinstance(kept, list) else []
    return [item for item in others if not (isinstance(item, Mapping) and item.get("type") == "foreign_key")] or None


def named(item: Any) -> tuple[str, Mapping[str, Any]]:
    """The name of a test and its arguments; both empty where it is none."""
    if isinstance(item, str):
        return item.removeprefix("dbt."), {}
    if not isinstance(item, Mapping) or not item:
        return "", {}
    if isinstance(item.get("test_name"), str):
        return item["test_name"].removeprefix("dbt."), item
    name = next((key for key in item if key.removeprefix("dbt.") in KNOWN), next(iter(item)))
    beside = {key: value for key, value in item.items() if key != name}
    return name.removeprefix("dbt."), beside | (dict(item[name]) if isinstance(item[name], Mapping) else {})


def table_of(said: Any) -> str:
    """The name of the table in `ref('orders')` or `source('raw', 'orders')`, or an empty text."""
    if isinstance(said, str) and len(said) < 1000:
        if found := _REF.fullmatch(said):
            return found[1]
        if found := _SOURCE.fullmatch(said):
            return f"{found[1]}.{found[2]}"
    return ""


def _conditional(arguments: Mapping[str, Any]) -> bool:
    config = arguments.get("config")
    for said in (arguments, config if isinstance(config, Mapping) else {}):
        if said.get("where") or said.get("enabled") is False or str(said.get("severity", "")).lower() == "warn":
            return True
    return False


def _of_values(values: Any) -> Plain:
    codes = [_code(value) for value in values if isinstance(value, str | int | float)] if isinstance(values, list) else []
    return {"domain": {"values": [{"code": code} for code in dict.fromkeys(codes)]}} if codes else {}


def _code(value: str | int | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(codes: Iterable[str], logical: Any) -> Plain:
    listed = list(codes)
    if logical == "integer" and all(re.fullmatch(r"0|-?[1-9][0-9]{0,17}", code) for code in listed):
        return {"values": [int(code) for code in listed], "quote": False}
    return {"values": listed}


def _reference(table: str, column: str, target: Target) -> Plain:
    key = target(table, column) if table and column else None
    return {"references": {"element": key, "required": True}} if key else {}


def _of_foreign_key(item: Mapping[str, Any], target: Target) -> Plain:
    columns = item.get("to_columns")
    if isinstance(columns, list) and len(columns) == 1 and isinstance(columns[0], str):
        return _reference(table_of(item.get("to")), columns[0], target)
    said = item.get("expression")
    if isinstance(said, str) and len(said) < 1000 and (found := _PLACE.fullmatch(said)):
        return _reference(re.sub(r'["`]', "", found[1]).rpartition(".")[2], found[2], target)
    return {}


def _with_bound(fields: Plain, said: Any, column: str) -> Plain:
    """`amount >= 0` of the column itself; what is longer than one comparison is kept and not read."""
    found = _COMPARED.fullmatch(said) if isinstance(said, str) and len(said) < 1000 else None
    if found is None or found[1].lower() != column.lower():
        return fields
    bound = "minimum" if found[2][0] == ">" else "maximum"
    more: Plain = {bound: canonical_number(found[3]) or ""}
    if len(found[2]) == 1:
        more[f"exclusive_{bound}"] = True
    return fields | {"domain": fields.get("domain", {}) | more}


def _nowhere(_table: str, _column: str) -> None:
    return None
