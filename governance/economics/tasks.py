"""Bells of this room."""

from __future__ import annotations

from celery import shared_task

from governance.economics.services import figures, provision_news, sheets


@shared_task(name="economics.warn_of_ends")
def warn_of_ends() -> None:
    """Tell of provisions that run out within two weeks. Who was told is remembered: doubled or lost it does no harm."""
    provision_news.warn_of_ends()


@shared_task(name="economics.keep_missing_figures")
def keep_missing_figures() -> None:
    """Reckon cases whose figures were never kept, or by other rules: after an upgrade. Each is whole by itself, so doubled it does no harm."""
    figures.keep_missing_figures()


@shared_task(name="economics.forget_sheets")
def forget_sheets() -> None:
    """Let go of spreadsheets that were sent a month ago. Doubled or lost it does no harm."""
    sheets.forget_old_files()
