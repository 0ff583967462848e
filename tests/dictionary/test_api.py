from __future__ import annotations

import pytest
from django.test import Client

from tests.dictionary.approved import define

URL = "/api/v1/dictionaries"
ELEMENT = {
    "key": "customer.id",
    "name": "Customer id",
    "definition": "Number that the billing system gave to the customer.",
    "logical_type": "string",
    "semantic_type": "identifier",
    "null_meaning": "Prospect without a contract",
    "sensitivity": "personal",
    "examples": ["C-0001"],
}


@pytest.fixture
def browser(room):
    def of(who) -> Client:
        client = Client()
        client.force_login(who.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return of


def post(client: Client, path: str, body: dict | None = None):
    return client.post(f"{URL}{path}", body or {}, content_type="application/json")


def test_a_dictionary_is_opened_listed_and_read(room, browser):
    client = browser(room.governance)
    made = post(client, "", {"slug": "orders", "title": "Orders", "purpose": "All about orders"})

    assert made.status_code == 201
    assert [row["slug"] for row in client.get(URL).json()["results"]] == ["orders", "customers"]
    assert client.get(f"{URL}/customers").json()["element_count"] == 1
    assert client.get(f"{URL}/nothing").status_code == 404
    assert post(client, "", {"slug": "orders", "title": "Orders"}).status_code == 409


def test_posting_an_element_drafts_it_and_posting_again_writes_another_draft(room, browser):
    client = browser(room.engineer)
    added = post(client, "/customers/elements", ELEMENT)
    same = post(client, "/customers/elements", ELEMENT)
    changed = post(client, "/customers/elements", {**ELEMENT, "unit": "1"})

    assert [answer.status_code for answer in (added, same, changed)] == [201, 200, 200]
    assert [answer.json()["draft"]["number"] for answer in (added, same, changed)] == [1, 1, 2]
    assert changed.json()["draft"]["says"]["null_meanings"] == {"": "Prospect without a contract"}
    listed = client.get(f"{URL}/customers/elements").json()["results"]
    assert [(row["key"], row["version"] is None) for row in listed] == [("customer.id", True), ("customer.signup_date", False)]


def test_the_fields_of_an_element_stand_beside_its_key_or_in_one_map(room, browser):
    client = browser(room.engineer)
    beside = post(client, "/customers/elements", ELEMENT)
    said = beside.json()["draft"]["says"]
    in_a_map = post(client, "/customers/elements", {"key": "customer.id", "says": said})

    assert in_a_map.json()["draft"]["id"] == beside.json()["draft"]["id"]
    assert client.get(f"{URL}/customers/elements/customer.id").json()["draft"]["says"] == said


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unit": ["kg"]}, "unit"),
        ({"says": {"timezone": "Mars"}}, "timezone"),
        ({"colour": 1}, "colour"),
        ({"key": ""}, "key"),
    ],
)
def test_what_an_element_says_wrongly_is_told_with_its_place(room, browser, change, field):
    answer = post(browser(room.engineer), "/customers/elements", {**ELEMENT, **change})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_the_list_of_elements_costs_the_same_however_long(room, browser, django_assert_max_num_queries):
    for number in range(30):
        define(actor=room.governance, dictionary=room.dictionary, key=f"k{number}")
    client = browser(room.stranger)

    with django_assert_max_num_queries(8):
        answer = client.get(f"{URL}/customers/elements")

    assert len(answer.json()["results"]) == 31


def test_a_column_is_bound_found_and_ended(room, browser):
    client = browser(room.engineer)
    body = {"element": "customer.signup_date", "team": "sales", "dataset": "crm", "column": " signup", "deviation": "Local time"}
    bound = post(client, "/customers/bindings", body)

    assert bound.status_code == 201
    assert bound.json()["column"] == " signup"
    assert len(client.get(f"{URL}/customers/bindings?dataset=crm").json()["results"]) == 1
    assert client.get(f"{URL}/customers/bindings?dataset=other").json()["results"] == []
    ended = post(client, f"/customers/bindings/{bound.json()['id']}/end")
    assert ended.json()["ended_at"] is not None
    assert client.get(f"{URL}/customers/bindings").json()["results"] == []
    assert len(client.get(f"{URL}/customers/bindings?ended=1").json()["results"]) == 1


@pytest.mark.parametrize(
    ("change", "field"), [({"element": "nothing"}, "element"), ({"team": "nobody"}, "team"), ({"colum": "x"}, "colum")]
)
def test_what_a_binding_names_wrongly_is_told(room, browser, change, field):
    body = {"element": "customer.signup_date", "team": "sales", "dataset": "crm", "column": "signup", **change}

    answer = post(browser(room.engineer), "/customers/bindings", body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_readers_read_and_are_told_why_they_cannot_write(room, browser):
    client = browser(room.auditor)

    assert client.get(f"{URL}/customers/elements").status_code == 200
    refused = post(client, "/customers/elements", ELEMENT)
    assert refused.status_code == 403
    assert "data governance can propose what a column means" in refused.json()["detail"]


def test_a_token_with_the_scope_writes_for_its_owner(room):
    client = Client(HTTP_AUTHORIZATION=f"Bearer {room.token_secret}")

    assert post(client, "/customers/elements", ELEMENT).status_code == 201
    assert Client().get(URL).status_code == 401
