"""Who held which role and who stood in for whom, over all time, as `approvals.foresight` asks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists

from approvals.facts import AFFECTED, Facts
from approvals.foresight import Held, History, Lent
from approvals.policy import seat_of
from approvals.selectors.seats import named_in
from governance.people.models import Delegation, Membership, RoleGrant, User
from governance.people.roles import BUILDERS


def history_of(scopes: Collection[str], facts: Collection[Facts] = ()) -> History:
    """Everything that ever reached one of the scopes. Nobody holds a role, or acts for somebody, after they left.

    `facts`: of requests, for the seats of those whom they name. One query, and another where somebody ever stood in for somebody;
    three more where a fact names a steward or a team.
    """
    reach = ["", *scopes]
    delegations = Delegation.objects.filter(scope__in=reach)
    grants = list(
        RoleGrant.objects.filter(scope__in=reach)
        .annotate(any_lent=Exists(delegations))
        .values_list("user__public_id", "role", "scope", "starts_at", "ended_at", "ends_at", "user__closed_at", "any_lent")
    )
    held = [
        Held(person, role, scope, starts, first_of(ended, planned, left))
        for person, role, scope, starts, ended, planned, left, _any_lent in grants
    ]
    lent = [
        Lent(row.principal.public_id, row.delegate.public_id, row.role or None, row.scope, row.starts_at, ends)
        for row in (delegations.select_related("principal", "delegate") if any(grant[-1] for grant in grants) else ())
        if (ends := first_of(row.ends_at, row.ended_at, row.delegate.closed_at)) is not None
    ]
    return History([*held, *_seats(facts)], lent)


def _seats(facts: Collection[Facts]) -> list[Held]:
    """Who could act as a steward, or as a builder of a team, from when until when."""
    stewards, teams = (frozenset[str]().union(*(named_in(said, fact) for said in facts)) for fact in AFFECTED)
    held = [
        Held(user.public_id, seat_of("each_steward", user.public_id), "", user.created_at, user.closed_at)
        for user in (User.objects.filter(public_id__in=stewards) if stewards else ())
    ]
    if not teams:
        return held
    members = list(Membership.objects.filter(team__public_id__in=teams).select_related("team", "user"))
    building: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    grants = RoleGrant.objects.filter(role__in=BUILDERS, user__in=[row.user_id for row in members])
    for grant in grants.select_related("user"):
        building[grant.user_id].append((grant.starts_at, first_of(grant.ended_at, grant.ends_at, grant.user.closed_at)))
    for row in members:
        role = seat_of("each_reading_team", row.team.public_id)
        for starts, ends in building[row.user_id]:
            held.append(Held(row.user.public_id, role, "", max(row.starts_at, starts), first_of(row.ended_at, ends)))
    return held


def first_of(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at is not None), default=None)
