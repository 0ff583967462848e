"""Answers of permission functions: allowed, or denied with a reason that is shown to the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from foundation.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Allowed:
    """Truthy: go ahead."""

    reason: str = ""

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Denied:
    """Falsy, with words for the person who asked."""

    reason: Any
    code: str = "not_allowed"

    def __bool__(self) -> bool:
        return False


Decision = Allowed | Denied
ALLOWED = Allowed()


def require(decision: Decision) -> None:
    """Raise NotAllowed with the decision's reason unless it allows."""
    if isinstance(decision, Denied):
        raise NotAllowed(decision.reason, code=decision.code)
