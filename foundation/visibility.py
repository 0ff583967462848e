"""Which audit events somebody may see. Foundation knows no use cases: the room that does says which scopes are seen."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet

from foundation.actor import Actor
from foundation.models import AuditEvent

Scopes = Callable[[Actor], list[str] | None]
Outside = Callable[[Actor], bool]
_scopes: list[Scopes] = []
_outside: list[Outside] = []


def seen_scopes_from(function: Scopes) -> None:
    """Tell foundation how to find the scopes an actor sees: a list of public ids, or None for all. Set once, by `people`."""
    _scopes[:] = [function]


def outsiders_from(function: Outside) -> None:
    """Tell foundation how to find out that somebody comes from outside. Set once, by `people`."""
    _outside[:] = [function]


def comes_from_outside(actor: Actor) -> bool:
    """Whether only pages that say so (`outside=True`) exist for this actor. Nobody's, without anybody to ask."""
    return bool(_outside) and _outside[0](actor)


def seen_scopes(actor: Actor) -> list[str] | None:
    """The scopes an actor sees, or None for all of them. Without anybody to ask, none."""
    if actor.kind == "system":
        return None
    return _scopes[0](actor) if _scopes else []


def visible_events(actor: Actor) -> QuerySet[AuditEvent]:
    """Events of the scopes the actor sees, and what the actor did. Without anybody to ask, nothing."""
    if not _scopes and actor.kind != "system":
        return AuditEvent.objects.none()
    seen = seen_scopes(actor)
    if seen is None:
        return AuditEvent.objects.all()
    return AuditEvent.objects.filter(scope__in=seen) | AuditEvent.objects.filter(actor_id=actor.id)
