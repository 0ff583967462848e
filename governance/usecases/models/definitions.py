"""What was agreed about a use case: immutable versions of its definition, with their KPIs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.canonical import digest
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import User
from governance.usecases.models.use_cases import UseCase


def _said(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """What stands in these fields; blank ones are left out, so that a field that comes later changes no older digest."""
    return {name: value for name in names if (value := getattr(row, name)) not in ("", None, [])}


class DefinitionQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.shared_with(actor))


class Definition(PublicIdModel):
    """One version of what was agreed. Never edited: a change is a new version."""

    class RiskTier(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")

    class Consumer(models.TextChoices):
        """What kind of thing or group uses the output."""

        APPLICATION = "application", _("Application")
        TEAM = "team", _("Team")

    public_id_prefix = "df"
    LATER_FIELDS = (
        "risk_tier",
        "assumptions",
        "data_sources",
        "consumers",
        "framework",
        "containers",
        "language",
        "regulation",
        "latency",
        "throughput",
        "volume",
        "availability",
    )

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="definitions")
    number = models.PositiveIntegerField()
    business_problem = models.TextField(_("Business problem"))
    affected = models.TextField(_("Who is affected"), blank=True)
    ml_problem = models.TextField(_("Machine-learning problem"))
    intended_use = models.TextField(_("Intended use"), blank=True)
    limits = models.TextField(_("Limits"), blank=True)
    risk_tier = models.CharField(_("Risk tier"), max_length=10, choices=RiskTier.choices, blank=True)  # blank = nobody said yet
    assumptions = models.TextField(_("Assumptions"), blank=True)
    data_sources = models.JSONField(_("Data that is expected"), default=list, blank=True)  # [{"name", "note"}]
    consumers = models.JSONField(_("Who may use the output"), default=list, blank=True)  # [{"name", "kind", "purpose"}]
    framework = models.CharField(_("Company framework"), max_length=400, blank=True)
    containers = models.CharField(_("Containers"), max_length=400, blank=True)
    language = models.CharField(_("Programming language"), max_length=400, blank=True)
    regulation = models.TextField(_("Laws and rules that apply"), blank=True)
    latency = models.CharField(_("How fast an answer is needed"), max_length=200, blank=True)
    throughput = models.CharField(_("How many answers at once"), max_length=200, blank=True)
    volume = models.CharField(_("How much data"), max_length=200, blank=True)
    availability = models.CharField(_("How often it may be down"), max_length=200, blank=True)
    digest = models.CharField(max_length=71)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    approval = models.CharField(max_length=40, null=True)  # public id of the decision that signed it

    objects = DefinitionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["use_case", "number"], name="definition_numbered_once")]

    def body(self, kpis: Iterable[Kpi] | None = None) -> dict[str, Any]:
        """What this version says: no number, no dates, no author. `digest` is taken over it. `kpis` where they are at hand."""
        return {
            "business_problem": self.business_problem,
            "affected": self.affected,
            "ml_problem": self.ml_problem,
            "intended_use": self.intended_use,
            "limits": self.limits,
            **_said(self, self.LATER_FIELDS),
            "kpis": [kpi.content() for kpi in (self.kpis.all() if kpis is None else kpis)],
        }

    def content(self, kpis: Iterable[Kpi] | None = None) -> dict[str, Any]:
        """What a person judges; its digest is the component `use_case` of a manifest."""
        return {"title": self.use_case.title, "kind": self.use_case.kind, **self.body(kpis)}

    def consumers_shown(self) -> list[Mapping[str, Any]]:
        """Those who may use the output, with the word for their kind."""
        words = dict(self.Consumer.choices)
        return [{**item, "kind_label": words.get(item.get("kind", ""), "")} for item in self.consumers]

    def audit_state(self) -> dict[str, Any]:
        state = {"use_case": self.use_case.public_id, "number": self.number, "digest": self.digest, "body": digest(self.body())}
        return {**state, "approval": self.approval} if self.approval else state

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return f"{self.use_case} · {self.number}"


class Kpi(models.Model):
    """What success is measured by: how much now, how much wanted."""

    class Direction(models.TextChoices):
        UP = "up", _("More is better")
        DOWN = "down", _("Less is better")

    class Kind(models.TextChoices):
        BUSINESS = "business", _("What the business gains")
        MODEL = "model", _("How good the model is")

    LATER_FIELDS = ("measured_on", "cadence", "readers", "population", "population_label", "outcome", "metric", "driven_by")

    definition = models.ForeignKey(Definition, models.PROTECT, related_name="kpis")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("Name"), max_length=120)
    unit = models.CharField(_("Unit"), max_length=40, blank=True)
    direction = models.CharField(_("Direction"), max_length=4, choices=Direction.choices, default=Direction.UP)
    baseline = models.DecimalField(_("Now"), max_digits=20, decimal_places=6, null=True)
    target = models.DecimalField(_("Wanted"), max_digits=20, decimal_places=6)
    tolerance = models.DecimalField(_("Tolerance"), max_digits=20, decimal_places=6, null=True)
    how = models.TextField(_("How it is measured"), blank=True)
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices, default=Kind.BUSINESS)
    measured_on = models.CharField(_("On which data"), max_length=400, blank=True)
    cadence = models.CharField(_("How often"), max_length=60, blank=True)
    readers = models.CharField(_("Who reads it"), max_length=200, blank=True)
    population = models.DecimalField(_("Out of how many"), max_digits=20, decimal_places=6, null=True)
    population_label = models.CharField(_("Of whom or what"), max_length=120, blank=True)
    outcome = models.CharField(_("What happens to them"), max_length=120, blank=True)  # `are kept`
    metric = models.CharField(_("Metric of the model"), max_length=120, blank=True)  # as model versions report it: `recall`
    driven_by = models.CharField(_("Driven by"), max_length=120, blank=True)  # the name of a KPI of the model, beside this one

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["definition", "position"], name="kpi_position_once")]

    def content(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "direction": self.direction,
            "baseline": self.baseline,
            "target": self.target,
            "tolerance": self.tolerance,
            "how": self.how,
            **({"kind": self.kind} if self.kind != self.Kind.BUSINESS else {}),
            **_said(self, self.LATER_FIELDS),
        }
