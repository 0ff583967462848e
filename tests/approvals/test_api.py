from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.models import Request
from approvals.services import policies
from tests.conftest import LOCK, POLICY

REQUESTS = "/api/v1/requests"
GATE = "/api/v1/gates/production/evaluations"
COMMIT, ARTIFACT = "c" * 40, "d" * 64
QUESTION = {"model_version": {"name": "churn-model", "version": "7"}, "commit": COMMIT, "artifact_sha256": ARTIFACT}


def post(world, part: str, url: str, body=None, **headers):
    return world.api(part).post(url, {} if body is None else body, content_type="application/json", headers=headers)


@pytest.fixture
def request_id(world, push, gate):
    row = push()
    made = post(
        world,
        "ci",
        REQUESTS,
        {"subject": {"type": "model_version", "id": row.public_id}, "environment": "production", "comment": "Seven."},
    )
    assert made.status_code == 201, made.content
    return made.json()["id"]


def read(world, request_id: str, part: str = "lead") -> dict:
    return world.api(part).get(f"{REQUESTS}/{request_id}").json()


def ballot(world, part: str, request_id: str, step: str, verdict: str = "approve", comment: str = "", **change):
    body = {"step": step, "verdict": verdict, "digest": read(world, request_id)["digest"], "comment": comment, **change}
    return post(world, part, f"{REQUESTS}/{request_id}/ballots", body)


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


def test_the_inbox_is_what_waits_for_this_person_and_says_why(world, request_id):
    turns = world.api("security").get("/api/v1/inbox").json()["results"]

    assert len(turns) == 1
    assert set(turns[0]) >= {"request", "step", "title", "why", "since", "due_at", "url", "digest"}
    assert turns[0]["digest"] == read(world, request_id)["digest"]
    assert "Security reviewer" in turns[0]["why"]
    for part in ("business", "auditor", "admin", "stranger", "lead"):
        assert world.api(part).get("/api/v1/inbox").json() == {"results": []}
    assert world.api("ci").get("/api/v1/inbox").status_code == 403


def test_the_inbox_says_what_changed_since_one_approved(world, request_id, push):
    ballot(world, "security", request_id, "security")
    row = push("8", dependency_sets=[{"path": "requirements.txt", "content": LOCK.replace("2.0.0", "2.0.1")}])
    post(world, "ci", REQUESTS, {"subject": {"type": "model_version", "id": row.public_id}, "environment": "production"})

    why = world.api("security").get("/api/v1/inbox").json()["results"][0]["why"]
    assert "dependencies" in why


# Gates ---------------------------------------------------------------------------------------------------------------


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


def statements(queries) -> list[str]:
    """What was asked of the database, less the begin and end of transactions."""
    found = [query["sql"] for query in queries.captured_queries]
    return [sql for sql in found if not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]


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


def test_reading_a_request_or_the_inbox_costs_the_same_however_many(world, push, gate, request_id):
    def cost(part: str, url: str) -> int:
        client = world.api(part)
        client.get("/api/v1/use-cases")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(statements(queries))

    few = (cost("security", "/api/v1/inbox"), cost("lead", REQUESTS), cost("lead", f"{REQUESTS}/{request_id}"))
    for number in range(6):
        row = push("1", name=f"model-{number}")
        post(world, "ci", REQUESTS, {"subject": {"type": "model_version", "id": row.public_id}, "environment": "production"})
    many = (cost("security", "/api/v1/inbox"), cost("lead", REQUESTS), cost("lead", f"{REQUESTS}/{request_id}"))

    assert len(world.api("security").get("/api/v1/inbox").json()["results"]) == 7
    assert many == few


# Policies and environments -------------------------------------------------------------------------------------------


def test_policies_are_written_as_yaml_or_as_a_body_and_the_same_content_is_one_version(world):
    made = post(world, "admin", "/api/v1/policies", {"key": "release", "yaml": POLICY})
    assert (made.status_code, made.json()["version"], made.json()["yaml"]) == (201, 1, POLICY)
    same = post(world, "admin", "/api/v1/policies/release/versions", {"body": made.json()["body"]})
    assert same.json()["id"] == made.json()["id"]
    other = post(world, "admin", "/api/v1/policies/release/versions", {"yaml": POLICY.replace("30 days", "10 days")})
    assert other.json()["version"] == 2
    listed = world.api("stranger").get("/api/v1/policies/release/versions").json()["results"]
    assert [row["version"] for row in listed] == [2, 1]
    assert world.api("lead").get("/api/v1/policies/nothing/versions").status_code == 404


def test_a_policy_with_mistakes_is_told_all_of_them_with_their_lines(world):
    wrong = POLICY.replace("role: data_governance", "role: data governance").replace("after: [validation]", "after: [nothing]")
    answer = post(world, "admin", "/api/v1/policies", {"key": "release", "yaml": wrong})

    assert (answer.status_code, answer.json()["code"]) == (400, "policy.invalid")
    assert len(answer.json()["errors"]) >= 2
    assert all("line" in item["field"] for item in answer.json()["errors"])
    for body in ({"key": "release"}, {"key": "release", "yaml": POLICY, "body": {}}):
        assert post(world, "admin", "/api/v1/policies", body).status_code == 400


@pytest.mark.parametrize(
    "yaml", ["", "[]", "a: &a [*a]", "title: !!python/object/apply:os.system [id]", "x: " * 2000, "\t", "title: 政策\nsteps: []"]
)
def test_yaml_that_is_no_policy_is_refused_and_harms_nobody(world, yaml):
    assert post(world, "admin", "/api/v1/policies", {"key": "release", "yaml": yaml}).status_code == 400


def test_environments_are_set_up_by_administrators(world):
    policies.write_policy(actor=world.admin, key="release", source=POLICY)
    body = {"slug": "staging", "title": "Staging", "mode": "warn", "policy": "release"}

    assert post(world, "lead", "/api/v1/environments", body).status_code == 403
    made = post(world, "admin", "/api/v1/environments", body)
    assert (made.status_code, made.json()) == (201, body)
    assert world.api("stranger").get("/api/v1/environments").json()["results"] == [body]
    unknown = post(world, "admin", "/api/v1/environments", {**body, "policy": "nothing"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (400, "policy")
