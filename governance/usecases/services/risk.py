"""Answering the questions about risk, and setting another tier than they come to, which takes two people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.usecases.models import Definition, RiskAssessment, RiskOverride, RiskQuestionnaire, UseCase
from governance.usecases.permissions import may_assess_risk, may_confirm_tier, may_end_override, may_propose_tier
from governance.usecases.questionnaires import engine_of
from governance.usecases.risk import assess, rank
from governance.usecases.services import judging_news
from governance.usecases.services.risk_questions import questionnaire_in_force

ASSESSED = audit.kind("usecases.risk.assessed", _("Risk assessed"))
OVERRIDE_PROPOSED = audit.kind("usecases.risk.override_proposed", _("Other risk tier proposed"))
OVERRIDE_CONFIRMED = audit.kind("usecases.risk.override_confirmed", _("Other risk tier confirmed"))
OVERRIDE_ENDED = audit.kind("usecases.risk.override_ended", _("Other risk tier ended"))
LONGEST_RISK_REASON = 2000
WRONG_ANSWERS: dict[str, Any] = {
    "unknown_question": _("The questionnaire does not ask this."),
    "unknown_option": _("This is not one of the answers."),
    "only_one": _("Choose one answer."),
    "none_and_some": _("“None of these” does not go together with another answer."),
    "unsure_and_some": _("“We do not know yet” does not go together with another answer."),
    "twice": _("An answer is given twice."),
}


def assess_risk(
    *, actor: Actor, use_case: UseCase, answers: Mapping[str, Sequence[str]], questions: int | None = None
) -> RiskAssessment:
    """Keep the answers to the questions in force, with the tier they come to; a question that is left out stays open.

    The same answers about the same definition are no new ones: those at hand are returned. Other answers end another tier that was
    set for the old ones. `questions` is the number of the version their author had before them: Conflict when another came into force meanwhile.
    Raises NotAllowed; Invalid naming each question that was answered wrongly.
    """
    require(may_assess_risk(actor, use_case))
    current = questionnaire_in_force()
    if questions is not None and questions != current.number:
        raise Conflict(_("The questions changed while you answered them. Look at them again."), code="risk.questions_changed")
    said = _said(current, answers)
    result = assess(engine_of(current.content), said)
    if result.problems:
        errors = [FieldError(f"answers.{key}", code, WRONG_ANSWERS[code]) for key, code in result.problems]
        raise Invalid(_("Some answers cannot be used; see errors."), errors=errors)
    with transaction.atomic():
        UseCase.objects.select_for_update().get(pk=use_case.pk)  # one at a time, or an override outlives the answers it was for
        newest = use_case.risk_assessments.select_related("questionnaire").order_by("-number").first()
        definition = use_case.definitions.order_by("-number").first()
        row = RiskAssessment(
            use_case=use_case,
            number=(newest.number if newest else 0) + 1,
            questionnaire=current,
            definition=definition,
            answers=said,
            tier=result.tier,
            points=result.points,
            created_by=actor.user,
            created_at=clock.now(),
        )
        row.digest = digest(row.content())
        if newest is not None and (newest.digest, newest.definition_id) == (row.digest, row.definition_id):
            return newest
        row.save(force_insert=True)
        live = use_case.risk_overrides.live().select_related("use_case").first()
        if live is not None and newest is not None and newest.digest != row.digest:
            _end(actor, live, RiskOverride.Ending.ANSWERS_CHANGED, "")
        data = {
            "number": row.number,
            "questionnaire": current.number,
            "digest": row.digest,
            "tier": row.tier,
            "points": row.points,
        }
        audit.record(actor, ASSESSED, row, data)
        outbox.publish(actor, "usecases.risk.assessed", use_case, {"number": row.number, "tier": row.tier})
    return row


def _said(questionnaire: RiskQuestionnaire, answers: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The answers in one form, whatever order they came in: questions without one are left out."""
    found = {}
    for key, chosen in answers.items():
        if isinstance(chosen, str) or not all(isinstance(item, str) for item in chosen):
            words = _("Say the keys of the answers, as a list.")
            raise Invalid(words, errors=[FieldError(f"answers.{key}", "wrong_type", words)])
        if chosen:
            found[str(key)] = sorted(chosen)
    return dict(sorted(found.items()))


def propose_tier(*, actor: Actor, use_case: UseCase, tier: str, reason: str) -> RiskOverride:
    """Propose another tier than the newest answers come to. It counts when a second person has confirmed it.

    Raises NotAllowed; Invalid for a bad tier, no reason, or the tier that the answers come to anyway; Conflict while nothing was
    answered, while open questions could still change the tier, or while another proposal stands.
    """
    require(may_propose_tier(actor, use_case))
    with transaction.atomic():
        UseCase.objects.select_for_update().get(pk=use_case.pk)
        newest = use_case.risk_assessments.order_by("-number").first()
        if newest is None or not newest.tier:
            said = _("Answer the questions first: there is no tier yet that another could stand in for.")
            raise Conflict(said, code="risk.no_tier")
        if tier == newest.tier:
            said = _("The answers come to this tier already.")
            raise Invalid(said, errors=[FieldError("tier", "same", said)])
        if use_case.risk_overrides.live().exists():
            said = _("Another tier is proposed or confirmed already. It has to be taken back first.")
            raise Conflict(said, code="risk.override_exists")
        row = RiskOverride(
            use_case=use_case,
            assessment=newest,
            tier=tier,
            reason=reason.strip(),
            proposed_by=actor.user,
            proposed_at=clock.now(),
        )
        validate(row)
        row.save(force_insert=True)
        audit.record(
            actor,
            OVERRIDE_PROPOSED,
            row,
            {"from": newest.tier, "to": tier, "assessment": newest.number},
            personal={"reason": row.reason},
        )
        judging_news.want_tier(actor, row)
        outbox.publish(actor, "usecases.risk.override_proposed", use_case, {"id": row.public_id})
    return row


