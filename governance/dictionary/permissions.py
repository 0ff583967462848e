"""Who keeps the dictionary, and who binds columns to it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.people.models import RoleGrant

KEEPERS = frozenset({"data_governance"})
BINDERS = KEEPERS | {"project_lead", "data_engineer", "data_scientist", "lead_data_scientist"}


def may_keep(actor: Actor) -> Decision:
    """Data governance writes dictionaries and meanings, wherever the role was given: a meaning is owned once, for all."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if _holds_anywhere(actor, KEEPERS):
        return ALLOWED
    return Denied(_("Only data governance can write what a column means."))


def may_bind(actor: Actor) -> Decision:
    """Who builds with data may say what its columns hold; so may data governance."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if _holds_anywhere(actor, BINDERS):
        return ALLOWED
    return Denied(_("Only data engineers, data scientists, project leads and data governance can bind columns."))


def _holds_anywhere(actor: Actor, roles: frozenset[str]) -> bool:
    """Whether the actor's person holds one of the roles on anything that the credential reaches."""
    if actor.kind == "system":
        return True
    if actor.user is None:
        return False
    grants = RoleGrant.objects.live().filter(user=actor.user, role__in=roles)
    return (grants.covering(actor.bound_to) if actor.bound_to else grants).exists()
