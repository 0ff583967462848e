"""Who holds what, where: reads that permissions, approvals and pages ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from foundation import actor as actors
from foundation import clock, objects
from foundation.actor import Actor
from foundation.models import Token
from foundation.prepared_queries import PreparedQuery
from governance.people.hours import Hours, office_hours
from governance.people.models import Calendar, Delegation, DelegationQuerySet, Notice, RoleGrant, Team, User, comes_from_outside
from governance.people.roles import ADMINISTRATOR, OUTSIDE, PROJECT_LEAD, READ_ONLY


def holders(*, scope: str, at: datetime | None = None) -> dict[str, dict[str, RoleGrant]]:
    """For each role the live grants that reach `scope`, by the holder's public id. One query.

    Somebody who left holds nothing. A grant on the use case itself is preferred over one for the organisation.
    """
    found: dict[str, dict[str, RoleGrant]] = defaultdict(dict)
    grants = RoleGrant.objects.live(at).covering(scope).select_related("user")
    for grant in grants.order_by("scope", "pk"):
        found[grant.role][grant.user.public_id] = grant
    return dict(found)


def grants_of(user: User, *, roles: frozenset[str] | None = None, scope: str = "") -> QuerySet[RoleGrant]:
    """The user's live grants that reach `scope`, perhaps only of some roles."""
    grants = RoleGrant.objects.live().covering(scope).filter(user=user)
    return grants if roles is None else grants.filter(role__in=roles)


def grants_of_everywhere(user: User, *, roles: frozenset[str]) -> QuerySet[RoleGrant]:
    """The user's live grants of these roles, on whatever use case."""
    return RoleGrant.objects.live().filter(user=user, role__in=roles)


def leads_somewhere(user: User) -> bool:
    """Whether the user leads a use case, or administers everything."""
    return grants_of_everywhere(user, roles=frozenset({ADMINISTRATOR, PROJECT_LEAD})).exists()


def holds(actor: Actor, *roles: str, scope: str = "") -> bool:
    """Whether the actor's person holds one of the roles for `scope`, and the credential reaches it."""
    if actor.kind == "system":
        return True
    if actor.user is None or (actor.bound_to and actor.bound_to != scope):
        return False
    known = _roles_at_hand(actor.user, scope)
    if known is not None:
        return not known.isdisjoint(roles)
    return grants_of(actor.user, roles=frozenset(roles), scope=scope).exists()


def takes_part(actor: Actor, *, scope: str) -> bool:
    """Whether the actor works on the use case, rather than only reading it."""
    if actor.kind == "system":
        return True
    if actor.user is None or (actor.bound_to and actor.bound_to != scope):
        return False
    known = _roles_at_hand(actor.user, scope)
    if known is not None:
        return not known <= READ_ONLY
    return grants_of(actor.user, scope=scope).exclude(role__in=READ_ONLY).exists()


def _roles_at_hand(user: User, scope: str) -> frozenset[str] | None:
    """The roles that reach `scope`, where one page asks about the person it is shown to: one query for all its questions.

    Anywhere else None: who does several things after another has to be asked about anew before each.
    """
    if user.asked is None:
        return None
    if ("roles", scope) not in user.asked:
        grants = list(grants_of(user, scope=scope).values_list("scope", "role"))
        user.asked["roles", scope] = frozenset(role for _place, role in grants)
        user.asked["roles", ""] = frozenset(role for place, role in grants if not place)
    found: frozenset[str] = user.asked["roles", scope]
    return found


def scopes_seen_by(actor: Actor) -> list[str] | None:
    """The use cases (public ids) the actor's grants reach, and those where they stand in for somebody; None means all of them.

    What is shared with a client is not among them: `within_scopes_shared` asks for that.
    """
    if actor.kind == "system":
        return None
    if actor.bound_to:
        return [actor.bound_to]
    asked = {} if actor.user is None or actor.user.asked is None else actor.user.asked
    if "scopes" not in asked:
        asked["scopes"] = _scopes_of(_reach(actor.user, clock.now(), OUTSIDE))
    found: list[str] | None = asked["scopes"]
    return found


def within_scopes_seen(actor: Actor, field: str = "public_id") -> Q:
    """The same as a condition on rows whose `field` holds a scope, for use inside a larger query: it costs none of its own."""
    if actor.kind == "system":
        return Q()
    if actor.bound_to:
        return Q(**{field: actor.bound_to})
    return _within(actor.user, field, OUTSIDE)


