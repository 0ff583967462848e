"""A gate whose steps have time limits, a Monday on which everything begins, and what is asked of clocks over and over."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from approvals.models import Clock, Deadline, Request
from approvals.services import policies
from foundation.models import AuditEvent
from governance.people.models import Notice

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
TIMED = """
title: Production release
open_for: 60 days
steps:
  - key: validation
    title: Validation
    role: model_validator
    covers: [model, data, code]
    sla: 2 working days
    remind: [1 working day before, 1 working day after]
    escalate: {after: 2 working days, to: lead_data_scientist}
  - key: security
    title: Security
    role: security_reviewer
    covers: [dependencies]
    sla: 4 working hours
  - key: governance
    title: Columns
    role: data_governance
    covers: [dictionary]
  - key: business
    title: Business
    role: business_owner
    covers: [use_case]
    after: [validation]
    sla: 1 working day
"""


@pytest.fixture
def gate(world):
    version = policies.write_policy(actor=world.admin, key="timed", source=TIMED)
    return policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=version.policy)


@pytest.fixture
def monday(world):
    """Everything happens on a Monday at nine, until somebody travels on."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def request_(world, gate, monday, push, ask):
    return ask(push())


def running(request: Request) -> dict[str, Clock]:
    return {row.step: row for row in Clock.objects.filter(request=request, stopped_at=None)}


def clock_of(request: Request, step: str) -> Clock:
    return Clock.objects.get(request=request, round=request.round, step=step)


def pending(request: Request, step: str) -> list[tuple[str, datetime]]:
    rows = Deadline.objects.filter(clock__request=request, clock__step=step, fired_at=None)
    return [(row.kind, row.at) for row in rows.order_by("at", "pk")]


def events(kind: str) -> int:
    return AuditEvent.objects.filter(kind=kind).count()


def told(part, code: str) -> int:
    return Notice.objects.filter(user=part.user, kind=f"approvals.{code}").count()
