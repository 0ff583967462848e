"""Asking for a report. The work itself is a job (`rendering.py`); this writes down that somebody wanted it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import audit, clock, jobs
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from reports.models import Report
from reports.permissions import may_request_report
from reports.selectors import find_target

REQUESTED = audit.kind("reports.report.requested", gettext_lazy("Report asked for"))
JOB = "reports.render"
LATER = frozenset({"access_review"})


def request_report(*, actor: Actor, kind: str, scope: str, as_of: datetime | None = None, language: str = "en") -> Report:
    """Ask for a report and queue the work on it. `scope` is a slug or public id, and empty for the audit log.

    Raises Invalid for a kind, language or time that cannot be reported on; Missing for what the actor may not see;
    NotAllowed with the reason.
    """
    _check(kind, language, as_of)
    if kind == Report.Kind.AUDIT_LOG:
        require(may_request_report(actor, None))
    target = find_target(actor, kind, scope)
    require(may_request_report(actor, target.use_case, kind=kind))
    row = Report(
        kind=kind,
        scope=target.scope,
        title=_title(actor, kind, scope, language)[:200],
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


def _title(actor: Actor, kind: str, scope: str, language: str) -> str:
    """What the report is about, in its own language: it is printed on it."""
    with translation.override(language):
        return find_target(actor, kind, scope).title


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
    if kind == Report.Kind.PORTFOLIO and as_of is not None:
        why = _("A portfolio is shown as it stands when the work begins. Leave the time empty.")
        raise Invalid(why, code="report.as_of", errors=[FieldError("as_of", "unexpected", why)])
    if as_of is not None and as_of > clock.now():
        why = _("A report cannot show the future.")
        raise Invalid(why, code="report.as_of", errors=[FieldError("as_of", "future", why)])
