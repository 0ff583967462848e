"""People, teams, and who holds which role, where, since when."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.models import PublicIdModel
from governance.people.roles import ROLES


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def visible_to(self, actor: Actor) -> Self:
        """Everybody signed in may know who works here: reviewers are named on every page."""
        return self


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc] # a manager class made at run time
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)


class User(AbstractBaseUser, PublicIdModel):
    """Somebody who can sign in. Never deleted: what they signed keeps their name. Leaving means `is_active` off."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    public_id_prefix = "us"
    audit_fields = ("username", "is_active")
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email", "name"]

    username = models.CharField(_("User name"), max_length=60, unique=True, validators=[UnicodeUsernameValidator()])
    name = models.CharField(_("Name"), max_length=120)
    email = models.EmailField(_("E-mail"), unique=True)
    language = models.CharField(_("Language"), max_length=10, default="en")
    theme = models.CharField(_("Theme"), max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    is_active = models.BooleanField(default=True)  # what Django asks when somebody signs in
    created_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)  # since when not, so that "who could have approved then?" is a query

    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, actor: Actor) -> Self:
        return self


class Team(PublicIdModel):
    """Some people who answer for data or systems together."""

    public_id_prefix = "tm"
    audit_fields = ("slug", "title")

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=clock.now)

    objects = TeamQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title


class Membership(models.Model):
    """Belonging to a team, from then until it ended."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    starts_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], condition=Q(ended_at=None), name="membership_once_at_a_time")
        ]


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def live(self, at: datetime | None = None) -> Self:
        """In force at `at` (now): granted at or before, not ended by then, and of somebody who could sign in then."""
        at = at or clock.now()
        open_account = Q(user__closed_at=None) | Q(user__closed_at__gt=at)
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at), open_account, starts_at__lte=at)

    def covering(self, scope: str) -> Self:
        """Grants that reach this use case: on it, or for the whole organisation."""
        return self.filter(scope__in=["", scope])

    def visible_to(self, actor: Actor) -> Self:
        """Organisation-wide grants are public; grants on a use case are seen by those who see the use case."""
        if actor.kind == "system":
            return self
        mine = RoleGrant.objects.live().filter(user=actor.user)
        if mine.filter(scope="").exists() and not actor.bound_to:
            return self
        scopes = [actor.bound_to] if actor.bound_to else list(mine.values_list("scope", flat=True))
        return self.filter(scope__in=["", *scopes])


class RoleGrant(PublicIdModel):
    """Somebody holds a role, for one use case or everywhere, from then until it was ended. Never deleted."""

    public_id_prefix = "rg"
    audit_fields = ("user", "role", "scope", "starts_at", "ended_at", "granted_by")

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40, choices=ROLES)
    scope = models.CharField(max_length=40, blank=True)  # public id of a use case; blank = the whole organisation
    starts_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="grants_given"
    )  # empty: the installation's setup
    reason = models.CharField(max_length=200, blank=True)
    end_reason = models.CharField(max_length=200, null=True)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "scope"], condition=Q(ended_at=None), name="grant_once_at_a_time"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("starts_at")), name="grant_ends_after_it_starts"
            ),
        ]
        indexes = [models.Index(fields=["scope", "role"], name="grant_by_scope_and_role", condition=Q(ended_at=None))]

    def audit_scope(self) -> str:
        return self.scope

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"
