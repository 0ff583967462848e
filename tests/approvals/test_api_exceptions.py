"""Over HTTP: acting for somebody, conditions, objections set aside, revoking, moving to other rules, and breaking glass."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.models import Condition, Request, Waiver
from approvals.services import policies
from foundation import clock
from tests.approvals.asking import publish, stand_in
from tests.approvals.calling import REQUESTS, ask_over_http, ballot, cost, post, read
from tests.conftest import POLICY


def soon(days: int = 7) -> str:
    return (clock.now() + timedelta(days=days)).isoformat()


def step(body: dict, key: str) -> dict:
    return next(item for item in body["steps"] if item["key"] == key)


def approve_all(world, request_id: str) -> dict:
    for part, key in (("validator", "validation"), ("governance", "data"), ("security", "security"), ("business", "business")):
        answer = ballot(world, part, request_id, key)
        assert answer.status_code == 201, answer.content
    return answer.json()


def session(world, part: str, *, proven: bool = True):
    """A browser in which this person has just said who they are, or has not, used as a program uses the API."""
    client = world.client(part)
    if proven:
        kept = client.session
        kept["account_authentication_methods_user"] = str(getattr(world, part).user.pk)
        kept["account_authentication_methods"] = [{"method": "password", "at": clock.now().timestamp()}]
        kept.save()
    return lambda url, body: client.post(url, body, content_type="application/json")


# In somebody's place -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["public_id", "username"])
def test_a_ballot_in_somebodys_place_says_so(world, request_id, name):
    stand_in(world, world.auditor, world.security, scope=world.use_case.public_id)
    named = getattr(world.security.user, name)
    body = ballot(world, "auditor", request_id, "security", on_behalf_of=named).json()

    approved = step(body, "security")["approved_by"][0]
    assert (approved["id"], approved["on_behalf_of"]["id"]) == (world.auditor.id, world.security.id)
    assert body["timeline"][-1]["on_behalf_of"]["display"] == "Security"


def test_a_place_that_nobody_gave_is_refused(world, request_id):
    refused = ballot(world, "auditor", request_id, "security", on_behalf_of="security")
    assert (refused.status_code, refused.json()["code"]) == (403, "ballot.not_delegated")
    unknown = ballot(world, "auditor", request_id, "security", on_behalf_of="nobody")
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (400, "on_behalf_of")


def test_a_token_signs_nothing_and_a_fresh_session_does(world, push):
    signed = POLICY.replace("role: security_reviewer,", "role: security_reviewer, signature: reauth,")
    version = policies.write_policy(actor=world.admin, key="signed", source=signed)
    policies.set_gate(actor=world.admin, slug="signed", title="Signed", mode="prevent", policy=version.policy)
    made = ask_over_http(world, push(), environment="signed").json()
    assert step(made, "security")["signature"] == "reauth"
    refused = ballot(world, "security", made["id"], "security", meaning="approved")
    assert (refused.status_code, refused.json()["code"]) == (403, "ballot.signature_needed")

    body = {"step": "security", "verdict": "approve", "digest": made["digest"]}
    url = f"{REQUESTS}/{made['id']}/ballots"
    assert session(world, "security")(url, body).json()["code"] == "ballot.meaning"
    done = session(world, "security")(url, {**body, "meaning": "responsible"}).json()
    assert step(done, "security")["approved_by"][0]["meaning"] == "responsible"
    assert done["timeline"][-1]["signed_at"]


# Conditions and objections -------------------------------------------------------------------------------------------


def test_an_approval_with_a_condition_and_its_proof(world, request_id):
    body = ballot(world, "security", request_id, "security", condition={"text": "Rotate the key.", "due_at": soon()}).json()
    found = body["conditions"][0]
    assert (found["state"], found["text"], found["step"], found["set_by"]["id"]) == (
        "open",
        "Rotate the key.",
        "security",
        world.security.id,
    )
    url = f"/api/v1/conditions/{found['id']}/meet"
    assert post(world, "business", url, {"evidence": "Done."}).status_code == 403
    assert post(world, "stranger", url, {"evidence": "Done."}).status_code == 404
    assert post(world, "security", url, {"evidence": " "}).status_code == 400
    met = post(world, "security", url, {"evidence": "Ticket 7."})

    assert (met.status_code, met.json()["state"], met.json()["evidence"]) == (200, "met", "Ticket 7.")
    kinds = [event["kind"] for event in read(world, request_id)["timeline"]]
    assert kinds == ["opened", "approve", "condition_set", "condition_met"]


@pytest.mark.parametrize(
    "condition",
    [
        {"text": "x"},
        {"text": "x", "due_at": "soon"},
        {"text": " ", "due_at": "2030-01-01T00:00:00Z"},
        {"text": "x", "due_at": "2020-01-01T00:00:00Z"},
        "x",
    ],
)
def test_a_condition_that_makes_no_sense_is_400_and_no_ballot(world, request_id, condition):
    assert ballot(world, "security", request_id, "security", condition=condition).status_code == 400
    assert not Condition.objects.exists()


def test_an_objection_is_set_aside_by_who_leads_and_has_no_part(world, request_id):
    ballot(world, "security", request_id, "security", "request_changes", "Pin it.")
    said = read(world, request_id)
    blocked = step(said, "security")["blocked_by"][0]
    url = f"/api/v1/ballots/{blocked['ballot']}/dismiss"
    assert post(world, "business", url, {"reason": "No."}).status_code == 403
    assert post(world, "stranger", url, {"reason": "No."}).status_code == 404
    assert post(world, "admin", url, {}).status_code == 400
    done = post(world, "admin", url, {"reason": "The pin is there."})

    assert (done.status_code, done.json()["step"], done.json()["by"]["id"]) == (201, "security", world.admin.id)
    now = read(world, request_id)
    assert now["substate"] == "pending"
    assert [event["kind"] for event in now["timeline"]] == ["opened", "request_changes", "dismissed"]
    assert post(world, "admin", url, {"reason": "Again."}).json()["code"] == "ballot.no_block"


# Taking back and moving ----------------------------------------------------------------------------------------------


def test_an_approval_is_revoked_with_the_reason(world, request_id):
    approved = approve_all(world, request_id)
    assert approved["decision"]["valid_until"]
    url = f"{REQUESTS}/{request_id}/revoke"
    assert post(world, "business", url, {"reason": "No."}).status_code == 403
    assert post(world, "ci", url, {"reason": "No."}).status_code == 403
    assert post(world, "security", url, {}).status_code == 400
    body = post(world, "security", url, {"reason": "A hole."}).json()

    assert (body["state"], body["decision"]["revoked_by"]["id"], body["decision"]["revoke_reason"]) == (
        "revoked", world.security.id, "A hole.",
    )  # fmt: skip
    assert [event["kind"] for event in body["timeline"]][-2:] == ["approved", "revoked"]
    assert body["timeline"][-1]["comment"] == "A hole."
    assert post(world, "security", url, {"reason": "Again."}).json()["code"] == "request.not_approved"


def test_withdrawing_says_who_and_why_once(world, request_id):
    body = post(world, "ci", f"{REQUESTS}/{request_id}/withdraw", {"reason": "Never mind."}).json()

    assert [(event["kind"], event["comment"]) for event in body["timeline"]] == [
        ("opened", "Seven."),
        ("withdrawn", "Never mind."),
    ]
    assert body["timeline"][-1]["who"]


def test_a_request_moves_to_the_version_in_force(world, request_id):
    url = f"{REQUESTS}/{request_id}/migrate"
    assert post(world, "lead", url).status_code == 403
    stays = post(world, "admin", url)
    assert (stays.status_code, stays.json()["policy"]["version"]) == (200, 1)
    draft = policies.write_policy(actor=world.admin, key="production-release", source=POLICY.replace("30 days", "10 days"))
    assert post(world, "admin", url, {"policy_version": draft.public_id}).json()["code"] == "request.version_not_in_force"
    publish(world, draft)
    moved = post(world, "admin", url)

    assert (moved.status_code, moved.json()["policy"]["version"]) == (200, 2)
    assert moved.json()["timeline"][-1]["kind"] == "migrated"
    assert post(world, "admin", url, {"policy_version": "pv_nothing"}).json()["errors"][0]["field"] == "policy_version"


# What can be approved ------------------------------------------------------------------------------------------------


def test_a_definition_is_asked_about_without_an_environment(world):
    definition = world.use_case.current_definition().public_id
    body = {"subject": {"type": "use_case_definition", "id": definition}}
    assert post(world, "lead", REQUESTS, {**body, "environment": None, "purpose": "deployment"}).status_code == 400
    first = post(world, "lead", REQUESTS, body)
    again = post(world, "lead", REQUESTS, body)

    assert (first.status_code, first.json()["purpose"], first.json()["environment"]) == (201, "definition", None)
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])


def test_going_back_is_a_request_of_its_own(world, request_id):
    row = Request.objects.get()
    body = {"subject": {"type": "model_version", "id": row.subject_id}, "environment": "production", "purpose": "rollback"}
    made = post(world, "ci", REQUESTS, body)

    assert (made.status_code, made.json()["purpose"]) == (201, "rollback")
    listed = world.api("lead").get(f"{REQUESTS}?purpose=rollback").json()["results"]
    assert [item["id"] for item in listed] == [made.json()["id"]]


def test_overdue_requests_are_found(world, push):
    timed = POLICY.replace("role: security_reviewer,", "role: security_reviewer, sla: 60 working minutes,")
    version = policies.write_policy(actor=world.admin, key="timed", source=timed)
    policies.set_gate(actor=world.admin, slug="timed", title="Timed", mode="prevent", policy=version.policy)
    made = ask_over_http(world, push(), environment="timed").json()
    found = step(made, "security")
    assert found["since"]
    assert made["opened_at"] < found["due_at"] == made["due_at"]
    assert not found["overdue"]
    assert world.api("lead").get(f"{REQUESTS}?overdue=true").json()["results"] == []
    late = clock.now() - timedelta(minutes=1)
    row = Request.objects.get()
    row.clocks.filter(step="security").update(started_at=late - timedelta(hours=1), due_at=late)
    Request.objects.filter(pk=row.pk).update(due_at=late)

    assert [item["overdue"] for item in world.api("lead").get(f"{REQUESTS}?overdue=true").json()["results"]] == [True]
    assert step(read(world, made["id"]), "security")["overdue"]
    assert world.api("security").get("/api/v1/inbox").json()["results"][0]["overdue"]


# Breaking glass ------------------------------------------------------------------------------------------------------


def test_glass_is_broken_by_a_person_who_has_just_said_who_they_are(world, request_id):
    url, body = f"{REQUESTS}/{request_id}/waivers", {"reason": "The site is down.", "incident": "INC-7", "hours": 2}
    assert post(world, "ci", url, body).status_code == 403
    token = post(world, "engineer", url, body)
    assert (token.status_code, token.json()["code"]) == (403, "waiver.signature_needed")
    assert post(world, "stranger", url, body).status_code == 404
    assert not Waiver.objects.exists()


@pytest.fixture
def waiver(world, request_id):
    from dataclasses import replace

    from approvals.services import waivers

    actor = replace(world.lead, auth_at=clock.now())
    return waivers.open_waiver(
        actor=actor, request=Request.objects.get(public_id=request_id), reason="The site is down.", incident="INC-7", hours=2
    )


def test_waivers_are_listed_and_shown_beside_their_request(world, request_id, waiver):
    body = read(world, request_id)
    assert (body["waiver"]["id"], body["waiver"]["state"], body["waiver"]["incident"]) == (waiver.public_id, "live", "INC-7")
    assert {item["state"] for item in body["steps"]} == {"overridden"}
    assert [event["kind"] for event in body["timeline"]] == ["opened", "waiver_opened"]
    url = "/api/v1/waivers?live=true&unreviewed=true&use_case=churn&environment=production"
    assert [row["id"] for row in world.api("auditor").get(url).json()["results"]] == [waiver.public_id]
    assert world.api("auditor").get(f"/api/v1/waivers?request={request_id}").json()["results"][0]["by"]["display"] == "Lead"
    assert world.api("stranger").get("/api/v1/waivers").json()["results"] == []


def test_a_waiver_is_reviewed_by_who_was_passed_over_and_ended_early(world, waiver):
    review, end = (f"/api/v1/waivers/{waiver.public_id}/{act}" for act in ("review", "end"))
    said = {"verdict": "justified", "comment": "The site was down."}
    assert post(world, "lead", review, said).json()["code"] == "waiver.own"
    assert post(world, "auditor", end).status_code == 403
    assert post(world, "stranger", review, said).status_code == 404
    assert post(world, "security", review, {**said, "verdict": "maybe"}).status_code == 400
    done = post(world, "security", review, said)
    assert (done.status_code, done.json()["review"], done.json()["reviewed_by"]["id"]) == (200, "justified", world.security.id)
    over = post(world, "lead", end, {"reason": "Repaired."})
    assert (over.status_code, over.json()["state"]) == (200, "ended")
    assert post(world, "lead", end).json()["code"] == "waiver.over"


def test_a_session_breaks_glass_if_it_is_fresh(world, request_id):
    url, body = f"{REQUESTS}/{request_id}/waivers", {"reason": "The site is down.", "hours": 2}
    refused = session(world, "lead", proven=False)(url, body)
    assert (refused.status_code, refused.json()["code"]) == (403, "waiver.signature_needed")
    assert session(world, "security")(url, body).json()["code"] == "waiver.role"
    assert session(world, "lead")(url, {**body, "hours": 25}).status_code == 400
    made = session(world, "lead")(url, body)

    assert (made.status_code, made.json()["state"], made.json()["request"]) == (201, "live", request_id)
    assert set(made.json()["skipped"]) == {"validation", "data", "security", "business"}


# Who leaves ----------------------------------------------------------------------------------------------------------


def test_what_rests_on_somebody_is_listed_for_those_who_lead(world, request_id):
    assert world.api("admin").get("/api/v1/decisions?rests_on=security").json()["results"] == []
    approve_all(world, request_id)
    for part in ("admin", "lead"):
        found = world.api(part).get(f"/api/v1/decisions?rests_on={world.security.id}").json()["results"]
        assert [(row["request"], [item["step"] for item in row["ballots"]]) for row in found] == [(request_id, ["security"])]
        assert found[0]["title"] == "churn-model@7"
    assert world.api("lead").get("/api/v1/decisions?rests_on=engineer").json()["results"] == []
    assert world.api("security").get("/api/v1/decisions?rests_on=security").status_code == 403
    for query in ("", "?rests_on=nobody"):
        assert world.api("lead").get(f"/api/v1/decisions{query}").json()["errors"][0]["field"] == "rests_on"


def test_lists_cost_the_same_however_many(world, push, request_id):
    approve_all(world, request_id)
    addresses = [
        ("lead", url) for url in ("/api/v1/decisions?rests_on=security", "/api/v1/waivers", "/api/v1/policies", REQUESTS)
    ]
    few = [cost(world, *address) for address in addresses]
    for number in range(3):
        made = ask_over_http(world, push("1", name=f"model-{number}"))
        approve_all(world, made.json()["id"])
        policies.write_policy(actor=world.admin, key=f"policy-{number}", source=POLICY)
    many = [cost(world, *address) for address in addresses]

    assert many == few
