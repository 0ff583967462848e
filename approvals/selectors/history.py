"""What happened around a request beside its ballots: clocks, alarms, looks, waivers, and the commands that the log tells of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef

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


def saying_what_there_is(rows: Any) -> Any:
    """Requests that say along with themselves which of their history there is at all: most have had neither alarm nor waiver."""
    here = OuterRef("pk")
    return rows.annotate(
        any_alarm=Exists(_rang().filter(clock__request=here)),
        any_waiver=Exists(Waiver.objects.filter(request=here)),
        any_look=Exists(Look.objects.filter(request=here)),
    )


def history_around(request: Request) -> History:
    """Five queries, or two where the row says that there is no more (`saying_what_there_is`)."""
    clocks = list(Clock.objects.filter(request=request).order_by("started_at", "pk"))
    alarms: list[Deadline] = []
    if getattr(request, "any_alarm", True) and any(row.due_at is not None for row in clocks):
        alarms = list(_rang().filter(clock__in=clocks).select_related("clock").order_by("fired_at", "pk"))
    return History(
        clocks,
        alarms,
        list(Look.objects.filter(request=request).select_related("user").order_by("at", "pk"))
        if getattr(request, "any_look", True)
        else [],
        _waivers(request) if getattr(request, "any_waiver", True) else [],
        _told(request),
    )


def _rang() -> Any:
    """Reminders and overdue calls that somebody heard: one that was called off has `fired_at` before its time."""
    return Deadline.objects.filter(fired_at__gte=F("at")).exclude(kind=Deadline.Kind.ESCALATE)


def _waivers(request: Request) -> list[Waiver]:
    rows = Waiver.objects.filter(request=request).select_related(
        "by",
        "ended_by",
        "reviewed_by",
        "environment",
        "request__submitter",
        "request__use_case",
        "request__policy_version__policy",
    )
    return list(rows.order_by("pk"))


def _told(request: Request) -> list[Told]:
    """One query: an event comes once for each of its words, and once where it has none."""
    events = AuditEvent.objects.filter(subject_id=request.public_id, kind__in=TOLD).order_by("pk", "personal__pk")
    fields = ("pk", "kind", "at", "actor_label", "actor_id", "body", "personal__value")
    found: dict[int, Told] = {}
    for pk, kind, at, who, actor_id, body, words in events.values_list(*fields):
        known = found.get(pk)
        if known is not None:
            found[pk] = replace(known, text=f"{known.text} {words}")
            continue
        found[pk] = Told(kind, at, who, actor_id, words or "", json.loads(bytes(body)).get("data", {}))
    return list(found.values())
