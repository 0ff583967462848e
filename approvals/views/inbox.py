"""The inbox: whose move it is, and answering many at once where the policy lets a step be answered so."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from approvals.forms.bulk import BulkForm
from approvals.forms.inbox import InboxFilterForm
from approvals.selectors.inbox import inbox_of
from approvals.services.bulk import Outcome, approve_many
from approvals.showing.inbox import Zone, absences_shown, lines_of
from approvals.showing.inbox_bulk import chosen_by, outcome_lead, outcome_rows, wanted_from
from foundation.pages import PersonRequest, attempt, portal_page, status_of

FEW = 5  # lines that nobody needs to narrow
DONE = "bulk_done"  # where the session keeps what became of the last one


@portal_page(outside=True)
def inbox(request: PersonRequest) -> HttpResponse:
    """What waits for this person, what they wait for, what was decided."""
    actor, zone = request.actor, Zone()
    start = _start(request.GET.get("from", ""))
    use_case, overdue = request.GET.get("use_case", "")[:60], bool(request.GET.get("overdue", ""))
    found = inbox_of(actor, start, use_case=use_case, overdue=overdue)
    narrowed = bool(use_case or overdue)
    if not start and not narrowed:
        request.turns = len(found.turns)
    turns, waiting = lines_of(found, zone)
    context = {
        "turns": turns,
        "waiting": waiting,
        "decided": [] if start else found.decided,
        "start": start,
        "next_start": found.next_start,
        "narrowed": narrowed,
        "form": InboxFilterForm(request.GET, use_cases=found.use_cases),
        "filters": narrowed or start or found.next_start or len(turns) + len(waiting) > FEW,
        "bulk": sum(bool(line.key) for line in turns),
        "absences": absences_shown(found, actor, zone),
    }
    return render(request, "approvals/inbox.html", context)


def _start(text: str) -> int:
    """Where a page of the list begins; what is no number is the beginning."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


@portal_page("GET", "HEAD", "POST")
def bulk(request: PersonRequest) -> HttpResponse:
    """Look at the chosen steps together, approve them together, and see what became of each."""
    if request.method != "POST":
        done = request.session.get(DONE) if "done" in request.GET else None
        if done is not None:
            again = [row for row in done["rows"] if row["state"] == "moved"]
            return render(request, "approvals/bulk_done.html", {**done, "again": again, "lead": outcome_lead(done["rows"])})
        return _together(request, request.GET.getlist("item"))
    every, chosen = request.POST.getlist("every"), request.POST.getlist("item")
    if request.POST.get("command") == "approve":
        return _approve(request, every, chosen)
    comment = request.POST.get("comment", "")
    return _together(request, every if "all" in request.POST else chosen, form=BulkForm(initial={"comment": comment}))


def _together(
    request: PersonRequest, keys: Sequence[str], form: BulkForm | None = None, chosen: Sequence[str] | None = None
) -> HttpResponse:
    """The page on which each is listed with what changed and its digest."""
    form = form or BulkForm()
    found = chosen_by(request.actor, keys)
    context = {"found": found, "form": form, "chosen": keys if chosen is None else chosen}
    return render(request, "approvals/bulk.html", context, status=status_of(form))


def _approve(request: PersonRequest, every: Sequence[str], chosen: Sequence[str]) -> HttpResponse:
    actor = request.actor
    form = BulkForm(request.POST, chosen=len(chosen))
    digests = {key: request.POST.get(f"digest-{key}", "") for key in chosen}
    shown = chosen_by(actor, chosen).shown

    def act() -> list[Outcome]:
        return approve_many(actor=actor, wanted=wanted_from(actor, chosen, digests, form.cleaned_data["comment"]))

    done = attempt(form, act)
    if done is None:
        return _together(request, every or chosen, form, chosen)
    request.session[DONE] = {"rows": outcome_rows(done.value, shown), "comment": form.cleaned_data["comment"]}
    return redirect(f"{reverse('inbox_bulk')}?done=1")
