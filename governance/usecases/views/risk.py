"""How risky a use case is: the answers, what they come to and why, and another tier that two people set."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, after, attempt, one, portal_page, status_of
from governance.usecases import risk_wording, selectors, services, tabs
from governance.usecases.forms import EndTierForm, RiskForm, TierForm
from governance.usecases.models import RiskAssessment, RiskOverride, UseCase
from governance.usecases.permissions import may_assess_risk, may_confirm_tier, may_end_override, may_propose_tier
from governance.usecases.risk_wording import tier_label, tier_look
from governance.usecases.views.use_cases import use_case_of


def risk_card(request: PersonRequest, row: UseCase) -> dict[str, Any]:
    """The tier on the overview, and what is to be done about it."""
    risk = selectors.risk_of(row)
    return {
        "tier": tier_look(risk.tier),
        "standing": risk.standing,
        "said": risk_wording.headline(risk),
        "outdated": risk.is_outdated,
        "prohibited": risk.prohibited,
        "movers": risk.movers,
    }


@portal_page()
def risk(request: PersonRequest, slug: str) -> HttpResponse:
    """The tier of a use case, what decided it, and everything that was answered before."""
    return _shown(request, use_case_of(request, slug))


@portal_page("GET", "HEAD", "POST")
def risk_answer(request: PersonRequest, slug: str) -> HttpResponse:
    """Answer the questions in force. The last answers are there already."""
    row = use_case_of(request, slug)
    questionnaire = selectors.questions_shown()
    newest = selectors.risk_of(row).assessment
    form = RiskForm(
        request.POST if request.method == "POST" else None,
        questionnaire=questionnaire,
        answers=newest.answers if newest else None,
    )
    if request.method == "POST" and (done := attempt(form, lambda: _answered(request, row, form))):
        tier = done.value.tier
        said = (
            _("The answers come to the risk tier %(tier)s.") % {"tier": tier_label(tier)}
            if tier
            else _("Your answers are kept. The tier is not settled until the open questions are answered.")
        )
        return after(request, said, "risk", row.slug)
    context = {
        **tabs.page_of(row, "overview", _crumb(row), {"label": _("Answer the questions")}),
        "form": form,
        "parts": form.parts(),
        "intro": risk_wording.said(questionnaire.content["intro"]),
        "allowed": may_assess_risk(request.actor, row),
    }
    return render(request, "usecases/risk_answer.html", context, status=status_of(form))


def _answered(request: PersonRequest, row: UseCase, form: RiskForm) -> RiskAssessment:
    return services.assess_risk(
        actor=request.actor, use_case=row, answers=form.answers(), questions=form.cleaned_data["questions"]
    )


@portal_page("POST")
def risk_override(request: PersonRequest, slug: str) -> HttpResponse:
    """Propose another tier."""
    row = use_case_of(request, slug)
    form = TierForm(request.POST, computed=selectors.risk_of(row).computed)
    if attempt(form, lambda: services.propose_tier(actor=request.actor, use_case=row, **form.cleaned_data)):
        return after(request, _("Proposed. It counts when a second person has confirmed it."), "risk", row.slug)
    return _shown(request, row, form=form)


@portal_page("POST")
def risk_override_answer(request: PersonRequest, slug: str, override: str) -> HttpResponse:
    """Confirm another tier as the second person, or end it: `command` says which."""
    row = use_case_of(request, slug)
    found = one(
        RiskOverride.objects.visible_to(request.actor).select_related("use_case", "proposed_by"), use_case=row, public_id=override
    )
    form = EndTierForm(request.POST)
    confirm = request.POST.get("command") == "confirm"

    def act() -> RiskOverride:
        if confirm:
            return services.confirm_tier(actor=request.actor, override=found)
        return services.end_override(actor=request.actor, override=found, reason=form.cleaned_data["reason"])

    if attempt(form, act):
        said = (
            _("The risk tier is now %(tier)s.") % {"tier": tier_label(found.tier)} if confirm else _("The answers count again.")
        )
        return after(request, said, "risk", row.slug)
    return _shown(request, row, end_form=form)


def _crumb(row: UseCase) -> dict[str, str]:
    return {"label": _("Risk"), "url": f"/use-cases/{row.slug}/risk/"}


def _shown(
    request: PersonRequest, row: UseCase, *, form: TierForm | None = None, end_form: EndTierForm | None = None
) -> HttpResponse:
    risk = selectors.risk_of(row)
    override, result, assessment = risk.override, risk.result, risk.assessment
    content = assessment.questionnaire.content if assessment is not None else None
    context = {
        **tabs.page_of(row, "overview", {"label": _("Risk")}),
        "risk": risk,
        "tier": tier_look(risk.tier),
        "headline": risk_wording.headline(risk),
        "reasons": [risk_wording.told_reason(content, reason, result.lowest) for reason in result.decided_by]
        if content and result
        else [],
        "prohibited": [risk_wording.told_reason(content, reason, result.lowest) for reason in result.prohibited]
        if content and result
        else [],
        "open": risk_wording.open_questions(content, result.open) if content and result else [],
        "limits": content,
        "outdated": risk_wording.outdated(risk),
        "stated": tier_look(risk.stated) if risk.stated and risk.tier and risk.stated != risk.tier else None,
        "may_assess": may_assess_risk(request.actor, row),
        "may_propose": may_propose_tier(request.actor, row),
        "may_confirm": may_confirm_tier(request.actor, override) if override else None,
        "may_end": may_end_override(request.actor, override) if override else None,
        "override_tier": tier_look(override.tier) if override else None,
        "mine": override is not None and override.proposed_by == request.actor.user,
        "form": form or TierForm(computed=risk.computed),
        "end_form": end_form or EndTierForm(),
        "history": [_told(item) for item in selectors.assessments_of(row)],
        "you": request.actor.user,
    }
    refused = [status_of(shown) for shown in (form, end_form) if shown is not None]
    return render(request, "usecases/risk.html", context, status=max([200, *refused]))


def _told(assessment: RiskAssessment) -> dict[str, Any]:
    return {
        "row": assessment,
        "tier": tier_look(assessment.tier),
        "parts": risk_wording.told_answers(assessment),
        "overrides": [{"row": item, "tier": tier_look(item.tier)} for item in assessment.overrides.all()],
    }
