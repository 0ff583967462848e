"""A book put together from tables and columns as a format states them, and taken apart again. Pure.

What a format has no words for stands in its room for additions, a map under `countersign`:
of a column `element` (the key), `physical_type`, `role`, `column_extra` and the fields of the element; of a table its own fields,
`extra`, and `columns` where their order has no place; of the book its own fields, `extra`, `elements` that no column holds, and
`order` where the order of elements or tables has no place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from governance.dictionary.elements import Element, as_mapping, read_element
from governance.dictionary.elements.plain import LONGEST
from governance.dictionary.elements.reading import KEY
from governance.dictionary.formats.keys import Numbering, key_for
from governance.dictionary.formats.lens import Lens, Plain, additions, flat, mark_in, with_additions
from governance.dictionary.formats.model import Book, Column, Note, Table
from governance.dictionary.formats.notes import note
from governance.dictionary.formats.plain_values import same
from governance.dictionary.formats.tolerant import element_of

MOST_COLUMNS = 50_000
OF_COLUMN = ("physical_type", "role", "column_extra")  # beside the fields of its element
ROLES = ("source", "derived", "feature")
Item = TypeVar("Item")
NO_LENS = Lens(says=lambda said: {}, native=lambda fields, kept: {})


@dataclass(slots=True)
class _Row:
    place: str
    table: str
    name: str
    said: Plain
    added: Mapping[str, Any]
    lens: Lens
    notes: list[Note]


@dataclass(slots=True)
class _TableRow:
    place: str
    name: str
    said: Plain
    added: Mapping[str, Any]
    lens: Lens
    at: Plain
    notes: list[Note]
    columns: dict[str, _Row] = field(default_factory=dict)


class Gathering:
    """Takes tables and columns in the order of a file; `book` makes one of them. Says everything that is wrong in `notes`."""

    def __init__(self, format_name: str) -> None:
        self.format = format_name
        self._slots: list[list[Note]] = [[]]
        self._tables: dict[str, _TableRow] = {}
        self._count = 0
        self._keys: dict[tuple[str, str], str] = {}
        self._places: dict[str, tuple[str, str]] = {}
        self._kept_keys: set[str] = set()

    @property
    def notes(self) -> tuple[Note, ...]:
        return tuple(item for slot in self._slots for item in slot)

    def say(self, place: str, level: str, code: str, **params: Any) -> None:
        self._slots[-1].append(note(place, level, code, **params))

    def table(
        self, place: str, name: Any, said: Plain, added: Any, lens: Lens, *, at: Mapping[str, Any] | None = None
    ) -> str | None:
        """The name under which the table is known, or None where it is left out. `at`: what `extra` says of its place in the file."""
        known = self._named(place, name)
        if known is None:
            return None
        if known in self._tables:
            self.say(place, "error", "table_twice", value=known)
            return None
        self._tables[known] = _TableRow(place, known, said, self._added(place, added), lens, dict(at or {}), self._slot())
        return known

    def column(self, place: str, table: str, name: Any, said: Plain, added: Any, lens: Lens) -> None:
        known = self._named(place, name)
        row = self._tables[table]
        if known is None:
            return
        if known in row.columns:
            self.say(place, "error", "column_twice", value=known)
        elif self._count >= MOST_COLUMNS:
            if self._count == MOST_COLUMNS:
                self.say(place, "error", "too_many", limit=MOST_COLUMNS)
            self._count += 1
        else:
            self._count += 1
            row.columns[known] = _Row(place, table, known, said, self._added(place, added), lens, self._slot())

    def key_of(self, table: str, column: str) -> str | None:
        """The key of the element that a column holds. Only while the book is made; before, no key is final."""
        return self._keys.get((table, column))

    def place_of(self, key: str) -> tuple[str, str] | None:
        """The table and the name of the first column that holds the element of this key. As `key_of`."""
        return self._places.get(key)

    def book(self, said: Plain, added: Any, lens: Lens = NO_LENS, *, at: Mapping[str, Any] | None = None) -> Book:
        """Everything that was taken, as one book. `at`: what else its `extra` says under the name of the format."""
        more = self._added("", added)
        self._name_elements()
        order = _map(more.get("order"))
        self._tables = {row.name: row for row in _sorted(self._tables.values(), order.get("tables"), lambda row: row.name)}
        for (table, name), key in self._ordered_keys():
            self._places.setdefault(key, (table, name))
        elements: dict[str, Element] = {}
        tables = tuple(self._table_made(row) for row in self._tables.values())
        columns = tuple(self._column_made(row, elements) for table in self._tables.values() for row in self._in_order(table))
        self._further_elements(more, elements)
        fields = with_additions(_texts(lens.says(said), "title", "description", "version"), more)
        fields = _texts(fields, "title", "description", "version") | _maps(more, "extra")
        kept = lens.kept(said, fields)
        if not columns and not elements:
            self.say("", "warning", "nothing_in_it")
        return Book(
            title=fields.get("title", ""),
            description=fields.get("description", ""),
            version=fields.get("version", ""),
            elements=_sorted(elements.values(), order.get("elements"), lambda item: item.key),
            tables=tables,
            columns=columns,
            extra=self._extra(fields.get("extra"), kept, at),
        )

    # Parts ----------------------------------------------------------------------------------------------------------------

    def _slot(self) -> list[Note]:
        """A place for notes that are known later; what is noticed after it stands behind them."""
        self._slots += [slot := [], []]  # type: ignore[var-annotated]
        return slot

    def _named(self, place: str, name: Any) -> str | None:
        if isinstance(name, bool | None) or not isinstance(name, str | int | float) or str(name).strip() == "":
            self.say(place, "error", "no_name")
            return None
        return str(name)

    def _added(self, place: str, added: Any) -> Mapping[str, Any]:
        if added is None or isinstance(added, Mapping):
            return added or {}
        self.say(f"{place}.countersign".strip("."), "error", "wrong_type", expected="a map")
        return {}

    def _name_elements(self) -> None:
        rows = [row for table in self._tables.values() for row in table.columns.values()]
        for row in rows:
            key = row.added.get("element")
            if isinstance(key, str) and KEY.fullmatch(key) and len(key) <= LONGEST["key"]:
                self._keys[row.table, row.name] = key
            elif key is not None:
                row.notes.append(note(f"{row.place}.countersign.element", "error", "bad_key", value=key, limit=LONGEST["key"]))
        taken, numbering = set(self._keys.values()), Numbering()
        for row in rows:
            if (row.table, row.name) in self._keys:
                continue
            key = numbering.free(key_for(row.table, row.name), taken)
            taken.add(key)
            self._keys[row.table, row.name] = key
            row.notes.append(note(row.place, "info", "key_made", value=key))

    def _ordered_keys(self) -> Iterable[tuple[tuple[str, str], str]]:
        for table in self._tables.values():
            for row in self._in_order(table):
                yield (table.name, row.name), self._keys[table.name, row.name]

    def _table_made(self, row: _TableRow) -> Table:
        known = ("physical_name", "title", "description")
        fields = _texts(with_additions(_texts(row.lens.says(row.said), *known), row.added), *known) | _maps(row.added, "extra")
        kept = row.lens.kept(row.said, fields)
        self._kept_only(row.place, kept, row.notes)
        return Table(
            name=row.name,
            physical_name=fields.get("physical_name", ""),
            title=fields.get("title", ""),
            description=fields.get("description", ""),
            extra=self._extra(fields.get("extra"), kept, row.at),
        )

    def _extra(self, others: Any, kept: Plain, at: Mapping[str, Any] | None) -> Mapping[str, Any]:
        own = dict(at or {}) | ({"said": kept} if kept else {})
        return _map(others) | ({self.format: own} if own else {})

    def _in_order(self, table: _TableRow) -> Iterable[_Row]:
        return _sorted(table.columns.values(), table.added.get("columns"), lambda row: row.name)

    def _column_made(self, row: _Row, elements: dict[str, Element]) -> Column:
        key = self._keys[row.table, row.name]
        stated = row.lens.says(row.said)
        said = with_additions(stated, {name: value for name, value in row.added.items() if name != "element"})
        of_column = _texts(said, "physical_type", "role") | _maps(said, "column_extra")
        if of_column.get("role", "source") not in ROLES:
            wrong = of_column.pop("role")
            row.notes.append(note(f"{row.place}.countersign.role", "error", "not_one_of", value=wrong, known=", ".join(ROLES)))
        element, noticed = element_of(key, {name: value for name, value in said.items() if name not in OF_COLUMN}, row.place)
        row.notes += noticed
        if key not in elements:
            elements[key] = element
        elif differs(element, elements[key], stated=said):
            row.notes.append(note(row.place, "warning", "element_differs", value=key))
        fields = fields_of_element(elements[key]) | of_column
        kept = normal(row.lens).kept(row.said, fields)
        self._kept_only(row.place, kept, row.notes)
        return Column(
            table=row.table,
            name=row.name,
            element=key,
            physical_type=of_column.get("physical_type", ""),
            role=of_column.get("role", ""),
            extra=_map(of_column.get("column_extra")) | ({self.format: kept} if kept else {}),
        )

    def _further_elements(self, more: Mapping[str, Any], elements: dict[str, Element]) -> None:
        """Those that no column holds."""
        listed = more.get("elements")
        for number, said in enumerate(listed if isinstance(listed, list) else []):
            place = f"countersign.elements[{number}]"
            key = said.get("key") if isinstance(said, dict) else None
            if not isinstance(key, str) or not KEY.fullmatch(key) or len(key) > LONGEST["key"]:
                self.say(place, "error", "bad_key", value=key, limit=LONGEST["key"])
                continue
            element, noticed = element_of(key, {name: value for name, value in said.items() if name != "key"}, place)
            self._slots[-1] += noticed
            if key not in elements:
                elements[key] = element
            elif element != elements[key]:
                self.say(place, "warning", "element_differs", value=key)

    def _kept_only(self, place: str, kept: Plain, notes: list[Note]) -> None:
        """Told once for each key of the format, where it is first met."""
        mark = mark_in(kept)
        for key in kept:
            if key not in self._kept_keys and key != mark:
                self._kept_keys.add(key)
                notes.append(note(place, "info", "kept_only", value=key))


def fields_of_element(element: Element) -> Plain:
    return {name: value for name, value in as_mapping(element).items() if name != "key"}


def normal(lens: Lens) -> Lens:
    """The same lens, with fields in the form that elements give them: what an element cannot hold is not said."""

    def says(said: Mapping[str, Any]) -> Plain:
        fields = lens.says(said)
        of_column = {name: fields.pop(name) for name in OF_COLUMN if name in fields}
        element, _problems = read_element({"logical_type": "string", **fields, "key": "a"})
        if element is None:
            element, _notes = element_of("a", fields, "")
        return fields_of_element(element) | of_column

    return Lens(says=says, native=lens.native, mend=lens.mend, needed=lens.needed)


def differs(element: Element, first: Element, stated: Mapping[str, Any]) -> bool:
    """Whether something that a later place states is not what the first one says."""
    here, there = flat(fields_of_element(element)), flat(fields_of_element(first))
    domain = stated.get("domain")
    named = set(stated) | ({f"domain.{name}" for name in domain} if isinstance(domain, Mapping) else set())
    return any(name in named and not same(value, there.get(name)) for name, value in here.items())


# Taking a book apart ----------------------------------------------------------------------------------------------------------


def column_written(column: Column, element: Element, lens: Lens, format_name: str) -> tuple[Plain, Plain]:
    """What a column says in the words of the format, and what has to be added to it."""
    others = {name: value for name, value in column.extra.items() if name != format_name or not isinstance(value, Mapping)}
    fields = fields_of_element(element)
    for name, value in (("physical_type", column.physical_type), ("role", column.role), ("column_extra", others)):
        if value:
            fields[name] = value
    lens = normal(lens)
    said = lens.written(fields, _map(column.extra.get(format_name)))
    return said, {"element": column.element} | additions(fields, lens.says(said))


def table_written(table: Table, lens: Lens, format_name: str) -> tuple[Plain, Plain]:
    """As `column_written`, of a table."""
    fields = {"physical_name": table.physical_name, "title": table.title, "description": table.description}
    return _written(fields, table.extra, lens, format_name)


def book_written(book: Book, lens: Lens, format_name: str, *, tables: Iterable[str], held: Iterable[str]) -> tuple[Plain, Plain]:
    """As `column_written`, of a book. `tables` and `held`: names of tables and keys of elements in the order of the file."""
    fields = {"title": book.title, "description": book.description, "version": book.version}
    said, more = _written(fields, book.extra, lens, format_name)
    held = list(dict.fromkeys(held))
    further = [element for element in book.elements if element.key not in set(held)]
    order = {}
    if (keys := [element.key for element in book.elements]) != held + [element.key for element in further]:
        order["elements"] = keys
    if (names := [table.name for table in book.tables]) != list(tables):
        order["tables"] = names
    more |= {"elements": [as_mapping(element) for element in further]} if further else {}
    return said, more | ({"order": order} if order else {})


def kept_at(extra: Mapping[str, Any], format_name: str) -> Plain:
    """What `extra` of a table or a book says of its place in a file of the format."""
    return {name: value for name, value in _map(extra.get(format_name)).items() if name != "said"}


def columns_of(book: Book) -> dict[str, list[Column]]:
    """The columns by the name of their table; also of tables that the book does not list."""
    found: dict[str, list[Column]] = {table.name: [] for table in book.tables}
    for column in book.columns:
        found.setdefault(column.table, []).append(column)
    return found


def _written(fields: Plain, extra: Mapping[str, Any], lens: Lens, format_name: str) -> tuple[Plain, Plain]:
    stated = {name: value for name, value in fields.items() if value}
    others = {name: value for name, value in extra.items() if name != format_name or not isinstance(value, Mapping)}
    said = lens.written(stated, _map(_map(extra.get(format_name)).get("said")))
    more = additions(stated, lens.says(said))
    return said, more | ({"extra": others} if others else {})


def _map(value: Any) -> Plain:
    return dict(value) if isinstance(value, Mapping) else {}


def _maps(fields: Mapping[str, Any], *names: str) -> Plain:
    return {name: _map(fields[name]) for name in names if isinstance(fields.get(name), Mapping) and fields[name]}


def _texts(fields: Mapping[str, Any], *names: str) -> Plain:
    return {name: fields[name] for name in names if isinstance(fields.get(name), str) and fields[name]}


def _sorted(items: Iterable[Item], order: Any, name_of: Callable[[Item], str]) -> tuple[Item, ...]:
    """In the order of the names that are listed; whatever is not listed stands behind them as it stood."""
    rank = {name: at for at, name in enumerate(order if isinstance(order, list) else ()) if isinstance(name, str)}
    return tuple(sorted(items, key=lambda item: rank.get(name_of(item), len(rank))))
