"""The YAML of `DataFrameSchema.to_yaml()`, in the spellings of pandera since 0.4. Pure.

Checks stand as a map of names, to a value or to arguments, or (since 0.21) as a list whose items name themselves in `options`. A check
that only warns says nothing of what may stand there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from governance.dictionary.formats import yaml_values
from governance.dictionary.formats.gathering import Gathering
from governance.dictionary.formats.lens import Lens, Plain
from governance.dictionary.formats.model import Reading, Unreadable
from governance.dictionary.formats.notes import note
from governance.dictionary.formats.sql_types import logical_of

NAME, LABEL = "pandera", "pandera schema"
TEXTS = (("title", "name"), ("description", "definition"))
BOUNDS = {
    "greater_than": ("minimum", True), "gt": ("minimum", True),
    "greater_than_or_equal_to": ("minimum", False), "ge": ("minimum", False),
    "less_than": ("maximum", True), "lt": ("maximum", True),
    "less_than_or_equal_to": ("maximum", False), "le": ("maximum", False),
}  # fmt: skip


def read(data: bytes, name: str) -> Reading:
    """One table. Raises Unreadable where the file is no schema of pandera."""
    said = yaml_values.load(data, name)
    if not isinstance(said, dict) or not isinstance(said.get("columns"), dict):
        raise Unreadable(note("", "error", "not_the_format", format=LABEL, detail="no columns"))
    gathered = Gathering(NAME)
    stem = name.replace("\\", "/").rpartition("/")[2]
    own = said.get("name")
    added = _added(said)
    table = gathered.table(
        "", own if isinstance(own, str) and own.strip() else stem.rpartition(".")[0] or stem or "table",
        _without(said, "columns", "name", "schema_type", "version"), added, _TABLE,
    )  # fmt: skip
    single = said.get("unique")
    unique = single if isinstance(single, str) else single[0] if isinstance(single, list) and len(single) == 1 else None
    for column, item in said["columns"].items():
        place = f"columns.{column}"
        if table is None or not isinstance(item, dict | None):
            gathered.say(place, "error", "wrong_type", expected="a map")
            continue
        item = item or {}
        _remarks(gathered, item, place)
        gathered.column(place, table, column, _without(item), _added(item), _column_lens(alone=column == unique))
    version = said.get("version")
    return Reading(
        gathered.book({}, {}), gathered.notes, f"pandera YAML {version if isinstance(version, str | float) else ''}".strip()
    )


def _added(said: Mapping[str, Any]) -> Any:
    metadata = said.get("metadata")
    return metadata.get("countersign") if isinstance(metadata, Mapping) else None


def _without(said: Mapping[str, Any], *names: str) -> Plain:
    """What is said apart from our own additions; null is how pandera writes what is not stated."""
    kept = {name: value for name, value in said.items() if name not in names and value is not None}
    if isinstance(kept.get("metadata"), dict):
        kept["metadata"] = {name: value for name, value in kept["metadata"].items() if name != "countersign"}
        if not kept["metadata"]:
            del kept["metadata"]
    return kept


def _remarks(gathered: Gathering, item: Mapping[str, Any], place: str) -> None:
    physical = _physical(item)
    if physical and logical_of(physical) is None:
        gathered.say(place, "warning", "type_unknown", value=physical, taken="string")
    if item.get("regex") is True:
        gathered.say(place, "info", "left_literal", value=place.partition(".")[2])


_TABLE = Lens(
    says=lambda said: {key: said[key] for key in ("title", "description") if isinstance(said.get(key), str)},
    native=lambda fields, kept: {key: fields[key] for key in ("title", "description") if key in fields},
)


def _column_lens(*, alone: bool) -> Lens:
    def says(said: Mapping[str, Any]) -> Plain:
        return _says(said) | ({"unique": True} if alone else {})

    return Lens(says=says, native=_native)


def _native(fields: Mapping[str, Any], _kept: Mapping[str, Any]) -> Plain:
    """What need not be kept beside the element."""
    said: Plain = {key: fields[name] for key, name in TEXTS if name in fields}
    if fields.get("null_policy"):
        said["nullable"] = fields["null_policy"] == "allowed"
    if "physical_type" in fields:
        said["dtype"] = fields["physical_type"]
    return said | {"unique": fields.get("unique", False)}


def _physical(said: Mapping[str, Any]) -> str:
    value = said.get("dtype", said.get("pandas_dtype"))
    return value.strip() if isinstance(value, str) else ""


def _says(said: Mapping[str, Any]) -> Plain:
    fields: Plain = {name: said[key] for key, name in TEXTS if isinstance(said.get(key), str) and said[key].strip()}
    domain: Plain = {}
    if physical := _physical(said):
        stated = logical_of(physical) or {}
        domain |= stated.pop("domain", {})
        fields |= {"physical_type": physical} | stated
    if isinstance(said.get("nullable"), bool):
        fields["null_policy"] = "allowed" if said["nullable"] else "never"
    if said.get("unique") is True or said.get("allow_duplicates") is False:
        fields["unique"] = True
    for name, value in _checks(said.get("checks")):
        domain |= _domain_of(name, value)
    return fields | ({"domain": domain} if domain else {})


def _checks(said: Any) -> Iterator[tuple[str, Any]]:
    """The names of checks and their value, or a map of their arguments."""
    listed = (
        list(said.items()) if isinstance(said, Mapping) else [(None, item) for item in said] if isinstance(said, list) else []
    )
    for key, stated in listed:
        options = stated.get("options") if isinstance(stated, Mapping) else None
        options = options if isinstance(options, Mapping) else {}
        name = options.get("check_name") if key is None else key
        if isinstance(name, str) and options.get("raise_warning") is not True:
            yield name, _arguments(name, stated)


def _arguments(name: str, stated: Any) -> Any:
    """The value itself where a check has only one argument."""
    if not isinstance(stated, Mapping):
        return stated
    arguments = {key: item for key, item in stated.items() if key != "options"}
    single = len(arguments) == 1 and name not in ("in_range", "between", "str_length")
    return next(iter(arguments.values())) if single else arguments


def _domain_of(name: str, value: Any) -> Plain:
    if name in BOUNDS:
        field, exclusive = BOUNDS[name]
        return _bound(field, value, exclusive)
    if name in ("in_range", "between") and isinstance(value, Mapping):
        low = _bound("minimum", value.get("min_value"), value.get("include_min") is False)
        return low | _bound("maximum", value.get("max_value"), value.get("include_max") is False)
    if name in ("isin", "equal_to", "eq"):
        codes = value if isinstance(value, list) else [value]
        texts = [_code(code) for code in codes if isinstance(code, str | int | float)]
        return {"values": [{"code": code} for code in dict.fromkeys(texts)]} if texts else {}
    if name == "str_length" and isinstance(value, Mapping):
        exact = value.get("exact_value")
        least, most = (exact, exact) if _count(exact) else (value.get("min_value"), value.get("max_value"))
        return {field: length for field, length in (("min_length", least), ("max_length", most)) if _count(length)}
    if name == "str_matches" and isinstance(value, str):
        return {"pattern": _whole(value)}
    return {}


def _bound(field: str, value: Any, exclusive: bool) -> Plain:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return {}
    text = f"{value:.12f}".rstrip("0").rstrip(".") if isinstance(value, float) and abs(value) < 1e15 else str(value)
    return {field: text.replace(" ", "T", 1) if re.match(r"\d{4}-\d\d-\d\d ", text) else text, f"exclusive_{field}": exclusive}


def _code(code: str | int | float) -> str:
    return str(code).lower() if isinstance(code, bool) else str(code)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(pattern: str) -> str:
    """pandera matches from the start; here the whole value has to match."""
    if wrapped := re.fullmatch(r"((?:\(\?[aimsux]+\))?)\(\?:(.*)\)\\Z", pattern, re.DOTALL):
        return wrapped[1] + wrapped[2]
    if "|" not in pattern and re.search(r"(?<!\\)(?:\\\\)*(?:\$|\\Z)\Z", pattern):
        return re.sub(r"(?:\$|\\Z)\Z", "", pattern).removeprefix("^")
    return rf"(?:{pattern})[\s\S]*"
