"""What was agreed about a case, and what came of it month by month."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.models import PublicIdModel
from governance.economics.models.cases import CURRENCY, AppendOnlyOfCaseQuerySet, Case, OfCaseQuerySet, Snapshot
from governance.people.models import User

SMALLEST_DAY = 1


class Baseline(PublicIdModel):
    """A snapshot that was approved: what results are measured against. Never edited; another approval puts another in its place.

    `starts_on` is the first day of period 0. It holds from `approved_at` on, until it is ended: replaced by the next one, or its
    approval was taken back.
    """

    public_id_prefix = "eb"
    audit_fields = ("case", "snapshot", "number", "starts_on", "request", "ended_because")

    class Ended(models.TextChoices):
        REPLACED = "replaced", _("Replaced")
        REVOKED = "revoked", _("Approval taken back")

    case = models.ForeignKey(Case, models.PROTECT, related_name="baselines")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="baselines")
    number = models.PositiveIntegerField()
    starts_on = models.DateField(_("First day of period 0"))
    request = models.CharField(max_length=40)  # public id of the request that decided it
    approved_at = models.DateTimeField()
    # Written once
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=10, choices=Ended.choices, null=True, blank=True)
    ended_reason = models.CharField(max_length=500, null=True, blank=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="baseline_numbered_once"),
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at=None), name="baseline_one_holds"),
        ]

    def audit_scope(self) -> str:
        return self.case.use_case.public_id

    def __str__(self) -> str:
        return f"{self.case} · {self.number}"


class Actual(PublicIdModel):
    """What a line really came to in a month, in the case's currency. Never edited: a correction takes the place of what it corrects.

    `amount` is positive in the direction of its line; a refund is a negative cost. `reference` is what its source calls it (an invoice,
    a pipeline, a row of a cloud bill): the same one is taken in once.
    """

    class Source(models.TextChoices):
        ENTERED = "entered", _("Entered")
        IMPORTED = "imported", _("Imported")
        CI = "ci", _("From CI")
        CLOUD = "cloud", _("From a cloud bill")

    public_id_prefix = "ea"
    audit_fields = ("case", "line", "month", "amount", "original", "currency", "source", "reference", "replaces")

    case = models.ForeignKey(Case, models.PROTECT, related_name="actuals")
    line = models.CharField(_("Line"), max_length=60)  # its key, which lines keep from one snapshot to the next
    month = models.DateField(_("Month"))  # its first day
    amount = models.DecimalField(_("Amount"), max_digits=18, decimal_places=2)
    original = models.DecimalField(max_digits=18, decimal_places=2)  # as it was sent, in `currency`
    currency = models.CharField(_("Currency"), max_length=3, validators=[CURRENCY])
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.ENTERED)
    reference = models.CharField(_("Reference"), max_length=200, blank=True)
    note = models.TextField(_("Note"), validators=[MaxLengthValidator(2000)], blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()

    objects = AppendOnlyOfCaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(month__day=SMALLEST_DAY), name="actual_of_a_month"),
            models.CheckConstraint(condition=~Q(replaces=F("id")), name="actual_does_not_replace_itself"),
            models.UniqueConstraint(
                fields=["case", "line", "month", "source", "reference"],
                condition=~Q(reference="") & Q(replaces=None),
                name="actual_taken_in_once",
            ),
        ]
        indexes = [models.Index(fields=["case", "line", "month"], name="actual_of_line")]

    def audit_scope(self) -> str:
        return self.case.use_case.public_id

    def __str__(self) -> str:
        return f"{self.line} {self.month:%Y-%m}"
