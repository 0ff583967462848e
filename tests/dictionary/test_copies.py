from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.verification import verify
from governance.dictionary import services
from governance.dictionary.legend import read_legend_mapping
from governance.dictionary.models import Copy, Dataset
from governance.dictionary.selectors.legends import copies_told
from tests.dictionary.approved import define, version_of

URL = "/api/v1/dictionaries/customers/copies"


@pytest.fixture
def crm(room) -> Dataset:
    services.bind_column(actor=room.engineer, element=room.element, team=room.sales, dataset="crm", column="signup")
    return Dataset.objects.get(name="crm")


def registered(room, crm, **more) -> Copy:
    said = {"holder": "Ms Li, marketing", "place": "//files/marketing/crm.xlsx", **more}
    return services.register_copy(actor=room.engineer, dictionary=room.dictionary, dataset=crm, **said)


def redefine(room, **said) -> None:
    define(actor=room.governance, dictionary=room.dictionary, key="customer.signup_date",
           **{"name": "Sign-up date", "logical_type": "date", "definition": "Day of the first payment.",
              "meaning_changed": True, **said})  # fmt: skip


def test_a_copy_keeps_what_its_columns_meant(room, crm):
    row = registered(room, crm)

    assert row.columns == {
        "signup": {
            "element": "customers/customer.signup_date", "version": "1.0.0", "digest": version_of(room.element).digest,
        }
    }  # fmt: skip
    assert row.made_on == clock.now().date()
    assert copies_told([row])[0].stale == {}


def test_a_copy_is_stale_when_a_column_means_something_else_and_what_changed_is_named(room, crm):
    row = registered(room, crm)
    redefine(room)

    stale = copies_told([row])[0].stale

    assert stale["signup"].changed == ("definition",)
    assert stale["signup"].current_version == version_of(room.element).semver


def test_other_words_for_the_same_make_no_copy_stale(room, crm):
    row = registered(room, crm)
    redefine(room, definition="Day on which the very first contract was signed.", meaning_changed=False)

    assert copies_told([row])[0].stale == {}


def test_a_deleted_copy_is_asked_about_no_more(room, crm):
    row = services.end_copy(actor=room.engineer, copy=registered(room, crm), because="Shredded.")
    redefine(room)

    assert copies_told([row])[0].stale == {}
    assert (row.ended_because, row.ended_by) == ("Shredded.", room.engineer.user)
    with pytest.raises(Conflict, match="already"):
        services.end_copy(actor=room.engineer, copy=row)


def test_a_copy_that_is_kept_too_long_is_overdue(room, crm):
    row = registered(room, crm, until=clock.now().date())
    assert not copies_told([row])[0].overdue
    row.until = clock.now().date() - timedelta(days=1)
    assert copies_told([row])[0].overdue


@pytest.mark.parametrize(
    ("said", "field"),
    [({"holder": ""}, "holder"), ({"place": ""}, "place"), ({"holder": "x" * 201}, "holder"),
     ({"made_on": 1}, "made_on"), ({"until": -1}, "until")],
)  # fmt: skip
def test_what_cannot_be_is_refused(room, crm, said, field):
    days = {name: clock.now().date() + timedelta(days=value) for name, value in said.items() if isinstance(value, int)}

    with pytest.raises(Invalid) as caught:
        registered(room, crm, **{**said, **days})
    assert caught.value.errors[0].field == field


def test_a_copy_of_what_nobody_approved_has_no_legend_and_is_refused(room):
    services.named_dataset(actor=room.engineer, name="raw")

    with pytest.raises(Conflict, match="raw"):
        registered(room, Dataset.objects.get(name="raw"))


@pytest.mark.parametrize("who", ["auditor", "stranger"])
def test_who_does_not_work_with_data_registers_and_ends_nothing(room, crm, who):
    row = registered(room, crm)
    actor = getattr(room, who)

    with pytest.raises(NotAllowed):
        services.register_copy(actor=actor, dictionary=room.dictionary, dataset=crm, holder="x", place="y")
    with pytest.raises(NotAllowed):
        services.end_copy(actor=actor, copy=row)


def test_the_log_vouches_for_copies_and_the_database_keeps_them(room, crm):
    row = services.end_copy(actor=room.engineer, copy=registered(room, crm))
    assert [finding for finding in verify() if finding.altered] == []

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Copy.objects.filter(pk=row.pk).update(place="elsewhere")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        row.delete()


def test_copies_are_registered_listed_and_ended_over_http(room, crm):
    client = Client(HTTP_AUTHORIZATION=f"Bearer {room.token_secret}")
    made = client.post(
        URL, {"dataset": "crm", "holder": "Ms Li", "place": "a laptop", "team": "billing"}, content_type="application/json"
    )  # fmt: skip
    redefine(room)
    listed = client.get(URL).json()["results"]

    assert made.status_code == 201, made.content
    legend, problems = read_legend_mapping(made.json()["legend"])
    assert (problems, legend.copy) == ([], made.json()["id"])
    assert [(row["holder"], row["team"], row["stale"]["signup"]["changed"]) for row in listed] == [
        ("Ms Li", "billing", ["definition"])
    ]  # fmt: skip
    ended = client.post(f"{URL}/{made.json()['id']}/end", {"because": "Deleted"}, content_type="application/json")
    assert ended.json()["ended_at"] is not None
    assert client.get(URL).json()["results"] == []
    assert len(client.get(f"{URL}?ended=1").json()["results"]) == 1
    assert client.post(URL, {"dataset": "no", "holder": "a", "place": "b"}, content_type="application/json").status_code == 400


def test_listing_copies_costs_the_same_however_many(room, crm, django_assert_max_num_queries):
    for number in range(20):
        registered(room, crm, holder=f"Person {number}")
    client = Client(HTTP_AUTHORIZATION=f"Bearer {room.token_secret}")

    with django_assert_max_num_queries(12):
        assert len(client.get(URL).json()["results"]) == 20


def test_the_page_names_stale_copies_and_what_changed(room, crm):
    browser = Client()
    browser.force_login(room.engineer.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    sent = browser.post(
        "/dictionary/customers/copies/", {"dataset": "crm", "holder": "Ms Li", "place": "a laptop", "purpose": "Campaign"},
        follow=True,
    )  # fmt: skip
    assert "The copy is registered" in sent.content.decode()
    redefine(room)

    shown = " ".join(browser.get("/dictionary/customers/copies/").content.decode().split())
    assert "1 copy is stale" in shown
    assert "signup: now version" in shown
    assert "Definition" in shown

    browser.post(f"/dictionary/customers/copies/{Copy.objects.get().public_id}/end/")
    assert "No copy is registered" in browser.get("/dictionary/customers/copies/").content.decode()
