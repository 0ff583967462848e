"""Releases: made once, signed by the worker, checked by anybody, and compared."""

from __future__ import annotations

import base64
import hashlib
import json
from html import unescape
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client

from foundation import jobs, keys
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent, Job
from governance.dictionary import compatibility, services
from governance.dictionary.models import Release
from governance.dictionary.selectors import releases as selectors
from governance.dictionary.services.releases import sign_release
from tests.conftest import push_version
from tests.dictionary.approved import define
from tests.statements import statements

SAID = {"name": "Amount", "definition": "What is paid.", "logical_type": "number", "unit": "EUR"}


@pytest.fixture
def shelf(room):
    """Two releases: between them an amount changes its unit, a city comes, and a definition is put in other words."""
    define(actor=room.governance, dictionary=room.dictionary, key="amount", **SAID)
    first = services.make_release(actor=room.governance, dictionary=room.dictionary, words="The beginning.")
    define(actor=room.governance, dictionary=room.dictionary, key="amount", meaning_changed=True, **{**SAID, "unit": "USD"})
    define(actor=room.governance, dictionary=room.dictionary, key="city")
    second = services.make_release(actor=room.governance, dictionary=room.dictionary)
    client = Client()
    client.force_login(room.governance.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    reader = Client()
    reader.force_login(room.auditor.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return SimpleNamespace(**vars(room), first=first, second=second, client=client, reader=reader)


def text(response) -> str:
    return " ".join(unescape(response.content.decode()).split())


def work() -> None:
    for pk in Job.objects.filter(state=Job.State.QUEUED).values_list("pk", flat=True):
        jobs.run(pk)


def test_a_release_waits_unsigned_until_the_worker_has_signed_it(shelf):
    assert shelf.first.note is None
    assert Job.objects.filter(kind="dictionary.sign_release").count() == 2

    work()

    assert not Release.objects.filter(note=None).exists()
    assert Job.objects.filter(kind="dictionary.sign_release", state=Job.State.DONE).count() == 2
    assert AuditEvent.objects.filter(kind="dictionary.release.signed").count() == 2


def test_a_job_that_is_done_twice_signs_once(shelf):
    work()
    note = Release.objects.get(pk=shelf.first.pk).note

    sign_release(actor=shelf.governance, release=shelf.first)

    assert Release.objects.get(pk=shelf.first.pk).note == note
    assert AuditEvent.objects.filter(kind="dictionary.release.signed").count() == 2


def test_nothing_new_is_the_release_before_and_no_second_job(shelf):
    again = services.make_release(actor=shelf.governance, dictionary=shelf.dictionary)

    assert again == shelf.second
    assert Job.objects.filter(kind="dictionary.sign_release").count() == 2


def test_a_stranger_makes_no_release_and_an_empty_dictionary_has_none(shelf):
    with pytest.raises(NotAllowed):
        services.make_release(actor=shelf.engineer, dictionary=shelf.dictionary)
    empty = services.create_dictionary(actor=shelf.governance, slug="empty", title="Empty")
    with pytest.raises(Conflict) as refused:
        services.make_release(actor=shelf.governance, dictionary=empty)
    assert refused.value.code == "release.empty"


def test_whoever_has_the_json_and_the_key_checks_it_without_this_server(shelf):
    """Written once more, as docs/dictionary.md tells it, with nothing of ours but the answer and the key."""
    work()
    body = shelf.reader.get("/api/v1/dictionaries/customers/releases/2").json()
    name, _hash, key = keys.log_key().vkey.split("+", 2)

    leaves = [
        hashlib.sha256(b"\0" + json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).digest()
        for entry in body["entries"]
    ]

    def root(nodes):
        if len(nodes) == 1:
            return nodes[0]
        half = 1 << (len(nodes) - 1).bit_length() - 1
        return hashlib.sha256(b"\1" + root(nodes[:half]) + root(nodes[half:])).digest()

    assert body["root"] == "sha256:" + root(leaves).hex()
    said, _empty, signature = body["note"].rpartition("\n\n")
    assert said == f"countersign/dictionary-release/1\ncustomers@2\n{len(leaves)}\n{root(leaves).hex()}"
    signer, raw = signature.removeprefix("— ").split()
    assert signer == name
    Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[1:]).verify(base64.b64decode(raw)[4:], f"{said}\n".encode())


def test_the_version_of_a_release_moves_by_the_largest_step(shelf):
    assert (shelf.first.semver, shelf.second.semver) == ("1.0.0", "2.0.0")
    found = selectors.between(shelf.first, shelf.second, shelf.auditor)
    assert found.enough
    assert compatibility.bump_suffices(shelf.first.semver, shelf.second.semver, found.comparison.all)


def test_between_two_releases_stands_what_changes_and_whom_it_breaks(shelf):
    services.bind_column(
        actor=shelf.governance,
        element=shelf.dictionary.elements.get(key="amount"),
        team=shelf.sales,
        dataset="deals",
        column="amount",
    )

    page = text(shelf.reader.get("/dictionary/customers/releases/1/compare/2/"))

    assert "From customers@1 to customers@2" in page
    assert "the unit changes from EUR to USD" in page
    assert "city is added" in page
    assert "Sales" in page
    assert "1.0.0 → 2.0.0" in page


def test_going_back_takes_away_what_came(shelf):
    found = selectors.between(shelf.second, shelf.first, shelf.auditor)

    assert {key: [change.kind for change in changes] for key, changes in found.comparison.changes.items()} == {
        "amount": ["unit"],
        "city": ["element_removed"],
    }


def test_a_meaning_that_changed_in_no_compared_text_is_a_change_between_releases_too(room):
    define(actor=room.governance, dictionary=room.dictionary, key="amount", **SAID)
    first = services.make_release(actor=room.governance, dictionary=room.dictionary)
    define(
        actor=room.governance,
        dictionary=room.dictionary,
        key="amount",
        meaning_changed=True,
        **{**SAID, "definition": "What is paid a month."},
    )
    second = services.make_release(actor=room.governance, dictionary=room.dictionary)

    kinds = [change.kind for change in selectors.between(first, second, room.auditor).comparison.all]

    assert kinds == ["meaning"]


def test_the_difference_is_told_as_json_and_as_an_open_metadata_difference(shelf):
    at = "/api/v1/dictionaries/customers/releases/1/compare/2"
    plain, other = shelf.reader.get(at).json(), shelf.reader.get(f"{at}?format=omds").json()

    assert [row["element"] for row in plain["added"]] == ["city"]
    assert [row["element"] for row in plain["changed"]] == ["amount"]
    assert plain["impact"]["bump"] == "major"
    assert other["kind"] == "MetadataDifference"
    assert (other["source1"]["version"], other["source2"]["version"], other["suggestedVersion"]) == ("1.0.0", "2.0.0", "2.0.0")
    assert other["source2"]["canonicalUrl"].endswith("/api/v1/dictionaries/customers/releases/2")
    assert len(other["diffs"]) == 2
    assert shelf.reader.get("/dictionary/customers/releases/1/compare/2/?format=omds").json() == other
    assert shelf.reader.get(f"{at}?format=word").status_code == 400


def test_the_page_of_a_release_shows_entries_root_and_note(shelf):
    before = text(shelf.reader.get("/dictionary/customers/releases/1/"))
    work()
    after = text(shelf.reader.get("/dictionary/customers/releases/1/"))

    assert "not signed yet" in before
    assert "The beginning." in before
    assert "not signed yet" not in after
    assert shelf.first.root in after
    assert "countersign/dictionary-release/1 customers@1" in after
    assert "do not belong to the root" not in after


def test_entries_that_somebody_changed_are_noticed(shelf):
    row = Release.objects.get(pk=shelf.first.pk)
    entries = [{**entry, "digest": "sha256:" + "0" * 64} for entry in row.entries]

    from governance.dictionary.releases import root_of

    assert "sha256:" + root_of(row.entries).hex() == row.root
    assert "sha256:" + root_of(entries).hex() != row.root


def test_the_list_makes_a_release_and_leads_to_a_comparison(shelf):
    define(actor=shelf.governance, dictionary=shelf.dictionary, key="street")

    made = shelf.client.post("/dictionary/customers/releases/", {"words": "Streets."})
    compared = shelf.reader.get("/dictionary/customers/releases/?before=1&after=3")

    assert made.url == "/dictionary/customers/releases/3/"
    assert Release.objects.get(number=3).words == "Streets."
    assert compared.url == "/dictionary/customers/releases/1/compare/3/"
    assert "Streets." in text(shelf.reader.get("/dictionary/customers/releases/"))
    assert shelf.reader.post("/dictionary/customers/releases/", {}).status_code == 403
    assert shelf.reader.get("/dictionary/customers/releases/?before=x&after=y").status_code == 200
    assert shelf.reader.get("/dictionary/customers/releases/99/").status_code == 404
    assert shelf.reader.get("/dictionary/customers/releases/99999999999/").status_code == 404


def test_pages_of_releases_take_few_statements(shelf):
    assert statements(shelf.reader, "/dictionary/customers/releases/") <= 12
    assert statements(shelf.reader, "/dictionary/customers/releases/1/") <= 12
    assert statements(shelf.reader, "/dictionary/customers/releases/1/compare/2/") <= 20


def test_a_model_version_states_the_release_that_it_was_built_against(world):
    dictionary = services.create_dictionary(actor=world.governance, slug="customers", title="Customers")
    define(actor=world.governance, dictionary=dictionary, key="amount", **SAID)
    services.make_release(actor=world.governance, dictionary=dictionary)

    version = push_version(world, "7", dictionary_release="customers@1")

    fact = version.facts.get(key="dictionary_release")
    assert (fact.value, fact.status) == ("customers@1", "asserted")
    assert push_version(world, "7", dictionary_release=" customers@1, customers@1") == version
    assert push_version(world, "7") == version  # left out, it says nothing
    for stated in ("customers@2", "customers", "nothing@1", "customers@01", "customers@1,nothing@1"):
        with pytest.raises(Invalid):
            push_version(world, "8", dictionary_release=stated)
    assert not push_version(world, "9").facts.filter(key="dictionary_release").exists()
    with pytest.raises(Conflict):
        push_version(world, "9", dictionary_release="customers@1")
