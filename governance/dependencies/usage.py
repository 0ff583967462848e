"""Who uses a package: known by the room that links lock files to model versions, which registers in its `ready()`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from foundation.actor import Actor


@dataclass(frozen=True, slots=True)
class Count:
    """In how many model versions and use cases something is used that the actor may see."""

    model_versions: int = 0
    use_cases: int = 0


@dataclass(frozen=True, slots=True)
class User:
    """A model version that uses a package, with the lock file that says so."""

    label: str
    url: str
    use_case: str
    version: str  # of the package, as pinned
    set_id: str
    path: str


class Usage(Protocol):
    """What a room that knows answers."""

    def counts(self, actor: Actor, names: Sequence[str]) -> Mapping[str, Count]:
        """Package → count, over visible model versions."""

    def users(self, actor: Actor, name: str, limit: int) -> Sequence[User]:
        """The model versions that use a package, newest first."""


class _Nobody:
    """Nobody is there to ask."""

    def counts(self, actor: Actor, names: Sequence[str]) -> Mapping[str, Count]:
        return {}

    def users(self, actor: Actor, name: str, limit: int) -> Sequence[User]:
        return ()


_known: list[Usage] = [_Nobody()]


def from_room(usage: Usage) -> None:
    _known[:] = [usage]


def counts(actor: Actor, names: Sequence[str]) -> Mapping[str, Count]:
    return _known[0].counts(actor, names)


def users(actor: Actor, name: str, limit: int = 100) -> Sequence[User]:
    return _known[0].users(actor, name, limit)
