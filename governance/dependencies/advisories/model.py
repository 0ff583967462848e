"""What a record of a flaw says. All frozen. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES: Mapping[str, str] = {
    "too_large": _("%(name)s has more than %(limit)s bytes"),
    "too_many": _("there are more than %(limit)s records"),
    "archive": _("this is no archive that can be read: %(detail)s"),
    "syntax": _("%(name)s cannot be read: %(detail)s"),
    "not_a_record": _("%(name)s is no record of OSV: %(detail)s"),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that could not be read. Kept beside the others, so that nobody takes silence for safety."""

    name: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return MESSAGES[self.code] % self.params


@dataclass(frozen=True, slots=True)
class Range:
    """`kind` is ECOSYSTEM, SEMVER or GIT; `events` are (introduced | fixed | last_affected | limit, version) as written."""

    kind: str
    events: tuple[tuple[str, str], ...]
    repository: str = ""


@dataclass(frozen=True, slots=True)
class Affected:
    """A package that has the flaw. `ecosystem` is the type of its package URL, `name` as that ecosystem compares names."""

    ecosystem: str
    name: str
    versions: tuple[str, ...] = ()
    ranges: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Advisory:
    """One record. `modified` and `withdrawn` are instants as written, in UTC; an empty text: it was not withdrawn."""

    id: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    modified: str = ""
    published: str = ""
    withdrawn: str = ""
    severity: str = ""  # a word of SEVERITIES, or empty where nothing tells
    affected: tuple[Affected, ...] = ()
