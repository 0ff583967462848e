"""Requests, steps and ballots as the API shows them."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from approvals import subjects
from approvals.models import Ballot
from approvals.selectors.inbox import Turn
from approvals.selectors.standing import Standing, subject_of
from approvals.wording import hint_text, ignored_text, reason_text
from foundation.canonical import timestamp
from governance.people.roles import role_label


def request_body(standing: Standing) -> dict[str, Any]:
    """A request with the whole explanation of where it stands."""
    row, verdict = standing.request, standing.verdict
    subject = subject_of(row)
    return {
        "id": row.public_id,
        "subject": {
            "type": row.subject_type,
            "id": row.subject_id,
            "title": subjects.adapter_for(row.subject_type).title(subject),
        },
        "purpose": row.purpose,
        "environment": row.environment.slug if row.environment else None,
        "use_case": row.use_case.slug,
        "state": row.state,
        "substate": verdict.substate if standing.is_open else None,
        "round": row.round,
        "digest": standing.digest,
        "manifest": dict(standing.digests),
        "policy": {
            "key": row.policy_version.policy.key,
            "version": row.policy_version.number,
            "digest": row.policy_version.digest,
        },
        "submitter": _person(standing, row.submitter.public_id),
        "comment": row.comment,
        "opened_at": timestamp(row.opened_at),
        "closed_at": timestamp(row.closed_at) if row.closed_at else None,
        "lapses_at": timestamp(row.lapses_at) if row.lapses_at else None,
        "inherits_from": row.predecessor.public_id if row.predecessor else None,
        "steps": [
            {
                "key": step.key,
                "title": step.title,
                "role": step.role,
                "state": step.state,
                "quorum": step.quorum,
                "have": step.have,
                "covers": list(found.covers) if (found := standing.policy.step(step.key)) else [],
                "approved_by": [_counted(standing, ballot) for ballot in step.approved_by],
                "waiting_on": [_person(standing, human) for human in step.waiting_on],
                "blocked_by": [_person(standing, ballot.human) for ballot in step.blocked_by],
                "reason": reason_text(step, standing),
                "changed_components": list(step.changed_components),
            }
            for step in verdict.steps
        ],
        "ignored": [
            {
                "ballot": item.ballot.id,
                "step": item.ballot.step,
                "human": item.ballot.human,
                "code": item.why,
                "why": ignored_text(item),
            }
            for item in verdict.ignored
        ],
        "unblock": [
            {"code": hint.code, "step": hint.step, "people": list(hint.people), "text": hint_text(hint, standing)}
            for hint in verdict.unblock
        ],
        "timeline": timeline(standing),
        "html_url": f"{settings.BASE_URL}/requests/{row.public_id}/",
    }


def _person(standing: Standing, public_id: str) -> dict[str, str]:
    user = standing.person(public_id)
    return {"type": "user", "id": public_id, "display": str(user) if user else public_id}


def _counted(standing: Standing, ballot: Any) -> dict[str, Any]:
    return {
        **_person(standing, ballot.human),
        "ballot": ballot.id,
        "at": timestamp(ballot.at),
        "inherited_from": ballot.inherited_from,
    }


def timeline(standing: Standing) -> list[dict[str, Any]]:
    """What happened, oldest first: asked, said, closed."""
    row = standing.request
    events: list[dict[str, Any]] = [
        {"at": timestamp(row.opened_at), "kind": "opened", "who": str(row.submitter), "comment": row.comment}
    ]
    for ballot in standing.ballots.values():
        events.append(
            {"at": timestamp(ballot.at), "kind": ballot.verdict, "who": str(ballot.human), **ballot_body(ballot, standing)}
        )
    if row.closed_at:
        events.append({"at": timestamp(row.closed_at), "kind": row.state, "who": "", "comment": ""})
    return sorted(events, key=lambda event: event["at"])


def ballot_body(ballot: Ballot, standing: Standing | None = None) -> dict[str, Any]:
    inherited = standing is not None and ballot.request_id != standing.request.pk
    return {
        "ballot": ballot.public_id,
        "step": ballot.step,
        "verdict": ballot.verdict,
        "round": ballot.round,
        "comment": ballot.comment,
        "digest": ballot.manifest_digest,
        "components": ballot.components,
        "inherited_from": ballot.request.public_id if inherited else None,
    }


def turn_body(turn: Turn, why: str) -> dict[str, Any]:
    row = turn.standing.request
    return {
        "request": row.public_id,
        "step": turn.step.key,
        "title": turn.title,
        "why": why,
        "role": role_label(turn.role),
        "since": timestamp(row.opened_at),
        "due_at": timestamp(row.lapses_at) if row.lapses_at else None,
        "url": f"{settings.BASE_URL}/requests/{row.public_id}/",
        "digest": turn.standing.digest,
    }
