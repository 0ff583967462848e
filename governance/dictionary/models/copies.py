"""Where copies of a data set lie, and what its columns meant when they were made."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.models import PublicIdModel
from governance.dictionary.models.datasets import Dataset
from governance.dictionary.models.elements import Dictionary
from governance.people.models import Team, User, from_inside


class CopyQuerySet(models.QuerySet["Copy"]):
    def live(self, at: datetime | None = None) -> Self:
        """Those that lay somewhere at `at` (now)."""
        at = at or clock.now()
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at), created_at__lte=at)

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class Copy(PublicIdModel):
    """A copy of a data set that somebody keeps: who, where, since when and until when. Ended when it was deleted.

    `columns`: the name of each column → `{"element", "version", "digest"}`, as its legend says them. By these the server tells
    whether the copy still means what its elements mean.
    """

    public_id_prefix = "cp"
    audit_fields = ("dictionary", "dataset", "team", "made_on", "until", "release", "columns", "created_by", "ended_at")

    dictionary = models.ForeignKey(Dictionary, models.PROTECT, related_name="copies")
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="copies")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    holder = models.CharField(_("Who keeps it"), max_length=200)
    place = models.CharField(_("Where it lies"), max_length=500)
    purpose = models.TextField(_("What for"), blank=True, validators=[MaxLengthValidator(2000)])
    made_on = models.DateField(_("Made on"))
    until = models.DateField(_("Kept until"), null=True, blank=True)
    release = models.PositiveIntegerField(null=True, blank=True)
    columns = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=500, null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = CopyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("made_on")), name="copy_kept_after_it_was_made")
        ]
        indexes = [models.Index(fields=["dictionary", "-id"], name="copy_by_dictionary")]

    def __str__(self) -> str:
        return f"{self.dataset} · {self.holder}"
