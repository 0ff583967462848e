"""The columns of a data frame or of a table in DuckDB, as those tools tell them. Pure.

Read: the JSON of `DataFrame.to_json(orient="table")` (a Table Schema, with or without the data; rows of data are never kept),
`df.dtypes.astype(str).to_dict()`, the rows of DuckDB's `DESCRIBE`, and rows of `information_schema.columns` (ISO/IEC 9075-11), each as
JSON, JSON lines or CSV. Written: the first of these without data, which `pandas.read_json(orient="table")` reads; a book of several
tables becomes a list of them under `tables`. Rows of the other shapes stand in their fields as `described`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.dictionary.formats import gathering, json_values
from governance.dictionary.formats.frame_rows import SHAPES, described, rows_of
from governance.dictionary.formats.gathering import Gathering
from governance.dictionary.formats.lens import Lens, Plain
from governance.dictionary.formats.model import Book, Column, Format, Reading, Unreadable
from governance.dictionary.formats.notes import note
from governance.dictionary.formats.sql_types import logical_of

NAME, LABEL = "frame", "pandas or DuckDB table"
VERSION = "1.4.0"  # of the schema that pandas writes
OF_PANDAS = {
    "integer": "integer", "number": "number", "boolean": "boolean", "datetime": "timestamp", "duration": "string", "string": "string",
    "any": "string", "date": "date", "time": "time", "year": "integer", "object": "object", "array": "array",
}  # fmt: skip
# What pandas knows of Table Schema; a date is a point in time there, and whatever else is any object.
TO_PANDAS = {
    "integer": "integer", "number": "number", "boolean": "boolean", "timestamp": "datetime", "date": "datetime", "string": "string",
}  # fmt: skip
CONSTRAINTS = (("pattern", "pattern"), ("minLength", "min_length"), ("maxLength", "max_length"))
TEXTS = (("title", "name"), ("description", "definition"))


def read(data: bytes, name: str) -> Reading:
    """A book of one file. Raises Unreadable where it is none of the shapes above."""
    said = rows_of(data, name)
    gathered = Gathering(NAME)
    told, book = _read(gathered, said, _stem(name))
    return Reading(book, gathered.notes, told)


def write(book: Book) -> bytes:
    """The schemas of all tables as JSON."""
    elements = {element.key: element for element in book.elements}
    columns = gathering.columns_of(book)
    tables = {table.name: table for table in book.tables}
    made: list[Plain] = []
    held: list[str] = []
    for name, rows in columns.items():
        keys = [column.name for column in rows if elements[column.element].is_key]
        fields = []
        for column in rows:
            lens = _column_lens(keys, column.name)
            said, more = gathering.column_written(column, elements[column.element], lens, NAME)
            fields.append({"name": column.name} | said | {"countersign": more})
            held.append(column.element)
        if name in tables:
            schema, more = gathering.table_written(tables[name], _TABLE, NAME)
            index = gathering.kept_at(tables[name].extra, NAME).get("index")
        else:
            schema, more, index = {}, {}, None
        if isinstance(index, Mapping):
            fields.insert(0, dict(index))
            keys = keys or ["index"]
        schema = {"fields": fields} | ({"primaryKey": keys} if keys else {}) | {"pandas_version": VERSION} | schema
        made.append({"name": name, "schema": schema | {"countersign": more}, "data": []})
    said, more = gathering.book_written(book, gathering.NO_LENS, NAME, tables=columns, held=held)
    if len(made) == 1:
        made[0]["schema"]["countersign"]["name"] = made[0].pop("name")
        return json_values.dump(made[0] | ({"countersign": more} if more else {}))
    return json_values.dump({"tables": made} | ({"countersign": more} if more else {}))


def _read(gathered: Gathering, said: Any, stem: str) -> tuple[str, Book]:
    if isinstance(said, list) and said and all(isinstance(row, dict) for row in said):
        shape = next((shape for shape in SHAPES if any(shape.has(row) for row in said)), None)
        if shape is not None:
            for name, fields in described(gathered, said, shape, stem).items():
                _table(gathered, {"fields": fields}, name, "")
            return shape.label, gathered.book({}, {})
    if isinstance(said, dict):
        if isinstance(said.get("tables"), list):
            for at, item in enumerate(said["tables"]):
                _one(gathered, item, stem, f"tables[{at}]")
            return f"{LABEL} {VERSION}", gathered.book({}, said.get("countersign"))
        schema = said.get("schema", said)
        if isinstance(schema, dict) and isinstance(schema.get("fields"), list):
            _one(gathered, said, stem, "")
            return f"pandas table schema {schema.get('pandas_version', '')}".strip(), gathered.book({}, said.get("countersign"))
        if said and all(isinstance(value, str) for value in said.values()):
            _table(gathered, {"fields": [{"name": name, "dtype": value} for name, value in said.items()]}, stem, "")
            return "dtypes of pandas", gathered.book({}, {})
    raise Unreadable(note("", "error", "not_the_format", format=LABEL, detail="no fields, no types and no rows of columns"))


def _one(gathered: Gathering, item: Any, stem: str, place: str) -> None:
    schema = item.get("schema", item) if isinstance(item, dict) else None
    if not isinstance(schema, dict) or not isinstance(schema.get("fields"), list):
        gathered.say(place, "error", "schema", format=LABEL, detail="fields")
        return
    added = schema.get("countersign")
    own = added.get("name") if isinstance(added, dict) else None
    _table(gathered, schema, own if isinstance(own, str) and own.strip() else item.get("name", stem), place)


def _table(gathered: Gathering, schema: Mapping[str, Any], name: Any, place: str) -> None:
    keys = _keys(schema.get("primaryKey"))
    fields: list[Any] = schema["fields"]
    index = fields[0] if fields and keys == ["index"] and _is_index(fields[0]) else None
    said = {key: value for key, value in schema.items() if key not in ("fields", "primaryKey", "countersign")}
    if said.get("pandas_version") == VERSION:
        del said["pandas_version"]
    at = {} if index is None else {"index": index}
    table = gathered.table(place or str(name), name, said, schema.get("countersign"), _TABLE, at=at)
    if table is None:
        return
    for number, item in enumerate(fields):
        here = f"{place}.fields[{number}]".strip(".")
        if not isinstance(item, dict):
            gathered.say(here, "error", "wrong_type", expected="a map")
        elif item is not index:
            column = {key: value for key, value in item.items() if key not in ("name", "countersign")}
            _remarks(gathered, column, here)
            gathered.column(here, table, item.get("name"), column, item.get("countersign"), _column_lens(keys, item.get("name")))


def _is_index(item: Any) -> bool:
    """The numbers that pandas gives to rows, which are no column of anybody's."""
    return isinstance(item, dict) and item.get("name") == "index" and "countersign" not in item


