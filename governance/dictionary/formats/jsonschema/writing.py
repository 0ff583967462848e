"""From a book to a schema. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.dictionary.elements import Element
from governance.dictionary.formats import json_values
from governance.dictionary.formats.gathering import (
    NO_LENS,
    book_written,
    column_written,
    columns_of,
    fields_of_element,
    kept_at,
    table_written,
)
from governance.dictionary.formats.jsonschema.reading import GROUPS, OURS, book_lens, elsewhere_lens, holds
from governance.dictionary.formats.jsonschema.walking import UNIONS, Found, Walk, place_for, required
from governance.dictionary.formats.jsonschema.words import NAME, Around, is_draft4, property_lens, table_lens
from governance.dictionary.formats.lens import Plain
from governance.dictionary.formats.model import Book, Column, Table
from governance.dictionary.formats.native import ELSEWHERE, WITHIN, WITHOUT, Nest, steps, without_ours


def write(book: Book) -> bytes:
    """An object with properties for a book of one table, and definitions of objects for any other.

    Written twice: what a reference means is known only once all that it may lead to is there.
    """
    rough = _Document(book, None).made()
    return json_values.dump(_Document(book, rough).made())


class _Document:
    """`rough` is the same document with references taken on trust; None while that is made."""

    def __init__(self, book: Book, rough: Plain | None) -> None:
        self.book = book
        self.rough = rough
        self.columns = columns_of(book)
        by_name = {table.name: table for table in book.tables}
        self.tables = {name: by_name.get(name, Table(name=name)) for name in self.columns}
        self.elements: Mapping[str, Element] = {element.key: element for element in book.elements}
        self.stated: set[str] = set()
        at = kept_at(book.extra, NAME)
        self.group = str(at.get("group", GROUPS[0])) if "group" in at or len(self.columns) != 1 else ""
        self.defined = at["defined"] if isinstance(at.get("defined"), Mapping) else {}

    def made(self) -> Plain:
        names = list(self.columns)
        held = [column.element for listed in self.columns.values() for column in listed]
        lens = book_lens(self.group, names) if self.group else NO_LENS
        said, added = book_written(self.book, lens, NAME, tables=names, held=held)
        tables, elsewhere = {}, {}
        for name, table in self.tables.items():
            inside = _Inside(self, table)
            for column in self.columns[name]:
                inside.put(column)
            tables[name] = inside.said
            more = {"name": name} if kept_at(table.extra, NAME).get("untitled") and not self.group else {}
            elsewhere[name] = (more | inside.added, inside.elsewhere)
        if self.group:
            added |= _stated({"tables": _stated({name: more for name, (more, _rest) in elsewhere.items()})})
            added |= _stated({"columns": _stated({name: rest for name, (_more, rest) in elsewhere.items()})})
            said = without_ours(said) | {self.group: tables | dict(self.defined)}
        else:
            more, rest = elsewhere[names[0]]
            added |= _stated({"table": more, "columns": rest})
            said = tables[names[0]]
        return said | ({OURS: added} if added else {})

    def found(self, table: str) -> dict[str, Found]:
        """What the references of a table lead to, by the name of the column."""
        if self.rough is None:
            return {}
        around = self.rough[self.group][table] if self.group else self.rough
        return {
            item.name: item
            for item in Walk(self.rough).columns(around, "")
            if not isinstance(item.said, Mapping) or not item.here
        }

    def element(self, column: Column) -> Element:
        return self.elements.get(column.element, Element(key=column.element))

    def around(self, *, needed: bool) -> Around:
        root = self.rough or {}
        return Around(root, is_draft4(root), needed)


class _Inside:
    """Puts the properties of one table where they belong. `elsewhere`: additions to columns that have no map of their own."""

    def __init__(self, document: _Document, table: Table) -> None:
        self.document = document
        alone = not document.group
        said, self.added = table_written(table, table_lens(whole_file=alone), NAME)
        titled = alone and not kept_at(table.extra, NAME).get("untitled")
        self.said = without_ours(({"title": table.name} if titled else {}) | said)
        self.found = document.found(table.name)
        self.elsewhere: Plain = {}
        self.stepped = alone and bool(kept_at(table.extra, NAME).get("stepped"))
        self.nest = Nest()
        self.made: dict[str, Plain] = {"": self.said}

    def put(self, column: Column) -> None:
        given = column.extra.get(NAME)
        kept: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        where = kept.get(ELSEWHERE)
        if where == "referred" and (self.document.rough is None or column.name in self.found):
            self._elsewhere(column)
            return
        parent = kept.get(WITHIN)
        if parent is None:
            parent = self.nest.parent(column.name)
        if parent not in self.made or not column.name.startswith(parent):
            parent = ""
        on_the_way, leaf = steps(column.name, parent, in_table=self.stepped)
        around = place_for(self.made[parent], on_the_way)
        element = self.document.element(column)
        states = column.element not in self.document.stated
        had = leaf in required(around)
        needed = element.null_policy == "never" or (had and (not states or element.null_policy == "allowed"))
        properties = around["properties"] = around.get("properties") or {}
        if where in ("true", "false"):
            properties[leaf] = where == "true"
            self.nest.put(column.name, parent, holds=False)
            self._elsewhere(column)
        else:
            self.document.stated.add(column.element)
            properties[leaf] = self.made[column.name] = said = self._said(column, element, kept, states=states, needed=needed)
            self.nest.put(column.name, parent, holds=holds(said))
        if needed != had:
            listed = [name for name in required(around) if name != leaf] + ([leaf] if needed else [])
            around.pop("required", None)
            around |= {"required": listed} if listed else {}

    def _said(self, column: Column, element: Element, kept: Mapping[str, Any], *, states: bool, needed: bool) -> Plain:
        lens = property_lens(self.document.around(needed=needed), states=states)
        if self.document.rough is None and any(word in kept for word in ("$ref", *UNIONS)):
            left_out = kept.get(WITHOUT) or ()
            native = lens.native(fields_of_element(element), {})
            return {word: value for word, value in native.items() if word not in left_out} | without_ours(kept)
        said, added = column_written(column, element, lens, NAME)
        return without_ours(said) | {OURS: added}

    def _elsewhere(self, column: Column) -> None:
        found = self.found.get(column.name)
        said = found.said if found is not None and isinstance(found.said, Mapping) else {}
        lens = elsewhere_lens(said, self.document.around(needed=found is not None and found.required))
        self.elsewhere[column.name] = column_written(column, self.document.element(column), lens, NAME)[1]


def _stated(fields: Plain) -> Plain:
    return {name: value for name, value in fields.items() if value}
