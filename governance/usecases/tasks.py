"""Bells of this room: lost or doubled they do no harm."""

from __future__ import annotations

from celery import shared_task

from governance.usecases.services.unseen import tell_of_unseen


@shared_task(name="usecases.tell_of_unseen")
def tell_those_who_lead() -> None:
    """Name to those who lead a use case who has seen nothing of it."""
    tell_of_unseen()
