"""Types as programs and people write them, and the logical type that each stands for. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from governance.dictionary.elements import LOGICAL_TYPES

# Words of SQL:2016, Arrow, pandas, Spark, CDISC, REDCap, XML Schema and of people; compared without case.
_WORDS = {
    "string": "string str text varchar varchar2 nvarchar nvarchar2 char nchar character bpchar clob nclob tinytext mediumtext longtext "
    "ntext utf8 large_utf8 factor object_str categorical category enum uuid guid uniqueidentifier email uri url anyuri xml bytes "
    "binary varbinary blob bytea name citext alphanumeric alphanumerisch zeichenkette chaîne texte 字符串 字符 文本 字符型 字符串型 "
    "文本型 varchar型 c a an notes radio dropdown descriptive file sql password",
    "integer": "integer int int2 int4 int8 int16 int32 int64 uint8 uint16 uint32 uint64 tinyint smallint mediumint bigint serial "
    "bigserial smallserial long short byte whole ganzzahl entier 整数 整型 长整型 整数型 bigint型 int型 nonnegativeinteger "
    "positiveinteger count i",
    "number": "number numeric decimal dec float float4 float8 float16 float32 float64 double real money smallmoney num n bignumeric "
    "double_precision zahl dezimal gleitkomma nombre décimal 数字 数值 小数 浮点数 浮点型 数值型 数字型 calc slider f r",
    "boolean": "boolean bool bit logical flag yesno truefalse wahrheitswert booléen 布尔 布尔型 布尔值 逻辑型 是否型",
    "date": "date date32 date64 datum 日期 日期型 d",
    "timestamp": "timestamp timestamptz datetime datetime2 smalldatetime datetimeoffset timestamp_tz timestamp_ntz timestamp_ltz "
    "datetime64 date_time zeitstempel horodatage posixct 时间戳 日期时间 日期时间型 时间日期 datetime型",
    "time": "time timetz time32 time64 uhrzeit heure 时间 时间型",
    "object": "object json jsonb struct record map dict dictionary row variant super geojson 对象 geometry geography",
    "array": "array list repeated multiset set checkbox liste 数组 列表",
}
_LOGICAL = {word: logical for logical, words in _WORDS.items() for word in words.split()}
_LONG = {
    "double precision": "number",
    "character varying": "string",
    "national character varying": "string",
    "timestamp with time zone": "timestamp",
    "timestamp without time zone": "timestamp",
    "time with time zone": "time",
    "time without time zone": "time",
    "date time": "timestamp",
    "date and time": "timestamp",
    "free text": "string",
    "long text": "string",
    "short text": "string",
    "whole number": "integer",
    "yes no": "boolean",
    "true false": "boolean",
}
_FORMATS = {
    "uuid": "uuid",
    "guid": "uuid",
    "uniqueidentifier": "uuid",
    "email": "email",
    "uri": "uri",
    "url": "uri",
    "anyuri": "uri",
}
_SIZED = re.compile(
    r"([^()<>\[\]]+?)\s*[(\[]\s*([0-9]{1,9}|max)\s*(?:char|byte|bytes)?\s*(?:[,，.]\s*([0-9]{1,9})\s*)?[)\]]\s*(.*)"
)
_STEP = re.compile(r"\[(?:ns|us|ms|s)(?:, ?[a-z/_]+)?\]")  # of times in Arrow and pandas: `datetime64[ns, utc]`
_NESTED = re.compile(r"([a-z_ ]+)\s*<.*>", re.DOTALL)
# Validations of text fields in REDCap, by how their names begin.
_VALIDATED = (
    ("datetime", "timestamp", ""),
    ("date", "date", ""),
    ("time", "time", ""),
    ("integer", "integer", ""),
    ("number", "number", ""),
    ("email", "string", "email"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a type says beside itself. `known` is False where it was not understood, and `logical` is then a guess."""

    logical: str
    known: bool = True
    format: str = ""
    max_length: int | None = None
    precision: int | None = None
    scale: int | None = None


@lru_cache(maxsize=4096)
def told_by(text: str) -> Told:
    """The logical type of `varchar(50)`, `Decimal(10,2)`, `timestamp with time zone`, `整数`, `array<string>`."""
    words = _STEP.sub("", " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:200])
    if words in LOGICAL_TYPES:
        return Told(words)
    if words.endswith("[]"):
        return Told("array")
    if nested := _NESTED.fullmatch(words):
        return told_by(nested[1].strip())
    if sized := _SIZED.fullmatch(words):
        return _with_size(*sized.groups())
    logical = _LONG.get(words.replace("-", " ").replace("_", " ").replace("/", " ")) or _LOGICAL.get(words)
    if logical:
        return Told(logical, format=_FORMATS.get(words, ""))
    first = words.split(" ")[0].rstrip(",;:")
    if first != words and first in _LOGICAL and len(first) > 1:  # `bigint unsigned`, `varchar not null`
        return Told(_LOGICAL[first], format=_FORMATS.get(first, ""))
    return Told("string", known=False)


def _with_size(word: str, size: str, behind: str | None, rest: str) -> Told:
    base = told_by(f"{word} {rest}".strip()) if rest else told_by(word)
    length = None if size == "max" else int(size)
    if base.logical == "string":
        return Told("string", base.known, base.format, max_length=length)
    if base.logical == "number" and length is not None:
        scale = int(behind) if behind else None
        whole = word.strip() in ("number", "numeric", "decimal", "dec") and scale == 0
        return Told("integer" if whole else "number", base.known, precision=length, scale=scale)
    return Told(base.logical, base.known, base.format)


def validated_as(validation: str) -> tuple[str, str] | None:
    """Logical type and format of a validation of REDCap: `date_ymd` → date, `email` → string as email."""
    name = validation.strip().casefold()
    for begins, logical, form in _VALIDATED:
        if name.startswith(begins):
            return logical, form
    return ("string", name[:40]) if name else None
