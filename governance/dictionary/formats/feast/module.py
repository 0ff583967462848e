"""Feature views as a Python module of definitions for `feast apply`. Pure.

Where nothing is known of the source of a view, it is a file of the view's name with the column `event_timestamp`; whoever applies the
module puts their own there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from governance.dictionary.elements import Element
from governance.dictionary.formats import gathering
from governance.dictionary.formats.feast.registry import NAME
from governance.dictionary.formats.feast.values import in_python, name_of, type_for
from governance.dictionary.formats.gathering import fields_of_element
from governance.dictionary.formats.model import Book, Column, Table
from governance.dictionary.formats.python_text import attribute, literal

HEAD = """# Made by Countersign of a dictionary. Changes belong there.
from datetime import timedelta

from feast import Entity, FeatureView, Field, FileSource
from feast.types import Array, Bool, Bytes, Float32, Float64, Int32, Int64, Map, String, UnixTimestamp
"""


def write_python(book: Book) -> str:
    """The text of the module. Its names are plain identifiers and its texts literals, whatever the dictionary says."""
    elements = {element.key: element for element in book.elements}
    tables = {table.name: table for table in book.tables}
    taken = {"timedelta"}
    parts, entities = [HEAD], dict[str, str]()
    for columns in gathering.columns_of(book).values():
        for column in columns:
            if _is_key(column, elements) and column.name not in entities:
                entities[column.name] = _named(column.name, taken, "entity")
                parts.append(_entity(entities[column.name], column, elements[column.element]))
    for name, columns in gathering.columns_of(book).items():
        table = tables.get(name, Table(name=name))
        source, view = _named(f"{name}_source", taken, "source"), _named(name, taken, "view")
        keys = [entities[column.name] for column in columns if _is_key(column, elements)]
        fields = [_field(column, elements[column.element]) for column in columns]
        parts.append(_source(source, table))
        parts.append(_view(view, source, table, keys, fields))
    return "\n\n".join(parts)


def _is_key(column: Column, elements: Mapping[str, Element]) -> bool:
    return elements[column.element].is_key and column.role != "feature"


def _named(name: str, taken: set[str], kind: str) -> str:
    made = attribute(name, len(taken), taken)
    made = made if made == name else f"{kind}_{len(taken)}"
    while made in taken:
        made += "_"
    taken.add(made)
    return made


def _call(made: str, function: str, rows: Mapping[str, str]) -> str:
    return f"{made} = {function}(\n" + "".join(f"    {name}={value},\n" for name, value in rows.items() if value) + ")\n"


def _entity(made: str, column: Column, element: Element) -> str:
    rows = {"name": literal(column.name), "join_keys": f"[{literal(column.name)}]", "tags": literal({"element": element.key}, 4)}
    return _call(made, "Entity", rows | ({"description": literal(element.definition)} if element.definition else {}))


def _field(column: Column, element: Element) -> str:
    kept = column.extra.get(NAME)
    stated = name_of(kept.get("valueType")) if isinstance(kept, Mapping) else ""
    kind = in_python(stated or type_for(fields_of_element(element)))
    rows = [f"name={literal(column.name)}", f"dtype={kind}", f"tags={literal({'element': element.key}, 12)}"]
    rows += [f"description={literal(element.definition)}"] if element.definition else []
    return "        Field(\n" + "".join(f"            {row},\n" for row in rows) + "        ),\n"


def _said(table: Table) -> Mapping[str, Any]:
    own = table.extra.get(NAME)
    said = own.get("said") if isinstance(own, Mapping) else None
    return said if isinstance(said, Mapping) else {}


def _source(made: str, table: Table) -> str:
    stated = _said(table).get("batchSource")
    stated = stated if isinstance(stated, Mapping) else {}
    options = stated.get("fileOptions")
    path = options.get("uri") if isinstance(options, Mapping) else None
    moment = stated.get("timestampField")
    rows = {
        "name": literal(stated["name"] if isinstance(stated.get("name"), str) else f"{table.name}_source"),
        "path": literal(path if isinstance(path, str) else table.physical_name or f"{table.name}.parquet"),
        "timestamp_field": literal(moment if isinstance(moment, str) else "event_timestamp"),
    }
    return _call(made, "FileSource", rows)


def _view(made: str, source: str, table: Table, keys: list[str], fields: list[str]) -> str:
    said = _said(table)
    ttl = re.fullmatch(r"([0-9]{1,12})(?:\.[0-9]{1,9})?s", str(said.get("ttl", "")))
    rows = {
        "name": literal(table.name),
        "entities": f"[{', '.join(keys)}]",
        "schema": "[\n" + "".join(fields) + "    ]" if fields else "",
        "ttl": f"timedelta(seconds={int(ttl[1])})" if ttl else "",
        "online": literal(said["online"]) if isinstance(said.get("online"), bool) else "",
        "source": source,
        "description": literal(table.description) if table.description else "",
        "owner": literal(said["owner"]) if isinstance(said.get("owner"), str) else "",
    }
    return _call(made, "FeatureView", rows)
