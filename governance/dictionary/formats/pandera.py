"""Schemas of pandera: read from the YAML of `DataFrameSchema.to_yaml()`, written as a Python module of models. Pure.

Of a module nothing can be read back, so the two ways do not meet. Each table becomes a `DataFrameModel`; everything an element says is
in the metadata of its field, also what pandera has no check for. Elements that no column holds have no place in it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from governance.dictionary.elements import Element, as_mapping
from governance.dictionary.formats import gathering
from governance.dictionary.formats.model import Book, Column, Format, Table
from governance.dictionary.formats.pandera_yaml import LABEL, NAME, read
from governance.dictionary.formats.python_text import attribute, class_name, literal

HEAD = """# Made by Countersign of a dictionary. Changes belong there.
import datetime

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series
"""
# What a model inherits, and what the module itself uses: no column may take these names in a class body.
TAKEN = frozenset((
    "pa", "pd", "datetime", "validate", "to_schema", "to_yaml", "to_json_schema", "to_structured_schema", "example", "strategy", "empty",
    "get_metadata", "pydantic_validate", "build_schema_",
))  # fmt: skip
SIZED = {
    f"{kind}{size}": f"pa.{name}{size}"
    for kind, name in (("i", "Int"), ("u", "UInt"), ("f", "Float"))
    for size in (8, 16, 32, 64)
}
OF_LOGICAL = {"number": "pa.Float64", "boolean": "pa.Bool", "date": "pa.Date", "timestamp": "pa.DateTime", "string": "pa.String"}


def write(book: Book) -> bytes:
    """One Python module with a model for each table."""
    elements = {element.key: element for element in book.elements}
    tables = {table.name: table for table in book.tables}
    parts, names = [HEAD], {"Series", "Config"}
    for number, (name, columns) in enumerate(gathering.columns_of(book).items(), 1):
        made = class_name(name, number, names)
        names.add(made)
        table = tables.get(name, Table(name=name))
        fields = _fields(columns, elements)
        parts.append("\n".join([f"class {made}(pa.DataFrameModel):", *fields, "", *_config(book, table, columns, elements), ""]))
    return "\n\n".join(parts).encode("utf-8")


def _fields(columns: Iterable[Column], elements: Mapping[str, Element]) -> list[str]:
    lines, taken = [], set(TAKEN)
    for number, column in enumerate(columns, 1):
        name = attribute(column.name, number, taken)
        taken.add(name)
        element = elements[column.element]
        rules = [f"alias={literal(column.name)}"] if name != column.name else []
        rules += [f"{key}={value}" for key, value in _rules(column, element)]
        lines.append(
            f"    {name}: Series[{_type(element)}] = pa.Field(\n" + "".join(f"        {rule},\n" for rule in rules) + "    )"
        )
    return lines


def _config(book: Book, table: Table, columns: Iterable[Column], elements: Mapping[str, Element]) -> list[str]:
    told = {"dictionary": book.title, "version": book.version, "physical_name": table.physical_name}
    rows: dict[str, Any] = {"name": table.name, "title": table.title, "description": table.description}
    rows["unique"] = [column.name for column in columns if elements[column.element].is_key]
    rows["metadata"] = {"countersign": told} if (told := {name: text for name, text in told.items() if text}) else None
    return ["    class Config:", *(f"        {name} = {literal(value, 8)}" for name, value in rows.items() if value)]


def _type(element: Element) -> str:
    """Nullable types of pandas (`INT64`, `BOOL`) where a value may be missing, since NumPy's have no place for that."""
    if element.logical_type == "integer":
        known = SIZED.get(element.format, "pa.Int64") if element.format[:1] in ("i", "u") else "pa.Int64"
        return known if element.null_policy == "never" else known.upper().replace("PA.", "pa.")
    if element.logical_type == "number" and element.format in ("f16", "f32"):
        return SIZED[element.format]
    if element.logical_type == "boolean" and element.null_policy != "never":
        return "pa.BOOL"
    if element.logical_type == "timestamp" and element.timezone:
        return "pd.DatetimeTZDtype"
    if element.logical_type == "string" and element.format in ("binary", "duration"):
        return "pa.Object" if element.format == "binary" else "pa.Timedelta"
    return OF_LOGICAL.get(element.logical_type, "pa.Object")


def _rules(column: Column, element: Element) -> Iterable[tuple[str, str]]:
    domain, kind = element.domain, element.logical_type
    if kind == "timestamp" and element.timezone:
        yield "dtype_kwargs", literal({"unit": "ns", "tz": element.timezone}, 8)
    yield "nullable", literal(element.null_policy != "never")
    if element.unique:
        yield "unique", "True"
    codes = [_value(item.code, kind) for item in domain.values]
    if codes and None not in codes:
        yield "isin", "[" + ", ".join(str(code) for code in codes) + "]"
    if domain.pattern and kind == "string":
        yield "str_matches", literal(whole_match(domain.pattern))
    for bound, exclusive, names in (
        (domain.minimum, domain.exclusive_minimum, ("ge", "gt")),
        (domain.maximum, domain.exclusive_maximum, ("le", "lt")),
    ):
        if bound and (value := _bound(bound, element)):
            yield names[exclusive], value
    lengths = {"min_value": domain.min_length, "max_value": domain.max_length}
    if kind == "string" and (stated := {name: length for name, length in lengths.items() if length is not None}):
        yield "str_length", literal(stated, 8)
    kept = column.extra.get(NAME)
    if isinstance(kept, Mapping) and isinstance(kept.get("coerce"), bool):
        yield "coerce", literal(kept["coerce"])
    if element.name:
        yield "title", literal(element.name)
    if element.definition:
        yield "description", literal(element.definition)
    of_column = {"physical_type": column.physical_type, "role": column.role}
    said = {"element": element.key} | {name: value for name, value in as_mapping(element).items() if name != "key"}
    yield "metadata", literal({"countersign": said | {name: text for name, text in of_column.items() if text}}, 8)


def whole_match(pattern: str) -> str:
    """pandera matches from the start only; here the whole value has to match. Flags have to stay in front."""
    flags = re.match(r"\(\?[aimsux]+\)", pattern)
    front = flags[0] if flags else ""
    return rf"{front}(?:{pattern[len(front) :]})\Z"


def _value(code: str, kind: str) -> str | None:
    """A permissible value as Python writes it, or None where it is no value of that type."""
    if kind == "boolean":
        return {"true": "True", "false": "False"}.get(code.lower())
    if kind in ("integer", "number"):
        return _number(code, kind)
    return literal(code) if kind == "string" else None


def _bound(text: str, element: Element) -> str | None:
    kind = element.logical_type
    if kind in ("integer", "number"):
        return _number(text, kind)
    if kind == "timestamp" and text.endswith("Z") == bool(element.timezone):  # pandas compares no time with a zone to one without
        return f"pd.Timestamp({literal(text)})"
    return f"datetime.date.fromisoformat({literal(text)})" if kind == "date" else None


def _number(text: str, kind: str) -> str | None:
    if not re.fullmatch(r"-?[0-9]{1,400}(?:\.[0-9]{1,400})?", text):
        return None
    value = Decimal(text)
    if value == value.to_integral_value():
        return literal(int(value))
    near = float(value)
    return literal(near) if kind == "number" and math.isfinite(near) else None


FORMAT = Format(name=NAME, label=LABEL, extension="py", media_type="text/x-python", read=read, write=write)
