"""What waits for somebody, over HTTP, and approving many of it at once."""

from __future__ import annotations

import pytest

from approvals.models import Ballot
from approvals.services import policies
from tests.approvals.asking import stand_in
from tests.approvals.calling import INBOX, REQUESTS, ask_over_http, ballot, cost, post, read
from tests.conftest import LOCK, POLICY

BULK = "/api/v1/inbox/bulk"
MANY_AT_ONCE = POLICY.replace("role: security_reviewer,", "role: security_reviewer, bulk: true, sla: 2 working days,")


@pytest.fixture
def many_at_once(world, gate):
    """The gate lets security answer many at once, within two working days."""
    version = policies.write_policy(actor=world.admin, key="many", source=MANY_AT_ONCE)
    return policies.set_gate(actor=world.admin, slug="quick", title="Quick", mode="prevent", policy=version.policy)


@pytest.fixture
def three(world, many_at_once, push):
    """Three requests that wait for security."""
    return [ask_over_http(world, push("1", name=f"model-{number}"), environment="quick").json()["id"] for number in range(3)]


def turns(world, part: str, query: str = "") -> list[dict]:
    return world.api(part).get(INBOX + query).json()["results"]


def test_the_inbox_is_what_waits_for_this_person_and_says_why(world, request_id):
    found = turns(world, "security")

    assert len(found) == 1
    assert set(found[0]) >= {
        "request", "step", "title", "why", "since", "due_at", "overdue", "url", "digest", "on_behalf_of", "risk_tier", "signature", "bulk",
    }  # fmt: skip
    assert found[0]["digest"] == read(world, request_id)["digest"]
    assert "Security reviewer" in found[0]["why"]
    assert (found[0]["bulk"], found[0]["signature"], found[0]["overdue"]) == (False, "click", False)
    for part in ("business", "auditor", "admin", "stranger", "lead"):
        assert world.api(part).get(INBOX).json() == {"next": None, "results": []}
    assert world.api("ci").get(INBOX).status_code == 403


def test_the_inbox_says_what_changed_since_one_approved(world, request_id, push):
    ballot(world, "security", request_id, "security")
    ask_over_http(world, push("8", dependency_sets=[{"path": "requirements.txt", "content": LOCK.replace("2.0.0", "2.0.1")}]))

    assert "dependencies" in turns(world, "security")[0]["why"]


def test_the_inbox_says_in_whose_place_and_until_when(world, three):
    stand_in(world, world.scientist, world.security, scope=world.use_case.public_id)
    found = turns(world, "scientist")

    assert {turn["on_behalf_of"]["id"] for turn in found} == {world.security.id}
    assert all("Security" in turn["why"] and turn["due_at"] for turn in found)


def test_the_inbox_comes_in_pages(world, three):
    seen, url = [], f"{INBOX}?limit=2"
    for size in (2, 1):
        page = world.api("security").get(url).json()
        assert len(page["results"]) == size
        seen += [turn["request"] for turn in page["results"]]
        url = page["next"]

    assert url is None
    assert sorted(seen) == sorted(three)


@pytest.mark.parametrize("cursor", ["x", "1", "1.", "-1.0", "1.2.3", "9" * 30, "１.0"])
def test_a_cursor_that_is_none_of_ours_is_told(world, request_id, cursor):
    answer = world.api("security").get(INBOX, {"cursor": cursor})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "cursor")


def test_reading_a_request_or_the_inbox_costs_the_same_however_many(world, push, gate, request_id):
    addresses = (("security", INBOX), ("lead", REQUESTS), ("lead", f"{REQUESTS}/{request_id}"))
    few = [cost(world, *address) for address in addresses]
    for number in range(6):
        ask_over_http(world, push("1", name=f"model-{number}"))
    many = [cost(world, *address) for address in addresses]

    assert len(turns(world, "security")) == 7
    assert many == few


# Many at once --------------------------------------------------------------------------------------------------------


def test_many_are_approved_at_once_and_each_answer_stands_for_itself(world, three, request_id):
    waiting = {turn["request"]: turn for turn in turns(world, "security")}
    assert {waiting[name]["bulk"] for name in three} == {True}
    items = [{name: waiting[request][name] for name in ("request", "step", "digest")} for request in three]
    items[1]["digest"] = "sha256:" + "0" * 64
    one_by_one = {name: waiting[request_id][name] for name in ("request", "step", "digest")}
    unknown = {**items[0], "request": "rq_nothing"}
    answer = post(world, "security", BULK, {"items": [*items, one_by_one, unknown]})

    assert answer.status_code == 200, answer.content
    found = answer.json()["results"]
    assert [(row["status"], row["code"]) for row in found] == [
        (201, None), (409, "ballot.digest"), (201, None), (403, "ballot.not_in_bulk"), (404, "not_found"),
    ]  # fmt: skip
    assert all(row["detail"] for row in found if row["status"] != 201)
    assert Ballot.objects.count() == 2
    assert read(world, three[0])["steps"][2]["state"] == "met"


def test_who_may_not_vote_is_told_so_for_each(world, three):
    items = [{"request": name, "step": "security", "digest": read(world, name)["digest"]} for name in three]

    told = post(world, "business", BULK, {"items": items}).json()["results"]
    assert {(row["status"], row["code"]) for row in told} == {(403, "ballot.no_role")}
    assert {row["status"] for row in post(world, "stranger", BULK, {"items": items}).json()["results"]} == {404}
    assert post(world, "ci", BULK, {"items": items}).status_code == 403
    assert not Ballot.objects.exists()


def test_many_are_approved_in_somebodys_place(world, three):
    stand_in(world, world.scientist, world.security, scope=world.use_case.public_id)
    items = [
        {"request": name, "step": "security", "digest": read(world, name)["digest"], "on_behalf_of": "security"} for name in three
    ]

    assert {row["status"] for row in post(world, "scientist", BULK, {"items": items}).json()["results"]} == {201}


@pytest.mark.parametrize("items", [None, [], [{}], "x", [{"request": "a", "step": "b", "digest": "c"}] * 101])
def test_a_bulk_answer_that_makes_no_sense_is_400(world, three, items):
    assert post(world, "security", BULK, {"items": items}).status_code == 400


def test_the_same_key_approves_many_once(world, three):
    items = [{"request": name, "step": "security", "digest": read(world, name)["digest"]} for name in three]
    first, second = (post(world, "security", BULK, {"items": items}, **{"Idempotency-Key": "monday"}) for _i in range(2))

    assert first.json() == second.json()
    assert Ballot.objects.count() == 3
