"""Who holds what, where: reads that permissions, approvals and pages ask."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db.models import Exists, Q, QuerySet

from foundation.actor import Actor
from governance.people.models import RoleGrant, User
from governance.people.roles import READ_ONLY


def holders(*, scope: str, at: datetime | None = None) -> dict[str, dict[str, RoleGrant]]:
    """For each role the live grants that reach `scope`, by the holder's public id. One query.

    Somebody who left holds nothing. A grant on the use case itself is preferred over one for the organisation.
    """
    found: dict[str, dict[str, RoleGrant]] = defaultdict(dict)
    grants = RoleGrant.objects.live(at).covering(scope).select_related("user")
    for grant in grants.order_by("scope", "pk"):
        found[grant.role][grant.user.public_id] = grant
    return dict(found)


def grants_of(user: User, *, roles: frozenset[str] | None = None, scope: str = "") -> QuerySet[RoleGrant]:
    """The user's live grants that reach `scope`, perhaps only of some roles."""
    grants = RoleGrant.objects.live().covering(scope).filter(user=user)
    return grants if roles is None else grants.filter(role__in=roles)


def holds(actor: Actor, *roles: str, scope: str = "") -> bool:
    """Whether the actor's person holds one of the roles for `scope`, and the credential reaches it."""
    if actor.kind == "system":
        return True
    if actor.user is None or (actor.bound_to and actor.bound_to != scope):
        return False
    return grants_of(actor.user, roles=frozenset(roles), scope=scope).exists()


def takes_part(actor: Actor, *, scope: str) -> bool:
    """Whether the actor works on the use case, rather than only reading it."""
    if actor.kind == "system":
        return True
    if actor.user is None or (actor.bound_to and actor.bound_to != scope):
        return False
    return grants_of(actor.user, scope=scope).exclude(role__in=READ_ONLY).exists()


def scopes_seen_by(actor: Actor) -> list[str] | None:
    """The use cases (public ids) the actor's grants reach; None means all of them."""
    if actor.kind == "system":
        return None
    if actor.bound_to:
        return [actor.bound_to]
    scopes = list(RoleGrant.objects.live().filter(user=actor.user).values_list("scope", flat=True).distinct())
    return None if "" in scopes else scopes


def within_scopes_seen(actor: Actor, field: str = "public_id") -> Q:
    """The same as a condition on rows whose `field` holds a scope, for use inside a larger query: it costs none of its own."""
    if actor.kind == "system":
        return Q()
    if actor.bound_to:
        return Q(**{field: actor.bound_to})
    grants = RoleGrant.objects.live().filter(user=actor.user)
    return Q(**{f"{field}__in": grants.values("scope")}) | Q(Exists(grants.filter(scope="")))
