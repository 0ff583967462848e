"""Handing over to operations: what is handed over, what was answered, and another try."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, after, attempt, one, portal_page, status_of
from foundation.permissions import ALLOWED, Decision, Denied
from governance.usecases import authorship, services, tabs
from governance.usecases.forms import AnswerForm, HandOverForm
from governance.usecases.models import HandOver, UseCase
from governance.usecases.stage_permissions import may_answer_hand_over, may_hand_over
from governance.usecases.views.use_cases import use_case_of


@portal_page("GET", "HEAD", "POST")
def hand_over(request: PersonRequest, slug: str) -> HttpResponse:
    """Every hand-over with its answer; a form for another one, unless one waits for its answer."""
    row = use_case_of(request, slug)
    written = authorship.newest_authors(row)
    form = HandOverForm(request.POST if request.method == "POST" else None, owners=written.people if written else ())
    if request.method == "POST" and attempt(
        form, lambda: services.hand_over(actor=request.actor, use_case=row, **form.cleaned_data)
    ):
        return after(request, _("Handed over. Operations was told that it waits for their answer."), "hand_over", row.slug)
    return _page(request, row, written, form, AnswerForm())


@portal_page("POST")
def hand_over_answer(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Accept a hand-over, or refuse it with the reason."""
    row = use_case_of(request, slug)
    found = one(
        HandOver.objects.visible_to(request.actor).select_related("use_case", "created_by", "pipeline_owner"),
        use_case=row,
        number=number,
    )
    form = AnswerForm(request.POST)
    done = attempt(
        form,
        lambda: services.answer_hand_over(
            actor=request.actor,
            hand_over=found,
            accept=form.cleaned_data["answer"] == HandOver.Answer.ACCEPTED,
            reason=form.cleaned_data["reason"],
        ),
    )
    if done is None:
        written = authorship.newest_authors(row)
        return _page(request, row, written, HandOverForm(owners=written.people if written else ()), form)
    said = _("You accepted it.") if done.value.answer == HandOver.Answer.ACCEPTED else _("You refused it, with your reason.")
    return after(request, said, "hand_over", row.slug)


def _page(
    request: PersonRequest, row: UseCase, written: authorship.Authors | None, form: forms.Form, answer: forms.Form
) -> HttpResponse:
    rows = HandOver.objects.visible_to(request.actor).filter(use_case=row).order_by("-number")
    found = list(rows.select_related("use_case", "pipeline_owner", "created_by", "answered_by"))
    waiting = found[0] if found and found[0].answer is None else None
    context: dict[str, Any] = {
        **tabs.page_of(row, "stage", {"label": _("Hand-over")}),
        "waiting": waiting,
        "earlier": [item for item in found if item is not waiting],
        "written": written,
        "form": form,
        "answer_form": answer,
        "may_hand_over": _may_hand_over_now(request, row, written),
        "may_answer": may_answer_hand_over(request.actor, waiting) if waiting else None,
    }
    return render(request, "usecases/hand_over.html", context, status=status_of(form, answer))


def _may_hand_over_now(request: PersonRequest, row: UseCase, written: authorship.Authors | None) -> Decision:
    """Whether the form would lead anywhere: the permission, and what has to be there first."""
    allowed = may_hand_over(request.actor, row)
    if not allowed:
        return allowed
    if written is None:
        return Denied(_("No version was registered yet. CI registers one with countersign push."))
    if not written.people:
        return Denied(
            _("Nobody who builds this use case wrote %(version)s or has commits in its repositories.")
            % {"version": written.label}
        )
    return ALLOWED
