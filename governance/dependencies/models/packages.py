"""Packages, their releases, and the files of a release that were looked into. A release is its bytes: what somebody judges holds for them."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, Job, PublicIdModel
from governance.dependencies.lockfiles import LONGEST_NAME, PYPI
from governance.people.models import User, from_inside


class FromInsideQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Everybody inside: a judgement is made once, for all."""
        return self.filter(from_inside(actor))


class AppendOnlyFromInsideQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class Package(PublicIdModel):
    """What a package URL names without its version. `name` as its ecosystem compares names (PEP 503 for PyPI)."""

    public_id_prefix = "pkg"
    audit_fields = ("ecosystem", "name")

    ecosystem = models.CharField(max_length=40, default=PYPI)
    name = models.CharField(max_length=LONGEST_NAME)
    created_at = models.DateTimeField()

    objects = AppendOnlyFromInsideQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ecosystem", "name"], name="package_once")]

    @property
    def label(self) -> str:
        """How addresses and lists name it: `joblib`, `conda:numpy`."""
        return self.name if self.ecosystem == PYPI else f"{self.ecosystem}:{self.name}"

    def __str__(self) -> str:
        return self.label


class Release(PublicIdModel):
    """One version of a package with one source: every file of it, for whatever platform, whose sources are the same.

    Where not every file could be read, and for a model, `source_digest` is that of the one file: no review of it can speak of another.
    """

    public_id_prefix = "rel"
    audit_fields = ("package", "version", "source_digest", "native_digest")

    package = models.ForeignKey(Package, models.PROTECT, related_name="releases")
    version = models.CharField(max_length=LONGEST_NAME)  # as written by the file
    source_digest = models.CharField(max_length=71)
    native_digest = models.CharField(max_length=71, blank=True)  # of the compiled files of the first that was looked into
    created_at = models.DateTimeField()

    objects = AppendOnlyFromInsideQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["package", "version", "source_digest"], name="release_once")]

    def __str__(self) -> str:
        return f"{self.package} {self.version}"


class Artifact(PublicIdModel):
    """One file, kept by its digest: a wheel, an sdist, a conda package or a model. Uploaded, or fetched from an index by its hash.

    `release` is known once it was looked into; `failure` says why it could not be, in words of the job that tried.
    """

    class Origin(models.TextChoices):
        UPLOAD = "upload", _("Uploaded")
        FETCH = "fetch", _("Fetched")

    public_id_prefix = "art"
    audit_fields = ("sha256", "filename", "size", "origin", "release")

    sha256 = models.CharField(max_length=71, unique=True)  # `sha256:` and 64 hex digits
    filename = models.CharField(_("File"), max_length=255)
    size = models.BigIntegerField()
    file = models.FileField(upload_to="artifacts/%Y/%m/", max_length=300)
    origin = models.CharField(max_length=8, choices=Origin.choices, default=Origin.UPLOAD)
    index = models.CharField(max_length=500, blank=True)  # where it was fetched from
    licence = models.TextField(blank=True)  # as its metadata says
    release = models.ForeignKey(Release, models.PROTECT, null=True, blank=True, related_name="artifacts")
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, related_name="+")
    failure = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = FromInsideQuerySet.as_manager()
    is_new = False  # on the row that a service has written just now, rather than found

    class Meta:
        indexes = [models.Index(fields=["release", "-id"], name="artifact_of_release")]

    def __str__(self) -> str:
        return self.filename


class ArtifactScan(models.Model):
    """What one run of the scanner found in an artifact. A newer scanner writes another row; a judgement names the one it was made on."""

    artifact = models.ForeignKey(Artifact, models.PROTECT, related_name="scans")
    scanner = models.CharField(max_length=20)
    complete = models.BooleanField()  # nothing was left out for a limit
    points = models.PositiveIntegerField()
    facts = models.JSONField()  # countersign/capabilities/1
    facts_digest = models.CharField(max_length=71)
    scanned_at = models.DateTimeField()

    objects = AppendOnlyFromInsideQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["artifact", "scanner"], name="artifact_scan_once")]


class Distance(models.Model):
    """How much there is to read from one release to another (from nothing: all of it). A cache: the files themselves say the same."""

    base = models.ForeignKey(Release, models.PROTECT, null=True, blank=True, related_name="+")
    target = models.ForeignKey(Release, models.PROTECT, related_name="+")
    scanner = models.CharField(max_length=20)
    lines = models.PositiveIntegerField()
    native_files = models.PositiveIntegerField()
    points = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "target", "scanner"], name="distance_once"),
            models.UniqueConstraint(fields=["target", "scanner"], condition=Q(base=None), name="distance_from_nothing_once"),
        ]
