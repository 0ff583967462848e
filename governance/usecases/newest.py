"""What higher rooms know about use cases, asked without an import: they tell who to ask in their `ready()`.

Where nobody is to ask, nothing is known; pages say so instead of failing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from foundation.actor import Actor
from governance.usecases.models import UseCase


@dataclass(frozen=True, slots=True)
class Build:
    """A version that was built for a use case, as far as the registers below need it: what it reads and depends on."""

    label: str
    url: str
    at: datetime
    datasets: Mapping[str, Sequence[str]] = field(default_factory=dict)  # name → columns
    locks: Sequence[str] = ()  # public ids of dependency sets
    image_digest: str = ""  # of the container it runs in, where one was named
    public_id: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a use case: what it asks for, where it stands, and whose move it is."""

    title: str
    state: str  # of the request, or of its open part: pending, blocked, changes_requested
    url: str
    since: datetime
    movers: Sequence[Any] = ()  # people; empty when it is closed, or when nobody could act
    environment: str = ""
    is_open: bool = False


NewestBuilds = Callable[[Sequence[UseCase]], Mapping[int, Build]]
BuildsOf = Callable[[UseCase, int], Sequence[Build]]
FullBuilds = Callable[[Sequence[UseCase]], Mapping[int, Build]]
NewestRequests = Callable[[Actor, Sequence[UseCase]], Mapping[int, Asked]]

_newest_builds: list[NewestBuilds] = []
_builds_of: list[BuildsOf] = []
_full_builds: list[FullBuilds] = []
_newest_requests: list[NewestRequests] = []


def builds_from(newest: NewestBuilds, of_one: BuildsOf) -> None:
    """Tell whom to ask for versions: the newest of many use cases (labels only), and the last few of one, in full."""
    _newest_builds[:] = [newest]
    _builds_of[:] = [of_one]


def full_builds_from(function: FullBuilds) -> None:
    """Tell whom to ask for the newest version of each of many use cases, with what it reads and depends on."""
    _full_builds[:] = [function]


def requests_from(newest: NewestRequests) -> None:
    """Tell whom to ask for the newest request of each of many use cases."""
    _newest_requests[:] = [newest]


def newest_builds(use_cases: Sequence[UseCase]) -> Mapping[int, Build]:
    """The newest version of each use case, by its primary key."""
    return _newest_builds[0](use_cases) if _newest_builds and use_cases else {}


def newest_full_builds(use_cases: Sequence[UseCase]) -> Mapping[int, Build]:
    """The newest version of each use case with its data sets and locks, by its primary key."""
    return _full_builds[0](use_cases) if _full_builds and use_cases else {}


def builds_of(use_case: UseCase, limit: int = 2) -> Sequence[Build]:
    """The last versions of a use case, newest first."""
    return _builds_of[0](use_case, limit) if _builds_of else ()


def newest_requests(actor: Actor, use_cases: Sequence[UseCase]) -> Mapping[int, Asked]:
    """The newest request of each use case that the actor may see, by the use case's primary key."""
    return _newest_requests[0](actor, use_cases) if _newest_requests and use_cases else {}
