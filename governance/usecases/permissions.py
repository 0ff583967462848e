"""Who may open and define use cases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.people.models import Delegation, RoleGrant, User
from governance.people.roles import ADMINISTRATOR, BUILDERS, PROJECT_LEAD, READ_ONLY
from governance.people.selectors import holds, takes_part
from governance.usecases.models import Document, Increment, RiskOverride, RiskQuestionnaire, StackDeviation, UseCase

GUESTS = ("client_representative", "end_user")  # read what is theirs, and are asked and answered there


def may_open(actor: Actor) -> Decision:
    """Anybody with an account may start something: nothing gates the lab. A token bound to another use case may not."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if actor.bound_to:
        return Denied(_("This token is bound to one use case and cannot open another."))
    return ALLOWED


def may_define(actor: Actor, use_case: UseCase) -> Decision:
    """Who works on the use case may write its definition; readers may not."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if takes_part(actor, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("You do not work on this use case, so you cannot change what was agreed."))


def may_add_document(actor: Actor, use_case: UseCase) -> Decision:
    """Who works on the use case, and the client's representative, who otherwise only reads and signs."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if takes_part(actor, scope=use_case.public_id) or holds(actor, "client_representative", scope=use_case.public_id):
        return ALLOWED
    return Denied(_("You do not work on this use case, so you cannot add documents to it."))


def may_withdraw_document(actor: Actor, document: Document) -> Decision:
    """Who works on the use case, and whoever added that version."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if takes_part(actor, scope=document.use_case.public_id):
        return ALLOWED
    if actor.is_person and actor.user == document.created_by and (allowed := may_add_document(actor, document.use_case)):
        return allowed
    return Denied(_("Only who works on this use case, or who added this version, can withdraw it."))


def may_record_increment(actor: Actor, use_case: UseCase) -> Decision:
    """Who works on the use case, and its pipeline: what CI shows early is worth more than what people show late."""
    if not actor.has_scope("provenance:write") and not (allowed := actor.has_scope("governance:write")):
        return allowed
    if takes_part(actor, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("You do not work on this use case, so you cannot record what was shown."))


def may_look_at_increment(actor: Actor, increment: Increment) -> Decision:
    """Who sees the use case may say that they have looked."""
    if not actor.is_person:
        return Denied(_("Only a person can have seen something."))
    return ALLOWED


def may_give_feedback(actor: Actor, increment: Increment) -> Decision:
    """Whoever the work is for or by: also clients and end users, who otherwise only read."""
    if not actor.is_person and actor.kind != "system":
        return Denied(_("Only a person has an opinion. A token cannot give feedback."))
    scope = increment.use_case.public_id
    if takes_part(actor, scope=scope) or holds(actor, "client_representative", "end_user", scope=scope):
        return ALLOWED
    return Denied(_("You hold no role on this use case, so your feedback would reach nobody. Ask its project lead for one."))


def may_speak_for_others(actor: Actor, increment: Increment) -> Decision:
    """Who works on the use case may write down what somebody else said; clients and end users speak for themselves."""
    if not actor.is_person and actor.kind != "system":
        return Denied(_("Only a person has an opinion. A token cannot give feedback."))
    if takes_part(actor, scope=increment.use_case.public_id):
        return ALLOWED
    return Denied(_("You can give feedback in your own name only."))


def may_answer_feedback(actor: Actor, increment: Increment) -> Decision:
    """Who builds it says what became of feedback: they are the ones who know."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if holds(actor, *BUILDERS, scope=increment.use_case.public_id):
        return ALLOWED
    return Denied(_("Only who builds this can say what became of feedback."))


def may_talk(actor: Actor, scope: str) -> Decision:
    """Who takes part may write where they can look: who works on the use case, acts there for somebody, or is its client or user.

    What belongs to no use case is talked about by whoever has a part in any. An auditor reads. A token is nobody's voice.
    """
    if not actor.is_person:
        return Denied(_("Only a person can write a comment: a token speaks for nobody."), code="token.person")
    if takes_part(actor, scope=scope) if scope else _has_a_part(actor.user):
        return ALLOWED
    if scope and holds(actor, *GUESTS, scope=scope):
        return ALLOWED
    if Delegation.objects.live().covering(scope).filter(delegate=actor.user).exists():
        return ALLOWED
    return Denied(_("You can read this, but you have no part in it: ask somebody who has."))


def _has_a_part(user: User) -> bool:
    return RoleGrant.objects.live().filter(user=user).exclude(role__in=READ_ONLY).exists()


# Risk ----------------------------------------------------------------------------------------------------------------

