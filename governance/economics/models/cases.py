"""What a use case costs and brings: one case, frozen snapshots."""

from __future__ import annotations

from typing import Any, Self

from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.canonical import digest
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.economics.components import component_body
from governance.people.models import User
from governance.usecases.models import UseCase

CURRENCY = RegexValidator(r"\A[A-Z]{3}\Z", _("A currency is three capital letters by ISO 4217, such as EUR."))


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class Case(PublicIdModel):
    """The cost-benefit record of a use case. It is kept in one currency, for sums in two would mean nothing."""

    public_id_prefix = "ec"
    audit_fields = ("use_case", "currency")

    use_case = models.OneToOneField(UseCase, models.PROTECT, related_name="case")
    currency = models.CharField(_("Currency"), max_length=3, validators=[CURRENCY])
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = CaseQuerySet.as_manager()

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return str(self.use_case)


class OfCaseQuerySet(models.QuerySet[Any]):
    """What belongs to a case, and is seen by whoever sees its use case."""

    of = "case"

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(**{f"{self.of}__use_case__in": UseCase.objects.visible_to(actor)})


class AppendOnlyOfCaseQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(case__use_case__in=UseCase.objects.visible_to(actor))


class CaseDraft(PublicIdModel):
    """The case as people are working on it. It may be incomplete or wrong: it is looked at as a whole when it is written down.

    `revision` grows with every change, so that two who work on it at once notice each other. There is none while nothing differs from
    the newest snapshot.
    """

    public_id_prefix = "ed"
    audit_fields = ("case", "plan", "revision")

    case = models.OneToOneField(Case, models.PROTECT, related_name="draft")
    plan = models.JSONField()  # as `plan.written` writes it
    based_on = models.PositiveIntegerField(default=0)  # the number of the snapshot that it began with; 0: none
    revision = models.PositiveIntegerField(default=1)
    editors = models.JSONField(
        default=list, blank=True
    )  # public ids of all who changed it: whoever writes it down is not its only author
    edited_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    edited_at = models.DateTimeField()

    objects = OfCaseQuerySet.as_manager()

    def audit_scope(self) -> str:
        return self.case.use_case.public_id

    def __str__(self) -> str:
        return str(self.case)


class Snapshot(PublicIdModel):
    """The case as it was written down once. Never edited: a change is a new snapshot, so plans and results can be compared."""

    class Period(models.TextChoices):
        YEAR = "year", _("Year")
        MONTH = "month", _("Month")

    class Prices(models.TextChoices):
        REAL = "real", _("Real")
        NOMINAL = "nominal", _("Nominal")

    public_id_prefix = "es"

    case = models.ForeignKey(Case, models.PROTECT, related_name="snapshots")
    number = models.PositiveIntegerField()
    period = models.CharField(_("Period"), max_length=10, choices=Period.choices, default=Period.YEAR)
    horizon = models.PositiveSmallIntegerField(_("Horizon"))  # the last period; flows fall at 0 to horizon
    discount_rate = models.DecimalField(_("Discount rate"), max_digits=9, decimal_places=6)  # a period; 0.1 is 10 %
    real_or_nominal = models.CharField(_("Prices"), max_length=10, choices=Prices.choices)  # of the rate and of every line
    lines = models.JSONField()  # of `components.Line`, decimals as texts
    plan = models.JSONField(null=True, blank=True)  # all of it, as `plan.written` writes it; None: it has nothing but the above
    note = models.TextField(_("Note"), validators=[MaxLengthValidator(2000)], blank=True)
    authors = models.JSONField(default=list, blank=True)  # public ids of those who worked on its draft, besides who wrote it down
    digest = models.CharField(max_length=71)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = AppendOnlyOfCaseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="snapshot_numbered_once")]

    @property
    def currency(self) -> str:
        return self.case.currency

    def audit_state(self) -> dict[str, Any]:
        state = {
            "case": self.case.public_id,
            "number": self.number,
            "digest": self.digest,
            "body": digest(component_body(self)),
            "note": digest(self.note),
        }
        return state | ({"authors": self.authors} if self.authors else {})  # the log says nothing of them where there were none

    def audit_scope(self) -> str:
        return self.case.use_case.public_id

    def __str__(self) -> str:
        return f"{self.case} · {self.number}"
