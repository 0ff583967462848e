"""Who may register repositories, push versions, and look after environments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.people.permissions import may_administer, may_grant
from governance.people.roles import ADMINISTRATOR, BUILDERS
from governance.people.selectors import holds
from governance.usecases.models import UseCase
from governance.usecases.permissions import may_define
from lineage.models import KeptFile, Repository


def may_push(actor: Actor, use_case: UseCase) -> Decision:
    """Builders of the use case, and service tokens with the scope that are not bound to another use case."""
    if not (allowed := actor.has_scope("provenance:write")):
        return allowed
    if actor.bound_to and actor.bound_to != use_case.public_id:
        return Denied(_("This token is bound to another use case."), code="token.bound")
    if holds(actor, *BUILDERS, ADMINISTRATOR, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("Only those who build this use case (data scientists, engineers, the project lead) can add to it."))


def may_synchronise(actor: Actor, repository: Repository) -> Decision:
    """Whoever may add to one of the use cases that build from it."""
    use_cases = UseCase.objects.visible_to(actor).filter(repository_uses__repository=repository)
    answers = [may_push(actor, use_case) for use_case in use_cases]
    return next(
        (answer for answer in answers if answer),
        answers[0] if answers else Denied(_("You work on no use case of this repository.")),
    )


def may_take_over(actor: Actor, file: KeptFile) -> Decision:
    """Whoever could type it: those who may define the use case, or give roles on it."""
    if file.kind == KeptFile.Kind.ROLES:
        return may_grant(actor, role="", scope=file.use_case.public_id, user=None)
    return may_define(actor, file.use_case)


def may_manage_environments(actor: Actor) -> Decision:
    """Environments are the installation's: administrators look after them."""
    return may_administer(actor)
