from __future__ import annotations

import json

import pytest
from django.test import Client

from governance.dictionary import services
from governance.dictionary.forms.binding import column_names
from governance.dictionary.models import Binding
from tests.dictionary.approved import define

BIND = "/dictionary/customers/bind/"
API = "/api/v1/dictionaries/customers/bindings"
ASKED = {"team": "sales", "dataset": "crm", "side": "fills"}


@pytest.fixture
def browser(room) -> Client:
    client = Client()
    client.force_login(room.engineer.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def client(room) -> Client:
    return Client(HTTP_AUTHORIZATION=f"Bearer {room.token_secret}")


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("pasted", "names"),
    [
        ("a,b , c", ["a", "b", "c"]),
        ('"a";"b"', ["a", "b"]),
        ("a\tb", ["a", "b"]),
        ("a\n\n b\r\na", ["a", "b"]),
        ("客户,日期", ["客户", "日期"]),
        ("\ufeffa,b", ["a", "b"]),
        ("a,b\nc", ["a,b", "c"]),
        ("", []),
    ],
)
def test_a_pasted_list_is_a_header_or_one_name_a_line(pasted, names):
    assert column_names(pasted) == names


def test_elements_are_proposed_with_the_reasons_and_nothing_is_bound_unasked(room, browser):
    services.add_alias(actor=room.engineer, element=room.element, term="joined", team=room.sales)

    page = text_of(browser.post(BIND, {**ASKED, "columns": "signup_date,joined,zzz"}))

    assert "same name" in page
    assert "your team&#x27;s name for it" in page
    assert "Sales calls it joined" in page or "sales calls it joined" in page
    assert "No element is like it." in page
    assert "checked" in page
    assert not Binding.objects.exists()


def test_what_a_person_ticks_is_bound_and_nothing_else(room, browser):
    sent = {
        **ASKED, "columns": "signup_date\nother\n", "bind": "1", "column-0": "customer.signup_date", "column-1": "",
    }  # fmt: skip

    page = text_of(browser.post(BIND, sent, follow=True))

    assert "1 column is bound." in page
    assert [(row.column, row.element, row.team) for row in Binding.objects.all()] == [("signup_date", room.element, room.sales)]


def test_ticking_nothing_is_told(room, browser):
    answer = browser.post(BIND, {**ASKED, "columns": "signup_date", "bind": "1"})

    assert answer.status_code == 400
    assert "Choose an element for at least one column." in text_of(answer)


def test_what_was_not_offered_cannot_be_bound(room, browser):
    answer = browser.post(BIND, {**ASKED, "columns": "signup_date", "bind": "1", "column-0": "made.up"})

    assert answer.status_code == 400
    assert not Binding.objects.exists()


def test_a_column_that_the_team_bound_is_shown_and_not_asked_about(room, browser):
    services.bind_column(actor=room.engineer, element=room.element, team=room.sales, dataset="crm", column="joined")

    page = text_of(browser.post(BIND, {**ASKED, "columns": "joined"}))

    assert 'type="radio"' not in page
    assert 'href="/dictionary/customers/elements/customer.signup_date/"' in page


def test_a_data_set_that_nobody_knows_wants_its_columns(room, browser):
    assert "No model is known to read this data set" in text_of(browser.post(BIND, {**ASKED, "columns": ""}))
    assert browser.post(BIND, {**ASKED, "columns": "x\n" * 3 + "\n".join(map(str, range(501)))}).status_code == 400


