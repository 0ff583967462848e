"""From a book to a contract. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.dictionary.elements import Element
from governance.dictionary.formats import yaml_values
from governance.dictionary.formats.gathering import book_written, column_written, columns_of, kept_at, table_written
from governance.dictionary.formats.lens import Plain
from governance.dictionary.formats.model import Book, Column, Table
from governance.dictionary.formats.native import WITHIN, Nest, steps, without_ours
from governance.dictionary.formats.odcs.additions import key_by_definition, put_in
from governance.dictionary.formats.odcs.around import book_lens, latest, table_lens, targets_of
from governance.dictionary.formats.odcs.nesting import CONTAINERS, place_for
from governance.dictionary.formats.odcs.words import Around, property_lens

NAME = "odcs"


def write(book: Book) -> bytes:
    """The contract of the version that the book was read from, or of 3.1.0."""
    columns = columns_of(book)
    by_name = {table.name: table for table in book.tables}
    held = [column.element for listed in columns.values() for column in listed]
    said, added = book_written(book, book_lens(), NAME, tables=columns, held=held)
    writer = _Writer(book, latest(str(said.get("apiVersion", ""))))
    tables = [writer.table(by_name.get(name, Table(name=name)), listed) for name, listed in columns.items()]
    if tables or not kept_at(book.extra, NAME).get("without"):
        said = without_ours(said) | {"schema": tables}
    return yaml_values.dump(without_ours(put_in(said, added)))


class _Writer:
    def __init__(self, book: Book, latest_version: bool) -> None:
        self.latest = latest_version
        self.elements: Mapping[str, Element] = {element.key: element for element in book.elements}
        self.keys = {f"{column.table}.{column.name}": column.element for column in book.columns}
        self.places: dict[str, str] = {}
        for place, key in self.keys.items():
            self.places.setdefault(key, place)
        self.stated: set[str] = set()

    def table(self, table: Table, columns: list[Column]) -> Plain:
        said, added = table_written(table, table_lens(), NAME)
        said = put_in({"name": table.name} | said, added)
        listed: list[Any] = []
        targets = targets_of(said.get("relationships"), table.name)
        inside = _Inside(listed)
        for column in columns:
            inside.put(column, self.column(column, targets.get(column.name, "")))
        if listed or not kept_at(table.extra, NAME).get("without"):
            said["properties"] = listed
        return without_ours(said)

    def column(self, column: Column, target: str) -> Plain:
        """A property without its name."""
        here = f"{column.table}.{column.name}"
        around = Around(self.keys.get, self.places.get, here, self.latest, target)
        lens = property_lens(around, states=column.element not in self.stated)
        self.stated.add(column.element)
        element = self.elements.get(column.element, Element(key=column.element))
        said, added = column_written(column, element, lens, NAME)
        if added["element"] == key_by_definition(said):
            del added["element"]
        return put_in(said, added)


class _Inside:
    """Puts properties where they belong: at the top, or in the property that their name says."""

    def __init__(self, top: list[Any]) -> None:
        self.top = top
        self.nest = Nest()
        self.made: dict[str, Plain] = {}

    def put(self, column: Column, said: Plain) -> None:
        kept = column.extra.get(NAME)
        parent = kept.get(WITHIN) if isinstance(kept, Mapping) else None
        if parent is None:
            parent = self.nest.parent(column.name)
        if parent not in self.made or not column.name.startswith(parent):
            parent = ""
        on_the_way, leaf = steps(column.name, parent)
        said = without_ours({"name": leaf} | said)
        self.nest.put(column.name, parent, holds=said.get("logicalType") in CONTAINERS)
        (place_for(self.made[parent], on_the_way) if parent else self.top).append(said)
        self.made[column.name] = said
