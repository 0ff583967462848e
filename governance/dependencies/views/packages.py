"""The page of one package: its releases, and where it is used. Other concepts add their sections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, portal_page, slice_of
from governance.dependencies import package_panels, usage
from governance.dependencies.components import label_of
from governance.dependencies.models import Package, Requirement
from governance.dependencies.package_panels import Shown, key_of
from governance.dependencies.selectors import releases as selectors
from governance.dependencies.views.sets import crumbs

RELEASES = 25  # on a page


@portal_page()
def package(request: PersonRequest, name: str) -> HttpResponse:
    """One package: its releases and the files known of each, and which model versions rest on which version."""
    ecosystem, plain = key_of(name)
    row = Package.objects.visible_to(request.actor).filter(ecosystem=ecosystem, name=plain).first()
    if row is None and not _asked_for(request, ecosystem, plain):
        return _elsewhere(request, plain)
    shown = Shown(ecosystem, plain, row)
    parts = [(panel.template, panel.content(request, shown)) for panel in package_panels.panels()]
    context = {
        "shown": shown,
        "name": shown.label,
        "crumbs": crumbs({"label": shown.label}),
        "parts": [{"template": template, "panel": content} for template, content in parts if content is not None],
        "used": usage.counts(request.actor, [(ecosystem, plain)]).get((ecosystem, plain), usage.Count()),
    }
    return render(request, "dependencies/package.html", context)


def _asked_for(request: PersonRequest, ecosystem: str, name: str) -> bool:
    return Requirement.objects.visible_to(request.actor).filter(ecosystem=ecosystem, name=name).exists()


def _elsewhere(request: PersonRequest, name: str) -> HttpResponse:
    """To the package of that name in another ecosystem, where there is one: links may leave out which."""
    rows = Requirement.objects.visible_to(request.actor).filter(name=name)
    found = rows.order_by("ecosystem").values_list("ecosystem", flat=True).first()
    if found is None or found == key_of(name)[0]:
        raise Missing(_("No lock file asks for this package, and no file of it is kept."))
    return redirect("package", label_of(found, name))


def releases_part(request: PersonRequest, shown: Shown) -> Mapping[str, Any]:
    """The releases, newest first, with the files that are known of each."""
    page = slice_of(request, selectors.releases_of(request.actor, ecosystem=shown.ecosystem, name=shown.name), size=RELEASES)
    return {"slice": page}


def use_part(request: PersonRequest, shown: Shown) -> Mapping[str, Any] | None:
    """Each version that a lock file names, with the model versions that rest on it."""
    asked = Requirement.objects.visible_to(request.actor).filter(ecosystem=shown.ecosystem, name=shown.name)
    versions = sorted(asked.order_by().values_list("version", flat=True).distinct())
    if not versions:
        return None
    by_version: dict[str, list[usage.User]] = defaultdict(list)
    for user in usage.users(request.actor, (shown.ecosystem, shown.name)):
        by_version[user.version].append(user)
    return {"versions": [(version, by_version[version]) for version in versions]}


package_panels.register("releases", 40, "dependencies/package_releases.html", releases_part)
package_panels.register("use", 80, "dependencies/package_use.html", use_part)
