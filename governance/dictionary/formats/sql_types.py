"""Types of columns as databases and data frames write them, and the logical types they stand for. Pure.

Names are those of ISO/IEC 9075 and of PostgreSQL, MySQL, SQL Server, BigQuery, Snowflake, Redshift, Spark and DuckDB, and of pandas,
Arrow and Polars. Where two systems mean different sizes by one name (`float`, `int8`), no size is claimed.
"""

from __future__ import annotations

import re
from typing import Any

SIZES = {
    "i8": "tinyint int1 byte",
    "i16": "smallint int2 int16 short smallserial",
    "i32": "int integer int4 int32 mediumint serial",
    "i64": "bigint int64 long bigserial signed",
    "i128": "hugeint int128",
    "u8": "utinyint uint8",
    "u16": "usmallint uint16",
    "u32": "uinteger uint32",
    "u64": "ubigint uint64",
    "u128": "uhugeint uint128",
    "f16": "float16 halffloat",
    "f32": "real float4 float32",
    "f64": "double doubleprecision float8 float64",
}
NAMES = {
    "integer": "int8 byteint",
    "number": "float decimal numeric number dec fixed bignumeric bigdecimal money smallmoney decimal128 decimal256",
    "string": (
        "varchar charactervarying char character bpchar nvarchar nchar varchar2 nvarchar2 ntext text string tinytext mediumtext "
        "longtext clob citext str utf8 largestring enum category categorical bitvarying name xml"
    ),
    "boolean": "boolean bool logical bit",
    "date": "date date32 date64",
    "timestamp": (
        "timestamp datetime datetime2 datetime64 smalldatetime datetimeoffset timestamptz timestampntz timestampltz timestamps "
        "timestampms timestampus timestampns timestampwithtimezone timestampwithouttimezone timestampwithlocaltimezone"
    ),
    "time": "time time32 time64 timetz timewithtimezone timewithouttimezone",
    "object": "json jsonb variant super struct map record hstore dict",
    "array": "array list largelist",
}
FORMATS = {
    "uuid": "uuid uniqueidentifier guid",
    "binary": "blob bytea bytes binary varbinary longblob mediumblob tinyblob raw image largebinary",
    "duration": "interval duration timedelta64 timedelta",
    "geometry": "geography geometry point polygon linestring",
}
_SIZED = {name: size for size, names in SIZES.items() for name in names.split()}
_PLAIN = {name: logical for logical, names in NAMES.items() for name in names.split()}
_FORMATTED = {name: form for form, names in FORMATS.items() for name in names.split()}
_LENGTH = frozenset((
    "varchar", "charactervarying", "char", "character", "bpchar", "nvarchar", "nchar", "varchar2", "nvarchar2", "string", "text",
))  # fmt: skip
_DIGITS = frozenset(("decimal", "numeric", "number", "dec", "fixed", "bignumeric", "bigdecimal", "decimal128", "decimal256"))
_NAME = re.compile(r"[^\W\d][\w ]*")
_CLOSING = {"(": ")", "<": ">", "[": "]"}
_QUOTED = re.compile(r"'((?:[^']|'')*)'")
LONGEST_TYPE = 4000


def logical_of(text: str) -> dict[str, Any] | None:
    """The fields of an element that a type states (`logical_type`, `format`, `domain`, `timezone`), or None where it is not known."""
    text = text.strip()[:LONGEST_TYPE].removesuffix("[pyarrow]").removesuffix("[python]")
    if re.search(r"\[\d*\]$", text):
        return {"logical_type": "array"}
    found = _NAME.match(text)
    if found is None:
        return None
    rest = text[found.end() :]
    opening, end = rest[:1], rest.rfind(_CLOSING.get(rest[:1], "\0"))
    behind = rest[end + 1 :] if opening else ""
    if opening and (end < 0 or not re.fullmatch(r"[A-Za-z ]*", behind)):
        return None
    inside, brackets = (rest[1:end] if opening == kind else "" for kind in "([")
    name = re.sub(r"[ _]", "", found[0]).lower()
    whole = name + behind.replace(" ", "").lower()
    if whole.endswith("unsigned"):
        size = _SIZED.get(whole.removesuffix("unsigned"), "i64")
        return {"logical_type": "integer", "format": size.replace("i", "u")}
    known = _named(whole) or _named(name)
    return None if known is None else known | _more(name, known, inside, brackets)


def _named(name: str) -> dict[str, Any] | None:
    if size := _SIZED.get(name):
        return {"logical_type": "number" if size[0] == "f" else "integer", "format": size}
    if logical := _PLAIN.get(name):
        return {"logical_type": logical}
    if form := _FORMATTED.get(name):
        return {"logical_type": "object" if form == "geometry" else "string", "format": form}
    return None


def _more(name: str, known: dict[str, Any], inside: str, brackets: str) -> dict[str, Any]:
    """What stands in parentheses: length, digits, permissible values, or the time zone of pandas."""
    numbers = [int(part) for part in inside.split(",") if re.fullmatch(r"\s*[0-9]{1,9}\s*", part)]
    if name in _LENGTH and len(numbers) == 1:
        return {"domain": {"max_length": numbers[0]}}
    if name in _DIGITS and 1 <= len(numbers) <= 2 and numbers[-1] <= numbers[0]:
        scale = numbers[1] if len(numbers) == 2 else 0
        return {"domain": {"precision": numbers[0], "scale": scale}}
    if name == "enum" and (codes := _QUOTED.findall(inside)):
        return {"domain": {"values": [{"code": code.replace("''", "'")} for code in dict.fromkeys(codes)]}}
    if known["logical_type"] == "timestamp" and "," in brackets:
        return {"timezone": brackets.partition(",")[2].strip()}
    return {}
