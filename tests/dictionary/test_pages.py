from __future__ import annotations

import pytest

from governance.dictionary import services
from governance.dictionary.models import Binding
from governance.people import services as people
from governance.people.models import Team
from tests.dictionary.approved import define
from tests.usecases.test_pages import text_of


@pytest.fixture
def book(world):
    """A dictionary with one element, and a team that fills columns."""
    from foundation import actor

    row = services.create_dictionary(actor=world.governance, slug="customers", title="Customers")
    define(
        actor=world.governance,
        dictionary=row,
        key="signup_date",
        name="Sign-up date",
        definition="Day on which the first contract was signed.",
        logical_type="date",
    )
    people.create_team(actor=actor.system("test"), slug="billing", title="Billing")
    return row


def test_everybody_signed_in_may_read_what_a_column_means(world, book):
    client = world.client("stranger")

    assert "Customers" in text_of(client.get("/dictionary/"))
    assert "Day on which the first contract was signed." in text_of(client.get("/dictionary/customers/"))
    assert client.get("/dictionary/customers/elements/signup_date/").status_code == 200


def test_what_is_not_there_is_404(world, book):
    client = world.client("governance")

    assert client.get("/dictionary/weather/").status_code == 404
    assert client.get("/dictionary/customers/elements/rain/").status_code == 404
    assert client.post("/dictionary/customers/elements/rain/bind/", {}).status_code == 404


def test_who_may_not_write_reads_why(world, book):
    stranger = world.client("stranger")

    assert "Only data governance can do this." in text_of(stranger.get("/dictionary/"))
    for address in (
        "/dictionary/customers/",
        "/dictionary/customers/new/",
        "/dictionary/customers/elements/signup_date/meaning/",
    ):
        assert "data governance can propose what a column means." in text_of(stranger.get(address)), address


def test_a_stranger_reads_why_they_cannot_bind_and_is_stopped(world, book):
    client = world.client("stranger")

    assert "and data governance can bind columns." in text_of(client.get("/dictionary/customers/elements/signup_date/"))
    sent = {"team": "billing", "dataset": "billing-customers", "column": "signup"}
    assert client.post("/dictionary/customers/elements/signup_date/bind/", sent).status_code == 403
    assert not Binding.objects.exists()


def test_a_dictionary_is_opened(world):
    client = world.client("governance")

    assert client.post("/dictionary/", {"title": "Orders", "slug": "orders", "purpose": ""})["Location"] == "/dictionary/orders/"


def test_a_binding_shows_its_deviation_and_can_be_ended(world, book):
    client = world.client("data_engineer")
    sent = {"team": "billing", "dataset": "billing-customers", "column": "signup", "deviation": "Day of the first invoice."}
    assert client.post("/dictionary/customers/elements/signup_date/bind/", sent).status_code == 302

    page = text_of(client.get("/dictionary/customers/"))
    assert "fills 1 column" in page
    assert "Deviates" in page
    assert "Day of the first invoice." in text_of(client.get("/dictionary/customers/elements/signup_date/"))
    end = f"/dictionary/customers/bindings/{Binding.objects.get().public_id}/end/"
    assert client.get(end).status_code == 405
    assert client.post(end).status_code == 302
    assert client.post(end).status_code == 409
    assert "no column yet" in text_of(client.get("/dictionary/customers/"))
    assert "Bindings that ended" in text_of(client.get("/dictionary/customers/elements/signup_date/"))


def test_a_column_that_is_bound_to_something_else_says_so_and_keeps_the_text(world, book):
    client = world.client("data_engineer")
    sent = {"team": "billing", "dataset": "billing-customers", "column": "signup"}
    client.post("/dictionary/customers/elements/signup_date/bind/", sent)

    answer = client.post("/dictionary/customers/elements/signup_date/bind/", {**sent, "deviation": "In American writing."})

    assert answer.status_code == 409
    assert "End that binding first" in text_of(answer)
    assert "In American writing." in text_of(answer)


def test_the_part_of_a_use_case_names_gaps_and_deviations(world, book, push):
    element = book.elements.get()
    columns = ["signup", "plan"]
    push(datasets=[{"role": "train", "name": "billing-customers", "digest": "sha256:" + "e" * 64, "rows": 5, "columns": columns}])
    team = Team.objects.get(slug="billing")
    services.bind_column(
        actor=world.data_engineer,
        element=element,
        team=team,
        dataset="billing-customers",
        column="signup",
        deviation="Invoice day.",
    )

    answer = world.client("auditor").get("/use-cases/churn/dictionary/")

    assert [column.name for column in answer.context["unbound"]] == ["plan"]
    assert "Meaning unknown" in text_of(answer)
    assert "Invoice day." in text_of(answer)


def test_teams_that_say_different_things_about_one_column_are_named(world, book, push):
    push(datasets=[{"role": "train", "name": "both", "digest": "sha256:" + "e" * 64, "rows": 5, "columns": ["signup"]}])
    from foundation import actor

    sales = people.create_team(actor=actor.system("test"), slug="sales", title="Sales")
    for team, deviation in ((Team.objects.get(slug="billing"), ""), (sales, "Another day.")):
        services.bind_column(
            actor=world.data_engineer,
            element=book.elements.get(),
            team=team,
            dataset="both",
            column="signup",
            deviation=deviation,
        )

    answer = world.client("auditor").get("/use-cases/churn/dictionary/")

    assert [column.name for column in answer.context["disagreeing"]] == ["signup"]
    assert "Teams disagree" in text_of(answer)
