"""A request with the whole explanation of where it stands, and what waits for whom, as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from approvals import subjects
from approvals.evaluation import Ballot as Counted
from approvals.evaluation import StepResult
from approvals.facts import as_json
from approvals.models import Clock, Decision, Request
from approvals.policy.writing import conditions_mapping
from approvals.presenting.people import person_body, person_of
from approvals.presenting.timeline import conditions_body, timeline
from approvals.presenting.waivers import waiver_body
from approvals.selectors.history import History
from approvals.selectors.inbox import Turn
from approvals.selectors.standing import Standing, subject_of
from approvals.wording import condition_text, hint_text, ignored_text, reason_text
from foundation import clock
from foundation.canonical import timestamp
from governance.people.roles import role_label

ASKED_NOW = ("pending", "blocked", "error")  # states of a step that somebody could work on


def request_body(standing: Standing, history: History) -> dict[str, Any]:
    """A request with the whole explanation of where it stands."""
    row, verdict = standing.request, standing.verdict
    standing.timers = history.clocks_in(row.round)
    subject = subject_of(row)
    change = standing.policy.standard_change(standing.standard_change or "")
    return {
        "id": row.public_id,
        "subject": {
            "type": row.subject_type,
            "id": row.subject_id,
            "title": subjects.adapter_for(row.subject_type).title(subject),
        },
        "purpose": row.purpose,
        "environment": row.environment.slug if row.environment else None,
        "use_case": row.use_case.slug if row.use_case else None,
        "state": row.state,
        "substate": verdict.substate if standing.is_open else None,
        "round": row.round,
        "digest": standing.digest,
        "manifest": dict(standing.digests),
        "policy": {
            "key": row.policy_version.policy.key,
            "version": row.policy_version.number,
            "id": row.policy_version.public_id,
            "digest": row.policy_version.digest,
            "withdrawn_at": moment(row.policy_version.withdrawn_at),
        },
        "facts": {**row.facts, **as_json(standing.facts, standing.standard_change)},
        "standard_change": {"key": change.key, "title": change.title} if change else None,
        "submitter": person_of(standing, row.submitter.public_id),
        "comment": row.comment,
        "opened_at": timestamp(row.opened_at),
        "due_at": moment(row.due_at),
        "closed_at": moment(row.closed_at),
        "lapses_at": moment(row.lapses_at),
        "inherits_from": row.predecessor.public_id if row.predecessor else None,
        "steps": [step_body(step, standing) for step in verdict.steps],
        "ignored": [
            {
                "ballot": item.ballot.id,
                "step": item.ballot.step,
                "human": item.ballot.human,
                "principal": item.ballot.principal,
                "code": item.why,
                "why": ignored_text(item),
            }
            for item in verdict.ignored
        ],
        "unblock": [
            {
                "code": hint.code,
                "step": hint.step,
                "role": hint.role,
                "people": list(hint.people),
                "text": hint_text(hint, standing),
            }
            for hint in verdict.unblock
        ],
        "conditions": conditions_body(standing),
        "waiver": waiver_body(standing.waiver, row) if standing.waiver is not None else None,
        "decision": _decision_of(row),
        "seen_by": [{**person_body(look.user), "round": look.round, "at": timestamp(look.at)} for look in history.looks],
        "timeline": timeline(standing, history),
        "html_url": page_of(row),
    }


def step_body(step: StepResult, standing: Standing) -> dict[str, Any]:
    """One step: what it wants, where it is, and whose move it is."""
    found = standing.policy.step(step.key)
    asked = standing.is_open and step.state in ASKED_NOW
    timer = standing.clocks.get(step.key)
    return {
        "key": step.key,
        "title": step.title,
        "role": step.role,
        "roles": list(step.roles),
        "state": step.state,
        "quorum": step.quorum,
        "have": step.have,
        "covers": list(found.covers) if found else [],
        "signature": found.signature if found else "click",
        "bulk": found.bulk if found else False,
        "applies_if": condition_text(conditions_mapping(found.applies_if)) if found else "",
        "approved_by": [_counted(standing, ballot) for ballot in step.approved_by],
        "waiting_on": [person_of(standing, human) for human in step.waiting_on],
        "delegates": [
            {"delegate": person_of(standing, delegate), "principal": person_of(standing, principal)}
            for delegate, principal in step.delegates
        ],
        "blocked_by": [{**_spoken(standing, ballot), "verdict": ballot.verdict} for ballot in step.blocked_by],
        "reason": reason_text(step, standing),
        "changed_components": list(step.changed_components),
        "since": _since(standing, timer, asked=asked),
        "due_at": moment(timer.due_at) if timer else None,
        "overdue": asked and is_overdue(timer, clock.now()),
        "escalated": step.escalated,
    }


def _since(standing: Standing, timer: Clock | None, *, asked: bool) -> str | None:
    """When it became possible to work on a step; a step that opened with the request may have no clock yet."""
    if timer is not None:
        return timestamp(timer.started_at)
    return timestamp(standing.request.opened_at) if asked else None


def is_overdue(timer: Clock | None, now: datetime) -> bool:
    """Whether a running step is late. While changes are asked for its time stands still."""
    if timer is None or timer.due_at is None or timer.stopped_at is not None:
        return False
    return timer.due_at <= (timer.paused_at or now)


def _spoken(standing: Standing, ballot: Counted) -> dict[str, Any]:
    principal = person_of(standing, ballot.principal) if ballot.principal else None
    return {**person_of(standing, ballot.human), "ballot": ballot.id, "on_behalf_of": principal}


def _counted(standing: Standing, ballot: Counted) -> dict[str, Any]:
    return {
        **_spoken(standing, ballot),
        "at": timestamp(ballot.at),
        "meaning": standing.ballots[ballot.id].meaning,
        "inherited_from": ballot.inherited_from,
    }


def _decision_of(row: Request) -> dict[str, Any] | None:
    if row.state not in (Request.State.APPROVED, Request.State.REVOKED):
        return None
    found: Decision = row.decision
    return {
        "id": found.public_id,
        "digest": found.manifest_digest,
        "decided_at": timestamp(found.decided_at),
        "valid_until": moment(found.valid_until),
        "revoked_at": moment(found.revoked_at),
        "revoked_by": person_body(found.revoked_by) if found.revoked_by is not None else None,
        "revoke_reason": found.revoke_reason,
    }


def turn_body(turn: Turn, why: str) -> dict[str, Any]:
    """A line of somebody's inbox."""
    row, step = turn.standing.request, turn.policy_step
    facts: Mapping[str, Any] = {**row.facts, **turn.standing.facts}
    return {
        "request": row.public_id,
        "step": turn.step.key,
        "title": turn.title,
        "why": why,
        "role": role_label(turn.role),
        "purpose": row.purpose,
        "on_behalf_of": person_body(turn.principal) if turn.principal is not None else None,
        "risk_tier": facts.get("risk_tier"),
        "signature": step.signature if step is not None else "click",
        "bulk": step is not None and step.bulk and turn.why != "asked_for_changes",
        "since": timestamp(turn.since or row.opened_at),
        "due_at": moment(turn.due_at),
        "overdue": turn.overdue,
        "lapses_at": moment(row.lapses_at),
        "url": page_of(row),
        "digest": turn.standing.digest,
    }


def page_of(row: Request) -> str:
    return f"{settings.BASE_URL}/requests/{row.public_id}/"


def moment(at: datetime | None) -> str | None:
    return timestamp(at) if at is not None else None
