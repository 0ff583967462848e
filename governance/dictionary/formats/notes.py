"""What can be noticed while a dictionary is read from a file: codes with parameters, and the English for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from governance.dictionary.elements import MESSAGES as ELEMENT_MESSAGES
from governance.dictionary.elements import Problem
from governance.dictionary.formats.model import Note


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = ELEMENT_MESSAGES | {
    "too_large": _("longer than %(limit)s bytes"),
    "not_the_format": _("this is not %(format)s: %(detail)s"),
    "not_utf8": _("not UTF-8 text: %(detail)s"),
    "yaml": _("not readable as YAML: %(detail)s"),
    "json": _("not readable as JSON: %(detail)s"),
    "too_deep": _("nested too deeply"),
    "duplicate_key": _("%(value)s is given twice"),
    "version_unknown": _("version %(value)s of %(format)s is not known here; it is read as %(read_as)s"),
    "schema": _("does not keep to %(format)s: %(detail)s"),
    "nothing_in_it": _("there is no column in it"),
    "no_name": _("has no name, and is left out"),
    "column_twice": _("the column %(value)s stands there already; this one is left out"),
    "table_twice": _("the table %(value)s stands there already; this one is left out"),
    "element_differs": _("says something else of %(value)s than an earlier place does; the earlier one counts"),
    "type_unknown": _("the type %(value)s is not known; it is taken for %(taken)s"),
    "key_made": _("%(value)s was made of the column's name"),
    "kept_only": _("%(value)s has no place in a dictionary; it is kept and written back"),
    "left_literal": _("%(value)s is filled in by another tool; it is kept as it stands"),
    "too_many": _("more than %(limit)s; the rest is left out"),
    "anchors_expanded": _("its anchors are written out: each value stands where it is used"),
    "checked_in_part": _("more than %(limit)s properties; only the first of them were checked against %(format)s"),
    "text_cut": _("longer than %(limit)s characters; what is too long is kept aside and written back"),
}


def note(place: str, level: Any, code: str, **params: Any) -> Note:
    return Note(place, level, code, {name: str(value)[:300] for name, value in params.items()})


def notes_of(problems: Iterable[Problem], place: str) -> list[Note]:
    """What is wrong with an element, at its place in the file."""
    return [Note(f"{place}.{item.path}".strip("."), item.level, item.code, item.params) for item in problems]


def told(item: Note) -> str:
    """In English, for logs and the command line."""
    words = MESSAGES[item.code] % item.params
    return f"{item.place}: {words}" if item.place else words
