"""Whom a text mentions: `@mei`, `@Mei Lin`, `@李雷请看`. Pure: who is called so, the caller knows.

A name may hold spaces, and Chinese has none, so what stands behind an @ may be one of several names. All of them are asked for,
and the longest that somebody bears is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LONGEST_NAME = 60
MOST_WORDS = 4  # of a name
_BEGINS = re.compile(r"(?<![\w@.+/-])[@＠](?=\w)")
_ONE_WORD = re.compile(r"[\w.+-]*\w")
_JOINS = ".+-"  # may stand within a user name
_FIRST_HAN = 0x2E80


@dataclass(frozen=True, slots=True)
class Place:
    """An @ in a text, with every name it could stand before; the longest first."""

    candidates: tuple[str, ...]
    word: str  # what to call it when it is nobody's name


@dataclass(frozen=True, slots=True)
class Named:
    """What the mentions of a text come to. `unknown`: nobody is called so; `shared`: several people are."""

    people: Mapping[str, str]  # person → the name that was typed first
    unknown: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


def places_in(pieces: Iterable[str]) -> list[Place]:
    """Every mention in pieces of text, in their order."""
    found = []
    for piece in pieces:
        for match in _BEGINS.finditer(piece):
            rest = piece[match.end() : match.end() + LONGEST_NAME + 1].partition("\n")[0]
            found.append(Place(tuple(_names(rest)), _word(rest)))
    return found


def named(places: Iterable[Place], bearers: Mapping[str, frozenset[str]]) -> Named:
    """Who is meant, where `bearers` has the people who are called so, by the name in lower case."""
    people: dict[str, str] = {}
    unknown: list[str] = []
    shared: list[str] = []
    for place in places:
        name = next((name for name in place.candidates if bearers.get(name.casefold())), None)
        if name is None:
            unknown.append(place.word)
        elif len(bearers[name.casefold()]) > 1:
            shared.append(name)
        else:
            people.setdefault(next(iter(bearers[name.casefold()])), name)
    return Named(people, tuple(dict.fromkeys(unknown)), tuple(dict.fromkeys(shared)))


def _names(rest: str) -> Iterable[str]:
    """The beginnings of `rest` that could be a whole name, the longest first."""
    for end in range(min(len(rest), LONGEST_NAME), 0, -1):
        name = rest[:end]
        if name[-1].isspace() or len(name.split()) > MOST_WORDS:
            continue
        after = rest[end : end + 2]
        if after and _letter(name[-1]) and _letter(after[-1] if after[0] in _JOINS else after[0]):
            continue  # within a word, such as `mei` of `mei.lin`
        yield name


def _letter(char: str) -> bool:
    """Whether it makes one word with a letter beside it. Han characters are words of their own."""
    return (char.isalnum() or char == "_") and ord(char) < _FIRST_HAN


def _word(rest: str) -> str:
    match = _ONE_WORD.match(rest)
    return match[0] if match else rest[:1]
