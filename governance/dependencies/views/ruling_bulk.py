"""The pages for many rulings at once: one action for what was chosen, and the start of use with its burn-down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.pages import PersonRequest, after, attempt, portal_page, status_of
from governance.dependencies import services
from governance.dependencies.forms.rulings import DecideForm, RulingBulkForm, StartForm
from governance.dependencies.models import Ruling
from governance.dependencies.ruling_permissions import may_decide_ruling, may_exempt_everything
from governance.dependencies.selectors import rulings as selectors
from governance.dependencies.services.ruling_bulk import MOST, Outcome
from governance.dependencies.views.rulings import row_told, ruling_crumbs
from governance.dependencies.wording_rulings import burn_down_figure
from governance.people.selectors import scope_titles

DONE = "rulings_done"  # where the session keeps what became of the last go


@portal_page("GET", "HEAD", "POST")
def ruling_bulk(request: PersonRequest) -> HttpResponse:
    """Look at the chosen rulings together, do one thing with each, and see what became of it."""
    if request.method != "POST":
        done = request.session.get(DONE) if "done" in request.GET else None
        if done is not None:
            crumbs = ruling_crumbs({"label": _("What became of each")})
            return render(request, "dependencies/ruling_bulk_done.html", {"rows": done, "crumbs": crumbs, "lead": _lead(done)})
        return _together(request, request.GET.getlist("id"))
    ids = request.POST.getlist("id")
    if request.POST.get("command") != "act":
        return _together(request, ids)
    form = RulingBulkForm(request.POST)
    if done_now := attempt(form, lambda: services.act_on_many(actor=request.actor, ids=ids, **form.written())):
        request.session[DONE] = [_outcome_told(item) for item in done_now.value]
        return redirect(f"{reverse('ruling_bulk')}?done=1")
    return _together(request, ids, form)


def _together(request: PersonRequest, ids: Sequence[str], form: RulingBulkForm | None = None) -> HttpResponse:
    wanted = [one for one in dict.fromkeys(ids) if "\x00" not in one]
    rows = Ruling.objects.visible_to(request.actor).select_related("created_by", "recommended_by", "decided_by")
    found = list(rows.filter(public_id__in=wanted[:MOST]).order_by("name", "pk"))
    titles = scope_titles(request.actor, among={row.scope for row in found if row.scope})
    form = form or RulingBulkForm()
    context = {
        "rows": [row_told(row, titles) for row in found],
        "beyond": max(len(wanted) - MOST, 0),
        "form": form,
        "crumbs": ruling_crumbs({"label": _("Many at once")}),
    }
    return render(request, "dependencies/ruling_bulk.html", context, status=status_of(form))


def _outcome_told(item: Outcome) -> dict[str, Any]:
    row = item.ruling or item.asked
    url = reverse("ruling", args=[row.public_id]) if row is not None else ""
    title = str(row) if row is not None else _("A ruling that you cannot see")
    refusal = item.refusal
    why = "" if refusal is None else "; ".join([str(refusal.detail), *(str(problem.message) for problem in refusal.errors)])
    return {"title": title, "url": url, "done": refusal is None, "reason": why}


def _lead(rows: Sequence[dict[str, Any]]) -> str:
    done, refused = sum(row["done"] for row in rows), sum(not row["done"] for row in rows)
    said = [ngettext("%(count)d was done.", "%(count)d were done.", done) % {"count": done}]
    if refused:
        said.append(ngettext("%(count)d was refused.", "%(count)d were refused.", refused) % {"count": refused})
    return " ".join(said)


# The start of use ----------------------------------------------------------------------------------------------------


@portal_page("GET", "HEAD", "POST")
def ruling_start(request: PersonRequest) -> HttpResponse:
    """Exempt everything in use for a while, and how that debt dwindles."""
    form = StartForm(request.POST if request.method == "POST" else None)
    sent = request.method == "POST"
    if sent and (done := attempt(form, lambda: services.exempt_everything(actor=request.actor, **form.cleaned_data))):
        return after(request, _started(done.value), "ruling_start")
    return _start_shown(request, form)


def _started(batch: services.Batch) -> str:
    if not batch.id:
        return _("Nothing is left to exempt: every pinned version has an exemption that is in force or waits.")
    count = len(batch.rulings)
    said = ngettext(
        "%(count)d exemption is recommended. Somebody else decides now.",
        "%(count)d exemptions are recommended. Somebody else decides now.",
        count,
    )
    return f"{said % {'count': count}} {_unpinned(batch.unpinned)}".strip()


def _unpinned(count: int) -> str:
    if not count:
        return ""
    said = ngettext(
        "%(count)d requirement names no version and got none.", "%(count)d requirements name no version and got none.", count
    )
    return said % {"count": count}


def _start_shown(request: PersonRequest, form: StartForm, failed: tuple[str, DecideForm] | None = None) -> HttpResponse:
    batches = selectors.batches_of(request.actor)
    told = []
    for batch in batches:
        decide = failed[1] if failed is not None and failed[0] == batch.id else DecideForm(auto_id=f"{batch.id}-%s")
        may = may_decide_ruling(request.actor, batch.sample) if batch.sample is not None else None
        told.append({"batch": batch, "form": decide, "may_decide": may})
    context = {
        "form": form,
        "may_start": may_exempt_everything(request.actor),
        "batches": told,
        "figure": burn_down_figure(selectors.burn_down(request.actor)),
        "crumbs": ruling_crumbs({"label": _("Start of use")}),
    }
    shown = [form, *([failed[1]] if failed is not None else [])]
    return render(request, "dependencies/ruling_start.html", context, status=status_of(*shown))


@portal_page("POST")
def ruling_batch_decide(request: PersonRequest, batch: str) -> HttpResponse:
    """Decide on everything of one go, in one act."""
    form = DecideForm(request.POST, auto_id=f"{batch}-%s")
    allow = form.data.get("decide-word") == Ruling.Word.YES

    def act() -> list[Ruling]:
        because = form.cleaned_data["because"]
        return services.decide_batch(actor=request.actor, batch=batch.replace("\x00", ""), allow=allow, because=because)

    if done := attempt(form, act):
        count = len(done.value)
        said = (
            ngettext("%(count)d exemption is in force.", "%(count)d exemptions are in force.", count)
            if allow
            else ngettext("%(count)d exemption is refused.", "%(count)d exemptions are refused.", count)
        )
        return after(request, said % {"count": count}, "ruling_start")
    return _start_shown(request, StartForm(), (batch, form))
