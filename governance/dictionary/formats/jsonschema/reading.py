"""From a schema to a book. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard
from urllib.parse import quote

from governance.dictionary.formats import json_values
from governance.dictionary.formats.gathering import NO_LENS, Gathering
from governance.dictionary.formats.jsonschema.walking import Found, Walk, inline, means, without_inline
from governance.dictionary.formats.jsonschema.words import (
    DRAFT,
    KINDS,
    LABEL,
    NAME,
    Around,
    is_draft4,
    property_lens,
    says,
    table_lens,
)
from governance.dictionary.formats.lens import Lens, Plain
from governance.dictionary.formats.model import Reading, Unreadable
from governance.dictionary.formats.native import ELSEWHERE, WITHIN, Nest, Statements, lens_of, stem, told, with_words
from governance.dictionary.formats.notes import note

OURS = "x-countersign"
GROUPS = ("$defs", "definitions")
_SIGNS = ("$schema", "$id", "$ref", "type", "properties", *GROUPS)


def read(data: bytes, name: str) -> Reading:
    """One table of an object with properties; a schema that only defines objects has a table for each. Raises Unreadable."""
    said = json_values.load(data, name)
    if not isinstance(said, dict) or not any(word in said for word in _SIGNS):
        raise Unreadable(note("", "error", "not_the_format", format=LABEL, detail="it is no map with the words of a schema"))
    reader = _Reader(Gathering(NAME), said, Walk(said))
    group = group_of(said)
    return reader.definitions(group) if group else reader.alone(name)


def group_of(said: Mapping[str, Any]) -> str:
    """The word under which a schema defines objects, if that is all that it does."""
    if any(True for _inner in inline(said)) or "$ref" in said or "type" in said or "properties" in said:
        return ""
    return next((word for word in GROUPS if isinstance(said.get(word), dict)), "")


def is_table(said: Any) -> bool:
    return isinstance(said, dict) and (any(True for _inner in inline(said)) or said.get("type") == "object")


def book_lens(group: str, names: list[str]) -> Lens:
    """Of a schema that defines several objects: what keeps to it is one of them."""
    choice = [{"$ref": f"#/{group}/{escaped(name)}"} for name in names]
    return lens_of(
        lambda said: {}, lambda fields: {"$schema": DRAFT} | ({"anyOf": choice} if choice else {}), ("$schema", "anyOf")
    )


def escaped(name: str) -> str:
    """A step of a JSON pointer in a reference (RFC 6901 and RFC 3986)."""
    return quote(name.replace("~", "~0").replace("/", "~1"), safe="~")


@dataclass(slots=True)
class _Reader:
    gathered: Gathering
    root: Plain
    walk: Walk
    statements: Statements = field(default_factory=Statements)
    nest: Nest = field(default_factory=Nest)

    def alone(self, name: str) -> Reading:
        own = {word: value for word, value in self.root.items() if word != OURS}
        given = self.root.get(OURS)
        added: Plain = dict(given) if isinstance(given, dict) else {}
        table = _map(added.pop("table", None))
        names = (own.get("title"), table.pop("name", None), _by_id(own), stem(name))
        called = next(name for name in names if _is_name(name))
        at: Plain = {} if called == own.get("title") else {"untitled": True}
        if not at:
            del own["title"]
        if any(steps for steps, _place, _holder in inline(own)):
            at["stepped"] = True
        self._table(called, own, at, table, _map(added.pop("columns", None)), "", whole_file=True)
        return self._told(added, {}, NO_LENS, {})

    def definitions(self, group: str) -> Reading:
        added = _map(self.root.get(OURS))
        tables: Plain = _map(added.pop("tables", None))
        columns: Plain = _map(added.pop("columns", None))
        defined = {name: item for name, item in self.root[group].items() if is_table(item)}
        for name, item in defined.items():
            self._table(name, item, {}, _map(tables.get(name)), _map(columns.get(name)), f"{group}.{name}", whole_file=False)
        own = {word: value for word, value in self.root.items() if word not in (OURS, group)}
        rest = {name: item for name, item in self.root[group].items() if name not in defined}
        lens = book_lens(group, list(defined))
        at: Plain = {"defined": rest} if rest else {}
        if group != GROUPS[0] or len(defined) == 1:  # otherwise the number of tables tells it
            at["group"] = group
        return self._told(added, with_words(own, {}, lens), lens, at)

    def _told(self, added: Plain, own: Plain, lens: Lens, at: Plain) -> Reading:
        book = self.gathered.book(own, added, lens, at=at)
        if self.walk.cut:
            self.gathered.say("", "error", "too_many", limit=len(book.columns))
        draft = self.root.get("$schema")
        return Reading(
            book, told(self.gathered.notes, "required", *GROUPS), f"JSON Schema {draft if _is_name(draft) else ''}".strip()
        )

    def _table(self, name: str, said: Plain, at: Plain, added: Plain, elsewhere: Plain, place: str, *, whole_file: bool) -> None:
        lens = table_lens(whole_file=whole_file)
        own = with_words(without_inline({word: value for word, value in said.items() if word != OURS}, self.root), added, lens)
        table = self.gathered.table(place, name, own, added, lens, at=at)
        if table is None:
            return
        self.nest = Nest()
        for found in self.walk.columns(said, place):
            self._column(found, table, _map(elsewhere.get(found.name)))

    def _column(self, found: Found, table: str, elsewhere: Plain) -> None:
        if not isinstance(found.said, Mapping | bool):
            self.gathered.say(found.place, "error", "wrong_type", expected="a map")
            return
        said: Mapping[str, Any] = found.said if isinstance(found.said, Mapping) else {}
        stands = found.here and isinstance(found.said, Mapping)
        added = said.get(OURS) if stands else elsewhere
        around = Around(self.root, is_draft4(self.root), found.required)
        kinds = means(said, self.root)[0].get("type", "string")
        if isinstance(kinds, str) and kinds not in KINDS:
            self.gathered.say(found.place, "warning", "type_unknown", value=kinds, taken="string")
        if not stands:
            self.gathered.column(found.place, table, found.name, marked(found), added, elsewhere_lens(said, around))
            if found.here:
                self.nest.put(found.name, found.parent, holds=False)
            return
        lens = property_lens(around, states=self.statements.states(added))
        own = without_inline({word: value for word, value in said.items() if word != OURS}, self.root)
        if self.nest.parent(found.name) != found.parent:
            own[WITHIN] = found.parent
        self.nest.put(found.name, found.parent, holds=holds(own))
        own = self.statements.with_words(own, added, lens)
        self.gathered.column(found.place, table, found.name, own, added, lens)


def marked(found: Found) -> Plain:
    """What is kept of a column that has no map of its own: whether it stands in its parent, as true or false."""
    return {ELSEWHERE: str(found.said).lower() if found.here else "referred"}


def elsewhere_lens(said: Mapping[str, Any], around: Around) -> Lens:
    """Of a column that stands where a reference leads to: it says what it says, and is not written."""
    fields = says(said, around)
    return Lens(says=lambda _said: dict(fields), native=lambda _fields, _kept: {})


def holds(said: Mapping[str, Any]) -> bool:
    """Whether a property says of itself that others may stand in it."""
    kinds = said.get("type")
    return any(kind in ("object", "array") for kind in (kinds if isinstance(kinds, list) else [kinds]))


def _by_id(said: Mapping[str, Any]) -> str:
    address = str(said.get("$id", said.get("id", ""))).partition("#")[0].rstrip("/")
    return stem(address) if address else ""


def _is_name(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and value.strip() != ""


def _map(value: Any) -> Plain:
    return dict(value) if isinstance(value, Mapping) else {}
