"""What stands beside something that is shared with a client, and is not shared by that."""

from __future__ import annotations

import pytest

from governance.people import services as people
from governance.usecases import services as usecases
from governance.usecases.services import threads
from tests.people.test_client import browser, customer, program  # noqa: F401 - a fixture
from tests.usecases.papers import added
from tests.usecases.shown import shown


def pages(world):
    """The things that are shared, each with its page."""
    paper, increment, definition = added(world), shown(world), world.use_case.current_definition()
    return [
        (paper, f"/use-cases/churn/documents/{paper.slug}/"),
        (increment, f"/use-cases/churn/increments/{increment.number}/"),
        (definition, f"/use-cases/churn/definitions/{definition.number}/"),
    ]


def works_elsewhere(world, customer):
    """A client's representative here who builds another use case: no outsider of the house, but one of this use case."""
    other = usecases.open_use_case(actor=world.lead, slug="other", title="Other")
    people.grant_role(actor=world.lead, user=customer.user, role="data_scientist", scope=other.public_id)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_colleagues_say_beside_a_shared_thing_is_not_on_its_page(world, customer, elsewhere):
    if elsewhere:
        works_elsewhere(world, customer)
    for row, url in pages(world):
        threads.open_thread(actor=world.lead, subject_id=row.public_id, text="Between us: they must not read this.")
        threads.open_thread(actor=world.lead, subject_id=row.public_id, text="@customer what do you think?")
        threads.open_thread(actor=customer, subject_id=row.public_id, text="Page three is missing.")

        theirs, ours = (client.get(url).content.decode() for client in (browser(customer), world.client("scientist")))

        assert "Between us" in ours, url
        assert "Between us" not in theirs, url
        assert "what do you think" in theirs, url
        assert "Page three" in theirs, url


def test_a_client_who_works_elsewhere_reads_the_answers_to_what_they_asked(world, customer):
    works_elsewhere(world, customer)
    said = threads.open_thread(actor=customer, subject_id=added(world).public_id, text="Page three is missing.")
    threads.comment(actor=world.lead, thread=said.thread, text="It is added now.")

    assert "It is added now." in browser(customer).get(f"/threads/{said.thread.public_id}/").content.decode()


def test_a_client_is_not_handed_a_list_of_who_works_here(world, customer):
    for _row, url in pages(world):
        assert "@scientist" in world.client("lead").get(url).content.decode(), url
        assert "@scientist" not in browser(customer).get(url).content.decode(), url


@pytest.mark.parametrize("query", ["risk=unknown", "stage=discovery", "lead=lead"])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_no_filter_tells_a_client_what_is_not_shared(world, customer, query, elsewhere):
    if elsewhere:
        works_elsewhere(world, customer)

    def listed(client):
        return [row["slug"] for row in client.get(f"/api/v1/use-cases?{query}").json()["results"]]

    assert "churn" in listed(world.api("scientist"))
    assert "churn" not in listed(program(customer))
    assert "churn" in [row["slug"] for row in program(customer).get("/api/v1/use-cases?q=churn").json()["results"]]


def test_an_increment_tells_a_client_nothing_of_the_version_and_the_run(world, customer, push):
    version = push()
    shown(world, model_version=version.public_id, key="run 4711 of the pipeline")
    url = "/api/v1/use-cases/churn/increments"

    for address in (url, f"{url}/1"):
        ours, theirs = (client.get(address).content.decode() for client in (world.api("scientist"), program(customer)))
        for secret in (version.public_id, "4711"):
            assert secret in ours, address
            assert secret not in theirs, address
