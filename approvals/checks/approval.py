"""Is there an agreement, by whom it is still missing, and does it still speak of these bytes?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, as_person, check, pardoned
from approvals.evaluation import StepResult
from approvals.models import Condition, Request
from approvals.policy import Step
from approvals.policy.writing import conditions_mapping
from approvals.selectors.frozen import frozen_steps
from approvals.wording import condition_text, nobody_affected_text, reason_text
from governance.people.models import User
from governance.people.roles import ADMINISTRATOR, role_label

State = Request.State


@check("approval.request", gettext_lazy("Has approval been asked for, and how did it end?"), fixed=True)
def request(context: Context) -> Iterable[Result]:
    yield from pardoned(context, [_request(context)])


def _request(context: Context) -> Result:
    row = context.request
    if row is None:
        return Result(
            "approval.request",
            "pending",
            _("Nobody has asked for approval yet"),
            _("Ask with `countersign request`, or on the page of the version."),
            context.who_pushed(),
            context.at_version(_("Ask for approval")),
        )
    evidence = [{"type": "request", "id": row.public_id}]
    action = {"label": _("Open the request"), "path": f"/requests/{row.public_id}/"}
    if context.withdrawn:
        detail = _(
            "Version %(number)s of this policy was taken back as unsafe. Nothing is approved under it; move the request."
        ) % {"number": context.policy_version.number}
        title = _("The policy it was opened under was withdrawn")
        since = context.policy_version.withdrawn_at
        return Result("approval.request", "pending", title, detail, context.holding(ADMINISTRATOR), action, evidence, since)
    if row.state == State.REJECTED:
        people = context.standing.names({ballot.human for ballot in context.standing.verdict.blocks}) if context.standing else []
        detail = _("By %(people)s. Another version, or a new request after talking, can change that.") % {
            "people": ", ".join(map(str, people))
        }
        actors = [as_person(user) for user in people]
        return Result("approval.request", "fail", _("Approval was refused"), detail, actors, action, evidence, row.closed_at)
    if row.state == State.REVOKED:
        title, since = _("The approval was revoked"), row.closed_at
        found = context.decision
        detail = (found.revoke_reason or "") if found is not None else ""
        since = found.revoked_at if found is not None and found.revoked_at else since
        return Result("approval.request", "fail", title, detail, context.who_pushed(), action, evidence, since)
    if row.state in (State.OPEN, State.APPROVED):
        return Result("approval.request", "pass", _("Approval was asked for"), "", evidence=evidence, since=row.opened_at)
    detail = _("The last request is %(state)s. Ask again; what was agreed to and has not changed carries over.") % {
        "state": row.get_state_display().lower()
    }
    return Result(
        "approval.request",
        "pending",
        _("There is no open request"),
        detail,
        context.who_pushed(),
        context.at_version(_("Ask again")),
        evidence,
        row.closed_at,
    )


# Steps ---------------------------------------------------------------------------------------------------------------


@check("approval.step.*", gettext_lazy("Has each step of the policy been met?"), fixed=True)
def steps(context: Context) -> Iterable[Result]:
    row = context.request
    if row is None or row.state not in (State.OPEN, State.APPROVED):
        return
    if context.standing is not None:
        yield from pardoned(context, [_step(context, step) for step in context.standing.verdict.steps])
    elif context.decision is not None:
        yield from _frozen(context, row)


def _frozen(context: Context, row: Request) -> Iterable[Result]:
    """What was decided is on record: who met which step is read from there."""
    if context.decision is None:
        return
    for frozen in frozen_steps(context.policy, context.decision) or ():
        evidence = [{"type": "request", "id": row.public_id}]
        evidence += [{"type": "ballot", "id": item["ballot"]} for item in frozen.ballots]
        have = min(len(frozen.ballots), frozen.step.quorum)
        detail = _not_asked(context, frozen.why_not, frozen.step, frozen.standard_change) if frozen.why_not else ""
        title = frozen.step.title if frozen.why_not else _counted(frozen.step.title, have, frozen.step.quorum)
        yield Result(f"approval.step.{frozen.step.key}", "pass", title, detail, evidence=evidence)


def _counted(title: str, have: int, need: int) -> str:
    return _("%(step)s (%(have)s of %(need)s)") % {"step": title, "have": have, "need": need}


def _step(context: Context, step: StepResult) -> Result:
    standing, row = context.standing, context.request
    assert standing is not None and row is not None  # noqa: S101, PT018 - `steps` returned above otherwise
    code = f"approval.step.{step.key}"
    title = _counted(step.title, step.have, step.quorum)
    evidence = [{"type": "request", "id": row.public_id}]
    evidence += [{"type": "ballot", "id": ballot.id} for ballot in step.approved_by]
    if step.state == "not_applicable":
        detail = reason_text(step, standing)
        return Result(code, "pass", step.title, detail, evidence=evidence)
    clock = context.clocks.get(step.key)
    running = clock is not None and clock.stopped_at is None and clock.paused_at is None
    since = clock.started_at if clock is not None and clock.stopped_at is None else row.opened_at
    due = clock.due_at if clock is not None and running else None
    action = {"label": _("Review"), "path": f"/requests/{row.public_id}/"}
    if step.blocked_by:
        people = standing.names({ballot.human for ballot in step.blocked_by})
        detail = _("%(people)s asked for changes.") % {"people": ", ".join(map(str, people))}
        return Result(code, "pending", title, detail, [as_person(row.submitter)], action, evidence, since)
    if step.state == "met":
        return Result(code, "pass", title, "", evidence=evidence)
    actors = _first_movers(standing, step) if step.state == "waiting" else _who_acts(standing, step)
    if not actors:
        actors = [{"type": "role", "id": step.role, "display": role_label(step.role)}]
    detail = reason_text(step, standing) or _("Waiting since %(when)s") % {"when": _iso(since)}
    return Result(code, "pending", title, detail, actors, action, evidence, since, due)


def _not_asked(context: Context, why: str, step: Step, standard_change: str | None) -> str:
    """Why a step has nothing to do with this version."""
    if why == "standard_change":
        change = context.policy.standard_change(standard_change or "")
        return _("Not asked: %(title)s.") % {"title": change.title if change is not None else _("standard change")}
    if why == "nobody_affected":
        return nobody_affected_text(step.role)
    return _("Asked only when: %(conditions)s.") % {"conditions": condition_text(conditions_mapping(step.applies_if))}


def _who_acts(standing: Any, step: StepResult) -> list[dict[str, str]]:
    """Those whose move it is, and those who can make it in their place: `Bob for Ada`."""
    actors = [as_person(user) for user in standing.names(step.waiting_on)]
    for delegate, principal in step.delegates:
        stand_in, absent = standing.person(delegate), standing.person(principal)
        if stand_in is not None and absent is not None:
            words = _("%(name)s for %(absent)s") % {"name": stand_in, "absent": absent}
            actors.append({"type": "user", "id": stand_in.public_id, "display": words})
    return actors


def _first_movers(standing: Any, step: StepResult) -> list[dict[str, str]]:
    """Whom a waiting step waits for: those of the steps before it that can move now."""
    by_key = {result.key: result for result in standing.verdict.steps}
    todo, seen = list(_after(standing.policy.step(step.key))), set()
    found: dict[tuple[str, str], dict[str, str]] = {}
    while todo:
        key = todo.pop()
        if key in seen or key not in by_key:
            continue
        seen.add(key)
        earlier = by_key[key]
        found |= {(actor["id"], actor["display"]): actor for actor in _who_acts(standing, earlier)}
        if earlier.state == "waiting":
            todo += _after(standing.policy.step(key))
    return sorted(found.values(), key=lambda actor: actor["display"])


def _after(step: Step | None) -> tuple[str, ...]:
    return step.after if step is not None else ()


# The decision, and what it still depends on --------------------------------------------------------------------------


@check("approval.decision", gettext_lazy("Does the approval still hold, for exactly these bytes?"), fixed=True)
def decision(context: Context) -> Iterable[Result]:
    if context.request is None or context.request.state != State.APPROVED:
        return
    yield from pardoned(context, [_decision(context)])


def _decision(context: Context) -> Result:
    code, found = "approval.decision", context.decision
    again = context.at_version(_("Ask again"))
    if found is None:
        detail = _("The request is closed as approved, but what was decided is not on record.")
        return Result(code, "unknown", _("The record of the approval is missing"), detail, context.who_pushed(), again)
    evidence = [{"type": "decision", "id": found.public_id}]
    if found.revoked_at is not None:
        title = _("The approval was revoked")
        return Result(code, "fail", title, found.revoke_reason or "", context.who_pushed(), again, evidence, found.revoked_at)
    if missed := [row for row in context.conditions if row.met_at is None and row.due_at <= context.now]:
        what = "; ".join(row.text for row in missed)
        return Result(
            code,
            "fail",
            _("A condition of the approval was missed"),
            what,
            context.who_pushed(),
            again,
            evidence,
            missed[0].due_at,
        )
    changed = sorted(name for name, value in context.manifest.digests.items() if found.manifest.get(name) != value)
    until = found.valid_until
    if until is not None and until <= context.now and not _may_go_back(context):
        detail = _("It ended at %(when)s. Ask again: what has not changed carries over.") % {"when": _iso(until)}
        return Result(code, "pending", _("The approval has expired"), detail, context.who_pushed(), again, evidence, until)
    if changed:
        detail = _("Changed since: %(components)s. Ask again: only who judged these is asked again.") % {
            "components": ", ".join(changed)
        }
        title = _("What was approved has changed")
        return Result(code, "pending", title, detail, context.who_pushed(), again, evidence)
    if until is not None and until <= context.now:
        back = context.rollback_until
        detail = _("It ended at %(when)s. Going back to what was approved here is possible until %(until)s.") % {
            "when": _iso(until),
            "until": _iso(back),
        }
        title = _("The approval has run out, and this goes back to it")
        return Result(code, "pass", title, detail, evidence=evidence, since=found.decided_at, due_at=back)
    title = _("The approval holds for these bytes")
    if _ends_soon(context):
        title = _("The approval holds for these bytes, and ends on %(day)s") % {"day": _day(until)}
    return Result(code, "pass", title, "", evidence=evidence, since=found.decided_at, due_at=until)


def _may_go_back(context: Context) -> bool:
    until = context.rollback_until
    return until is not None and context.now < until


def _ends_soon(context: Context) -> bool:
    """Whether an approval in force is in the last days in which the policy wants it to warn."""
    found = context.decision
    if found is None or found.valid_until is None or found.revoked_at is not None:
        return False
    return found.valid_until - timedelta(days=context.policy.grace_days) <= context.now < found.valid_until


@check("approval.expiring", gettext_lazy("Does the approval end soon?"), level="advisory", fixed=True)
def expiring(context: Context) -> Iterable[Result]:
    found = context.decision
    if context.request is None or context.request.state != State.APPROVED or found is None or not _ends_soon(context):
        return
    who: User | None = context.submitter
    actors = [as_person(who)] if who is not None and who.is_active else context.who_pushed()
    yield Result(
        "approval.expiring",
        "pending",
        _("The approval ends on %(day)s") % {"day": _day(found.valid_until)},
        _("Ask again before then: what has not changed carries over."),
        actors,
        context.at_version(_("Ask again")),
        [{"type": "decision", "id": found.public_id}],
        due_at=found.valid_until,
    )


@check(
    "approval.condition", gettext_lazy("Has everything been done on which the approval depends?"), level="advisory", fixed=True
)
def conditions(context: Context) -> Iterable[Result]:
    row = context.request
    if row is None or row.state not in (State.OPEN, State.APPROVED):
        return
    for condition in context.conditions:
        if condition.met_at is not None or condition.due_at > context.now:
            yield _condition(context, row, condition)


def _condition(context: Context, row: Request, condition: Condition) -> Result:
    evidence: list[dict[str, Any]] = [
        {"type": "condition", "id": condition.public_id},
        {"type": "ballot", "id": condition.ballot.public_id},
    ]
    if condition.met_at is not None:
        title = _("Done: %(what)s") % {"what": condition.text}
        return Result("approval.condition", "pass", title, condition.evidence or "", evidence=evidence, since=condition.met_at)
    who = row.submitter
    return Result(
        "approval.condition",
        "pending",
        _("To be done by %(day)s: %(what)s") % {"day": _day(condition.due_at), "what": condition.text},
        _("%(name)s agreed on this condition. If it is missed, the approval ends.") % {"name": condition.ballot.human},
        [as_person(who)] if who.is_active else context.who_pushed(),
        {"label": _("Open the request"), "path": f"/requests/{row.public_id}/"},
        evidence,
        condition.created_at,
        condition.due_at,
    )


def _iso(when: Any) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ") if when is not None else ""


def _day(when: Any) -> str:
    return when.strftime("%Y-%m-%d") if when is not None else ""
