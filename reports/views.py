"""Pages of reports: ask for one, watch it being made, fetch it, learn how to check it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation import jobs
from foundation.errors import Conflict
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from reports import downloads, services
from reports.files import FORMATS
from reports.forms import ReportForm
from reports.presenting import page_of
from reports.selectors import reports_seen_by

REFRESH_SECONDS = 2


@portal_page("GET", "HEAD", "POST")
def reports(request: PersonRequest) -> HttpResponse:
    """Every report the person may see, newest first, and the form that asks for another."""
    actor = request.actor
    form = ReportForm(actor, request.POST or None, about=request.GET.get("about", ""), language=get_language() or "en")
    if request.method == "POST" and (done := attempt(form, lambda: services.request_report(actor=actor, **form.asked()))):
        return redirect("report", done.value.public_id)
    found = slice_of(request, reports_seen_by(actor))
    return render(request, "reports/list.html", {"form": form, "slice": found}, status=status_of(form))


@portal_page()
def report(request: PersonRequest, public_id: str) -> HttpResponse:
    """One report: progress while it is made, then its files and digests."""
    row = one(reports_seen_by(request.actor), public_id=public_id)
    running = row.job.state in (row.job.State.QUEUED, row.job.State.RUNNING)
    context = {"report": row, "running": running, "refresh_seconds": REFRESH_SECONDS if running else None}
    return render(request, "reports/detail.html", {**context, **page_of(row, request.actor)})


@portal_page()
def report_progress(request: PersonRequest, public_id: str) -> HttpResponse:
    """The progress alone, asked for every second; when the work is over, the whole page is to be loaded again."""
    row = one(reports_seen_by(request.actor), public_id=public_id)
    response = render(request, "reports/progress.html", {"report": row, **page_of(row, request.actor)})
    if row.job.state not in (row.job.State.QUEUED, row.job.State.RUNNING):
        response["HX-Refresh"] = "true"
    return response


@portal_page()
def report_file(request: PersonRequest, public_id: str, form: str) -> Any:
    """One of the files. `?read` opens what a browser can show instead of storing it."""
    row = one(reports_seen_by(request.actor), public_id=public_id)
    if form not in FORMATS:
        raise Http404
    return downloads.answer(row, FORMATS[form], inline="read" in request.GET and form != "bundle")


@portal_page("POST")
def report_again(request: PersonRequest, public_id: str) -> HttpResponse:
    """Ask anew for a report that failed."""
    row = one(reports_seen_by(request.actor), public_id=public_id)
    fresh = services.request_again(actor=request.actor, report=row)
    return after(request, _("Asked for again. The first attempt stays on record."), "report", fresh.public_id)


@portal_page("POST")
def report_cancel(request: PersonRequest, public_id: str) -> HttpResponse:
    """Stop the work on a report."""
    row = one(reports_seen_by(request.actor), public_id=public_id)
    if not jobs.cancel(actor=request.actor, job=row.job):
        raise Conflict(_("This report is not being worked on, or somebody else asked for it."), code="job.over")
    return after(request, _("Cancelled."), "report", row.public_id)
