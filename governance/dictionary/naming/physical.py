"""Types of columns as databases and files write them, against the logical types of elements. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

# The first word of a type as engines write it; what is in brackets and behind is cut off before.
_KINDS: dict[str, str] = {
    name: kind
    for kind, names in {
        "string": """string str text char character varchar varchar2 nvarchar nchar bpchar nvarchar2 clob nclob tinytext
        mediumtext
            longtext object_ category enum uuid uniqueidentifier fixedstring utf8 large_string sysname citext name longvarchar""",
        "integer": """integer int int2 int4 int8 int16 int32 int64 int128 uint8 uint16 uint32 uint64 uint bigint smallint tinyint
            mediumint hugeint ubigint usmallint utinyint uinteger serial bigserial byteint long short byte signed unsigned""",
        "number": """number numeric decimal dec float float4 float8 float16 float32 float64 double real money smallmoney
        bignumeric
            bigdecimal half halffloat decimal128 decimal256 fixed""",
        "boolean": "boolean bool bit logical",
        "date": "date date32 date64",
        "timestamp": """timestamp timestamptz datetime datetime2 datetime64 smalldatetime datetimeoffset timestamp_ntz
        timestamp_ltz
            timestamp_tz timestamp_s timestamp_ms timestamp_us timestamp_ns posixct instant""",
        "time": "time timetz time32 time64",
        "array": "array list repeated large_list varray",
        "object": "object struct record map json jsonb variant row hstore xml super dict",
    }.items()
    for name in names.split()
}
_WRAPPED = re.compile(r"(?:nullable|lowcardinality)\((.*)\)")
_FIRST = re.compile(r"[a-z_]+[0-9]*(?:_[a-z]+)*")
_WHOLE = re.compile(r"[+-]?\d{1,30}")
_DECIMAL = re.compile(r"[+-]?(?:\d{1,30}[.]\d{0,30}|[.]\d{1,30})(?:[eE][+-]?\d{1,3})?")
_NEAR = frozenset(
    frozenset(pair)
    for pair in (("integer", "number"), ("date", "timestamp"), ("time", "timestamp"), ("integer", "boolean"), ("array", "object"))
)


@lru_cache(maxsize=4096)
def kind_of(physical: str) -> str:
    """The logical type that `VARCHAR(50)`, `Nullable(Int32)` or `timestamp with time zone` is of, or an empty text."""
    text = " ".join(physical[:200].casefold().split())
    while found := _WRAPPED.fullmatch(text):
        text = found.group(1)
    if text.endswith("[]"):
        return "array"
    first = _FIRST.match(text)
    return _KINDS.get(first.group(), "") if first else ""


def kind_of_values(sample: Sequence[str]) -> str:
    """The logical type that a few values look like, or an empty text where they are none or do not agree."""
    kinds = {_kind_of_value(value.strip()[:60]) for value in list(sample)[:100] if value.strip()}
    if kinds == {"integer", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else ""


def _kind_of_value(value: str) -> str:
    if value.casefold() in ("true", "false"):
        return "boolean"
    if _WHOLE.fullmatch(value):
        return "integer" if value.lstrip("+-") == "0" or not value.lstrip("+-").startswith("0") else "string"  # 007 is a text
    if _DECIMAL.fullmatch(value):
        return "number"
    for kind, reads in (("date", date.fromisoformat), ("timestamp", datetime.fromisoformat)):
        try:
            reads(value)
        except ValueError:
            continue
        return kind
    return "string"


def agreement(one: str, other: str) -> str:
    """`same`, `near`, `differs`, or an empty text where one of the logical types is not known."""
    if not one or not other:
        return ""
    if one == other:
        return "same"
    return "near" if frozenset((one, other)) in _NEAR else "differs"
