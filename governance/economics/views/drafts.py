"""The pages of the draft of a case as a whole: begun, framed, looked at, and written down or discarded. What was typed is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, after, attempt, portal_page, status_of
from foundation.permissions import require
from governance.economics import drafting, services
from governance.economics.cashflow import Refused
from governance.economics.cashflow.precision import difference
from governance.economics.comparing import differing
from governance.economics.drafting import Looked, looked_at
from governance.economics.drafts_pages import draft_or_missing, met, page_of, revision_of, sent_number, with_problems
from governance.economics.forms.drafts import BeginForm, FrameForm, NoteForm
from governance.economics.models import CaseDraft, RateRecord, Snapshot
from governance.economics.permissions.cases import may_write
from governance.economics.plan.problems import NotWritten
from governance.economics.presenting.cases import figures_told, frame_told, lines_told, sums_of
from governance.economics.presenting.comparing import comparison_told, fields_told, signed
from governance.economics.selectors.cases import changes_of, currency_is_settled, current_snapshot, evaluation_of
from governance.economics.selectors.drafts import changes_since, draft_of, frame_field, owners_of, problems_told
from governance.economics.views.cases import TAB, number_of
from governance.usecases import tabs
from governance.usecases.models import UseCase
from governance.usecases.views import use_case_of

OF_FRAME = ("currency", "period", "horizon", "prices", "discount", "inflation", "finance_rate", "reinvestment_rate", "tolerance")


@portal_page("GET", "HEAD", "POST")
def draft(request: PersonRequest, slug: str) -> HttpResponse:
    """The draft: its lines with what they come to, what is wrong, and what it would be worth. Without one, the way to begin it."""
    row = use_case_of(request, slug)
    found = draft_of(row)
    if found is None:
        return _begin(request, row)
    if request.method == "POST":  # somebody else began it meanwhile: that is the one to go on with
        require(may_write(request.actor, row))
        return redirect("draft", row.slug)
    plan = drafting.as_plan(found.plan)
    looked = looked_at(plan)
    current = current_snapshot(row)
    sums = sums_of(looked.evaluation) if looked.evaluation else {}
    context = {
        **page_of(request, row, found),
        "looked": looked,
        "problems": problems_told(row, plan, looked.problems),
        "figures": figures_told(looked.evaluation)[:3] if looked.evaluation else [],
        "difference": _difference(looked, current),
        "frame": frame_told(plan) if plan.discount.steps else [],
        "lines": lines_told(plan, looked.worth, sums, owners_of([plan]), page=number_of(request, "page") or 1),
        "empty": {line.key for line in plan.lines if drafting.is_empty(line)},
        "overtaken": bool(current and current.number > found.based_on),
        "current": current,
    }
    return render(request, "economics/draft.html", context)


def _begin(request: PersonRequest, row: UseCase) -> HttpResponse:
    current = current_snapshot(row)
    sent = request.method == "POST"
    form = BeginForm(request.POST if sent and current is None else None, records=_records(request))
    if sent and current is not None:
        services.begin_draft(actor=request.actor, use_case=row)
        return redirect("draft", row.slug)
    done = attempt(form, lambda: _begun(request, row, form)) if sent else None
    if done:
        return after(request, _("The draft is begun. Add what it costs and what it brings."), "draft", row.slug)
    context = {
        **tabs.page_of(row, TAB, {"label": _("Draft")}),
        "form": form,
        "current": current,
        "allowed": may_write(request.actor, row),
    }
    return render(request, "economics/draft_begin.html", context, status=status_of(form))


def _begun(request: PersonRequest, row: UseCase, form: BeginForm) -> CaseDraft:
    said = form.cleaned_data
    return services.begin_draft(
        actor=request.actor, use_case=row, currency=said["currency"], frame=form.frame(), templates=said["templates"]
    )


def _difference(looked: Looked, current: Snapshot | None) -> dict[str, Any] | None:
    """How far the draft is from the newest version."""
    if looked.evaluation is None or current is None:
        return None
    try:
        before = evaluation_of(current)
    except (Refused, NotWritten):  # the page of that version says why
        return None
    change = difference(looked.evaluation.npv, before.npv)
    return {"worth": signed(change, 0), "number": current.number, "tone": "ok" if change > 0 else "bad" if change < 0 else ""}


@portal_page("GET", "HEAD", "POST")
def draft_frame(request: PersonRequest, slug: str) -> HttpResponse:
    """What all lines share."""
    row, found = draft_or_missing(request, slug)
    plan = drafting.as_plan(found.plan)
    sent = request.method == "POST"
    records, settled = _records(request), currency_is_settled(found.case)
    of_frame = [item for item in looked_at(plan).problems if item.path.partition(".")[0] in OF_FRAME]

    def make(data: Any) -> FrameForm:
        return FrameForm(data, plan, records=records, settled=settled)

    form = make(request.POST) if sent else with_problems(make, [(frame_field(item.path), item.message) for item in of_frame])

    def said() -> dict[str, Any]:
        return {**form.frame(), "currency": form.cleaned_data["currency"]}

    def save() -> CaseDraft:
        return services.set_frame(actor=request.actor, draft=found, revision=revision_of(request), frame=said())

    if sent and attempt(form, save):
        return after(request, _("The frame of the draft is changed."), "draft", row.slug)
    context = {**page_of(request, row, found, {"label": _("Frame")}), "form": form, "met": met(request, found, form)}
    if context["met"] is not None:
        context["met"]["fields"] = fields_told(differing(plan, replace(plan, **said())))
    return render(request, "economics/draft_frame.html", context, status=status_of(form) if sent else 200)


@portal_page("GET", "HEAD", "POST")
def draft_write(request: PersonRequest, slug: str) -> HttpResponse:
    """Write the draft down: what changes with it, and a note for those who approved the last version."""
    row, found = draft_or_missing(request, slug)
    plan = drafting.as_plan(found.plan)
    looked = looked_at(plan)
    sent = request.method == "POST"
    form = NoteForm(request.POST if sent else None)
    seen = sent_number(request, "based_on") if sent else None

    def save() -> Snapshot:
        return services.write_down(
            actor=request.actor, draft=found, revision=revision_of(request), note=form.cleaned_data["note"], based_on=seen
        )

    done = attempt(form, save) if sent else None
    if done:
        said = _("Costs and benefits are written down, version %(number)s.") % {"number": done.value.number}
        return after(request, said, "use_case_tab", row.slug, TAB)
    current = current_snapshot(row)
    changes = changes_of(current, plan) if current and looked.evaluation else None
    context = {
        **page_of(request, row, found, {"label": _("Write down")}),
        "form": form,
        "looked": looked,
        "problems": problems_told(row, plan, looked.problems),
        "current": current,
        "overtaken": bool(current and current.number > found.based_on),
        "met": met(request, found, form),
        "changes": comparison_told(changes) if changes is not None else None,
    }
    return render(request, "economics/draft_write.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def draft_discard(request: PersonRequest, slug: str) -> HttpResponse:
    """Throw the draft away, once it was asked whether that is meant."""
    row, found = draft_or_missing(request, slug)
    form = NoteForm(request.POST or None)
    sent = request.method == "POST"
    if sent and attempt(form, lambda: services.discard_draft(actor=request.actor, draft=found, revision=revision_of(request))):
        return after(
            request, _("The draft is discarded. The case stays as it was last written down."), "use_case_tab", row.slug, TAB
        )
    context = {
        **page_of(request, row, found, {"label": _("Discard")}),
        "form": form,
        "met": met(request, found, form),
        "changes": changes_since(found, 0),
    }
    return render(request, "economics/draft_discard.html", context, status=status_of(form))


def _records(request: PersonRequest) -> Sequence[RateRecord]:
    return list(
        RateRecord.objects.visible_to(request.actor).in_force().filter(kind=RateRecord.Kind.DISCOUNT).order_by("-dated")[:100]
    )
