"""Where a request stands: everything the engine needs, gathered, and its verdict with the people behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from django.db.models import Exists, OuterRef, Q

from approvals import evaluation, subjects
from approvals.evaluation import Eligibility, Verdict
from approvals.facts import Facts, facts_of, from_json, matter_to, standard_change_of
from approvals.models import Ballot, Clock, Condition, Decision, PolicyVersion, Request, Waiver
from approvals.policy import Policy, expanded, parse
from approvals.selectors.seats import NO_SEATS, Seats, seats_of
from approvals.selectors.surroundings import Surroundings, decided_before, since_among, surroundings_of
from approvals.subjects import Judged
from foundation import clock
from foundation.actor import Actor, system
from foundation.canonical import digest as digest_of
from governance.people.models import Delegation, RoleGrant, User


@dataclass(slots=True)
class Standing:
    """One request, evaluated. `digests` are what is judged now (or was, once closed).

    `policy` is as it is asked here: one step for each whom this touches, where it says so.
    `facts`: what conditions of the policy's steps speak of; empty if none does and nobody asked for all of them.
    `delegations`: who may act in whose place here; `escalated`: keys of the steps that others may act on as well; `timers`: the
    clocks of the round by step, if they were read.
    `waiver`: break-glass in force now for these very bytes. `conditions`: what approvals that may count still depend on.
    """

    request: Request
    policy: Policy
    digests: Mapping[str, str]
    digest: str
    verdict: Verdict
    engine_ballots: list[evaluation.Ballot]
    eligibility: Eligibility
    grants: Mapping[str, Mapping[str, RoleGrant]]
    ballots: dict[str, Ballot]
    people: dict[str, User] = field(default_factory=dict)
    judged: Judged | None = None
    at: datetime | None = None
    facts: Facts = field(default_factory=dict)
    standard_change: str | None = None
    delegations: Sequence[Delegation] = ()
    escalated: frozenset[str] = frozenset()
    waiver: Waiver | None = None
    conditions: Sequence[Condition] = ()
    timers: Mapping[str, Clock] | None = None
    decided: Sequence[Decision] | None = None  # the last approvals of its line, whether they stand or not, if they were read

    @property
    def clocks(self) -> Mapping[str, Clock]:
        """The clocks of this round by step. One query, unless they are at hand."""
        if self.timers is None:
            self.timers = {row.step: row for row in Clock.objects.filter(request=self.request, round=self.request.round)}
        return self.timers

    @property
    def is_open(self) -> bool:
        return self.request.state == Request.State.OPEN

    def person(self, public_id: str) -> User | None:
        return self.people.get(public_id)

    def names(self, ids: Any) -> list[User]:
        """The people behind ids, by name."""
        return sorted((self.people[item] for item in ids if item in self.people), key=lambda user: str(user))

    def delegation(self, delegate: str, principal: str, roles: Iterable[str]) -> Delegation | None:
        """What lets one person (public id) act in another's place in one of the roles now."""
        return next(
            (
                row
                for row in self.delegations
                if (row.delegate.public_id, row.principal.public_id) == (delegate, principal)
                and (not row.role or row.role in roles)
            ),
            None,
        )


@lru_cache(maxsize=256)
def _parsed(digest: str, key: str, text: str) -> Policy:
    return parse(text)


def policy_of(version: PolicyVersion) -> Policy:
    """The policy as a value; parsed once per process and version."""
    return _parsed(version.digest, version.policy.key, version.text)


def subject_of(request: Request, actor: Actor | None = None) -> Any:
    return subjects.adapter_for(request.subject_type).find(actor or system("approvals"), request.subject_id)


def standing_of(
    request: Request,
    *,
    subject: Any = None,
    judged: Judged | None = None,
    complete: bool = False,
    clocks: Mapping[str, Clock] | None = None,
) -> Standing:
    """Evaluate a request: live while it is open, as of its closing once it is closed.

    `judged` may be given by a caller that computed the manifest already. `complete`: gather every fact, for the record, also where
    the policy asks for none. `clocks`: those of the round by step, where they are at hand.

    Reads ballots and grants in two queries; delegations, escalations, waivers, conditions and facts cost one each where there are any.
    """
    at: datetime = clock.now()
    known: tuple[Facts, str | None] = ({}, None)
    decided: Sequence[Decision] | None = None
    if request.state == Request.State.OPEN:
        if judged is None:
            subject = subject if subject is not None else subject_of(request)
            judged = subjects.adapter_for(request.subject_type).judged(subject)
        digests, digest = judged.digests, judged.digest
        if complete or matter_to(policy_of(request.policy_version)):
            subject = subject if subject is not None else subject_of(request)
            decided = decided_before(request)
            known = _facts_now(request, subject, judged, since_among(request, decided))
    else:
        at = request.closed_at or at
        digests = request.manifest
        digest = digest_of(dict(digests))
        known = from_json(request.facts)
    around = surroundings_of(request, at, clocks)
    standing = assembled(request, digests, digest, ballots_of(request), around, at, judged, known)
    standing.decided = decided
    return standing


def _facts_now(request: Request, subject: Any, judged: Judged, since: Sequence[Decision]) -> tuple[Facts, str | None]:
    found = facts_of(request, subject, judged.digests, since, judged)
    return found, standard_change_of(request, policy_of(request.policy_version), subject, judged.digests, since)


