"""Where a request stands: everything the engine needs, gathered, and its verdict with the people behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from django.db.models import Q

from approvals import evaluation, subjects
from approvals.evaluation import Eligibility, Verdict
from approvals.models import Ballot, PolicyVersion, Request
from approvals.policy import Policy, parse
from approvals.subjects import Judged
from foundation import clock
from foundation.actor import Actor, system
from governance.people.models import RoleGrant, User
from governance.people.selectors import holders


@dataclass(slots=True)
class Standing:
    """One request, evaluated. `digests` are what is judged now (or was, once closed)."""

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

    @property
    def is_open(self) -> bool:
        return self.request.state == Request.State.OPEN

    def person(self, public_id: str) -> User | None:
        return self.people.get(public_id)

    def names(self, ids: Any) -> list[User]:
        """The people behind ids, by name."""
        return sorted((self.people[item] for item in ids if item in self.people), key=lambda user: str(user))


@lru_cache(maxsize=256)
def _parsed(digest: str, key: str, text: str) -> Policy:
    return parse(text)


def policy_of(version: PolicyVersion) -> Policy:
    """The policy as a value; parsed once per process and version."""
    return _parsed(version.digest, version.policy.key, version.text)


def subject_of(request: Request, actor: Actor | None = None) -> Any:
    return subjects.adapter_for(request.subject_type).find(actor or system("approvals"), request.subject_id)


def standing_of(request: Request, *, subject: Any = None, judged: Judged | None = None) -> Standing:
    """Evaluate a request: live while it is open, as of its closing once it is closed.

    `judged` may be given by a caller that computed the manifest already. Reads ballots and grants in three queries.
    """
    at: datetime = clock.now()
    if request.state == Request.State.OPEN:
        if judged is None:
            subject = subject if subject is not None else subject_of(request)
            judged = subjects.adapter_for(request.subject_type).judged(subject)
        digests, digest = judged.digests, judged.digest
    else:
        from foundation.canonical import digest as digest_of

        at = request.closed_at or at
        digests = request.manifest
        digest = digest_of(dict(digests))
    return assembled(request, digests, digest, ballots_of(request), holders(scope=request.use_case.public_id, at=at), at, judged)


def assembled(
    request: Request,
    digests: Mapping[str, str],
    digest: str,
    rows: list[Ballot],
    grants: Mapping[str, Mapping[str, RoleGrant]],
    at: datetime,
    judged: Judged | None = None,
) -> Standing:
    """The verdict over what was read: `rows` are the ballots that may matter, `grants` who held what at `at`."""
    eligibility = Eligibility(
        holders={role: frozenset(people) for role, people in grants.items()},
        contributors={name: frozenset(people) for name, people in request.contributors.items()},
        submitter=request.submitter.public_id,
    )
    policy = policy_of(request.policy_version)
    engine_ballots = [as_engine_ballot(row, request) for row in rows]
    verdict = evaluation.evaluate(policy, digests, engine_ballots, eligibility, at, round=request.round)
    people = {grant.user.public_id: grant.user for held in grants.values() for grant in held.values()}
    people |= {row.human.public_id: row.human for row in rows}
    people[request.submitter.public_id] = request.submitter
    return Standing(
        request,
        policy,
        digests,
        digest,
        verdict,
        engine_ballots,
        eligibility,
        grants,
        {row.public_id: row for row in rows},
        people,
        judged,
        at,
    )


def ballots_of(request: Request) -> list[Ballot]:
    """The ballots that may matter to a request, oldest first: its own, and those it inherited when it was opened.

    In a later round inherited objections are answered by the new round, and who has spoken here speaks for themselves.
    """
    rows = list(
        Ballot.objects.filter(Q(request=request) | Q(pk__in=request.inherited.values("ballot")))
        .select_related("human", "request", "grant")
        .order_by("pk")
    )
    return in_round(request, rows)


def in_round(request: Request, rows: list[Ballot]) -> list[Ballot]:
    """Of a request's own and inherited ballots those that still speak in its round."""
    if request.round == 1:
        return rows
    spoke = {(row.step, row.human_id) for row in rows if row.request_id == request.pk}
    return [
        row
        for row in rows
        if row.request_id == request.pk or (row.verdict == Ballot.Verdict.APPROVE and (row.step, row.human_id) not in spoke)
    ]


def as_engine_ballot(row: Ballot, request: Request) -> evaluation.Ballot:
    own = row.request_id == request.pk
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
    )
