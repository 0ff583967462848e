"""Who uses a package: known by the room that links lock files to model versions, which registers in its `ready()`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from foundation.actor import Actor
from governance.usecases.models import UseCase

Package = tuple[str, str]  # its ecosystem, and its name in there


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


@dataclass(frozen=True, slots=True)
class Reached:
    """A model version whose lock files hold what was asked about, as (ecosystem, name, version), with the files and where it may run."""

    public_id: str
    label: str
    url: str
    use_case: str  # its public id
    use_case_title: str
    pins: tuple[tuple[str, str, str], ...]
    sets: tuple[str, ...]  # public ids of the lock files
    paths: tuple[str, ...]
    newest: bool  # of its use case
    environments: tuple[str, ...] = ()  # titles of those where it runs


class Usage(Protocol):
    """What a room that knows answers."""

    def counts(self, actor: Actor, packages: Sequence[Package]) -> Mapping[Package, Count]:
        """Package → count, over visible model versions."""

    def users(self, actor: Actor, package: Package, limit: int) -> Sequence[User]:
        """The model versions that use a package, newest first; one that locks two versions of it stands there twice."""

    def affected(self, actor: Actor, pins: Sequence[tuple[str, str, str]], limit: int) -> Sequence[Reached]:
        """The model versions whose lock files hold one of the pins: those that run first, then the newest."""

    def cases(self, actor: Actor, set_id: str, limit: int) -> Sequence[UseCase]:
        """The use cases with a model version that rests on a lock file, the one with the newest version first."""


class _Nobody:
    """Nobody is there to ask."""

    def counts(self, actor: Actor, packages: Sequence[Package]) -> Mapping[Package, Count]:
        return {}

    def users(self, actor: Actor, package: Package, limit: int) -> Sequence[User]:
        return ()

    def affected(self, actor: Actor, pins: Sequence[tuple[str, str, str]], limit: int) -> Sequence[Reached]:
        return ()

    def cases(self, actor: Actor, set_id: str, limit: int) -> Sequence[UseCase]:
        return ()


_known: list[Usage] = [_Nobody()]


def from_room(usage: Usage) -> None:
    _known[:] = [usage]


def counts(actor: Actor, packages: Sequence[Package]) -> Mapping[Package, Count]:
    return _known[0].counts(actor, packages)


def users(actor: Actor, package: Package, limit: int = 100) -> Sequence[User]:
    return _known[0].users(actor, package, limit)


MOST_AFFECTED = 1000


def affected(actor: Actor, pins: Sequence[tuple[str, str, str]], limit: int = MOST_AFFECTED) -> Sequence[Reached]:
    """The model versions that the actor may see and whose lock files hold one of the pins: those that run somewhere first, then the newest
    of each use case, then the others, newest first."""
    return _known[0].affected(actor, pins, limit) if pins else ()


MOST_CASES = 200


def cases_of(actor: Actor, set_id: str, limit: int = MOST_CASES) -> Sequence[UseCase]:
    """The use cases that the actor may see and that rest on a lock file, by its public id."""
    return _known[0].cases(actor, set_id, limit)
