"""Who may write what a use case costs and brings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.people.selectors import takes_part
from governance.usecases.models import UseCase


def may_write(actor: Actor, use_case: UseCase) -> Decision:
    """Who works on the use case may write its costs and benefits; readers may not. Approving them is another matter."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if takes_part(actor, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("You do not work on this use case, so you cannot change its costs and benefits."))
