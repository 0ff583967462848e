"""Where use cases stand: the moves between stages, which are the truth, and work that stopped moving."""

from __future__ import annotations

from typing import Any, Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.canonical import digest
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import User, from_inside
from governance.usecases.models.use_cases import UseCase

LONGEST_REASON = 2000


class LifecycleVersionQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """The rules by which things move are known to everybody whom they bind."""
        return self.filter(from_inside(actor))


class LifecycleVersion(PublicIdModel):
    """One version of the lifecycle, in force from when it was published until the next. Before the first, the shipped one is."""

    public_id_prefix = "lc"

    number = models.PositiveIntegerField(unique=True)
    text = models.TextField()  # as it was written, with its comments
    body: Any = models.JSONField()  # as `governance.usecases.lifecycle` reads it
    digest = models.CharField(max_length=71)
    note = models.TextField(_("What is different, and why"), validators=[MaxLengthValidator(LONGEST_REASON)])
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = LifecycleVersionQuerySet.as_manager()

    def audit_state(self) -> dict[str, Any]:
        return {"number": self.number, "digest": self.digest, "body": digest(self.body)}

    def __str__(self) -> str:
        return str(self.number)


class StageMoveQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class StageMove(PublicIdModel):
    """A use case went to another stage: why, on what evidence, and how its conditions were answered at that moment."""

    public_id_prefix = "sm"
    audit_fields = ("use_case", "number", "from_stage", "to_stage", "back", "lifecycle", "lifecycle_digest", "created_at")

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="stage_moves")
    number = models.PositiveIntegerField()
    from_stage = models.CharField(max_length=40)
    to_stage = models.CharField(max_length=40)
    back = models.BooleanField()
    reason = models.TextField(_("Reason"), validators=[MaxLengthValidator(LONGEST_REASON)])
    evidence = models.TextField(_("What shows it"), validators=[MaxLengthValidator(LONGEST_REASON)], blank=True)
    conditions: Any = models.JSONField(default=list)  # [{"key", "state", "said"}] as they were answered
    lifecycle = models.PositiveIntegerField()  # number of the version by which it was judged; 0 = the shipped one
    lifecycle_digest = models.CharField(max_length=71)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = StageMoveQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use_case", "number"], name="stage_move_numbered_once"),
            models.CheckConstraint(condition=~Q(from_stage=models.F("to_stage")), name="stage_move_moves"),
        ]

    def audit_state(self) -> dict[str, Any]:
        return {**super().audit_state(), "conditions": digest(self.conditions)}

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return f"{self.use_case}: {self.from_stage} → {self.to_stage}"


class StandstillQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))

    def standing(self) -> Self:
        return self.filter(ended_at=None)


class Standstill(PublicIdModel):
    """Somebody says why a use case does not move. Ended when it goes on; the reason stays."""

    class Kind(models.TextChoices):
        PARKED = "parked", _("Parked")
        KILLED = "killed", _("Given up")
        NEVER_STARTED = "never_started", _("Never started")

    public_id_prefix = "st"
    audit_fields = ("use_case", "kind", "created_at", "ended_at")

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="standstills")
    kind = models.CharField(_("What happened"), max_length=14, choices=Kind.choices)
    reason = models.TextField(_("Why"), validators=[MaxLengthValidator(LONGEST_REASON)])
    until = models.DateField(_("Look at it again on"), null=True, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    end_reason = models.TextField(null=True)

    objects = StandstillQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use_case"], condition=Q(ended_at=None), name="standstill_once_at_a_time"),
        ]

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return f"{self.use_case}: {self.get_kind_display()}"
