"""Facts about what was built: repositories, commits, model versions and where they came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.dependencies.models import DependencySet
from governance.people.models import User, from_inside
from governance.usecases.models import UseCase


class RepositoryQuerySet(models.QuerySet["Repository"]):
    def visible_to(self, actor: Actor) -> Self:
        """Through any of its use cases; a repository that serves none yet is seen by who registered it."""
        seen = UseCase.objects.visible_to(actor)
        own = Q(created_by=actor.user) if actor.user is not None and not actor.bound_to else Q(pk=None)
        return self if actor.kind == "system" else self.filter(Q(uses__use_case__in=seen) | own).distinct()


class Repository(PublicIdModel):
    """Somebody's Git repository, kept as a bare mirror. Its commits are facts; its files are never checked out."""

    public_id_prefix = "re"
    audit_fields = ("url",)

    url = models.CharField(_("Address"), max_length=2048, unique=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    # What the last synchronisation found: a cache of the mirror, no evidence.
    synced_at = models.DateTimeField(null=True)
    head = models.CharField(max_length=100, blank=True)  # name of the default branch
    heads = models.JSONField(default=list)  # commits that branches and tags led to; what they reach is in the table
    commit_count = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)

    objects = RepositoryQuerySet.as_manager()

    @property
    def mirror(self) -> Path:
        return Path(settings.MIRRORS) / f"{self.public_id}.git"

    @property
    def title(self) -> str:
        """The last part of the address, which is what people call it."""
        return self.url.rstrip("/").removesuffix(".git").rpartition("/")[2] or self.url

    def __str__(self) -> str:
        return self.url


class RepositoryUse(models.Model):
    """A use case builds from this repository."""

    repository = models.ForeignKey(Repository, models.PROTECT, related_name="uses")
    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="repository_uses")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repository", "use_case"], name="repository_used_once")]


class CommitQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(repository__in=Repository.objects.visible_to(actor))


class Commit(models.Model):
    """A commit as the mirror has it."""

    repository = models.ForeignKey(Repository, models.PROTECT, related_name="commits")
    sha = models.CharField(max_length=40)
    parents = models.JSONField(default=list)
    tree = models.CharField(max_length=40)
    author_name = models.CharField(max_length=200)
    author_email = models.CharField(max_length=254)
    authored_at = models.DateTimeField()
    committer_name = models.CharField(max_length=200)
    committer_email = models.CharField(max_length=254)
    committed_at = models.DateTimeField()
    subject = models.CharField(max_length=500)

    objects = CommitQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repository", "sha"], name="commit_once_per_repository")]
        indexes = [models.Index(fields=["sha"], name="commit_by_sha")]

    @property
    def short(self) -> str:
        return self.sha[:10]


class ModelVersionQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class ModelVersion(PublicIdModel):
    """Something that could ship, exactly as CI described it. Never edited: other bytes are another version."""

    class Kind(models.TextChoices):
        MODEL = "model", _("Model")
        RULE_BASELINE = "rule_baseline", _("Rule baseline")
        DATA_PRODUCT = "data_product", _("Data product")
        PIPELINE = "pipeline", _("Pipeline")
        CONFIGURATION = "configuration", _("Configuration")
        EXTERNAL_SERVICE = "external_service", _("External service")

    public_id_prefix = "mv"

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="model_versions")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.MODEL)
    registry = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    version = models.CharField(max_length=60)
    repository_url = models.CharField(max_length=2048, blank=True)
    repository = models.ForeignKey(Repository, models.PROTECT, null=True, related_name="model_versions")
    commit = models.CharField(max_length=40)
    dirty = models.BooleanField(null=True)  # empty: CI did not say
    porcelain_sha256 = models.CharField(max_length=71, blank=True)
    params = models.JSONField(default=dict)
    artifact_uri = models.CharField(max_length=2048, blank=True)
    artifact_sha256 = models.CharField(max_length=71, blank=True)
    artifact_size = models.BigIntegerField(null=True)
    serialization = models.CharField(max_length=60, blank=True)
    runtime = models.JSONField(default=dict)
    sources = models.JSONField(default=list)  # files of the repository that came along: path, sha256, owning component
    identity = models.CharField(max_length=71)  # digest of everything above that makes it this version
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="model_version_named_once")]
        indexes = [models.Index(fields=["commit"], name="model_version_by_commit")]

    def audit_state(self) -> dict[str, Any]:
        return {
            "use_case": self.use_case.public_id,
            "name": self.name,
            "version": self.version,
            "identity": self.identity,
            "metrics": [metric.content() for metric in self.metrics.all()],
            "facts": [fact.content() for fact in self.facts.all()],
        }

    def audit_scope(self) -> str:
        return self.use_case.public_id

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}"

    def __str__(self) -> str:
        return self.label


