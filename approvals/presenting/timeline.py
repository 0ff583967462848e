"""What happened to a request, oldest first, and what its approvals depend on, as the API shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from approvals.models import Ballot, Condition, Deadline
from approvals.presenting.people import person_body
from approvals.selectors.history import History
from approvals.selectors.standing import Standing, conditions_of
from foundation.canonical import timestamp
from governance.people.models import User

Event = dict[str, Any]
COMMANDS = {
    "approvals.request.resubmitted": "resubmitted",
    "approvals.request.migrated": "migrated",
    "approvals.request.revoked": "revoked",
    "approvals.request.withdrawn": "withdrawn",
}
SHOWN = ("round", "number", "policy", "condition")  # of what the log says of a command


def timeline(standing: Standing, history: History) -> list[Event]:
    """Asked, said, set aside, met or missed, reminded, escalated, waived, closed, taken back. `kind` says which of them."""
    events = [*_asked(standing, history), *_said(standing), *_timed(history), *_waived(history), *_closed(standing, history)]
    return sorted(events, key=lambda event: event["at"])


def _asked(standing: Standing, history: History) -> Iterator[Event]:
    row = standing.request
    opened = next((item.text for item in history.told if item.code == "approvals.request.opened"), row.comment)
    yield {"at": timestamp(row.opened_at), "kind": "opened", "who": str(row.submitter), "comment": opened}
    for item in history.told:
        if item.code in COMMANDS:
            event: Event = {"at": timestamp(item.at), "kind": COMMANDS[item.code], "who": item.who, "comment": item.text}
            yield {**event, **{name: value for name, value in item.data.items() if name in SHOWN}}


def _said(standing: Standing) -> Iterator[Event]:
    for ballot in standing.ballots.values():
        yield {
            "at": timestamp(ballot.at),
            "kind": ballot.verdict,
            "who": str(ballot.human),
            **ballot_body(ballot, inherited=ballot.request_id != standing.request.pk),
        }
        dismissal = getattr(ballot, "dismissal", None)
        if dismissal is not None:
            yield {
                "at": timestamp(dismissal.at),
                "kind": "dismissed",
                "who": str(dismissal.by),
                "comment": dismissal.reason,
                "ballot": ballot.public_id,
                "step": ballot.step,
            }
        for condition in conditions_of(ballot):
            yield from _about_condition(ballot, condition)


def _about_condition(ballot: Ballot, row: Condition) -> Iterator[Event]:
    about = {"condition": row.public_id, "ballot": ballot.public_id, "step": ballot.step}
    due = timestamp(row.due_at)
    set_by = str(ballot.human)
    yield {"at": timestamp(row.created_at), "kind": "condition_set", "who": set_by, "comment": row.text, "due_at": due, **about}
    if row.met_at is not None:
        met = {"at": timestamp(row.met_at), "kind": "condition_met", "who": str(row.met_by), "comment": row.evidence}
        yield {**met, **about}
    if row.missed_at is not None:
        yield {"at": timestamp(row.missed_at), "kind": "condition_missed", "who": "", "comment": row.text, **about}


def _timed(history: History) -> Iterator[Event]:
    for row in history.clocks:
        if row.escalated_at is not None:
            yield {"at": timestamp(row.escalated_at), "kind": "escalated", "who": "", "comment": "", "step": row.step}
    for alarm in history.alarms:
        kind = "overdue" if alarm.kind == Deadline.Kind.OVERDUE else "reminded"
        rang = alarm.fired_at or alarm.at
        yield {"at": timestamp(rang), "kind": kind, "who": "", "comment": "", "step": alarm.clock.step}


def _waived(history: History) -> Iterator[Event]:
    for row in history.waivers:
        about = {"waiver": row.public_id}
        opened = {"at": timestamp(row.created_at), "kind": "waiver_opened", "who": str(row.by), "comment": row.reason}
        yield {**opened, "expires_at": timestamp(row.expires_at), **about}
        if row.ended_at is not None:
            yield {"at": timestamp(row.ended_at), "kind": "waiver_ended", "who": str(row.ended_by or ""), "comment": "", **about}
        if row.reviewed_at is not None:
            said = {"who": str(row.reviewed_by), "comment": row.review_comment, "review": row.review}
            yield {"at": timestamp(row.reviewed_at), "kind": "waiver_reviewed", **said, **about}


def _closed(standing: Standing, history: History) -> Iterator[Event]:
    """How it ended, unless the command that ended it tells of it."""
    row = standing.request
    if row.closed_at is not None and not any(item.code == "approvals.request.withdrawn" for item in history.told):
        kind = "approved" if row.state == row.State.REVOKED else row.state
        yield {"at": timestamp(row.closed_at), "kind": kind, "who": "", "comment": ""}


def ballot_body(ballot: Ballot, *, inherited: bool = False) -> dict[str, Any]:
    """`inherited`: it was cast in an earlier request."""
    return {
        "ballot": ballot.public_id,
        "step": ballot.step,
        "verdict": ballot.verdict,
        "round": ballot.round,
        "comment": ballot.comment,
        "digest": ballot.manifest_digest,
        "components": ballot.components,
        "inherited_from": ballot.request.public_id if inherited else None,
        "on_behalf_of": person_body(ballot.principal) if ballot.principal is not None else None,
        "meaning": ballot.meaning,
        "signed_at": timestamp(ballot.auth_at) if ballot.auth_at is not None else None,
    }


def conditions_body(standing: Standing) -> list[dict[str, Any]]:
    """What the approvals of a request depend on, or depended on."""
    return [condition_body(item, ballot) for ballot in standing.ballots.values() for item in conditions_of(ballot)]


def condition_body(row: Condition, ballot: Ballot) -> dict[str, Any]:
    met_by: User | None = row.met_by
    return {
        "id": row.public_id,
        "request": ballot.request.public_id,
        "ballot": ballot.public_id,
        "step": ballot.step,
        "set_by": person_body(ballot.human),
        "text": row.text,
        "state": "met" if row.met_at is not None else "missed" if row.missed_at is not None else "open",
        "due_at": timestamp(row.due_at),
        "met_at": timestamp(row.met_at) if row.met_at is not None else None,
        "met_by": person_body(met_by) if met_by is not None else None,
        "evidence": row.evidence,
        "missed_at": timestamp(row.missed_at) if row.missed_at is not None else None,
    }
