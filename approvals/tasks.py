"""Bells of the approvals room."""

from __future__ import annotations

from celery import shared_task

from approvals.services import clocks


@shared_task(name="approvals.tick")
def tick() -> None:
    """What time asks for: reminders, escalation, lapsing, conditions that were missed, reviews that are owed."""
    clocks.tick()


@shared_task(name="approvals.look_at_all")
def look_at_all() -> None:
    """Every open request, for whatever no news told of."""
    clocks.look_at_all()