def confirm_tier(*, actor: Actor, override: RiskOverride) -> RiskOverride:
    """Let a proposed tier count. Of two who do so at once one does, and the other is told.

    Raises NotAllowed, also for who proposed it; Conflict when it was confirmed or ended meanwhile.
    """
    require(may_confirm_tier(actor, override))
    with transaction.atomic():
        UseCase.objects.select_for_update().get(pk=override.use_case_id)
        open_still = RiskOverride.objects.filter(pk=override.pk, confirmed_at=None, ended_at=None)
        if not open_still.update(confirmed_at=clock.now(), confirmed_by=actor.user):
            raise Conflict(_("This was confirmed or ended meanwhile."), code="risk.override_settled")
        row = RiskOverride.objects.select_related("use_case", "assessment", "proposed_by").get(pk=override.pk)
        audit.record(actor, OVERRIDE_CONFIRMED, row, {"from": row.assessment.tier, "to": row.tier})
        judging_news.settled_tier(actor, row)
        outbox.publish(actor, "usecases.risk.override_confirmed", row.use_case, {"id": row.public_id})
    return row


def end_override(*, actor: Actor, override: RiskOverride, reason: str = "") -> RiskOverride:
    """Take back what one proposed, or decline or end it as somebody who could have confirmed it. The answers' own tier counts again.

    Raises NotAllowed; Invalid when who declines or ends it gives no reason; Conflict when it was confirmed or ended meanwhile.
    """
    require(may_end_override(actor, override))
    mine = actor.user == override.proposed_by
    if not mine and not reason.strip():
        said: Any = _("Say why, for the one who proposed it.")
        raise Invalid(said, errors=[FieldError("reason", "required", said)])
    if len(reason) > LONGEST_RISK_REASON:
        said = _("A reason has at most %(most)s characters.") % {"most": LONGEST_RISK_REASON}
        raise Invalid(said, errors=[FieldError("reason", "max_length", said)])
    with transaction.atomic():
        UseCase.objects.select_for_update().get(pk=override.use_case_id)
        live = RiskOverride.objects.live().filter(pk=override.pk).first()
        if live is None or (mine and live.confirmed_at is not None):
            raise Conflict(_("This was confirmed or ended meanwhile."), code="risk.override_settled")
        endings = RiskOverride.Ending
        how = endings.WITHDRAWN if mine else endings.ENDED if live.confirmed_at else endings.DECLINED
        return _end(actor, override, how, reason.strip())


def _end(actor: Actor, override: RiskOverride, how: str, reason: str) -> RiskOverride:
    live = RiskOverride.objects.filter(pk=override.pk, ended_at=None)
    if not live.update(ended_at=clock.now(), ended_by=actor.user, ended_as=how, end_reason=reason):
        raise Conflict(_("This was ended meanwhile."), code="risk.override_settled")
    row = RiskOverride.objects.select_related("use_case", "assessment", "proposed_by").get(pk=override.pk)
    audit.record(actor, OVERRIDE_ENDED, row, {"as": how, "tier": row.tier}, personal={"reason": reason} if reason else None)
    judging_news.settled_tier(actor, row)
    outbox.publish(actor, "usecases.risk.override_ended", row.use_case, {"id": row.public_id, "as": how})
    return row


# What a definition may say about it ----------------------------------------------------------------------------------


def tier_for(use_case: UseCase, stated: str = "") -> str:
    """The tier that the next definition carries: what is stated, else what was assessed; blank while nobody knows.

    Somebody may be more careful than the answers, and never less: Invalid for a tier below the one in force, unless two people have
    set that. Without answers there is nothing to compare with, and what is stated stays.
    """
    assessed = assessed_tier(use_case)
    if not stated or stated not in Definition.RiskTier.values or not assessed:
        return stated or assessed
    if rank(stated) < rank(assessed):
        labels = dict(Definition.RiskTier.choices)
        said = _(
            "The answers about the risk come to “%(assessed)s”. A lower tier has to be proposed on the page about the risk, with a "
            "reason, and confirmed by a second person."
        ) % {"assessed": labels[assessed]}
        raise Invalid(said, code="risk.below_assessed", errors=[FieldError("risk_tier", "below_assessed", said)])
    return stated


def assessed_tier(use_case: UseCase) -> str:
    """The tier in force: what two people set, else what the newest answers come to; blank while nobody knows. At most two queries."""
    override = use_case.risk_overrides.live().filter(confirmed_at__isnull=False).first()
    if override is not None:
        return override.tier
    newest = use_case.risk_assessments.order_by("-number").only("tier").first()
    return newest.tier if newest else ""
