"""Who may record what is depended on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.dependencies.models import Source
from governance.people.models import RoleGrant
from governance.people.roles import ADMINISTRATOR
from governance.people.selectors import holds, takes_part
from governance.usecases.models import UseCase

SECURITY = frozenset({"security_reviewer"})


def holds_anywhere(actor: Actor, roles: frozenset[str]) -> bool:
    """Whether the actor's person holds one of the roles on anything that the credential reaches: a judgement is made once, for all."""
    if actor.kind == "system":
        return True
    if actor.user is None:
        return False
    grants = RoleGrant.objects.live().filter(user=actor.user, role__in=roles)
    return (grants.covering(actor.bound_to) if actor.bound_to else grants).exists()


def may_record(actor: Actor) -> Decision:
    """Anybody with an account, and a service token made for provenance: a lock file is a fact, not a judgement."""
    return actor.has_scope("provenance:write")


def may_keep_artifact(actor: Actor) -> Decision:
    """The same: bytes are a fact. What they can do is read from them, whoever brings them."""
    return actor.has_scope("provenance:write")


# Sources, licences, external services --------------------------------------------------------------------------------


def may_add_source(actor: Actor) -> Decision:
    """Security reviewers, wherever the role was given: what is trusted is trusted for all. Nothing is by adding it: another confirms."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if actor.user is None:
        return Denied(_("A source has to be somebody's word. The installation itself can add none."))
    if holds_anywhere(actor, SECURITY):
        return ALLOWED
    return Denied(_("Only a security reviewer can add a verified source."))


def may_confirm_source(actor: Actor, source: Source) -> Decision:
    """Another security reviewer, or an administrator, and never who added it."""
    if not actor.is_person:
        return Denied(_("Only a person can confirm this."), code="token.person")
    if actor.user is None or source.created_by_id == actor.user.pk:
        return Denied(_("You added this yourself. A second person has to look at it."), code="source.own")
    if holds_anywhere(actor, SECURITY) or holds(actor, ADMINISTRATOR):
        return ALLOWED
    return Denied(_("Only a security reviewer or an administrator can confirm a verified source."))


def may_end_source(actor: Actor, source: Source) -> Decision:
    """Whoever could add or confirm one, and who answers for it: less trust needs no second person."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if actor.is_person and actor.user is not None and source.owner_id == actor.user.pk:
        return ALLOWED
    if holds_anywhere(actor, SECURITY) or holds(actor, ADMINISTRATOR):
        return ALLOWED
    return Denied(_("Only a security reviewer, an administrator or who answers for this source can end it."))


def may_rule_licences(actor: Actor) -> Decision:
    """Security reviewers and data governance, wherever the role was given: a licence means the same to everybody."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if holds_anywhere(actor, SECURITY | {"data_governance"}):
        return ALLOWED
    return Denied(_("Only a security reviewer or data governance can say which licences may be used."))


def may_keep_criteria(actor: Actor) -> Decision:
    """Security for the whole organisation, and administrators: what a word of theirs means, it means to everybody."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if holds(actor, *SECURITY, ADMINISTRATOR):
        return ALLOWED
    return Denied(
        _("Only a security reviewer for the whole organisation or an administrator can say what packages are reviewed for.")
    )


def may_keep_external(actor: Actor, use_case: UseCase) -> Decision:
    """Who works on the use case says what it rests on."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if takes_part(actor, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("You do not work on this use case, so you cannot say which services it uses."))


# Known flaws ---------------------------------------------------------------------------------------------------------


def may_import_advisories(actor: Actor) -> Decision:
    """Security reviewers, wherever the role was given, and administrators: what is known of flaws is known to all."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if holds_anywhere(actor, SECURITY | {ADMINISTRATOR}):
        return ALLOWED
    return Denied(_("Only a security reviewer or an administrator can import known flaws."))
