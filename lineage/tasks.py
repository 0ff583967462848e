"""Bells of the lineage room."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from lineage.services import repositories

LOOK_AGAIN = timedelta(minutes=30)


@shared_task(name="lineage.synchronise_stale")
def synchronise_stale() -> None:
    repositories.synchronise_stale(older_than=LOOK_AGAIN)
