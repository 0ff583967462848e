"""What the formats of schemas share: texts as values of a type, lenses that add nothing, and columns inside columns. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from governance.dictionary.elements.bounds import canonical_number
from governance.dictionary.formats.gathering import OF_COLUMN, fields_of_element
from governance.dictionary.formats.lens import Lens, Plain, flat, with_additions
from governance.dictionary.formats.model import Note
from governance.dictionary.formats.plain_values import MAX_DIGITS, same
from governance.dictionary.formats.tolerant import element_of

# Told by a reader to the lens, and kept: words of the format that a file could say something in, and does not have.
WITHOUT = "countersign.without"
# The column that holds this one, where the names do not say it.
WITHIN = "countersign.within"
# Of a column that stands where a reference of the file leads to.
ELSEWHERE = "countersign.elsewhere"
OURS = (WITHOUT, WITHIN, ELSEWHERE)
Says = Callable[[Mapping[str, Any]], Plain]
Native = Callable[[Mapping[str, Any]], Plain]
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_STEPS = re.compile(r"((?:\[\]|\{\})*)\.(.+)", re.DOTALL)
IN_TIME = ("date", "time", "timestamp")


def as_text(value: Any) -> str | None:
    """A single value of a file as an element writes it, or None for what is no single value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return canonical_number(repr(value))
    return value if isinstance(value, str) else None


def typed(text: str, logical_type: str) -> Any:
    """The value of this type that `as_text` makes the text of, or the text itself where there is none."""
    value: Any = text
    if logical_type in ("integer", "number") and _WHOLE.fullmatch(text) and len(text) <= MAX_DIGITS:
        value = int(text)
    elif logical_type == "number" and canonical_number(text) == text:
        value = float(text)
    elif logical_type == "boolean" and text in ("true", "false"):
        value = text == "true"
    return value if as_text(value) == text else text


def bound(text: str, logical_type: str) -> Any:
    """A bound as a file states it, or None where no number of a file is exactly that."""
    if logical_type in IN_TIME:
        return text
    value = typed(text, "number")
    return None if isinstance(value, str) else value


def stem(name: str) -> str:
    """A name for what a file holds, out of the file's own."""
    last = name.replace("\\", "/").rpartition("/")[2].strip()
    return last.rpartition(".")[0].strip() or last or "table"


def texts(values: Any) -> list[str]:
    """The single values of a list, each once."""
    found = (as_text(item) for item in values) if isinstance(values, list) else ()
    return list(dict.fromkeys(item for item in found if item is not None))


def stated(said: Mapping[str, Any], *names: tuple[str, str]) -> Plain:
    """Texts of a file under the names of fields."""
    return {name: said[key] for key, name in names if isinstance(said.get(key), str) and said[key].strip()}


def bounds_said(said: Mapping[str, Any]) -> Plain:
    """The bounds of a domain out of `minimum`, `exclusiveMinimum` and so on; where both stand, the exclusive one counts.

    The words are those of JSON Schema, Table Schema and ODCS; `true` beside `minimum` is how JSON Schema wrote it until draft 4.
    """
    domain: Plain = {}
    for word, exclusive, name in (("minimum", "exclusiveMinimum", "minimum"), ("maximum", "exclusiveMaximum", "maximum")):
        strict, least = said.get(exclusive), as_text(said.get(word))
        if isinstance(strict, bool) or as_text(strict) is None:
            value, closed = least, strict is not True
        else:
            value, closed = as_text(strict), False
        if value is None or isinstance(said.get(word), bool):
            continue
        domain[name] = value
        if not closed:
            domain[f"exclusive_{name}"] = True
    return domain


def bounds_written(domain: Mapping[str, Any], logical_type: str) -> Plain:
    """As `bounds_said` reads them."""
    said: Plain = {}
    for name in ("minimum", "maximum"):
        value = bound(domain[name], logical_type) if name in domain else None
        if value is not None:
            said[f"exclusive{name.capitalize()}" if domain.get(f"exclusive_{name}") else name] = value
    return said


def lens_of(says: Says, native: Native, words: Iterable[str], *, of_column: bool = False, states: bool = True) -> Lens:
    """A lens that writes no word that the file did not have, unless it says something new.

    `words` are all that `native` may write. A column that does not state its element (another one does) has only the words it had.
    """

    clean = _clean if of_column else dict

    def chosen(fields: Mapping[str, Any], kept: Mapping[str, Any]) -> Plain:
        made = native(fields)
        missing = kept.get(WITHOUT)
        whole = made | {key: value for key, value in kept.items() if key not in OURS}
        for word in [word for word in made if isinstance(missing, list) and word in missing]:
            without = {key: value for key, value in whole.items() if key != word}
            if not states or _as_good(clean(says(without)), clean(says(whole)), fields):
                del made[word]
                whole = without
        return made

    return Lens(says=says, native=chosen, needed=frozenset(words))


