"""From a book to the rows of our own sheet. Pure.

Each row is written so that reading gives the same back: a value goes into its cell where the cell gives it back exactly, and else into
`Countersign`. The first row of an element states it; further columns that hold it only name it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from governance.dictionary.elements import Element
from governance.dictionary.formats.model import Book, Column, Table
from governance.dictionary.formats.sheets.grid import clean
from governance.dictionary.formats.sheets.layout import BY_FIELD, BY_PATH, OWN, cell, compact, flat, heading_out, holds

MOST_EXTRA = 500  # columns for what other tools said
MOST_LINES = 900  # line ends in the cells of one row
_OWN_HEADINGS = tuple(own.heading for own in OWN)


@dataclass(slots=True)
class Rows:
    """The headings, and the cells of each row with what stands in `Countersign`."""

    headings: tuple[str, ...]
    lines: Iterator[tuple[list[str], str]]


@dataclass(slots=True)
class _Line:
    cells: dict[str, str] = field(default_factory=dict)
    rest: dict[str, dict[str, Any]] = field(default_factory=dict)
    left: int = MOST_LINES

    def put(self, heading: str, text: str, part: str, name: str) -> None:
        """A text into its cell, or beside it where the cell would not give it back."""
        if text and not self.fill(heading, text):
            self.rest.setdefault(part, {})[name] = text

    def fill(self, heading: str, text: str) -> bool:
        """Fills a cell, if it gives the text back and the row has not too many line ends already: readers take that for a lost quote."""
        ends = text.count("\n") + text.count("\r")
        if not text or not holds(text) or ends > self.left:
            return False
        self.left -= ends
        self.cells[heading] = text
        return True


def rows_of(book: Book, form: str, values: Mapping[str, Any] | None = None) -> Rows:
    """`form`: csv or xlsx, the name under which other cells were kept. `values`: keys whose values stand on a sheet of their own."""
    extra = _extra_headings(book, form)
    headings = (*_OWN_HEADINGS, *map(heading_out, extra))
    return Rows(headings, _lines(book, form, extra, headings, values or {}))


def _lines(
    book: Book, form: str, extra: Mapping[str, None], headings: tuple[str, ...], values: Mapping[str, Any]
) -> Iterator[tuple[list[str], str]]:
    about = {name: text for name in ("title", "description", "version") if (text := getattr(book, name))}
    of_book: dict[str, Any] = {**about, **({"extra": dict(book.extra)} if book.extra else {})}
    for line in _all(book, form, extra, values):
        if of_book:
            line.rest["book"], of_book = of_book, {}
        yield _finished(line, headings)
    if of_book:
        yield _finished(_Line(rest={"book": of_book}), headings)


def _all(book: Book, form: str, extra: Mapping[str, None], values: Mapping[str, Any]) -> Iterator[_Line]:
    elements = {element.key: element for element in book.elements}
    tables = {table.name: table for table in book.tables}
    orders = _orders(book)
    stated: set[str] = set()
    begun: set[str] = set()
    for column in book.columns:
        line = _Line()
        _put_table(line, tables.get(column.table, Table(name=column.table)), orders, first=column.table not in begun)
        begun.add(column.table)
        _put_column(line, column, form, extra)
        if column.element in stated or column.element not in elements:
            line.put("Element", column.element, "element", "key")
        else:
            stated.add(column.element)
            _put_element(line, elements[column.element], orders, values)
        yield line
    for table in book.tables:
        if table.name not in begun:
            line = _Line()
            _put_table(line, table, orders, first=True)
            _put_kept(line, "table", table.extra, form, extra)
            yield line
    for element in book.elements:
        if element.key not in stated:
            line = _Line()
            _put_element(line, element, orders, values)
            _put_kept(line, "element", element.extra, form, extra)
            yield line


def _put_table(line: _Line, table: Table, orders: Mapping[tuple[str, str], int], *, first: bool) -> None:
    line.put("Table", table.name, "table", "name")
    line.put("Table title", table.title, "table", "title")
    line.put("Table description", table.description, "table", "description")
    if not first:
        line.rest = {"table": {"name": table.name}} if "name" in line.rest.get("table", {}) else {}
        return
    more: dict[str, Any] = {"physical_name": table.physical_name} if table.physical_name else {}
    if table.extra:
        more["extra"] = dict(table.extra)
    if ("table", table.name) in orders:
        more["order"] = orders["table", table.name]
    if more:
        line.rest.setdefault("table", {}).update(more)


def _put_column(line: _Line, column: Column, form: str, extra: Mapping[str, None]) -> None:
    line.put("Column", column.name, "column", "name")
    line.put("Physical type", column.physical_type, "column", "physical_type")
    if column.role in BY_FIELD["role"].words:
        line.put("Column role", column.role, "column", "role")
    elif column.role:
        line.rest.setdefault("column", {})["role"] = column.role
    if column.extra:
        line.rest.setdefault("column", {})["extra"] = dict(column.extra)
        _put_kept(line, "column", column.extra, form, extra)


def _put_element(line: _Line, element: Element, orders: Mapping[tuple[str, str], int], values: Mapping[str, Any]) -> None:
    for path, value in flat(element).items():
        if path == "domain.values" and element.key in values:
            continue
        own = BY_PATH.get(path)
        if own is None or not line.fill(own.heading, cell(own, value)):
            line.rest.setdefault("element", {})[path] = value
    if ("element", element.key) in orders:
        line.rest.setdefault("element", {})["order"] = orders["element", element.key]


def _put_kept(line: _Line, part: str, extra: Mapping[str, Any], form: str, headings: Mapping[str, None]) -> None:
    """What was kept under headings goes under them again; the rest of `extra` stays in `Countersign`."""
    kept = extra.get(form)
    if not isinstance(kept, dict):
        return
    left: dict[str, Any] = {}
    for heading, value in kept.items():
        if heading not in headings or not isinstance(value, str) or not line.fill(heading_out(heading), value):
            left[heading] = value
    if left == kept:
        return
    said = {name: value for name, value in extra.items() if name != form} | ({form: left} if left else {})
    told = line.rest.setdefault(part, {})
    told.pop("extra", None)
    if said:
        told["extra"] = said
    elif not told:
        del line.rest[part]


def _finished(line: _Line, headings: tuple[str, ...]) -> tuple[list[str], str]:
    cells = [line.cells.get(heading, "") for heading in headings]
    return cells, compact(line.rest) if line.rest else ""


def _extra_headings(book: Book, form: str) -> dict[str, None]:
    """The headings over what was kept, in the order in which they come; those that can be headings of one sheet."""
    found: dict[str, None] = {}
    folded: set[str] = set()
    bare = {table.name for table in book.tables} - {column.table for column in book.columns}
    held = {column.element for column in book.columns}
    for extra in (
        *(column.extra for column in book.columns),
        *(table.extra for table in book.tables if table.name in bare),
        *(element.extra for element in book.elements if element.key not in held),
    ):
        kept = extra.get(form) if extra else None
        for heading in kept if isinstance(kept, dict) else ():
            if heading in found or len(found) >= MOST_EXTRA or not _is_heading(heading) or heading.casefold() in folded:
                continue
            found[heading] = None
            folded.add(heading.casefold())
    given = (book.extra.get(form) or {}).get("headings") if isinstance(book.extra.get(form), dict) else None
    order = (
        [heading for sheet in given.values() if isinstance(sheet, list) for heading in sheet] if isinstance(given, dict) else []
    )
    return {heading: None for heading in order if isinstance(heading, str) and heading in found} | found


def _is_heading(heading: Any) -> bool:
    return isinstance(heading, str) and heading != "" and holds(heading) and clean(heading_out(heading)) == heading_out(heading)


def _orders(book: Book) -> dict[tuple[str, str], int]:
    """The places of tables and elements, where the rows do not come in their order."""
    found: dict[tuple[str, str], int] = {}
    tables = list(dict.fromkeys(column.table for column in book.columns))
    begun = set(tables)
    tables += [table.name for table in book.tables if table.name not in begun]
    known = {element.key for element in book.elements}
    keys = [key for key in dict.fromkeys(column.element for column in book.columns) if key in known]
    stated = set(keys)
    keys += [element.key for element in book.elements if element.key not in stated]
    if tables != [table.name for table in book.tables]:
        found |= {("table", table.name): at for at, table in enumerate(book.tables)}
    if keys != [element.key for element in book.elements]:
        found |= {("element", element.key): at for at, element in enumerate(book.elements)}
    return found
