"""Ways around the ordinary chain that say what they are: break-glass waivers, and envelopes agreed in advance."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from approvals.models.requests import Request
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import User
from governance.usecases.models import UseCase
from lineage.models import Environment, ModelVersion


class WaiverQuerySet(AppendOnlyQuerySet):
    def live(self, at: Any) -> Self:
        """In force at `at`: half-open, and not ended before."""
        return self.filter(created_at__lte=at, expires_at__gt=at).filter(Q(ended_at=None) | Q(ended_at__gt=at))

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(request__in=Request.objects.visible_to(actor))


class Waiver(PublicIdModel):
    """Break glass: these bytes may go there for some hours although the chain is not complete. Reviewed afterwards, always."""

    class Review(models.TextChoices):
        JUSTIFIED = "justified", _("Justified")
        UNJUSTIFIED = "unjustified", _("Not justified")

    public_id_prefix = "wv"
    audit_fields = (
        "request",
        "environment",
        "manifest_digest",
        "commit",
        "artifact_sha256",
        "by",
        "created_at",
        "expires_at",
        "auth_at",
        "skipped",
        "ended_at",
        "review",
        "reviewed_at",
    )

    request = models.ForeignKey(Request, models.PROTECT, related_name="waivers")
    environment = models.ForeignKey(Environment, models.PROTECT, related_name="waivers")
    manifest_digest = models.CharField(max_length=71)
    commit = models.CharField(max_length=40, blank=True)
    artifact_sha256 = models.CharField(max_length=71, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="waivers")
    reason = models.TextField()
    incident = models.CharField(max_length=200, blank=True)  # number or address of the incident
    skipped = models.JSONField(default=dict)  # step -> public ids of the people who would have had to agree
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    auth = models.CharField(max_length=20)
    auth_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    review_due_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    review = models.CharField(max_length=12, choices=Review.choices, null=True)
    review_comment = models.TextField(null=True)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="waiver_expires_after_it_begins")]
        indexes = [models.Index(fields=["environment", "-expires_at"], name="waiver_by_environment")]

    def audit_scope(self) -> str:
        return self.request.scope


class EnvelopeQuerySet(AppendOnlyQuerySet):
    def live(self, at: Any) -> Self:
        """Agreed to, and in force at `at`."""
        return (
            self.filter(approved_at__lte=at)
            .filter(Q(ended_at=None) | Q(ended_at__gt=at))
            .filter(Q(valid_until=None) | Q(valid_until__gt=at))
        )

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class Envelope(PublicIdModel):
    """What a retraining pipeline may change without asking again: which components may move, and within which limits.

    Written once: another wish is another envelope. In force once a request about it was approved, until it ends.
    """

    public_id_prefix = "ep"

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="envelopes")
    environment = models.ForeignKey(Environment, models.PROTECT, related_name="envelopes")
    model_name = models.CharField(max_length=120)
    title = models.CharField(_("Title"), max_length=120)
    baseline = models.ForeignKey(ModelVersion, models.PROTECT, related_name="+")  # what everything that may not move has to equal
    baseline_manifest = models.JSONField()  # component -> digest of the baseline when the envelope was written
    body = models.JSONField()  # what may move and the limits, as `approvals.envelopes` reads them
    digest = models.CharField(max_length=71)  # over model, environment, baseline and limits
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    approval = models.CharField(max_length=40, null=True)  # public id of the decision
    valid_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    end_reason = models.TextField(null=True)

    objects = EnvelopeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["model_name", "environment", "-id"], name="envelope_by_model")]

    def audit_state(self) -> dict[str, Any]:
        return {
            "use_case": self.use_case.public_id,
            "digest": self.digest,
            "body": digest(self.body),
            "approval": self.approval or "",
            "ended_at": self.ended_at,
        }

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return self.title
