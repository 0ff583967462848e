"""News between rooms: published in the transaction that made them, delivered after commit, at least once.

A higher room subscribes in `apps.ready()`; no answer of the product may depend on a subscriber having run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from foundation import clock
from foundation.actor import Actor
from foundation.models import OutboxEvent, PublicIdModel

MAX_ATTEMPTS = 12
log = structlog.get_logger(__name__)
Subscriber = Callable[[OutboxEvent], None]
_delivers_itself: ContextVar[bool] = ContextVar("delivers itself", default=False)
_subscribers: dict[str, list[Subscriber]] = defaultdict(list)


def subscribe(topic: str, subscriber: Subscriber) -> None:
    if subscriber not in _subscribers[topic]:
        _subscribers[topic].append(subscriber)


def publish(
    actor: Actor, topic: str, subject: PublicIdModel, payload: dict[str, Any] | None = None, *, at: datetime | None = None
) -> None:
    """Write the news down. Topics nobody listens to are not kept. News of what only becomes true later is delivered from `at` on."""
    if not _subscribers.get(topic):
        return
    OutboxEvent.objects.create(
        topic=topic,
        subject_id=subject.public_id,
        payload=payload or {},
        request_id=actor.request_id,
        at=at or clock.now(),
        next_at=at or clock.now(),
    )
    if not _delivers_itself.get():
        transaction.on_commit(_ring)


@contextmanager
def unrung() -> Iterator[None]:
    """Within the block news ring no worker: for whoever calls `deliver` themselves, as the demo does with half a year of them."""
    token = _delivers_itself.set(True)
    try:
        yield
    finally:
        _delivers_itself.reset(token)


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
