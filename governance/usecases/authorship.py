"""Who wrote what was built last, asked without an import: the room that knows versions tells whom to ask in its `ready()`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from governance.people.models import User
from governance.usecases.models import UseCase


@dataclass(frozen=True, slots=True)
class Authors:
    """The newest version by its label, and the people with an account who wrote or pushed it, or wrote its pipeline."""

    label: str
    people: Sequence[User]


Ask = Callable[[UseCase], Authors | None]
_ask: list[Ask] = []


def authors_from(function: Ask) -> None:
    """Tell whom to ask."""
    _ask[:] = [function]


def newest_authors(use_case: UseCase) -> Authors | None:
    """Who wrote the newest version; None while there is none, or nobody to ask."""
    return _ask[0](use_case) if _ask else None
