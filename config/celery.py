"""The Celery application. Tasks are bells: what is to be done, and whether it was, stands in the database."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import worker_ready

from config import broker

broker.use()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("countersign")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def _be_heard(**_about: object) -> None:
    """Readiness need not wait for the first beat of the schedule."""
    from foundation import tasks

    tasks.heartbeat.delay()
    tasks.reap_jobs.delay()
