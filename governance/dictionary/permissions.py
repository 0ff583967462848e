"""Who keeps the dictionary, who drafts and proposes, and who binds columns to it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.dictionary.models import Proposal
from governance.people.models import RoleGrant

KEEPERS = frozenset({"data_governance"})
BINDERS = KEEPERS | {"project_lead", "data_engineer", "data_scientist", "lead_data_scientist", "ml_engineer"}


def may_keep(actor: Actor) -> Decision:
    """Data governance opens dictionaries, names stewards and makes releases, wherever the role was given: a meaning is owned once,
    for all."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if _holds_anywhere(actor, KEEPERS):
        return ALLOWED
    return Denied(_("Only data governance can do this."))


def may_draft(actor: Actor) -> Decision:
    """Who works with data may write down what a column should mean, and propose it. Nothing they write is in force by that."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if _holds_anywhere(actor, BINDERS):
        return ALLOWED
    return Denied(
        _(
            "Only data engineers, data scientists, ML engineers, project leads and data governance can propose what a column means."
        )
    )


def may_bind(actor: Actor) -> Decision:
    """Who builds with data may say what its columns hold; so may data governance."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if _holds_anywhere(actor, BINDERS):
        return ALLOWED
    return Denied(_("Only data engineers, data scientists, ML engineers, project leads and data governance can bind columns."))


def may_edit_proposal(actor: Actor, proposal: Proposal) -> Decision:
    """The proposer, and data governance."""
    if not (allowed := may_draft(actor)):
        return allowed
    if proposal.approved_at is not None:
        return Denied(_("This proposal was approved. Propose another change."), code="proposal.over")
    if proposal.withdrawn_at is not None:
        return Denied(_("This proposal was withdrawn. Propose it again."), code="proposal.over")
    if actor.kind == "system" or (actor.user is not None and proposal.created_by_id == actor.user.pk) or may_keep(actor):
        return ALLOWED
    return Denied(_("Only whoever proposed it and data governance can change this proposal."))


def _holds_anywhere(actor: Actor, roles: frozenset[str]) -> bool:
    """Whether the actor's person holds one of the roles on anything that the credential reaches."""
    if actor.kind == "system":
        return True
    if actor.user is None:
        return False
    grants = RoleGrant.objects.live().filter(user=actor.user, role__in=roles)
    return (grants.covering(actor.bound_to) if actor.bound_to else grants).exists()
