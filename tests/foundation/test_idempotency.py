from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from foundation import clock, idempotency
from foundation.errors import Invalid
from foundation.models import IdempotencyRecord
from governance.usecases.models import UseCase

URL = "/api/v1/use-cases"
BODY = {"slug": "fraud", "title": "Fraud"}


def post(client, body=BODY, key: str = "k-1", url: str = URL):
    return client.post(url, body, content_type="application/json", headers={"Idempotency-Key": key})


def test_the_same_key_and_body_get_the_same_answer_and_act_once(world):
    client = world.api("lead")
    first, second = post(client), post(client)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert UseCase.objects.filter(slug="fraud").count() == 1


def test_white_space_and_the_order_of_keys_make_no_other_body(world):
    client = world.api("lead")
    first = client.post(
        URL, '{"slug": "fraud", "title": "Fraud"}', content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    second = client.post(
        URL, '{"title":"Fraud","slug":"fraud"}', content_type="application/json", headers={"Idempotency-Key": "k"}
    )

    assert (first.status_code, second.json()) == (201, first.json())


def test_the_same_key_with_another_body_or_path_is_422(world):
    client = world.api("lead")
    post(client)

    other = post(client, {**BODY, "title": "Other"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.other_body")
    assert post(client, url="/api/v1/use-cases?x=1").status_code == 422
    assert UseCase.objects.get(slug="fraud").title == "Fraud"


def test_keys_belong_to_who_sent_them(world):
    post(world.api("lead"), {"slug": "one", "title": "One"})

    assert post(world.api("scientist"), {"slug": "two", "title": "Two"}).status_code == 201


def test_while_the_first_is_in_flight_the_second_is_told_to_wait(world):
    post(world.api("lead"))
    IdempotencyRecord.objects.update(status=None, body=None)

    waiting = post(world.api("lead"))
    assert (waiting.status_code, waiting.json()["code"], waiting.headers["Retry-After"]) == (409, "idempotency.in_flight", "2")


def test_a_first_attempt_that_died_is_taken_over(world):
    client = world.api("lead")
    post(client)
    IdempotencyRecord.objects.update(status=None, body=None, started_at=clock.now() - timedelta(minutes=2))

    assert post(client).status_code == 409  # carried out, and the use case was there already
    assert not IdempotencyRecord.objects.exists()


def test_a_refusal_frees_the_key(world):
    client = world.api("lead")
    refused = post(client, {"slug": "churn", "title": "Taken"})

    assert (refused.status_code, refused.json()["code"]) == (409, "use_case.exists")
    assert post(client).status_code == 201


@pytest.mark.django_db
def test_a_failure_on_our_side_frees_the_key():
    def act():
        return 503, {}

    assert idempotency.once(principal="p", key="k", method="POST", path="/", body=b"", act=act) == (503, {}, False)
    assert not IdempotencyRecord.objects.exists()

    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        idempotency.once(principal="p", key="k", method="POST", path="/", body=b"", act=broken)
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "k" * 201, "a\nb", "a\x00b"])
def test_a_key_that_is_none_is_refused(key):
    with pytest.raises(Invalid):
        idempotency.once(principal="p", key=key, method="POST", path="/", body=b"", act=lambda: (200, {}))


def test_two_at_the_same_moment_act_once(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory has one writer at a time")
    acted: list[int] = []
    both = threading.Barrier(2)
    outcomes: list[str] = []

    def act():
        acted.append(1)
        return 201, {"n": len(acted)}

    def ask() -> None:
        both.wait(20)
        try:
            status, _body, replayed = idempotency.once(principal="p", key="k", method="POST", path="/", body=b"", act=act)
            outcomes.append(f"{status} {replayed}")
        except idempotency.InFlight:
            outcomes.append("in flight")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert acted == [1]
    assert "201 False" in outcomes


def test_answers_are_forgotten_after_a_day(world):
    from foundation.tasks import prune

    post(world.api("lead"))
    prune()
    assert IdempotencyRecord.objects.count() == 1
    IdempotencyRecord.objects.update(started_at=clock.now() - timedelta(days=1, seconds=1))
    prune()
    assert not IdempotencyRecord.objects.exists()
