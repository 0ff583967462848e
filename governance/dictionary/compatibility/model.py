"""What a comparison is made of: changes, those who read an element, and what a change does to them. All frozen. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal

Bump = Literal["patch", "minor", "major"]
Step = Literal["none", "patch", "minor", "major"]  # between two versions, which may be the same
Direction = Literal["none", "adds", "removes", "rename", "tightens", "loosens", "both", "meaning", "policy", "undetermined"]
BUMPS: tuple[Bump, ...] = ("patch", "minor", "major")  # from the least to the most


class Severity(IntEnum):
    """What a change does to one reader. Ordered, so that the worst of several is `max`."""

    NONE = 0
    NOTIFY = 1
    WARN = 2
    POSSIBLY_BREAKING = 3
    BREAKING = 4

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions of an element.

    `path` names what changes: `unit`, `domain.values[DE].meaning`, `references.cardinality`, and `` for the element as a whole.
    `kind` is a code of `kinds.KINDS`. `before` and `after` are plain values (texts, numbers, truth values, tuples of them; for an
    element as a whole a map of what it is; None where nothing was there). A bound that is itself excluded is written with its sign,
    as `>5`. `bump` is the least step of the semantic version. `element` is the key, after a change of the key the new one.
    """

    path: str
    kind: str
    direction: Direction
    before: Any
    after: Any
    bump: Bump
    element: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who fills an element (`producer`) or uses its values (`consumer`). None: nobody knows.

    `typed`: it reads into a declared type or width. `enumerates`: it lists the permissible values, as a switch or an encoder does.
    `aliases`: the names by which it uses the element. `required`: whether a data set that it fills already needs an element that
    is added.
    """

    id: str
    side: Literal["producer", "consumer"]
    typed: bool | None = None
    enumerates: bool | None = None
    aliases: frozenset[str] = frozenset()
    required: bool | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stored profiles say of a new rule, over all that are known: rows checked, those that newly fail, and where that is from."""

    checked: int
    failing: int
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a change does to a reader, and why, as a code of `wording_codes.REASONS` with parameters."""

    severity: Severity
    reason: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes between two states of a dictionary, by the key of the element. Elements without a change are not in it.

    `renamed` maps old keys to new ones; what changes there stands under the new key.
    """

    changes: Mapping[str, tuple[Change, ...]]
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def all(self) -> tuple[Change, ...]:
        return tuple(change for changes in self.changes.values() for change in changes)

    @property
    def bump(self) -> Bump | None:
        """The least step of the dictionary's version, or None where nothing changes."""
        return strongest({change.bump for change in self.all}) if self.changes else None


def strongest(bumps: Collection[Bump]) -> Bump:
    """The largest of some steps; of none, a patch."""
    return "major" if "major" in bumps else ("minor" if "minor" in bumps else "patch")
