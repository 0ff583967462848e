"""The pages of dependencies: which packages are in use, and what a lock file asks for."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, one, portal_page
from governance.dependencies import selectors, usage
from governance.dependencies.forms import SearchForm
from governance.dependencies.models import DependencySet, Requirement
from governance.dependencies.pinning import not_pinned, without_sha256
from governance.dependencies.wording import difference_told, loose_told
from governance.usecases import newest, talk
from governance.usecases.models import UseCase

REQUIREMENTS = 200  # on a page


def tab_content(request: PersonRequest, use_case: UseCase) -> dict[str, Any]:
    """The lock files of the newest version of a use case, and what changed since the version before."""
    builds = list(newest.builds_of(use_case, 2))
    now = builds[0] if builds else None
    then = builds[1] if len(builds) > 1 else None
    found = selectors.changes_of(now.locks, then.locks if then else ()) if now else []
    return {"build": now, "before": then, "locks": [_lock_told(item) for item in found]}


def _lock_told(item: selectors.LockChange) -> dict[str, Any]:
    rows = list(item.lock.requirements.all())
    return {
        "lock": item.lock,
        "requirements": rows,
        "new": item.before is None,
        "changes": difference_told(item.difference) if item.difference is not None else [],
        "loose": len({loose.name for loose in [*not_pinned(rows), *without_sha256(rows)]}),
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
    }
    return render(request, "dependencies/list.html", context)


@portal_page()
def package(request: PersonRequest, name: str) -> HttpResponse:
    """One package: which versions are locked, and which model versions rest on each."""
    versions = sorted(
        Requirement.objects.visible_to(request.actor).filter(name=name).order_by().values_list("version", flat=True).distinct()
    )
    if not versions:
        raise Missing(_("No lock file asks for this package."))
    by_version: dict[str, list[usage.User]] = defaultdict(list)
    for user in usage.users(request.actor, name):
        by_version[user.version].append(user)
    context = {
        "name": name,
        "crumbs": crumbs({"label": name}),
        "versions": [(version, by_version[version]) for version in versions],
        "used": usage.counts(request.actor, [name]).get(name, usage.Count()),
    }
    return render(request, "dependencies/package.html", context)


@portal_page()
def dependency_set(request: PersonRequest, public_id: str) -> HttpResponse:
    """One lock file: what it asks for, what it leaves open, and what could not be read."""
    row = one(DependencySet.objects.visible_to(request.actor).select_related("created_by"), public_id=public_id)
    requirements = list(row.requirements.all())
    loose: dict[int, list[str]] = defaultdict(list)
    for item in [*not_pinned(requirements), *without_sha256(requirements)]:
        loose[item.line].append(loose_told(item))
    page = Paginator(requirements, REQUIREMENTS).get_page(request.GET.get("page"))
    context = {
        "set": row,
        "crumbs": crumbs({"label": row.path}),
        "talk": talk.panel_of(request, row),
        "page": page,
        "requirements": [(item, loose[item.line]) for item in page.object_list],
        "loose": sum(1 for item in requirements if loose[item.line]),
    }
    return render(request, "dependencies/set.html", context)


def crumbs(*more: dict[str, str]) -> list[dict[str, str]]:
    return [{"label": _("Dependencies"), "url": reverse("dependencies")}, *more]
