"""Asking for a report. The work itself is a job (`rendering.py`); this writes down that somebody wanted it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals import subjects
from approvals.models import Request
from approvals.selectors.standing import subject_of
from foundation import audit, clock, jobs
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid, Missing
from foundation.permissions import require
from foundation.services import validate
from governance.usecases.models import UseCase
from lineage.models import ModelVersion
from reports.models import Report
from reports.permissions import may_request_report

REQUESTED = audit.kind("reports.report.requested", gettext_lazy("Report asked for"))
JOB = "reports.render"
LATER = frozenset({"dependencies", "dictionary_release", "economics", "portfolio", "access_review"})


@dataclass(frozen=True, slots=True)
class Target:
    """What a report is about: its use case (none for the whole log), the name it is stored under, and what people call it."""

    use_case: UseCase | None
    scope: str
    title: str


def request_report(*, actor: Actor, kind: str, scope: str, as_of: datetime | None = None, language: str = "en") -> Report:
    """Ask for a report and queue the work on it. `scope` is a slug or public id, and empty for the audit log.

    Raises Invalid for a kind, language or time that cannot be reported on; Missing for what the actor may not see;
    NotAllowed with the reason.
    """
    _check(kind, language, as_of)
    if kind == Report.Kind.AUDIT_LOG:
        require(may_request_report(actor, None))
    target = _target(actor, kind, scope)
    require(may_request_report(actor, target.use_case))
    row = Report(
        kind=kind,
        scope=target.scope,
        title=target.title[:200],
        use_case=target.use_case,
        language=language,
        as_of=as_of,
        requested_by=actor.user,
        requested_at=clock.now(),
    )
    validate(row, exclude=("job",))
    with transaction.atomic():
        row.job = jobs.submit(actor=actor, kind=JOB, args={"report": row.public_id}, key=f"report:{row.public_id}")
        row.save(force_insert=True)
        audit.record(
            actor,
            REQUESTED,
            row,
            {"kind": kind, "scope": row.scope, "language": language, "as_of": as_of, "job": row.job.public_id},
        )
    return row


def request_again(*, actor: Actor, report: Report) -> Report:
    """Ask for a report whose work failed once more, as a new one: what failed stays on record.

    Raises Conflict while the first is still being worked on, or when it was finished.
    """
    if report.job.state not in (report.job.State.FAILED, report.job.State.CANCELLED):
        raise Conflict(_("This report has not failed."), code="report.not_failed")
    return request_report(actor=actor, kind=report.kind, scope=report.scope, as_of=report.as_of, language=report.language)


def _check(kind: str, language: str, as_of: datetime | None) -> None:
    known = ", ".join(Report.Kind.values)
    if kind in LATER:
        why = _("Reports of the kind %(kind)s are not available yet. Available: %(known)s.") % {"kind": kind, "known": known}
        raise Invalid(why, code="report.kind", errors=[FieldError("kind", "unavailable", why)])
    if kind not in Report.Kind.values:
        why = _("There are no reports of the kind %(kind)s. Available: %(known)s.") % {"kind": kind[:60], "known": known}
        raise Invalid(why, code="report.kind", errors=[FieldError("kind", "unknown", why)])
    languages = [code for code, _name in settings.LANGUAGES]
    if language not in languages:
        why = _("A report is written in one of: %(known)s.") % {"known": ", ".join(languages)}
        raise Invalid(why, code="report.language", errors=[FieldError("language", "unknown", why)])
    if as_of is not None and as_of > clock.now():
        why = _("A report cannot show the future.")
        raise Invalid(why, code="report.as_of", errors=[FieldError("as_of", "future", why)])


def _target(actor: Actor, kind: str, scope: str) -> Target:
    """Find what the report is about among what the actor may see. Raises Missing, and Invalid for a log with a scope."""
    if kind == Report.Kind.AUDIT_LOG:
        if scope:
            why = _("The extract of the audit log covers the whole log. Leave the scope empty.")
            raise Invalid(why, code="report.scope", errors=[FieldError("scope", "unexpected", why)])
        return Target(None, "", _("Whole log"))
    if kind == Report.Kind.USE_CASE:
        use_cases = UseCase.objects.visible_to(actor)
        use_case = use_cases.filter(slug=scope).first() or use_cases.filter(public_id=scope).first()
        if use_case is not None:
            return Target(use_case, use_case.slug, use_case.title)
    elif kind == Report.Kind.MODEL_VERSION:
        version = ModelVersion.objects.visible_to(actor).select_related("use_case").filter(public_id=scope).first()
        if version is not None:
            return Target(version.use_case, version.public_id, version.label)
    else:
        request = Request.objects.visible_to(actor).select_related("use_case", "environment").filter(public_id=scope).first()
        if request is not None:
            return Target(request.use_case, request.public_id, _request_title(request))
    raise Missing(_("There is no such thing, or you may not see it."))


def _request_title(request: Request) -> str:
    subject = subjects.adapter_for(request.subject_type).title(subject_of(request))
    return f"{subject} → {request.environment.slug}" if request.environment else subject
