"""Somebody from outside who represents a client: documents, increments, the definition and its sign-off, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from foundation import actor as actors
from foundation import clock, objects, tokens
from foundation.errors import NotAllowed
from foundation.models import Token
from foundation.visibility import seen_scopes, visible_events
from governance.dictionary.models import Dictionary
from governance.people import services as people
from governance.people.models import RoleGrant, Team, User, comes_from_outside
from governance.usecases.models import Document, UseCase
from lineage.models import ModelVersion
from tests.matrix import API, PAGES
from tests.stage import set_stage
from tests.test_permission_matrix import ROUTES, Undone, as_json, bearer

# What a client reaches: (address, method). Everything that is not here does not exist for them; nothing is open by being forgotten.
OPEN_TO_ALL = {"healthz", "readyz", "theme", "set_language", "api_schema", "api_docs"}
OPEN = {
    ("inbox", "GET"),
    ("people_notices", "GET"),
    ("people_notices_read", "POST"),
    ("settings_profile", "GET"),
    ("settings_profile", "POST"),
    ("use_cases", "GET"),
    ("use_case", "GET"),
    ("definitions", "GET"),
    ("definition", "GET"),
    ("definitions_compared", "GET"),
    ("definition", "POST"),
    ("document", "GET"),
    ("document", "POST"),
    ("document_file", "GET"),
    ("document_add", "POST"),
    ("document_version_add", "POST"),
    ("api_use_cases", "GET"),
    ("api_use_case", "GET"),
    ("api_definitions", "GET"),
    ("api_documents", "GET"),
    ("api_documents", "POST"),
    ("api_document", "GET"),
    ("api_document_file", "GET"),
    ("api_inbox", "GET"),
    ("api_notices", "GET"),
    ("api_notices_read", "POST"),
    ("api_requests", "GET"),
    ("talk", "GET"),
    ("search", "GET"),
    ("search_suggestions", "GET"),
    ("api_search", "GET"),
}
TABS = {"documents", "increments", "talk"}  # to talk about what is shared is a part of it
SHARED_WORDS = ("increment", "feedback", "guest", "thread", "mention", "follow", "document")  # of what is shared, by name


@pytest.fixture
def stage(world, gate, push, ask, vote, tmp_path, settings):
    settings.ALLOW_LOCAL_REPOSITORIES = True
    return set_stage(world, gate, push, ask, vote, tmp_path)


def newcomer(world, scope=None):
    """Somebody of the client's, who represents them on the use case."""
    user = people.create_user(actor=world.admin, username="customer", name="Customer", email="customer@example.org")
    people.grant_role(
        actor=world.lead, user=user, role="client_representative", scope=world.use_case.public_id if scope is None else scope
    )
    return actors.person(user)


@pytest.fixture
def customer(world):
    return newcomer(world)


