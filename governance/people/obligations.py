"""What higher rooms expect of people, asked without an import: they tell whom to ask in their `ready()`.

The steps of policies, what waits on somebody's desk, and what rests on their word. Where nobody is to ask, nothing is expected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.actor import Actor
from governance.people.models import User
from governance.people.responsibilities import Step


@dataclass(frozen=True, slots=True)
class Asked:
    """A step that a policy asks for, with the words that people know it by."""

    step: Step
    title: str
    policy: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Resting:
    """Something that rests on somebody's word or work, to be looked at when they leave. `scope` blank: no use case in particular."""

    title: str
    count: int
    url: str = ""
    scope: str = ""


Steps = Callable[[Sequence[str]], Mapping[str, Sequence[Asked]]]
Ahead = Callable[[Sequence[str]], Mapping[str, Collection[str]]]
Workloads = Callable[[Collection[str], int], Mapping[str, int]]
Rests = Callable[[Actor, User], Sequence[Resting]]

_steps: list[Steps] = []
_ahead: list[Ahead] = []
_workloads: list[Workloads] = []
_rests: list[Rests] = []


def steps_from(function: Steps) -> None:
    """Tell whom to ask for the steps of policies, by use case (public id). Called for many at once."""
    if function not in _steps:
        _steps.append(function)


def stages_ahead_from(function: Ahead) -> None:
    """Tell whom to ask which stages (keys) use cases have not come to. Called for many at once."""
    if function not in _ahead:
        _ahead.append(function)


def workloads_from(function: Workloads) -> None:
    """Tell whom to ask how many things wait for each of some people (public ids), at least of those with more than a number."""
    if function not in _workloads:
        _workloads.append(function)


def rests_from(function: Rests) -> None:
    """Tell whom to ask what rests on a person; the actor sees only what they may."""
    if function not in _rests:
        _rests.append(function)


def steps_of(scopes: Sequence[str]) -> dict[str, list[Asked]]:
    found: dict[str, list[Asked]] = {scope: [] for scope in scopes}
    for function in _steps:
        for scope, steps in function(scopes).items():
            found[scope] += steps
    return found


def stages_ahead(scopes: Sequence[str]) -> Mapping[str, Collection[str]]:
    return _ahead[0](scopes) if _ahead else {}


def workloads_of(people: Collection[str], *, above: int = 0) -> Mapping[str, int]:
    """How many things wait for each. Where it cannot be more than `above`, nobody has to find out how many exactly."""
    waiting: Counter[str] = Counter()
    for function in _workloads:
        waiting.update(function(people, 0 if len(_workloads) > 1 else above))
    return waiting


def resting_on(actor: Actor, user: User) -> list[Any]:
    return [item for function in _rests for item in function(actor, user) if item.count]
