"""Lists of use cases that were imported: the file, what was read from it, and what became of each row."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, Job, PublicIdModel
from governance.people.models import User
from governance.people.selectors import scopes_seen_by
from governance.usecases.models.use_cases import UseCase


class ImportQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """One's own, and all of them for a role in the whole organisation: a list names use cases of everybody."""
        return self if scopes_seen_by(actor) is None else self.filter(created_by=actor.user)


class Import(PublicIdModel):
    """A file that was uploaded to be imported. Never changed: looking at it in another way, and importing it, are runs."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"
        YAML = "yaml", "YAML"

    public_id_prefix = "im"
    audit_fields = ("format", "sha256", "size", "created_by")

    format = models.CharField(max_length=4, choices=Format.choices)
    file = models.FileField(upload_to="imports/%Y/%m/", max_length=300)
    name = models.CharField(_("File"), max_length=255)  # as it was called where it came from
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=71)
    rows_read = models.PositiveIntegerField()
    columns = models.JSONField()  # the names in its first line
    columns_digest = models.CharField(max_length=71, db_index=True)  # by which the next file of this form is known
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = ImportQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(upload__in=Import.objects.visible_to(actor))


class ImportRun(PublicIdModel):
    """One reading of a file with one mapping: a dry run, or the import itself. What it does to rows is in `ImportRow`."""

    public_id_prefix = "ir"
    audit_fields = ("number", "is_dry", "only_good", "inventory")

    upload = models.ForeignKey(Import, models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField()
    is_dry = models.BooleanField()
    only_good = models.BooleanField(default=False)  # rows with errors are left out, rather than holding up the others
    inventory = models.SlugField(_("Name of the list"), max_length=60)  # within which a row is known by its key
    reading = models.JSONField()  # encoding, delimiter, sheet, line of the names: how the file was read
    mapping = models.JSONField()  # which column became what
    based_on = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")  # the dry run that was looked at
    counts = models.JSONField(default=dict)  # outcome → rows; a cache of the rows below
    notes = models.JSONField(default=list)  # what was noticed about the file as a whole
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="import_run_numbered_once")]

    def audit_state(self) -> dict[str, Any]:
        return {**super().audit_state(), "upload": self.upload.public_id}

    def __str__(self) -> str:
        return f"{self.upload} · {self.number}"


class InventoryEntry(models.Model):
    """By which key a list knows a use case: whoever imports the list again finds it, under whatever title."""

    inventory = models.SlugField(max_length=60)
    key = models.CharField(max_length=400)
    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="inventory_entries")
    row_digest = models.CharField(max_length=71)  # what the row said when it was last imported
    definition = models.PositiveIntegerField(default=0)  # the number of the version that was written then
    created_at = models.DateTimeField()

    objects = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inventory", "key"], name="inventory_key_once")]


class ImportRow(models.Model):
    """What becomes of one row: planned in a dry run, done in an import."""

    class Outcome(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        SAME = "same", _("Unchanged")
        LEFT_OUT = "left_out", _("Left out")
        ERROR = "error", _("Error")

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField()  # of the row, as a spreadsheet counts
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    key = models.CharField(max_length=400, blank=True)
    title = models.CharField(max_length=200, blank=True)
    use_case = models.ForeignKey(UseCase, models.PROTECT, null=True, related_name="+")
    problems = models.JSONField(default=list)  # [{"level", "code", "column", "params"}]
    is_flagged = models.BooleanField(default=False)  # has something to say, though no error

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["run", "outcome", "number"], name="import_row_by_outcome")]


class LikenessWord(models.Model):
    """A word of a use case, by which near ones are found. A cache of titles and definitions; `near_words` keeps it."""

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="likeness_words")
    word = models.CharField(max_length=32)

    objects = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "use_case"], name="likeness_word_once")]
