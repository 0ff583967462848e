"""What-ifs and replays over rows that the services wrote: nothing is written, and the same rules give back what was decided."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.models import Policy, Request
from approvals.policy import parse
from approvals.selectors import foresight
from approvals.selectors.foresight import draft_of, replay_period, try_on
from approvals.selectors.standing import policy_of, standing_of
from approvals.services import ballots, requests
from approvals.showing.foresight import consequence
from foundation.errors import Invalid
from governance.people import services as people
from governance.people.models import RoleGrant
from tests.approvals.asking import OTHER_LOCK, give, stand_in
from tests.approvals.lives import at, different, lives, looked, the_day_before, travel  # noqa: F401 - fixtures
from tests.approvals.pages import text_of
from tests.conftest import POLICY

pytestmark = pytest.mark.django_db
QUARTER = {"since": at(-24), "until": at(90 * 24)}
NO_SECURITY = POLICY.replace(
    "  - {key: security, title: Security review, role: security_reviewer, covers: [dependencies, runtime]}\n", ""
)
LEGAL = POLICY + "  - {key: legal, title: Legal, role: auditor, covers: [use_case]}\n"


def replayed(world, source=POLICY, part="lead", **narrow):
    return replay_period(
        getattr(world, part), Policy.objects.get(key="production-release"), parse(source), **{**QUARTER, **narrow}
    )


def by_request(found):
    return {row.public_id: replay for row, replay in found.rows}


# Replaying what the services recorded --------------------------------------------------------------------------------


@pytest.fixture
def history(world, lives, vote):
    """One request of each end, with rounds, delegation, dismissal, a role that ended and bytes that changed."""
    found = {"approved": lives.approved(1, 0)}

    request = lives.open(2, 100)
    lives.answer(request, "validation", 103)
    lives.answer(request, "security", 105, "reject", "Not with this library.")
    found["rejected"] = request

    request = lives.open(3, 200)
    lives.answer(request, "data", 203, "request_changes", "Which source?")
    with travel(210):
        requests.resubmit(actor=world.lead, request=request, comment="The warehouse.")
    for step, hours in (("data", 220), ("validation", 221), ("security", 222), ("business", 230)):
        lives.answer(request, step, hours)
    found["second round"] = request

    request = lives.open(4, 300)
    with travel(301):
        stand_in(world, world.stranger, world.security)
    with travel(302):
        vote(world.stranger, request, "security", on_behalf_of=world.security.user)
    for step, hours in (("data", 303), ("validation", 304), ("business", 305)):
        lives.answer(request, step, hours)
    found["delegated"] = request

    request = lives.open(5, 500)
    with travel(501):
        block = vote(world.security, request, "security", "request_changes", "Why?")
    with travel(502):
        give(world, "auditor", "security_reviewer")
        ballots.dismiss_block(actor=world.lead, ballot=block, reason="It was answered.")
    with travel(503):
        vote(world.auditor, request, "security")
    for step, hours in (("data", 504), ("validation", 505), ("business", 506)):
        lives.answer(request, step, hours)
    found["dismissed"] = request

    request = lives.open(6, 600)
    lives.answer(request, "validation", 601)
    with travel(602):
        requests.withdraw(actor=world.lead, request=request)
    found["withdrawn"] = request

    found["superseded"] = lives.open(7, 700)
    lives.answer(found["superseded"], "security", 701)
    with travel(710):
        found["inherits"] = lives.ask(lives.push("8", **{**different(7), "params": {"max_depth": 99}}))
    for step, hours in (("data", 711), ("validation", 712), ("business", 713)):
        lives.answer(found["inherits"], step, hours)

    request = lives.open(9, 800)
    lives.answer(request, "data", 801)
    with travel(800 + 31 * 24):
        requests.expire_due()
    found["expired"] = request

    request = lives.open(10, 1600)
    lives.answer(request, "validation", 1601)
    with travel(1602):
        people.end_role(actor=world.lead, grant=RoleGrant.objects.get(user=world.validator.user), reason="moved")
    found["open"] = request
    for row in found.values():
        row.refresh_from_db()
    return found


ENDS = {
    "approved": "approved",
    "rejected": "rejected",
    "second round": "approved",
    "delegated": "approved",
    "dismissed": "approved",
    "withdrawn": "withdrawn",
    "superseded": "superseded",
    "inherits": "approved",
    "expired": "expired",
    "open": "open",
}


def test_the_same_policy_over_history_gives_back_every_decision(world, history):
    with travel(1700):
        found = by_request(replayed(world))

    assert {name: row.state for name, row in history.items()} == ENDS
    for name, row in history.items():
        result = found[row.public_id]
        assert (result.now.state, result.now.at) == (result.then.state, result.then.at) == (ENDS[name], row.closed_at), name
        assert (result.doubtful, result.spared, result.why) == (0, 0, ""), name


def test_a_step_less_is_decided_sooner_and_needs_fewer_ballots(world, history):
    with travel(1700):
        found = replayed(world, NO_SECURITY)
    results = by_request(found)

    first = results[history["approved"].public_id]
    assert (first.now.state, first.now.at) == ("approved", at(30))
    assert first.saved == at(50) - at(30)
    assert results[history["rejected"].public_id].now.state == "open"
    assert [step.key for step in first.gone] == ["security"]
    assert found.summary.spared == 7  # each word of security, the objection that was set aside included


def test_a_step_more_would_still_wait_for_its_role(world, history):
    with travel(1700):
        found = replayed(world, LEGAL)

    result = by_request(found)[history["approved"].public_id]
    assert result.now.state == "open"
    assert [(step.key, step.role) for step in result.waiting] == [("legal", "auditor")]
    assert ("legal", "auditor") in found.summary.waiting_for
    assert "5 would still wait for: Legal." in consequence(found)


def test_a_condition_on_a_fact_that_follows_from_the_records_is_answered(world, history):
    elsewhere = POLICY.replace("role: security_reviewer, ", "role: security_reviewer, applies_if: {environment: [staging]}, ")
    with travel(1700):
        result = by_request(replayed(world, elsewhere))[history["approved"].public_id]

    assert (result.now.state, result.now.at) == ("approved", at(30))
    assert [step.key for step in result.gone] == ["security"]


def test_a_revoked_approval_is_replayed_as_the_approval_that_it_was(world, lives):
    from approvals.services.decisions import revoke

    request = lives.approved(1, 0)
    with travel(60):
        give(world, "lead", "security_reviewer")
        revoke(actor=world.security, request=request, reason="A flaw was found.")
    with travel(100):
        (result,) = by_request(replayed(world)).values()

    assert (result.then.state, result.now.state, result.now.at) == ("approved", "approved", at(50))


def test_only_the_requests_of_the_period_and_the_use_case(world, history):
    with travel(1700):
        assert len(replayed(world, since=at(99), until=at(301)).rows) == 3
        assert len(replayed(world, use_case=world.use_case).rows) == 10


def test_who_does_not_see_a_request_learns_how_many_there_are(world, history):
    with travel(1700):
        found = replayed(world, part="stranger")

    assert (len(found.rows), found.hidden) == (0, 10)


def test_too_many_requests_are_refused_with_the_limit(world, history, monkeypatch):
    monkeypatch.setattr(foresight, "MOST", 9)

    with pytest.raises(Invalid, match="at most 9 requests"):
        replayed(world)


def test_the_number_of_queries_does_not_grow_with_the_history(world, history):
    def queries(**narrow):
        with travel(1700), CaptureQueriesContext(connection) as seen:
            replayed(world, NO_SECURITY, **narrow)
        return len(seen)

    assert queries() == queries(until=at(301))
    assert queries() <= 16


# One request ---------------------------------------------------------------------------------------------------------


def test_a_draft_on_an_open_request_shows_both_verdicts_step_by_step(world, push, ask, vote):
    request = ask(push())
    for part, step in (("validator", "validation"), ("governance", "data"), ("business", "business")):
        vote(getattr(world, part), request, step)
    request.refresh_from_db()

    found = try_on(request, parse(NO_SECURITY))

    assert (found.then.state, found.now.state) == ("open", "approved")
    assert {step.key: (step.then and step.then.state, step.now and step.now.state) for step in found.steps} == {
        "validation": ("met", "met"),
        "data": ("met", "met"),
        "business": ("met", "met"),
        "security": ("pending", None),
    }


def test_the_version_that_it_has_gives_the_verdict_that_it_has(world, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    request.refresh_from_db()

    found = try_on(request, policy_of(request.policy_version))

    assert found.now.as_mapping() == standing_of(request).verdict.as_mapping() == found.then.as_mapping()


def test_a_closed_request_is_tried_as_of_its_closing(world, lives):
    request = lives.approved(1, 0)
    with travel(60):
        people.end_role(actor=world.lead, grant=RoleGrant.objects.get(user=world.security.user), reason="moved")
        found = try_on(Request.objects.get(pk=request.pk), parse(NO_SECURITY))

    assert (found.then.state, found.now.state) == ("approved", "approved")


# What-if at a gate ---------------------------------------------------------------------------------------------------


def rows_of_everything():
    return {model._meta.label: model._default_manager.count() for model in apps.get_models() if model._meta.managed}


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


# The API of drafts ---------------------------------------------------------------------------------------------------


def posts(world, address, part="lead", **body):
    return world.api(part).post(f"/api/v1/policies/production-release/{address}", body, content_type="application/json")


def test_the_api_tries_a_draft_on_one_request(world, push, ask):
    request = ask(push())
    posts(world, "simulate", yaml=LEGAL, request=request.public_id)  # the first use of a token makes and notes it
    before = rows_of_everything()

    body = posts(world, "simulate", yaml=LEGAL, request=request.public_id).json()

    assert [step["now"] and step["now"]["state"] for step in body["steps"] if step["key"] == "legal"] == ["pending"]
    assert [step["then"] for step in body["steps"] if step["key"] == "legal"] == [None]
    assert rows_of_everything() == before
    assert posts(world, "simulate", part="stranger", yaml=LEGAL, request=request.public_id).status_code == 400


def test_the_api_replays_a_period(world, history):
    with travel(1700):
        body = posts(world, "replay", yaml=NO_SECURITY, **{"from": "2026-03-01", "to": "2026-06-30", "use_case": "churn"}).json()

    assert body["summary"]["requests"] == 10
    assert {"then": "rejected", "now": "open", "n": 1} in body["summary"]["outcomes"]
    assert body["summary"]["waiting_days"]["then"]["n"] == body["summary"]["decided_both_times"] == 5
    (first,) = [row for row in body["results"] if row["request"] == history["approved"].public_id]
    assert (first["days_saved"], first["steps_gone"]) == (0.83, ["security"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"yaml": "title: X"}, ""),
        ({"yaml": POLICY, "from": "soon"}, "from"),
        ({"yaml": POLICY, "from": "2026-03-05", "to": "2026-03-01"}, "to"),
        ({"yaml": POLICY, "use_case": "none"}, "use_case"),
        ({"yaml": POLICY, "since": "2026-03-05"}, "since"),
    ],
)
def test_a_replay_that_cannot_be_is_refused_with_the_field(world, gate, body, field):
    response = posts(world, "replay", **body)

    assert response.status_code == 400
    assert not field or response.json()["errors"][0]["field"] == field


def test_a_draft_that_cannot_be_used_says_where(world):
    with pytest.raises(Invalid) as refused:
        draft_of(POLICY.replace("role: data_governance", "role: nobody"))

    assert "line 7" in refused.value.errors[0].field


# Pages ---------------------------------------------------------------------------------------------------------------


def test_the_page_says_in_one_sentence_what_a_version_would_have_meant(world, history):
    with travel(1700):
        said = text_of(world.client("business").get("/settings/policies/production-release/replay/"))

    assert "Of 10 requests, 10 would have ended the same." in said
    assert "The median wait would stay at" in said


def test_the_page_says_when_one_does_not_see_everything(world, history):
    with travel(1700):
        said = text_of(world.client("stranger").get("/settings/policies/production-release/replay/"))

    assert "10 requests of that time belong to use cases that you do not see." in said


def test_a_request_can_be_chosen_to_try_a_version_on(world, push, ask):
    request = ask(push())
    client = world.client("lead")

    page = client.get("/settings/policies/production-release/simulate/")
    assert request.public_id in page.content.decode()
    said = text_of(client.get(f"/settings/policies/production-release/simulate/?request={request.public_id}&version=1"))
    assert "Under the draft it would stand as it does now: pending." in said
    assert client.get("/settings/policies/production-release/simulate/?version=9").status_code == 404


def test_there_is_nothing_to_try_a_policy_on_that_nobody_used(world, gate):
    said = text_of(world.client("lead").get("/settings/policies/production-release/simulate/"))

    assert "Nothing to try it on" in said
