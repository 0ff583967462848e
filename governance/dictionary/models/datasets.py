"""Data sets by the name under which files, pipelines and models know them, and their versions."""

from __future__ import annotations

from typing import Any, Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import Team, User, from_inside


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class Dataset(PublicIdModel):
    """Something that has columns, or files: known by one name wherever it is read. It comes into being when it is first named."""

    class Kind(models.TextChoices):
        TABLE = "table", _("Table")
        IMAGES = "images", _("Images")
        AUDIO = "audio", _("Audio")
        TEXTS = "texts", _("Texts")
        FILES = "files", _("Files")

    public_id_prefix = "dat"
    audit_fields = ("name", "kind", "title", "team", "uri")

    name = models.CharField(_("Name"), max_length=200, unique=True)
    kind = models.CharField(_("Kind"), max_length=8, choices=Kind.choices, default=Kind.TABLE)
    title = models.CharField(_("Title"), max_length=120, blank=True)
    description = models.TextField(_("Description"), blank=True, validators=[MaxLengthValidator(4000)])
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="datasets")  # who fills it
    uri = models.CharField(_("Where it lies"), max_length=500, blank=True)
    format = models.CharField(_("Format"), max_length=40, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = DatasetQuerySet.as_manager()

    @property
    def has_files(self) -> bool:
        """Whether it is a manifest of files rather than a table with columns."""
        return self.kind != self.Kind.TABLE

    def __str__(self) -> str:
        return self.title or self.name


class DatasetVersionQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class DatasetVersion(PublicIdModel):
    """One state of a data set, known by a digest of its bytes. Of files, labels and guideline the manifest says which.

    `manifest`: for a table `{"columns": [...], "rows": n}`; for files `{"files": n, "size": bytes, "counts": {label: n}, "labels": {...},
    "guideline": {...}}`, with the files themselves in `DatasetFiles`. `digest` is taken over the bytes (a table) or over
    `filesets.Fileset.body()`.
    """

    public_id_prefix = "dav"

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    label = models.CharField(_("Label"), max_length=120, blank=True)
    digest = models.CharField(max_length=71)
    manifest = models.JSONField(default=dict)
    commit = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = DatasetVersionQuerySet.as_manager()

    is_new = False  # whether whoever sent it brought it into being

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="dataset_version_numbered_once"),
            models.UniqueConstraint(fields=["dataset", "digest"], name="dataset_version_once"),
        ]

    @property
    def about(self) -> dict[str, Any]:
        """Labels and guideline, as `filesets.compare` takes them."""
        return {name: self.manifest[name] for name in ("labels", "guideline") if self.manifest.get(name)}

    def audit_state(self) -> dict[str, Any]:
        return {"dataset": self.dataset.public_id, "number": self.number, "digest": self.digest, "label": self.label}

    def __str__(self) -> str:
        return f"{self.dataset} · {self.label or self.number}"


class DatasetFiles(models.Model):
    """Some of the files of a version, in the order of their paths: a page of what can be a long list, counted from 0."""

    version = models.ForeignKey(DatasetVersion, models.PROTECT, related_name="pages")
    page = models.PositiveIntegerField()
    files = models.JSONField()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "page"], name="dataset_files_page_once")]
