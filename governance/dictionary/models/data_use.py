"""Which data a use case may use: for what, on what legal basis, where, until when. Asked for, agreed to, and over again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.models import PublicIdModel
from governance.dictionary.models.datasets import Dataset, DatasetVersion
from governance.people.models import User
from governance.usecases.models import UseCase

State = Literal["proposed", "active", "expired", "ended", "withdrawn"]


class DataUseQuerySet(models.QuerySet["DataUse"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))

    def permitted(self, at: datetime | None = None) -> Self:
        """Agreed to, and not over at `at` (now). Half-open: at the very moment it ends it is absent, and no timer has to run."""
        at = at or clock.now()
        return self.filter(
            Q(approved_until=None) | Q(approved_until__gt=at),
            Q(ended_at=None) | Q(ended_at__gt=at),
            approved_at__lte=at,
            until__gt=at,
            withdrawn_at=None,
        )


class DataUse(PublicIdModel):
    """What somebody asks to do with a data set. It is written once: another purpose, place or time is another ask.

    Without `version` it is about every version of the data set. Where it stands is what its request says; the columns at the end are
    written once, by a decision (`approval`) or by whoever takes it back or ends it.
    """

    class Basis(models.TextChoices):
        """Why it is lawful: the grounds of article 6 GDPR, and data that is about nobody."""

        CONSENT = "consent", _("Consent")
        CONTRACT = "contract", _("Contract")
        LEGAL_OBLIGATION = "legal_obligation", _("Legal obligation")
        VITAL_INTERESTS = "vital_interests", _("Vital interests")
        PUBLIC_TASK = "public_task", _("Public task")
        LEGITIMATE_INTERESTS = "legitimate_interests", _("Legitimate interests")
        NOT_PERSONAL = "not_personal", _("Not personal data")

    public_id_prefix = "du"
    audit_fields = (
        "dataset",
        "version",
        "use_case",
        "purpose",
        "basis",
        "basis_words",
        "places",
        "copies",
        "until",
        "withdrawn_at",
        "approved_at",
        "approved_until",
        "approval",
        "ended_at",
    )

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="uses")
    version = models.ForeignKey(DatasetVersion, models.PROTECT, null=True, blank=True, related_name="uses")
    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="data_uses")
    purpose = models.TextField(_("For what purpose"), validators=[MaxLengthValidator(4000)])
    basis = models.CharField(_("Legal basis"), max_length=20, choices=Basis.choices)
    basis_words = models.TextField(_("Why this basis holds"), validators=[MaxLengthValidator(4000)])
    places = models.JSONField(_("Where it may lie"))  # a list of texts
    copies = models.TextField(_("Which copies are made"), validators=[MaxLengthValidator(2000)], blank=True)
    until = models.DateTimeField(_("Until when"))
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    # Written once
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=500, null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_until = models.DateTimeField(null=True, blank=True)  # where the approval itself runs out
    approval = models.CharField(max_length=40, null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=500, null=True, blank=True)

    objects = DataUseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("created_at")), name="data_use_ends_after_it_is_asked"),
            models.CheckConstraint(condition=Q(approved_at=None) | Q(withdrawn_at=None), name="data_use_approved_or_withdrawn"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(approved_at__isnull=False), name="data_use_ended_once_approved"
            ),
        ]
        indexes = [models.Index(fields=["use_case", "dataset"], name="data_use_by_use_case")]

    def state(self, at: datetime | None = None) -> State:
        """Where it stands at `at` (now). Nobody keeps this: the time decides."""
        at = at or clock.now()
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.ended_at is not None and self.ended_at <= at:
            return "ended"
        if self.until <= at or (self.approved_until is not None and self.approved_until <= at):
            return "expired"
        return "active" if self.approved_at is not None else "proposed"

    @property
    def holds_until(self) -> datetime:
        """When it is over, if nobody ends it earlier."""
        return min(self.until, self.approved_until) if self.approved_until is not None else self.until

    def content(self) -> dict[str, Any]:
        """What people judge: no id, no author, no date of writing."""
        return {
            "format": "countersign/data-use/1",
            "dataset": self.dataset.name,
            "version": self.version.digest if self.version is not None else None,
            "use_case": self.use_case.slug,
            "purpose": self.purpose,
            "basis": self.basis,
            "basis_words": self.basis_words,
            "places": self.places,
            "copies": self.copies,
            "until": self.until,
        }

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return f"{self.use_case}: {self.version or self.dataset}"
