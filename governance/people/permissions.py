"""Who may give roles to whom."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.people.models import User
from governance.people.roles import ADMINISTRATOR, PROJECT_LEAD
from governance.people.selectors import holds


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
    if holds(actor, ADMINISTRATOR):
        return ALLOWED
    if scope and role != ADMINISTRATOR and holds(actor, PROJECT_LEAD, scope=scope):
        return ALLOWED
    return Denied(_("Only an administrator or the project lead of this use case can change its roles."))
