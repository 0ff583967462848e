"""Proposals, their impact and questions about compatibility over HTTP."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from governance.dictionary import services
from tests.dictionary.approved import approve, define

URL = "/api/v1/dictionaries/customers"
SAID = {"name": "Amount", "definition": "What is paid.", "logical_type": "number", "unit": "EUR"}


@pytest.fixture
def api(room):
    """The engineer's browser, an amount that sales fills, and a proposal of theirs that is empty."""
    client = Client()
    client.force_login(room.engineer.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    amount = define(actor=room.governance, dictionary=room.dictionary, key="amount", **SAID)
    services.bind_column(actor=room.governance, element=amount, team=room.sales, dataset="deals", column="amount")
    row = services.open_proposal(actor=room.engineer, dictionary=room.dictionary, title="Dollars", rationale="Needed.")

    def post(path: str, **body):
        return client.post(URL + path, body, content_type="application/json")

    return SimpleNamespace(**vars(room), client=client, amount=amount, row=row, post=post, at=f"/proposals/{row.public_id}")


def test_a_change_is_answered_with_what_it_does_to_readers(api):
    said = api.post(f"{api.at}/changes", element="amount", says={**SAID, "unit": "USD"}, meaning_changed=True)

    assert said.status_code == 200
    found = said.json()["impact"]
    assert (found["element"], found["kind"], found["severity"], found["bump"], found["stale"]) == (
        "customers/amount",
        "change",
        "breaking",
        "major",
        False,
    )
    [change] = found["changes"]
    assert (change["path"], change["kind"], change["direction"], change["before"], change["after"]) == (
        "unit", "unit", "meaning", "EUR", "USD",
    )  # fmt: skip
    [reader] = change["readers"]
    assert (reader["kind"], reader["name"], reader["side"], reader["severity"], reader["reason"]) == (
        "team", "Sales", "producer", "breaking", "means_otherwise",
    )  # fmt: skip
    assert reader["told"] == "the same values mean something else"


def test_the_impact_of_a_proposal_is_told_element_by_element(api):
    api.post(f"{api.at}/changes", element="amount", says={**SAID, "unit": "USD"}, meaning_changed=True)
    api.post(f"{api.at}/changes", element="city", says={"name": "City", "definition": "Where.", "logical_type": "string"})

    body = api.client.get(f"{URL}{api.at}/impact").json()

    assert (body["severity"], body["bump"]) == ("breaking", "major")
    assert [(item["element"], item["kind"], item["bump"], item["severity"]) for item in body["elements"]] == [
        ("customers/amount", "change", "major", "breaking"),
        ("customers/city", "add", "minor", "none"),
    ]


def test_the_second_of_two_is_answered_with_exactly_what_conflicts(api):
    api.post(f"{api.at}/changes", element="amount", says={**SAID, "unit": "USD"}, meaning_changed=True)
    other = services.open_proposal(actor=api.governance, dictionary=api.dictionary, title="Pounds", rationale="Needed.")
    services.put_change(
        actor=api.governance,
        proposal=other,
        dictionary=api.dictionary,
        key="amount",
        said={**SAID, "unit": "GBP", "name": "Sum"},
        meaning_changed=True,
    )
    approve(actor=api.governance, proposal=other)

    [told] = api.client.get(f"{URL}{api.at}/impact").json()["elements"]
    refused = api.post(f"{api.at}/rebase", element="amount")
    settled = api.post(f"{api.at}/rebase", element="amount", taking={"unit": "ours"})

    conflict = {"field": "unit", "base": "EUR", "ours": "USD", "theirs": "GBP"}
    assert (told["stale"], told["conflicts"]) == (True, [conflict])
    assert refused.status_code == 409
    assert refused.json()["code"] == "proposal.conflict"
    assert refused.json()["conflicts"] == [conflict]
    assert settled.status_code == 200
    assert (settled.json()["version"]["says"]["unit"], settled.json()["version"]["says"]["name"]) == ("USD", "Sum")


def test_a_draft_is_weighed_without_writing_anything_down(api):
    before = api.amount.versions.count()

    said = api.post("/compatibility", element="amount", says={**SAID, "domain": {"maximum": "10"}})

    body = said.json()
    assert said.status_code == 200
    assert (body["severity"], body["bump"]) == ("breaking", "major")
    [change] = body["elements"][0]["changes"]
    assert (change["kind"], change["direction"]) == ("narrowed", "tightens")
    assert api.amount.versions.count() == before


def test_two_versions_are_compared_by_number_or_by_their_semantic_version(api):
    define(actor=api.governance, dictionary=api.dictionary, key="amount", meaning_changed=True, **{**SAID, "unit": "USD"})

    by_number = api.post("/compatibility", element="amount", before="1", after="2").json()
    by_version = api.post("/compatibility", element="customers/amount", before="1.0.0", after="2.0.0").json()

    assert by_number == by_version
    assert by_number["elements"][0]["changes"][0]["kind"] == "unit"


def test_a_meaning_that_changed_without_other_words_is_a_major_step(api):
    same = api.post("/compatibility", element="amount", says={**SAID, "definition": "What is paid monthly."}).json()
    other = api.post(
        "/compatibility", element="amount", says={**SAID, "definition": "What is paid monthly."}, meaning_changed=True
    ).json()

    assert (same["bump"], same["severity"]) == ("patch", "none")
    assert (other["bump"], other["severity"]) == ("major", "breaking")


def test_two_releases_are_compared_as_whole_books(api):
    first = services.make_release(actor=api.governance, dictionary=api.dictionary)
    define(actor=api.governance, dictionary=api.dictionary, key="amount", meaning_changed=True, **{**SAID, "unit": "USD"})
    define(actor=api.governance, dictionary=api.dictionary, key="city")
    second = services.make_release(actor=api.governance, dictionary=api.dictionary)

    body = api.post("/compatibility", before_release=first.number, after_release=second.number).json()

    assert {item["element"]: item["bump"] for item in body["elements"]} == {
        "customers/amount": "major",
        "customers/city": "minor",
    }
    assert (body["bump"], body["severity"]) == ("major", "breaking")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "element"),
        ({"element": "amount"}, "after"),
        ({"element": "amount", "after": "1", "says": {}}, "after"),
        ({"element": "amount", "after": "77"}, "after"),
        ({"element": "amount", "before": "9.9.9", "after": "1"}, "before"),
        ({"element": "nothing", "after": "1"}, "element"),
        ({"element": "amount", "says": {"logical_type": "colour"}}, "logical_type"),
        ({"before_release": 1, "after_release": 99}, "before_release"),
        ({"before_release": 1}, "element"),
        ({"elment": "amount"}, "elment"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_field(api, body, field):
    said = api.post("/compatibility", **body)

    assert said.status_code == 400
    assert field in [item["field"] for item in said.json()["errors"]]
