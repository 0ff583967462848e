"""The JSON of a registry of Feast, in and out. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from governance.dictionary.formats import gathering, json_values, yaml_anchors
from governance.dictionary.formats.feast.values import logical_fields, type_for
from governance.dictionary.formats.gathering import Gathering
from governance.dictionary.formats.lens import Lens, Plain
from governance.dictionary.formats.model import Book, Column, Format, Reading, Table, Unreadable
from governance.dictionary.formats.notes import note

NAME, LABEL = "feast", "Feast feature views"
OURS = "countersign"
SECTIONS = ("featureViews", "streamFeatureViews", "onDemandFeatureViews")
NO_KEY = "__dummy_id"  # what Feast puts for a view without entities


def read(data: bytes, name: str) -> Reading:
    """A book of a registry, or of one view or several. Raises Unreadable where the file holds neither."""
    starts = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    said = json_values.load(data, name) if starts in (b"{", b"[") else yaml_anchors.load(data, name)[0]
    told = "Feast registry"
    if isinstance(said, dict) and isinstance(said.get("spec"), dict):
        said, told = {"featureViews": [said]}, "Feast feature view"
    elif isinstance(said, list) and said and all(isinstance(item, dict) and "spec" in item for item in said):
        said, told = {"featureViews": said}, "Feast feature views"
    if not isinstance(said, dict) or not any(section in said for section in (*SECTIONS, OURS)):
        raise Unreadable(note("", "error", "not_the_format", format=LABEL, detail="no featureViews"))
    gathered = Gathering(NAME)
    return Reading(_book(gathered, said), gathered.notes, told)


def write(book: Book) -> bytes:
    """The registry as JSON, with an entity for each join key that has none."""
    elements = {element.key: element for element in book.elements}
    tables = {table.name: table for table in book.tables}
    sections: dict[str, list[Plain]] = {section: [] for section in SECTIONS}
    order: dict[str, list[tuple[str, list[str]]]] = {section: [] for section in SECTIONS}
    keys: dict[str, Any] = {}
    for name, columns in gathering.columns_of(book).items():
        table = tables.get(name, Table(name=name))
        at = gathering.kept_at(table.extra, NAME)
        rows: dict[bool, list[Plain]] = {True: list(_listed(at, "entityColumns")), False: []}
        for column in columns:
            is_key = elements[column.element].is_key and column.role != "feature"
            said, more = gathering.column_written(column, elements[column.element], _KEY if is_key else _FEATURE, NAME)
            rows[is_key].append({"name": column.name} | _tagged(said, more))
            if is_key:
                keys.setdefault(column.name, said.get("valueType"))
        own = [column.name for column in columns if _in_keys(column, rows[True])]
        said, more = gathering.table_written(table, _view_lens(own), NAME)
        if (natural := own + [row["name"] for row in rows[False]]) != (stated := [column.name for column in columns]):
            more["columns"] = stated
        section = at["section"] if at.get("section") in SECTIONS else SECTIONS[0]
        spec = {"name": name} | _tagged(said, more) | ({"features": rows[False]} if rows[False] else {})
        spec |= {"entityColumns": rows[True]} if rows[True] else {}
        beside = at.get("beside")
        sections[section].append({"spec": spec} | (dict(beside) if isinstance(beside, Mapping) else {}))
        order[section].append((name, [key for _name, key in sorted((stated.index(n), n) for n in natural)]))
    names = [name for section in SECTIONS for name, _columns in order[section]]
    by_table = gathering.columns_of(book)
    held = [column.element for name in names for column in by_table[name]]
    said, more = gathering.book_written(book, _registry_lens(keys), NAME, tables=names, held=held)
    made = {section: views for section, views in sections.items() if views} | said
    return json_values.dump(made | ({OURS: more} if more else {}))


def _in_keys(column: Column, rows: list[Plain]) -> bool:
    return any(row.get("name") == column.name for row in rows)


# Reading ----------------------------------------------------------------------------------------------------------------------


def _book(gathered: Gathering, said: Plain) -> Book:
    entities = {
        item["spec"]["name"]: item["spec"]
        for item in _listed(said, "entities")
        if isinstance(item.get("spec"), dict) and isinstance(item["spec"].get("name"), str)
    }
    keys: dict[str, Any] = {}
    for section in SECTIONS:
        if said.get(section) is not None and not isinstance(said[section], list):
            gathered.say(section, "error", "wrong_type", expected="a list")
        for number, item in enumerate(said[section] if isinstance(said.get(section), list) else ()):
            place = f"{section}[{number}]"
            spec = item.get("spec") if isinstance(item, dict) else None
            if isinstance(spec, dict):
                _view(
                    gathered, place, section, spec, {key: value for key, value in item.items() if key != "spec"}, entities, keys
                )
            else:
                gathered.say(place, "error", "wrong_type", expected="a map")
    rest = {key: value for key, value in said.items() if key not in (*SECTIONS, OURS)}
    return gathered.book(rest, said.get(OURS), _registry_lens(keys))


def _view(
    gathered: Gathering, place: str, section: str, spec: Plain, beside: Plain, entities: Mapping[str, Plain], keys: dict[str, Any]
) -> None:
    said, added = _untagged(gathered, spec, f"{place}.spec", "name", "features", "entityColumns")
    columns = [item for item in _listed(spec, "entityColumns") if item.get("name") != NO_KEY]
    at: Plain = {} if section == SECTIONS[0] else {"section": section}
    at |= {"beside": beside} if beside else {}
    if without := [item for item in _listed(spec, "entityColumns") if item.get("name") == NO_KEY]:
        at["entityColumns"] = without
    if "entityColumns" not in spec:
        columns = list(_join_keys(spec, entities))
    own = [item["name"] for item in columns if isinstance(item.get("name"), str)]
    table = gathered.table(place, spec.get("name"), said, added, _view_lens(own), at=at)
    if table is None:
        return
    for kind, lens, items in (("entityColumns", _KEY, columns), ("features", _FEATURE, spec.get("features"))):
        for number, item in enumerate(items if isinstance(items, list) else ()):
            here = f"{place}.spec.{kind}[{number}]"
            if not isinstance(item, dict):
                gathered.say(here, "error", "wrong_type", expected="a map")
                continue
            if item.get("valueType") is not None and logical_fields(item["valueType"]) is None:
                gathered.say(here, "warning", "type_unknown", value=item["valueType"], taken="string")
            column, more = _untagged(gathered, item, here, "name")
            if kind == "entityColumns" and isinstance(item.get("name"), str):
                keys.setdefault(item["name"], column.get("valueType"))
            gathered.column(here, table, item.get("name"), column, more, lens)


def _join_keys(spec: Plain, entities: Mapping[str, Plain]) -> Iterator[Plain]:
    """The columns of the entities that a view names, for registries that do not list them."""
    names = spec.get("entities")
    for name in names if isinstance(names, list) else ():
        entity = entities.get(name) if isinstance(name, str) else None
        if entity is not None:
            stated = {key: entity[key] for key in ("valueType", "description") if entity.get(key) not in (None, "")}
            yield {"name": entity.get("joinKey") or name} | stated


def _listed(said: Mapping[str, Any], name: str) -> list[Plain]:
    items = said.get(name)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _untagged(gathered: Gathering, said: Plain, place: str, *names: str) -> tuple[Plain, Any]:
    """What is said without our additions, and these. Tags of Feast are texts."""
    rest = {key: value for key, value in said.items() if key not in names}
    tags = rest.get("tags")
    if not isinstance(tags, dict) or OURS not in tags:
        return rest, None
    rest["tags"] = {key: value for key, value in tags.items() if key != OURS}
    if not rest["tags"]:
        del rest["tags"]
    try:
        return rest, json_values.load(str(tags[OURS]).encode(), f"{place}.tags.{OURS}")
    except Unreadable as error:
        gathered.say(f"{place}.tags.{OURS}", "error", error.note.code, **error.note.params)
        return rest, None


def _tagged(said: Plain, more: Plain) -> Plain:
    if not more:
        return said
    tags = said.get("tags")
    text = json.dumps(more, ensure_ascii=False, separators=(",", ":"))
    return said | {"tags": (tags if isinstance(tags, dict) else {}) | {OURS: text}}


# The words of the format ------------------------------------------------------------------------------------------------------


def _says(said: Mapping[str, Any]) -> Plain:
    fields = logical_fields(said.get("valueType")) or {}
    text = said.get("description")
    return fields | ({"definition": text} if isinstance(text, str) and text.strip() else {})


def _native(fields: Mapping[str, Any], _kept: Mapping[str, Any]) -> Plain:
    return {"valueType": type_for(fields)} | ({"description": fields["definition"]} if "definition" in fields else {})


_NEEDED = frozenset(("valueType",))
_FEATURE = Lens(says=lambda said: {**_says(said), "role": "feature"}, native=_native, needed=_NEEDED)
_KEY = Lens(says=lambda said: {**_says(said), "is_key": True}, native=_native, needed=_NEEDED)


def _view_lens(keys: list[str]) -> Lens:
    """`entities` are those of the join keys, unless the registry names them otherwise."""

    def native(fields: Mapping[str, Any], kept: Mapping[str, Any]) -> Plain:
        said = {"description": fields["description"]} if "description" in fields else {}
        return said | ({"entities": list(keys)} if keys else {})

    return Lens(
        says=lambda said: {"description": said["description"]} if isinstance(said.get("description"), str) else {}, native=native
    )


def _registry_lens(keys: Mapping[str, Any]) -> Lens:
    def native(_fields: Mapping[str, Any], _kept: Mapping[str, Any]) -> Plain:
        entities = [
            {"spec": {"name": name, "joinKey": name} | ({"valueType": kind} if kind else {})} for name, kind in keys.items()
        ]
        return {"entities": entities} if entities else {}

    return Lens(says=lambda said: {}, native=native)


FORMAT = Format(name=NAME, label=LABEL, extension="json", media_type="application/json", read=read, write=write)
