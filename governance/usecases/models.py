"""A use case and what was agreed about it: immutable definitions with their KPIs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.canonical import digest
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import User
from governance.people.selectors import within_scopes_seen


class UseCaseQuerySet(models.QuerySet["UseCase"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those the actor holds a live role on, or all for a role in the whole organisation."""
        return self.filter(within_scopes_seen(actor))


class UseCase(PublicIdModel):
    """What somebody wants from a model, and the thread everything else hangs on."""

    class Kind(models.TextChoices):
        RESEARCH = "research", _("Research")
        PROTOTYPE = "prototype", _("Prototype")
        PRODUCT = "product", _("Product")

    public_id_prefix = "uc"
    audit_fields = ("slug", "title", "kind")

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("Title"), max_length=120)
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices, default=Kind.PRODUCT)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = UseCaseQuerySet.as_manager()

    def audit_scope(self) -> str:
        return self.public_id

    def current_definition(self) -> Definition | None:
        """The newest definition, or None while nothing was written down."""
        return self.definitions.order_by("-number").prefetch_related("kpis").first()

    def __str__(self) -> str:
        return self.title


class DefinitionQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class Definition(PublicIdModel):
    """One version of what was agreed. Never edited: a change is a new version."""

    public_id_prefix = "df"

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="definitions")
    number = models.PositiveIntegerField()
    business_problem = models.TextField(_("Business problem"))
    affected = models.TextField(_("Who is affected"), blank=True)
    ml_problem = models.TextField(_("Machine-learning problem"))
    intended_use = models.TextField(_("Intended use"), blank=True)
    limits = models.TextField(_("Limits"), blank=True)
    digest = models.CharField(max_length=71)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

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
            "kpis": [kpi.content() for kpi in (self.kpis.all() if kpis is None else kpis)],
        }

    def content(self, kpis: Iterable[Kpi] | None = None) -> dict[str, Any]:
        """What a person judges; its digest is the component `use_case` of a manifest."""
        return {"title": self.use_case.title, "kind": self.use_case.kind, **self.body(kpis)}

    def audit_state(self) -> dict[str, Any]:
        return {"use_case": self.use_case.public_id, "number": self.number, "digest": self.digest, "body": digest(self.body())}

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return f"{self.use_case} · {self.number}"


class Kpi(models.Model):
    """What success is measured by: how much now, how much wanted."""

    class Direction(models.TextChoices):
        UP = "up", _("More is better")
        DOWN = "down", _("Less is better")

    definition = models.ForeignKey(Definition, models.PROTECT, related_name="kpis")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("Name"), max_length=120)
    unit = models.CharField(_("Unit"), max_length=40, blank=True)
    direction = models.CharField(_("Direction"), max_length=4, choices=Direction.choices, default=Direction.UP)
    baseline = models.DecimalField(_("Now"), max_digits=20, decimal_places=6, null=True)
    target = models.DecimalField(_("Wanted"), max_digits=20, decimal_places=6)
    tolerance = models.DecimalField(_("Tolerance"), max_digits=20, decimal_places=6, null=True)
    how = models.TextField(_("How it is measured"), blank=True)

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
        }
