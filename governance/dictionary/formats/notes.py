"""Notes on what was noticed while a dictionary was read from a file: made, and told. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from governance.dictionary.elements import Problem
from governance.dictionary.formats.messages import MESSAGES
from governance.dictionary.formats.model import Note


def note(place: str, level: Any, code: str, **params: Any) -> Note:
    return Note(place, level, code, {name: str(value)[:300] for name, value in params.items()})


def notes_of(problems: Iterable[Problem], place: str) -> list[Note]:
    """What is wrong with an element, at its place in the file."""
    return [Note(f"{place}.{item.path}".strip("."), item.level, item.code, item.params) for item in problems]


def note_message(code: str) -> str:
    """The English for a code of any format, with its parameters still open: what a page translates before it fills them in."""
    return MESSAGES[code]


def told(item: Note) -> str:
    """In English, for logs and the command line."""
    words = note_message(item.code) % item.params
    return f"{item.place}: {words}" if item.place else words
