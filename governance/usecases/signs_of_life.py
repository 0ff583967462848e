"""What counts as work on a use case: rooms tell in `ready()` how to find the use cases on which something of theirs happened lately.

A use case without any of these for a while is asked why it does not move (`selectors.standstills`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

Since = Callable[[datetime], "QuerySet[Any, Any]"]
_signs: dict[str, Since] = {}


def register(name: str, since: Since) -> None:
    """Add a kind of sign. `since` gives the primary keys of use cases that showed it at this moment or later, as a query of one column."""
    if name in _signs:
        raise ValueError(f"the sign of life {name} is registered twice")
    _signs[name] = since


def lively_since(edge: datetime) -> list[QuerySet[Any, Any]]:
    """For each kind of sign the use cases that showed it since then; queries, for use inside a larger one."""
    return [since(edge) for since in _signs.values()]
