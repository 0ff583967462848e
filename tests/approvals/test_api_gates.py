"""Gates over HTTP."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.approvals.calling import COMMIT, GATE, QUESTION, ballot, post, statements


def test_a_denial_is_an_answer_and_an_unknown_thing_is_none(world, request_id):
    denied = post(world, "ci", GATE, {**QUESTION, "commit": "a" * 40})
    assert (denied.status_code, denied.json()["decision"]) == (200, "deny")
    for url, body, code in (
        ("/api/v1/gates/moon/evaluations", QUESTION, "gate.unknown_environment"),
        (GATE, {**QUESTION, "model_version": {"name": "churn-model", "version": "99"}}, "gate.unknown_subject"),
    ):
        answer = post(world, "ci", url, body)
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert post(world, "stranger", GATE, QUESTION).status_code == 404


def test_an_answer_has_the_fields_of_the_contract(world, request_id):
    body = post(world, "ci", GATE, QUESTION).json()

    assert set(body) >= {
        "id",
        "gate",
        "decision",
        "mode",
        "enforced",
        "summary",
        "subject",
        "checks",
        "policy",
        "inputs_digest",
        "evaluated_at",
        "expires_at",
        "checkpoint",
        "html_url",
    }
    assert body["id"].startswith("ev_")
    for check in body["checks"]:
        assert set(check) >= {"code", "status", "blocking", "title", "detail", "actors", "action", "evidence", "since", "due_at"}
        assert check["status"] in ("pass", "fail", "pending", "unknown")
    waiting = sum(check["blocking"] and check["status"] in ("pending", "unknown") for check in body["checks"])
    assert body["summary"] == f"{waiting} of {len(body['checks'])} checks need a person"


@pytest.mark.parametrize(
    "change",
    [
        {"commit": "c" * 7},
        {"commit": "C" * 40},
        {"artifact_sha256": "d" * 63},
        {"purpose": "fun"},
        {"commmit": "x"},
        {"commit": 7},
    ],
)
def test_a_question_that_makes_no_sense_is_400_and_no_decision(world, request_id, change):
    answer = post(world, "ci", GATE, {**QUESTION, **change})

    assert answer.status_code == 400, answer.content
    assert "decision" not in answer.json()


def test_reading_an_evaluation_asks_again_and_304_says_that_nothing_changed(world, request_id):
    first = post(world, "ci", GATE, QUESTION)
    url = f"/api/v1/evaluations/{first.json()['id']}"
    same = world.api("ci").get(url)

    assert (same.status_code, same.json(), same.headers["ETag"]) == (200, first.json(), first.headers["ETag"])
    unchanged = world.api("ci").get(f"{url}?wait=25", headers={"If-None-Match": first.headers["ETag"]})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["Retry-After"]) == (304, b"", "5")
    ballot(world, "validator", request_id, "validation")
    changed = world.api("ci").get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]
    assert changed.json()["id"] == first.json()["id"]
    listed = world.api("ci").get(f"/api/v1/evaluations?commit={COMMIT}&environment=production").json()["results"]
    assert listed == [changed.json()]
    assert world.api("stranger").get(url).status_code == 404
    assert world.api("stranger").get("/api/v1/evaluations").json()["results"] == []


def test_the_same_idempotency_key_gives_the_same_answer(world, request_id):
    first = post(world, "ci", GATE, QUESTION, **{"Idempotency-Key": "build-1"})
    ballot(world, "validator", request_id, "validation")
    second = post(world, "ci", GATE, QUESTION, **{"Idempotency-Key": "build-1"})

    assert second.json() == first.json()
    assert second.headers["ETag"] == first.headers["ETag"]


def test_a_full_evaluation_takes_twelve_queries_and_keeping_a_new_answer_four_more(world, request_id):
    ballot(world, "validator", request_id, "validation")
    client = world.api("ci")
    client.get("/api/v1/use-cases")  # notes that the token was used
    with CaptureQueriesContext(connection) as first:
        made = client.post(GATE, QUESTION, content_type="application/json")
    with CaptureQueriesContext(connection) as again:
        client.post(GATE, QUESTION, content_type="application/json")
    with CaptureQueriesContext(connection) as reading:
        client.get(f"/api/v1/evaluations/{made.json()['id']}")

    assert len(statements(again)) <= 12, statements(again)
    assert len(statements(reading)) <= 12, statements(reading)
    assert len(statements(first)) <= 16, statements(first)
