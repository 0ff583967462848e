"""The questions about risk: read by everybody, written by an administrator, confirmed by a second person."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, after, attempt, portal_page, slice_of, status_of
from foundation.permissions import Denied
from governance.people.permissions import may_administer
from governance.usecases import selectors, services
from governance.usecases.forms import QuestionsForm
from governance.usecases.models import RiskQuestionnaire
from governance.usecases.permissions import may_confirm_questions
from governance.usecases.risk_wording import said, tier_label


@portal_page("GET", "HEAD", "POST")
def risk_questionnaires(request: PersonRequest) -> HttpResponse:
    """Every version of the questions, and a form for another one."""
    current = selectors.questions_shown()
    form = QuestionsForm(request.POST if request.method == "POST" else None, initial={"source": current.source})
    if request.method == "POST" and (
        done := attempt(form, lambda: services.write_questionnaire(actor=request.actor, **form.cleaned_data))
    ):
        written: RiskQuestionnaire = done.value
        words = (
            _("It says the same as version %(number)s: no new version.")
            if written.confirmed_at
            else _("Version %(number)s is a draft. A second person has to confirm it.")
        )
        return after(request, words % {"number": written.number}, "risk_questionnaire", written.number)
    page = slice_of(request, RiskQuestionnaire.objects.visible_to(request.actor).select_related("created_by", "confirmed_by"))
    allowed = may_administer(request.actor)
    context = {
        "rows": [(row, _state_of(row, current)) for row in page.rows] or [(current, "active")],
        "page": page,
        "form": form,
        "refused": allowed.reason if isinstance(allowed, Denied) else "",
    }
    return render(request, "usecases/risk_questionnaires.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def risk_questionnaire(request: PersonRequest, number: int) -> HttpResponse:
    """One version of the questions, as those who answer see them. A draft is confirmed or taken back here."""
    current = selectors.questions_shown()
    rows = RiskQuestionnaire.objects.visible_to(request.actor).select_related("created_by", "confirmed_by")
    row = rows.filter(number=number).first() or (current if number == current.number else None)
    if row is None:
        raise Missing(_("There is no such version."))
    if request.method == "POST":
        if request.POST.get("command") == "confirm":
            services.confirm_questionnaire(actor=request.actor, questionnaire=row)
            return after(request, _("These questions are in force."), "risk_questionnaire", number)
        services.withdraw_questionnaire(actor=request.actor, questionnaire=row)
        return after(request, _("The draft was taken back."), "risk_questionnaires")
    state = _state_of(row, current)
    context = {
        "row": row,
        "state": state,
        "title": said(row.content["title"]),
        "intro": said(row.content["intro"]),
        "parts": [_told_part(part) for part in row.content["parts"]],
        "rules": [{"say": said(rule["say"]), "tier": tier_label(rule["at_least"])} for rule in row.content["rules"]],
        "may_confirm": may_confirm_questions(request.actor, row) if state == "draft" else None,
        "may_withdraw": may_administer(request.actor) if state == "draft" else None,
    }
    return render(request, "usecases/risk_questionnaire.html", context)


def _state_of(row: RiskQuestionnaire, current: RiskQuestionnaire) -> str:
    if row.number == current.number:
        return "active"
    if row.withdrawn_at is not None:
        return "withdrawn"
    return "superseded" if row.confirmed_at is not None else "draft"


def _told_part(part: dict[str, Any]) -> dict[str, Any]:
    asked = [
        {
            "ask": said(question["ask"]),
            "help": said(question["help"]),
            "source": said(question["source"]),
            "many": question["many"],
            "options": [
                {
                    "say": said(option["say"]),
                    "points": option["points"],
                    "tier": tier_label(option["at_least"]) if option["at_least"] else "",
                    "prohibited": option["prohibited"],
                }
                for option in question["options"]
            ],
        }
        for question in part["questions"]
    ]
    return {"title": said(part["title"]), "questions": asked}
