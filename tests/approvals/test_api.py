"""Requests and ballots over HTTP."""

from __future__ import annotations

import pytest

from approvals.models import Request
from tests.approvals.calling import REQUESTS, ballot, post, read

# Requests ------------------------------------------------------------------------------------------------------------


def test_a_request_shows_where_it_stands_and_whose_move_it_is(world, request_id):
    body = read(world, request_id)

    assert {"id", "state", "substate", "round", "digest", "manifest", "steps", "ignored", "unblock", "timeline"} <= set(body)
    assert (body["state"], body["substate"], body["round"], body["comment"]) == ("open", "pending", 1, "Seven.")
    assert set(body["manifest"]) == {"use_case", "code", "model", "data", "dictionary", "dependencies", "runtime", "economics"}
    assert all(value.startswith("sha256:") and len(value) == 71 for value in body["manifest"].values())
    steps = {step["key"]: step for step in body["steps"]}
    assert {key: (step["state"], step["quorum"], step["have"]) for key, step in steps.items()} == {
        "validation": ("pending", 1, 0), "data": ("pending", 1, 0), "security": ("pending", 1, 0), "business": ("waiting", 1, 0),
    }  # fmt: skip
    assert steps["security"]["waiting_on"] == [{"type": "user", "id": world.security.id, "display": "Security"}]
    assert "Model validation" in steps["business"]["reason"]
    assert {hint["code"] for hint in body["unblock"]} == {"approve"}
    assert [event["kind"] for event in body["timeline"]] == ["opened"]


def test_the_story_over_http(world, request_id):
    for part, step in (("validator", "validation"), ("governance", "data"), ("business", "business")):
        assert ballot(world, part, request_id, step, comment="好").status_code == 201
    body = ballot(world, "security", request_id, "security").json()

    assert (body["state"], body["substate"]) == ("approved", None)
    assert [event["kind"] for event in body["timeline"]] == ["opened", "approve", "approve", "approve", "approve", "approved"]
    assert read(world, request_id)["steps"][0]["approved_by"][0]["display"] == "Validator"


def test_asking_again_gives_the_same_request(world, request_id, push):
    row = Request.objects.get().subject_id
    body = {"subject": {"type": "model_version", "id": row}, "environment": "production"}

    assert post(world, "engineer", REQUESTS, body).json()["id"] == request_id


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"environment": "moon"}, 400, "environment"),
        ({"subject": {"type": "cat", "id": "x"}}, 400, None),
        ({"subject": {"type": "model_version", "id": "mv_nothing"}}, 404, None),
        ({"subject": {"type": "model_version"}}, 400, "subject.id"),
        ({"purpose": "fun"}, 400, None),
        ({"environment": None}, 400, None),
        ({"enviroment": "production"}, 400, "enviroment"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(world, push, gate, change, status, field):
    body = {"subject": {"type": "model_version", "id": push().public_id}, "environment": "production", **change}
    answer = post(world, "ci", REQUESTS, body)

    assert answer.status_code == status, answer.content
    assert field is None or field in [item["field"] for item in answer.json()["errors"]]
    assert not Request.objects.exists()


def test_requests_are_listed_filtered_and_hidden(world, request_id):
    assert [
        row["id"]
        for row in world.api("lead").get(f"{REQUESTS}?state=open&use_case=churn&environment=production").json()["results"]
    ] == [request_id]
    assert world.api("lead").get(f"{REQUESTS}?state=approved").json()["results"] == []
    assert world.api("stranger").get(REQUESTS).json()["results"] == []
    assert world.api("stranger").get(f"{REQUESTS}/{request_id}").status_code == 404
    assert post(world, "stranger", f"{REQUESTS}/{request_id}/withdraw").status_code == 404


# Ballots -------------------------------------------------------------------------------------------------------------


def test_a_digest_that_is_no_longer_the_requests_is_409_with_the_difference(world, request_id):
    from governance.usecases.services import define

    seen = read(world, request_id)
    define(actor=world.lead, use_case=world.use_case, business_problem="Other.", ml_problem="Other.")
    answer = ballot(world, "security", request_id, "security", digest=seen["digest"])
    body = answer.json()

    assert (answer.status_code, body["code"], body["changed"]) == (409, "ballot.digest", ["use_case"])
    now = read(world, request_id)
    assert body["digest"] == now["digest"]
    assert body["difference"]["use_case"] == [seen["manifest"]["use_case"], now["manifest"]["use_case"]]


def test_a_double_click_is_one_ballot_over_http_too(world, request_id):
    first, second = (ballot(world, "security", request_id, "security") for _i in range(2))

    assert first.status_code == second.status_code == 201
    assert Request.objects.get().ballots.count() == 1


@pytest.mark.parametrize(
    ("part", "step", "status", "code"),
    [
        ("business", "security", 403, "ballot.no_role"),
        ("auditor", "security", 403, "ballot.no_role"),
        ("engineer", "security", 403, "ballot.no_role"),
        ("business", "business", 409, "ballot.waiting"),
        ("security", "nothing", 409, "ballot.not_a_step"),
        ("stranger", "security", 404, "not_found"),
        ("ci", "security", 403, "token.person_needed"),
    ],
)
def test_who_may_not_vote_is_told_why(world, request_id, part, step, status, code):
    answer = ballot(world, part, request_id, step)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("change", "field"), [({"verdict": "reject"}, "comment"), ({"verdict": "maybe"}, "verdict"), ({"stepp": "x"}, "stepp")]
)
def test_a_ballot_that_makes_no_sense_is_told_by_its_field(world, request_id, change, field):
    answer = ballot(world, "security", request_id, "security", **change)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_changes_are_asked_for_answered_and_taken_back(world, request_id):
    assert (
        ballot(world, "security", request_id, "security", "request_changes", "Pin it.").json()["substate"] == "changes_requested"
    )
    turns = world.api("engineer").get("/api/v1/inbox").json()["results"]
    assert [(turn["request"], turn["step"]) for turn in turns] == [(request_id, "security")]
    again = post(world, "engineer", f"{REQUESTS}/{request_id}/resubmit", {"comment": "Pinned."})
    assert (again.status_code, again.json()["round"], again.json()["substate"]) == (200, 2, "pending")
    gone = post(world, "ci", f"{REQUESTS}/{request_id}/withdraw", {"comment": "Never mind."})
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
    assert post(world, "lead", f"{REQUESTS}/{request_id}/withdraw").json()["code"] == "request.closed"


def test_others_do_not_take_back_or_put_forward(world, request_id):
    for part in ("security", "auditor", "scientist"):
        for act in ("withdraw", "resubmit"):
            assert post(world, part, f"{REQUESTS}/{request_id}/{act}").status_code == 403
