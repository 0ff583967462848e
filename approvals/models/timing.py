"""How long a step has run, when it is due, who looked: timers and records of time. They decide nothing."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals.models.requests import Request
from governance.people.models import User


class Clock(models.Model):
    """One step of one round while it can be worked on: from its activation until it was met or the request closed.

    `due_at` is computed once, when the step becomes active, by the calendar that `calendar_digest` names; it moves only when the
    clock is stopped because changes were asked for. A step without a time limit has a clock too: it measures waiting.
    """

    request = models.ForeignKey(Request, models.PROTECT, related_name="clocks")
    round = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    calendar = models.CharField(max_length=60, blank=True)  # its slug
    calendar_digest = models.CharField(max_length=71, blank=True)
    paused_at = models.DateTimeField(null=True)
    paused_seconds = models.PositiveBigIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True)
    met = models.BooleanField(default=False)  # stopped because the step was met
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "round", "step"], name="clock_once_per_step_and_round")]
        indexes = [models.Index(fields=["request", "round"], name="clock_running", condition=Q(stopped_at=None))]


class Deadline(models.Model):
    """Something to do at a time: remind, say that it is overdue, escalate. Claimed by setting `fired_at`; never approves."""

    class Kind(models.TextChoices):
        REMIND = "remind", _("Reminder")
        OVERDUE = "overdue", _("Overdue")
        ESCALATE = "escalate", _("Escalation")

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="deadlines")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    nth = models.PositiveSmallIntegerField(default=0)  # of the reminders of a step
    at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clock", "kind", "nth"], name="deadline_once_per_clock")]
        indexes = [models.Index(fields=["at"], name="deadline_pending", condition=Q(fired_at=None))]


class Look(models.Model):
    """Somebody who could act opened the request for the first time in this round: where waiting ends and working begins."""

    request = models.ForeignKey(Request, models.PROTECT, related_name="looks")
    round = models.PositiveSmallIntegerField()
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "round", "user"], name="look_once_per_round")]
