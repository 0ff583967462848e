"""How far background work is, as a fragment that pages ask for again and again."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from foundation.models import Job
from foundation.pages import PersonRequest, one, portal_page


@portal_page()
def job_progress(request: PersonRequest, public_id: str) -> HttpResponse:
    """`components/job_progress.html` alone. `?then=` names the page where the result is, on this server."""
    job = one(Job.objects.visible_to(request.actor), public_id=public_id)
    then = request.GET.get("then", "")
    safe = url_has_allowed_host_and_scheme(then, {request.get_host()}, require_https=request.is_secure()) and then.startswith("/")
    context = {"job": job, "poll_url": request.get_full_path(), "result_url": then if safe else ""}
    return render(request, "components/job_progress.html", context)
