"""The tables every room relies on: audit log, jobs, outbox, tokens, idempotency. Nothing here knows the domain."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation import clock
from foundation.ids import new_public_id


class PublicIdModel(models.Model):
    """A row that people and programs can name: `public_id` goes into URLs, reports and the audit log."""

    public_id_prefix: ClassVar[str]
    audit_fields: ClassVar[tuple[str, ...]] = ()  # what of this row the audit log vouches for

    public_id = models.CharField(max_length=40, unique=True, editable=False)

    class Meta:
        abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.public_id:
            self.public_id = new_public_id(self.public_id_prefix)

    def audit_state(self) -> dict[str, Any]:
        """What the row says, in canonical values: its digest goes into the event, and `verify_audit` compares it later."""
        return {name: _audit_value(self, name) for name in self.audit_fields}

    def audit_scope(self) -> str:
        """The public id of the use case the row belongs to, or nothing for what belongs to everybody."""
        return ""


def _audit_value(row: models.Model, name: str) -> Any:
    value = getattr(row, name)
    return value.public_id if isinstance(value, PublicIdModel) else value


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Says in words what the database's trigger would say in an error code."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError(f"{self.model.__name__} rows are never changed")

    def delete(self) -> Any:
        raise TypeError(f"{self.model.__name__} rows are never deleted")


class AuditEvent(models.Model):
    """One command, as it was recorded in its own transaction. `body` holds the exact bytes that are hashed;
    the other columns are an index over them, and the verifier compares the two."""

    uid = models.UUIDField(unique=True)
    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=80, db_index=True)
    actor_id = models.CharField(max_length=60, db_index=True)
    actor_label = models.CharField(max_length=200)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=60, db_index=True)
    scope = models.CharField(max_length=60, blank=True, db_index=True)
    request_id = models.CharField(max_length=60, blank=True)
    body = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["scope", "-id"], name="audit_event_by_scope")]


class AuditPersonal(models.Model):
    """The value behind a commitment in an event. May be erased without breaking the log: the event keeps the hash."""

    event = models.ForeignKey(AuditEvent, models.PROTECT, related_name="personal")
    field = models.CharField(max_length=60)
    salt = models.BinaryField(max_length=32)
    value = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "field"], name="audit_personal_once_per_field")]


class AuditLeaf(models.Model):
    """The place of an event in the log. Contiguous from 0: a fork would break the primary key."""

    index = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(AuditEvent, models.PROTECT, related_name="leaf")

    objects = AppendOnlyQuerySet.as_manager()


class AuditHash(models.Model):
    """The hash of a complete subtree of the log (RFC 6962); level 0 are the leaves."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="audit_hash_once_per_subtree")]


class AuditCheckpoint(models.Model):
    """The signed statement that the log had this size and root."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    vkey = models.CharField(max_length=200)  # the key it was signed with, for display; a verifier brings its own
    at = models.DateTimeField()

    objects = AppendOnlyQuerySet.as_manager()


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, actor: Any) -> Self:
        """One's own jobs; a service token sees those it queued itself, not its owner's. The system sees all."""
        if actor.kind == "system":
            return self
        rows = self.filter(actor_user=actor.user)
        return rows.filter(actor_label=actor.label) if actor.is_service else rows


class Job(PublicIdModel):
    """Background work, and the truth about it. Celery only rings the bell.

    queued → running → done | failed | cancelled; a running job whose lease ran out goes back to queued.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    public_id_prefix = "jb"

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120, unique=True)  # the same work is never queued twice
    args = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease_id = models.CharField(max_length=40, blank=True)
    done_steps = models.PositiveIntegerField(default=0)
    total_steps = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    actor_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="jobs")
    actor_label = models.CharField(max_length=200)
    request_id = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)  # when the bell was last rung
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "lease_until"], name="job_for_reaper")]

    @property
    def percent(self) -> int:
        """How far the work is, 0 to 100."""
        if self.state == self.State.DONE:
            return 100
        return min(100 * self.done_steps // self.total_steps, 99) if self.total_steps else 0


class OutboxEvent(models.Model):
    """News for other rooms, written in the transaction that made it and delivered after commit, at least once."""

    topic = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    request_id = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="outbox_undelivered", condition=Q(delivered_at=None))]


class TokenQuerySet(models.QuerySet["Token"]):
    def live(self, at: datetime | None = None) -> Self:
        at = at or clock.now()
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at), revoked_at=None)

    def visible_to(self, actor: Any) -> Self:
        return self.filter(owner=actor.user)


class Token(PublicIdModel):
    """A credential for programs: only a digest of the secret is kept.

    A personal token acts as its owner. A service token acts in its own name, within its scopes, for one use case when
    `scope` names one; its owner answers for it.
    """

    SCOPES = (
        "read",
        "provenance:write",
        "requests:write",
        "gate:evaluate",
        "deployments:write",
        "measurements:write",
        "reports:write",
        "governance:write",
        "admin",
    )

    class Kind(models.TextChoices):
        PERSONAL = "personal"
        SERVICE = "service"

    public_id_prefix = "tk"
    audit_fields = ("name", "kind", "owner", "scopes", "scope", "expires_at", "revoked_at")

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="tokens")
    scopes = models.JSONField(default=list)
    scope = models.CharField(max_length=40, blank=True)
    secret_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = TokenQuerySet.as_manager()


class IdempotencyRecord(models.Model):
    """What was answered to a POST that carried an Idempotency-Key, so that asking again does nothing again."""

    principal = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=71)  # digest of method, path and body
    started_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)  # empty while in flight
    body = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal", "key"], name="idempotency_key_once_per_principal")]


class Heartbeat(models.Model):
    """When a part of the installation was last seen alive."""

    part = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    host = models.CharField(max_length=100, blank=True)


class SearchEntry(models.Model):
    """What somebody can find a thing by: derived from the thing whenever the log records it, and made anew by `manage.py reindex`.

    Evidence of nothing. Who may see the thing is asked of its model whenever something is found.
    """

    public_id = models.CharField(max_length=60, unique=True)
    type = models.CharField(max_length=40, db_index=True)  # name of the object's type
    scope = models.CharField(max_length=60, blank=True, db_index=True)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=500)
    text = models.TextField(blank=True)  # as people wrote it, to show where the words stand
    title_text = models.CharField(max_length=600, db_index=True)  # the title in normal form
    title_terms = models.TextField()  # ` term term`, of the title
    terms = models.TextField()  # the same of title and text
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-updated_at", "-id"], name="search_entry_by_time")]
