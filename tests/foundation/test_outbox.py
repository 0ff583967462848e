from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest
from django.db import transaction

from foundation import clock, outbox, tasks
from foundation.models import OutboxEvent

TOPIC = "test.thing.happened"


@pytest.fixture
def heard(world, monkeypatch):
    """What a subscriber of the test's topic was told. The news that the world itself made is not the test's."""
    OutboxEvent.objects.all().delete()
    monkeypatch.setattr(outbox, "_subscribers", defaultdict(list))
    told: list[tuple[str, dict]] = []
    outbox.subscribe(TOPIC, lambda event: told.append((event.subject_id, event.payload)))
    return told


def publish(world, **payload) -> None:
    outbox.publish(world.lead, TOPIC, world.use_case, payload)


def due_again(event: OutboxEvent) -> OutboxEvent:
    OutboxEvent.objects.filter(pk=event.pk).update(next_at=clock.now() - timedelta(seconds=1))
    event.refresh_from_db()
    return event


def test_news_is_delivered_once_to_its_subscribers_oldest_first(world, heard):
    publish(world, n=1)
    publish(world, n=2)

    assert outbox.deliver() == 2
    assert heard == [(world.use_case.public_id, {"n": 1}), (world.use_case.public_id, {"n": 2})]
    assert outbox.deliver() == 0
    assert len(heard) == 2


def test_news_nobody_listens_to_is_not_kept(world, heard):
    before = OutboxEvent.objects.count()
    outbox.publish(world.lead, "test.thing.ignored", world.use_case)

    assert OutboxEvent.objects.count() == before


def test_news_of_what_becomes_true_later_waits_until_then(world, heard, monkeypatch):
    later = clock.now() + timedelta(days=1)
    outbox.publish(world.lead, TOPIC, world.use_case, {"n": 1}, at=later)

    assert outbox.deliver() == 0
    monkeypatch.setattr(clock, "now", lambda: later)
    assert outbox.deliver() == 1
    assert heard == [(world.use_case.public_id, {"n": 1})]


def test_news_falls_with_the_change_it_tells_of(world, heard):
    def act() -> None:
        with transaction.atomic():
            publish(world)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()

    assert outbox.deliver() == 0


def test_the_bell_rings_after_commit(world, heard, monkeypatch, django_capture_on_commit_callbacks):
    rung: list[bool] = []
    monkeypatch.setattr(tasks.deliver_outbox, "delay", lambda: rung.append(True))

    with django_capture_on_commit_callbacks(execute=True):
        publish(world)
        assert not rung

    assert rung == [True]


def test_a_broken_subscriber_is_tried_again_later_and_holds_up_nobody(world, heard):
    def broken(event: OutboxEvent) -> None:
        if event.payload.get("n") == 1:
            raise KeyError("lost")

    outbox.subscribe(TOPIC, broken)
    publish(world, n=1)
    publish(world, n=2)

    assert outbox.deliver() == 1
    stuck = OutboxEvent.objects.get(delivered_at=None)
    assert "lost" in stuck.error
    assert stuck.next_at > clock.now() + timedelta(seconds=20)
    assert outbox.deliver() == 0  # not yet
    assert due_again(stuck).attempts == 1
    assert outbox.deliver() == 0
    stuck.refresh_from_db()
    assert stuck.attempts == 2
    assert stuck.next_at > clock.now() + timedelta(seconds=50)


def test_what_never_succeeds_is_left_alone_in_the_end(world, heard):
    publish(world)
    OutboxEvent.objects.filter(topic=TOPIC).update(attempts=outbox.MAX_ATTEMPTS)

    assert outbox.deliver() == 0
    assert heard == []


def test_a_worker_that_dies_while_delivering_loses_nothing(world, heard):
    class Killed(BaseException):
        pass

    def killed(event: OutboxEvent) -> None:
        if event.attempts == 0:
            raise Killed

    outbox.subscribe(TOPIC, killed)
    publish(world)
    with pytest.raises(Killed):
        outbox.deliver()
    event = OutboxEvent.objects.get(topic=TOPIC)
    assert event.delivered_at is None

    due_again(event)
    assert outbox.deliver() == 1


def test_a_subscriber_is_told_once_however_often_it_subscribed(world, heard):
    told: list[int] = []

    def subscriber(event: OutboxEvent) -> None:
        told.append(1)

    outbox.subscribe(TOPIC, subscriber)
    outbox.subscribe(TOPIC, subscriber)
    publish(world)
    outbox.deliver()

    assert told == [1]
