"""Envelopes over HTTP and in the portal."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.models import Envelope, Request
from approvals.services import envelopes as services

pytestmark = pytest.mark.django_db

BODY = {"moves": ["model"], "metrics": {"recall": {"may_fall": "0.02"}}}


def recall(value: str) -> dict:
    return {"metrics": {"recall": {"value": Decimal(value), "dataset": "test"}}}


def other(push, version: str, value: str):
    artifact = {"uri": "s3://m", "sha256": version[-1] * 64, "size": 11, "serialization": "skops"}
    return push(version, artifact=artifact, **recall(value))


@pytest.fixture
def baseline(push, ask, approve):
    row = push("7", **recall("0.70"))
    approve(ask(row))
    return row


@pytest.fixture
def envelope(world, gate, baseline):
    return services.write_envelope(
        actor=world.lead,
        use_case=world.use_case,
        environment=gate.environment,
        baseline=baseline,
        title="Monthly retraining",
        body=BODY,
    )


# API ------------------------------------------------------------------------------------------------------------------


def send(client, address, body):
    return client.post(address, body, content_type="application/json")


def test_an_envelope_is_written_read_asked_about_and_ended(world, gate, baseline, push):
    other(push, "8", "0.69")
    ci = world.api("ci")
    wanted = {"title": "Monthly", "environment": "production", "baseline": baseline.public_id, "body": BODY}
    answer = send(ci, "/api/v1/use-cases/churn/envelopes", wanted)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["state"], made["model"], made["baseline"]["version"]) == ("draft", "churn-model", "7")
    assert made["trial"]["inside"] == 1
    assert made["sentences"][0] == "recall is at most 0.02 below the baseline's."
    asked = {"subject": {"type": "envelope", "id": made["id"]}, "purpose": "deployment", "environment": "production"}
    request = send(ci, "/api/v1/requests", asked).json()
    assert set(request["manifest"]) >= {"model", "envelope"}
    read = ci.get(f"/api/v1/envelopes/{made['id']}").json()
    assert (read["request"], read["since"]) == (request["id"], [])
    listed = ci.get("/api/v1/use-cases/churn/envelopes").json()["results"]
    assert [row["id"] for row in listed] == [made["id"]]
    refused = send(ci, f"/api/v1/envelopes/{made['id']}/end", {"reason": "Not yet."})
    assert refused.status_code == 409
    send(ci, f"/api/v1/requests/{request['id']}/withdraw", {})
    ended = send(ci, f"/api/v1/envelopes/{made['id']}/end", {"reason": "Not yet."})
    assert (ended.status_code, ended.json()["state"]) == (200, "ended")


def test_a_trial_leaves_nothing(world, gate, baseline, push):
    other(push, "8", "0.1")
    wanted = {"environment": "production", "baseline": baseline.public_id, "body": BODY}
    answer = send(world.api("security"), "/api/v1/envelopes/trial", wanted)
    assert answer.status_code == 200
    assert answer.json()["versions"][0]["broken"][0]["text"] == "recall@test 0.1 has fallen below 0.68"
    assert not Envelope.objects.exists()


def test_what_is_wrong_is_named_with_its_place(world, gate, baseline):
    wanted = {"environment": "production", "baseline": baseline.public_id, "body": {"moves": ["modell"], "metric": {}}}
    answer = send(world.api("lead"), "/api/v1/envelopes/trial", wanted)
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {"body.metric", "body.moves[0]"}
    unknown = {**wanted, "environment": "moon", "body": BODY}
    assert send(world.api("lead"), "/api/v1/envelopes/trial", unknown).json()["errors"][0]["field"] == "environment"
    hidden = send(world.api("stranger"), "/api/v1/envelopes/trial", {**wanted, "body": BODY})
    assert hidden.json()["errors"][0]["field"] == "baseline"


def test_who_may_do_what(world, envelope):
    at = f"/api/v1/envelopes/{envelope.public_id}"
    assert world.api("stranger").get(at).status_code == 404
    assert world.api("auditor").get(at).status_code == 200
    assert send(world.api("business"), f"{at}/end", {"reason": "No."}).status_code == 403


# Pages ----------------------------------------------------------------------------------------------------------------

NEW = "/use-cases/churn/envelopes/new/"


def form(**values) -> dict:
    said = {
        "metrics-TOTAL_FORMS": "1",
        "metrics-INITIAL_FORMS": "1",
        "metrics-0-name": "recall@test",
        "metrics-0-may_fall": "0.02",
        "title": "Monthly retraining",
        "moves": ["model"],
        "same_columns": "on",
        "command": "try",
    }
    return {**said, **values}


def test_the_form_shows_the_figures_of_the_baseline(world, gate, baseline):
    page = world.client("lead").get(NEW).content.decode()
    assert "recall@test" in page
    assert "churn-model@7 → Production" in page
    assert "0.7<" in page


def test_without_an_approved_version_there_is_nothing_to_start_from(world, gate):
    assert "No version was approved yet" in world.client("lead").get(NEW).content.decode()


def test_trying_shows_the_past_and_writes_nothing(world, gate, baseline, push):
    other(push, "8", "0.69")
    other(push, "9", "0.5")
    answer = world.client("lead").post(NEW, form())
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "1 of 2 past versions would have gone in unasked." in page
    assert "recall@test 0.5 has fallen below 0.68" in page
    assert 'value="Monthly retraining"' in page
    assert not Envelope.objects.exists()


def test_asking_writes_it_and_leads_to_the_request(world, gate, baseline):
    answer = world.client("lead").post(NEW, form(command="ask", comment="Every month the same."))
    request = Request.objects.get(subject_type="envelope")
    assert answer["Location"] == f"/requests/{request.public_id}/"
    assert request.comment == "Every month the same."
    page = world.client("validator").get(answer["Location"]).content.decode()
    assert "recall@test is at most 0.02 below the baseline&#x27;s." in page
    assert "Monthly retraining" in page


def test_what_is_wrong_stands_at_its_field(world, gate, baseline):
    answer = world.client("lead").post(NEW, form(moves=[]))
    assert answer.status_code == 400
    assert "Choose at least one part." in answer.content.decode()
    answer = world.client("lead").post(NEW, form(**{"metrics-0-may_fall": ""}))
    assert answer.status_code == 400
    assert "at least one figure needs a limit" in answer.content.decode()
    answer = world.client("lead").post(NEW, form(**{"metrics-0-may_fall": "-1"}))
    assert answer.status_code == 400
    answer = world.client("lead").post(NEW, form(**{"metrics-0-min": "0.9", "command": "ask"}))
    assert answer.status_code == 400
    assert "recall@test 0.7 is below 0.9" in answer.content.decode()
    assert not Envelope.objects.exists()


def test_a_reviewer_may_try_but_not_ask(world, gate, baseline):
    client = world.client("security")
    assert client.post(NEW, form()).status_code == 200
    assert client.post(NEW, form(command="ask")).status_code == 403
    assert not Envelope.objects.exists()


def test_the_page_of_an_envelope(world, envelope, approve, push):
    at = f"/envelopes/{envelope.public_id}/"
    client = world.client("lead")
    page = client.get(at).content.decode()
    assert "Nobody has agreed to it yet" in page
    answer = client.post(at, {"command": "ask", "comment": ""})
    request = Request.objects.get(subject_type="envelope")
    assert answer["Location"] == f"/requests/{request.public_id}/"
    assert "Open the request" in client.get(at).content.decode()
    approve(request)
    other(push, "8", "0.69")
    page = client.get(at).content.decode()
    assert "may go to Production without a ballot" in page
    assert "churn-model@8" in page
    assert client.post(at, {"command": "end", "reason": ""}).status_code == 400
    client.post(at, {"command": "end", "reason": "It drifts."})
    page = world.client("business").get(at).content.decode()
    assert "It has ended" in page
    assert "It drifts." in page
    assert world.client("stranger").get(at).status_code == 404


def test_the_list_of_a_use_case(world, envelope):
    page = world.client("business").get("/use-cases/churn/approvals/envelopes/").content.decode()
    assert "Monthly retraining" in page
    assert "Only those who build this use case" in page


def test_a_list_costs_the_same_for_many(world, gate, baseline, envelope):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert world.api("lead").get("/api/v1/use-cases/churn/envelopes").status_code == 200
        return len(queries)

    cost()  # the first use of a token is written down
    first = cost()
    for number in range(3):
        body = {"moves": ["model"], "metrics": {"recall": {"may_fall": f"0.0{number}"}}, "params_may_change": ["seed"]}
        services.write_envelope(
            actor=world.lead,
            use_case=world.use_case,
            environment=gate.environment,
            baseline=baseline,
            title=f"Another {number}",
            body=body,
        )
    assert cost() == first
