"""Reads over reports, for lists and pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from approvals import subjects
from approvals.models import Request
from approvals.selectors.standing import subject_of
from foundation.actor import Actor
from foundation.errors import FieldError, Invalid, Missing
from foundation.visibility import comes_from_outside
from governance.dependencies.models import DependencySet
from governance.dictionary.models import Release
from governance.usecases.models import UseCase
from lineage.models import ModelVersion
from reports.models import Report, reads_whole_log

MOST_CHOICES = 200
LONGEST_SCOPE = 60


@dataclass(frozen=True, slots=True)
class Target:
    """What a report is about: its use case (none for the whole log), the name it is stored under, and what people call it."""

    use_case: UseCase | None
    scope: str
    title: str


def reports_seen_by(actor: Actor) -> QuerySet[Report]:
    """Reports with what a page shows of them, in one query."""
    return Report.objects.visible_to(actor).select_related("use_case", "requested_by", "job")


def choices_for(actor: Actor, wanted: str = "") -> list[tuple[str, str]]:
    """What the actor can have a report on, as `kind:scope` and its name: the first use cases by title, and what is wanted."""
    use_cases = list(UseCase.objects.visible_to(actor).order_by("title", "pk")[:MOST_CHOICES])
    found = {f"{Report.Kind.USE_CASE}:{row.slug}": _("Use case: %(title)s") % {"title": row.title} for row in use_cases}
    if not comes_from_outside(actor):
        for row in use_cases:
            found[f"{Report.Kind.DEPENDENCIES}:{row.slug}"] = _("Dependencies: %(title)s") % {"title": row.title}
            found[f"{Report.Kind.ECONOMICS}:{row.slug}"] = _("Costs and benefits: %(title)s") % {"title": row.title}
        found[f"{Report.Kind.PORTFOLIO}:"] = _("Portfolio: all use cases that you see")
    for release in Release.objects.visible_to(actor).newest().select_related("dictionary")[:MOST_CHOICES]:
        found[f"{Report.Kind.DICTIONARY_RELEASE}:{release.label}"] = _("Dictionary: %(title)s") % {"title": release}
    if reads_whole_log(actor):
        found[f"{Report.Kind.AUDIT_LOG}:"] = _("The whole audit log")
    kind, _colon, scope = wanted.partition(":")
    if wanted not in found and kind in Report.Kind.values and scope:
        try:
            target = find_target(actor, kind, scope)
        except Missing:
            return list(found.items())
        found = {wanted: f"{Report.Kind(kind).label}: {target.title}", **found}
    return list(found.items())


def find_target(actor: Actor, kind: str, scope: str) -> Target:
    """Find what the report is about among what the actor may see. Raises Missing, and Invalid for a log with a scope."""
    if kind == Report.Kind.AUDIT_LOG:
        if scope:
            why = _("The extract of the audit log covers the whole log. Leave the scope empty.")
            raise Invalid(why, code="report.scope", errors=[FieldError("scope", "unexpected", why)])
        return Target(None, "", _("Whole log"))
    if kind == Report.Kind.PORTFOLIO:
        if scope:
            why = _("A portfolio covers all use cases that you see. Leave the scope empty.")
            raise Invalid(why, code="report.scope", errors=[FieldError("scope", "unexpected", why)])
        return Target(None, "", _("All use cases that %(person)s sees") % {"person": actor.user or actor.label})
    if kind in (Report.Kind.USE_CASE, Report.Kind.ECONOMICS):
        use_cases = UseCase.objects.visible_to(actor)
        use_case = use_cases.filter(slug=scope).first() or use_cases.filter(public_id=scope).first()
        if use_case is not None:
            return Target(use_case, use_case.slug, use_case.title)
    elif kind == Report.Kind.DEPENDENCIES:
        return _dependencies(actor, scope)
    elif kind == Report.Kind.DICTIONARY_RELEASE:
        release = _release(actor, scope)
        if release is not None:
            return Target(None, release.label if len(release.label) <= LONGEST_SCOPE else release.public_id, str(release))
    elif kind == Report.Kind.MODEL_VERSION:
        version = ModelVersion.objects.visible_to(actor).select_related("use_case").filter(public_id=scope).first()
        if version is not None:
            return Target(version.use_case, version.public_id, version.label)
    else:
        request = Request.objects.visible_to(actor).select_related("use_case", "environment").filter(public_id=scope).first()
        if request is not None:
            return Target(request.use_case, request.public_id, _request_title(request))
    raise Missing(_("There is no such thing, or you may not see it."))


def _dependencies(actor: Actor, scope: str) -> Target:
    """A lock file by its public id, held against the highest risk; of a use case those of its newest version, held against its own."""
    lock = DependencySet.objects.visible_to(actor).only("public_id", "path").filter(public_id=scope).first()
    if lock is not None:
        return Target(None, lock.public_id, lock.path)
    return find_target(actor, Report.Kind.USE_CASE, scope)


def _release(actor: Actor, scope: str) -> Release | None:
    """A release by its public id or `customers@3`; of `customers` alone the newest."""
    if (found := Release.objects.visible_to(actor).select_related("dictionary").filter(public_id=scope).first()) is not None:
        return found  # type: ignore[no-any-return] # untyped rows
    slug, _at, number = scope.rpartition("@") if "@" in scope else (scope, "", "")
    rows = Release.objects.visible_to(actor).filter(dictionary__slug=slug).select_related("dictionary").order_by("-number")
    if number:
        rows = rows.filter(number=int(number)) if number.isascii() and number.isdigit() and len(number) < 9 else rows.none()
    return rows.first()  # type: ignore[no-any-return] # untyped rows


def _request_title(request: Request) -> str:
    subject = subjects.adapter_for(request.subject_type).title(subject_of(request))
    return f"{subject} → {request.environment.slug}" if request.environment else subject
