"""The hand-over from those who build to those who run: what is handed over, and what operations said to it."""

from __future__ import annotations

from typing import Any, Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.canonical import digest
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import User
from governance.usecases.models.stages import LONGEST_REASON
from governance.usecases.models.use_cases import UseCase


class HandOverQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))

    def unanswered(self) -> Self:
        return self.filter(answered_at=None)


class HandOver(PublicIdModel):
    """A pipeline with its owner, one run of the whole path, its tests and its configuration, put before operations.

    Answered once, by somebody of operations who had no part in handing it over. A refusal stays; another try is another row.
    """

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")

    class Result(models.TextChoices):
        PASSED = "passed", _("It went through")
        FAILED = "failed", _("It failed")

    public_id_prefix = "ho"

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="hand_overs")
    number = models.PositiveIntegerField()
    pipeline = models.CharField(_("Pipeline"), max_length=500)  # an address, or how people call it
    pipeline_owner = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("Whose pipeline it is"))
    version = models.CharField(_("Version"), max_length=200, blank=True)  # label of the version that was handed over
    run = models.CharField(_("The run"), max_length=500)
    run_at = models.DateField(_("When it ran"))
    run_result = models.CharField(_("How it ended"), max_length=10, choices=Result.choices)
    tests = models.TextField(_("Tests"), validators=[MaxLengthValidator(LONGEST_REASON)])
    configuration: Any = models.JSONField(_("Configuration"))  # [{"environment", "where"}]
    note = models.TextField(_("What operations should know"), validators=[MaxLengthValidator(LONGEST_REASON)], blank=True)
    digest = models.CharField(max_length=71)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer.choices, null=True)
    answer_reason = models.TextField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use_case", "number"], name="hand_over_numbered_once"),
            models.UniqueConstraint(fields=["use_case"], condition=Q(answered_at=None), name="hand_over_open_once"),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=models.F("created_by")), name="hand_over_answered_by_another"
            ),
        ]

    def content(self) -> dict[str, Any]:
        """What operations judges; `digest` is taken over it."""
        return {
            "pipeline": self.pipeline,
            "pipeline_owner": self.pipeline_owner.public_id,
            "version": self.version,
            "run": self.run,
            "run_at": self.run_at.isoformat(),
            "run_result": self.run_result,
            "tests": self.tests,
            "configuration": self.configuration,
            "note": self.note,
        }

    def audit_state(self) -> dict[str, Any]:
        state = {
            "use_case": self.use_case.public_id,
            "number": self.number,
            "digest": self.digest,
            "body": digest(self.content()),
        }
        if self.answered_at is None or self.answered_by is None:
            return state
        return {**state, "answer": self.answer, "answered_by": self.answered_by.public_id, "answered_at": self.answered_at}

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return f"{self.use_case} · {self.number}"
