"""How risky a use case is: the questions as data, the answers with the tier they come to, and a tier that two people set instead."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import User, from_inside
from governance.usecases.models.definitions import Definition
from governance.usecases.models.use_cases import UseCase

RiskTier = Definition.RiskTier


class RiskQuestionnaireQuerySet(models.QuerySet["RiskQuestionnaire"]):
    def confirmed(self) -> Self:
        """Those that came into force at some time: the newest of them is in force."""
        return self.filter(confirmed_at__isnull=False)

    def waiting(self) -> Self:
        """Drafts that a second person has not looked at."""
        return self.filter(confirmed_at=None, withdrawn_at=None)

    def visible_to(self, actor: Actor) -> Self:
        """Everybody signed in may read what will be asked of them."""
        return self.filter(from_inside(actor))


class RiskQuestionnaire(PublicIdModel):
    """One version of the questions. Never edited; it comes into force when somebody other than its author confirms it."""

    public_id_prefix = "rkq"
    audit_fields = ("number", "digest", "created_by", "confirmed_by", "confirmed_at", "withdrawn_at")

    number = models.PositiveIntegerField(unique=True)
    source = models.TextField()  # YAML as it was written
    content: Any = models.JSONField()  # as `governance.usecases.questionnaires` read it
    digest = models.CharField(max_length=71)  # over the content
    note = models.TextField(_("What is new"), blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # empty: it shipped
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = RiskQuestionnaireQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("created_by")), name="risk_questions_confirmed_by_another"
            ),
        ]

    def __str__(self) -> str:
        return str(_("Risk questionnaire %(number)s") % {"number": self.number})


class RiskAssessmentQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class RiskAssessment(PublicIdModel):
    """What was answered about a use case, by which version of the questions, and the tier it came to. Never edited."""

    public_id_prefix = "rka"

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="risk_assessments")
    number = models.PositiveIntegerField()
    questionnaire = models.ForeignKey(RiskQuestionnaire, models.PROTECT, related_name="+")
    definition = models.ForeignKey(
        Definition, models.PROTECT, null=True, related_name="+"
    )  # what was agreed when it was answered
    answers: Any = models.JSONField()  # question → keys of its options; a question that is left out is open
    tier = models.CharField(max_length=10, choices=RiskTier.choices, blank=True)  # blank = open questions could still change it
    points = models.PositiveIntegerField()
    digest = models.CharField(max_length=71)  # over the questions' digest and the answers
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = RiskAssessmentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["use_case", "number"], name="risk_assessment_numbered_once")]

    def content(self) -> dict[str, Any]:
        """What was answered: `digest` is taken over it."""
        return {"questionnaire": self.questionnaire.digest, "answers": self.answers}

    def audit_state(self) -> dict[str, Any]:
        return {"use_case": self.use_case.public_id, "number": self.number, "digest": self.digest, "tier": self.tier}

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return str(_("%(title)s: risk, answers %(number)s") % {"title": self.use_case, "number": self.number})


class RiskOverrideQuerySet(models.QuerySet["RiskOverride"]):
    def live(self) -> Self:
        """Proposed or confirmed, and not over: at most one of each use case."""
        return self.filter(ended_at=None)

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class RiskOverride(PublicIdModel):
    """Another tier than the answers come to, with the reason. It counts once a second person has confirmed it, until it is ended."""

    class Ending(models.TextChoices):
        WITHDRAWN = "withdrawn", _("Withdrawn")
        DECLINED = "declined", _("Declined")
        ENDED = "ended", _("Ended early")
        ANSWERS_CHANGED = "answers_changed", _("Ended, because the answers changed")

    public_id_prefix = "rko"
    audit_fields = ("use_case", "assessment", "tier", "proposed_by", "confirmed_by", "confirmed_at", "ended_at", "ended_as")

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="risk_overrides")
    assessment = models.ForeignKey(RiskAssessment, models.PROTECT, related_name="overrides")
    tier = models.CharField(_("Risk tier"), max_length=10, choices=RiskTier.choices)
    reason = models.TextField(_("Reason"), max_length=2000)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_as = models.CharField(max_length=20, choices=Ending.choices, null=True)
    end_reason = models.TextField(null=True)

    objects = RiskOverrideQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use_case"], condition=Q(ended_at=None), name="risk_override_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")), name="risk_override_by_two_people"
            ),
        ]

    @property
    def state(self) -> str:
        """proposed, active or ended; the same words as `components/state.html` knows."""
        if self.ended_at is not None:
            return "ended"
        return "active" if self.confirmed_at is not None else "proposed"

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return str(_("%(title)s: risk tier by two people") % {"title": self.use_case})
