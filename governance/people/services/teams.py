"""Teams: founding them, who belongs to them, and the roles they hold.

A team's role reaches its members as a grant of their own each, which begins and ends with the membership in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actor import Actor
from foundation.errors import Conflict, NotAllowed
from foundation.permissions import require
from foundation.services import validate
from governance.people.models import Membership, RoleGrant, Team, TeamGrant, User
from governance.people.permissions import may_administer, may_grant
from governance.people.roles import role_label
from governance.people.services.roles import check_times, give, not_before_now, take

TEAM_CREATED = audit.kind("people.team.created", _("Team created"))
TEAM_CHANGED = audit.kind("people.team.changed", _("Members of a team changed"))
TEAM_ROLE_GRANTED = audit.kind("people.team_role.granted", _("Role given to a team"))
TEAM_ROLE_ENDED = audit.kind("people.team_role.ended", _("Role of a team ended"))


def create_team(*, actor: Actor, slug: str, title: str, members: list[User] | None = None) -> Team:
    """Found a team. Raises Conflict when the slug is taken."""
    require(may_administer(actor))
    team = Team(slug=slug, title=title.strip())
    validate(team)
    try:
        with transaction.atomic():
            team.save(force_insert=True)
            for user in members or []:
                Membership.objects.create(team=team, user=user, starts_at=clock.now())
            audit.record(actor, TEAM_CREATED, team, {"slug": slug, "members": sorted(user.public_id for user in members or [])})
    except IntegrityError as error:
        raise Conflict(_("There is a team %(slug)s already.") % {"slug": slug}, code="team.exists") from error
    return team


def change_members(*, actor: Actor, team: Team, add: Sequence[User] = (), remove: Sequence[User] = ()) -> Team:
    """Take people into a team and out of it; they get and lose the roles that the team holds, at once.

    Whoever is in already, or not, changes nothing. Raises NotAllowed, also for somebody who would give themselves a role by it;
    Conflict when somebody cannot sign in, or cannot show a training that a role of the team asks for.
    """
    require(may_administer(actor))
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team.pk)
        grants = list(TeamGrant.objects.unfinished().filter(team=team).order_by("pk"))
        if grants and actor.user in add:
            raise NotAllowed(_("This team holds roles, and nobody can give a role to themselves. Ask another administrator."))
        inside = {row.user_id: row for row in Membership.objects.filter(team=team, ended_at=None)}
        joined = [user for user in dict.fromkeys(add) if user.pk not in inside]
        left = [user for user in dict.fromkeys(remove) if user.pk in inside and user not in joined]
        if not joined and not left:
            return team
        for user in joined:
            if not user.is_active:
                raise Conflict(_("%(name)s cannot sign in any more.") % {"name": user}, code="user.closed")
            Membership.objects.create(team=team, user=user, starts_at=clock.now())
            for grant in grants:
                _reach(actor, grant, user)
        for user in left:
            Membership.objects.filter(pk=inside[user.pk].pk, ended_at=None).update(ended_at=clock.now())
            for held in RoleGrant.objects.filter(user=user, through__in=grants, ended_at=None).select_related("user", "through"):
                take(actor, held, "")
        changed = {"joined": sorted(user.public_id for user in joined), "left": sorted(user.public_id for user in left)}
        audit.record(actor, TEAM_CHANGED, team, changed)
    return team


def grant_team_role(
    *,
    actor: Actor,
    team: Team,
    role: str,
    scope: str = "",
    reason: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> TeamGrant:
    """Give a role to a team over [starts_at, ends_at): whoever is a member during that time holds it.

    Raises NotAllowed, also when the actor is a member; Invalid; Conflict when the team holds it there for part of that time already,
    or a member cannot show a training that the role asks for.
    """
    members = members_of(team)
    require(may_grant(actor, role=role, scope=scope, user=actor.user if actor.user in members else None))
    row = TeamGrant(team=team, role=role, scope=scope, starts_at=not_before_now(starts_at) or clock.now(), ends_at=ends_at)
    row.granted_by, row.reason = actor.user, reason.strip()
    check_times(role, row.starts_at, row.ends_at)
    validate(row)
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team.pk)
        if any(_meet(row, other) for other in TeamGrant.objects.unfinished().filter(team=team, role=role, scope=scope)):
            raise Conflict(
                _("%(name)s holds the role %(role)s here already.") % {"name": team, "role": role_label(role)},
                code="grant.exists",
            )
        row.save(force_insert=True)
        audit.record(
            actor,
            TEAM_ROLE_GRANTED,
            row,
            {"to": team.public_id, "role": role, "scope": scope},
            personal={"reason": row.reason},
        )
        for user in members:
            if user.is_active:
                _reach(actor, row, user)
    return row


def end_team_role(*, actor: Actor, grant: TeamGrant, reason: str) -> TeamGrant:
    """End a team's role now, for all its members. Raises NotAllowed; Conflict when it was ended already."""
    require(may_grant(actor, role=grant.role, scope=grant.scope, user=None))
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=grant.team_id)
        ended = max(clock.now(), grant.starts_at)
        if not TeamGrant.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=ended, end_reason=reason.strip()[:200]):
            raise Conflict(_("This role was ended already."), code="grant.ended")
        grant.refresh_from_db()
        for held in RoleGrant.objects.filter(through=grant, ended_at=None).select_related("user", "through"):
            take(actor, held, reason)
        audit.record(
            actor,
            TEAM_ROLE_ENDED,
            grant,
            {"from": grant.team.public_id, "role": grant.role},
            personal={"reason": reason.strip()[:200]},
        )
    return grant


def members_of(team: Team) -> list[User]:
    """Who belongs to the team now, by name."""
    return list(User.objects.filter(memberships__team=team, memberships__ended_at=None).order_by("name", "pk"))


def _reach(actor: Actor, grant: TeamGrant, user: User) -> RoleGrant:
    """The member's own grant: from when they were members and the team held the role, until the role ends."""
    row = RoleGrant(user=user, role=grant.role, scope=grant.scope, reason=grant.reason, through=grant)
    return give(actor, row, max(clock.now(), grant.starts_at), grant.ends_at)


def _meet(one: TeamGrant, other: TeamGrant) -> bool:
    """Whether the two hold at some time together."""
    return (one.ends_at is None or other.starts_at < one.ends_at) and (other.ends_at is None or one.starts_at < other.ends_at)
