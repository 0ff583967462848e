"""What a return to an earlier stage does not undo: rooms tell what stays in force, so that nobody takes the move for a stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.actor import Actor
from governance.usecases.models import UseCase


@dataclass(frozen=True, slots=True)
class Remaining:
    """One thing that stays as it is, and where to end it."""

    said: Any
    url: str


Ask = Callable[[Actor, UseCase], Sequence[Remaining]]
_asks: list[Ask] = []


def remaining_from(ask: Ask) -> None:
    """Tell whom to ask."""
    if ask not in _asks:
        _asks.append(ask)


def remaining(actor: Actor, use_case: UseCase) -> list[Remaining]:
    return [item for ask in _asks for item in ask(actor, use_case)]
