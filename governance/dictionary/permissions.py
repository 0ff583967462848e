"""Who keeps the dictionary, who drafts and proposes, and who binds columns to it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.dictionary.models import DataUse, Proposal
from governance.people.models import RoleGrant
from governance.people.selectors import takes_part
from governance.usecases.models import UseCase

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


def may_describe_data(actor: Actor) -> Decision:
    """Who builds with data may say what a data set is, and which state it is in; so may data governance."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if _holds_anywhere(actor, BINDERS):
        return ALLOWED
    return Denied(
        _("Only data engineers, data scientists, ML engineers, project leads and data governance can describe data sets.")
    )


def may_ask_data_use(actor: Actor, use_case: UseCase) -> Decision:
    """Who works on the use case may ask for the data it needs. Asking gives nothing yet."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if takes_part(actor, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("You do not work on this use case, so you cannot ask for data for it."))


def may_end_data_use(actor: Actor, use: DataUse) -> Decision:
    """Who works on the use case, whoever asked, and data governance: less use of data needs nobody's approval."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if takes_part(actor, scope=use.use_case.public_id) or may_keep(actor):
        return ALLOWED
    if actor.is_person and actor.user is not None and use.created_by_id == actor.user.pk:
        return ALLOWED
    return Denied(_("Only who works on this use case, and data governance, can end this use of data."))


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