def test_who_may_not_bind_sees_proposals_and_why_not(room):
    reader = Client()
    reader.force_login(room.auditor.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert "can bind columns" in text_of(reader.post(BIND, {**ASKED, "columns": "signup_date"}))
    refused = reader.post(BIND, {**ASKED, "columns": "signup_date", "bind": "1", "column-0": "customer.signup_date"})
    assert refused.status_code == 403


FORM = "/dictionary/customers/elements/customer.signup_date/bind/"


def test_everything_that_is_different_can_be_declared(room, browser):
    sent = {
        **ASKED, "column": "tag", "deviation": "The old system.", "factor": "1000", "offset": "-5", "recode": "1 = a\n = b",
        "null_tokens": "1900-01-01 = not known", "date_format": "%d.%m.%Y", "time_zone": "Europe/Vienna",
        "waived_until": "2199-01-01",
    }  # fmt: skip

    assert browser.post(FORM, sent).status_code == 302

    row = Binding.objects.get()
    assert row.declared == {
        "factor": "1000", "offset": "-5", "recode": {"": "b", "1": "a"}, "null_tokens": {"1900-01-01": "not known"},
        "date_format": "%d.%m.%Y", "time_zone": "Europe/Vienna",
    }  # fmt: skip
    assert str(row.waived_until) == "2199-01-01"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"recode": "a b"}, "Line 1 has no equals sign."),
        ({"recode": "a=b\na=c"}, "is given twice"),
        ({"factor": "much", "deviation": "x"}, "is not a number"),
        ({"factor": "2"}, "Say in words why"),
        ({"deviation": "x", "waived_until": "2001-01-01"}, "This day is over."),
        ({"time_zone": "Vienna", "deviation": "x"}, "no time zone"),
    ],
)
def test_what_is_declared_wrongly_is_told_and_kept_in_the_form(room, browser, said, told):
    answer = browser.post(FORM, {**ASKED, "column": "tag", **said})

    assert answer.status_code == 400
    assert told in text_of(answer)
    assert not Binding.objects.exists()


def test_the_form_begins_with_what_the_address_says(room, browser):
    page = text_of(browser.get(FORM + "?dataset=crm&column=signup&side=reads"))

    assert 'value="crm"' in page
    assert 'value="signup"' in page
    assert '<option value="reads" selected' in page


def test_many_are_bound_over_http_or_none(room, client):
    one = {"element": "customer.signup_date", "team": "sales", "dataset": "crm", "column": "a"}

    made = client.post(API, json.dumps([one, {**one, "column": "b", "side": "reads"}]), content_type="application/json")
    wrong = client.post(API, json.dumps([{**one, "column": "c"}, {**one, "element": "no"}]), content_type="application/json")

    assert (made.status_code, [row["column"] for row in made.json()]) == (201, ["a", "b"])
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "[1].element")
    assert Binding.objects.count() == 2


def test_candidates_are_answered_over_http(room, client):
    define(actor=room.governance, dictionary=room.dictionary, key="customer.age", name="Age", unit="a", definition="Years.")
    body = {"team": "sales", "columns": [{"dataset": "customer", "column": "age"}, {"column": "zzzz"}]}

    said = client.post(f"{API}/proposals", json.dumps(body), content_type="application/json").json()["columns"]

    first = said[0]["candidates"][0]
    assert (first["element"], first["how"], first["why"] != []) == ("customer.age", "exact", True)
    assert (said[1]["candidates"], said[0]["bound_to"]) == ([], None)
    assert not Binding.objects.exists()
    many = {"columns": [{"column": str(number)} for number in range(501)]}
    assert client.post(f"{API}/proposals", json.dumps(many), content_type="application/json").status_code == 400


def test_proposing_costs_the_same_however_many_columns(room, client, django_assert_max_num_queries):
    columns = [{"dataset": "crm", "column": f"signup_date_{number}"} for number in range(200)]

    with django_assert_max_num_queries(18):
        client.post(f"{API}/proposals", json.dumps({"columns": columns}), content_type="application/json")


def test_a_new_element_is_proposed_at_once(room, client):
    def found() -> list[str]:
        body = {"columns": [{"dataset": "customer", "column": "shoe_size"}]}
        answer = client.post(f"{API}/proposals", json.dumps(body), content_type="application/json")
        return [item["element"] for item in answer.json()["columns"][0]["candidates"]]

    assert "customer.shoe_size" not in found()
    define(actor=room.governance, dictionary=room.dictionary, key="customer.shoe_size", name="Shoe size")
    assert "customer.shoe_size" in found()
