"""Bells of this room."""

from __future__ import annotations

from celery import shared_task

from governance.economics.services import provision_news


@shared_task(name="economics.warn_of_ends")
def warn_of_ends() -> None:
    """Tell of provisions that run out within two weeks. Who was told is remembered: doubled or lost it does no harm."""
    provision_news.warn_of_ends()
