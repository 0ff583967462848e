"""Policies in the portal: who governs what, and bringing a version into force by two people."""

from __future__ import annotations

import re

import pytest

from approvals.models import Gate, Policy, PolicyVersion, Request, SubjectPolicy
from approvals.services import policies
from foundation.models import AuditEvent
from governance.people import services as people
from tests.config.policy_forms import PAGE, changed, commented, second, text_of  # noqa: F401 - fixtures
from tests.conftest import POLICY

pytestmark = pytest.mark.django_db

# The list and the page -----------------------------------------------------------------------------------------------


def test_the_list_says_what_each_policy_stands_before_and_what_waits(world, gate):
    policies.write_policy(actor=world.admin, key="production-release", source=POLICY.replace("180", "90"))

    said = text_of(world.client("business").get("/settings/policies/"))

    assert "Production release" in said
    assert "Production" in said
    assert "Version 2 draft, nobody asked yet" in said
    assert "Definitions of use cases" in said
    assert "Ships with the product" in said
    assert "Only an administrator can do this." in said


def test_looking_at_pages_writes_nothing(world, gate):
    before = (AuditEvent.objects.count(), Policy.objects.count())
    client = world.client("admin")

    for page in (
        "policies/",
        "policies/policy-publication/",
        "policies/policy-publication/edit/",
        "environments/",
        "new-policy/",
    ):
        assert client.get(f"/settings/{page}").status_code == 200

    assert (AuditEvent.objects.count(), Policy.objects.count()) == before


def test_a_policy_is_shown_as_a_chain_as_a_table_and_as_text(world, commented):
    body = world.client("business").get(PAGE).content.decode()

    assert "<svg" in body
    assert "# money matters" in body
    assert "cost at least 10000" in body
    assert "2 steps, 2 approvals in all; at most 2 after one another." in body


def test_a_role_that_nobody_holds_is_named_with_the_use_cases_that_lack_it(world, gate):
    from governance.usecases import services as usecases

    other = usecases.open_use_case(actor=world.lead, slug="fraud", title="Fraud")
    people.grant_role(actor=world.lead, user=world.business.user, role="business_owner", scope=other.public_id)

    said = text_of(world.client("lead").get(PAGE))

    assert "Nobody holds the role Model validator, which “Model validation” asks for." in said
    assert "Only for Fraud" in said
    assert "Fraud" not in text_of(world.client("validator").get(PAGE))


def test_what_nobody_holds_anywhere_is_said_once_for_all(world):
    policies.write_policy(
        actor=world.admin, key="budget", source="title: B\nsteps: [{key: a, title: A, role: budget_holder, covers: [model]}]"
    )

    said = text_of(world.client("admin").get("/settings/policies/budget/"))

    assert said.count("Nobody holds the role Budget holder") == 1
    assert "Only for" not in said


def test_a_version_that_there_is_not_is_404(world, gate):
    client = world.client("admin")

    assert client.get(f"{PAGE}?version=7").status_code == 404
    assert client.get("/settings/policies/none/").status_code == 404
    assert client.get("/settings/policies/none/edit/").status_code == 404
    assert client.post(PAGE, {}).status_code == 404


# Into force, and out of it -------------------------------------------------------------------------------------------


def test_a_single_administrator_is_told_why_nobody_can_confirm(world, commented):
    client = world.client("admin")
    changed(client, open_for=20)
    draft = f"{PAGE}?version=2"

    before = text_of(client.get(draft))
    assert "Nobody could confirm it" in before
    assert "Everybody who holds the role Administrator helped to make" in before
    response = client.post(draft, {"command": "publish"}, follow=True)

    assert "who wrote a version, or asked for its publication, cannot confirm it" in text_of(response)
    assert PolicyVersion.objects.get(number=2).published_at is None
    request = Request.objects.get()
    assert (request.subject_type, request.purpose) == ("policy_version", "publish")
    assert client.get(f"/requests/{request.public_id}/").status_code == 200