CONFIRM_RISK = ("model_validator", "security_reviewer", "auditor", "administrator")
CONFIRM_QUESTIONS = ("administrator", "auditor")


def may_assess_risk(actor: Actor, use_case: UseCase) -> Decision:
    """Who works on the use case answers the questions about it, and proposes another tier."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if takes_part(actor, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("You do not work on this use case, so you cannot say how risky it is."))


def may_propose_tier(actor: Actor, use_case: UseCase) -> Decision:
    """The same people, but a person: somebody has to answer for the reason."""
    if not actor.is_person:
        return Denied(_("Only a person can propose another risk tier."), code="token.person")
    return may_assess_risk(actor, use_case)


def may_confirm_tier(actor: Actor, override: RiskOverride) -> Decision:
    """A second person who judges for others: never the one who proposed it."""
    if not actor.is_person:
        return Denied(_("Only a person can confirm this."), code="token.person")
    if actor.user == override.proposed_by:
        return Denied(_("You proposed this tier yourself. A second person has to look at it."), code="risk.own_proposal")
    if holds(actor, *CONFIRM_RISK, scope=override.use_case.public_id):
        return ALLOWED
    return Denied(_("Only a model validator, security reviewer, auditor or administrator can confirm another risk tier."))


def may_end_override(actor: Actor, override: RiskOverride) -> Decision:
    """Who proposed it takes it back while nobody has confirmed it; who could have confirmed it declines or ends it."""
    if actor.is_person and actor.user == override.proposed_by and override.confirmed_at is None:
        return ALLOWED
    return may_confirm_tier(actor, override)


def may_confirm_questions(actor: Actor, questionnaire: RiskQuestionnaire) -> Decision:
    """Another administrator, or an auditor: whoever could change the questions alone could lower every tier alone."""
    if not actor.is_person:
        return Denied(_("Only a person can confirm this."), code="token.person")
    if actor.user == questionnaire.created_by:
        return Denied(_("You wrote this version yourself. A second person has to look at it."), code="risk.own_questions")
    if holds(actor, *CONFIRM_QUESTIONS):
        return ALLOWED
    return Denied(_("Only another administrator or an auditor can confirm new questions."))


# The ML stack --------------------------------------------------------------------------------------------------------


def may_keep_platforms(actor: Actor) -> Decision:
    """Administrators, and whoever holds operations for the whole organisation."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if holds(actor, "operations", "administrator"):
        return ALLOWED
    return Denied(_("Only operations or an administrator can say what a platform offers."))


def may_state_need(actor: Actor, use_case: UseCase) -> Decision:
    """Who works on the use case says what it needs to run, and asks for deviations."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if takes_part(actor, scope=use_case.public_id):
        return ALLOWED
    return Denied(_("You do not work on this use case, so you cannot say what it needs to run."))


def may_ask_deviation(actor: Actor, use_case: UseCase) -> Decision:
    """The same people, but a person: somebody has to answer for the reason."""
    if not actor.is_person:
        return Denied(_("Only a person can ask for a deviation."), code="token.person")
    return may_state_need(actor, use_case)


def may_confirm_deviation(actor: Actor, deviation: StackDeviation) -> Decision:
    """Operations or an administrator, and never who asked for it."""
    if not actor.is_person:
        return Denied(_("Only a person can confirm this."), code="token.person")
    if actor.user == deviation.proposed_by:
        return Denied(_("You asked for this yourself. A second person has to look at it."), code="stack.own_deviation")
    if holds(actor, "operations", "administrator", scope=deviation.use_case.public_id):
        return ALLOWED
    return Denied(_("Only operations or an administrator can confirm a deviation."))


def may_end_deviation(actor: Actor, deviation: StackDeviation) -> Decision:
    """Who asked takes it back while nobody has confirmed it; who could have confirmed it declines or ends it."""
    if actor.is_person and actor.user == deviation.proposed_by and deviation.confirmed_at is None:
        return ALLOWED
    return may_confirm_deviation(actor, deviation)


# Intake --------------------------------------------------------------------------------------------------------------


def may_import(actor: Actor) -> Decision:
    """Administrators, and project leads of the whole organisation: a list opens use cases for others and writes over many definitions.

    Whoever wants to open one needs nobody's permission (`may_open`).
    """
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if actor.bound_to:
        return Denied(_("This token is bound to one use case and cannot import a list of them."))
    if holds(actor, ADMINISTRATOR, PROJECT_LEAD):
        return ALLOWED
    return Denied(
        _(
            "Only an administrator, or a project lead for the whole organisation, can import a list. You can open use cases one by one."
        )
    )
