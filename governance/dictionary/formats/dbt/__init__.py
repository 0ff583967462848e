"""Files of dbt: properties of models, sources, seeds and snapshots (`schema.yml`) in and out, and `manifest.json` in. Pure.

The shape of properties is that of https://docs.getdbt.com/reference/configs-and-properties. A table is a model, seed or snapshot by its
name, or a table of a source as `source.table`; other sections come back as they stood. Our additions stand in `meta.countersign`, those
of the whole dictionary in that of the first table, or at the top where there is none. Texts of a dictionary are never templates
(see `jinja`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from governance.dictionary.formats import gathering, json_values, yaml_anchors, yaml_values
from governance.dictionary.formats.dbt import manifest
from governance.dictionary.formats.dbt.jinja import escaped, is_template, unescaped
from governance.dictionary.formats.dbt.words import (
    OURS,
    apart,
    column_lens,
    misplaced,
    table_lens,
    template_in,
    together,
    without,
)
from governance.dictionary.formats.gathering import Gathering
from governance.dictionary.formats.keys import key_for
from governance.dictionary.formats.lens import Lens, Plain
from governance.dictionary.formats.model import Book, Format, Reading, Table, Unreadable
from governance.dictionary.formats.notes import note
from governance.dictionary.formats.sql_types import logical_of

NAME, LABEL = "dbt", "dbt"
SECTIONS = ("sources", "seeds", "snapshots", "models")  # in the order in which they are read, whatever the order of the file
OTHER_KEYS = frozenset((
    "version", "macros", "exposures", "metrics", "semantic_models", "groups", "analyses", "unit_tests", "saved_queries", "data_tests",
    "functions", "anchors",
))  # fmt: skip
_BOOK = Lens(says=lambda said: {}, native=lambda fields, kept: {"version": 2})


def read(data: bytes, name: str) -> Reading:
    """A book of properties or of a manifest, told apart by content. Raises Unreadable where it is neither."""
    gathered = Gathering(NAME)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and not name.lower().endswith((".yml", ".yaml")):
        said, expanded = json_values.load(data, name), False
    else:
        said, expanded = yaml_anchors.load(data, name)
    told = "dbt schema.yml"
    if manifest.is_manifest(said):
        said, told = manifest.as_properties(said, gathered)
    if not isinstance(said, dict) or not (said.keys() & ({*SECTIONS, OURS} | OTHER_KEYS)):
        raise Unreadable(note("", "error", "not_the_format", format=LABEL, detail="no models, sources, seeds or snapshots"))
    if expanded:
        gathered.say("", "info", "anchors_expanded")
    return Reading(_book(gathered, said), gathered.notes, told)


def _book(gathered: Gathering, said: Plain) -> Book:
    sources: list[Plain] = []
    added: list[Any] = [unescaped(said.get(OURS))]
    for place, section, item, at in _tables(gathered, said, sources):
        added.append(_table(gathered, place, section, item, at))
    first = next((item for item in added if item is not None), None)
    rest = {key: value for key, value in said.items() if key not in SECTIONS and key != OURS}
    return gathered.book(rest, first, _BOOK, at={"sources": sources} if sources else None)


def _tables(gathered: Gathering, said: Plain, sources: list[Plain]) -> Iterator[tuple[str, str, Any, Plain]]:
    """Each table with its place, its section, and what has to be known to put it there again."""
    for number, source in _items(gathered, said.get("sources"), "sources"):
        place = f"sources[{number}]"
        name = source.get("name")
        if not isinstance(name, str | int) or not str(name).strip():
            gathered.say(place, "error", "no_name")
            continue
        earlier = [entry["name"] for entry in sources]
        at = {"section": "sources", "source": str(name)} | ({"entry": len(sources)} if str(name) in earlier else {})
        sources.append({"name": str(name)} | {key: value for key, value in source.items() if key not in ("name", "tables")})
        for inner, table in _items(gathered, source.get("tables"), f"{place}.tables"):
            yield f"{place}.tables[{inner}]", "sources", table, at
    for section in SECTIONS[1:]:
        for number, table in _items(gathered, said.get(section), section):
            yield f"{section}[{number}]", section, table, {} if section == "models" else {"section": section}


def _items(gathered: Gathering, said: Any, place: str) -> Iterator[tuple[int, Plain]]:
    if said is not None and not isinstance(said, list):
        gathered.say(place, "error", "wrong_type", expected="a list")
    for number, item in enumerate(said if isinstance(said, list) else ()):
        if isinstance(item, dict):
            yield number, item
        else:
            gathered.say(f"{place}[{number}]", "error", "wrong_type", expected="a map")


def _table(gathered: Gathering, place: str, section: str, item: Plain, at: Plain) -> Any:
    """Takes a table with its columns, and returns what is added there for the whole dictionary."""
    said, added, name = _parts(gathered, item, place, "columns")
    inside = at | {"table": name} if section == "sources" else at
    known = f"{at['source']}.{name}" if section == "sources" and name else name
    keys = _primary_key(item)
    table = gathered.table(place, known, said, added, table_lens(section), at=inside)
    if table is None:
        return None
    for number, column in _items(gathered, item.get("columns"), f"{place}.columns"):
        here = f"{place}.columns[{number}]"
        rest, more, name = _parts(gathered, column, here)
        physical = rest.get("data_type")
        if isinstance(physical, str) and is_template(physical):
            gathered.say(f"{here}.data_type", "info", "left_literal", value=physical)
        elif isinstance(physical, str) and physical.strip() and logical_of(physical) is None:
            gathered.say(here, "warning", "type_unknown", value=physical, taken="string")

        def target(other: str, field: str, own: str = str(name)) -> str | None:
            key = gathered.key_of(other, field) or key_for(other, field)
            return None if key == gathered.key_of(table, own) else key

        lens = column_lens(str(name), section=section, keys=keys, target=target, place_of=gathered.place_of)
        gathered.column(here, table, name, rest, more, lens)
    return added.get("book") if isinstance(added, Mapping) else None


def _parts(gathered: Gathering, item: Plain, place: str, *others: str) -> tuple[Plain, Any, Any]:
    """What is said, what we added, and the name. A name that dbt fills in stays among what is said, to come back as it is."""
    for where in misplaced(item):
        gathered.say(f"{place}.{where}", "error", "wrong_type", expected="a map")
        item = without(item, where)
    name = item.get("name")
    rest, added = apart({key: value for key, value in item.items() if key not in ("name", *others)})
    plain = unescaped(name)
    if isinstance(name, str) and escaped(plain) != name:
        rest["name"] = name
        gathered.say(place, "info", "left_literal", value=name)
    if text := template_in(rest):
        gathered.say(f"{place}.description", "info", "left_literal", value=text)
    return rest, added, plain


def _primary_key(item: Plain) -> list[str]:
    rules = item.get("constraints")
    for rule in rules if isinstance(rules, list) else ():
        columns = rule.get("columns") if isinstance(rule, dict) and rule.get("type") == "primary_key" else None
        if isinstance(columns, list):
            return [column for column in columns if isinstance(column, str)]
    return []


# Writing ----------------------------------------------------------------------------------------------------------------------


def write(book: Book) -> bytes:
    """One file of properties with everything the book says."""
    elements = {element.key: element for element in book.elements}
    tables = {table.name: table for table in book.tables}
    places = {column.element: (column.table, column.name) for column in reversed(book.columns)}
    keys = {(column.table, column.name): column.element for column in book.columns}
    sections: dict[str, list[tuple[str, Plain]]] = {section: [] for section in SECTIONS}
    entries = gathering.kept_at(book.extra, NAME).get("sources")
    sources = [(entry, list[tuple[str, Plain]]()) for entry in entries or () if isinstance(entry, dict)]
    for name, columns in gathering.columns_of(book).items():
        table = tables.get(name, Table(name=name))
        at = gathering.kept_at(table.extra, NAME)
        section = at["section"] if at.get("section") in SECTIONS else "models"
        rows = []
        table_said, table_more = gathering.table_written(table, table_lens(section), NAME)
        for column in columns:

            def target(other: str, field: str, own: str = column.element) -> str | None:
                key = keys.get((other, field)) or key_for(other, field)
                return None if key == own else key

            lens = column_lens(
                column.name, section=section, keys=_primary_key(table_said), target=target, place_of=places.get
            )  # fmt: skip
            said, more = gathering.column_written(column, elements[column.element], lens, NAME)
            rows.append(_named(column.name, said, more))
        made = _named(at.get("table", name), table_said, table_more) | ({"columns": rows} if rows else {})
        (_tables_of(sources, at) if section == "sources" else sections[section]).append((name, made))
    sections["sources"] = [item for _entry, inside in sources for item in inside]
    order = [name for section in SECTIONS for name, _made in sections[section]]
    held = [column.element for name in order for column in gathering.columns_of(book)[name]]
    said, more = gathering.book_written(book, _BOOK, NAME, tables=order, held=held)
    return yaml_values.dump(_file(said, more, sections, sources))


def _named(name: str, said: Plain, more: Plain) -> Plain:
    kept = said.pop("name", None)
    return {"name": kept if unescaped(kept) == name and kept is not None else escaped(name)} | (
        together(said, more) if more else said
    )


def _tables_of(sources: list[tuple[Plain, list[tuple[str, Plain]]]], at: Plain) -> list[tuple[str, Plain]]:
    """The list of tables of the source where a table belongs; a source that is not there is made."""
    entry = at.get("entry")
    if isinstance(entry, int) and 0 <= entry < len(sources):
        return sources[entry][1]
    for source, inside in sources:
        if source.get("name") == at.get("source"):
            return inside
    sources.append(({"name": at.get("source", "source")}, []))
    return sources[-1][1]


def _file(said: Plain, more: Plain, sections: Any, sources: Any) -> Plain:
    made = dict(said)
    if sources:
        made["sources"] = [entry | ({"tables": [item for _name, item in inside]} if inside else {}) for entry, inside in sources]
    for section in SECTIONS[1:]:
        if sections[section]:
            made[section] = [item for _name, item in sections[section]]
    first = next((item for section in SECTIONS for _name, item in sections[section]), None)
    if more and first is None:
        made[OURS] = escaped(more)
    elif more and first is not None:
        first |= _with_book(first, more)
    return made


def _with_book(first: Plain, more: Plain) -> Plain:
    rest, added = apart({key: value for key, value in first.items() if key not in ("name", "columns")})
    return together(rest, (added or {}) | {"book": more})


FORMAT = Format(name=NAME, label=LABEL, extension="yml", media_type="application/yaml", read=read, write=write)
