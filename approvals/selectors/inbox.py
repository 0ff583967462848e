"""Whose move it is: computed from open requests every time, so that no task can be orphaned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from approvals import subjects
from approvals.evaluation import StepResult
from approvals.models import Ballot, Request
from approvals.selectors.standing import Standing, standing_of, subject_of
from foundation.actor import Actor


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that waits for this person, and why it is them."""

    standing: Standing
    step: StepResult
    title: str
    why: str  # "role", "review_again" or "asked_for_changes"
    role: str
    changed: tuple[str, ...]


def requests_with_people(actor: Actor) -> Any:
    return Request.objects.visible_to(actor).select_related("use_case", "submitter", "policy_version__policy", "environment", "predecessor")


def your_turn(actor: Actor) -> list[Turn]:
    """Steps of open requests on which this person could act now, oldest request first."""
    return sorted(_turns(actor), key=lambda turn: turn.standing.request.opened_at)


def _turns(actor: Actor) -> Iterator[Turn]:
    for request in requests_with_people(actor).open():
        subject = subject_of(request)
        standing = standing_of(request, subject=subject)
        title = subjects.adapter_for(request.subject_type).title(subject)
        again = {hint.step: hint.components for hint in standing.verdict.unblock if hint.code == "review_again" and actor.id in hint.people}
        for step in standing.verdict.steps:
            if actor.id in step.waiting_on:
                why = "review_again" if step.key in again else "role"
                yield Turn(standing, step, title, why, step.role, tuple(again.get(step.key, ())))
        if standing.verdict.substate == "changes_requested" and actor.user == request.submitter:
            blocked = next(step for step in standing.verdict.steps if step.blocked_by)
            yield Turn(standing, blocked, title, "asked_for_changes", blocked.role, ())


def waiting_on_others(actor: Actor) -> list[tuple[Standing, str]]:
    """Open requests this person submitted or voted on, where it is somebody else's move."""
    found = []
    voted = Ballot.objects.filter(human=actor.user).values("request")
    mine = requests_with_people(actor).open()
    for request in (mine.filter(submitter=actor.user) | mine.filter(pk__in=voted)).distinct().order_by("opened_at"):
        subject = subject_of(request)
        standing = standing_of(request, subject=subject)
        if not any(actor.id in step.waiting_on for step in standing.verdict.steps):
            found.append((standing, subjects.adapter_for(request.subject_type).title(subject)))
    return found


def recently_decided(actor: Actor, limit: int = 10) -> list[tuple[Request, str]]:
    """Requests that were closed lately, newest first, with the title of what they were about."""
    rows = requests_with_people(actor).exclude(state=Request.State.OPEN).order_by("-closed_at")[:limit]
    return [(row, subjects.adapter_for(row.subject_type).title(subject_of(row))) for row in rows]
