"""A book out of rows, one after the other: keys, what is there twice, and references between columns of one file. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from governance.dictionary.elements import Element, Problem, Reference, read_element
from governance.dictionary.elements.plain import LONGEST
from governance.dictionary.formats.keys import LONGEST_KEY, Numbering, key_for
from governance.dictionary.formats.model import Book, Column, Table
from governance.dictionary.formats.sheets.layout import BY_PATH, PARTS, nested
from governance.dictionary.formats.sheets.problems import Notes, place

_SHORTENED = ("name", "definition")  # the rest of a longer one is kept aside
_PLAIN_KEY = re.compile(r"[a-z][a-z0-9_]*(?:[.-][a-z0-9_]+)*")
_ITEM = re.compile(r"[a-z_.]+\[([0-9]+)\]")
_OTHERS = {
    "type": ("physical_type",),
    "format": ("validation", "type", "physical_type"),
    "max_length": ("length", "type", "physical_type"),
    "precision": ("type", "physical_type", "length"),
    "scale": ("type", "physical_type", "length"),
    "null_policy": ("required", "nullable"),
    "sensitivity": ("personal",),
    "minimum": ("exclusive_bound_low", "values"),
    "maximum": ("exclusive_bound_high", "values"),
    "values": ("value",),
    "formula": ("values",),
}  # fmt: skip
_REFERS = re.compile(r"([^()]{1,300})\(([^()]{1,300})\)|(.{1,300})[.:](.{1,300})")


@dataclass(frozen=True, slots=True)
class Where:
    """A row, and in which of its cells each field stands."""

    sheet: str
    row: int
    cells: Mapping[str, int] = field(default_factory=dict)

    def stands_for(self, name: str) -> str:
        """The field whose cell says it: a length may stand in the cell of the type, and whether it is missing in that for `required`."""
        return (
            name if name in self.cells else next((other for other in (*_OTHERS.get(name, ()), "rest") if other in self.cells), "")
        )

    def at(self, name: str = "") -> str:
        return place(self.sheet, self.row, self.cells.get(name))


@dataclass(slots=True)
class _TableDraft:
    said: dict[str, str]
    extra: dict[str, Any]


class Builder:
    """Takes tables, elements and columns as they come. The first that says something counts; what differs later is told."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.book: dict[str, Any] = {}
        self._tables: dict[str, _TableDraft] = {}
        self._columns: dict[tuple[str, str], Column] = {}
        self._elements: dict[str, Element | None] = {}
        self._orders: dict[tuple[str, str], int] = {}
        self._numbering = Numbering()
        self._refers: list[tuple[str, tuple[str, str], Where]] = []

    # What is there ---------------------------------------------------------------------------------------------------------

    def has_column(self, table: str, column: str) -> bool:
        return (table, column) in self._columns

    def element(self, key: str) -> Element | None:
        return self._elements.get(key)

    def key(self, said: str, *names: str) -> str:
        """A key that was given, in the form of keys; else one of the names that no other column has."""
        if said:
            return said if _PLAIN_KEY.fullmatch(said) and len(said) <= LONGEST_KEY else key_for(said)
        return self._numbering.free(key_for(*names), self._elements)

    # What comes ------------------------------------------------------------------------------------------------------------

    def table(
        self, name: str, said: Mapping[str, str], where: Where, extra: Mapping[str, Any] | None = None
    ) -> Mapping[str, str]:
        """States a table; gives back what is held of it."""
        draft = self._tables.setdefault(name, _TableDraft({}, {}))
        for part, text in said.items():
            if draft.said.setdefault(part, text) != text:
                self.notes.say(where.at(f"table_{part}"), "warning", "element_differs", value=name)
        for part, value in (extra or {}).items():
            draft.extra.setdefault(part, value)
        return draft.said

    def table_said(self, name: str, said: Mapping[str, str]) -> None:
        """States a table that its sheet describes above its columns."""
        self._tables.setdefault(name, _TableDraft(dict(said), {}))

    def order(self, kind: str, name: str, number: int) -> None:
        self._orders.setdefault((kind, name), number)

    def column(self, column: Column) -> None:
        self._columns[column.table, column.name] = column

    def state(self, key: str, flat: dict[str, Any], where: Where) -> Element | None:
        """States an element; gives it back where it is new, and None where the row only names one that is there."""
        if not flat:
            self._elements.setdefault(key, None)
            return None
        before = self._elements.get(key)
        element = self._read(key, flat, where)
        if before is None:
            self._elements[key] = element
            return element
        if before != element:
            self.notes.say(where.at("key"), "warning", "element_differs", value=key)
        return None

    def refers(self, key: str, target: tuple[str, str], where: Where) -> None:
        self._refers.append((key, target, where))

    def _read(self, key: str, flat: dict[str, Any], where: Where) -> Element:
        """The element, without what is wrong with it: each error is told, and leaves out its own part alone."""
        flat.setdefault("logical_type", "string")
        while True:
            element, problems = read_element({**nested(flat), "key": key})
            if element is not None:
                self._tell(problems, where)
                return element
            first: dict[str, Problem] = {}
            items: dict[str, set[int]] = {}
            for problem in problems:
                if problem.level == "error":
                    path = _path(problem.path, flat)
                    first.setdefault(path, problem)
                    if isinstance(flat.get(path), list) and (item := _ITEM.match(problem.path)):
                        items.setdefault(path, set()).add(int(item[1]))
            before = dict(flat)
            for path, problem in first.items():
                if path in items and path in flat:  # one wrong value of many takes no other with it
                    flat[path] = [value for at, value in enumerate(flat[path]) if at not in items[path]]
                    self._say(path, problem, where)
                else:
                    self._leave_out(path, problem, flat, where)
            if flat == before:  # what is wrong stands nowhere: nothing of the row can be used
                flat.clear()
                flat["logical_type"] = "string"

    def _leave_out(self, path: str, problem: Problem, flat: dict[str, Any], where: Where) -> None:
        value = flat.get(path)
        if path in _SHORTENED and problem.code == "too_long" and isinstance(value, str):
            flat[path] = value[: LONGEST[path]].rstrip()
            self.notes.say(where.at(path), "warning", "text_cut", limit=LONGEST[path])
            return
        self._say(path, problem, where)
        if path == "logical_type":
            flat[path] = "string"
        elif path in flat:
            del flat[path]
        else:  # said of the whole of it, such as a reference without an element
            for name in [name for name in flat if name != "logical_type" and (not path or name.startswith(f"{path}."))]:
                del flat[name]

    def _tell(self, problems: list[Problem], where: Where) -> None:
        for problem in problems:
            self._say(problem.path.split("[")[0], problem, where)

    def _say(self, path: str, problem: Problem, where: Where) -> None:
        field_name = BY_PATH[path].field if path in BY_PATH else "rest"
        self.notes.say(where.at(where.stands_for(field_name)), problem.level, problem.code, **problem.params)

    # The whole -------------------------------------------------------------------------------------------------------------

    def done(self) -> Book:
        self._resolve()
        elements = {key: element or Element(key=key) for key, element in self._elements.items()}
        tables = {
            name: Table(
                name=name,
                physical_name=draft.said.get("physical_name", ""),
                title=draft.said.get("title", ""),
                description=draft.said.get("description", ""),
                extra=draft.extra,
            )
            for name, draft in self._tables.items()
        }
        return Book(
            title=self.book.get("title", ""),
            description=self.book.get("description", ""),
            version=self.book.get("version", ""),
            elements=tuple(elements[key] for key in self._in_order("element", list(elements))),
            tables=tuple(tables[name] for name in self._in_order("table", list(tables))),
            columns=tuple(self._columns.values()),
            extra=self.book.get("extra", {}),
        )

    def _in_order(self, kind: str, names: list[str]) -> list[str]:
        last = len(names)
        return sorted(names, key=lambda name: self._orders.get((kind, name), last))

    def _resolve(self) -> None:
        """References name columns of the same file, before or after; they become keys of elements."""
        if not self._refers:
            return
        columns = {(table.casefold(), name.casefold()): column.element for (table, name), column in self._columns.items()}
        keys: dict[str, list[str]] = {}
        for (table, _name), column in self._columns.items():
            if (element := self._elements.get(column.element)) is not None and element.is_key:
                keys.setdefault(table.casefold(), []).append(column.element)
        for key, (table, column_name), where in self._refers:
            target = self._target(table.strip().casefold(), column_name.strip().casefold(), columns, keys)
            element = self._elements.get(key)
            if not target:
                self.notes.say(where.at("references"), "warning", "reference_unknown", value=f"{table} {column_name}".strip())
            elif target == key:
                self.notes.say(where.at("references"), "warning", "refers_to_itself")
            elif element is not None and element.references is None:
                self._elements[key] = replace(element, references=Reference(element=target))

    def _target(self, table: str, column: str, columns: Mapping[tuple[str, str], str], keys: Mapping[str, list[str]]) -> str:
        if not table:
            if column in self._elements:
                return column
            found = _REFERS.fullmatch(column)
            if found is None:
                return ""
            table, column = (found[1] or found[3]).strip(), (found[2] or found[4]).strip()
        if column:
            return columns.get((table, column), "") or columns.get((table.rpartition(".")[2], column), "")
        single = keys.get(table, [])
        return single[0] if len(single) == 1 else ""


def _path(path: str, flat: Mapping[str, Any]) -> str:
    """The statement that a problem's path is about: `domain.values[3].code` → `domain.values`, `null_meanings.-9` → `null_meanings`."""
    parts = path.split("[")[0].split(".")
    two = ".".join(parts[:2])
    return two if parts[0] in PARTS and (two in flat or len(parts) > 1) else parts[0]


__all__ = ["Builder", "Where"]
