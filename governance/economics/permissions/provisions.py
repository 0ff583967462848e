"""Who asks for provisions, who puts them before people, who gives them back, and who says what was used."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.economics.models import ProvisionRequest
from governance.people.roles import ADMINISTRATOR
from governance.people.selectors import holds, takes_part
from governance.usecases.models import UseCase


def may_ask_provision(actor: Actor, use_case: UseCase) -> Decision:
    """Who works on the use case. Asking gives nothing yet."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if takes_part(actor, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("You do not work on this use case, so you cannot ask for something for it."))


def may_put_up_provision(actor: Actor, provision: ProvisionRequest) -> Decision:
    """Who could ask for it, as long as nobody decided on it and it is not over."""
    if not (allowed := actor.has_scope("requests:write")):
        return allowed
    if not takes_part(actor, scope=provision.use_case.public_id):
        return Denied(_("You do not work on this use case, so you cannot ask for something for it."))
    state = provision.state()
    if state == "withdrawn":
        return Denied(_("This was withdrawn. Ask for it anew."), code="request.withdrawn")
    if state != "asked":
        return Denied(_("This was decided already. Ask for another, or renew it."), code="request.signed")
    if provision.until_date < clock.now().date():
        return Denied(_("The time it was asked for is over. Ask for it anew."), code="request.over")
    return ALLOWED


def may_end_provision(actor: Actor, provision: ProvisionRequest) -> Decision:
    """Who works on the use case, who holds the budget, and administrators: to take an ask back, or to give back early what one has."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    theirs = actor.user is not None and actor.user.pk == provision.budget.holder_id and provision.state() == "approved"
    if not (theirs or takes_part(actor, scope=provision.use_case.public_id) or holds(actor, ADMINISTRATOR)):
        return Denied(_("Only who works on this use case, or holds the budget, can end this."))
    if provision.state() not in ("asked", "approved"):
        return Denied(_("This is over already: nothing is left to end."), code="provision.over")
    return ALLOWED


def may_record_use(actor: Actor, provision: ProvisionRequest) -> Decision:
    """Who works on the use case, its pipelines, and who holds the budget, once it was approved. Bills may come after its end."""
    if not (allowed := actor.has_scope("measurements:write")):
        return allowed
    theirs = actor.user is not None and actor.user.pk == provision.budget.holder_id and not actor.bound_to
    if not (theirs or takes_part(actor, scope=provision.use_case.public_id)):
        return Denied(_("You do not work on this use case, so you cannot record what it used."))
    if provision.decision != "approved":
        return Denied(_("Nothing was approved here, so nothing can have been used."), code="provision.not_approved")
    return ALLOWED
