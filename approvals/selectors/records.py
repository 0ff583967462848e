"""Requests as `approvals.foresight` replays them: everything that was recorded about many of them, in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approvals.facts import changed_since, from_json
from approvals.foresight import History, Recorded, Stretch
from approvals.models import Ballot, Clock, Condition, Decision, InheritedBallot, Request
from approvals.policy import expanded
from approvals.selectors.roles_then import first_of, history_of
from approvals.selectors.standing import as_engine_ballot, policy_of
from governance.people.models import Delegation

WITH_BALLOT = ("human", "principal", "request", "grant", "dismissal")


@dataclass(frozen=True, slots=True)
class Records:
    """Recorded requests in the order of the rows, and who could act at any time."""

    rows: Sequence[Recorded]
    people: History


def records_of(requests: Sequence[Request]) -> Records:
    """Read them. Nine queries, however many.

    The requests have use case, submitter, policy version and decision at hand.
    """
    ballots = _ballots(requests)
    clocks = _clocks(requests)
    decisions = _decisions(requests)
    everything = [row for rows in ballots.values() for row in rows]
    missed = _missed_conditions(everything)
    absences = _later_absences(everything)
    found = []
    for request in requests:
        rows = ballots[request.pk]
        voided = _voided(decisions[request.line, request.purpose])
        aside = {row.public_id: _aside(row, request, missed, absences, voided) for row in rows}
        rounds, escalated = clocks[request.pk]
        facts, standard_change = from_json(request.facts)
        found.append(
            Recorded(
                id=request.public_id,
                policy=expanded(policy_of(request.policy_version), facts),
                scope=request.scope,
                state=_state(request),
                opened_at=request.opened_at,
                ended_at=_ended_at(request),
                manifest=request.manifest,
                contributors={name: frozenset(people) for name, people in request.contributors.items()},
                submitter=request.submitter.public_id,
                ballots=[as_engine_ballot(row, request) for row in rows],
                round=request.round,
                rounds=rounds,
                facts={**_known_anyway(request, decisions[request.line, request.purpose]), **facts},
                standard_change=standard_change,
                aside={name: stretches for name, stretches in aside.items() if stretches},
                escalated=escalated,
                withdrawn_at=request.policy_version.withdrawn_at,
            )
        )
    return Records(found, history_of({request.scope for request in requests}, [row.facts for row in found]))


def _state(request: Request) -> str:
    """A revoked approval was an approval: what a policy led to is what people decided."""
    return str(Request.State.APPROVED if request.state == Request.State.REVOKED else request.state)


def _ended_at(request: Request) -> datetime | None:
    decision = getattr(request, "decision", None)
    return decision.decided_at if decision is not None else request.closed_at


def _ballots(requests: Sequence[Request]) -> dict[int, list[Ballot]]:
    """Own and inherited ballots by request, oldest first."""
    found: dict[int, list[Ballot]] = defaultdict(list)
    for ballot in Ballot.objects.filter(request__in=requests).select_related(*WITH_BALLOT).order_by("pk"):
        found[ballot.request_id].append(ballot)
    carried = InheritedBallot.objects.filter(request__in=requests)
    for row in carried.select_related(*(f"ballot__{name}" for name in WITH_BALLOT)).order_by("ballot"):
        found[row.request_id].append(row.ballot)
    return found


def _clocks(requests: Sequence[Request]) -> dict[int, tuple[dict[int, datetime], dict[tuple[int, str], datetime]]]:
    """By request: when its rounds began, as far as a clock tells, and which steps escalated when."""
    found: dict[int, tuple[dict[int, datetime], dict[tuple[int, str], datetime]]] = defaultdict(lambda: ({}, {}))
    for row in Clock.objects.filter(request__in=requests).order_by("started_at", "pk"):
        rounds, escalated = found[row.request_id]
        rounds.setdefault(row.round, row.started_at)
        if row.escalated_at is not None:
            escalated[row.round, row.step] = row.escalated_at
    return found


def _decisions(requests: Sequence[Request]) -> dict[tuple[str, str], list[Decision]]:
    """All approvals of the lines of the requests, oldest first."""
    found: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    lines = {request.line for request in requests}
    for row in Decision.objects.filter(request__line__in=lines).select_related("request").order_by("pk"):
        found[row.request.line, row.request.purpose].append(row)
    return found


def _known_anyway(request: Request, decisions: Sequence[Decision]) -> dict[str, Any]:
    """Facts that follow from other records, for requests that were closed before facts were recorded."""
    before = [
        row
        for row in decisions
        if row.decided_at <= request.opened_at
        and row.request_id != request.pk
        and (row.revoked_at is None or row.revoked_at > request.opened_at)
    ]
    return {
        "environment": request.environment.slug if request.environment else None,
        "purpose": request.purpose,
        "changed": changed_since(request.manifest, before[-1] if before else None),
    }


# When a ballot had no effect although nobody took it back ------------------------------------------------------------


def _aside(
    row: Ballot,
    request: Request,
    missed: Mapping[int, Sequence[Stretch]],
    absences: Mapping[int, Sequence[Stretch]],
    voided: Mapping[str, datetime],
) -> list[Stretch]:
    """The stretches that `standing.is_set_aside` finds at each time."""
    if row.verdict != Ballot.Verdict.APPROVE:
        dismissal = getattr(row, "dismissal", None)
        return [(dismissal.at, None)] if dismissal is not None else []
    found = [*missed.get(row.pk, ()), *absences.get(row.pk, ())]
    if row.request_id != request.pk and row.public_id in voided:
        found.append((voided[row.public_id], None))
    return found


def _voided(decisions: Iterable[Decision]) -> dict[str, datetime]:
    """Ballots on which an approval rested that somebody took back, with since when. A missed condition takes nothing else along."""
    found: dict[str, datetime] = {}
    for row in decisions:
        if row.revoked_at is None or row.revoked_by_id is None:
            continue
        for item in row.ballots:
            found[item["ballot"]] = min(found.get(item["ballot"], row.revoked_at), row.revoked_at)
    return found


def _missed_conditions(ballots: Iterable[Ballot]) -> dict[int, list[Stretch]]:
    """By ballot, when a condition of it was due and not met."""
    found: dict[int, list[Stretch]] = defaultdict(list)
    for row in Condition.objects.filter(ballot__in=[ballot.pk for ballot in ballots]):
        if row.met_at is None or row.met_at > row.due_at:
            found[row.ballot_id].append((row.due_at, row.met_at))
    return found


def _later_absences(ballots: Sequence[Ballot]) -> dict[int, list[Stretch]]:
    """By ballot that was cast in somebody's place, when the same two were in another absence than the one it was cast in."""
    cast = [ballot for ballot in ballots if ballot.delegation_id is not None]
    rows = Delegation.objects.filter(delegate__in={ballot.human_id for ballot in cast}).order_by("pk")
    by_pair: dict[tuple[int, int], list[Delegation]] = defaultdict(list)
    for row in rows:
        by_pair[row.delegate_id, row.principal_id].append(row)
    found: dict[int, list[Stretch]] = {}
    for ballot in cast:
        pair = by_pair[ballot.human_id, ballot.principal_id or 0]
        own = next((row for row in pair if row.pk == ballot.delegation_id), None)
        over = first_of(own.ends_at, own.ended_at) if own is not None else None
        others = [(row.starts_at, first_of(row.ends_at, row.ended_at)) for row in pair if row is not own]
        found[ballot.pk] = [
            (max(start, over or start), end) for start, end in others if end is None or over is None or end > over
        ]
    return found
