"""What is between files and the dictionary: elements, and the tables and columns that hold them. Pure.

All values are frozen and compare by content; an empty text, an empty tuple and None mean "not stated".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from governance.dictionary.elements import Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A data set as a format states it: a table, a model, a resource, a feature view. `extra` as of `Element`."""

    name: str
    physical_name: str = ""  # where it differs from the name
    title: str = ""
    description: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table and the key of the element it holds. Columns stand in the order of their table."""

    table: str
    name: str
    element: str
    physical_type: str = ""
    role: str = ""  # source | derived | feature
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A dictionary in a file. Keys of elements are unique in it, and so are names of tables, and of columns in a table."""

    title: str = ""
    description: str = ""
    version: str = ""
    elements: tuple[Element, ...] = ()
    tables: tuple[Table, ...] = ()
    columns: tuple[Column, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """What was found at one place of a file (`models[0].columns[2]`, `row 7`), as a code of `messages.MESSAGES` with parameters.

    An error leaves out what stands there, and nothing else; a warning is read, and people should look; info tells what was done.
    """

    place: str
    level: Literal["error", "warning", "info"]
    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says, and what was noticed while reading it, in the order of the file. `told` names format and version."""

    book: Book
    notes: tuple[Note, ...] = ()
    told: str = ""


class Unreadable(ValueError):
    """The file is none of this format, or cannot be read at all. `note` says where and why."""

    def __init__(self, note: Note) -> None:
        self.note = note
        super().__init__(f"{note.place} {note.code} {dict(note.params)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One way to keep a dictionary in a file. `read` takes the bytes and the file's name; None where only one way is possible."""

    name: str  # as in the API: odcs, frictionless, dbt, …
    label: str
    extension: str
    media_type: str
    read: Callable[[bytes, str], Reading] | None = None
    write: Callable[[Book], bytes] | None = None
