"""From a contract to a book. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from governance.dictionary.formats import yaml_values
from governance.dictionary.formats.gathering import Gathering
from governance.dictionary.formats.lens import Plain
from governance.dictionary.formats.model import Reading, Unreadable
from governance.dictionary.formats.native import WITHIN, Nest, Statements, told, with_words
from governance.dictionary.formats.notes import note
from governance.dictionary.formats.odcs import schema
from governance.dictionary.formats.odcs.additions import key_by_definition, taken_out
from governance.dictionary.formats.odcs.around import (
    WRITTEN_VERSION,
    book_lens,
    latest,
    table_lens,
    targets_of,
)
from governance.dictionary.formats.odcs.nesting import CONTAINERS, inner_lists, without_inner
from governance.dictionary.formats.odcs.words import LOGICAL, Around, logical_type, property_lens

NAME, LABEL = "odcs", "Open Data Contract Standard"
_KNOWN = re.compile(r"v?3\.[012](\.[0-9]{1,3})?")
_MAJOR = re.compile(r"v?([0-9]{1,3})(\.|$)")


def read(data: bytes, name: str) -> Reading:
    """Tables of `schema`, columns of `properties` and what is in them. Raises Unreadable for what is no contract of version 3."""
    said = yaml_values.load(data, name)
    version = _version(said)
    gathered = Gathering(NAME)
    if not _KNOWN.fullmatch(version):
        gathered.say("apiVersion", "warning", "version_unknown", value=version, format=LABEL, read_as="3.2")
    for item in schema.warnings(said):
        gathered.say(item.place, item.level, item.code, **item.params)
    own, added = taken_out(said)
    tables, at = _listed(gathered, own, "schema", "schema")
    _Reader(gathered, latest(version)).tables(tables)
    book = gathered.book(with_words(own, added, book_lens()), added, book_lens(), at=at)
    return Reading(book, told(gathered.notes), f"ODCS {version}")


def _version(said: Any) -> str:
    if isinstance(said, Mapping) and "dataContractSpecification" in said:
        raise _unreadable("it is a Data Contract Specification, which became ODCS")
    if not isinstance(said, Mapping) or not ("apiVersion" in said or said.get("kind") == "DataContract"):
        raise _unreadable("there is no apiVersion in it")
    if said.get("kind", "DataContract") != "DataContract":
        raise _unreadable(f"its kind is {said['kind']}")
    version = str(said.get("apiVersion", WRITTEN_VERSION))
    found = _MAJOR.match(version)
    if found is not None and int(found[1]) < 3:
        raise _unreadable(f"it is of version {version}, and what is read begins with 3.0")
    return version


def _unreadable(detail: str) -> Unreadable:
    return Unreadable(note("", "error", "not_the_format", format=LABEL, detail=detail))


def _listed(gathered: Gathering, own: Plain, word: str, place: str) -> tuple[list[Any], Plain]:
    """Takes a list out of what is said, and what to keep of it if there is none."""
    if isinstance(own.get(word), list):
        return own.pop(word), {}
    if own.get(word) is not None:
        gathered.say(place, "error", "wrong_type", expected="a list")
    return [], {"without": True}


@dataclass(slots=True)
class _Reader:
    gathered: Gathering
    latest: bool
    places: dict[str, tuple[str, str]] = field(default_factory=dict)  # table and column by what relationships call them
    statements: Statements = field(default_factory=Statements)
    first: dict[str, str] = field(default_factory=dict)  # where each of them stands

    def tables(self, listed: list[Any]) -> None:
        for number, said in enumerate(listed):
            place = f"schema[{number}]"
            if not isinstance(said, Mapping):
                self.gathered.say(place, "error", "wrong_type", expected="a map")
                continue
            own, added = taken_out(said)
            name = _name_of(own)
            properties, at = _listed(self.gathered, own, "properties", f"{place}.properties")
            table = self.gathered.table(place, name, with_words(own, added, table_lens()), added, table_lens(), at=at)
            if table is not None:
                inside = _Table(self, table, targets_of(said.get("relationships"), table))
                inside.properties(properties, f"{place}.properties", "", f"schema/{said.get('id', table)}", "")

    def key_at(self, target: str) -> str | None:
        """The key of the element that a relationship means: `orders.id`, or `schema/orders/properties/id`."""
        at = self.places.get(target.removeprefix("/"))
        return self.gathered.key_of(*at) if at else None

    def place_of(self, key: str) -> str | None:
        if not self.first and all(self.gathered.key_of(*at) for at in self.places.values()):  # otherwise no key is final
            for table, column in self.places.values():
                self.first.setdefault(self.gathered.key_of(table, column) or "", f"{table}.{column}")
        return self.first.get(key)


@dataclass(slots=True)
class _Table:
    reader: _Reader
    name: str
    targets: Mapping[str, str]
    nest: Nest = field(default_factory=Nest)

    def properties(self, listed: list[Any], place: str, prefix: str, address: str, parent: str) -> None:
        for number, said in enumerate(listed):
            here = f"{place}[{number}]"
            if isinstance(said, Mapping):
                self._property(said, here, prefix, address, parent)
            else:
                self.reader.gathered.say(here, "error", "wrong_type", expected="a map")

    def _property(self, said: Mapping[str, Any], place: str, prefix: str, address: str, parent: str) -> None:
        own, added = taken_out(said)
        leaf = _name_of(own)
        own = without_inner(own)
        if "element" not in added and (key := key_by_definition(own)):
            added = {"element": key} | added
        if isinstance(leaf, bool | None | list | dict):
            self.reader.gathered.say(place, "error", "no_name")
            return
        name, logical = f"{prefix}{leaf}", own.get("logicalType")
        lens = property_lens(self._around(name), states=self.reader.statements.states(added))
        own = self.reader.statements.with_words(own, added, lens)
        if self.nest.parent(name) != parent:
            own[WITHIN] = parent
        self.nest.put(name, parent, holds=logical in CONTAINERS)
        if logical is not None and not (isinstance(logical, str) and logical in LOGICAL):
            self.reader.gathered.say(place, "warning", "type_unknown", value=logical, taken=logical_type(own) or "string")
        self.reader.gathered.column(place, self.name, name, own, added, lens)
        address = f"{address}/properties/{said.get('id', leaf)}"
        for called in (f"{self.name}.{name}", address):
            self.reader.places.setdefault(called, (self.name, name))
        for steps, where, listed in inner_lists(said):
            self.properties(listed, f"{place}{where}", f"{name}{steps}.", address, name)

    def _around(self, name: str) -> Around:
        reader = self.reader
        return Around(reader.key_at, reader.place_of, f"{self.name}.{name}", reader.latest, self.targets.get(name, ""))


def _name_of(own: Plain) -> Any:
    """Takes the name out of what is said. One that is a number stays as it was written, too."""
    return own.pop("name", None) if isinstance(own.get("name"), str | None) else own["name"]