def within_scopes_shared(actor: Actor, field: str = "public_id") -> Q:
    """The same, and the use cases that are shared with the actor as somebody from outside who represents a client.

    Only what a client is meant to see may ask this: documents, increments, definitions and their sign-off.
    """
    if actor.kind == "system" or actor.bound_to:
        return within_scopes_seen(actor, field)
    return _within(actor.user, field, frozenset())


def scopes_shared_with(actor: Actor) -> list[str] | None:
    """Those use cases by their public ids, None for all of them: for who asks several times. One query."""
    if actor.kind == "system":
        return None
    if actor.bound_to:
        return [actor.bound_to]
    return _scopes_of(_reach(actor.user, clock.now(), frozenset()))


def _scopes_of(reach: Iterable[QuerySet[Any]]) -> list[str] | None:
    """What these rows reach together, None for everything. One query."""
    first, *others = (found.order_by().values_list("scope", flat=True) for found in reach)
    seen = set(first.union(*others))
    return None if "" in seen else sorted(seen)


def is_from_outside(user: User) -> bool:
    """Whether this person represents a client, or did, and holds no other role. One query."""
    return comes_from_outside(actors.person(user))


def _within(user: User | None, field: str, leaving_out: frozenset[str]) -> Q:
    if user is None:
        return Q(pk__in=[])
    within = Q()
    values = {"user": user.pk, "now": clock.now()}
    for scopes, everything in _prepared(leaving_out):
        within |= scopes.contains(field, **values) | everything.finds(**values)
    return within


PARTS = 3  # that a reach has


@cache
def _prepared(leaving_out: frozenset[str]) -> list[tuple[PreparedQuery, PreparedQuery]]:
    """For each part of a reach: the scopes, and whether one of them is everything. Half of all requests ask this, some of them often."""

    def part(at: int, **only: str) -> PreparedQuery:
        return PreparedQuery(
            lambda user, now: _reach(user, now, leaving_out)[at].filter(**only).order_by().values("scope"),
            keys=("user",),
            moments=("now",),
        )

    return [(part(at), part(at, scope="")) for at in range(PARTS)]


def _reach(user: User | int | None, now: datetime, leaving_out: frozenset[str]) -> list[QuerySet[Any]]:
    """Rows whose `scope` somebody sees; a blank one stands for everything. Roles `leaving_out` open nothing.

    Their own grants; those of people for whom they may act everywhere, in the role that was lent; and the use cases for which alone
    they may act, while the principal holds something there. Who is asked to judge has to be able to look.
    """
    grants = RoleGrant.objects.live(now).exclude(role__in=leaving_out)

    def lent(**more: Any) -> QuerySet[RoleGrant]:
        running = Q(user__delegations__ended_at=None) | Q(user__delegations__ended_at__gt=now)
        role = Q(user__delegations__role="") | Q(user__delegations__role=F("role"))
        return grants.filter(  # in one call, so that all of it is said of one delegation
            running,
            role,
            user__delegations__delegate=user,
            user__delegations__starts_at__lte=now,
            user__delegations__ends_at__gt=now,
            **more,
        )

    theirs = grants.filter(Q(scope="") | Q(scope=OuterRef("scope")), user=OuterRef("principal"))
    holds_it = Q(Exists(theirs.filter(role=OuterRef("role")))) | Q(Exists(theirs), role="")
    return [
        grants.filter(user=user),
        lent(user__delegations__scope=""),
        Delegation.objects.live(now).filter(holds_it, delegate=user).exclude(scope=""),
    ]


KNOWN_SCOPES = 200


def scope_titles(actor: Actor, *, among: Collection[str] | None = None) -> dict[str, str]:
    """The use cases that the actor sees, by public id: of `among`, or the newest. They belong to a room above, which registered them."""
    kind = objects.by_prefix("uc_")
    if kind is None or (among is not None and not among):
        return {}
    rows: Any = kind.model._default_manager
    seen = rows.visible_to(actor)
    found = seen.filter(public_id__in=among) if among is not None else seen.order_by("-pk")[:KNOWN_SCOPES]
    return {row.public_id: kind.title(row) for row in found}


# Absence -------------------------------------------------------------------------------------------------------------


