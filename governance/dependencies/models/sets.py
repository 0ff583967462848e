"""Lock files as they were recorded, and what each asks for."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.canonical import digest
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.dependencies.components import label_of
from governance.dependencies.lockfiles import LONGEST_NAME, PYPI, lock_body
from governance.dependencies.origins import Asked, asked_of
from governance.people.models import User, from_inside


class DependencySetQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Everybody inside may see which packages are in use: a review made once counts everywhere."""
        return self.filter(from_inside(actor))


class DependencySet(PublicIdModel):
    """The content of one lock file. The same content at the same path is the same set, whoever pushes it."""

    public_id_prefix = "dps"

    path = models.CharField(_("Path"), max_length=300)
    format = models.CharField(_("Format"), max_length=40)
    digest = models.CharField(max_length=71)  # over what it says; comments and order do not count
    raw = models.TextField()  # as first sent, less passwords in URLs
    raw_digest = models.CharField(max_length=71)  # over the bytes as first sent
    options = models.JSONField(default=list)  # [{"name", "value", "line"}]
    problems = models.JSONField(default=list)  # [{"line", "code", "message", "text"}]
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = DependencySetQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "path"], name="dependency_set_once")]

    def body(self) -> dict[str, Any]:
        """What the file says, put together again from the rows: `digest` is taken over it."""
        return lock_body(
            format=self.format,
            raw_digest=self.raw_digest,
            requirements=self.requirements.all(),
            options=[(option["name"], option["value"]) for option in self.options],
            problems=[(problem["code"], problem["text"]) for problem in self.problems],
        )

    @cached_property
    def asked(self) -> Asked:
        """Which indexes and channels its options name: read once for all of its requirements."""
        return asked_of(self.options)

    def audit_state(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "digest": self.digest,
            "raw_digest": self.raw_digest,
            "raw": digest(self.raw),
            "body": digest(self.body()),
        }

    def __str__(self) -> str:
        return self.path


class RequirementQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class Requirement(models.Model):
    """One package that a lock file asks for."""

    class Origin(models.TextChoices):
        INDEX = "index", _("Package index")
        URL = "url", _("Address")
        VCS = "vcs", _("Version control")
        LOCAL = "local", _("Local file")
        EDITABLE = "editable", _("Editable")

    set = models.ForeignKey(DependencySet, models.PROTECT, related_name="requirements")
    name = models.CharField(max_length=LONGEST_NAME)  # normalised by PEP 503
    version = models.CharField(max_length=LONGEST_NAME, blank=True)  # as written; empty unless exactly one is pinned
    specifier = models.TextField(blank=True)
    extras = models.JSONField(default=list)
    marker = models.TextField(blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.INDEX)
    url = models.TextField(blank=True)
    purl = models.TextField()
    hashes = models.JSONField(default=list)
    line = models.PositiveIntegerField()
    ecosystem = models.CharField(max_length=40, default=PYPI)  # the type of its package URL
    groups = models.JSONField(default=list)  # for which the file lists it (dev, docs, build); none: always
    index = models.TextField(blank=True)  # or channel, where the file names one
    licence = models.TextField(blank=True)  # as the file says

    objects = RequirementQuerySet.as_manager()

    class Meta:
        ordering = ["set", "line", "pk"]
        indexes = [models.Index(fields=["name", "version"], name="requirement_by_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.version or self.url or self.specifier}".strip()

    @property
    def label(self) -> str:
        """What addresses and lists call the package: `joblib`, `conda:numpy`."""
        return label_of(self.ecosystem, self.name)
