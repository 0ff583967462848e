"""Who writes down the rates that the organisation reckons with."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.economics.models import RateRecord
from governance.economics.permissions.budgets import HOLDER
from governance.people.roles import ADMINISTRATOR
from governance.people.selectors import holds


def may_record_rate(actor: Actor) -> Decision:
    """Budget holders of the whole organisation and administrators: every case may take over what they write."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if holds(actor, ADMINISTRATOR, HOLDER):
        return ALLOWED
    return Denied(_("Only a budget holder of the whole organisation, or an administrator, writes down rates."))


def may_end_rate(actor: Actor, record: RateRecord) -> Decision:
    """The same people; nobody once it is ended."""
    if not (allowed := may_record_rate(actor)):
        return allowed
    if record.ended_at is not None:
        return Denied(_("This rate was ended. Write another one down."), code="rate.ended")
    return ALLOWED
