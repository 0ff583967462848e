"""One sheet, row by row, into a book. Pure.

A row lists a column, or one more value of the column above it; in our own sheet also an element that no column holds, and a table
without columns. What a row says that has no place in a book is kept under its heading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from governance.dictionary.elements import Element
from governance.dictionary.formats.model import Column
from governance.dictionary.formats.sheets.building import Builder, Where
from governance.dictionary.formats.sheets.grid import Grid, clean
from governance.dictionary.formats.sheets.layout import BY_FIELD, heading_in, holds, is_rest, plain_of
from governance.dictionary.formats.sheets.rest import read_rest
from governance.dictionary.formats.sheets.statements import Stated, stated

_TOTAL = re.compile(r"(?i)(?:(?:grand |sub)?totals?|sum|summe|gesamt|insgesamt|anzahl|count|合计|总计|小计|总数)\b.*")
_NUMBER = re.compile(r"[0-9][0-9.,' ]*%?")
_OF_TABLE = {"table_title": "title", "table_description": "description"}
_WITHOUT_CELL = frozenset(("required", "nullable", "personal", "key_kind", "length", "validation", "is_fk", "fk_table", "fk_column",
                           "value", "value_label", "owner", "exclusive_bound_low", "exclusive_bound_high"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known of a sheet before its rows are read. `fields`: by place of the heading; `table`: of rows that name none."""

    form: str  # csv or xlsx: the name under which other cells are kept
    grid: Grid
    fields: Mapping[int, str]
    table: str
    own: bool = False
    preset: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)  # permissible values by element, from a sheet of their own


@dataclass(slots=True)
class _Row:
    """A row that lists a column, until all its values were read."""

    where: Where
    said: dict[str, str]
    kept: dict[str, str]
    rest: dict[str, dict[str, Any]]
    table: str
    column: str
    values: list[dict[str, str]] = field(default_factory=list)


