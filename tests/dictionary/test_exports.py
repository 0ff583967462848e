from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings

from governance.dictionary import services
from governance.dictionary.elements import Element, as_mapping
from governance.dictionary.formats import registry
from governance.dictionary.models import Binding, Change, DataElement, Dataset, ElementVersion, Proposal
from governance.dictionary.services.exports import book_of
from tests.dictionary.approved import approve, define
from tests.dictionary.test_imports import as_csv, imported
from tests.dictionary.worlds import elements

URL = "/api/v1/dictionaries/customers"
BACK = [entry.key for entry in registry.FORMATS if entry.comes_back]
WRITTEN = [entry.key for entry in registry.FORMATS if entry.writes]


@pytest.fixture
def client(room) -> Client:
    return Client(HTTP_AUTHORIZATION=f"Bearer {room.token_secret}")


def rows() -> list[int]:
    return [model.objects.count() for model in (DataElement, ElementVersion, Proposal, Change, Dataset, Binding)]


def exported(client: Client, query: str):
    return client.get(f"{URL}/export?{query}")


@pytest.fixture
def filled(room):
    """Elements in force, bound by a team; and one that nobody approved."""
    run = imported(room)
    approve(actor=room.governance, proposal=Proposal.objects.get(public_id=run.proposals[0]))
    services.add_alias(actor=room.engineer, element=DataElement.objects.get(key="crm.weight"), term="mass", team=room.sales)
    services.draft_version(actor=room.engineer, dictionary=room.dictionary, key="crm.later", said={"logical_type": "string"})
    return room


@pytest.mark.parametrize("form", WRITTEN)
def test_every_format_is_handed_out_as_a_file_that_nothing_opens(client, filled, form):
    answer = exported(client, f"format={form}")

    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="customers.')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert len(answer.content) > 20


@pytest.mark.parametrize("form", BACK)
def test_what_was_exported_changes_nothing_when_it_is_imported_again(client, filled, form):
    data = exported(client, f"format={form}").content
    before = rows()

    answer = client.generic(
        "POST", f"{URL}/import?format={form}&team=sales&name=customers", data, content_type="application/octet-stream"
    )  # fmt: skip

    assert answer.status_code == 201, answer.content
    counts = answer.json()["counts"]
    assert (counts["new"], counts["changed"], counts["bound"], counts["error"]) == (0, 0, 0, 0), answer.json()["lines"]
    assert rows() == before


@pytest.mark.parametrize("form", BACK)
def test_a_dictionary_that_is_imported_elsewhere_is_exported_as_the_same_file(client, filled, form):
    book = book_of(filled.dictionary)
    other = services.create_dictionary(
        actor=filled.governance, slug="again", title=book.title, purpose=book.description
    )  # fmt: skip
    for binding in list(Binding.objects.live()):
        services.end_binding(actor=filled.engineer, binding=binding)
    first = registry.known(form).write(book)

    answer = client.generic(
        "POST", f"/api/v1/dictionaries/again/import?format={form}&team=sales&name=x", first, content_type="text/plain"
    )  # fmt: skip
    assert answer.status_code == 201, answer.content

    again = client.get(f"/api/v1/dictionaries/again/export?format={form}&drafts=1").content
    assert registry.known(form).read(again, filename="x").book == registry.known(form).read(first, filename="x").book
    assert book_of(other, drafts=True).columns == book.columns


@pytest.mark.parametrize("form", BACK)
def test_whatever_elements_say_comes_back_from_every_format(room, client, form):
    for number in range(3):
        element = replace(
            _generated(number), references=None, formula=None, replaces="", effective_from=None, effective_until=None
        )
        said = {name: value for name, value in as_mapping(element).items() if name not in ("key", "aliases")}
        made = define(actor=room.governance, dictionary=room.dictionary, key=f"made.element_{number}", **said)
        services.bind_column(actor=room.engineer, element=made, team=room.sales, dataset="made", column=f"column {number}")
    before = rows()

    data = exported(client, f"format={form}").content
    answer = client.generic("POST", f"{URL}/import?format={form}&team=sales&name=x", data, content_type="text/plain")

    assert answer.status_code == 201, answer.content
    assert answer.json()["counts"]["same"] == 4, answer.json()["lines"]
    assert rows() == before


def _generated(number: int) -> Element:
    """One element as Hypothesis makes them, the same each time."""
    found: list[Element] = []

    @seed(number)
    @settings(max_examples=20, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(elements())
    def keep(element: Element) -> None:
        found.append(element)

    keep()
    return max(found, key=lambda element: len(str(as_mapping(element))))


def test_only_what_is_in_force_is_exported_unless_drafts_are_asked_for(client, filled):
    def keys(query: str) -> set[str]:
        data = exported(client, f"format=csv&{query}").content
        return {element.key for element in registry.known("csv").read(data, filename="x.csv").book.elements}

    assert "crm.later" not in keys("")
    assert "crm.later" in keys("drafts=1")


def test_a_release_is_exported_as_it_was(client, filled):
    services.make_release(actor=filled.governance, dictionary=filled.dictionary)
    define(actor=filled.governance, dictionary=filled.dictionary, key="crm.weight", logical_type="number", unit="g")

    then = registry.known("jsonschema").read(exported(client, "format=jsonschema&release=1").content, filename="x").book
    now = registry.known("jsonschema").read(exported(client, "format=jsonschema").content, filename="x").book

    assert {e.unit for e in then.elements if e.key == "crm.weight"} == {"kg"}
    assert {e.unit for e in now.elements if e.key == "crm.weight"} == {"g"}
    assert exported(client, "format=jsonschema&release=7").status_code == 404
    assert exported(client, "format=jsonschema&release=x").status_code == 400


def test_one_data_set_can_be_exported_alone(client, filled):
    imported(filled, as_csv([["web", "clicks", "Clicks", "How often.", "integer", "INT", ""]]))

    book = registry.known("frame").read(exported(client, "format=frame&dataset=crm").content, filename="x").book

    assert {table.name for table in book.tables} == {"crm"}
    assert exported(client, "format=frame&dataset=nothing").status_code == 400


def test_what_an_imported_file_said_beside_comes_back(client, room):
    model = {
        "version": 2,
        "models": [{"name": "orders", "config": {"materialized": "table"},
                    "columns": [{"name": "total", "description": "What was paid.", "data_type": "numeric", "quote": True}]}],
    }  # fmt: skip
    client.generic(
        "POST", f"{URL}/import?format=dbt&team=sales&name=schema.yml", json.dumps(model).encode(), content_type="text/yaml"
    )  # fmt: skip

    said = exported(client, "format=dbt&drafts=1").content.decode()

    assert "materialized" in said
    assert "quote: true" in said


def test_a_format_that_nobody_knows_is_told(client):
    answer = exported(client, "format=word")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "format")
    assert exported(client, "").status_code == 400
