"""Effort that goes nowhere, pointed out: rooms that see it tell whom to ask in their `ready()`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.actor import Actor
from governance.usecases.models import UseCase

MOST = 100


@dataclass(frozen=True, slots=True)
class Pointer:
    """A remark about one use case: what was seen, and where to look."""

    use_case: UseCase
    said: Any
    url: str


Look = Callable[[Actor, int], Sequence[Pointer]]
_looks: list[Look] = []


def looks_from(look: Look) -> None:
    """Tell whom to ask; `look(actor, limit)` is asked for what the actor may see."""
    if look not in _looks:
        _looks.append(look)


def pointers(actor: Actor, limit: int = MOST) -> list[Pointer]:
    """Everything that is pointed out to the actor, at most `limit` of each kind."""
    return [pointer for look in _looks for pointer in look(actor, limit)]
