"""What stages ask of the libraries that a use case rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance.dependencies.models import DependencySet, Requirement
from governance.usecases import conditions
from governance.usecases.conditions import Answer, Cases
from governance.usecases.models import UseCase
from governance.usecases.newest import Build, newest_full_builds

BUILDERS = ("ml_engineer", "data_scientist")


def register() -> None:
    """Called once, when the app is ready."""
    conditions.register("dependencies.locked", gettext_lazy("Every library is pinned to a version and a hash"), many=_locked)


def _locked(cases: Cases) -> Mapping[int, Answer]:
    """The locks of the newest version of each. One query beside those for the versions."""
    builds = cases.once("full builds", lambda: newest_full_builds(cases))
    wanted = {lock for build in builds.values() for lock in build.locks}
    rows = DependencySet.objects.filter(public_id__in=wanted).defer("raw")
    asked = rows.annotate(asked=_requirements(Q()), loose=_requirements(LOOSE), name=Subquery(_of_set(LOOSE).values("name")[:1]))
    sets = {row.public_id: row for row in asked}
    return {case.pk: _answer(case, builds.get(case.pk), sets) for case in cases}


# Requirements that leave open what will be installed: the same rule as `pinning`, asked of the table.
LOOSE = Q(version="") | ~Q(origin=Requirement.Origin.INDEX) | ~Q(written__contains="sha256:")


def _of_set(which: Q) -> QuerySet[Requirement]:
    rows = Requirement.objects.annotate(written=Cast("hashes", TextField()))
    return rows.filter(which, set=OuterRef("pk")).order_by("line", "pk")


def _requirements(which: Q) -> Any:
    counted = _of_set(which).order_by().values("set").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def _answer(case: UseCase, build: Build | None, sets: Mapping[str, Any]) -> Answer:
    url = f"/use-cases/{case.slug}/dependencies/"
    if build is None:
        return Answer("unmet", _("No version was registered yet, so nobody knows what it rests on."), url, BUILDERS)
    if not build.locks:
        if build.image_digest:
            return Answer("met", _("The image is named by its digest."), url)
        return Answer("unmet", _("%(version)s came without a lock file.") % {"version": build.label}, url, BUILDERS)
    locks = [sets[lock] for lock in build.locks if lock in sets]
    if count := sum(lock.loose for lock in locks):
        first = next(lock.name for lock in locks if lock.loose)
        said = ngettext(
            "%(count)d library is not fixed: %(name)s.", "%(count)d libraries are not fixed, among them %(name)s.", count
        ) % {"count": count, "name": first}
        return Answer("unmet", said, url, BUILDERS)
    if unread := [lock.path for lock in locks if lock.problems]:
        said = _("Not understood in full: %(files)s.") % {"files": ", ".join(unread[:5])}
        return Answer("unknown", said, url, BUILDERS)
    count = sum(lock.asked for lock in locks)
    return Answer("met", ngettext("%(count)d library is fixed.", "%(count)d libraries are fixed.", count) % {"count": count}, url)
