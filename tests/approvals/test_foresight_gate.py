"""What-if at a gate: who would be asked again. Nothing is written."""

from __future__ import annotations

import pytest

from approvals.selectors.standing import standing_of
from tests.approvals.asking import OTHER_LOCK
from tests.approvals.histories import LEGAL, rows_of_everything
from tests.approvals.lives import the_day_before  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def asks(world, part="ci", **body):
    data = {"model_version": {"name": "churn-model", "version": "7"}, **body}
    return world.api(part).post("/api/v1/gates/production/simulate", data, content_type="application/json")


@pytest.fixture
def standing(world, push, ask, approve):
    return approve(ask(push()))


def test_a_what_if_leaves_the_database_as_it_was(world, standing):
    asks(world)  # the token's first use is noted
    before = rows_of_everything()

    assert asks(world, changed=["dependencies"]).status_code == 200
    assert asks(world, policy=LEGAL).status_code == 200
    assert rows_of_everything() == before


def test_only_the_steps_that_judge_what_changes_are_asked_again(world, standing):
    body = asks(world, changed=["dependencies"]).json()

    assert body["simulated"]
    assert body["reopened"] == ["security"]
    assert {step["key"]: step["state"] for step in body["steps"]} == {
        "validation": "met",
        "data": "met",
        "security": "pending",
        "business": "met",
    }
    (security,) = [step for step in body["steps"] if step["key"] == "security"]
    assert [person["display"] for person in security["waiting_on"]] == ["Security"]
    assert {item["step"] for item in body["carried_over"]} == {"validation", "data", "business"}
    assert all(item["from"] == standing.public_id for item in body["carried_over"])
    (lost,) = body["not_carried_over"]
    assert (lost["step"], lost["code"], lost["components"]) == ("security", "stale", ["dependencies"])
    assert body["manifest"]["dependencies"] != standing.manifest["dependencies"]


def test_a_what_if_says_what_opening_a_request_then_does(world, standing, push, ask):
    body = asks(world, changed=["dependencies"]).json()
    second = ask(push("8", dependency_sets=OTHER_LOCK))

    really = {step.key: step.state for step in standing_of(second).verdict.steps}
    assert {step["key"]: step["state"] for step in body["steps"]} == really


def test_given_digests_are_compared_as_they_are(world, standing):
    same = asks(world, manifest={"dependencies": standing.manifest["dependencies"]}).json()
    other = asks(world, manifest={"data": "sha256:" + "0" * 64}).json()

    assert (same["state"], same["reopened"]) == ("approved", [])
    assert other["reopened"] == ["validation", "data"]
    assert {step["key"]: step["state"] for step in other["steps"]}["business"] == "waiting"


def test_a_draft_in_place_of_the_gates_policy(world, standing):
    body = asks(world, policy=LEGAL).json()

    assert body["policy"]["draft"]
    assert (body["state"], body["reopened"]) == ("open", [])
    assert [step["state"] for step in body["steps"] if step["key"] == "legal"] == ["pending"]


def test_an_open_request_about_exactly_this_answers_for_itself(world, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")

    body = asks(world).json()

    assert body["asked_already"] == request.public_id
    assert [item["step"] for item in body["carried_over"]] == ["validation"]


def test_without_any_request_everything_is_asked(world, gate, push):
    push()

    body = asks(world).json()
    assert body["inherits_from"] is None
    assert {step["state"] for step in body["steps"]} == {"pending", "waiting"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"changed": ["licence"]}, "changed"),
        ({"manifest": {"licence": "sha256:" + "0" * 64}}, "manifest"),
        ({"manifest": {"code": "sha256:0"}}, "manifest"),
        ({"policy": "steps: ["}, ""),
        ({"policy": 7}, "policy"),
        ({"steps": []}, "steps"),
        ({"manifest": {}, "changed": []}, ""),
    ],
)
def test_a_what_if_that_cannot_be_is_refused_with_the_field(world, standing, body, field):
    response = asks(world, **body)

    assert response.status_code == 400
    assert not field or field in response.json()["errors"][0]["field"]


def test_a_what_if_about_what_one_may_not_see_is_missing(world, standing):
    assert asks(world, part="stranger").status_code == 404
    assert asks(world, model_version={"name": "churn-model", "version": "none"}).status_code == 404
