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

    public_id_prefix = "ds"
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

    def __str__(self) -> str:
        return self.title or self.name


class DatasetVersionQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class DatasetVersion(PublicIdModel):
    """One state of a data set, known by a digest of its bytes. Of files, labels and guideline the manifest says which.

    `manifest`: for a table `{"columns": [...], "rows": n}`; for files `{"files": [{"path", "sha256", "size", "label"?}], "labels":
    {...}, "guideline": {...}}`. `digest` is taken over the bytes (a table) or over the manifest (files).
    """

    public_id_prefix = "dsv"

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    label = models.CharField(_("Label"), max_length=120, blank=True)
    digest = models.CharField(max_length=71)
    manifest = models.JSONField(default=dict)
    commit = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = DatasetVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="dataset_version_numbered_once"),
            models.UniqueConstraint(fields=["dataset", "digest"], name="dataset_version_once"),
        ]

    def audit_state(self) -> dict[str, Any]:
        return {"dataset": self.dataset.public_id, "number": self.number, "digest": self.digest, "label": self.label}

    def __str__(self) -> str:
        return f"{self.dataset} · {self.label or self.number}"
