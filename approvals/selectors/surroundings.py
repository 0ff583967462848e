"""What surrounds a request at a moment: who holds which role, who stands in for whom, what was escalated, waived or revoked.

Most of it is rare. One query reads the grants and, along with them, says which of the rest there is at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists

from approvals.models import Ballot, Clock, Decision, Request, Waiver
from foundation import clock
from governance.people.models import Delegation, RoleGrant, User
from governance.people.selectors import delegations_in_force

Grants = Mapping[str, Mapping[str, RoleGrant]]  # role → public id of the holder → grant
LOOKED_THROUGH = 20  # approvals of a line, for the last one that was asked of everybody


@dataclass(slots=True)
class PeopleHere:
    """Who can do what in one scope. `stand_ins`: delegate → whom they may act for, in which role (None: in each)."""

    grants: Grants
    delegations: Sequence[Delegation] = ()
    holders: dict[str, frozenset[str]] = field(init=False)
    stand_ins: dict[str, frozenset[tuple[str, str | None]]] = field(init=False)
    by_id: dict[str, User] = field(init=False)

    def __post_init__(self) -> None:
        self.holders = {role: frozenset(people) for role, people in self.grants.items()}
        self.by_id = {grant.user.public_id: grant.user for held in self.grants.values() for grant in held.values()}
        pairs: dict[str, set[tuple[str, str | None]]] = defaultdict(set)
        for row in self.delegations:
            pairs[row.delegate.public_id].add((row.principal.public_id, row.role or None))
            self.by_id |= {user.public_id: user for user in (row.delegate, row.principal)}
        self.stand_ins = {delegate: frozenset(found) for delegate, found in pairs.items()}


@dataclass(slots=True)
class Surroundings:
    """`clocks`: those of the request's round by step; None where they were not read, because nothing was escalated.

    `voided`: public ids of ballots on which an approval of the line rested that was revoked.
    """

    here: PeopleHere
    clocks: Mapping[str, Clock] | None = None
    waivers: Sequence[Waiver] = ()
    voided: frozenset[str] = frozenset()

    def escalated(self, at: datetime) -> frozenset[str]:
        """Keys of the steps that others may act on as well."""
        clocks = self.clocks or {}
        return frozenset([step for step, row in clocks.items() if row.escalated_at is not None and row.escalated_at <= at])

    def waiver_for(self, digest: str) -> Waiver | None:
        return next((row for row in self.waivers if row.manifest_digest == digest), None)

    def is_another_absence(self, ballot: Ballot) -> bool:
        """Whether a ballot was cast under a delegation that is over, while a later one between the same people is in force."""
        if ballot.delegation_id is None:
            return False
        pair = (ballot.human_id, ballot.principal_id)
        same = [row.pk for row in self.here.delegations if (row.delegate_id, row.principal_id) == pair]
        return bool(same) and ballot.delegation_id not in same


class Rare:
    """What there mostly is none of. A query that is made anyway says along with its rows which of it there is to read at all."""

    def __init__(self, **rows: Any) -> None:
        self.rows = rows
        self.said: Any = None

    def along_with(self, grants: Any) -> list[Any]:
        found = list(grants.annotate(**{f"any_{name}": Exists(rows) for name, rows in self.rows.items()}))
        self.said = found[0] if found else None  # no row, nothing said: then all of it is looked for
        return found

    def has(self, name: str) -> bool:
        """Whether there are some, or nobody said."""
        return self.said is None or bool(getattr(self.said, f"any_{name}"))

    def read(self, name: str) -> list[Any]:
        """The rows. A query only where there are some."""
        return list(self.rows[name]) if self.has(name) else []


def surroundings_of(request: Request, at: datetime, clocks: Mapping[str, Clock] | None = None) -> Surroundings:
    """One query, and one more for each of the rest that there is. Waivers are those of now, the others those of `at`.

    `clocks`: those of the round by step, from a caller that has read them.
    """
    running = Clock.objects.filter(request=request, round=request.round)
    rare = Rare(
        delegations=delegations_in_force(at).covering(request.scope).order_by("pk"),
        escalations=running.filter(escalated_at__lte=at),
        waivers=Waiver.objects.live(clock.now())
        .filter(environment=request.environment_id, request__subject_id=request.subject_id)
        .select_related("by")
        .order_by("-expires_at"),
        revoked=revoked_before([request.line], at).filter(request__purpose=request.purpose),
    )
    grants = rare.along_with(RoleGrant.objects.live(at).covering(request.scope).select_related("user").order_by("scope", "pk"))
    if clocks is None and rare.has("escalations"):
        clocks = {row.step: row for row in running}
    return Surroundings(
        PeopleHere(by_role(grants), rare.read("delegations")),
        clocks,
        rare.read("waivers"),
        voided_by(rare.read("revoked")),
    )


def by_role(grants: Iterable[RoleGrant]) -> dict[str, dict[str, RoleGrant]]:
    """Of two grants of a role the later one stays: give those for everybody first."""
    found: dict[str, dict[str, RoleGrant]] = defaultdict(dict)
    for grant in grants:
        found[grant.role][grant.user.public_id] = grant
    return dict(found)


def revoked_before(lines: Iterable[str], at: datetime) -> Any:
    """Approvals that somebody took back. One that ended with a missed condition takes nothing else along."""
    return Decision.objects.filter(request__line__in=list(lines), revoked_at__lte=at, revoked_by__isnull=False)


def voided_by(decisions: Iterable[Decision]) -> frozenset[str]:
    return frozenset(item["ballot"] for row in decisions for item in row.ballots)


def since_of(request: Request) -> list[Decision]:
    """The approvals of a request's line that stand, newest first: what it is compared with."""
    return list(_approved().filter(request__line=request.line, request__purpose=request.purpose)[:LOOKED_THROUGH])


def decided_before(request: Request) -> list[Decision]:
    """The same whether they stand or not: every approval of the line, newest first."""
    rows = Decision.objects.filter(request__line=request.line, request__purpose=request.purpose)
    return list(rows.select_related("request").order_by("-pk")[:LOOKED_THROUGH])


def since_among(request: Request, decided: Sequence[Decision]) -> list[Decision]:
    """What `since_of` says, out of what was read already. A query only where the line is long and many do not stand."""
    found = [row for row in decided if row.request.state == Request.State.APPROVED]
    return found if len(decided) < LOOKED_THROUGH or len(found) == LOOKED_THROUGH else since_of(request)


def since_each(requests: Sequence[Request]) -> dict[int, list[Decision]]:
    """The same for each of several open requests, by primary key. One query."""
    by_line: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    for row in _approved().filter(request__line__in={request.line for request in requests}):
        by_line[row.request.line, row.request.purpose].append(row)
    return {request.pk: by_line[request.line, request.purpose][:LOOKED_THROUGH] for request in requests}


def _approved() -> Any:
    return Decision.objects.filter(request__state=Request.State.APPROVED).select_related("request").order_by("-pk")
