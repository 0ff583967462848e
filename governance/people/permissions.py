"""Who may give roles to whom."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.people.models import Delegation, User
from governance.people.roles import ADMINISTRATOR, OUTSIDE, PROJECT_LEAD
from governance.people.selectors import holds, is_from_outside, leads_somewhere


def may_administer(actor: Actor) -> Decision:
    """Administrators look after accounts, teams, environments and the roles of the whole organisation."""
    if not (scope := actor.has_scope("admin")):
        return scope
    if holds(actor, ADMINISTRATOR):
        return ALLOWED
    return Denied(_("Only an administrator can do this."))


def may_grant(actor: Actor, *, role: str, scope: str, user: User | None) -> Decision:
    """Administrators grant anywhere, project leads on their use case; nobody grants to themselves.

    Nobody, because a role opens the door to an approval: whoever could take it alone would approve alone.
    """
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if actor.kind != "system" and user is not None and actor.user == user:
        return Denied(_("Nobody can give a role to themselves. Ask another administrator or the project lead."))
    if scope and role != ADMINISTRATOR and holds(actor, PROJECT_LEAD, scope=scope):
        return ALLOWED
    if holds(actor, ADMINISTRATOR):
        return ALLOWED
    return Denied(_("Only an administrator or the project lead of this use case can change its roles."))


def may_delegate(actor: Actor, *, principal: User, delegate: User, role: str, scope: str) -> Decision:
    """People name their own deputies; for somebody who is away an administrator does, or the project lead on their use case.

    Nobody makes themselves somebody's deputy, because that opens the door to an approval, and no service token names one.
    """
    if actor.is_service:
        return Denied(_("Only a person can name a deputy."), code="token.person")
    if role not in OUTSIDE and is_from_outside(delegate) and not is_from_outside(principal):
        return Denied(_("%(name)s comes from outside and cannot act for somebody who works here.") % {"name": delegate})
    if actor.kind != "system" and actor.user == principal:
        return ALLOWED
    if actor.kind != "system" and actor.user == delegate:
        return Denied(_("Nobody can make themselves somebody's deputy. Ask them, or another administrator or project lead."))
    return _may_arrange(actor, role=role, scope=scope)


def may_end_delegation(actor: Actor, row: Delegation) -> Decision:
    """Either of the two may end it, and whoever could have arranged it."""
    if actor.is_service:
        return Denied(_("Only a person can end this."), code="token.person")
    if actor.kind != "system" and actor.user in (row.principal, row.delegate):
        return ALLOWED
    return _may_arrange(actor, role=row.role, scope=row.scope)


def may_arrange_responsibilities(actor: Actor, *, scope: str) -> Decision:
    """Administrators and the project lead say who does what on a use case: it gives nobody a role."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if holds(actor, ADMINISTRATOR, PROJECT_LEAD, scope=scope):
        return ALLOWED
    return Denied(_("Only an administrator or the project lead of this use case can change its responsibilities."))


def may_look_ahead(actor: Actor, *, user: User) -> Decision:
    """Whether the actor may ask what breaks when somebody leaves: about oneself anybody; about others whoever leads or administers."""
    if actor.user == user or holds(actor, ADMINISTRATOR) or (actor.is_person and leads_somewhere(actor.user)):
        return ALLOWED
    return Denied(_("Only they themselves, a project lead or an administrator can look at what their leaving would mean."))


def may_record_training(actor: Actor, *, user: User) -> Decision:
    """Administrators and whoever leads a use case, for others: nobody vouches for themselves."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if actor.kind == "system":
        return ALLOWED
    if actor.user == user:
        return Denied(_("Nobody can vouch for their own training. Ask an administrator or a project lead."))
    if holds(actor, ADMINISTRATOR) or (actor.is_person and leads_somewhere(actor.user)):
        return ALLOWED
    return Denied(_("Only an administrator or a project lead can put a training on record."))


def _may_arrange(actor: Actor, *, role: str, scope: str) -> Decision:
    if scope and role != ADMINISTRATOR and holds(actor, PROJECT_LEAD, scope=scope):
        return ALLOWED
    if holds(actor, ADMINISTRATOR):
        return ALLOWED
    return Denied(_("Only they themselves, an administrator, or the project lead on the use case can arrange this."))
