"""What came of a baseline when a version of its model arrived."""

from __future__ import annotations

from typing import Self

from django.db import models

from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.economics.models.results import Baseline


class OfBaselineQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(baseline__in=Baseline.objects.visible_to(actor))


class Revaluation(PublicIdModel):
    """A version of a model arrived that is worth more or less than a baseline agreed to: by how much, and by which metrics.

    The figures are those of that moment; what holds now is always reckoned. It is kept so that people are told once. Money is a year, in
    the currency of the case. `taken` names the metrics that were read, with their values as texts, and `metrics_digest` is theirs.
    """

    public_id_prefix = "erv"
    audit_fields = ("baseline", "model_version", "metrics_digest", "before", "after", "npv_before", "npv_after", "found_at")

    baseline = models.ForeignKey(Baseline, models.PROTECT, related_name="revaluations")
    model_version = models.CharField(max_length=40)  # public id
    label = models.CharField(max_length=200)  # name and version, as it is called
    taken = models.JSONField()
    metrics_digest = models.CharField(max_length=71)
    before = models.DecimalField(max_digits=26, decimal_places=2)  # what the lines that it drives bring a year, as agreed to
    after = models.DecimalField(max_digits=26, decimal_places=2)
    npv_before = models.DecimalField(max_digits=26, decimal_places=2)
    npv_after = models.DecimalField(max_digits=26, decimal_places=2)
    parts = models.JSONField()  # of {"line", "input", "before", "after", "a_year"}, decimals as texts
    found_at = models.DateTimeField()

    objects = OfBaselineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["baseline", "model_version", "metrics_digest"], name="revaluation_found_once")
        ]
        indexes = [models.Index(fields=["model_version"], name="revaluation_of_version")]

    def audit_scope(self) -> str:
        return self.baseline.case.use_case.public_id

    def __str__(self) -> str:
        return f"{self.baseline} · {self.label}"
