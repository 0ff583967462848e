"""Who acts in whose place, and when people work."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.models import PublicIdModel
from governance.people.models.accounts import User
from governance.people.models.grants import from_inside
from governance.people.roles import ROLES


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def live(self, at: datetime | None = None) -> Self:
        """In force at `at` (now): half-open, from `starts_at` to just before `ends_at`, and not ended before that."""
        at = at or clock.now()
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at), starts_at__lte=at, ends_at__gt=at)

    def covering(self, scope: str) -> Self:
        """Those that reach this use case: for it, or for everything."""
        return self.filter(scope__in=["", scope])

    def visible_to(self, actor: Actor) -> Self:
        """Who works here may know who stands in for whom: it is shown wherever they act. Somebody from outside sees their own."""
        own = Q(principal=actor.user) | Q(delegate=actor.user) if actor.user is not None else Q(pk=None)
        return self.filter(from_inside(actor) | own)


class Delegation(PublicIdModel):
    """Somebody acts in another's place, from then until just before then. It is not handed on: a delegate's delegate is nobody.

    What it carries is worth what the principal holds at the moment of acting; it gives no role of its own.
    """

    public_id_prefix = "dl"
    audit_fields = ("principal", "delegate", "role", "scope", "starts_at", "ends_at", "ended_at", "created_by")

    principal = models.ForeignKey(User, models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(User, models.PROTECT, related_name="delegations_to")
    role = models.CharField(max_length=40, blank=True, choices=ROLES)  # blank = all the principal holds
    scope = models.CharField(max_length=40, blank=True)  # public id of a use case; blank = everywhere
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # ended early
    reason = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(principal=F("delegate")), name="delegation_to_somebody_else"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="delegation_ends_after_it_starts"),
        ]
        indexes = [models.Index(fields=["delegate", "ends_at"], name="delegation_by_delegate")]

    def audit_scope(self) -> str:
        return self.scope

    def __str__(self) -> str:
        return f"{self.delegate} for {self.principal}"


class CalendarQuerySet(models.QuerySet["Calendar"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class Calendar(PublicIdModel):
    """When people work: a time zone, the hours of a week, and the days off of a country or region."""

    public_id_prefix = "cl"
    audit_fields = ("slug", "title", "zone", "week", "country", "subdivision", "closed_on", "roles", "is_default")

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("Title"), max_length=120)
    zone = models.CharField(_("Time zone"), max_length=60)  # IANA
    week = (
        models.JSONField()
    )  # seven lists, Monday first, of ["09:00", "17:00"] pairs in local time, "24:00" for midnight at the end
    country = models.CharField(_("Country of the public holidays"), max_length=2, blank=True)  # ISO 3166-1; blank = none
    subdivision = models.CharField(_("Region"), max_length=10, blank=True)
    closed_on = models.JSONField(default=list)  # further dates, ISO
    roles = models.JSONField(default=list)  # roles that work by it, where a policy does not say
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = CalendarQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="calendar_one_default")]

    def digest(self) -> str:
        """Over what decides a due time, so that a deadline can say by which calendar it was computed."""
        return digest({name: getattr(self, name) for name in ("zone", "week", "country", "subdivision", "closed_on")})

    def __str__(self) -> str:
        return self.title
