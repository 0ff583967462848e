"""Budgets of teams, and what is asked for out of them: resources, licences, environments, exceptions to the company's stack."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Self

from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.economics.models.cases import CURRENCY
from governance.people.models import User, from_inside
from governance.usecases.models import StackDeviation, UseCase

LONGEST_NEED = 1200  # what is said has to fit on one side of paper, in Chinese too
LONGEST_REASON = 300
State = Literal["asked", "approved", "refused", "withdrawn", "expired", "ended"]


class InsideQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Everybody inside: who asks for money has to know what there is."""
        return self.filter(from_inside(actor))


class Budget(PublicIdModel):
    """What a team may spend from one day to another, both included, and who holds it."""

    public_id_prefix = "bud"
    audit_fields = ("team", "title", "currency", "amount", "from_date", "to_date", "holder", "ended_at")

    team = models.CharField(_("Team"), max_length=120)
    title = models.CharField(_("Name"), max_length=120)
    currency = models.CharField(_("Currency"), max_length=3, validators=[CURRENCY])
    amount = models.DecimalField(_("Amount"), max_digits=18, decimal_places=2, validators=[MinValueValidator(Decimal(0))])
    from_date = models.DateField(_("From"))
    to_date = models.DateField(_("To"))
    holder = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("Holder"))
    note = models.TextField(_("Note"), validators=[MaxLengthValidator(2000)], blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = InsideQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(from_date__lte=F("to_date")), name="budget_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="budget_not_negative"),
            models.UniqueConstraint(fields=["team", "title"], condition=Q(ended_at=None), name="budget_named_once"),
        ]

    def __str__(self) -> str:
        return f"{self.team} · {self.title}"


class AppendOnlyInsideQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class BudgetChange(PublicIdModel):
    """A budget was raised or cut, and why."""

    public_id_prefix = "bc"
    audit_fields = ("budget", "before", "after", "reason")

    budget = models.ForeignKey(Budget, models.PROTECT, related_name="changes")
    before = models.DecimalField(max_digits=18, decimal_places=2)
    after = models.DecimalField(max_digits=18, decimal_places=2)
    reason = models.CharField(_("Why"), max_length=500)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField()

    objects = AppendOnlyInsideQuerySet.as_manager()


class OfUseCaseQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class ProvisionRequest(PublicIdModel):
    """Something that a use case needs and does not have: what it costs, what else was looked at, what happens without it.

    What it says is written once, for that is what people judge. It is decided in an approval request; from then on it is used until
    `until_date`, and may be renewed by another one.
    """

    class Kind(models.TextChoices):
        GPU = "gpu", _("GPU")
        STORAGE = "storage", _("Storage")
        LICENCE = "licence", _("Licence")
        ENVIRONMENT = "environment", _("New environment")
        EXCEPTION = "exception", _("Exception to the company stack")
        OTHER = "other", _("Other")

    public_id_prefix = "pr"
    audit_fields = (
        "use_case", "number", "kind", "title", "need", "lines", "alternatives", "no_cheaper", "without", "currency", "total", "budget",
        "from_date", "until_date", "renews", "deviation", "request", "decision", "ended_at",
    )  # fmt: skip

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="provisions")
    number = models.PositiveIntegerField()
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind.choices)
    title = models.CharField(_("What"), max_length=120)
    need = models.TextField(_("What for"), validators=[MaxLengthValidator(LONGEST_NEED)])
    lines = models.JSONField()  # costs, as lines of a written plan whose periods are months from that of `from_date`
    alternatives = models.JSONField(default=list)  # of {"title", "cost", "why_not"}; doing nothing is always among what is shown
    no_cheaper = models.CharField(_("Why nothing is cheaper"), max_length=LONGEST_REASON, blank=True)
    without = models.JSONField(default=dict)  # as `provision_effect.Effect` writes it: what not having it means for the case
    currency = models.CharField(_("Currency"), max_length=3, validators=[CURRENCY])
    total = models.DecimalField(max_digits=18, decimal_places=2)  # of its lines, in its budget's currency
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="provisions", verbose_name=_("Budget"))
    from_date = models.DateField(_("From"))
    until_date = models.DateField(_("Until"))
    renews = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="renewals")
    deviation = models.ForeignKey(  # of an exception: what the platform does not offer and may run on it all the same
        StackDeviation, models.PROTECT, null=True, blank=True, related_name="provisions", verbose_name=_("Deviation")
    )
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    # Written once
    request = models.CharField(max_length=40, null=True, blank=True)  # public id of the request that decided
    decision = models.CharField(max_length=10, null=True, blank=True)  # approved, refused
    decided_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)  # withdrawn, given back early, or its approval taken back
    ended_because = models.CharField(max_length=500, null=True, blank=True)

    objects = OfUseCaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use_case", "number"], name="provision_numbered_once"),
            models.CheckConstraint(condition=Q(from_date__lte=F("until_date")), name="provision_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(total__gte=0), name="provision_not_negative"),
            models.CheckConstraint(condition=Q(decision=None) | Q(decided_at__isnull=False), name="provision_decided_at_a_time"),
        ]
        indexes = [models.Index(fields=["budget", "decision"], name="provision_of_budget")]

    def content(self) -> dict[str, Any]:
        """What people judge: no number, no author, and not where the budget stands."""
        return {
            "use_case": self.use_case.public_id,
            "kind": self.kind,
            "title": self.title,
            "need": self.need,
            "lines": self.lines,
            "alternatives": self.alternatives,
            "no_cheaper": self.no_cheaper,
            "without": self.without,
            "currency": self.currency,
            "total": self.total,
            "budget": self.budget.public_id,
            "from": self.from_date,
            "until": self.until_date,
            "renews": self.renews.public_id if self.renews is not None else "",
            "deviation": self.deviation.public_id if self.deviation is not None else "",
        }

    def state(self, at: datetime | None = None) -> State:
        """Where it stands at `at` (now). On its last day it is still in use."""
        at = at or clock.now()
        decision = self.decision if self.decided_at is not None and self.decided_at <= at else None
        if decision == "refused":
            return "refused"
        if self.ended_at is not None and self.ended_at <= at:
            return "ended" if decision == "approved" else "withdrawn"
        if decision != "approved":
            return "asked"
        return "expired" if at.date() > self.until_date else "approved"

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return f"{self.title} · {self.number}"


class AppendOnlyOfProvisionQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(provision__use_case__in=UseCase.objects.visible_to(actor))


class ProvisionUse(PublicIdModel):
    """What was really used and paid in a month. The same `reference` of a source is taken in once; a correction is a row of its own."""

    class Source(models.TextChoices):
        ENTERED = "entered", _("Entered")
        IMPORTED = "imported", _("Imported")
        CI = "ci", _("From CI")
        CLOUD = "cloud", _("From a cloud bill")

    public_id_prefix = "pu"
    audit_fields = ("provision", "month", "quantity", "unit", "amount", "source", "reference")

    provision = models.ForeignKey(ProvisionRequest, models.PROTECT, related_name="uses")
    month = models.DateField(_("Month"))  # its first day
    quantity = models.DecimalField(_("Quantity"), max_digits=18, decimal_places=6)
    unit = models.CharField(_("Unit"), max_length=40, blank=True)
    amount = models.DecimalField(
        _("Amount"), max_digits=18, decimal_places=2
    )  # in the currency of the budget; a correction may be negative
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.ENTERED)
    reference = models.CharField(_("Reference"), max_length=200, blank=True)
    note = models.TextField(_("Note"), validators=[MaxLengthValidator(2000)], blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()

    objects = AppendOnlyOfProvisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="provision_use_of_a_month"),
            models.UniqueConstraint(
                fields=["provision", "source", "reference"], condition=~Q(reference=""), name="provision_use_taken_in_once"
            ),
        ]

    def audit_scope(self) -> str:
        return self.provision.use_case.public_id

    def __str__(self) -> str:
        return f"{self.provision} {self.month:%Y-%m}"
