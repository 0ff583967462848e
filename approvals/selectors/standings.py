"""Where many requests stand at once: as `standing_of` for each, in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from approvals import subjects
from approvals.facts import Facts, facts_with, from_json, matter_to, standard_change_of
from approvals.models import Ballot, Clock, Condition, InheritedBallot, Request, Waiver
from approvals.selectors.freshness import still_as_recorded
from approvals.selectors.seats import NO_SEATS, seats_of
from approvals.selectors.standing import (
    WITH_BALLOT,
    Standing,
    assembled,
    attach_conditions,
    in_round,
    policy_of,
)
from approvals.selectors.surroundings import PeopleHere, Rare, Surroundings, by_role, revoked_before, since_each, voided_by
from foundation import clock
from foundation.canonical import digest
from governance.people.models import Delegation, RoleGrant
from governance.people.selectors import delegations_in_force

About = dict[tuple[str, str], tuple[Any, Mapping[str, str]]]  # a subject and its digests, by its type and public id


@dataclass(frozen=True, slots=True)
class Listed:
    """A request in a list: where it stands, and what it is about in words."""

    standing: Standing
    title: str


def standings_of(requests: Sequence[Request], titles: Mapping[int, str] | None = None, *, timed: bool = True) -> list[Listed]:
    """Evaluate open requests, in their order. Half a dozen queries, and one more dozen if something has moved, however many.

    What a request recorded of its subject is taken as it is while nothing has happened to the subject (`freshness`).
    The requests have use case, submitter, environment and policy version at hand (`requests_with_people`). `titles` by primary key,
    from a caller that has them. `timed`: as for `standings_over`.
    """
    if not requests:
        return []
    recorded = still_as_recorded(requests)
    about = _about([request for request in requests if request.pk not in recorded])
    digests = {
        request.pk: request.manifest if request.pk in recorded else about[request.subject_type, request.subject_id][1]
        for request in requests
    }
    if titles is None:
        titles = titles_of(requests, {key: subjects.adapter_for(key[0]).title(row) for key, (row, _digests) in about.items()})
    found = _assembled(requests, digests, about, recorded, timed=timed)
    return [Listed(standing, titles[standing.request.pk]) for standing in found]


def standings_over(requests: Sequence[Request], digests: Mapping[str, Mapping[str, str]]) -> list[Standing]:
    """The same for a caller that has computed what is judged already, and does not ask for times: `digests` by subject id.

    Three queries, as a rule.
    """
    found = {request.pk: digests[request.subject_id] for request in requests}
    return list(_assembled(requests, found, {}, frozenset(), timed=False))


def _assembled(
    requests: Sequence[Request],
    digests: Mapping[int, Mapping[str, str]],
    gathered: About,
    recorded: AbstractSet[int],
    *,
    timed: bool = True,
) -> Iterator[Standing]:
    if not requests:
        return
    at = clock.now()
    ballots = _ballots(requests)
    around = _surroundings(requests, at, timed)
    facts = _facts(requests, digests, gathered, recorded)
    each = [facts[request.pk][0] for request in requests if policy_of(request.policy_version).asks_each]
    seats = seats_of(each, at) if each else NO_SEATS
    for request in requests:
        judged = digests[request.pk]
        rows = in_round(request, ballots[request.pk])
        yield assembled(request, judged, digest(dict(judged)), rows, around[request.pk], at, known=facts[request.pk], seats=seats)


def _facts(
    requests: Sequence[Request], digests: Mapping[int, Mapping[str, str]], gathered: About, recorded: AbstractSet[int]
) -> Mapping[int, tuple[Facts, str | None]]:
    """What conditions of steps speak of, by the request's primary key.

    Facts follow from what is judged and from the last approval: what was recorded at the last command holds while that is what is
    judged; of whom a change touches, while nothing has happened at all (`recorded`). Those that have moved on since are gathered
    together; only limits of standard changes are looked at one by one.
    """
    found: dict[int, tuple[Facts, str | None]] = {request.pk: ({}, None) for request in requests}
    asked = [request for request in requests if matter_to(policy_of(request.policy_version))]
    still = [
        request
        for request in asked
        if request.facts
        and request.manifest == dict(digests[request.pk])
        and (request.pk in recorded or not policy_of(request.policy_version).asks_each)
    ]
    moved = [request for request in asked if request not in still]
    found |= {request.pk: from_json(request.facts) for request in still}
    if not moved:
        return found
    about = {**gathered, **_about([row for row in moved if (row.subject_type, row.subject_id) not in gathered])}
    since = since_each(moved)
    for kind, ids in _by_type(moved).items():
        said = subjects.adapter_for(kind).facts_of([about[kind, item][0] for item in dict.fromkeys(ids)])
        for request in moved:
            if request.subject_type == kind:
                subject, judged, before = about[kind, request.subject_id][0], digests[request.pk], since[request.pk]
                change = standard_change_of(request, policy_of(request.policy_version), subject, judged, before)
                found[request.pk] = facts_with(said[request.subject_id], request, judged, before), change
    return found


Titles = dict[tuple[str, str], str]  # by type and public id of the subject


def titles_of(requests: Iterable[Request], known: Titles | None = None) -> dict[int, str]:
    """What each request is about, by its primary key. One query for each type of subject.

    `known`: titles that were read already; those that are read now are put there.
    """
    requests, known = list(requests), {} if known is None else known
    missing = [request for request in requests if (request.subject_type, request.subject_id) not in known]
    for kind, ids in _by_type(missing).items():
        known |= {(kind, subject): title for subject, title in subjects.adapter_for(kind).titles(ids).items()}
    return {request.pk: known.get((request.subject_type, request.subject_id), request.subject_id) for request in requests}


def _by_type(requests: Iterable[Request]) -> dict[str, list[str]]:
    by_type: dict[str, list[str]] = defaultdict(list)
    for request in requests:
        by_type[request.subject_type].append(request.subject_id)
    return by_type


def _about(requests: Sequence[Request]) -> About:
    return {
        (kind, subject): found
        for kind, ids in _by_type(requests).items()
        for subject, found in subjects.adapter_for(kind).gather(ids).items()
    }


def _ballots(requests: Sequence[Request]) -> dict[int, list[Ballot]]:
    """Own and inherited ballots by request, oldest first."""
    found: dict[int, list[Ballot]] = defaultdict(list)
    conditional = Exists(Condition.objects.filter(ballot=OuterRef("pk")))
    for ballot in Ballot.objects.filter(request__in=requests).select_related(*WITH_BALLOT).annotate(conditional=conditional):
        found[ballot.request_id].append(ballot)
    inherited = InheritedBallot.objects.filter(request__in=[request for request in requests if request.predecessor_id])
    conditional = Exists(Condition.objects.filter(ballot=OuterRef("ballot")))
    for row in inherited.select_related(*(f"ballot__{name}" for name in WITH_BALLOT)).annotate(conditional=conditional):
        row.ballot.conditional = row.conditional  # type: ignore[attr-defined] # as the query above says it of own ballots
        found[row.request_id].append(row.ballot)
    attach_conditions([ballot for rows in found.values() for ballot in rows])
    for rows in found.values():
        rows.sort(key=lambda ballot: ballot.pk)
    return found


def _surroundings(requests: Sequence[Request], at: datetime, timed: bool) -> dict[int, Surroundings]:
    """What `surroundings_of` says, for each request: two queries, and one for each of the rest that there is anywhere.

    Unless it is `timed`, clocks are read only where a step was escalated.
    """
    scopes = {request.scope for request in requests}
    within = ["", *scopes]
    environments = {row.environment_id for row in requests if row.environment_id is not None}
    delegations = delegations_in_force(at).filter(scope__in=within).order_by("pk")
    waivers = Waiver.objects.live(at).filter(environment__in=environments).select_related("by", "request").order_by("-expires_at")
    revoked = revoked_before({request.line for request in requests if request.predecessor_id}, at).select_related("request")
    running = Clock.objects.filter(request__in=requests)
    escalated = {} if timed else {"escalations": running.filter(escalated_at__lte=at)}
    rare = Rare(delegations=delegations, waivers=waivers, revoked=revoked, **escalated)
    grants = rare.along_with(RoleGrant.objects.live(at).filter(scope__in=within).select_related("user").order_by("pk"))
    here = _people(scopes, grants, rare.read("delegations"))
    for_subject = _grouped(rare.read("waivers"), lambda row: (row.environment_id, row.request.subject_id))
    by_line = _grouped(rare.read("revoked"), lambda row: (row.request.line, row.request.purpose))
    clocks: dict[tuple[int, int], dict[str, Clock]] = defaultdict(dict)
    told = timed or rare.has("escalations")
    for row in running if told else ():
        clocks[row.request_id, row.round][row.step] = row
    return {
        request.pk: Surroundings(
            here[request.scope],
            clocks[request.pk, request.round] if told else None,
            for_subject[request.environment_id, request.subject_id],
            voided_by(by_line[request.line, request.purpose]),
        )
        for request in requests
    }


def _grouped(rows: Iterable[Any], key: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _people(scopes: set[str], grants: Iterable[RoleGrant], delegations: Iterable[Delegation]) -> dict[str, PeopleHere]:
    """Who holds what and who stands in for whom, for each scope."""
    held, lent = _grouped(grants, lambda row: row.scope), _grouped(delegations, lambda row: row.scope)
    found = {}
    for scope in scopes:
        reaching = ["", scope] if scope else [""]
        found[scope] = PeopleHere(
            by_role(row for place in reaching for row in held[place]), [row for place in reaching for row in lent[place]]
        )
    return found
