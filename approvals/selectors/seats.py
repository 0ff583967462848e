"""Who may act on the steps that are asked of one steward or one team alone, and what those are called.

No grant gives such a seat: a steward has it by being named, a builder by belonging to the team.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from approvals.facts import AFFECTED, Facts
from approvals.policy import seat_of
from governance.people.models import Membership, RoleGrant, Team, User
from governance.people.roles import BUILDERS

STEWARDS, TEAMS = AFFECTED


@dataclass(frozen=True, slots=True)
class Seats:
    """`holders`: role of a step → public ids; `names`: what whom a step is asked of is called; `people`: everybody in it by public id."""

    holders: Mapping[str, frozenset[str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, User] = field(default_factory=dict)


NO_SEATS = Seats()


def seats_of(facts: Iterable[Facts], at: datetime) -> Seats:
    """The seats that any of these facts name, as they were held at `at`. Three queries at most, none where they name nobody.

    Somebody who left has no seat: then the step waits until another steward is named, or the team has a builder.
    """
    stewards: set[str] = set()
    teams: set[str] = set()
    for said in facts:
        stewards |= named_in(said, STEWARDS)
        teams |= named_in(said, TEAMS)
    holders: dict[str, set[str]] = defaultdict(set)
    people: dict[str, User] = {}
    names: dict[str, str] = {}
    for user in User.objects.filter(public_id__in=stewards) if stewards else ():
        names[user.public_id] = str(user)
        people[user.public_id] = user
        if user.closed_at is None or user.closed_at > at:
            holders[seat_of("each_steward", user.public_id)].add(user.public_id)
    if teams:
        for row in _members(teams, at):
            names[row.team.public_id] = row.team.title
            people[row.user.public_id] = row.user
            holders[seat_of("each_reading_team", row.team.public_id)].add(row.user.public_id)
        if nobody := teams - names.keys():
            names |= dict(Team.objects.filter(public_id__in=nobody).values_list("public_id", "title"))
    return Seats({role: frozenset(found) for role, found in holders.items()}, names, people)


def named_in(facts: Facts, fact: str) -> frozenset[str]:
    """Whom a fact names, by public id."""
    found = facts.get(fact)
    return found if isinstance(found, frozenset) else frozenset()


def _members(teams: Iterable[str], at: datetime) -> Iterable[Membership]:
    """Whoever builds with data and belongs to one of the teams."""
    building = RoleGrant.objects.live(at).filter(role__in=BUILDERS).values("user")
    rows = Membership.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at), starts_at__lte=at, team__public_id__in=list(teams))
    return rows.filter(user__in=building).select_related("team", "user").order_by("pk")


def teams_of(user: User, at: datetime) -> list[str]:
    """Public ids of the teams that somebody belongs to."""
    rows = Membership.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at), starts_at__lte=at, user=user)
    return list(rows.values_list("team__public_id", flat=True))