def test_a_second_administrator_brings_the_draft_into_force(world, commented, second, vote):
    client = world.client("admin")
    changed(client, open_for=20, note="Thirty days were never used.")
    response = client.post(f"{PAGE}?version=2", {"command": "publish"}, follow=True)
    request = Request.objects.get()
    assert "Publication is asked for. Waiting for Sam Second." in text_of(response)
    assert request.comment == "Thirty days were never used."
    assert Policy.objects.get(key="production-release").current_version().number == 1

    vote(second.actor, request, "confirmation")

    assert Policy.objects.get(key="production-release").current_version().number == 2
    said = text_of(second.client.get(PAGE))
    assert "Version 2 is in force." in said
    assert re.search(r"Confirmed .{0,20}by Sam Second", said)
    assert "Version 1 Replaced" in said
    kinds = AuditEvent.objects.filter(kind="approvals.policy.published")
    assert kinds.count() == 1


def test_only_an_administrator_asks_for_publication_or_withdraws(world, commented):
    changed(world.client("admin"), open_for=20)
    client = world.client("lead")

    assert client.post(f"{PAGE}?version=2", {"command": "publish"}).status_code == 403
    assert client.post(f"{PAGE}?version=1", {"command": "withdraw", "reason": "No"}).status_code == 403
    assert not Request.objects.exists()


def test_what_is_published_is_not_asked_for_again(world, commented):
    response = world.client("admin").post(f"{PAGE}?version=1", {"command": "publish"})

    assert response.status_code == 403
    assert not Request.objects.exists()


def test_withdrawing_says_first_what_it_blocks_and_wants_a_reason(world, gate, push, ask):
    ask(push())
    client = world.client("admin")

    said = text_of(client.get(PAGE))
    assert "1 open request under it is blocked until it is moved to another version." in said
    assert "No other version can take its place: nothing more can go to Production." in said
    assert client.post(f"{PAGE}?version=1", {"command": "withdraw", "reason": ""}).status_code == 400
    client.post(f"{PAGE}?version=1", {"command": "withdraw", "reason": "Security was forgotten."})

    said = text_of(client.get(PAGE))
    assert "No version is in force" in said
    assert "Security was forgotten." in said
    assert AuditEvent.objects.filter(kind="approvals.policy.withdrawn").count() == 1


# What governs what ---------------------------------------------------------------------------------------------------


def test_the_environments_page_says_what_governs_what(world, gate):
    said = text_of(world.client("business").get("/settings/environments/"))

    assert "Definitions of use cases Definition Sign-off of a use case definition ships with the product" in said
    assert "Production production Production release Prevents" in said


def test_a_policy_that_nobody_confirmed_cannot_take_the_place_of_another(world, gate, second, vote):
    client = world.client("admin")
    data = {"command": "subject", "subject": "document:signoff", "policy": "production-release"}

    refused = client.post("/settings/environments/", data)
    assert refused.status_code == 409
    assert "Nobody but its author has confirmed this policy." in text_of(refused)
    assert world.client("lead").post("/settings/environments/", data).status_code == 403

    draft = policies.write_policy(actor=world.admin, key="production-release", source=POLICY.replace("180", "90"))
    client.post(f"{PAGE}?version={draft.number}", {"command": "publish"})
    vote(second.actor, Request.objects.get(), "confirmation")
    assert client.post("/settings/environments/", data).status_code == 302

    assert SubjectPolicy.objects.get().policy.key == "production-release"
    assert AuditEvent.objects.filter(kind="approvals.subject_policy.set").count() == 1
    assert "Documents" in text_of(client.get("/settings/policies/"))


def test_changing_a_gate_begins_with_what_it_is(world, gate):
    page = world.client("admin").get("/settings/environments/?environment=production")

    assert page.context["form"]["slug"].value() == "production"
    assert page.context["form"]["policy"].value() == "production-release"
    assert Gate.objects.count() == 1
