"""The pages on which files of packages are brought in, and told what became of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.errors import CountersignError
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from governance.dependencies import filenames, services
from governance.dependencies.forms.artifacts import ArtifactForm, FetchForm
from governance.dependencies.models import Artifact
from governance.dependencies.permissions import may_keep_artifact
from governance.dependencies.selectors import releases as selectors
from governance.dependencies.services.fetching import index_told, recent_fetches
from governance.dependencies.standing import BUSY, failure_of, state_of
from governance.dependencies.views.sets import crumbs
from governance.usecases.uploads import was_too_large


@portal_page("GET", "HEAD", "POST")
def artifacts(request: PersonRequest) -> HttpResponse:
    """The files that are kept, newest first, with the form to bring in another."""
    sent = request.method == "POST"
    files = request.FILES if sent else None
    dropped = sent and was_too_large(request)  # known once the files were read
    form = ArtifactForm(request.POST if sent else None, files, dropped=dropped)

    def keep() -> Artifact:
        if dropped:
            raise services.too_large()
        file = form.cleaned_data["file"]
        return services.keep_artifact(actor=request.actor, filename=file.name, file=file)

    if sent and (done := attempt(form, keep)):
        said = _("The file is kept. A worker looks into it.") if done.value.is_new else _("This file is known already.")
        return after(request, said, "artifact", done.value.public_id)
    return _list(request, form, FetchForm())


@portal_page("POST")
def artifact_fetch(request: PersonRequest) -> HttpResponse:
    """Have a worker fetch a file from the package index."""
    form = FetchForm(request.POST)
    if done := attempt(form, lambda: services.ask_fetch(actor=request.actor, **form.cleaned_data)):
        found = done.value
        if isinstance(found, Artifact):
            return after(request, _("This file is known already."), "artifact", found.public_id)
        return after(request, _("A worker fetches it. It appears in the list once it is here."), "artifacts")
    return _list(request, ArtifactForm(), form)


def _list(request: PersonRequest, form: ArtifactForm, fetching: FetchForm) -> HttpResponse:
    rows = selectors.with_scans(Artifact.objects.visible_to(request.actor))
    wanted = request.GET.get("state", "")
    if wanted == "failed":
        rows = rows.exclude(failure="")
    page = slice_of(request, rows)
    context = {
        "crumbs": crumbs({"label": _("Files of packages")}),
        "form": form,
        "fetching": fetching,
        "index": index_told(),
        "fetches": recent_fetches(request.actor),
        "allowed": may_keep_artifact(request.actor),
        "slice": page,
        "rows": [{"row": row, "state": state_of(row), "failure": failure_of(row)} for row in page.rows],
        "filtered": wanted == "failed",
    }
    return render(request, "dependencies/artifacts.html", context, status=max(status_of(form), status_of(fetching)))


@portal_page()
def artifact(request: PersonRequest, public_id: str) -> HttpResponse:
    """One file: how far the look into it is, what it came to, or why it came to nothing."""
    return _shown(request, public_id, "")


@portal_page("POST")
def artifact_scan(request: PersonRequest, public_id: str) -> HttpResponse:
    """Look into it again."""
    row = one(Artifact.objects.visible_to(request.actor), public_id=public_id)
    try:
        services.scan_again(actor=request.actor, artifact=row)
    except CountersignError as error:
        return _shown(request, public_id, str(error.detail), error.status)
    return after(request, _("A worker looks into it again."), "artifact", public_id)


def _shown(request: PersonRequest, public_id: str, refused: str, status: int = 200) -> HttpResponse:
    row = one(selectors.with_scans(Artifact.objects.visible_to(request.actor)), public_id=public_id)
    state, address = state_of(row), reverse("artifact", args=[public_id])
    job = row.job if state in BUSY and row.job.actor_user_id == getattr(request.actor.user, "pk", None) else None
    context: dict[str, Any] = {
        "crumbs": crumbs({"label": _("Files of packages"), "url": reverse("artifacts")}, {"label": row.filename}),
        "artifact": row,
        "state": state,
        "failure": failure_of(row),
        "refused": refused,
        "job": job,
        "poll_url": f"{reverse('foundation:job', args=[job.public_id])}?{urlencode({'then': address})}" if job else "",
        "result_url": address,
        "refresh_seconds": 5 if state in BUSY else None,
        "differs": row.release is not None and filenames.differs(row.filename, row.release.package.name, row.release.version),
        "allowed": may_keep_artifact(request.actor),
    }
    return render(request, "dependencies/artifact.html", context, status=status)
