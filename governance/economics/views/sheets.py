"""A case as a spreadsheet: handed out, and brought back into the draft after it was seen what that changes."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, after, attempt, one, portal_page, refusal_of, slice_of, status_of
from governance.economics import drafting
from governance.economics.forms.sheets import SheetForm, TakeSheetForm
from governance.economics.models import CaseDraft, CaseSheet
from governance.economics.permissions.cases import may_write
from governance.economics.presenting.cases import figures_told
from governance.economics.presenting.comparing import comparison_told
from governance.economics.selectors.cases import current_snapshot
from governance.economics.selectors.drafts import draft_of
from governance.economics.selectors.sheets import Trial, bytes_of, plan_named, sheets_of_case, tried
from governance.economics.services.sheets import check_size, keep_sheet, take_sheet
from governance.economics.sheets.problems import MOST_PROBLEMS
from governance.economics.sheets_files import file_answer
from governance.economics.views.cases import TAB
from governance.usecases import tabs
from governance.usecases.services.documents import too_large
from governance.usecases.uploads import was_too_large
from governance.usecases.views import use_case_of


@portal_page()
def case_file(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """A version, the newest one of the case, or the draft."""
    plan, stem = plan_named(request.actor, use_case_of(request, slug), public_id)
    return file_answer(plan, stem, request.GET.get("format", "xlsx"))


@portal_page("GET", "HEAD", "POST")
def case_import(request: PersonRequest, slug: str) -> HttpResponse:
    """The form for a spreadsheet, and those that came before."""
    row = use_case_of(request, slug)
    sent = request.method == "POST"
    form = SheetForm(request.POST if sent else None, request.FILES if sent else None)

    def keep() -> CaseSheet:
        if was_too_large(request):
            raise too_large()
        file = form.cleaned_data["file"]
        check_size(file.size)
        return keep_sheet(actor=request.actor, use_case=row, data=file.read(), name=file.name)

    if sent and (done := attempt(form, keep)):
        return redirect("case_sheet", row.slug, done.value.public_id)
    page = slice_of(request, sheets_of_case(request.actor, row), size=20)
    context = {
        **tabs.page_of(row, TAB, {"label": _("Spreadsheet")}),
        "form": form,
        "allowed": may_write(request.actor, row),
        "current": current_snapshot(row),
        "draft": draft_of(row),
        "slice": page,
    }
    return render(request, "economics/case_import.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def case_sheet(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """What a spreadsheet would change, everything that is wrong with it, and the button that takes it over into the draft."""
    row = use_case_of(request, slug)
    sheet: CaseSheet = one(sheets_of_case(request.actor, row), public_id=public_id)
    sent = request.method == "POST"
    draft = draft_of(row)
    form = TakeSheetForm(
        request.POST if sent else None, initial={"sha256": sheet.sha256, "revision": draft.revision if draft else None}
    )

    def take() -> CaseDraft:
        said = form.cleaned_data
        return take_sheet(actor=request.actor, sheet=sheet, sha256=said["sha256"], revision=said["revision"])

    if sent and attempt(form, take):
        return after(
            request,
            _("The spreadsheet is taken over into the draft. Nothing of it counts until it is written down."),
            "draft",
            row.slug,
        )
    trial = tried(row, bytes_of(sheet))
    refused = form if refusal_of(form) else None
    context = {
        **tabs.page_of(
            row, TAB, {"label": _("Spreadsheet"), "url": reverse("case_import", args=[row.slug])}, {"label": sheet.name}
        ),
        "sheet": sheet,
        "trial": trial,
        "problems": trial.read.problems,
        "many": len(trial.read.problems) >= MOST_PROBLEMS,
        "refused": refused,
        "take": TakeSheetForm(initial=form.initial),  # what is sent next is about things as they are now
        "allowed": may_write(request.actor, row),
        **_worth(trial),
    }
    return render(request, "economics/case_sheet.html", context, status=status_of(form))


def _worth(trial: Trial) -> dict[str, Any]:
    """What changes against the newest version, or where there is none what it comes to."""
    plan = trial.read.plan
    if plan is None:
        return {}
    evaluation = drafting.looked_at(plan).evaluation if trial.changes is None else None
    return {
        "currency": plan.currency,
        "changes": comparison_told(trial.changes) if trial.changes else None,
        "same": bool(trial.changes and not trial.changes.parts),
        "figures": figures_told(evaluation)[:3] if evaluation else [],
        "lines": len(plan.lines),
        "missing": [(_title_of(plan, problem.path), problem.message) for problem in trial.missing[:20]],
    }


def _title_of(plan: Any, path: str) -> str:
    parts = path.split(".")
    at = int(parts[1]) if parts[0] == "lines" and len(parts) > 1 and parts[1].isdigit() else None
    return plan.lines[at].title if at is not None and at < len(plan.lines) else ""
