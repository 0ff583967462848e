"""Repositories that versions are built from, and their synchronisation."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from config.forms import RepositoryForm
from config.views.shell import show
from foundation.models import Job
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from governance.usecases.models import UseCase
from lineage.models import Repository
from lineage.services import repositories


@portal_page("GET", "HEAD", "POST")
def repository_list(request: PersonRequest) -> HttpResponse:
    """What is mirrored, how fresh it is, and a form to add one."""
    cases = UseCase.objects.visible_to(request.actor).order_by("title")
    form = RepositoryForm(request.POST or None, cases=cases)
    done = (
        attempt(form, lambda: repositories.register_repository(actor=request.actor, **form.cleaned_data))
        if form.is_bound
        else None
    )
    if done is not None:
        _row, job = done.value
        return after(
            request, _("Registered. Its commits are being fetched."), "settings_repositories", query=f"?job={job.public_id}"
        )
    page = slice_of(request, Repository.objects.visible_to(request.actor).prefetch_related("uses__use_case"))
    seen = set(cases.values_list("pk", flat=True))
    rows = [{"row": row, "cases": [use.use_case for use in row.uses.all() if use.use_case_id in seen]} for row in page.rows]
    job = Job.objects.visible_to(request.actor).filter(public_id=request.GET.get("job", "")).first()
    over = job is None or job.state not in (Job.State.QUEUED, Job.State.RUNNING)
    context = {"form": form, "rows": rows, "page": page, "job": job, "refresh_seconds": None if over else 3}
    return show(request, "settings/repositories.html", context, status=status_of(form))


@portal_page("POST")
def synchronise(request: PersonRequest, public_id: str) -> HttpResponse:
    """Fetch what is new."""
    row = one(Repository.objects.visible_to(request.actor), public_id=public_id)
    job = repositories.synchronise_later(actor=request.actor, repository=row)
    return after(request, "", "settings_repositories", query=f"?job={job.public_id}")