def _keys(said: Any) -> list[str]:
    listed = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return [name for name in listed if isinstance(name, str)]


def _remarks(gathered: Gathering, said: Mapping[str, Any], place: str) -> None:
    physical = _physical(said)
    if physical and logical_of(physical) is None:
        gathered.say(place, "warning", "type_unknown", value=physical, taken=_says(said, ())["logical_type"])


# The words of the format ------------------------------------------------------------------------------------------------------

_TABLE = Lens(
    says=lambda said: {
        field: said[key] for key, field in (("title", "title"), ("description", "description")) if isinstance(said.get(key), str)
    },
    native=lambda fields, kept: {key: fields[key] for key in ("title", "description") if key in fields},
)


def _column_lens(keys: list[str], name: Any) -> Lens:
    return Lens(says=lambda said: _says(said, ("is_key",) if name in keys else ()), native=_native, needed=frozenset(("type",)))


def _physical(said: Mapping[str, Any]) -> str:
    row = said.get("described")
    row = row if isinstance(row, Mapping) else {}
    for value in (said.get("dtype"), row.get("column_type"), row.get("data_type"), said.get("extDtype")):
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _says(said: Mapping[str, Any], truths: tuple[str, ...]) -> Plain:
    fields: Plain = {name: said[key] for key, name in TEXTS if isinstance(said.get(key), str) and said[key].strip()}
    fields |= dict.fromkeys(truths, True)
    kind = said.get("type")
    fields["logical_type"] = OF_PANDAS.get(kind, "string") if isinstance(kind, str) else "string"
    if isinstance(said.get("tz"), str):
        fields["timezone"] = said["tz"]
    domain: Plain = {}
    if physical := _physical(said):
        fields["physical_type"] = physical
        stated = logical_of(physical) or {}
        domain |= stated.pop("domain", {})
        fields |= stated
    row = said.get("described")
    if isinstance(row, Mapping):
        domain |= _of_row(row, fields)
    rules = said.get("constraints")
    if isinstance(rules, Mapping):
        domain |= {name: rules[key] for key, name in CONSTRAINTS if isinstance(rules.get(key), str | int)}
        if rules.get("required") is True:
            fields["null_policy"] = "never"
        if rules.get("unique") is True:
            fields["unique"] = True
        if isinstance(rules.get("enum"), list):
            domain["values"] = [{"code": str(code)} for code in rules["enum"] if isinstance(code, str | int | float)]
    return fields | ({"domain": domain} if domain else {})