def lends(principal: User, *, role: str, scope: str) -> bool:
    """Whether the person holds what a delegation would carry: the role, or any; on the use case, or anywhere."""
    grants = RoleGrant.objects.live().filter(user=principal)
    if role:
        grants = grants.filter(role=role)
    return (grants.covering(scope) if scope else grants).exists()


def delegations_in_force(at: datetime | None = None) -> DelegationQuerySet:
    """Delegations that hold at `at` (now), between people who could both sign in then."""
    at = at or clock.now()
    open_to = Q(delegate__closed_at=None) | Q(delegate__closed_at__gt=at)
    open_from = Q(principal__closed_at=None) | Q(principal__closed_at__gt=at)
    return Delegation.objects.live(at).filter(open_to, open_from).select_related("principal", "delegate")


def is_live(row: Delegation, at: datetime | None = None) -> bool:
    """Whether this one holds at `at` (now). The same rule as `live()`, for a row at hand."""
    at = at or clock.now()
    return row.starts_at <= at < row.ends_at and (row.ended_at is None or row.ended_at > at)


def delegations_live(scope: str, at: datetime | None = None) -> dict[str, list[Delegation]]:
    """Who acts for whom on the use case `scope` at `at` (now): delegations by the delegate's public id. One query.

    A delegation says nothing of whether the principal still holds the role: that is asked of their grants, at the same moment.
    """
    found: dict[str, list[Delegation]] = defaultdict(list)
    for row in delegations_in_force(at).covering(scope).order_by("pk"):
        found[row.delegate.public_id].append(row)
    return dict(found)


def delegations_seen_by(actor: Actor) -> QuerySet[Delegation]:
    """Delegations for everything, for use cases the actor sees, and those the actor is part of."""
    reach = Q(scope="") | within_scopes_seen(actor, "scope")
    if actor.is_person:
        reach |= Q(principal=actor.user) | Q(delegate=actor.user)
    return Delegation.objects.visible_to(actor).filter(reach).select_related("principal", "delegate", "created_by")


def away(users: Iterable[User], at: datetime | None = None) -> dict[str, list[Delegation]]:
    """Which of these people have somebody acting for them at `at` (now): their delegations, by their public id. One query."""
    found: dict[str, list[Delegation]] = defaultdict(list)
    for row in delegations_in_force(at).filter(principal__in=list(users)).order_by("pk"):
        found[row.principal.public_id].append(row)
    return dict(found)


# Leaving -------------------------------------------------------------------------------------------------------------


def teams_of(user: User) -> list[Team]:
    """The teams somebody belongs to now, by title."""
    return list(Team.objects.filter(memberships__user=user, memberships__ended_at=None).order_by("title", "pk"))


def live_tokens(user: User) -> int:
    """How many credentials of programs stop working with the account."""
    return Token.objects.live().filter(owner=user).count()


# Calendars -----------------------------------------------------------------------------------------------------------


def calendar_for(role: str = "", slug: str = "", *, among: Iterable[Calendar] | None = None) -> Calendar:
    """By which calendar a role works: the one a policy names (`slug`), else one that names the role, else the default one.

    Where there is none of these it is the built-in one, which is not stored: Monday to Friday, nine to five in UTC, slug "".
    `among` spares the query when calendars are at hand.
    """
    rows = list(Calendar.objects.order_by("pk")) if among is None else list(among)
    wanted = (
        [row for row in rows if slug and row.slug == slug]
        or [row for row in rows if role and role in row.roles]
        or [row for row in rows if row.is_default]
    )
    return wanted[0] if wanted else built_in_calendar()


def built_in_calendar() -> Calendar:
    hours = office_hours()
    week = [[list(pair) for pair in day] for day in hours.week]
    return Calendar(slug="", title="", zone=hours.zone, week=week, closed_on=[], roles=[])


def hours_of(calendar: Calendar) -> Hours:
    """The calendar as the value that due times are computed by."""
    return Hours(
        zone=calendar.zone,
        week=calendar.week,
        country=calendar.country,
        subdivision=calendar.subdivision,
        closed_on=calendar.closed_on,
    )


# Notices -------------------------------------------------------------------------------------------------------------

MANY = 100


def unread_count(actor: Actor) -> int:
    """How many notices the person has not read, up to MANY: nobody counts further."""
    return Notice.objects.visible_to(actor).unread()[:MANY].count() if actor.is_person else 0
