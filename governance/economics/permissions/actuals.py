"""Who may say what costs and benefits really came to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.people.selectors import takes_part
from governance.usecases.models import UseCase


def may_record_actuals(actor: Actor, use_case: UseCase) -> Decision:
    """Who works on the use case; a pipeline with the scope of measurements, which changes nothing of the case itself."""
    if not (allowed := actor.has_scope("measurements:write")):
        return allowed
    if takes_part(actor, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("You do not work on this use case, so you cannot say what it really cost or brought."))
