"""Who may open and define use cases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.people.selectors import takes_part
from governance.usecases.models import UseCase


def may_open(actor: Actor) -> Decision:
    """Anybody with an account may start something: nothing gates the lab. A token bound to another use case may not."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if actor.bound_to:
        return Denied(_("This token is bound to one use case and cannot open another."))
    return ALLOWED


def may_define(actor: Actor, use_case: UseCase) -> Decision:
    """Who works on the use case may write its definition; readers may not."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if takes_part(actor, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("You do not work on this use case, so you cannot change what was agreed."))
