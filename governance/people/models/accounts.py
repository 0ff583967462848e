"""Accounts, and the teams that people belong to."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.models import PublicIdModel


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def visible_to(self, actor: Actor) -> Self:
        """Who works here may know who else does: reviewers are named on every page. Somebody from outside finds themselves."""
        from governance.people.models.grants import from_inside

        return self.filter(from_inside(actor) | Q(pk=actor.user.pk)) if actor.user is not None else self


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

    class Mail(models.TextChoices):
        EACH = "each", _("At once")
        DAILY = "daily", _("Once a day")
        NONE = "none", _("Never")

    username = models.CharField(_("User name"), max_length=60, unique=True, validators=[UnicodeUsernameValidator()])
    name = models.CharField(_("Name"), max_length=120)
    email = models.EmailField(_("E-mail"), unique=True)
    language = models.CharField(_("Language"), max_length=10, default="en")
    theme = models.CharField(_("Theme"), max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    mail = models.CharField(_("E-mail about notices"), max_length=10, choices=Mail.choices, default=Mail.EACH)
    is_active = models.BooleanField(default=True)  # what Django asks when somebody signs in
    created_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)  # since when not, so that "who could have approved then?" is a query
    # What was asked about this person already, on the row that one page is shown to (`OncePerPageMiddleware`). None: ask each time.
    asked: dict[Any, Any] | None = None

    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, actor: Actor) -> Self:
        from governance.people.models.grants import from_inside

        return self.filter(from_inside(actor))


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
