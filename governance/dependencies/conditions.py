"""What stages ask of the libraries that a use case rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance.dependencies.findings import unread
from governance.dependencies.models import DependencySet, Requirement
from governance.dependencies.pinning import is_loose
from governance.dependencies.selectors.criteria import criterion_titles
from governance.dependencies.selectors.sets import FOLDER, LOOSE, with_hashes
from governance.dependencies.selectors.status import statuses_of
from governance.dependencies.status import Part, Status
from governance.dependencies.wording_status import criteria_in, why
from governance.usecases import conditions
from governance.usecases.conditions import Answer, Cases
from governance.usecases.models import UseCase
from governance.usecases.newest import Build, newest_full_builds

BUILDERS = ("ml_engineer", "data_scientist")
SECURITY = ("security_reviewer",)
MOST_SAID = 3  # packages that an answer names


def register() -> None:
    """Called once, when the app is ready."""
    conditions.register("dependencies.locked", gettext_lazy("Every library is pinned to a version and a hash"), many=_locked)
    conditions.register(
        "dependencies.reviewed", gettext_lazy("Every library is reviewed, exempt or from a trusted source"), many=_reviewed
    )
    conditions.register(
        "dependencies.no_known_flaws", gettext_lazy("No library has a known flaw that was not accepted"), many=_no_known_flaws
    )


def _locked(cases: Cases) -> Mapping[int, Answer]:
    """The locks of the newest version of each. One query beside those for the versions, and one more where locks name folders."""
    builds = cases.once("full builds", lambda: newest_full_builds(cases))
    wanted = {lock for build in builds.values() for lock in build.locks}
    rows = DependencySet.objects.filter(public_id__in=wanted).defer("raw")
    asked = rows.annotate(
        asked=_requirements(Q()),
        folders=_requirements(FOLDER),
        loose=_requirements(LOOSE & ~FOLDER),
        name=Subquery(_of_set(LOOSE & ~FOLDER).values("name")[:1]),
    )
    sets = {row.public_id: row for row in asked}
    _look_at_folders([row for row in sets.values() if row.folders])
    return {case.pk: _answer(case, builds.get(case.pk), sets) for case in cases}


def _look_at_folders(sets: list[Any]) -> None:
    """Add those that are no code of the same repository: by their paths, which no query can tell."""
    by_pk = {row.pk: row for row in sets}
    rows = Requirement.objects.filter(FOLDER, set__in=by_pk).order_by("line", "pk") if sets else ()
    for item in rows:
        row = by_pk[item.set_id]
        if is_loose(item, row.path):
            row.loose, row.name = row.loose + 1, row.name or item.name


def _of_set(which: Q) -> QuerySet[Requirement]:
    return with_hashes(Requirement.objects.filter(set=OuterRef("pk"))).filter(which).order_by("line", "pk")


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
    if gaps := [lock.path for lock in locks if unread(lock.problems, lock.path)]:
        said = _("Not understood in full: %(files)s.") % {"files": ", ".join(gaps[:5])}
        return Answer("unknown", said, url, BUILDERS)
    count = sum(lock.asked for lock in locks)
    return Answer("met", ngettext("%(count)d library is fixed.", "%(count)d libraries are fixed.", count) % {"count": count}, url)


# Judged --------------------------------------------------------------------------------------------------------------


def _statuses(cases: Cases) -> Mapping[int, Status]:
    """The answer about the locks of the newest version of each, for both conditions of a page. Thirteen queries."""
    builds = cases.once("full builds", lambda: newest_full_builds(cases))
    by_pk = {case.pk: case for case in cases}
    wanted = {lock for build in builds.values() for lock in build.locks}
    sets = {row.public_id: row for row in DependencySet.objects.filter(public_id__in=wanted).defer("raw")} if wanted else {}
    asked: dict[int, tuple[list[DependencySet], UseCase]] = {
        pk: ([sets[lock] for lock in build.locks if lock in sets], by_pk[pk]) for pk, build in builds.items() if build.locks
    }
    return statuses_of(asked) if asked else {}


def _reviewed(cases: Cases) -> Mapping[int, Answer]:
    return _judged(cases, ("not_blocked", "reviewed"), SECURITY)


def _no_known_flaws(cases: Cases) -> Mapping[int, Answer]:
    return _judged(cases, ("advisories",), SECURITY)


def _judged(cases: Cases, parts: tuple[Part, ...], roles: tuple[str, ...]) -> Mapping[int, Answer]:
    builds = cases.once("full builds", lambda: newest_full_builds(cases))
    found = cases.once("dependency statuses", lambda: _statuses(cases))
    return {case.pk: _judgement(case, builds.get(case.pk), found.get(case.pk), parts, roles) for case in cases}


def _judgement(
    case: UseCase, build: Build | None, status: Status | None, parts: tuple[Part, ...], roles: tuple[str, ...]
) -> Answer:
    url = f"/use-cases/{case.slug}/dependencies/"
    if build is None:
        return Answer("unmet", _("No version was registered yet, so nobody knows what it rests on."), url, BUILDERS)
    if status is None:
        return Answer("unknown", _("%(version)s came without a lock file.") % {"version": build.label}, url, BUILDERS)
    verdicts = {status.part(part) for part in parts}
    if verdicts == {"allow"}:
        count = len(status.requirements)
        return Answer(
            "met",
            ngettext("It holds for %(count)d library.", "It holds for all %(count)d libraries.", count) % {"count": count},
            url,
        )
    wrong = [(row, reason) for part in parts for row, reason in status.about(part)]
    whole = [reason for reason in status.reasons if reason.weight != "note" and set(parts) & set(reason.parts)]
    denied = [(row, reason) for row, reason in wrong if reason.weight == "deny"]
    told = (denied or wrong)[:MOST_SAID] if denied or not whole else []
    titles = criterion_titles(criteria_in(reason for _row, reason in told))
    said = [f"{row.asked.name}: {why(reason, titles)}" for row, reason in told]
    said = said or [why(reason, {}) for reason in whole[:MOST_SAID]]  # of the whole, so they name no criteria
    more = len(denied or wrong) - MOST_SAID
    if more > 0:
        said.append(_("And %(count)s more.") % {"count": more})
    return Answer("unmet" if "deny" in verdicts else "unknown", " ".join(said), url, (*roles, *BUILDERS))
