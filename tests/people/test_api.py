from __future__ import annotations

import pytest

from governance.people.models import RoleGrant, Team, User

ROLES = "/api/v1/use-cases/churn/roles"


def post(world, part: str, url: str, body: dict):
    return world.api(part).post(url, body, content_type="application/json")


def test_accounts_are_opened_and_listed(world):
    made = post(
        world, "admin", "/api/v1/users", {"username": "wei", "name": "王伟", "email": "wei@example.com", "language": "zh-hans"}
    )

    assert made.status_code == 201
    assert set(made.json()) == {"id", "username", "name", "active"}
    listed = world.api("stranger").get("/api/v1/users").json()["results"]
    assert listed[0] == made.json()
    assert not any("email" in row or "password" in row for row in listed)
    assert User.objects.get(username="wei").language == "zh-hans"


def test_a_weak_password_is_told_by_its_field(world):
    answer = post(
        world, "admin", "/api/v1/users", {"username": "wei", "name": "Wei", "email": "wei@example.com", "password": "short"}
    )

    assert answer.status_code == 400
    assert {item["field"] for item in answer.json()["errors"]} == {"password"}


def test_only_administrators_open_accounts_and_teams(world):
    for part in ("lead", "security", "auditor", "stranger"):
        assert (
            post(world, part, "/api/v1/users", {"username": "wei", "name": "Wei", "email": "wei@example.com"}).status_code == 403
        )
        assert post(world, part, "/api/v1/teams", {"slug": "a", "title": "A"}).status_code == 403
    assert post(world, "admin", "/api/v1/teams", {"slug": "a", "title": "A", "members": ["lead"]}).status_code == 201
    assert Team.objects.get().memberships.get().user == world.lead.user


def test_a_member_nobody_knows_is_told_by_name(world):
    answer = post(world, "admin", "/api/v1/teams", {"slug": "a", "title": "A", "members": ["lead", "ghost", "spook"]})

    assert (answer.status_code, answer.json()["detail"]) == (400, "No account: ghost, spook")
    assert not Team.objects.exists()


def test_roles_are_given_listed_and_ended(world):
    made = post(world, "lead", ROLES, {"user": "stranger", "role": "operations", "reason": "On call"})

    assert (made.status_code, made.json()["everywhere"]) == (201, False)
    listed = world.api("stranger").get(ROLES).json()["results"]
    assert listed[0]["role"] == "operations"
    assert {row["role"] for row in listed if row["everywhere"]} == {"auditor", "administrator"}
    ended = post(world, "lead", f"{ROLES}/{made.json()['id']}/end", {"reason": "moved"})
    assert ended.status_code == 200
    assert world.api("stranger").get(ROLES).status_code == 404
    assert post(world, "lead", f"{ROLES}/{made.json()['id']}/end", {"reason": "moved"}).status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"user": "ghost", "role": "operations"}, "user"),
        ({"user": "stranger", "role": "emperor"}, "role"),
        ({"role": "operations"}, "user"),
    ],
)
def test_a_grant_that_makes_no_sense_is_told_by_its_field(world, body, field):
    answer = post(world, "lead", ROLES, body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_a_grant_of_another_use_case_cannot_be_ended_through_this_one(world):
    from governance.usecases.services import open_use_case

    open_use_case(actor=world.lead, slug="other", title="Other")
    grant = RoleGrant.objects.get(user=world.security.user)

    assert post(world, "lead", f"/api/v1/use-cases/other/roles/{grant.public_id}/end", {"reason": "x"}).status_code == 404
    assert post(world, "scientist", f"{ROLES}/{grant.public_id}/end", {"reason": "x"}).status_code == 403


def test_lists_cost_the_same_however_long(world, django_assert_max_num_queries):
    client = world.api("lead")
    client.get(ROLES)

    with django_assert_max_num_queries(6):
        client.get(ROLES)
    with django_assert_max_num_queries(3):
        client.get("/api/v1/users")