class SheetReader:
    """Reads the rows of one sheet into a builder."""

    def __init__(self, sheet: Sheet, builder: Builder) -> None:
        self._sheet = sheet
        self._builder = builder
        self._notes = builder.notes
        self._places = {name: at for at, name in sheet.fields.items()}
        self._rest = [at for at, heading in enumerate(sheet.grid.headings) if sheet.own and is_rest(heading)]
        if self._rest:
            self._places["rest"] = self._rest[0]
        self._table = ""  # of the row above, for cells that are merged over several rows
        self._current: _Row | None = None
        names = [
            (at, sheet.grid.headings[at].casefold())
            for at, name in sheet.fields.items()
            if name in ("column", "table", "type", "definition")
        ]
        self._repeated = names if len(names) > 1 else []

    def read(self) -> None:
        for number, texts in self._sheet.grid.lines:
            self._line(number, texts)
        self._close()

    def _line(self, number: int, texts: Sequence[str]) -> None:
        if self._repeated and all(at < len(texts) and clean(texts[at]).casefold() == name for at, name in self._repeated):
            self._notes.say(Where(self._sheet.grid.sheet, number).at(), "info", "heading_again")
            return
        where = Where(self._sheet.grid.sheet, number, self._places)
        said: dict[str, str] = {}
        kept: dict[str, str] = {}
        headings = self._sheet.grid.headings
        for at, text in enumerate(texts):
            if not text or at in self._rest or not (text := text.strip()):
                continue
            if name := self._sheet.fields.get(at):
                said[name] = text
            else:
                heading = headings[at] if at < len(headings) else f"#{at + 1}"
                kept[heading_in(heading) if self._sheet.own else heading] = text
        rest: dict[str, dict[str, Any]] = {}
        if self._rest and (text := "".join(texts[at] for at in self._rest if at < len(texts))):
            rest = read_rest(text, where.at("rest"), self._notes)
        self._sort(_Row(where, said, kept, rest, "", ""))

    def _sort(self, row: _Row) -> None:
        """What kind of row it is."""
        said = row.said
        row.table = said.get("table") or row.rest.get("table", {}).get("name", "")
        row.column = said.get("column") or row.rest.get("column", {}).get("name", "")
        if self._is_value(row):
            self._value(row)
            return
        self._close()
        if "book" in row.rest:
            self._builder.book |= row.rest["book"]
        if row.column and not self._is_total(row):
            row.table = row.table or self._table or self._sheet.table
            self._current = row
            self._table = row.table
        elif self._is_total(row):
            self._notes.say(row.where.at(), "info", "total_row", value=next(iter(said.values())))
        elif self._sheet.own or "column" not in self._places or said.get("key"):
            self._without_column(row)
        elif said or row.kept:
            self._notes.say(row.where.at("column"), "error", "no_name")

    def _is_total(self, row: _Row) -> bool:
        cells = [*row.said.values(), *row.kept.values()]
        return (
            not self._sheet.own
            and 0 < len(cells) <= 4
            and any(_TOTAL.fullmatch(text) for text in cells)
            and sum(1 for text in cells if not _NUMBER.fullmatch(text)) == 1
            and (len(cells) > 1 or not row.column)
        )

    # Values below their column ----------------------------------------------------------------------------------------------

    def _is_value(self, row: _Row) -> bool:
        if "value" not in row.said:
            return False
        above = self._current
        return not row.column or (above is not None and row.column == above.column and row.table in ("", above.table))

    def _value(self, row: _Row) -> None:
        above = self._current
        if above is None:
            self._notes.say(row.where.at("value"), "error", "value_without_column", value=row.said["value"])
            return
        above.values.append(_one_value(row.said))
        headings = self._sheet.grid.headings
        for name, text in row.said.items():
            if name in ("value", "value_label") or text != above.said.get(name, ""):
                heading = headings[self._places[name]]
                above.kept[heading] = f"{above.kept[heading]}\n{text}" if heading in above.kept else text
        for heading, text in row.kept.items():
            before = above.kept.get(heading)
            above.kept[heading] = text if before in (None, text) else f"{before}\n{text}"

    # Rows that are complete -------------------------------------------------------------------------------------------------

    def _close(self) -> None:
        row, self._current = self._current, None
        if row is None:
            return
        where, sheet = row.where, self._sheet
        if self._builder.has_column(row.table, row.column):
            self._notes.say(where.at("column"), "error", "column_twice", value=f"{row.table}.{row.column}")
            return
        found = stated(row.said, own=sheet.own, preset=sheet.preset)
        self._tell(found.odd, row)
        if "value" in row.said and not sheet.own:
            row.values.insert(0, _one_value(row.said))
            self._keep_first_value(row)
        if row.values:
            found.flat.setdefault("domain.values", row.values)
        table = self._state_table(row)
        key = self._builder.key(row.said.get("key") or row.rest.get("element", {}).get("key", ""), row.table, row.column)
        element = self._state_element(row, key, found.flat)
        if found.refers and element is not None:
            self._builder.refers(key, found.refers, where)
        told = row.rest.get("column", {})
        column = Column(
            table=row.table,
            name=row.column,
            element=key,
            physical_type=found.physical_type or told.get("physical_type", ""),
            role=found.role or told.get("role", ""),
            extra=self._extra(row, told, self._not_shown(row, element, table, key, found)),
        )
        self._builder.column(column)

    def _without_column(self, row: _Row) -> None:
        """An element that no column holds, or a table of which only itself is listed."""
        found = stated(row.said, own=self._sheet.own, preset=self._sheet.preset)
        self._tell(found.odd, row)
        of_element = row.rest.get("element", {})
        if row.said.get("key") or of_element.get("key"):
            key = self._builder.key(row.said.get("key") or of_element["key"])
            hidden = {} if self._sheet.own else self._not_shown(row, None, {}, key, found)
            extra = self._with_kept(of_element.get("extra", {}), {**row.kept, **hidden})
            if extra:
                found.flat["extra"] = extra
            self._state_element(row, key, found.flat)
        elif row.table:
            self._state_table(row, {**row.kept, **({} if self._sheet.own else self._table_cells(row))})
        elif row.said or row.kept or set(row.rest) - {"book"}:
            self._notes.say(row.where.at("table"), "error", "no_name")

    def _state_table(self, row: _Row, kept: Mapping[str, str] | None = None) -> Mapping[str, str]:
        told = row.rest.get("table", {})
        said = {part: text for part, text in told.items() if part in ("physical_name", "title", "description")}
        said |= {part: row.said[name] for name, part in _OF_TABLE.items() if name in row.said}
        held = self._builder.table(row.table, said, row.where, self._with_kept(told.get("extra", {}), kept or {}))
        if "order" in told:
            self._builder.order("table", row.table, told["order"])
        return held

    def _state_element(self, row: _Row, key: str, said: dict[str, Any]) -> Element | None:
        told = row.rest.get("element", {})
        for path, value in told.items():
            if path not in ("key", "order"):
                said.setdefault(path, value)
        if key in self._sheet.values and (said or self._builder.element(key) is None):
            if "domain.values" in said:
                self._notes.say(row.where.at("values"), "warning", "values_twice", value=key)
            elif said:
                said["domain.values"] = self._sheet.values[key]
        if "order" in told:
            self._builder.order("element", key, told["order"])
        return self._builder.state(key, said, row.where)

    def _tell(self, odd: Sequence[tuple[str, str]], row: _Row) -> None:
        for name, code in odd:
            params = {"taken": "string"} if code == "type_unknown" else {}
            self._notes.say(row.where.at(name), "warning", code, value=row.said[name][:60], **params)

    # What is kept -----------------------------------------------------------------------------------------------------------

    def _extra(self, row: _Row, told: Mapping[str, Any], more: Mapping[str, str]) -> dict[str, Any]:
        return self._with_kept(told.get("extra", {}), {**row.kept, **more})

    def _with_kept(self, extra: Mapping[str, Any], kept: Mapping[str, str]) -> dict[str, Any]:
        if not kept:
            return dict(extra)
        before = extra.get(self._sheet.form)
        return {**extra, self._sheet.form: {**(before if isinstance(before, dict) else {}), **kept}}

    def _not_shown(self, row: _Row, element: Element | None, table: Mapping[str, str], key: str, found: Stated) -> dict[str, str]:
        """Cells that would not be written as they stand here; they are kept under their heading."""
        headings = self._sheet.grid.headings
        if self._sheet.own:
            return {headings[self._places[name]]: row.said[name] for name, _code in found.odd}
        stored = found.physical_type
        shown = {"table": row.table, "column": row.column, "key": key, "physical_type": stored, "role": found.role}
        shown |= {name: table.get(part, "") for name, part in _OF_TABLE.items()}
        missing = {}
        for name, text in row.said.items():
            if name in ("value", "value_label") or (name == "type" and text == stored and holds(text)):
                continue
            if (name not in shown or shown[name] != text or not holds(text)) and (
                name in shown or not self._shows(name, text, element)
            ):
                missing[headings[self._places[name]]] = text
        return missing

    def _shows(self, name: str, text: str, element: Element | None) -> bool:
        if element is None or name in _WITHOUT_CELL or (name == "values" and self._sheet.form == "xlsx") or name == "references":
            return False
        own = BY_FIELD[name]
        value = plain_of(element, own.path)
        if isinstance(value, str):
            return value == text and holds(text)
        return value is not None and own.write(value) == text and holds(text)

    def _table_cells(self, row: _Row) -> dict[str, str]:
        held = {"table": row.table, **{name: row.said.get(name, "") for name in _OF_TABLE}}
        headings = self._sheet.grid.headings
        return {headings[self._places[name]]: text for name, text in row.said.items() if held.get(name) != text}

    def _keep_first_value(self, row: _Row) -> None:
        headings = self._sheet.grid.headings
        for name in ("value", "value_label"):
            if name in row.said:
                heading = headings[self._places[name]]
                row.kept[heading] = "\n".join(filter(None, (row.said[name], row.kept.get(heading, ""))))


def _one_value(said: Mapping[str, str]) -> dict[str, str]:
    meaning = said.get("value_label", "")
    return {"code": said["value"], "meaning": meaning} if meaning else {"code": said["value"]}
