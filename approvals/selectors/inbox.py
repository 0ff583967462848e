"""Whose move it is: computed from open requests every time, so that no task can be orphaned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from approvals.evaluation import StepResult
from approvals.models import Ballot, PolicyVersion, Request
from approvals.selectors.standing import Standing, policy_of
from approvals.selectors.standings import Listed, standings_of, titles_of
from foundation import clock
from foundation.actor import Actor
from foundation.models import AuditEvent
from governance.people.models import RoleGrant

COUNT_LASTS = 20  # seconds
MOST_COUNTS = 10_000  # people whose count one process remembers
_counts: dict[str, tuple[tuple[UUID | None, int], int]] = {}


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
    return Request.objects.visible_to(actor).select_related(
        "use_case", "submitter", "policy_version__policy", "environment", "predecessor"
    )


def your_turn(actor: Actor) -> list[Turn]:
    """Steps of open requests on which this person could act now, oldest request first. A constant number of queries."""
    rows = requests_with_people(actor).open()
    requests = list(rows.filter(_within_reach(actor)).order_by("opened_at", "pk"))
    return [turn for listed in standings_of(requests) for turn in turns_in(listed, actor)]


def turns_in(listed: Listed, actor: Actor) -> Iterator[Turn]:
    """The steps of one request that wait for this person."""
    standing = listed.standing
    again = {
        hint.step: hint.components for hint in standing.verdict.unblock if hint.code == "review_again" and actor.id in hint.people
    }
    for step in standing.verdict.steps:
        if actor.id in step.waiting_on:
            why = "review_again" if step.key in again else "role"
            yield Turn(standing, step, listed.title, why, step.role, tuple(again.get(step.key, ())))
    if standing.verdict.substate == "changes_requested" and actor.user == standing.request.submitter:
        blocked = next(step for step in standing.verdict.steps if step.blocked_by)
        yield Turn(standing, blocked, listed.title, "asked_for_changes", blocked.role, ())


def _within_reach(actor: Actor) -> Q:
    """Requests in which this person could have a move: they asked, or hold a role that a step of the policy wants.

    Who merely sees everything, such as an auditor, reaches none of them, and nothing has to be evaluated. Whoever holds a role
    on a use case sees it, so what is within reach by a role is visible.
    """
    if actor.user is None:
        return Q(pk=None)
    held: dict[str, set[str]] = defaultdict(set)
    for role, scope in RoleGrant.objects.live().filter(user=actor.user).values_list("role", "scope"):
        held[scope].add(role)
    reach = Q(submitter=actor.user) if "" in held else Q(submitter=actor.user, use_case__public_id__in=list(held))
    for version in PolicyVersion.objects.filter(requests__closed_at=None).select_related("policy").distinct():
        wanted = {step.role for step in policy_of(version).steps}
        if wanted & held.get("", set()):
            reach |= Q(policy_version=version)
        else:
            reach |= Q(policy_version=version, use_case__public_id__in=[scope for scope, roles in held.items() if wanted & roles])
    return reach


def turn_count(actor: Actor) -> int:
    """How many steps wait for this person, for the navigation of every page: one query while nothing has happened anywhere.

    Nothing that a verdict follows from changes without an event, so the count is kept until the next one; and for a few seconds
    at most, since time changes things too.
    """
    last = AuditEvent.objects.order_by("-pk").values_list("uid", flat=True).first()
    moment = (last, int(clock.now().timestamp()) // COUNT_LASTS)
    known = _counts.get(actor.id)
    if known is None or known[0] != moment:
        if len(_counts) >= MOST_COUNTS:
            _counts.clear()
        known = _counts[actor.id] = (moment, len(your_turn(actor)))
    return known[1]


@dataclass(frozen=True, slots=True)
class Inbox:
    """What a person finds: their move, what they wait for, what was decided lately."""

    turns: list[Turn]
    waiting: list[Listed]
    decided: list[tuple[Request, str]]


def inbox_of(actor: Actor) -> Inbox:
    """All three at once, with each request read and evaluated once."""
    rows = requests_with_people(actor)
    requests = list(rows.open().filter(_within_reach(actor) | _voted(actor)).order_by("opened_at", "pk"))
    turns: list[Turn] = []
    waiting: list[Listed] = []
    for listed in standings_of(requests):
        found = list(turns_in(listed, actor))
        turns += found
        if not found and _involves(listed.standing, actor):
            waiting.append(listed)
    return Inbox(turns, waiting, _decided(rows))


def waiting_on_others(actor: Actor) -> list[tuple[Standing, str]]:
    """Open requests this person submitted or voted on, where it is somebody else's move, oldest first."""
    rows = requests_with_people(actor).open()
    requests = list(rows.filter(Q(submitter=actor.user) | _voted(actor)).order_by("opened_at", "pk"))
    return [(listed.standing, listed.title) for listed in standings_of(requests) if not any(turns_in(listed, actor))]


def _voted(actor: Actor) -> Q:
    return Q(pk__in=Ballot.objects.filter(human=actor.user).values("request"))


def _involves(standing: Standing, actor: Actor) -> bool:
    """Whether this person asked, or said something in this very request."""
    request = standing.request
    if request.submitter == actor.user:
        return True
    return any(ballot.request_id == request.pk and ballot.human_id == actor.user.pk for ballot in standing.ballots.values())


def movers(standing: Standing) -> list[Any]:
    """The people whose move it is now, by name; the submitter when somebody asked for changes."""
    if standing.verdict.substate == "changes_requested":
        return [standing.request.submitter]
    return standing.names({person for step in standing.verdict.steps for person in step.waiting_on})


def recently_decided(actor: Actor, limit: int = 10) -> list[tuple[Request, str]]:
    """Requests that were closed lately, newest first, with the title of what they were about."""
    return _decided(requests_with_people(actor), limit)


def _decided(rows: Any, limit: int = 10) -> list[tuple[Request, str]]:
    found = list(rows.exclude(state=Request.State.OPEN).order_by("-closed_at", "-pk")[:limit])
    titles = titles_of(found)
    return [(row, titles[row.pk]) for row in found]
