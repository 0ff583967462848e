"""Who may have a case simulated. What came of it is read by whoever reads the case."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.people.selectors import takes_part
from governance.usecases.models import UseCase


def may_simulate(actor: Actor, use_case: UseCase) -> Decision:
    """Who works on the use case: each simulation is kept and takes computing."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if takes_part(actor, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("You do not work on this use case, so you cannot have it simulated. What was simulated you can read."))
