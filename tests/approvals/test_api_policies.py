"""Policies, environments and what governs the rest over HTTP."""

from __future__ import annotations

import pytest

from approvals.models import PolicyVersion
from approvals.services import policies
from tests.approvals.asking import publish
from tests.approvals.calling import post
from tests.conftest import POLICY


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


# Drafts, doubts, and what governs the rest ---------------------------------------------------------------------------

OTHER = POLICY.replace("30 days", "10 days")


def test_a_later_version_is_a_draft_that_says_how_to_ask_for_its_publication(world, gate):
    first = world.api("lead").get("/api/v1/policies/production-release/versions").json()["results"][0]
    assert (first["state"], first["publish"], first["approval"]) == ("in_force", None, None)
    made = post(world, "admin", "/api/v1/policies/production-release/versions", {"yaml": OTHER, "note": "Ten days are enough."})
    draft = made.json()
    assert (made.status_code, draft["state"], draft["note"], draft["published_at"]) == (
        201,
        "draft",
        "Ten days are enough.",
        None,
    )
    same = post(world, "admin", "/api/v1/policies/production-release/versions", {"yaml": OTHER})
    assert (same.status_code, same.json()["id"]) == (200, draft["id"])
    asked = post(world, "admin", "/api/v1/requests", draft["publish"])
    assert (asked.status_code, asked.json()["purpose"], asked.json()["use_case"]) == (201, "publish", None)

    publish(world, policies_version(draft["id"]))
    states = {row["version"]: row["state"] for row in listed(world)}
    assert states == {1: "replaced", 2: "in_force"}


def test_a_version_is_withdrawn_with_the_reason(world, gate):
    publish(world, policies.write_policy(actor=world.admin, key="production-release", source=OTHER))
    url = "/api/v1/policies/production-release/versions/{}/withdraw"
    assert post(world, "lead", url.format(2), {"reason": "x"}).status_code == 403
    assert post(world, "admin", url.format(2), {}).status_code == 400
    for number in ("3", "x", "-1", "9" * 40):
        assert post(world, "admin", url.format(number), {"reason": "x"}).status_code == 404
    done = post(world, "admin", url.format(2), {"reason": "It lets too much pass."})
    assert (done.status_code, done.json()["state"], done.json()["withdraw_reason"]) == (
        200,
        "withdrawn",
        "It lets too much pass.",
    )

    assert {row["version"]: row["state"] for row in listed(world)} == {1: "in_force", 2: "withdrawn"}
    assert post(world, "admin", url.format(2), {"reason": "x"}).json()["code"] == "policy.withdrawn"


def test_what_is_doubtful_is_told_before_anything_is_written(world):
    wanted = POLICY.replace("role: security_reviewer", "quorum: 9, role: security_reviewer")
    found = post(world, "stranger", "/api/v1/policies/lint", {"yaml": wanted}).json()
    assert found["problems"] == []
    first = found["findings"][0]
    assert (first["code"], first["severity"], first["step"]) == ("too_few", "error", "security")
    assert "Security reviewer" in first["message"]
    assert found["digest"].startswith("sha256:")

    broken = post(world, "stranger", "/api/v1/policies/lint", {"yaml": POLICY.replace("role: data_governance", "role: nobody")})
    assert (broken.status_code, broken.json()["findings"], broken.json()["digest"]) == (200, [], None)
    assert broken.json()["problems"][0]["line"] == 7
    assert post(world, "stranger", "/api/v1/policies/lint", {}).status_code == 400
    assert world.api("lead").get("/api/v1/policies").json()["results"] == []


def test_findings_stand_beside_the_versions_that_matter(world):
    wanted = POLICY.replace("role: security_reviewer", "quorum: 9, role: security_reviewer")
    made = post(world, "admin", "/api/v1/policies", {"key": "release", "yaml": wanted}).json()

    assert made["findings"][0]["code"] == "too_few"
    assert world.api("lead").get("/api/v1/policies").json()["results"][0]["findings"] == made["findings"]


def test_what_governs_types_that_go_to_no_environment(world):
    url = "/api/v1/subject-policies"
    before = {(row["subject_type"], row["purpose"]): row for row in world.api("stranger").get(url).json()["results"]}
    assert before["policy_version", "publish"]["policy"] == "policy-publication"
    assert before["use_case_definition", "definition"]["shipped"]
    policies.write_policy(actor=world.admin, key="release", source=POLICY)
    body = {"subject_type": "use_case_definition", "purpose": "definition", "policy": "release"}
    assert post(world, "lead", url, body).status_code == 403
    alone = post(world, "admin", url, body)
    assert (alone.status_code, alone.json()["code"]) == (409, "policy.unconfirmed")
    publish(world, policies.write_policy(actor=world.admin, key="release", source=OTHER))
    made, again = post(world, "admin", url, body), post(world, "admin", url, body)

    assert (made.status_code, again.status_code, made.json()) == (201, 200, {**body, "shipped": False})
    after = {row["subject_type"]: row["policy"] for row in world.api("stranger").get(url).json()["results"]}
    assert after["use_case_definition"] == "release"
    for change, field in (({"policy": "nothing"}, "policy"), ({"purpose": "deployment"}, "purpose")):
        answer = post(world, "admin", url, {**body, **change})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert post(world, "admin", url, {**body, "subject_type": "cat"}).status_code == 400


def listed(world) -> list[dict]:
    return world.api("lead").get("/api/v1/policies/production-release/versions").json()["results"]


def policies_version(public_id: str) -> PolicyVersion:
    return PolicyVersion.objects.get(public_id=public_id)
