"""Types of values in Feast: names and numbers of `ValueType.Enum`, logical types, and names in `feast.types`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.dictionary.formats.lens import Plain

# From the enumeration in protos/feast/types/Value.proto; JSON may hold a name or a number.
_SINGLE = ["BYTES", "STRING", "INT32", "INT64", "DOUBLE", "FLOAT", "BOOL", "UNIX_TIMESTAMP"]
NUMBERS = {
    0: "INVALID", **dict(enumerate(_SINGLE, 1)), **{number: f"{name}_LIST" for number, name in enumerate(_SINGLE, 11)},
    19: "NULL", 20: "MAP", 21: "MAP_LIST", **{number: f"{name}_SET" for number, name in enumerate(_SINGLE, 22)},
    32: "JSON", 33: "JSON_LIST", 34: "STRUCT", 35: "STRUCT_LIST", 36: "UUID", 37: "TIME_UUID", 38: "UUID_LIST",
    39: "TIME_UUID_LIST", 40: "UUID_SET", 41: "TIME_UUID_SET", 42: "VALUE_LIST", 43: "VALUE_SET", 44: "DECIMAL",
    45: "DECIMAL_LIST", 46: "DECIMAL_SET", 47: "SCALAR_MAP", 48: "ZONED_TIMESTAMP",
}  # fmt: skip
_LOGICAL = {
    "BYTES": ("string", "binary"), "STRING": ("string", ""), "INT32": ("integer", "i32"), "INT64": ("integer", "i64"),
    "DOUBLE": ("number", "f64"), "FLOAT": ("number", "f32"), "BOOL": ("boolean", ""), "UNIX_TIMESTAMP": ("timestamp", ""),
    "MAP": ("object", ""), "SCALAR_MAP": ("object", ""), "JSON": ("object", ""), "STRUCT": ("object", ""), "UUID": ("string", "uuid"),
    "TIME_UUID": ("string", "uuid"), "DECIMAL": ("number", ""), "ZONED_TIMESTAMP": ("timestamp", ""),
}  # fmt: skip
_WRITTEN = {
    "integer": "INT64", "number": "DOUBLE", "boolean": "BOOL", "timestamp": "UNIX_TIMESTAMP", "date": "UNIX_TIMESTAMP",
    "object": "MAP", "array": "STRING_LIST",
}  # fmt: skip
_IN_PYTHON = {
    "BYTES": "Bytes", "STRING": "String", "INT32": "Int32", "INT64": "Int64", "DOUBLE": "Float64", "FLOAT": "Float32", "BOOL": "Bool",
    "UNIX_TIMESTAMP": "UnixTimestamp", "MAP": "Map",
}  # fmt: skip


def name_of(said: Any) -> str:
    """The name of a type, or an empty text for what is none."""
    if isinstance(said, bool):
        return ""
    if isinstance(said, int):
        return NUMBERS.get(said, "")
    return said if isinstance(said, str) and said in NUMBERS.values() else ""


def logical_fields(said: Any) -> Plain | None:
    """The fields that a type states, or None where it is not known."""
    name = name_of(said)
    if name.endswith(("_LIST", "_SET")):
        return {"logical_type": "array"}
    if name not in _LOGICAL:
        return None
    logical, form = _LOGICAL[name]
    return {"logical_type": logical} | ({"format": form} if form else {})


def type_for(fields: Mapping[str, Any]) -> str:
    """The type of Feast that comes nearest. It has none for dates and times of day."""
    logical, form = fields.get("logical_type", "string"), fields.get("format")
    if logical == "integer" and form in ("i8", "i16", "i32"):
        return "INT32"
    if logical == "number" and form in ("f16", "f32"):
        return "FLOAT"
    if logical == "string" and form == "binary":
        return "BYTES"
    return _WRITTEN.get(str(logical), "STRING")


def in_python(name: str) -> str:
    """How `feast.types` calls a type."""
    if name.endswith(("_LIST", "_SET")):
        return f"Array({in_python(name.rpartition('_')[0])})"
    return _IN_PYTHON.get(name, "String")