class Metric(models.Model):
    """One figure measured on one data set. Metrics are added, never replaced."""

    model_version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="metrics")
    name = models.CharField(max_length=120)
    dataset = models.CharField(max_length=120, blank=True)
    value = models.DecimalField(max_digits=38, decimal_places=18)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "dataset"]
        constraints = [models.UniqueConstraint(fields=["model_version", "name", "dataset"], name="metric_once")]

    def content(self) -> dict[str, Any]:
        return {"name": self.name, "dataset": self.dataset, "value": self.value}


class DatasetInput(models.Model):
    """A data set the version was made from, in a role such as train or test."""

    model_version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="datasets")
    role = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=90)
    rows = models.BigIntegerField(null=True)
    columns = models.JSONField(default=list)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["role", "name"]
        constraints = [models.UniqueConstraint(fields=["model_version", "role", "name"], name="dataset_once_per_role")]

    def content(self) -> dict[str, Any]:
        return {"role": self.role, "name": self.name, "digest": self.digest, "rows": self.rows, "columns": self.columns}


class LockFile(models.Model):
    """The dependencies a version was built with, as one file of its repository said."""

    model_version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="locks")
    dependency_set = models.ForeignKey(DependencySet, models.PROTECT, related_name="+")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model_version", "dependency_set"], name="lock_once")]


class ProvenanceFact(models.Model):
    """Something known about a version, and how: asserted by whoever sent it, or verified by us from bytes."""

    class Status(models.TextChoices):
        ASSERTED = "asserted", _("Asserted")
        VERIFIED = "verified", _("Verified")
        CONTRADICTED = "contradicted", _("Contradicted")

    model_version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="facts")
    key = models.CharField(max_length=60)
    value = models.TextField(blank=True)
    status = models.CharField(max_length=12, choices=Status.choices)
    how = models.CharField(max_length=200, blank=True)
    origin = models.CharField(max_length=40)
    at = models.DateTimeField()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["model_version", "key"], name="fact_by_version")]

    def content(self) -> dict[str, Any]:
        return {"key": self.key, "value": self.value, "status": self.status, "how": self.how, "origin": self.origin}


class ComponentBody(models.Model):
    """The content behind a component digest: what differences are shown from. Content-addressed, so never changed."""

    digest = models.CharField(max_length=71, primary_key=True)
    name = models.CharField(max_length=20)
    body = models.JSONField()

    objects = AppendOnlyQuerySet.as_manager()


class Component(models.Model):
    """A component of a version's manifest that follows from the version alone. The newest row of a name holds."""

    model_version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="components")
    name = models.CharField(max_length=20)
    content = models.ForeignKey(ComponentBody, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]


class EnvironmentQuerySet(models.QuerySet["Environment"]):
    def visible_to(self, actor: Actor) -> Self:
        """Where things run is no secret inside."""
        return self.filter(from_inside(actor))


class Environment(PublicIdModel):
    """Somewhere a version can run, such as production."""

    public_id_prefix = "en"
    audit_fields = ("slug", "title")

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    objects = EnvironmentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title


class KeptFileQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor).filter(from_inside(actor)))


class KeptFile(PublicIdModel):
    """A file of a repository that says what the portal keeps too, as one commit left it. The newest row of a place holds."""

    class Kind(models.TextChoices):
        USE_CASE = "usecase", _("Definition")
        ROLES = "roles", _("Roles")

    public_id_prefix = "kf"

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="kept_files")
    repository = models.ForeignKey(Repository, models.PROTECT, related_name="kept_files")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    path = models.CharField(max_length=300)
    blob = models.CharField(max_length=40, blank=True)  # blank: the file is gone
    text = models.TextField(blank=True)
    problem = models.CharField(max_length=300, blank=True)  # why its bytes were not read as text
    commit = models.CharField(max_length=40)  # in which it came to be what it is
    author_name = models.CharField(max_length=200)
    author_email = models.CharField(max_length=254)
    authored_at = models.DateTimeField()
    subject = models.CharField(max_length=500)
    created_at = models.DateTimeField()

    objects = KeptFileQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["use_case", "-id"], name="kept_file_by_use_case")]

    def audit_state(self) -> dict[str, Any]:
        return {
            "use_case": self.use_case.public_id,
            "kind": self.kind,
            "path": self.path,
            "blob": self.blob,
            "commit": self.commit,
        }

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return f"{self.path} · {self.commit[:10]}"
