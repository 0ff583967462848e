"""The settings pages: what everybody sets for themselves, and what administrators set for all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from approvals.models import Gate
from foundation import tokens
from foundation.models import AuditEvent, Job, Token
from governance.people.models import RoleGrant, User
from lineage.models import Repository

pytestmark = pytest.mark.django_db
PAGES = (
    "", "profile/", "tokens/", "repositories/", "environments/", "policies/", "policies/production-release/",
    "policies/production-release/edit/", "policies/production-release/text/", "new-policy/", "people/",
)  # fmt: skip


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("&#x27;", "'")


@pytest.mark.parametrize("page", PAGES)
def test_every_settings_page_wants_somebody_signed_in_and_opens_for_everybody_who_is(
    world, gate, page, django_assert_max_num_queries
):
    assert Client().get(f"/settings/{page}").status_code == 302
    client = world.client("stranger")
    with django_assert_max_num_queries(21):
        assert client.get(f"/settings/{page}").status_code == 200


def test_language_and_theme_are_kept_with_the_person_and_told_to_this_browser(world):
    client = world.client("business")

    response = client.post("/settings/profile/", {"language": "zh-hans", "theme": "dark"})

    user = User.objects.get(pk=world.business.user.pk)
    assert (user.language, user.theme) == ("zh-hans", "dark")
    assert (response.cookies["django_language"].value, response.cookies["countersign_theme"].value) == ("zh-hans", "dark")
    assert AuditEvent.objects.filter(kind="people.user.preferences_set", actor_id=user.public_id).count() == 1


# Tokens --------------------------------------------------------------------------------------------------------------


def test_the_secret_of_a_token_is_shown_once(world):
    client = world.client("engineer")

    response = client.post("/settings/tokens/", {"name": "Laptop", "kind": "personal", "days": "30"})

    secret = re.search(r"cs_[\w-]{43}", response.content.decode())
    assert response.status_code == 201
    assert secret
    assert response["Cache-Control"] == "no-store"
    assert tokens.actor_for(secret[0], request_id="x").id == world.engineer.id
    assert secret[0] not in client.get("/settings/tokens/").content.decode()


def test_a_service_token_is_bound_to_what_was_chosen(world):
    data = {"name": "CI", "kind": "service", "scopes": ["read", "gate:evaluate"], "scope": world.use_case.public_id, "days": "30"}

    world.client("engineer").post("/settings/tokens/", data)

    token = Token.objects.get(name="CI")
    assert (token.kind, token.scopes, token.scope) == ("service", ["gate:evaluate", "read"], world.use_case.public_id)


def test_a_token_cannot_be_bound_to_a_use_case_that_one_does_not_see(world):
    data = {"name": "CI", "kind": "service", "scopes": ["read"], "scope": world.use_case.public_id, "days": "30"}

    assert world.client("stranger").post("/settings/tokens/", data).status_code == 400
    assert not Token.objects.filter(name="CI").exists()


def test_a_service_token_without_scopes_is_refused_at_its_field_and_nothing_typed_is_lost(world):
    response = world.client("engineer").post("/settings/tokens/", {"name": "Nightly", "kind": "service", "days": "30"})

    assert response.status_code == 400
    assert "A service token needs at least one scope." in text_of(response)
    assert 'value="Nightly"' in response.content.decode()


def test_only_the_owner_revokes_a_token(world):
    token, _secret = tokens.create(actor=world.engineer, name="Laptop", owner=world.engineer.user, kind=Token.Kind.PERSONAL)

    assert world.client("admin").post(f"/settings/tokens/{token.public_id}/revoke/").status_code == 404
    world.client("engineer").post(f"/settings/tokens/{token.public_id}/revoke/")

    token.refresh_from_db()
    assert token.revoked_at is not None


# Repositories --------------------------------------------------------------------------------------------------------


def test_a_repository_is_registered_and_its_progress_shown(world):
    client = world.client("engineer")

    response = client.post("/settings/repositories/", {"use_case": "churn", "url": "https://example.com/acme/churn"}, follow=True)

    assert Repository.objects.get().url == "https://example.com/acme/churn"
    body = response.content.decode()
    assert 'data-job-state="queued"' in body
    assert f"/jobs/{Job.objects.get().public_id}/?then=/settings/repositories/" in body
    assert "never synchronised" in body


def test_an_address_that_may_not_be_fetched_is_refused_with_the_reason(world):
    response = world.client("engineer").post("/settings/repositories/", {"use_case": "churn", "url": "file:///etc"})

    assert response.status_code == 400
    assert 'value="file:///etc"' in response.content.decode()


def test_who_does_not_build_the_use_case_cannot_add_a_repository(world):
    data = {"use_case": "churn", "url": "https://example.com/acme/churn"}

    refused = world.client("business").post("/settings/repositories/", data)

    assert refused.status_code == 403
    assert "Only those who build this use case" in text_of(refused)
    assert world.client("stranger").post("/settings/repositories/", data).status_code == 400


def test_a_repository_of_others_is_neither_listed_nor_synchronised(world):
    world.client("engineer").post("/settings/repositories/", {"use_case": "churn", "url": "https://example.com/acme/churn"})
    stranger = world.client("stranger")

    assert "acme/churn" not in text_of(stranger.get("/settings/repositories/"))
    assert stranger.post(f"/settings/repositories/{Repository.objects.get().public_id}/synchronise/").status_code == 404


# Environments --------------------------------------------------------------------------------------------------------


def test_an_administrator_sets_up_a_gate_and_others_read_why_they_cannot(world, gate):
    data = {"slug": "staging", "title": "Staging", "policy": "production-release", "mode": "warn"}

    refused = world.client("business").post("/settings/environments/", data)
    assert refused.status_code == 403
    shown = text_of(world.client("business").get("/settings/environments/"))
    assert "Only an administrator can do this." in shown

    world.client("admin").post("/settings/environments/", data)
    assert Gate.objects.get(environment__slug="staging").mode == "warn"


# People --------------------------------------------------------------------------------------------------------------

ACCOUNT = {"name": "Nora Neu", "username": "nora", "email": "nora@example.com", "password": "", "language": "en"}


def test_an_administrator_opens_an_account_and_others_cannot(world):
    assert world.client("lead").post("/settings/people/", ACCOUNT).status_code == 403

    world.client("admin").post("/settings/people/", ACCOUNT)

    user = User.objects.get(username="nora")
    assert not user.has_usable_password()


def test_a_name_that_is_taken_keeps_what_was_typed(world):
    response = world.client("admin").post("/settings/people/", {**ACCOUNT, "username": "lead"})

    assert response.status_code in (400, 409)
    assert 'value="Nora Neu"' in response.content.decode()


def test_a_role_everywhere_is_given_and_ended_with_a_reason(world):
    client, page = world.client("admin"), f"/settings/people/{world.stranger.user.public_id}/"

    client.post(page, {"command": "grant", "role": "auditor", "reason": "Yearly audit"})
    grant = RoleGrant.objects.get(user=world.stranger.user)
    assert (grant.role, grant.scope) == ("auditor", "")
    refused = client.post(page, {"command": "end", "grant": grant.public_id, "reason": ""})
    assert refused.status_code == 400
    client.post(page, {"command": "end", "grant": grant.public_id, "reason": "Done"})

    grant.refresh_from_db()
    assert grant.ended_at is not None


def test_nobody_gives_a_role_to_themselves_and_the_page_says_so(world):
    page = f"/settings/people/{world.admin.user.public_id}/"
    client = world.client("admin")

    assert client.post(page, {"command": "grant", "role": "security_reviewer"}).status_code == 403
    assert "Nobody can give a role to themselves." in text_of(client.get(page))


def test_closing_an_account_is_for_administrators(world):
    page = f"/settings/people/{world.stranger.user.public_id}/"

    assert world.client("lead").post(page, {"command": "close"}).status_code == 403
    world.client("admin").post(page, {"command": "close"})

    assert not User.objects.get(pk=world.stranger.user.pk).is_active


def test_roles_on_use_cases_that_one_does_not_see_are_not_shown(world):
    page = f"/settings/people/{world.validator.user.public_id}/"

    assert "Customer churn" in text_of(world.client("lead").get(page))
    assert "Customer churn" not in text_of(world.client("stranger").get(page))
