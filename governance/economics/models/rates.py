"""Rates that the organisation has written down: who says so, since when, until when."""

from __future__ import annotations

from typing import Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import PublicIdModel
from governance.people.models import User, from_inside


class RateRecordQuerySet(models.QuerySet["RateRecord"]):
    def visible_to(self, actor: Actor) -> Self:
        """Everybody inside: they are the same for all cases."""
        return self.filter(from_inside(actor))

    def in_force(self) -> Self:
        return self.filter(ended_at=None)


class RateRecord(PublicIdModel):
    """A discount rate, a rate of inflation, an exchange rate or a table of optimism bias, as of a day and from a source.

    A case copies what it takes, so that a later record changes no case that was written down.
    """

    class Kind(models.TextChoices):
        DISCOUNT = "discount", _("Discount rate")
        INFLATION = "inflation", _("Inflation")
        EXCHANGE = "exchange", _("Exchange rate")
        BIAS = "bias", _("Optimism bias")

    public_id_prefix = "er"
    audit_fields = ("kind", "key", "body", "source", "dated", "ended_at")

    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=60)  # of an exchange rate `USD/EUR`: what one of the first is in the second
    title = models.CharField(_("Name"), max_length=120)
    body = (
        models.JSONField()
    )  # as in a written plan: of a discount rate steps and prices, of the others a rate, of a bias upper and lower
    source = models.CharField(_("Source"), max_length=500)
    dated = models.DateField(_("As of"))
    note = models.TextField(_("Note"), validators=[MaxLengthValidator(2000)], blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    # Written once
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=500, null=True, blank=True)

    objects = RateRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "dated"], condition=Q(ended_at=None), name="rate_of_a_day_once")
        ]

    def __str__(self) -> str:
        return self.title
