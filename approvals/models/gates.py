"""What was asked of a gate, and what it answered."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from approvals.models.policies import Gate
from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from lineage.models import ModelVersion


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(model_version__in=ModelVersion.objects.visible_to(actor))


class Evaluation(PublicIdModel):
    """A question put to a gate: may these bytes go there? Reading it again asks again."""

    public_id_prefix = "ev"
    audit_fields = ("gate", "model_version", "commit", "artifact_sha256", "purpose")

    gate = models.ForeignKey(Gate, models.PROTECT, related_name="evaluations")
    model_version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="evaluations")
    commit = models.CharField(max_length=64, blank=True)
    artifact_sha256 = models.CharField(max_length=71, blank=True)
    purpose = models.CharField(max_length=20, default="deployment")
    asked_by = models.CharField(max_length=60)  # public id of a person or token
    asked_by_label = models.CharField(max_length=200)
    asked_at = models.DateTimeField()

    objects = EvaluationQuerySet.as_manager()

    def audit_scope(self) -> str:
        return self.model_version.use_case.public_id


class Answer(models.Model):
    """One numbered answer to an evaluation, exactly as it was given. A new one is kept when the answer changes."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="answers")
    number = models.PositiveIntegerField()
    decision = models.CharField(max_length=10)
    inputs_digest = models.CharField(max_length=71)
    body = models.JSONField()
    answered_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    objects: Any = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evaluation", "number"], name="answer_numbered_once")]
