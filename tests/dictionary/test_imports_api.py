from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from governance.dictionary import services
from governance.dictionary.models import Binding, DictionaryImport, Proposal
from governance.dictionary.services import imports
from tests.dictionary.test_imports import as_csv

URL = "/api/v1/dictionaries/customers"


@pytest.fixture
def client(room) -> Client:
    return Client(HTTP_AUTHORIZATION=f"Bearer {room.token_secret}")


def sent(client: Client, query: str = "", data: bytes | None = None, content_type: str = "text/csv", **headers):
    return client.generic(
        "POST", f"{URL}/import?{query}", as_csv() if data is None else data, content_type=content_type, headers=headers
    )  # fmt: skip


def test_a_raw_body_is_tried_with_a_report_of_each_column(client):
    answer = sent(client, "format=csv&dry_run=1&team=sales&name=crm.csv")
    said = answer.json()

    assert answer.status_code == 200
    assert (said["state"], said["counts"]["new"], said["proposals"]) == ("checked", 3, [])
    assert next((line["table"], line["column"], line["outcome"]) for line in said["lines"]) == ("crm", "signup", "new")
    assert not Proposal.objects.filter(title__startswith="Import").exists()


def test_a_form_is_imported_under_the_title_that_it_gives(client):
    form = {
        "file": SimpleUploadedFile("crm.csv", as_csv()), "format": "csv", "team": "sales", "proposal": "The CRM",
    }  # fmt: skip
    answer = client.post(f"{URL}/import", form)

    assert answer.status_code == 201, answer.content
    assert answer.json()["state"] == "imported"
    assert Proposal.objects.get(public_id=answer.json()["proposals"][0]).title == "The CRM"
    assert Binding.objects.count() == 3


def test_the_format_is_found_out_where_nobody_says_it(client):
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "orders", "type": "object",
              "properties": {"total": {"type": "number"}}}  # fmt: skip
    answer = sent(client, "dry_run=1&name=orders.json", json.dumps(schema).encode(), "application/json")

    assert (answer.status_code, answer.json()["format"]) == (200, "jsonschema")
    assert sent(client, "dry_run=1", b"\x00\x01", "application/octet-stream").status_code == 400


def test_problems_are_told_with_line_field_code_and_what_to_do_and_hold_up_the_import(client, room):
    services.bind_column(actor=room.engineer, element=room.element, team=room.sales, dataset="crm", column="weight")

    refused = sent(client, "format=csv&team=sales")
    line = next(
        line for line in sent(client, "format=csv&team=sales&dry_run=1").json()["lines"] if line["outcome"] == "error"
    )  # fmt: skip

    assert (refused.status_code, refused.json()["code"]) == (409, "import.errors")
    assert (line["column"], line["code"]) == ("weight", "bound_otherwise")
    assert any("End that binding first" in words for words in line["said"])
    done = sent(client, "format=csv&team=sales&skip_errors=1")
    assert done.status_code == 201
    assert Binding.objects.filter(column="signup").exists()


def test_a_large_file_is_taken_and_its_import_can_be_asked_about(client, monkeypatch):
    monkeypatch.setattr(imports, "BYTES_AT_ONCE", 10)

    answer = sent(client, "format=csv&team=sales")
    again = client.get(f"{URL}/imports/{answer.json()['id']}")

    assert (answer.status_code, answer.json()["state"]) == (202, "checking")
    assert answer.json()["job"].startswith("jb_")
    assert again.json()["id"] == answer.json()["id"]


def test_sending_the_same_request_twice_imports_once(client):
    first = sent(client, "format=csv&team=sales", **{"Idempotency-Key": "one"})
    second = sent(client, "format=csv&team=sales", **{"Idempotency-Key": "one"})

    assert first.json() == second.json()
    assert DictionaryImport.objects.count() == 1
    assert sent(client, "format=csv&team=billing", **{"Idempotency-Key": "one"}).status_code in (400, 409, 422)


@pytest.mark.parametrize(
    ("query", "field"),
    [("format=word", "format"), ("format=csv&team=nobody", "team"), ("format=csv&mapping=%7B", "mapping"),
     ("format=csv&mapping=[1]", "mapping")],
)  # fmt: skip
def test_what_is_named_wrongly_is_told(client, query, field):
    answer = sent(client, query)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_a_person_decides_what_headings_mean(client):
    data = as_csv([["crm", "signup", "Tag"]], ["A", "B", "C"])
    mapping = json.dumps({"A": "table", "B": "column", "C": "definition"})

    said = sent(client, f"format=csv&dry_run=1&mapping={mapping}", data).json()

    assert [(line["table"], line["column"]) for line in said["lines"]] == [("crm", "signup")]


def test_readers_are_told_why_they_cannot_import(room):
    browser = Client()
    browser.force_login(room.auditor.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert sent(browser, "format=csv").status_code == 403
    assert Client().post(f"{URL}/import").status_code == 401
