"""Stages over HTTP, as programs see them, and their pages, as people do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from foundation import clock
from governance.usecases import services
from governance.usecases.models import HandOver, LifecycleVersion, StageMove, Standstill
from tests.usecases.records import Kit

MOVE = {"to": "data-engineering", "reason": "We know what it is worth."}


@pytest.fixture
def kit(world: Any, gate: Any) -> Kit:
    return Kit(world, world.use_case, gate)


def post(client: Any, url: str, body: Any) -> Any:
    return client.post(f"/api/v1{url}", json.dumps(body), content_type="application/json")


# The API -------------------------------------------------------------------------------------------------------------


def test_a_refused_move_is_a_problem_that_names_each_condition(world: Any) -> None:
    answer = post(world.api("lead"), "/use-cases/churn/stage", MOVE)
    body = answer.json()

    assert (answer.status_code, answer["Content-Type"], body["code"]) == (409, "application/problem+json", "stage.unmet")
    (error,) = body["errors"]
    assert error["field"] == "risk.tier"
    assert error["code"] == "stage.unmet"
    assert error["label"] == "The risk tier is known"
    assert error["roles"] == ["project_lead", "business_owner"]
    assert error["people"] == ["Lead", "Business"]
    assert error["url"] == "/use-cases/churn/risk/"


def test_a_move_is_made_and_told(world: Any, kit: Kit) -> None:
    kit.define()
    api = world.api("lead")
    made = post(api, "/use-cases/churn/stage", {**MOVE, "from": "discovery"})
    stage = api.get("/api/v1/use-cases/churn/stage").json()
    moves = api.get("/api/v1/use-cases/churn/stage/moves").json()["results"]

    assert (made.status_code, made.json()["from"], made.json()["to"]) == (201, "discovery", "data-engineering")
    assert (stage["stage"], stage["next"], stage["back"]) == ("data-engineering", "building", ["discovery"])
    assert {item["state"] for item in stage["conditions"]} == {"met", "unmet"}
    assert [item["reason"] for item in moves] == [MOVE["reason"]]


def test_the_same_move_sent_twice_with_a_key_is_one(world: Any, kit: Kit) -> None:
    kit.define()
    api = world.api("lead")
    headers = {"Idempotency-Key": "once"}
    answers = [
        api.post("/api/v1/use-cases/churn/stage", json.dumps(MOVE), content_type="application/json", headers=headers)
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert StageMove.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"to": "data-engineering"}, 400),
        ({"to": "moon", "reason": "R"}, 400),
        ({"to": "building", "reason": "R"}, 409),
        ({"to": "discovery", "reason": "R"}, 409),
        ({**MOVE, "from": "building"}, 409),
        ({**MOVE, "force": True}, 400),
        ({**MOVE, "reason": "x" * 2001}, 400),
        ([], 400),
    ],
)
def test_what_cannot_be_understood_moves_nothing(world: Any, kit: Kit, body: Any, status: int) -> None:
    kit.define()

    assert post(world.api("lead"), "/use-cases/churn/stage", body).status_code == status
    assert not StageMove.objects.exists()


def test_a_hand_over_goes_over_http_both_ways(world: Any, kit: Kit) -> None:
    kit.push()
    kit.role("engineer", "operations")
    body = {
        "pipeline": "https://ci.example.com/churn",
        "pipeline_owner": "scientist",
        "run": "17",
        "run_at": clock.now().date().isoformat(),
        "run_result": "passed",
        "tests": "212",
        "configuration": [{"environment": "生产", "where": "仓库/生产.yaml"}],
    }
    made = post(world.api("scientist"), "/use-cases/churn/hand-overs", body)
    assert made.status_code == 201, made.json()
    url = f"/hand-overs/{made.json()['id']}/answer"
    assert post(world.api("scientist"), url, {"accept": True}).status_code == 403
    assert post(world.api("engineer"), url, {"accept": False}).status_code == 400
    assert post(world.api("engineer"), url, {"accept": True, "reason": "谢谢"}).json()["answer"] == "accepted"
    (found,) = world.api("lead").get("/api/v1/use-cases/churn/hand-overs").json()["results"]
    assert (found["answered_by"], found["answer_reason"], found["version"]) == ("engineer", "谢谢", "fresh-model@1")
    assert post(world.api("scientist"), "/use-cases/churn/hand-overs", {**body, "pipeline_owner": "nobody"}).status_code == 400


def test_standstills_stages_and_stuck_work_can_be_read_by_programs(world: Any) -> None:
    api = world.api("lead")
    made = post(api, "/use-cases/churn/standstills", {"kind": "parked", "reason": "No budget."})
    assert made.status_code == 201
    assert [row["reason"] for row in api.get("/api/v1/stuck?show=said").json()["results"]] == ["No budget."]
    assert post(api, f"/standstills/{made.json()['id']}/end", {"reason": "Budget."}).status_code == 200
    assert Standstill.objects.get().end_reason == "Budget."
    for show in ("quiet", "polished"):
        assert api.get(f"/api/v1/stuck?show={show}").json()["results"] == []
    assert api.get("/api/v1/stuck?show=all").status_code == 404
    stages = api.get("/api/v1/stages").json()
    assert [(item["key"], item["use_cases"]) for item in stages["stages"]][:2] == [("discovery", 1), ("data-engineering", 0)]
    (card,) = api.get("/api/v1/stages/discovery/use-cases").json()["results"]
    assert (card["use_case"], card["lacking"], card["first"]["label"]) == ("churn", 1, "The risk tier is known")
    assert api.get("/api/v1/stages/moon/use-cases").status_code == 404


def test_a_lifecycle_is_published_by_an_administrators_token(world: Any) -> None:
    text = "title: Two\nstages:\n  - {key: discovery, title: Idea}\n  - {key: done, title: Done}\n"
    refused = post(world.api("admin"), "/lifecycles", {"text": text + "  - {key: done, title: Again}\n", "note": "x"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "duplicate_stage")
    assert post(world.api("lead"), "/lifecycles", {"text": text, "note": "x"}).status_code == 403
    made = post(world.api("admin"), "/lifecycles", {"text": text, "note": "Shorter."})
    assert (made.status_code, made.json()["number"]) == (201, 1)
    assert [row["note"] for row in world.api("lead").get("/api/v1/lifecycles").json()["results"]] == ["Shorter."]


# The pages -----------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_is_missing_whose_it_is_and_where_one_acts(world: Any) -> None:
    page = world.client("lead").get("/use-cases/churn/stage/").content.decode()

    assert "1 thing is missing to go on to Data engineering" in page
    assert "The risk tier is known" in page
    assert "Nobody said how much harm it could do." in page
    assert 'href="/use-cases/churn/risk/"' in page
    assert "Business" in page
    assert "4 conditions are met" in page


def test_a_refused_move_says_so_at_the_form_and_keeps_what_was_typed(world: Any) -> None:
    answer = world.client("lead").post(
        "/use-cases/churn/stage/move/", {"to": "data-engineering", "seen": "discovery", "reason": "The board wants it."}
    )
    page = answer.content.decode()

    assert answer.status_code == 409
    assert "Not yet: 1 of what Data engineering asks for is missing. The risk tier is known." in page
    assert "The board wants it." in page


def test_a_move_is_made_from_the_page(world: Any, kit: Kit) -> None:
    kit.define()
    client = world.client("lead")
    answer = client.post(
        "/use-cases/churn/stage/move/", {"to": "data-engineering", "seen": "discovery", "reason": "R"}, follow=True
    )

    assert "Customer churn is now at Data engineering." in answer.content.decode()
    assert "moved it from Discovery to Data engineering" in answer.content.decode()
    overview = client.get("/use-cases/churn/").content.decode()
    assert "things are missing to go on to Building, first:" in overview


def test_going_back_shows_who_is_affected_before_it_is_confirmed(world: Any, kit: Kit) -> None:
    kit.define(consumers=[{"name": "Call centre", "kind": "team", "purpose": "Calls"}])
    services.move_stage(actor=world.lead, use_case=world.use_case, to="data-engineering", reason="R")
    client = world.client("lead")
    page = client.get("/use-cases/churn/stage/back/").content.decode()
    assert "Who is affected" in page
    assert "Security" in page
    assert "Call centre" in page
    assert StageMove.objects.count() == 1

    answer = client.post(
        "/use-cases/churn/stage/back/", {"to": "discovery", "seen": "data-engineering", "reason": "Wrong problem."}, follow=True
    )
    assert "Customer churn is back at Discovery. Everybody who is affected was told." in answer.content.decode()
    assert "sent it back" in answer.content.decode()
    notices = world.client("business").get("/notices/").content.decode()
    assert "Lead sent Customer churn back to Discovery: Wrong problem." in notices
    assert client.get("/use-cases/churn/stage/back/").status_code == 404


def test_what_still_runs_is_said_before_it_goes_back(world: Any, kit: Kit) -> None:
    kit.define()
    services.move_stage(actor=world.lead, use_case=world.use_case, to="data-engineering", reason="R")
    kit.approve()

    page = world.client("lead").get("/use-cases/churn/stage/back/").content.decode()
    assert "It does not stop what runs. This stays approved: fresh-model → production." in page


def test_the_hand_over_page_leads_from_refusal_to_acceptance(world: Any, kit: Kit) -> None:
    scientist, operations = world.client("scientist"), world.client("engineer")
    assert "No version was registered yet" in scientist.get("/use-cases/churn/hand-over/").content.decode()
    kit.push()
    kit.role("engineer", "operations")
    form = {
        "pipeline": "https://ci.example.com/churn",
        "pipeline_owner": "scientist",
        "run": "17",
        "run_at": clock.now().date().isoformat(),
        "run_result": "passed",
        "tests": "212",
        "configuration": "production: https://git.example.com/p.yaml\nstaging：仓库/s.yaml\n",
    }
    wrong = scientist.post("/use-cases/churn/hand-over/", {**form, "configuration": "somewhere"})
    assert (wrong.status_code, "Line 1: write the environment" in wrong.content.decode()) == (400, True)
    for answer, reason in (("refused", "Who is woken?"), ("accepted", "")):
        assert scientist.post("/use-cases/churn/hand-over/", form).status_code == 302
        number = HandOver.objects.count()
        assert "Record your answer" in operations.get("/use-cases/churn/hand-over/").content.decode()
        said = operations.post(f"/use-cases/churn/hand-over/{number}/", {"answer": answer, "reason": reason})
        assert said.status_code == 302
    page = world.client("business").get("/use-cases/churn/hand-over/").content.decode()
    assert "Who is woken?" in page
    assert "Try 2" in page
    assert HandOver.objects.order_by("number").last().configuration[1] == {"environment": "staging", "where": "仓库/s.yaml"}


def test_a_standstill_is_said_and_ended_on_the_page(world: Any) -> None:
    client = world.client("lead")
    assert client.post("/use-cases/churn/stage/still/", {"kind": "parked", "reason": ""}).status_code == 400
    assert client.post("/use-cases/churn/stage/goes-on/", {"reason": "x"}).status_code == 404
    assert client.post("/use-cases/churn/stage/still/", {"kind": "parked", "reason": "No budget."}).status_code == 302
    assert "No budget." in client.get("/use-cases/churn/stage/").content.decode()
    assert "Parked" in client.get("/use-cases/board/").content.decode()
    assert client.post("/use-cases/churn/stage/goes-on/", {"reason": "Budget."}).status_code == 302


def test_administrators_change_the_lifecycle_on_its_page_and_others_read_it(world: Any) -> None:
    page = world.client("business").get("/settings/stages/").content.decode()
    assert "Data engineering" in page
    assert "Only an administrator can do this." in page
    admin = world.client("admin")
    text = "title: Two\nstages:\n  - {key: discovery, title: Idea}\n  - {key: done, title: Done}\n"
    wrong = admin.post("/settings/stages/", {"source": "title: x", "note": "n", "based_on": "0"})
    assert (wrong.status_code, "line 1" in wrong.content.decode()) == (400, True)
    assert admin.post("/settings/stages/", {"source": text, "note": "n", "based_on": "0"}).status_code == 302
    assert LifecycleVersion.objects.get().note == "n"


def test_stages_are_called_by_their_names_in_chinese(world: Any) -> None:
    client = world.client("lead")
    client.cookies["countersign_language"] = "zh-hans"
    client.cookies["django_language"] = "zh-hans"

    assert "数据工程" in client.get("/use-cases/board/", headers={"Accept-Language": "zh-hans"}).content.decode()
