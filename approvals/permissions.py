"""Who may ask, vote, withdraw, take back what was decided, write policies and put questions to gates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from approvals.models import Request
from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.people.permissions import may_administer
from governance.people.roles import ADMINISTRATOR, BUILDERS, PROJECT_LEAD
from governance.people.selectors import grants_of_everywhere, holds
from governance.usecases.models import UseCase

SECURITY_REVIEWER = "security_reviewer"
PARTING = frozenset({ADMINISTRATOR, PROJECT_LEAD})


def may_request(actor: Actor, use_case: UseCase | None) -> Decision:
    """Those who build the use case, and CI on their behalf."""
    if not (allowed := actor.has_scope("requests:write")):
        return allowed
    if holds(actor, *BUILDERS, scope=use_case.public_id if use_case else ""):
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
    if actor.user == request.submitter or holds(actor, PROJECT_LEAD, scope=request.scope):
        return ALLOWED
    return Denied(_("Only who asked, or the project lead, can do this."))


def may_dismiss(actor: Actor, request: Request) -> Decision:
    """Whoever leads the use case, or administers. Whether they have a part in this one is looked at beside the objection."""
    if not actor.is_person:
        return Denied(_("Only a person can set an objection aside."), code="ballot.person_needed")
    if holds(actor, PROJECT_LEAD, ADMINISTRATOR, scope=request.scope):
        return ALLOWED
    return Denied(_("Only the project lead or an administrator can set an objection aside."))


def may_revoke(actor: Actor, request: Request) -> Decision:
    """Those who answer for safety, for the use case, or for the installation. A service token takes nothing back."""
    if not actor.is_person:
        return Denied(_("Only a person can revoke an approval."), code="decision.person_needed")
    if holds(actor, SECURITY_REVIEWER, PROJECT_LEAD, ADMINISTRATOR, scope=request.scope):
        return ALLOWED
    return Denied(_("Only a security reviewer, the project lead or an administrator can revoke an approval."))


def may_migrate(actor: Actor) -> Decision:
    """Administrators, who look after the policies."""
    return may_administer(actor)


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


def may_part_from(actor: Actor) -> Decision:
    """Who looks at what rests on somebody who leaves: administrators, and project leads for the use cases that they lead."""
    if not actor.is_person:
        return Denied(_("Only a person can look at what rests on somebody."), code="decision.person_needed")
    if grants_of_everywhere(actor.user, roles=PARTING).exists():
        return ALLOWED
    return Denied(_("Only a project lead or an administrator can look at what rests on somebody."))
