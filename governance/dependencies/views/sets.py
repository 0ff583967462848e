"""The pages of dependencies: which packages are in use, and what a lock file asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from foundation.errors import CountersignError
from foundation.pages import PersonRequest, after, attempt, one, portal_page
from foundation.pages import status_of as code_of
from governance.dependencies import selectors, services
from governance.dependencies.findings import findings, unread
from governance.dependencies.forms import NarrowForm, SearchForm, UploadForm
from governance.dependencies.models import DependencySet
from governance.dependencies.permissions import may_record
from governance.dependencies.pinning import not_pinned, without_sha256
from governance.dependencies.selectors.status import MOST_ON_A_PAGE, status_of
from governance.dependencies.status import Status
from governance.dependencies.views.external import external_part
from governance.dependencies.views.rulings import rulings_part
from governance.dependencies.views.status import status_part
from governance.dependencies.wording import difference_told, format_name, format_names, loose_told, options_told
from governance.dependencies.wording_problems import all_told
from governance.dependencies.wording_status import line_told
from governance.usecases import newest, talk
from governance.usecases.models import UseCase
from governance.usecases.uploads import was_too_large

REQUIREMENTS = 200  # on a page
SHORTLY = 500  # of a lock file among others: a bill of materials may list thousands


def tab_content(request: PersonRequest, use_case: UseCase) -> dict[str, Any]:
    """The lock files of the newest version of a use case, and what changed since the version before."""
    builds = list(newest.builds_of(use_case, 2))
    now = builds[0] if builds else None
    then = builds[1] if len(builds) > 1 else None
    found = selectors.changes_of(now.locks, then.locks if then else ()) if now else []
    status = (
        status_of([item.lock for item in found], use_case=use_case)
        if found and sum(len(item.lock.requirements.all()) for item in found) <= MOST_ON_A_PAGE
        else None
    )
    return {
        "build": now,
        "before": then,
        "locks": [_lock_told(item, status) for item in found],
        "status": line_told(status) if status is not None and len(found) > 1 else None,
        "external": external_part(request, use_case),
        "rulings": rulings_part(request, use_case),
    }


def _lock_told(item: selectors.LockChange, status: Status | None) -> dict[str, Any]:
    rows, path = list(item.lock.requirements.all()), item.lock.path
    return {
        "lock": item.lock,
        "status": line_told(status.of_set(item.lock.public_id)) if status is not None else None,
        "requirements": rows[:SHORTLY],
        "asked": len(rows),
        "new": item.before is None,
        "changes": difference_told(item.difference) if item.difference is not None else [],
        "loose": len({loose.name for loose in [*not_pinned(rows, path), *without_sha256(rows, path)]}),
        "unread": len(unread(item.lock.problems, path)),
        "findings": len(findings(item.lock.problems)),
    }


@portal_page()
def dependencies(request: PersonRequest) -> HttpResponse:
    """The packages of all lock files, by name."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    start = request.GET.get("after", "")[:200]
    found = selectors.packages(request.actor, text=text, after=start)
    asked = {"q": text} if text else {}
    context = {
        "form": form,
        "filtered": bool(text),
        "packages": found.rows,
        "next_url": f"?{urlencode({**asked, 'after': found.after})}" if found.after else "",
        "first_url": f"?{urlencode(asked)}" if start else "",
        "actions": [
            {"label": _("Record a lock file"), "url": reverse("dependency_set_upload"), "icon": "file-up"},
            {"label": _("Files of packages"), "url": reverse("artifacts"), "icon": "package-search"},
            {"label": _("Reviews"), "url": reverse("review_queue"), "icon": "list-checks"},
            {"label": _("Rulings"), "url": reverse("rulings"), "icon": "gavel"},
            {"label": _("Known flaws"), "url": reverse("advisories"), "icon": "shield-alert"},
            {"label": _("Verified sources"), "url": reverse("sources"), "icon": "shield-check"},
            {"label": _("Licences"), "url": reverse("licences"), "icon": "scale"},
            {"label": _("Criteria"), "url": reverse("criteria"), "icon": "check-check"},
        ],
    }
    return render(request, "dependencies/list.html", context)


