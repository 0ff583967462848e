"""Who opens budgets, who changes them, and whose word it is that something is paid from them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.economics.models import Budget
from governance.people.models import User
from governance.people.roles import ADMINISTRATOR
from governance.people.selectors import grants_of, holds

HOLDER = "budget_holder"


def may_open_budget(actor: Actor) -> Decision:
    """Budget holders of the whole organisation and administrators: a project lead gives the role out on a use case, and money of the
    organisation is not theirs."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if holds(actor, ADMINISTRATOR, HOLDER):
        return ALLOWED
    return Denied(_("Only a budget holder of the whole organisation, or an administrator, opens a budget."))


def may_change_budget(actor: Actor, budget: Budget) -> Decision:
    """Who holds it, another budget holder of the whole organisation, or an administrator; nobody once it is ended."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if not (holds(actor, ADMINISTRATOR, HOLDER) or (actor.user is not None and actor.user.pk == budget.holder_id)):
        said = _(
            "Only %(holder)s, who holds this budget, a budget holder of the whole organisation, or an administrator changes it."
        )
        return Denied(said % {"holder": budget.holder})
    if budget.ended_at is not None:
        return Denied(_("This budget was ended. Open another."), code="budget.ended")
    return ALLOWED


def may_hold_budget(user: User) -> Decision:
    """Who can be named as the holder: somebody who has that role for the whole organisation, so that requests of every use case
    reach them, or an administrator."""
    if user.is_active and grants_of(user, roles=frozenset({HOLDER, ADMINISTRATOR})).exists():
        return ALLOWED
    return Denied(
        _("%(name)s is no budget holder of the whole organisation. An administrator gives out that role.") % {"name": user}
    )
