"""The bells: what Celery carries is only "look now"; every task here may be lost or doubled without harm."""

from __future__ import annotations

import shutil
import socket
from datetime import timedelta
from pathlib import Path

from celery import shared_task
from django.conf import settings

from foundation import clock, jobs, outbox, sealing
from foundation.models import Heartbeat, IdempotencyRecord, OutboxEvent


@shared_task(name="foundation.run_job")
def run_job(pk: int) -> None:
    jobs.run(pk)


@shared_task(name="foundation.reap_jobs")
def reap_jobs() -> None:
    jobs.reap()


@shared_task(name="foundation.deliver_outbox")
def deliver_outbox() -> None:
    outbox.deliver()


@shared_task(name="foundation.seal")
def seal() -> None:
    sealing.seal()


@shared_task(name="foundation.heartbeat")
def heartbeat() -> None:
    Heartbeat.objects.update_or_create(part="worker", defaults={"at": clock.now(), "host": socket.gethostname()[:100]})


@shared_task(name="foundation.prune")
def prune() -> None:
    """Forget what served its purpose: old idempotency answers, delivered news, messages the file broker has processed."""
    now = clock.now()
    IdempotencyRecord.objects.filter(started_at__lt=now - timedelta(days=1)).delete()
    OutboxEvent.objects.filter(delivered_at__lt=now - timedelta(days=30)).delete()
    processed = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("processed_folder")
    if processed:
        for file in Path(str(processed)).glob("*"):
            if file.is_dir():
                shutil.rmtree(file, ignore_errors=True)
            elif now.timestamp() - file.stat().st_mtime > 86_400:
                file.unlink(missing_ok=True)
