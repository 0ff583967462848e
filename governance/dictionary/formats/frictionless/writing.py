"""From a book to a data package, or to the resource or schema that it was read from. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from governance.dictionary.formats import json_values
from governance.dictionary.formats.frictionless.keys import Keys, Schema
from governance.dictionary.formats.frictionless.words import NAME, OURS, book_lens, field_lens, latest, table_lens
from governance.dictionary.formats.gathering import NO_LENS, book_written, column_written, columns_of, kept_at, table_written
from governance.dictionary.formats.lens import Lens, Plain
from governance.dictionary.formats.model import Book, Column, Table
from governance.dictionary.formats.native import without_ours


def write(book: Book) -> bytes:
    """A package of version 2; a book that was read from a file of this format keeps the version and the shape of it."""
    columns = columns_of(book)
    held = [column.element for listed in columns.values() for column in listed]
    shape = kept_at(book.extra, NAME).get("shape") if len(columns) == 1 else None
    said, added = book_written(book, NO_LENS if shape else book_lens(), NAME, tables=columns, held=held)
    by_name = {table.name: table for table in book.tables}
    tables = [by_name.get(name, Table(name=name)) for name in columns]
    if shape:
        return json_values.dump(_alone(book, tables[0], columns[tables[0].name], added, bare=shape == "schema"))
    writer = _Writer(book, latest_version=latest(said))
    resources = [_with(*writer.table(table, columns[table.name])) for table in tables]
    return json_values.dump(without_ours(_with(said | {"resources": resources}, added)))


def _alone(book: Book, table: Table, columns: list[Column], added: Plain, *, bare: bool) -> Plain:
    said, _more = table_written(table, table_lens(in_package=not bare), NAME)
    writer = _Writer(book, latest_version=latest(said))
    said, more = writer.table(table, columns, bare=bare)
    if kept_at(table.extra, NAME).get("unnamed"):
        more = {"name": table.name} | more
    return _with(said, added | ({"table": more} if more else {}))


class _Writer:
    def __init__(self, book: Book, *, latest_version: bool) -> None:
        self.latest = latest_version
        self.keys = Keys(book)

    def table(self, table: Table, columns: list[Column], *, bare: bool = False) -> tuple[Plain, Plain]:
        """A resource, or a schema that stands alone, and what has to be added to it."""
        at = kept_at(table.extra, NAME)
        said, added = table_written(table, table_lens(in_package=not bare), NAME)
        said = without_ours(({} if at.get("unnamed") else {"name": table.name}) | said)
        if bare:
            said |= self._schema(table, columns)
        elif columns or "schema" in at:
            said["schema"] = self._schema(table, columns)
        return said, added

    def _schema(self, table: Table, columns: list[Column]) -> Plain:
        kept = kept_at(table.extra, NAME).get("schema")
        schema: Plain = dict(kept) if isinstance(kept, Mapping) else {}
        together = self.keys.written(table.name, columns, schema)
        schema = {word: value for word, value in schema.items() if word not in ("primaryKey", "foreignKeys")} | together
        around = Schema(schema, table.name, self.keys.key_of, latest=self.latest)
        fields = [
            self._field(column, field_lens(around.around(column.name), states=self.keys.states(column))) for column in columns
        ]
        return ({"fields": fields} if fields else {}) | schema

    def _field(self, column: Column, lens: Lens) -> Plain:
        said, added = column_written(column, self.keys.element(column), lens, NAME)
        return _with(without_ours({"name": column.name} | said), added)


def _with(said: Plain, added: Plain) -> Plain:
    return said | ({OURS: added} if added else {})
