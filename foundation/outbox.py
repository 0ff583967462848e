"""News between rooms: published in the transaction that made them, delivered after commit, at least once.

A higher room subscribes in `apps.ready()`; no answer of the product may depend on a subscriber having run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction

from foundation import clock
from foundation.actor import Actor
from foundation.models import OutboxEvent, PublicIdModel

MAX_ATTEMPTS = 12
log = structlog.get_logger(__name__)
Subscriber = Callable[[OutboxEvent], None]
_subscribers: dict[str, list[Subscriber]] = defaultdict(list)


def subscribe(topic: str, subscriber: Subscriber) -> None:
    if subscriber not in _subscribers[topic]:
        _subscribers[topic].append(subscriber)


def publish(actor: Actor, topic: str, subject: PublicIdModel, payload: dict[str, Any] | None = None) -> None:
    """Write the news down. Topics nobody listens to are not kept."""
    if not _subscribers.get(topic):
        return
    OutboxEvent.objects.create(
        topic=topic,
        subject_id=subject.public_id,
        payload=payload or {},
        request_id=actor.request_id,
        at=clock.now(),
        next_at=clock.now(),
    )
    transaction.on_commit(_ring)


def _ring() -> None:
    from foundation import tasks

    try:
        tasks.deliver_outbox.delay()
    except Exception:
        log.warning("outbox.bell_failed", exc_info=True)


def deliver(limit: int = 200) -> int:
    """Hand undelivered news to their subscribers, oldest first. Each event is claimed in a transaction of its own."""
    delivered = 0
    due = OutboxEvent.objects.filter(delivered_at=None, next_at__lte=clock.now(), attempts__lt=MAX_ATTEMPTS)
    for pk in list(due.order_by("pk").values_list("pk", flat=True)[:limit]):
        delivered += _deliver_one(pk)
    return delivered


def _deliver_one(pk: int) -> int:
    now = clock.now()
    attempt = OutboxEvent.objects.filter(pk=pk, delivered_at=None, next_at__lte=now)
    event = attempt.first()
    # Moving next_at first is the claim: a second worker finds nothing due, and a killed one comes round again later.
    if event is None or not attempt.filter(attempts=event.attempts).update(
        attempts=event.attempts + 1, next_at=now + timedelta(seconds=min(30 * 2**event.attempts, 21_600))
    ):
        return 0
    try:
        for subscriber in _subscribers.get(event.topic, []):
            subscriber(event)
    except Exception as error:
        log.exception("outbox.subscriber_failed", topic=event.topic, news=pk)
        OutboxEvent.objects.filter(pk=pk).update(error=repr(error)[:2000])
        return 0
    OutboxEvent.objects.filter(pk=pk).update(delivered_at=clock.now(), error="")
    return 1