def assembled(
    request: Request,
    digests: Mapping[str, str],
    digest: str,
    rows: list[Ballot],
    around: Surroundings,
    at: datetime,
    judged: Judged | None = None,
    known: tuple[Facts, str | None] = ({}, None),
    seats: Seats | None = None,
) -> Standing:
    """The verdict over what was read: `rows` are the ballots that may matter, `around` is what surrounded the request at `at`.

    `seats`: who was asked because this touches them, from a caller that has read that for many.
    """
    policy, gathered, standard_change = policy_of(request.policy_version), *known
    if seats is None:
        seats = seats_of([gathered], at) if policy.asks_each else NO_SEATS
    policy = expanded(policy, gathered, seats.names)
    waiver = around.waiver_for(digest)
    withdrawn_at = request.policy_version.withdrawn_at
    escalated = around.escalated(at)
    eligibility = Eligibility(
        holders={**around.here.holders, **seats.holders} if seats.holders else around.here.holders,
        contributors={name: frozenset(people) for name, people in request.contributors.items()},
        submitter=request.submitter.public_id,
        delegations=around.here.stand_ins,
        escalated=escalated,
        withdrawn=withdrawn_at is not None and withdrawn_at <= at,
        waived=waiver is not None and waiver.created_at <= at,
    )
    engine_ballots = [as_engine_ballot(row, request, dismissed=is_set_aside(row, request, around, at)) for row in rows]
    verdict = evaluation.evaluate(
        policy, digests, engine_ballots, eligibility, at, round=request.round, facts=gathered, standard_change=standard_change
    )
    return Standing(
        request,
        policy,
        digests,
        digest,
        verdict,
        engine_ballots,
        eligibility,
        around.here.grants,
        {row.public_id: row for row in rows},
        {**seats.people, **_people(request, rows, around)},
        judged,
        at,
        gathered,
        standard_change,
        around.here.delegations,
        escalated,
        waiver,
        [condition for row in rows for condition in conditions_of(row) if condition.met_at is None],
        around.clocks,
    )


def _people(request: Request, rows: list[Ballot], around: Surroundings) -> dict[str, User]:
    people = dict(around.here.by_id)
    for row in rows:
        people[row.human.public_id] = row.human
        if row.principal is not None:
            people[row.principal.public_id] = row.principal
    people[request.submitter.public_id] = request.submitter
    return people


# Ballots -------------------------------------------------------------------------------------------------------------

WITH_BALLOT = ("human", "principal", "request", "grant", "dismissal__by")


def ballots_of(request: Request) -> list[Ballot]:
    """The ballots that may matter to a request, oldest first: its own, and those it inherited when it was opened.

    In a later round inherited objections are answered by the new round, and who has spoken here speaks for themselves.
    """
    rows = list(
        Ballot.objects.filter(Q(request=request) | Q(pk__in=request.inherited.values("ballot")))
        .select_related(*WITH_BALLOT)
        .annotate(conditional=Exists(Condition.objects.filter(ballot=OuterRef("pk"))))
        .order_by("pk")
    )
    attach_conditions(rows)
    return in_round(request, rows)


def attach_conditions(rows: list[Ballot]) -> None:
    """What approvals depend on, read at once for those of the ballots that depend on something."""
    depending = {row.pk: row for row in rows if getattr(row, "conditional", True)}
    found = Condition.objects.filter(ballot__in=list(depending)).select_related("met_by").order_by("pk") if depending else ()
    by_ballot: dict[int, list[Condition]] = {}
    for condition in found:
        condition.ballot = depending[condition.ballot_id]
        by_ballot.setdefault(condition.ballot_id, []).append(condition)
    for row in rows:
        row.kept_conditions = by_ballot.get(row.pk, [])  # type: ignore[attr-defined] # beside the row, for `conditions_of`


def conditions_of(row: Ballot) -> list[Condition]:
    return getattr(row, "kept_conditions", [])


def in_round(request: Request, rows: list[Ballot]) -> list[Ballot]:
    """Of a request's own and inherited ballots those that still speak in its round."""
    if request.round == 1:
        return rows
    spoke = {(row.step, speaker_of(row)) for row in rows if row.request_id == request.pk}
    return [
        row
        for row in rows
        if row.request_id == request.pk or (row.verdict == Ballot.Verdict.APPROVE and (row.step, speaker_of(row)) not in spoke)
    ]


def speaker_of(row: Ballot) -> int:
    """Whose vote a ballot is, by primary key: the principal's where somebody acted for them."""
    return row.principal_id or row.human_id


def is_set_aside(row: Ballot, request: Request, around: Surroundings, at: datetime) -> bool:
    """Whether a ballot has no effect any more although nobody took it back.

    An objection that somebody dismissed. An approval whose condition was missed; one that was taken over from an approval that was
    revoked since, as what was revoked has to be agreed to anew; and one that was given in somebody's place before they came back,
    although the same person stands in for them again: it would begin to count at an hour, without anybody having done anything.
    """
    if row.verdict != Ballot.Verdict.APPROVE:
        dismissal = getattr(row, "dismissal", None)
        return dismissal is not None and dismissal.at <= at
    if any(condition.due_at <= at and (condition.met_at is None or condition.met_at > at) for condition in conditions_of(row)):
        return True
    if row.request_id != request.pk and row.public_id in around.voided:
        return True
    return around.is_another_absence(row)


def as_engine_ballot(row: Ballot, request: Request, *, dismissed: bool = False) -> evaluation.Ballot:
    """A ballot as the engine knows it; an approval that was set aside was given in a role that nobody holds."""
    own = row.request_id == request.pk
    role = row.grant.role if row.grant is not None else None
    return evaluation.Ballot(
        id=row.public_id,
        step=row.step,
        human=row.human.public_id,
        verdict=cast(evaluation.BallotVerdict, row.verdict),
        components=row.components,
        step_digest=row.step_digest,
        at=row.at,
        round=row.round if own else request.round,
        sequence=row.pk,
        eligible_when_cast=True,  # a ballot that was not is refused, never stored
        inherited_from=None if own else row.request.public_id,
        principal=row.principal.public_id if row.principal is not None else None,
        role=role,
        dismissed=dismissed,
    )
