"""Which columns hold which element, who fills and who reads them, and how they differ."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.canonical import canonical_json
from foundation.models import PublicIdModel
from governance.dictionary.models.datasets import Dataset
from governance.dictionary.models.elements import DataElement
from governance.people.models import Team, User, from_inside


class BindingQuerySet(models.QuerySet["Binding"]):
    def live(self, at: datetime | None = None) -> Self:
        """In force at `at` (now). Half-open, so a binding that replaces another never holds together with it."""
        at = at or clock.now()
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at), starts_at__lte=at)

    def filling(self) -> Self:
        return self.filter(side=Binding.Side.FILLS)

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class Binding(PublicIdModel):
    """A team says that a column of its data holds this element, and how it differs. Ended, never deleted.

    What it declares: values are `factor` × the element's + `offset`; codes are those of `recode` (theirs → the element's); a missing
    value is written as one of `null_tokens` (token → meaning); dates are written in `date_format`, times in `time_zone`.
    `waived_until`: until when the difference is accepted.
    """

    class Side(models.TextChoices):
        FILLS = "fills", _("fills it")
        READS = "reads", _("reads it")

    class Role(models.TextChoices):
        SOURCE = "source", _("Source")
        DERIVED = "derived", _("Derived")
        FEATURE = "feature", _("Feature")

    public_id_prefix = "bd"
    audit_fields = ("element", "team", "dataset", "column", "side", "deviation", "declared", "starts_at", "ended_at")

    element = models.ForeignKey(DataElement, models.PROTECT, related_name="bindings")
    team = models.ForeignKey(Team, models.PROTECT, related_name="bindings")
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="bindings")
    column = models.CharField(_("Column"), max_length=200)
    side = models.CharField(_("What the team does with it"), max_length=5, choices=Side.choices, default=Side.FILLS)
    role = models.CharField(_("Role"), max_length=7, choices=Role.choices, blank=True)
    physical_type = models.CharField(_("Physical type"), max_length=120, blank=True)
    deviation = models.TextField(_("Deviation"), validators=[MaxLengthValidator(2000)], blank=True)
    declared = models.JSONField(default=dict, blank=True)  # the parts that machines can apply: see `deviations.Declared`
    waived_until = models.DateField(_("Accepted until"), null=True, blank=True)
    starts_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = BindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "dataset", "column", "side"], condition=Q(ended_at=None), name="binding_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("starts_at")), name="binding_ends_after_it_starts"
            ),
        ]
        indexes = [models.Index(fields=["dataset", "column"], name="binding_by_column")]

    @property
    def deviates(self) -> bool:
        return bool(self.deviation or self.declared)

    @property
    def said(self) -> str:
        """The deviation in one text, as digests take it: words alone as they are, else everything in canonical form."""
        if not self.declared:
            return self.deviation
        return canonical_json({"declared": self.declared, "words": self.deviation}).decode()

    def __str__(self) -> str:
        return f"{self.dataset.name}.{self.column}"
