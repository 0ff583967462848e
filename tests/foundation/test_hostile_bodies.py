"""Bodies and keys that are meant to break something."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from foundation import idempotency
from foundation.models import IdempotencyRecord
from foundation.parsing import DEEPEST


@pytest.mark.parametrize("levels", [DEEPEST + 1, 300, 900])
def test_a_body_nested_deeper_than_anybody_writes_is_refused_before_anything_walks_over_it(world, levels):
    body = '{"yaml": "a", "body": ' + '{"a":' * levels + "1" + "}" * levels + "}"
    answer = world.api("admin").post(
        "/api/v1/policies/lint", body, content_type="application/json", headers={"Idempotency-Key": "deep"}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_what_is_nested_as_deep_as_may_be_is_read(world):
    body = '{"body": ' + '{"a":' * (DEEPEST - 1) + "1" + "}" * (DEEPEST - 1) + "}"
    answer = world.api("admin").post("/api/v1/policies/lint", body, content_type="application/json")

    assert answer.status_code == 200, answer.content
    assert answer.json()["problems"]


@pytest.mark.django_db
def test_a_key_that_is_freed_while_somebody_finds_it_taken_can_be_had(monkeypatch):
    """The first request is refused, which frees its key, between the moment the second finds it taken and looks whose it is."""
    create = IdempotencyRecord.objects.create
    taken = [True]

    def taken_once(**values):
        if taken.pop() if taken else False:
            raise IntegrityError
        return create(**values)

    monkeypatch.setattr(IdempotencyRecord.objects, "create", taken_once)
    done = idempotency.once(principal="p", key="k", method="POST", path="/", body=b"", act=lambda: (201, {"n": 1}))

    assert done == (201, {"n": 1}, False)
    assert IdempotencyRecord.objects.get().status == 201


@pytest.mark.django_db
def test_a_key_that_is_always_taken_and_never_there_is_told_as_in_flight(monkeypatch):
    def taken(**values):
        raise IntegrityError

    monkeypatch.setattr(IdempotencyRecord.objects, "create", taken)
    with pytest.raises(idempotency.InFlight):
        idempotency.once(principal="p", key="k", method="POST", path="/", body=b"", act=lambda: (201, {}))