def browser(who):
    from django.test import Client

    client = Client()
    client.force_login(who.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def program(who):
    _token, secret = tokens.create(actor=actors.system("test"), name="T", owner=who.user, kind=Token.Kind.PERSONAL)
    return bearer(secret)


def answer(stage, row, page, api):
    """What the client gets; taken back, so that the next row finds the stage as it was."""
    route, name = ROUTES[row.name]
    url = reverse(name, kwargs=row.args(stage, "stranger")) + (
        row.query.format(**vars(stage)) if row.query.startswith("?") else ""
    )
    data = row.data(stage, "stranger") if row.data else {}
    found = None
    try:
        with transaction.atomic():
            if row.method == "GET":
                found = (api if route.startswith("api/") else page).get(url)
            elif route.startswith("api/"):
                found = api.generic(row.method, url, as_json(data), content_type="application/json", headers={"If-Match": "*"})
            else:
                found = page.post(url, data)
            raise Undone
    except Undone:
        return found


def is_open(row, stage):
    if row.name in OPEN_TO_ALL or (row.name, row.method) in OPEN:
        return True
    if row.name == "use_case_tab":
        return row.args(stage, "stranger")["tab"] in TABS
    return any(word in row.name for word in SHARED_WORDS)


def test_no_other_address_exists_for_a_client(stage):
    """Walks every page and endpoint of the permission matrix."""
    who = newcomer(stage.world)
    page, api = browser(who), program(who)
    wrong = {}
    for row in [*PAGES, *API]:
        found = answer(stage, row, page, api)
        if is_open(row, stage):
            if (row.name, row.method) in OPEN and row.method == "GET" and found.status_code != 200:
                wrong[str(row)] = f"{found.status_code}, and it is theirs to see"
        elif found.status_code != 404:
            wrong[str(row)] = f"{found.status_code} instead of 404"

    assert wrong == {}


def test_the_pages_that_are_theirs_name_nothing_that_is_not(stage):
    """No version, request about one, colleague's package or register is named on any page that opens."""
    page = browser(newcomer(stage.world))
    secrets = (
        stage.version,
        stage.request,
        stage.lock,
        "churn-model",
        "/dependencies/",
        "/dictionary/",
        "/models/",
        "/audit/",
        "/insights/",
    )
    for address in (
        "/",
        "/notices/",
        "/use-cases/",
        "/use-cases/churn/",
        "/use-cases/churn/documents/",
        "/use-cases/churn/definitions/",
    ):
        found = page.get(address)

        assert found.status_code == 200, address
        assert [word for word in secrets if word in found.content.decode()] == [], address


def test_a_client_signs_the_definition_by_its_request(stage):
    from approvals.services import requests

    asked = requests.open_request(
        actor=stage.world.lead,
        subject_type="use_case_definition",
        subject_id=stage.world.use_case.current_definition().public_id,
        purpose="definition",
        environment=None,
    )
    page = browser(newcomer(stage.world))

    assert page.get(f"/requests/{asked.public_id}/").status_code == 200
    assert page.get(f"/requests/{stage.request}/").status_code == 404


# By the registers themselves ------------------------------------------------------------------------------------------


def test_registers_that_everybody_reads_are_empty_for_a_client(stage):
    who = newcomer(stage.world)

    shared = {"use_case", "definition", "document"}
    open_to_clients = []
    for kind in objects.all_types():
        seen = kind.model._default_manager.visible_to(who)
        if kind.name in ("user", "role_grant"):
            assert set(seen) <= {who.user, *RoleGrant.objects.filter(user=who.user)}, kind.name
        elif kind.name in shared or any(
            word in kind.name for word in ("increment", "feedback", "showing", "attachment", "thread", "comment")
        ):
            continue
        else:
            open_to_clients += [kind.name] if seen.exists() else []
    assert open_to_clients == []
    assert not UseCase.objects.visible_to(who).exists()
    assert seen_scopes(who) == []
    assert {event.actor_id for event in visible_events(who)} <= {who.id}


def test_what_is_shared_is_seen(world, customer):
    from tests.usecases.papers import added

    added(world)

    assert list(UseCase.objects.shared_with(customer)) == [world.use_case]
    assert Document.objects.visible_to(customer).count() == 1
    assert world.use_case.current_definition() in type(world.use_case.current_definition()).objects.visible_to(customer)


def test_who_also_works_here_sees_what_colleagues_see(world, customer):
    people.grant_role(actor=world.admin, user=customer.user, role="auditor")

    assert not comes_from_outside(customer)
    assert list(UseCase.objects.visible_to(customer)) == [world.use_case]
    assert User.objects.visible_to(customer).count() == User.objects.count()


def test_a_client_of_one_use_case_who_works_on_another_looks_into_that_one_alone(world, customer):
    from governance.usecases import services as usecases

    other = usecases.open_use_case(actor=world.lead, slug="other", title="Other")
    people.grant_role(actor=world.lead, user=customer.user, role="data_scientist", scope=other.public_id)

    assert list(UseCase.objects.visible_to(customer)) == [other]
    assert set(UseCase.objects.shared_with(customer)) == {other, world.use_case}
    assert not RoleGrant.objects.visible_to(customer).filter(scope=world.use_case.public_id).exclude(user=customer.user).exists()


def test_when_the_last_role_ends_a_client_does_not_see_more_than_before(world, customer):
    grant = RoleGrant.objects.get(user=customer.user)
    people.end_role(actor=world.lead, grant=grant, reason="the contract is over")

    assert comes_from_outside(customer)
    assert not Dictionary.objects.visible_to(customer).exists()
    assert not Team.objects.visible_to(customer).exists()
    assert not UseCase.objects.shared_with(customer).exists()
    assert browser(customer).get("/dictionary/").status_code == 404


def test_somebody_who_was_never_a_client_is_no_outsider(world):
    assert not comes_from_outside(world.stranger)
    assert not comes_from_outside(world.ci)


def test_nobody_from_outside_stands_in_for_somebody_inside(world, customer):
    with pytest.raises(NotAllowed, match="comes from outside"):
        people.delegate(
            actor=world.security,
            principal=world.security.user,
            delegate=customer.user,
            role="",
            scope=world.use_case.public_id,
            ends_at=clock.now() + timedelta(days=2),
        )


def test_a_client_makes_no_tokens_and_sees_no_versions(world, push, customer):
    push()

    assert not ModelVersion.objects.visible_to(customer).exists()
    assert browser(customer).post("/settings/tokens/", {"name": "x"}).status_code == 404
    assert program(customer).post("/api/v1/tokens", {"name": "x"}, content_type="application/json").status_code == 404
