"""Who answers for what on a use case, and which training a role asks for."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models.accounts import User
from governance.people.models.grants import from_inside
from governance.people.roles import ROLES


class MatrixQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Those of use cases that the actor sees from inside."""
        from governance.people.selectors import within_scopes_seen

        return self.filter(within_scopes_seen(actor, "scope"))


class ResponsibilityMatrix(PublicIdModel):
    """One version of who is responsible, accountable, consulted and informed (RACI). Never edited: a change is a new version."""

    public_id_prefix = "rm"

    scope = models.CharField(max_length=40)  # public id of a use case
    number = models.PositiveIntegerField()
    body = models.JSONField()  # as `governance.people.raci` writes it
    digest = models.CharField(max_length=71)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = MatrixQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "number"], name="matrix_numbered_once")]

    def audit_state(self) -> dict[str, Any]:
        return {"scope": self.scope, "number": self.number, "digest": self.digest}

    def audit_scope(self) -> str:
        return self.scope

    def __str__(self) -> str:
        return _("Responsibilities, version %(number)s") % {"number": self.number}


class TrainingRuleQuerySet(models.QuerySet["TrainingRule"]):
    def in_force(self) -> Self:
        return self.filter(ended_at=None)

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class TrainingRule(PublicIdModel):
    """A role is given only to people who can show a training. Ended, never deleted."""

    public_id_prefix = "tr"
    audit_fields = ("role", "training", "title", "valid_days", "starts_at", "ended_at")

    role = models.CharField(_("Role"), max_length=40, choices=ROLES)
    training = models.SlugField(_("Short name"), max_length=60)
    title = models.CharField(_("Training"), max_length=120)
    valid_days = models.PositiveIntegerField(_("Valid for days"), null=True, blank=True)  # empty = for good
    starts_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = TrainingRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "training"], condition=Q(ended_at=None), name="training_rule_once_at_a_time"),
            models.CheckConstraint(condition=Q(valid_days=None) | Q(valid_days__gt=0), name="training_is_valid_for_a_while"),
        ]

    def __str__(self) -> str:
        return self.title


class TrainingRecordQuerySet(models.QuerySet["TrainingRecord"]):
    def valid(self, on: date | None = None) -> Self:
        """Evidence that counts on a day (today): completed by then, neither run out nor withdrawn."""
        day = on or clock.now().date()
        return self.filter(Q(expires_on=None) | Q(expires_on__gt=day), completed_on__lte=day, withdrawn_at=None)

    def visible_to(self, actor: Actor) -> Self:
        """Inside it is known who may do what; somebody from outside sees their own."""
        own = Q(user=actor.user) if actor.user is not None else Q(pk=None)
        return self.filter(from_inside(actor) | own)


class TrainingRecord(PublicIdModel):
    """Evidence that somebody completed a training. Withdrawn where it was wrong, never deleted."""

    public_id_prefix = "te"
    audit_fields = ("user", "training", "completed_on", "expires_on", "evidence", "recorded_by", "withdrawn_at")

    user = models.ForeignKey(User, models.PROTECT, related_name="trainings")
    training = models.SlugField(_("Training"), max_length=60)
    completed_on = models.DateField(_("Completed on"))
    expires_on = models.DateField(_("Valid until"), null=True, blank=True)  # the first day on which it counts no more
    evidence = models.CharField(_("Evidence"), max_length=2048)  # the address of the certificate, or the id of a document here
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    objects = TrainingRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gt=F("completed_on")), name="training_runs_out_later"
            )
        ]
        indexes = [models.Index(fields=["user", "training"], name="training_by_person")]

    def __str__(self) -> str:
        return f"{self.user}: {self.training}"
