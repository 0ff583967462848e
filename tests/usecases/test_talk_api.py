"""Threads over HTTP."""

from __future__ import annotations

import pytest

from governance.usecases.models import Comment, Thread
from tests.conftest import World


def post(world: World, part: str, address: str, body=None, **headers):
    return world.api(part).post(f"/api/v1/{address}", body or {}, content_type="application/json", headers=headers)


@pytest.fixture
def asked(world: World) -> dict:
    body = {"subject": world.use_case.public_id, "text": "In months? @security @stranger @nobody", "question": True}
    answer = post(world, "scientist", "threads", body)
    assert answer.status_code == 201
    return answer.json()


def test_whoever_asks_gets_back_what_became_of_the_mentions(asked):
    assert asked["thread"]["state"] == "open"
    assert asked["comment"]["mentions"] == ["security", "stranger"]
    assert (asked["told"], asked["not_told"], asked["unknown"], asked["ambiguous"], asked["hint"]) == (
        ["security"],
        ["stranger"],
        ["nobody"],
        [],
        None,
    )


def test_the_same_key_writes_once(world):
    body = {"subject": world.use_case.public_id, "text": "Once"}
    first, second = (post(world, "lead", "threads", body, **{"Idempotency-Key": "k"}) for _ in range(2))

    assert first.json() == second.json()
    assert Thread.objects.count() == 1
    assert post(world, "lead", "threads", {**body, "text": "Other"}, **{"Idempotency-Key": "k"}).status_code == 422


def test_a_thread_is_read_answered_resolved_and_opened_again(world, asked):
    thread = asked["thread"]["id"]
    assert post(world, "security", f"threads/{thread}/comments", {"text": "Yes."}).json()["thread"]["comments"] == 2
    assert post(world, "security", f"threads/{thread}/resolve").json()["resolved_by"] == "security"
    second = post(world, "lead", f"threads/{thread}/resolve")
    assert (second.status_code, second.json()["code"]) == (409, "thread.resolved")
    assert post(world, "lead", f"threads/{thread}/reopen").json()["state"] == "open"
    said = world.api("ci").get(f"/api/v1/threads/{thread}").json()["said"]
    assert [item["text"] for item in said] == ["In months? @security @stranger @nobody", "Yes."]


def test_lists_are_narrowed(world, asked):
    post(world, "lead", "threads", {"subject": world.use_case.current_definition().public_id, "text": "On the definition"})

    def titles(query: str) -> list[str]:
        return [row["title"] for row in world.api("business").get(f"/api/v1/threads?{query}").json()["results"]]

    assert len(titles("")) == 2
    assert titles("question=1") == titles(f"subject={world.use_case.public_id}") == [asked["thread"]["title"]]
    assert titles("state=resolved") == []
    assert len(titles(f"use_case={world.use_case.public_id}")) == 2
    assert world.api("stranger").get("/api/v1/threads").json()["results"] == []


def test_wordings_are_kept_and_a_withdrawn_comment_has_none_to_show(world, asked):
    comment = asked["comment"]["id"]
    edited = post(world, "scientist", f"comments/{comment}/versions", {"text": "In days?"}).json()
    assert (edited["comment"]["text"], edited["comment"]["versions"]) == ("In days?", 2)
    assert post(world, "scientist", f"comments/{comment}/withdraw").json()["text"] == ""
    assert post(world, "scientist", f"comments/{comment}/withdraw").status_code == 409
    assert Comment.objects.get().versions.count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [({"text": ""}, "text"), ({"text": "x" * 10_001}, "text"), ({"text": "x", "component": "soul"}, "component"), ({}, "text")],
)
def test_what_is_wrong_is_named(world, body, field):
    answer = post(world, "lead", "threads", {"subject": world.use_case.public_id, **body})

    assert answer.status_code == 400
    assert [item["field"] for item in answer.json()["errors"]] == [field]
    assert not Thread.objects.exists()


def test_a_token_reads_and_writes_nothing(world, asked):
    thread = asked["thread"]["id"]
    assert world.api("ci").get("/api/v1/threads").status_code == 200
    for address in ("threads", f"threads/{thread}/comments", f"threads/{thread}/resolve", f"threads/{thread}/mute"):
        assert post(world, "ci", address, {"subject": world.use_case.public_id, "text": "Robot"}).status_code == 403


def test_a_comment_that_reads_like_a_verdict_is_answered_with_a_hint(world, push, ask):
    request = ask(push())
    hint = post(world, "security", "threads", {"subject": request.public_id, "text": "同意"}).json()["hint"]

    assert hint["url"].endswith(f"/requests/{request.public_id}/#verdict-security")
