"""Which element of the dictionary each element of a file is, and what the file says otherwise. Pure.

What a file does not say takes nothing away: its statements are laid over what stands. A text type without a physical type, and a name
that is the column's or the key again, are no statements: most formats write them where nobody said anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from foundation.canonical import digest
from governance.dictionary.elements import Element, Problem, as_mapping, body_of, read_element
from governance.dictionary.formats.keys import key_for
from governance.dictionary.formats.model import Column
from governance.dictionary.legend.keys import parse_legend_key
from governance.dictionary.naming import normal

_LEGEND = re.compile(r"\bCS[-_ ]?[0-9A-Za-z]{5}[-_ ]?[0-9A-Za-z]{5}[-_ ]?[0-9A-Za-z]\b", re.IGNORECASE)
BESIDE = ("key", "aliases")  # no part of what a version says
BY_PART = ("domain", "null_meanings")  # laid over part by part
SHEETS = ("csv", "xlsx")


@dataclass(frozen=True, slots=True)
class Known:
    """An element that is there."""

    pk: int
    dictionary: str
    key: str
    legend: str
    retired: bool = False

    @property
    def path(self) -> str:
        return f"{self.dictionary}/{self.key}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What an element means, and what was written of it last. `waits`: that is in a proposal of which nothing became yet."""

    in_force: str | None = None  # digests
    newest: str | None = None
    number: int = 0
    newest_pk: int | None = None
    in_force_pk: int | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """An element of a file and the one it is. `found_by`: legend | reference | key | alias; a code where it is a problem."""

    known: Known | None = None
    found_by: str = ""
    code: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


class Register:
    """The elements there are, to be found by what files say. `terms`: (team's term or everybody's, in normal form) → keys."""

    def __init__(self, dictionary: str, known: Iterable[Known], terms: Mapping[str, Collection[str]]) -> None:
        self.dictionary = dictionary
        self._terms = terms
        self._by_key: dict[str, Known] = {}
        self._by_legend: dict[str, Known] = {}
        self._by_path: dict[str, list[Known]] = {}
        for item in known:
            self._by_legend[item.legend] = item
            self._by_path.setdefault(key_for(item.path), []).append(item)
            if item.dictionary == dictionary:
                self._by_key[item.key] = item

    def find(self, element: Element, columns: Collection[Column], form: str) -> Match:
        """By its legend key, `dictionary/key`, its key, or what the team calls it; in this order."""
        texts = [element.key, element.name, *(column.name for column in columns)]
        legends = [found for text in texts if (found := legend_in(text))]
        if legends:
            legend = legends[0]
            if legend in self._by_legend:
                return Match(self._by_legend[legend], "legend")
            return Match(code="legend_unknown", params={"value": legend})
        if element.key in self._by_key:
            return Match(self._by_key[element.key], "key")
        if form in SHEETS and len(named := self._by_path.get(element.key, [])) == 1:
            return Match(named[0], "reference")
        keys = {
            key
            for column in columns
            if element.key.startswith(key_for(column.table, column.name))  # nobody gave it a key of its own
            for key in self._terms.get(normal(column.name), ())
        }
        if len(keys) == 1:
            return Match(self._by_key[keys.pop()], "alias")
        return Match()


def legend_in(text: str) -> str | None:
    """The first legend key in a text, in its one form. `cs_4zpz6_xw8ns_p` is what becomes of one that was made a key."""
    if len(text) < 13 or "cs" not in text.lower():
        return None
    candidates = [found.group() for found in _LEGEND.finditer(text[:500])] or [text]
    return next((found for item in candidates if (found := parse_legend_key(item.replace("_", "-")))), None)


def said_of(element: Element) -> dict[str, Any]:
    """What a new element says, as a version holds it."""
    return {name: value for name, value in as_mapping(element).items() if name not in BESIDE}


def stated(element: Element, columns: Collection[Column]) -> dict[str, Any]:
    """What a file says of an element that is there already. What other tools keep is no statement."""
    said = said_of(element)
    said.pop("extra", None)
    if element.logical_type == "string" and not element.format and not any(column.physical_type for column in columns):
        said.pop("logical_type")
    if normal(element.name) in {normal(element.key.rpartition(".")[2]), normal(element.key)} | {
        normal(column.name) for column in columns
    }:
        said.pop("name", None)
    if legend_in(element.name):
        said.pop("name", None)
    return said


def laid_over(standing: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What stands, with what is said over it."""
    made = dict(standing)
    for name, value in said.items():
        made[name] = {**made.get(name, {}), **value} if name in BY_PART else value
    return made


def changed_fields(standing: Mapping[str, Any], made: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the fields that differ; of the domain each part by itself."""
    found = []
    for name in sorted(standing.keys() | made.keys()):
        before, after = standing.get(name), made.get(name)
        if before == after:
            continue
        if name == "domain":
            before, after = before or {}, after or {}
            found += sorted(part for part in before.keys() | after.keys() if before.get(part) != after.get(part))
        else:
            found.append(name)
    return tuple(found)


def checked(key: str, said: Mapping[str, Any]) -> tuple[Element | None, list[Problem]]:
    """The element that a version would hold."""
    return read_element({**said, "key": key})


def digest_of(said: Mapping[str, Any]) -> str:
    """The digest by which versions are known to say the same."""
    return digest(body_of(said))
