"""What a file says about roles: who holds which, from when until when."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a person (user name or address) or a team (slug) holds a role. Days are whole days, the last one included."""

    line: int | None
    role: str
    person: str = ""
    team: str = ""
    since: date | None = None
    until: date | None = None
    reason: str = ""

    @property
    def holder(self) -> str:
        return self.team or self.person


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the line if there is one, the field, and a code with parameters; the words are in MESSAGES."""

    line: int | None
    field: str
    code: str
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)


class RolesError(ValueError):
    """The file cannot be used. `problems` lists everything that is wrong with it, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda item: item.line or 0))
        super().__init__("; ".join(f"{item.line or '?'} {item.field} {item.code}" for item in self.problems))


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = {
    "encoding": _("This is no text in UTF-8. Save it as UTF-8 and send it again."),
    "too_large": _("The file is larger than %(limit)s bytes."),
    "too_many": _("There are more than %(limit)s lines."),
    "empty": _("There is nothing in this file."),
    "unreadable": _("This cannot be read: %(detail)s"),
    "shape": _("Write roles as a mapping: each role with a list of user names."),
    "unknown_field": _("There is no field “%(value)s”."),
    "columns": _("The first line has to name the columns person (or team) and role."),
    "cells": _("This line has more cells than the first one names."),
    "role": _("There is no role “%(value)s”."),
    "holder": _("Name either a person or a team."),
    "date": _("“%(value)s” is no date. Write it as 2027-01-31."),
    "for_good": _("%(value)s is the last day there is. Leave it out, and the role holds until somebody ends it."),
    "order": _("It ends before it begins."),
    "long": _("This is longer than %(limit)s characters."),
    "twice": _("%(value)s has this role twice in the file."),
}