@portal_page()
def dependency_set(request: PersonRequest, public_id: str) -> HttpResponse:
    """One lock file: what it asks for, what it leaves open, and what could not be read."""
    row = one(DependencySet.objects.visible_to(request.actor).defer("raw").select_related("created_by"), public_id=public_id)
    asked = _what_it_asks_for(request, row)
    context = {
        "set": row,
        "crumbs": crumbs({"label": row.path}),
        "talk": talk.panel_of(request, row),
        **asked,
        **_what_it_says(row),
        **status_part(request, row, asked["asked"]),
    }
    return render(request, "dependencies/set.html", context)


def _what_it_asks_for(request: PersonRequest, row: DependencySet) -> dict[str, Any]:
    """The requirements that are looked at, each with what it leaves open, and what all of them come to."""
    asked = request.GET
    narrowed = selectors.Narrowed(
        ecosystem=asked.get("ecosystem", ""),
        group=asked.get("group", ""),
        loose=bool(asked.get("open")),
        text=asked.get("q", "")[:120],
    )
    found = selectors.inside(row, narrowed)
    pages = Paginator(found.rows, REQUIREMENTS)
    if narrowed == selectors.Narrowed():
        pages.count = found.asked  # known already, so it is not asked for
    page = pages.get_page(asked.get("page"))
    rows = list(page.object_list)
    why: dict[int, list[str]] = {
        item.pk: [loose_told(loose) for loose in [*not_pinned([item], row.path), *without_sha256([item], row.path)]]
        for item in rows
    }
    return {
        "page": page,
        "requirements": [(item, why[item.pk]) for item in rows],
        "asked": found.asked,
        "loose": found.loose,
        "own": found.own,
        "ecosystems": found.ecosystems.items(),
        "groups": found.groups,
        "narrow": NarrowForm(asked, ecosystems=found.ecosystems, groups=found.groups),
        "narrowed": narrowed != selectors.Narrowed(),
    }


def _what_it_says(row: DependencySet) -> dict[str, Any]:
    """What was read beside the requirements: what nobody understood, what should be known, channels, and what would pin it."""
    remarks = all_told(row.problems, row.path)
    channels, options = options_told(row.options)
    return {
        "unread": [one for one in remarks if one.tone == "bad"],
        "remarks": [one for one in remarks if one.tone != "bad"],
        "format": format_name(row.format),
        "channels": channels,
        "options": options,
        "command": selectors.pinning_command(row),
    }


@portal_page("GET", "HEAD", "POST")
def dependency_set_upload(request: PersonRequest) -> HttpResponse:
    """Record a lock file by hand: what could not be read in it is shown on its page."""
    sent = request.method == "POST"
    form = UploadForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        too_large=sent and was_too_large(request),
        initial=request.GET.dict(),
    )
    if sent and (done := attempt(form, lambda: _recorded(request, form))):
        said = _("The lock file is recorded.") if done.value.is_new else _("The same content was recorded before. This is it.")
        return after(request, said, "dependency_set", done.value.set.public_id)
    context = {
        "form": form,
        "crumbs": crumbs({"label": _("Record a lock file")}),
        "allowed": may_record(request.actor),
        "formats": format_names(),
    }
    return render(request, "dependencies/set_upload.html", context, status=code_of(form))


def _recorded(request: PersonRequest, form: UploadForm) -> services.Recorded:
    """What is wrong with the content is told at the field it came in."""
    written = form.written()
    try:
        return services.record_file(actor=request.actor, **written)
    except CountersignError as error:
        if form.cleaned_data["file"] is not None:
            error.errors = tuple(replace(item, field="file") if item.field == "content" else item for item in error.errors)
        raise


def crumbs(*more: dict[str, str]) -> list[dict[str, str]]:
    return [{"label": _("Dependencies"), "url": reverse("dependencies")}, *more]
