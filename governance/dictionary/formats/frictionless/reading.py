"""From a data package, a data resource or a table schema to a book. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeGuard

from governance.dictionary.formats import json_values, yaml_values
from governance.dictionary.formats.frictionless.keys import TOGETHER, Keys, Schema
from governance.dictionary.formats.frictionless.words import (
    LABEL,
    NAME,
    OURS,
    TYPES,
    book_lens,
    field_lens,
    latest,
    table_lens,
)
from governance.dictionary.formats.gathering import NO_LENS, Gathering, columns_of
from governance.dictionary.formats.lens import Plain
from governance.dictionary.formats.model import Book, Note, Reading, Unreadable
from governance.dictionary.formats.native import Statements, stem, told, with_words
from governance.dictionary.formats.notes import note


def read(data: bytes, name: str) -> Reading:
    """A table for each resource; some packages are kept as YAML. Raises Unreadable for what is neither a package, nor a resource, nor a schema."""
    values = yaml_values if name.lower().endswith((".yaml", ".yml")) else json_values
    said = values.load(data, name)
    if not isinstance(said, dict):
        raise _unreadable("it is no map")
    reader = _Reader(Gathering(NAME), latest(said))
    if isinstance(said.get("resources"), list):
        return reader.package(said)
    if isinstance(said.get("schema"), dict):
        return reader.alone(said, "resource", name)
    if isinstance(said.get("fields"), list):
        return reader.alone(said, "schema", name)
    raise _unreadable("there are no resources in it, no schema and no fields")


def _unreadable(detail: str) -> Unreadable:
    return Unreadable(note("", "error", "not_the_format", format=LABEL, detail=detail))


@dataclass(slots=True)
class _Reader:
    gathered: Gathering
    latest: bool
    statements: Statements = field(default_factory=Statements)
    schemas: dict[str, Plain] = field(default_factory=dict)  # by table, with an empty list of fields
    inherited: set[str] = field(default_factory=set)  # places of fields whose missing values are those of their schema

    def package(self, said: Plain) -> Reading:
        for number, item in enumerate(said["resources"]):
            place = f"resources[{number}]"
            if isinstance(item, dict):
                added = item.get(OURS)
                self._resource({key: value for key, value in item.items() if key != OURS}, place, f"resource{number + 1}", added)
            else:
                self.gathered.say(place, "error", "wrong_type", expected="a map")
        own = {key: value for key, value in said.items() if key not in ("resources", OURS)}
        return self._told(own, said.get(OURS), {}, f"Data Package {2 if self.latest else 1}")

    def alone(self, said: Plain, shape: str, name: str) -> Reading:
        """A resource or a schema that is a file by itself: what is added stands in one map, that of the table under `table`."""
        given = said.get(OURS)
        added: Plain = dict(given) if isinstance(given, dict) else {}
        table = added.pop("table", None)
        table = dict(table) if isinstance(table, dict) else {}
        called = table.pop("name", None)
        called = called if _is_name(called) else stem(name)
        own = {key: value for key, value in said.items() if key != OURS}
        if shape == "resource":
            self._resource(own, "", called, table)
        else:
            schema = {key: own.pop(key) for key in ("fields", *TOGETHER) if key in own}
            at: Plain = {} if _is_name(own.get("name")) else {"unnamed": True}
            self._table("", called if at else own.pop("name"), own, schema, at, table, bare=True)
        return self._told({}, added, {"shape": shape}, "Table Schema" if shape == "schema" else "Data Resource")

    def _told(self, own: Plain, added: Any, at: Plain, what: str) -> Reading:
        lens = NO_LENS if at else book_lens()
        book = self.gathered.book(with_words(own, added, lens), added, lens, at=at)
        book = _with_schemas(book, self.schemas)
        return Reading(book, tuple(item for item in told(self.gathered.notes) if not self._needless(item)), what)

    def _needless(self, item: Note) -> bool:
        """That a required value is never one of the missing values of the whole schema is what `required` means."""
        return item.code == "null_never_with_tokens" and item.place.removesuffix(".null_policy") in self.inherited

    def _resource(self, said: Plain, place: str, otherwise: str, added: Any) -> None:
        own, path = dict(said), said.get("path")
        at: Plain = {} if _is_name(own.get("name")) else {"unnamed": True}
        name = own.pop("name") if not at else stem(path) if _is_name(path) else otherwise
        schema = own.pop("schema") if isinstance(own.get("schema"), dict) else None
        self._table(place, name, own, schema, at, added)

    def _table(
        self, place: str, name: str, own: Plain, schema: Plain | None, at: Plain, added: Any, *, bare: bool = False
    ) -> None:
        lens = table_lens(in_package=not bare)
        table = self.gathered.table(place, name, with_words(own, added, lens), added, lens, at=at)
        if table is not None and schema is not None:
            self.schemas[table] = schema | ({"fields": []} if isinstance(schema.get("fields"), list) else {})
        listed = (schema or {}).get("fields")
        where = ".".join(part for part in (place, "" if bare else "schema", "fields") if part)
        if not isinstance(listed, list | None):
            self.gathered.say(where, "error", "wrong_type", expected="a list")
        elif table is not None:
            around = Schema(schema or {}, table, self.gathered.key_of, latest=self.latest)
            for number, item in enumerate(listed or ()):
                self._field(item, f"{where}[{number}]", around)

    def _field(self, item: Any, place: str, schema: Schema) -> None:
        if not isinstance(item, dict):
            self.gathered.say(place, "error", "wrong_type", expected="a map")
            return
        own = {key: value for key, value in item.items() if key != OURS}
        name = own.pop("name", None) if isinstance(own.get("name"), str | None) else own["name"]
        added = item.get(OURS)
        if not isinstance(own.get("missingValues"), list):
            self.inherited.add(place)
        kind = own.get("type", "string")
        if not isinstance(kind, str) or kind not in TYPES:
            self.gathered.say(place, "warning", "type_unknown", value=kind, taken="string")
        lens = field_lens(schema.around(str(name)), states=self.statements.states(added))
        self.gathered.column(place, schema.table, name, self.statements.with_words(own, added, lens), added, lens)


def _with_schemas(book: Book, schemas: Mapping[str, Plain]) -> Book:
    """The book with what has to be kept of each schema, now that it is known which element is in which column."""
    keys, columns = Keys(book), columns_of(book)
    tables = []
    for table in book.tables:
        if table.name in schemas:
            said = schemas[table.name]
            if columns[table.name]:
                said = {word: value for word, value in said.items() if word != "fields"}
            kept = keys.kept(table.name, columns[table.name], said)
            if kept or not columns[table.name]:
                own = {**table.extra.get(NAME, {}), "schema": kept}
                table = replace(table, extra={**table.extra, NAME: own})
        tables.append(table)
    return replace(book, tables=tuple(tables))


def _is_name(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and value.strip() != ""
