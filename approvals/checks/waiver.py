"""Was glass broken for this version, and has somebody looked at it afterwards?"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, as_person, check
from approvals.models import Waiver
from governance.people.roles import ADMINISTRATOR


@check("waiver.break_glass", gettext_lazy("Does somebody's emergency waiver let it pass?"), fixed=True)
def break_glass(context: Context) -> Iterable[Result]:
    row = context.waiver
    if row is None:
        return
    title = _("%(name)s broke glass, until %(when)s") % {"name": row.by, "when": row.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    yield Result(
        "waiver.break_glass",
        "pass",
        title,
        row.reason,
        [as_person(row.by)],
        {"label": _("Open the request"), "path": f"/requests/{row.request.public_id}/"},
        _evidence(row),
        row.created_at,
        row.expires_at,
    )


@check("waiver.review", gettext_lazy("Has an emergency waiver been reviewed afterwards?"), level="advisory", fixed=True)
def review(context: Context) -> Iterable[Result]:
    """Every waiver of this version here that nobody has reviewed yet: waiting, and failed once the time for it is over."""
    for row in context.waivers:
        if row.reviewed_at is not None:
            continue
        late = row.review_due_at <= context.now
        title = _("The review of a waiver is overdue") if late else _("A waiver waits for its review")
        detail = _("%(name)s broke glass on %(day)s: %(reason)s") % {
            "name": row.by,
            "day": row.created_at.strftime("%Y-%m-%d"),
            "reason": row.reason,
        }
        yield Result(
            "waiver.review",
            "fail" if late else "pending",
            title,
            detail,
            reviewers(context, row),
            {"label": _("Review the waiver"), "path": f"/requests/{row.request.public_id}/"},
            _evidence(row),
            row.created_at,
            row.review_due_at,
        )


def reviewers(context: Context, row: Waiver) -> list[dict[str, str]]:
    """Who holds a role of a step that was passed over and had no hand in it; an administrator where none of them is left."""
    roles = {step.role for step in context.policy.steps if step.key in row.skipped}
    barred = {row.by.public_id, row.request.submitter.public_id}
    found = {
        grant.user.public_id: as_person(grant.user)
        for role in roles
        for grant in context.grants.get(role, {}).values()
        if grant.user.public_id not in barred
    }
    return sorted(found.values(), key=lambda actor: actor["display"]) or context.holding(ADMINISTRATOR)


def _evidence(row: Waiver) -> list[dict[str, str]]:
    return [{"type": "waiver", "id": row.public_id}, {"type": "request", "id": row.request.public_id}]
