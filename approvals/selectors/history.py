"""What happened around a request beside its ballots: clocks, alarms, looks, waivers, and the commands that the log tells of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from approvals.models import Clock, Deadline, Look, Request, Waiver
from foundation.models import AuditEvent

TOLD = (
    "approvals.request.opened",
    "approvals.request.resubmitted",
    "approvals.request.withdrawn",
    "approvals.request.migrated",
    "approvals.request.revoked",
)


@dataclass(frozen=True, slots=True)
class Told:
    """A command as the log has it: who gave it, and the words that came with it unless they were erased."""

    code: str
    at: datetime
    who: str
    actor_id: str
    text: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class History:
    """`clocks`: of every round, oldest first. `alarms`: reminders and overdue calls that really rang."""

    clocks: Sequence[Clock]
    alarms: Sequence[Deadline]
    looks: Sequence[Look]
    waivers: Sequence[Waiver]
    told: Sequence[Told]

    def clocks_in(self, round: int) -> dict[str, Clock]:
        return {row.step: row for row in self.clocks if row.round == round}

    def looks_in(self, round: int) -> dict[str, datetime]:
        """When people first looked in a round, by public id."""
        return {row.user.public_id: row.at for row in self.looks if row.round == round}


def history_around(request: Request) -> History:
    """Six queries. An alarm that was called off has `fired_at` before its time, and rang for nobody."""
    clocks = list(Clock.objects.filter(request=request).order_by("started_at", "pk"))
    alarms: list[Deadline] = []
    if any(row.due_at is not None for row in clocks):
        rang = Deadline.objects.filter(clock__in=clocks, fired_at__gte=F("at"))
        alarms = list(rang.exclude(kind=Deadline.Kind.ESCALATE).select_related("clock").order_by("fired_at", "pk"))
    waivers = Waiver.objects.filter(request=request).select_related(
        "by",
        "ended_by",
        "reviewed_by",
        "environment",
        "request__submitter",
        "request__use_case",
        "request__policy_version__policy",
    )
    events = AuditEvent.objects.filter(subject_id=request.public_id, kind__in=TOLD).prefetch_related("personal").order_by("pk")
    return History(
        clocks,
        alarms,
        list(Look.objects.filter(request=request).select_related("user").order_by("at", "pk")),
        list(waivers.order_by("pk")),
        [_told(event) for event in events],
    )


def _told(event: AuditEvent) -> Told:
    words = " ".join(row.value for row in event.personal.all())
    data = json.loads(bytes(event.body)).get("data", {})
    return Told(event.kind, event.at, event.actor_label, event.actor_id, words, data)
