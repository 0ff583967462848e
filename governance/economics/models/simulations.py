"""Simulations of a snapshot that were run: what is needed to run each again and get the same figures."""

from __future__ import annotations

from django.db import models

from foundation.models import Job, PublicIdModel
from governance.economics.models.cases import OfCaseQuerySet, Snapshot
from governance.people.models import User


class SimulationQuerySet(OfCaseQuerySet):
    of = "snapshot__case"


class Simulation(PublicIdModel):
    """So many trials of a snapshot with a seed. `result` is empty until it was run, and never changes from then on."""

    public_id_prefix = "sim"
    audit_fields = ("snapshot", "scenario", "trials", "seed", "result_digest")

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="simulations")
    scenario = models.CharField(max_length=60, blank=True)  # key of a scenario of the snapshot; empty: the base
    trials = models.PositiveIntegerField()
    seed = models.PositiveBigIntegerField()
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    # Written once
    result = models.JSONField(
        null=True, blank=True
    )  # as `simulation` writes it: percentiles, histogram, versions of what drew the numbers
    result_digest = models.CharField(max_length=71, null=True, blank=True)
    failure = models.CharField(max_length=500, null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = SimulationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "scenario", "trials", "seed"], name="simulation_run_once")]

    def audit_scope(self) -> str:
        return self.snapshot.case.use_case.public_id

    def __str__(self) -> str:
        return f"{self.snapshot} · {self.seed}"
