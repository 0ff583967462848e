"""What a use case needs to run on, what platforms offer, and where somebody agreed that the two may differ."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import User, from_inside
from governance.usecases.models.use_cases import UseCase


class PlatformQuerySet(models.QuerySet["Platform"]):
    def visible_to(self, actor: Actor) -> Self:
        """Everybody signed in may know where things can run."""
        return self.filter(from_inside(actor))


class Platform(PublicIdModel):
    """Where things can run, for the whole organisation. What it offers stands in numbered versions."""

    public_id_prefix = "plf"
    audit_fields = ("slug", "title")

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("Title"), max_length=120)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = PlatformQuerySet.as_manager()

    def current_offer(self) -> PlatformOffer | None:
        return self.offers.order_by("-number").first()

    def __str__(self) -> str:
        return self.title


class PlatformOfferQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class PlatformOffer(PublicIdModel):
    """One version of what a platform offers: languages, packages, hardware, isolation, network, data. Never edited."""

    public_id_prefix = "plo"

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="offers")
    number = models.PositiveIntegerField()
    content: Any = models.JSONField()  # as `governance.usecases.stack` reads it
    digest = models.CharField(max_length=71)
    note = models.TextField(_("What is new"), blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = PlatformOfferQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "number"], name="platform_offer_numbered_once")]

    def audit_state(self) -> dict[str, Any]:
        return {"platform": self.platform.public_id, "number": self.number, "digest": self.digest}

    def __str__(self) -> str:
        return f"{self.platform} · {self.number}"


class StackNeedQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class StackNeed(PublicIdModel):
    """One version of what a use case needs to run, and on which platform it is to run. Never edited."""

    public_id_prefix = "stn"

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="stack_needs")
    number = models.PositiveIntegerField()
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+")
    content: Any = models.JSONField()  # as `governance.usecases.stack` reads it
    digest = models.CharField(max_length=71)  # over platform and content
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = StackNeedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["use_case", "number"], name="stack_need_numbered_once")]

    def audit_state(self) -> dict[str, Any]:
        return {"use_case": self.use_case.public_id, "number": self.number, "digest": self.digest}

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return str(_("%(title)s: what it needs to run, %(number)s") % {"title": self.use_case, "number": self.number})


class StackDeviationQuerySet(models.QuerySet["StackDeviation"]):
    def live(self, on: date) -> Self:
        """Not ended, and its time is not over: `valid_until` is the last day."""
        return self.filter(ended_at=None, valid_until__gte=on)

    def visible_to(self, actor: Actor) -> Self:
        """Deviations belong to a platform, which is everybody's; for which use case they were recorded is told to those who see it."""
        return self.filter(from_inside(actor))


class StackDeviation(PublicIdModel):
    """Something a platform does not offer and that may run on it all the same: why, within which limits, until when.

    It counts once a second person has confirmed it, and then for every use case that needs the same of this platform.
    """

    class Ending(models.TextChoices):
        WITHDRAWN = "withdrawn", _("Withdrawn")
        DECLINED = "declined", _("Declined")
        ENDED = "ended", _("Ended early")

    public_id_prefix = "sdv"
    audit_fields = (
        "platform",
        "use_case",
        "aspect",
        "item",
        "wanted",
        "valid_until",
        "proposed_by",
        "confirmed_by",
        "confirmed_at",
        "ended_at",
        "ended_as",
    )

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="deviations")
    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="stack_deviations")  # for which it was asked first
    aspect = models.CharField(max_length=20)  # of `governance.usecases.stack`
    item = models.CharField(max_length=120, blank=True)
    wanted = models.CharField(max_length=200)
    reason = models.TextField(_("Why it is needed"), max_length=2000)
    limits = models.TextField(_("Within which limits"), max_length=2000, blank=True)
    valid_until = models.DateField(_("Until when"))
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_as = models.CharField(max_length=20, choices=Ending.choices, null=True)
    end_reason = models.TextField(null=True)

    objects = StackDeviationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")), name="stack_deviation_by_two_people"
            ),
        ]
        indexes = [
            models.Index(fields=["platform", "aspect", "item"], name="stack_deviation_of_platform", condition=Q(ended_at=None))
        ]

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return f"{self.platform}: {self.item or self.aspect} {self.wanted}".strip()