def _of_row(row: Mapping[str, Any], fields: Plain) -> Plain:
    """What a row of `DESCRIBE` or `information_schema.columns` says beside the type."""
    word = {name: str(value).strip().upper() for name, value in row.items() if isinstance(value, str | int)}
    if "NO" in (word.get("null"), word.get("is_nullable")):
        fields["null_policy"] = "never"
    if word.get("key") in ("PRI", "UNI"):
        fields["is_key" if word["key"] == "PRI" else "unique"] = True
    if isinstance(row.get("column_comment"), str) and row["column_comment"].strip():
        fields["definition"] = row["column_comment"]
    numbers = {name: int(value) for name, value in word.items() if value.isdecimal() and value.isascii() and len(value) < 10}
    domain = {}
    if fields["logical_type"] == "string" and "character_maximum_length" in numbers:
        domain["max_length"] = numbers["character_maximum_length"]
    decimal = fields["logical_type"] == "number" and "format" not in fields and numbers.get("numeric_precision_radix", 10) == 10
    if decimal and "numeric_precision" in numbers:
        domain["precision"] = numbers["numeric_precision"]
        if numbers.get("numeric_scale", 0) <= domain["precision"]:
            domain["scale"] = numbers.get("numeric_scale", 0)
    return domain


def _native(fields: Mapping[str, Any], _kept: Mapping[str, Any]) -> Plain:
    logical, domain = fields.get("logical_type", "string"), fields.get("domain") or {}
    said: Plain = {"type": TO_PANDAS.get(logical, "any")}
    said |= {key: fields[name] for key, name in TEXTS if name in fields}
    rules: Plain = {key: domain[name] for key, name in CONSTRAINTS if name in domain}
    if fields.get("null_policy") == "never":
        rules["required"] = True
    if fields.get("unique"):
        rules["unique"] = True
    if codes := [item["code"] for item in domain.get("values", ())]:
        rules["enum"] = [int(code) if logical == "integer" and code == _whole(code) else code for code in codes]
        if logical == "string":
            said |= {"type": "any", "ordered": False}  # by which pandas knows a category
    if logical == "timestamp" and fields.get("timezone"):
        said["tz"] = fields["timezone"]
    return said | ({"constraints": rules} if rules else {})


def _whole(code: str) -> str | None:
    digits = code.removeprefix("-")
    return str(int(code)) if digits.isdecimal() and digits.isascii() and len(digits) < 18 else None


def _stem(name: str) -> str:
    stem = name.replace("\\", "/").rpartition("/")[2]
    return (stem.rpartition(".")[0] or stem).strip() or "table"


FORMAT = Format(name=NAME, label=LABEL, extension="json", media_type="application/json", read=read, write=write)
__all__ = ["FORMAT", "Column", "read", "write"]