def _as_good(said: Plain, other: Plain, wanted: Mapping[str, Any]) -> bool:
    """Whether each field is said as it is elsewhere, or as it is wanted."""
    here, there, wished = flat(said), flat(other), flat(wanted)
    return all(
        same(here.get(name), there.get(name)) or same(here.get(name), wished.get(name)) for name in here.keys() | there.keys()
    )


def with_words(said: Plain, added: Any, lens: Lens) -> Plain:
    """What a table or a book says, and which words of the format it does not have, though they would be written."""
    fields = with_additions(lens.says(said), added if isinstance(added, Mapping) else {})
    wanted = lens.native({name: value for name, value in fields.items() if isinstance(value, str)}, {})
    return _marked(said, lens, set(wanted))


class Statements:
    """Which columns state an element, and which only name the key of one that an earlier column stated."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[Plain, set[str]]] = {}

    def states(self, added: Any) -> bool:
        return self._key(added) not in self._first

    def with_words(self, said: Plain, added: Any, lens: Lens) -> Plain:
        """As the function of this name, of a column. To be called once for each, in the order of the file."""
        own = _clean(with_additions(lens.says(said), added if isinstance(added, Mapping) else {}))
        key = self._key(added)
        if key in self._first:
            fields, more = self._first[key]
            fields = {name: value for name, value in fields.items() if name not in OF_COLUMN}
            fields |= {name: own[name] for name in OF_COLUMN if name in own}
            return _marked(said, lens, set(lens.native(fields, {})) | more)
        wanted = set(lens.native(own, {}))
        if key:
            self._first[key] = own, (set(said) & lens.needed) - wanted
        return _marked(said, lens, wanted)

    def first(self, added: Any) -> Mapping[str, Any]:
        """What the column that states the element says of it; nothing before it was met."""
        return self._first.get(self._key(added), ({}, set()))[0]

    @staticmethod
    def _key(added: Any) -> str:
        key = added.get("element") if isinstance(added, Mapping) else None
        return key if isinstance(key, str) else ""


def _clean(fields: Plain) -> Plain:
    """Fields as an element and its column give them, of what may be anything."""
    element, _notes = element_of("a", {name: value for name, value in fields.items() if name not in OF_COLUMN}, "")
    return fields_of_element(element) | {name: fields[name] for name in OF_COLUMN if isinstance(fields.get(name), str)}


def _marked(said: Plain, lens: Lens, wanted: set[str]) -> Plain:
    missing = sorted(wanted - set(said))
    return said | ({WITHOUT: missing} if missing else {})


def told(notes: Iterable[Note], *quiet: str) -> tuple[Note, ...]:
    """The notes without those on what only this module keeps, or on words that are kept for the sake of their order."""
    return tuple(item for item in notes if item.code != "kept_only" or item.params["value"] not in (*OURS, *quiet))


def without_ours(said: Mapping[str, Any]) -> Plain:
    return {word: value for word, value in said.items() if word not in OURS}


class Nest:
    """Columns in columns, by their names: `address.street` is in `address`, `lines[].price` in the items of `lines`.

    Columns come as they stand in the file, each after the one it is in.
    """

    def __init__(self) -> None:
        self._open: list[tuple[str, bool]] = []

    def parent(self, name: str) -> str:
        """The open column that the name says this one is in, or an empty text."""
        for around, holds in reversed(self._open):
            if holds and name.startswith(around) and _STEPS.fullmatch(name[len(around) :]):
                return around
        return ""

    def put(self, name: str, parent: str, *, holds: bool) -> None:
        """Opens a column of this parent, and closes what is not around it. `holds`: whether it may have columns in it."""
        while self._open and self._open[-1][0] != parent:
            self._open.pop()
        self._open.append((name, holds))


def steps(name: str, parent: str, *, in_table: bool = False) -> tuple[list[str], str]:
    """The steps from a column to one in it, and the name of that: `lines`, `lines[].price` → (["[]"], "price").

    `in_table`: the table itself may be a list or a map of what has the columns, and its name is no part of theirs.
    """
    found = _STEPS.fullmatch(name[len(parent) :]) if name.startswith(parent) else None
    if not (parent or in_table) or found is None:
        return [], name
    return re.findall(r"\[\]|\{\}", found[1]), found[2]
