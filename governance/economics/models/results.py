"""What was agreed about a case, and what came of it month by month."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.models import AppendOnlyQuerySet, Job, PublicIdModel
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


class ShortfallQuerySet(OfCaseQuerySet):
    of = "baseline__case"


class Shortfall(PublicIdModel):
    """What is expected by the end fell behind a baseline by more than its tolerance: when that was found, and when it was over.

    The figures are those of that moment; what holds now is always reckoned. It is kept so that people are told once each time.
    """

    public_id_prefix = "esf"
    audit_fields = ("baseline", "number", "currency", "planned", "expected", "tolerance", "month", "found_at", "ended_at")

    baseline = models.ForeignKey(Baseline, models.PROTECT, related_name="shortfalls")
    number = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    planned = models.DecimalField(max_digits=26, decimal_places=2)  # net present value of the baseline
    expected = models.DecimalField(max_digits=26, decimal_places=2)  # the same with what was realised and is to be expected
    tolerance = models.DecimalField(max_digits=18, decimal_places=12)  # a share of `planned`
    month = models.DateField()  # the last one of which anything was said
    found_at = models.DateTimeField()
    # Written once
    ended_at = models.DateTimeField(null=True, blank=True)  # it is within the tolerance again, or another baseline holds

    objects = ShortfallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["baseline", "number"], name="shortfall_numbered_once"),
            models.UniqueConstraint(fields=["baseline"], condition=Q(ended_at=None), name="shortfall_open_once"),
        ]

    def audit_scope(self) -> str:
        return self.baseline.case.use_case.public_id

    def __str__(self) -> str:
        return f"{self.baseline} · {self.number}"


class ActualImport(PublicIdModel):
    """A file of actuals: first tried, then taken in or not.

    `rules` say which line an entry of a bill belongs to; `found` what the bill has, for whoever writes the rules. `counts`: outcome →
    rows of the report; a cache of them. `failure` says why a job came to nothing.
    """

    class Kind(models.TextChoices):
        ROWS = "rows", _("Rows of line, month and amount")
        BILL = "bill", _("Cloud bill (FOCUS)")

    public_id_prefix = "eai"
    audit_fields = ("case", "kind", "sha256", "size", "rules", "cost", "corrections", "counts", "finished_at")

    case = models.ForeignKey(Case, models.PROTECT, related_name="actual_imports")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    file = models.FileField(upload_to="economics/%Y/%m/", max_length=300)
    name = models.CharField(_("File"), max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=71)
    rules = models.JSONField(default=list, blank=True)  # of {"by", "name", "value", "line"}; the first that fits counts
    cost = models.CharField(max_length=20, blank=True)  # the column of a bill that is taken
    corrections = models.BooleanField(default=False)  # another amount under a known reference takes the place of the one there
    only_good = models.BooleanField(default=False)  # rows with problems are left out, rather than holding up the others
    counts = models.JSONField(default=dict, blank=True)
    found = models.JSONField(default=list, blank=True)
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, related_name="+")
    failure = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # somebody said that it is to be taken in
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["case", "-id"], name="actual_import_newest")]

    def audit_scope(self) -> str:
        return self.case.use_case.public_id

    def __str__(self) -> str:
        return self.name


class ActualImportRow(models.Model):
    """What becomes of one row of a file, or of the entries of a bill that belong together."""

    class Outcome(models.TextChoices):
        NEW = "new", _("New")
        CORRECTED = "corrected", _("Corrects")
        SAME = "same", _("There already")
        UNMATCHED = "unmatched", _("Belongs to no line")
        ERROR = "error", _("Problem")

    run = models.ForeignKey(ActualImport, models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=9, choices=Outcome.choices)
    place = models.CharField(max_length=60, blank=True)  # in the file: its row, or how many entries these are
    line = models.CharField(max_length=120, blank=True)
    month = models.CharField(max_length=40, blank=True)
    amount = models.CharField(max_length=60, blank=True)  # as it stands there, with its currency
    reference = models.CharField(max_length=200, blank=True)
    problems = models.JSONField(default=list, blank=True)  # of {"code", "column", "params"}

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="actual_import_row_once")]
        indexes = [models.Index(fields=["run", "outcome", "number"], name="actual_import_row_outcome")]
