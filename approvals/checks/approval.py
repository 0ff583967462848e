"""Is there an agreement, by whom it is still missing, and does it still speak of these bytes?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, as_person, check
from approvals.evaluation import StepResult
from approvals.models import Request
from approvals.wording import reason_text
from governance.people.roles import role_label

State = Request.State


@check("approval.request", gettext_lazy("Has approval been asked for, and how did it end?"), fixed=True)
def request(context: Context) -> Iterable[Result]:
    if context.standing is None:
        yield Result(
            "approval.request",
            "pending",
            _("Nobody has asked for approval yet"),
            _("Ask with `countersign request`, or on the page of the version."),
            context.who_pushed(),
            context.at_version(_("Ask for approval")),
        )
        return
    row = context.standing.request
    evidence = [{"type": "request", "id": row.public_id}]
    action = {"label": _("Open the request"), "path": f"/requests/{row.public_id}/"}
    if row.state == State.REJECTED:
        by = [ballot for ballot in context.standing.verdict.blocks]
        people = context.standing.names({ballot.human for ballot in by})
        detail = _("By %(people)s. Another version, or a new request after talking, can change that.") % {
            "people": ", ".join(map(str, people))
        }
        yield Result(
            "approval.request",
            "fail",
            _("Approval was refused"),
            detail,
            [as_person(user) for user in people],
            action,
            evidence,
            row.closed_at,
        )
    elif row.state == State.REVOKED:
        yield Result(
            "approval.request", "fail", _("The approval was revoked"), "", context.who_pushed(), action, evidence, row.closed_at
        )
    elif row.state in (State.OPEN, State.APPROVED):
        yield Result("approval.request", "pass", _("Approval was asked for"), "", evidence=evidence, since=row.opened_at)
    else:
        detail = _("The last request is %(state)s. Ask again; what was agreed to and has not changed carries over.") % {
            "state": row.get_state_display().lower()
        }
        again = context.at_version(_("Ask again"))
        yield Result(
            "approval.request",
            "pending",
            _("There is no open request"),
            detail,
            context.who_pushed(),
            again,
            evidence,
            row.closed_at,
        )


@check("approval.step.*", gettext_lazy("Has each step of the policy been met?"), fixed=True)
def steps(context: Context) -> Iterable[Result]:
    standing = context.standing
    if standing is None or standing.request.state not in (State.OPEN, State.APPROVED):
        return
    for step in standing.verdict.steps:
        yield _step(context, step)


def _step(context: Context, step: StepResult) -> Result:
    standing = context.standing
    assert standing is not None  # noqa: S101 - `steps` returned above otherwise
    code = f"approval.step.{step.key}"
    title = _("%(step)s (%(have)s of %(need)s)") % {"step": step.title, "have": step.have, "need": step.quorum}
    evidence = [{"type": "request", "id": standing.request.public_id}]
    evidence += [{"type": "ballot", "id": ballot.id} for ballot in step.approved_by]
    action = {"label": _("Review"), "path": f"/requests/{standing.request.public_id}/"}
    if step.blocked_by:
        people = standing.names({ballot.human for ballot in step.blocked_by})
        detail = _("%(people)s asked for changes.") % {"people": ", ".join(map(str, people))}
        asked = [as_person(standing.request.submitter)]
        return Result(code, "pending", title, detail, asked, action, evidence, standing.request.opened_at)
    if step.state == "met":
        return Result(code, "pass", title, "", evidence=evidence)
    people = standing.names(step.waiting_on)
    actors = [as_person(user) for user in people]
    if step.state == "waiting":
        actors = _first_movers(standing, step)
    if not actors:
        actors = [{"type": "role", "id": step.role, "display": role_label(step.role)}]
    detail = reason_text(step, standing) or _("Waiting since %(when)s") % {"when": _iso(standing.request.opened_at)}
    return Result(code, "pending", title, detail, actors, action, evidence, standing.request.opened_at)


def _first_movers(standing: Any, step: StepResult) -> list[dict[str, str]]:
    """Whom a waiting step waits for: those of the steps before it that can move now."""
    by_key = {result.key: result for result in standing.verdict.steps}
    todo, ids = list(standing.policy.step(step.key).after), set()
    while todo:
        earlier = by_key[todo.pop()]
        ids |= set(earlier.waiting_on)
        if earlier.state == "waiting":
            todo += standing.policy.step(earlier.key).after
    return [as_person(user) for user in standing.names(ids)]


@check("approval.decision", gettext_lazy("Does the approval still hold, for exactly these bytes?"), fixed=True)
def decision(context: Context) -> Iterable[Result]:
    found, standing = context.decision, context.standing
    if standing is None or standing.request.state != State.APPROVED:
        return
    again = context.at_version(_("Ask again"))
    if found is None:
        detail = _("The request is closed as approved, but what was decided is not on record.")
        yield Result(
            "approval.decision", "unknown", _("The record of the approval is missing"), detail, context.who_pushed(), again
        )
        return
    evidence = [{"type": "decision", "id": found.public_id}]
    if found.revoked_at is not None:
        yield Result(
            "approval.decision",
            "fail",
            _("The approval was revoked"),
            "",
            context.who_pushed(),
            again,
            evidence,
            found.revoked_at,
        )
        return
    if found.valid_until is not None and found.valid_until <= context.now:
        detail = _("It ended at %(when)s. Ask again: what has not changed carries over.") % {"when": _iso(found.valid_until)}
        yield Result(
            "approval.decision",
            "pending",
            _("The approval has expired"),
            detail,
            context.who_pushed(),
            again,
            evidence,
            found.valid_until,
        )
        return
    changed = sorted(name for name, value in context.manifest.digests.items() if found.manifest.get(name) != value)
    if changed:
        detail = _("Changed since: %(components)s. Ask again: only who judged these is asked again.") % {
            "components": ", ".join(changed)
        }
        yield Result(
            "approval.decision", "pending", _("What was approved has changed"), detail, context.who_pushed(), again, evidence
        )
        return
    yield Result(
        "approval.decision",
        "pass",
        _("The approval holds for these bytes"),
        "",
        evidence=evidence,
        since=found.decided_at,
        due_at=found.valid_until,
    )


def _iso(when: Any) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
