"""The data catalog of Kedro (`catalog.yml`), in and out. Pure.

A data set is a table. Kedro knows no columns: ours stand in its `metadata.countersign.columns`, each
with its name under `column`; what we add to the data set beside them,
and what we add to the whole dictionary under `_countersign`, which Kedro passes over as any key with an underscore. Whatever else a data
set says (`validator`, `kedro-viz`, arguments) is kept and comes back. Patterns of data set factories (`"{name}_csv"`), `${…}` and
Jinja stay as they stand. Anchors are expanded (see `yaml_anchors`), and the keys with an underscore that hold them stay. A data set that
Kedro does not know yet is written as a `MemoryDataset`, which takes metadata and touches no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from governance.dictionary.formats import gathering, yaml_anchors, yaml_values
from governance.dictionary.formats.gathering import NO_LENS, Gathering
from governance.dictionary.formats.lens import Lens, Plain
from governance.dictionary.formats.model import Book, Format, Reading, Table, Unreadable
from governance.dictionary.formats.notes import note
from governance.dictionary.formats.omega_text import escaped, is_filled_in, unescaped

NAME, LABEL = "kedro", "Kedro data catalog"
OURS = "countersign"
AT_TOP = "_countersign"
PLACES = ("filepath", "table_name")  # what a data set calls the thing that holds the data


def read(data: bytes, name: str) -> Reading:
    """A book of a catalog. Raises Unreadable where nothing in the file is a data set."""
    said, expanded = yaml_anchors.load(data, name)
    if not isinstance(said, dict) or not any(_is_data_set(key, item) for key, item in said.items()):
        raise Unreadable(note("", "error", "not_the_format", format=LABEL, detail="no data set with a type"))
    gathered = Gathering(NAME)
    if expanded:
        gathered.say("", "info", "anchors_expanded")
    rest: Plain = {}
    more: Any = None
    for key, item in said.items():
        if isinstance(item, dict) and _is_data_set(key, item):
            _data_set(gathered, key, item)
        elif key.startswith(AT_TOP) and isinstance(item, dict) and item.keys() == {"book"}:
            more = unescaped(item["book"])
        else:
            rest[key] = item
            if not key.startswith("_"):
                gathered.say(key, "warning", "wrong_type", expected="a map")
    return Reading(gathered.book(rest, more), gathered.notes, LABEL)


def write(book: Book) -> bytes:
    """A catalog with all tables of the book."""
    elements = {element.key: element for element in book.elements}
    tables = {table.name: table for table in book.tables}
    made: Plain = {}
    held: list[str] = []
    for name, columns in gathering.columns_of(book).items():
        said, more = gathering.table_written(tables.get(name, Table(name=name)), _TABLE, NAME)
        rows = []
        for column in columns:
            _said, added = gathering.column_written(column, elements[column.element], NO_LENS, NAME)
            rows.append({"column": column.name} | added)
            held.append(column.element)
        more |= {"columns": rows} if rows else {}
        if more or name.startswith("_"):
            metadata = said.get("metadata")
            said["metadata"] = (metadata if isinstance(metadata, dict) else {}) | {OURS: escaped(more)}
        made[name] = said
    rest, more = gathering.book_written(book, NO_LENS, NAME, tables=list(made), held=held)
    made |= {key: item for key, item in rest.items() if key not in made}
    if more or not made:
        key = AT_TOP
        while key in made:
            key += "_"
        made[key] = {"book": escaped(more)}
    return yaml_values.dump(made)


def _is_data_set(key: str, item: Any) -> bool:
    """Keys with an underscore are templates of others, unless we wrote them for a table of that name."""
    if not isinstance(item, dict):
        return False
    metadata = item.get("metadata")
    ours = isinstance(metadata, dict) and OURS in metadata
    return ours or not key.startswith("_")


def _data_set(gathered: Gathering, name: str, item: Plain) -> None:
    metadata = item.get("metadata")
    added: Any = None
    said = {key: value for key, value in item.items() if key != "metadata"}
    if isinstance(metadata, dict):
        added = unescaped(metadata.get(OURS))
        if others := {key: value for key, value in metadata.items() if key != OURS}:
            said["metadata"] = others
    elif metadata is not None:
        gathered.say(f"{name}.metadata", "error", "wrong_type", expected="a map")
    columns = added.pop("columns", None) if isinstance(added, dict) else None
    table = gathered.table(name, name, said, added, _TABLE)
    if table is None:
        return
    if "{" in name:
        gathered.say(name, "info", "left_literal", value=name)
    for place, text in _filled_in(said, name):
        gathered.say(place, "info", "left_literal", value=text)
    if columns is not None and not isinstance(columns, list):
        gathered.say(f"{name}.metadata.{OURS}.columns", "error", "wrong_type", expected="a list")
    for number, column in enumerate(columns if isinstance(columns, list) else ()):
        place = f"{name}.metadata.{OURS}.columns[{number}]"
        if isinstance(column, dict):
            more = {key: value for key, value in column.items() if key != "column"}
            gathered.column(place, table, column.get("column"), {}, more, NO_LENS)
        else:
            gathered.say(place, "error", "wrong_type", expected="a map")


def _filled_in(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and (is_filled_in(value) or "{{" in value or "{%" in value):
        yield place, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from _filled_in(item, f"{place}.{key}" if isinstance(key, str) else f"{place}[{key}]")


def _says(said: Mapping[str, Any]) -> Plain:
    places = [said[key] for key in PLACES if isinstance(said.get(key), str) and said[key]]
    return {"physical_name": unescaped(places[0])} if places else {}


def _native(fields: Mapping[str, Any], kept: Mapping[str, Any]) -> Plain:
    place = next((key for key in PLACES if key in kept), None)
    named = {place: escaped(fields["physical_name"])} if place and "physical_name" in fields else {}
    return {"type": "MemoryDataset", **named}


def _mend(key: str, kept: Any, native: Any) -> Any:
    """A data set without its file is none."""
    return kept if native is None or key not in PLACES else native


_TABLE = Lens(says=_says, native=_native, mend=_mend)

FORMAT = Format(name=NAME, label=LABEL, extension="yml", media_type="application/yaml", read=read, write=write)
