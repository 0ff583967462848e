"""The page of criteria: what packages are reviewed for, what ships and what the organisation made its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, after, attempt, one, portal_page, status_of
from governance.dependencies.forms.criteria import CriterionForm, RetireCriterionForm
from governance.dependencies.permissions import may_keep_criteria
from governance.dependencies.review_graph import SHIPPED
from governance.dependencies.selectors import criteria as selectors
from governance.dependencies.services import criteria as services
from governance.dependencies.views.sets import crumbs
from governance.dependencies.wording_sources import criteria_told, criterion_label, criterion_told


@portal_page("GET", "HEAD", "POST")
def criterion_list(request: PersonRequest) -> HttpResponse:
    """All criteria with what each includes and who defined it, and the form for another."""
    sent = request.method == "POST"
    form = CriterionForm(request.POST if sent else None)
    if sent and (done := attempt(form, lambda: services.define_criterion(actor=request.actor, **form.cleaned_data))):
        return after(
            request, _("Defined. Reviews, sources and exemptions may state it: %(title)s.") % {"title": done.value}, "criteria"
        )
    return _shown(request, form)


@portal_page("POST")
def criterion_retire(request: PersonRequest, key: str) -> HttpResponse:
    """State it no more."""
    row = one(selectors.criteria_seen_by(request.actor), key=key)
    form = RetireCriterionForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    if attempt(form, lambda: services.retire_criterion(actor=request.actor, criterion=row, reason=reason)):
        return after(request, _("Retired. What was stated with it goes on meaning what it meant."), "criteria")
    return _shown(request, CriterionForm(), form)


def _shown(request: PersonRequest, form: CriterionForm, refused: RetireCriterionForm | None = None) -> HttpResponse:
    rows = list(selectors.criteria_seen_by(request.actor).order_by("title", "key"))
    titles = {row.key: row.title for row in rows}
    context: dict[str, Any] = {
        "crumbs": crumbs({"label": _("Criteria")}),
        "shipped": [
            {
                "key": key,
                "title": criterion_label(key, {}),
                "told": criterion_told(key),
                "includes": criteria_told(SHIPPED.as_mapping()[key], titles),
            }
            for key in SHIPPED
        ],
        "own": [{"row": row, "includes": criteria_told(row.implies, titles)} for row in rows if row.retired_at is None],
        "retired": [{"row": row, "includes": criteria_told(row.implies, titles)} for row in rows if row.retired_at is not None],
        "form": form,
        "refused": refused,
        "may_keep": may_keep_criteria(request.actor),
    }
    status = max(status_of(form), status_of(refused) if refused is not None else 200)
    return render(request, "dependencies/criteria.html", context, status=status)
