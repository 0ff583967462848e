"""Who holds which role, where, from when until when: by person, or through a team."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, Q

from foundation import clock
from foundation.actor import Actor
from foundation.models import PublicIdModel
from governance.people.models.accounts import Team, User
from governance.people.roles import OUTSIDE, ROLES


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def live(self, at: datetime | None = None) -> Self:
        """In force at `at` (now): begun at or before, not ended by then, and of somebody who could sign in then.

        Half-open: at its planned end a grant holds no more. One that came through a team ends with the membership, by its service.
        """
        at = at or clock.now()
        open_account = Q(user__closed_at=None) | Q(user__closed_at__gt=at)
        running = Q(ended_at=None) | Q(ended_at__gt=at)
        return self.filter(running, open_account, Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)

    def unfinished(self, at: datetime | None = None) -> Self:
        """Those that hold at `at` (now) or will: nobody ended them, and their planned end is still to come."""
        at = at or clock.now()
        return self.filter(
            Q(ends_at=None) | Q(ends_at__gt=at), Q(user__closed_at=None) | Q(user__closed_at__gt=at), ended_at=None
        )

    def covering(self, scope: str) -> Self:
        """Grants that reach this use case: on it, or for the whole organisation."""
        return self.filter(scope__in=["", scope])

    def visible_to(self, actor: Actor) -> Self:
        """Organisation-wide grants are known inside; grants on a use case are seen by those who see the use case; one's own always.

        Whoever comes from outside sees their own and nobody else's. It costs no query of its own.
        """
        if actor.kind == "system":
            return self
        known = Q(scope="") & from_inside(actor)
        if actor.bound_to:
            return self.filter(known | Q(scope=actor.bound_to))
        mine = RoleGrant.objects.live().filter(user=actor.user).exclude(role__in=OUTSIDE)
        everywhere = Q(Exists(mine.filter(scope="")))
        return self.filter(Q(user=actor.user) | known | everywhere | Q(scope__in=mine.exclude(scope="").values("scope")))


class RoleGrant(PublicIdModel):
    """Somebody holds a role, for one use case or everywhere, from then until it was ended. Never deleted."""

    public_id_prefix = "rg"
    audit_fields = ("user", "role", "scope", "starts_at", "ended_at", "granted_by")

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40, choices=ROLES)
    scope = models.CharField(max_length=40, blank=True)  # public id of a use case; blank = the whole organisation
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)  # planned: the first instant at which it holds no more
    ended_at = models.DateTimeField(null=True)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="grants_given"
    )  # empty: the installation's setup
    reason = models.CharField(max_length=200, blank=True)
    end_reason = models.CharField(max_length=200, null=True)
    through = models.ForeignKey("people.TeamGrant", models.PROTECT, null=True, related_name="grants")  # it came with the team

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "scope"],
                condition=Q(ended_at=None, ends_at=None, through=None),  # the service refuses planned ones that overlap
                name="grant_once_at_a_time",
            ),
            models.UniqueConstraint(fields=["user", "through"], condition=Q(ended_at=None), name="grant_once_through_a_team"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="grant_is_planned_to_end_later"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("starts_at")), name="grant_ends_after_it_starts"
            ),
        ]
        indexes = [models.Index(fields=["scope", "role"], name="grant_by_scope_and_role", condition=Q(ended_at=None))]

    def audit_state(self) -> dict[str, Any]:
        """A planned end and a team stand in it only where there is one, so that older grants read as they were recorded."""
        planned = {"ends_at": self.ends_at} if self.ends_at else {}
        return {**super().audit_state(), **planned, **({"through": self.through.public_id} if self.through else {})}

    def audit_scope(self) -> str:
        return self.scope

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class TeamGrantQuerySet(models.QuerySet["TeamGrant"]):
    def unfinished(self, at: datetime | None = None) -> Self:
        """Those that hold at `at` (now) or will."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at or clock.now()), ended_at=None)

    def visible_to(self, actor: Actor) -> Self:
        """As grants are: for the whole organisation by everybody inside, on a use case by those who see it."""
        from governance.people.selectors import within_scopes_seen

        return self.filter(Q(scope="") & from_inside(actor) | within_scopes_seen(actor, "scope"))


class TeamGrant(PublicIdModel):
    """A team holds a role. Each member has a grant of their own from it while they are a member, so that whoever asks who may
    act asks grants alone; the services that change teams keep the two in step. Ended, never deleted.
    """

    public_id_prefix = "tg"
    audit_fields = ("team", "role", "scope", "starts_at", "ends_at", "ended_at", "granted_by")

    team = models.ForeignKey(Team, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40, choices=ROLES)
    scope = models.CharField(max_length=40, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    end_reason = models.CharField(max_length=200, null=True)

    objects = TeamGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "role", "scope"], condition=Q(ended_at=None, ends_at=None), name="team_grant_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="team_grant_is_planned_to_end_later"
            ),
        ]

    def audit_scope(self) -> str:
        return self.scope

    def __str__(self) -> str:
        return f"{self.team}: {self.role}"


def from_inside(actor: Actor) -> Q:
    """A condition on rows that everybody inside may see, whatever they are about; it costs no query of its own.

    Somebody comes from outside who represents a client, or did, and holds no other role: an account whose last role has ended
    must not see more than before. Programs answer for themselves by their scopes.
    """
    if not actor.is_person:
        return Q(pk__isnull=False)  # every row, and still a condition: an empty one would vanish beside an `|`
    held = RoleGrant.objects.filter(user=actor.user)
    return Q(Exists(held.live().exclude(role__in=OUTSIDE))) | ~Q(Exists(held.filter(role__in=OUTSIDE)))


def comes_from_outside(actor: Actor) -> bool:
    """Whether that condition fails for the actor. One query, and one for a whole page that is shown to them."""
    if not actor.is_person:
        return False
    asked = {} if actor.user.asked is None else actor.user.asked
    if "outside" not in asked:
        asked["outside"] = not User.objects.filter(from_inside(actor), pk=actor.user.pk).exists()
    answer: bool = asked["outside"]
    return answer
