"""Who may ask, vote, withdraw, write policies and put questions to gates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from approvals.models import Request
from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.people.permissions import may_administer
from governance.people.roles import BUILDERS, PROJECT_LEAD
from governance.people.selectors import holds
from governance.usecases.models import UseCase


def may_request(actor: Actor, use_case: UseCase) -> Decision:
    """Those who build the use case, and CI on their behalf."""
    if not (allowed := actor.has_scope("requests:write")):
        return allowed
    if holds(actor, *BUILDERS, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("Only those who build this use case can ask for its approval."))


def may_vote_at_all(actor: Actor) -> Decision:
    """Ballots are cast by people. Whether this person may vote on this step is the engine's answer."""
    if actor.is_person:
        return ALLOWED
    return Denied(_("Only a person can vote. A service token never approves anything."), code="ballot.person_needed")


def may_withdraw(actor: Actor, request: Request) -> Decision:
    """The submitter, and the project lead."""
    if not (allowed := actor.has_scope("requests:write")):
        return allowed
    if actor.user == request.submitter or holds(actor, PROJECT_LEAD, scope=request.use_case.public_id):
        return ALLOWED
    return Denied(_("Only who asked, or the project lead, can do this."))


def may_write_policies(actor: Actor) -> Decision:
    """Administrators write policies, and never while they are a token bound to one use case."""
    return may_administer(actor)


def may_ask_gate(actor: Actor, use_case: UseCase) -> Decision:
    """Whoever may see the version may ask whether it may ship; a service token needs the scope."""
    if not (allowed := actor.has_scope("gate:evaluate")):
        return allowed
    if actor.bound_to and actor.bound_to != use_case.public_id:
        return Denied(_("This token is bound to another use case."), code="token.bound")
    return ALLOWED
