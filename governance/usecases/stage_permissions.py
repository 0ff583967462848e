"""Who may move use cases, hand them over, accept them, say why they stand still, and change the lifecycle."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.people.permissions import may_administer
from governance.people.roles import ADMINISTRATOR, BUILDERS
from governance.people.selectors import holds
from governance.usecases.models import HandOver, UseCase

OPERATIONS = "operations"
MOVERS = frozenset({*BUILDERS, "business_owner", OPERATIONS})


def may_move_stage(actor: Actor, use_case: UseCase) -> Decision:
    """Those who build it, those it is built for, those who run it, and administrators. Reviewers judge, and do not move."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if holds(actor, *MOVERS, ADMINISTRATOR, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("Only those who build, own or run this use case can move it to another stage."))


def may_say_why_it_stands(actor: Actor, use_case: UseCase) -> Decision:
    """The same people: whoever can move it can say why it does not."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if holds(actor, *MOVERS, ADMINISTRATOR, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("Only those who build, own or run this use case can say why it stands still."))


def may_hand_over(actor: Actor, use_case: UseCase) -> Decision:
    """Those who built it; a person, because they answer for what they say about it."""
    if actor.is_service:
        return Denied(_("Only a person can hand over, or accept it."), code="token.person")
    if holds(actor, *BUILDERS, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("Only those who build this use case can hand it over to operations."))


def may_answer_hand_over(actor: Actor, row: HandOver) -> Decision:
    """Operations, and never somebody who hands over or owns the pipeline: they would accept their own work."""
    if actor.is_service:
        return Denied(_("Only a person can hand over, or accept it."), code="token.person")
    if actor.kind != "system" and actor.user in (row.created_by, row.pipeline_owner):
        return Denied(_("You hand this over yourself. Somebody else of operations has to accept it."))
    if holds(actor, OPERATIONS, scope=row.use_case.public_id):
        return ALLOWED
    return Denied(_("Only somebody with the role Operations on this use case can accept or refuse its hand-over."))


def may_publish_lifecycle(actor: Actor) -> Decision:
    """Administrators."""
    return may_administer(actor)
