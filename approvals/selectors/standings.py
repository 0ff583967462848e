"""Where many requests stand at once: as `standing_of` for each, in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approvals import subjects
from approvals.models import Ballot, InheritedBallot, Request
from approvals.selectors.standing import Standing, assembled, in_round
from foundation import clock
from foundation.canonical import digest
from governance.people.models import RoleGrant

Grants = Mapping[str, Mapping[str, RoleGrant]]  # role → public id of the holder → grant


@dataclass(frozen=True, slots=True)
class Listed:
    """A request in a list: where it stands, and what it is about in words."""

    standing: Standing
    title: str


def standings_of(requests: Sequence[Request]) -> list[Listed]:
    """Evaluate open requests, in their order. About a dozen queries, however many.

    The requests have use case, submitter, environment and policy version at hand (`requests_with_people`).
    """
    if not requests:
        return []
    about = _about(requests)
    digests = {request.pk: about[request.subject_type, request.subject_id][1] for request in requests}
    titles = {
        request.pk: subjects.adapter_for(request.subject_type).title(about[request.subject_type, request.subject_id][0])
        for request in requests
    }
    return [Listed(standing, titles[standing.request.pk]) for standing in _assembled(requests, digests)]


def standings_over(requests: Sequence[Request], digests: Mapping[str, Mapping[str, str]]) -> list[Standing]:
    """The same for a caller that has computed what is judged already: `digests` by subject id. Three queries."""
    return list(_assembled(requests, {request.pk: digests[request.subject_id] for request in requests}))


def _assembled(requests: Sequence[Request], digests: Mapping[int, Mapping[str, str]]) -> Iterator[Standing]:
    if not requests:
        return
    at = clock.now()
    ballots = _ballots(requests)
    grants = _grants({request.use_case.public_id for request in requests}, at)
    for request in requests:
        judged = digests[request.pk]
        rows = in_round(request, ballots[request.pk])
        yield assembled(request, judged, digest(dict(judged)), rows, grants[request.use_case.public_id], at)


def titles_of(requests: Iterable[Request]) -> dict[int, str]:
    """What each request is about, by its primary key. One query for each type of subject."""
    requests = list(requests)
    known = {
        (kind, subject): title
        for kind, ids in _by_type(requests).items()
        for subject, title in subjects.adapter_for(kind).titles(ids).items()
    }
    return {request.pk: known.get((request.subject_type, request.subject_id), request.subject_id) for request in requests}


def _by_type(requests: Iterable[Request]) -> dict[str, list[str]]:
    by_type: dict[str, list[str]] = defaultdict(list)
    for request in requests:
        by_type[request.subject_type].append(request.subject_id)
    return by_type


def _about(requests: Sequence[Request]) -> dict[tuple[str, str], tuple[Any, Mapping[str, str]]]:
    return {
        (kind, subject): found
        for kind, ids in _by_type(requests).items()
        for subject, found in subjects.adapter_for(kind).gather(ids).items()
    }


def _ballots(requests: Sequence[Request]) -> dict[int, list[Ballot]]:
    """Own and inherited ballots by request, oldest first."""
    found: dict[int, list[Ballot]] = defaultdict(list)
    for ballot in Ballot.objects.filter(request__in=requests).select_related("human", "request", "grant"):
        found[ballot.request_id].append(ballot)
    inherited = InheritedBallot.objects.filter(request__in=[request for request in requests if request.predecessor_id])
    for row in inherited.select_related("ballot__human", "ballot__request", "ballot__grant"):
        found[row.request_id].append(row.ballot)
    for rows in found.values():
        rows.sort(key=lambda ballot: ballot.pk)
    return found


def _grants(scopes: set[str], at: datetime) -> dict[str, Grants]:
    """What `people.selectors.holders` says, for each scope. One query."""
    rows = (
        RoleGrant.objects.live(at)
        .filter(scope__in=["", *scopes], user__is_active=True)
        .select_related("user")
        .order_by("scope", "pk")
    )
    found: dict[str, dict[str, dict[str, RoleGrant]]] = {scope: defaultdict(dict) for scope in scopes}
    for grant in rows:
        for scope in [grant.scope] if grant.scope else scopes:
            found[scope][grant.role][grant.user.public_id] = grant
    return {scope: dict(roles) for scope, roles in found.items()}
