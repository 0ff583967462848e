"""The pages of proposals: what a reviewer sees first, and every command that they can send."""

from __future__ import annotations

from html import unescape
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import Request
from governance.dictionary import services
from governance.dictionary.models import Proposal
from governance.usecases.services import threads
from tests.conftest import push_version
from tests.dictionary.approved import approve, define
from tests.statements import statements

SAID = {"name": "Amount", "definition": "What is paid.", "logical_type": "number", "unit": "EUR"}


@pytest.fixture
def desk(room):
    """An amount that sales fills, a proposal of the engineer that changes its unit, and a browser for each."""
    amount = define(actor=room.governance, dictionary=room.dictionary, key="amount", **SAID)
    services.bind_column(actor=room.governance, element=amount, team=room.sales, dataset="deals", column="amount")
    row = services.open_proposal(actor=room.engineer, dictionary=room.dictionary, title="Dollars", rationale="Accounts want it.")
    put(room, row, unit="USD")

    def browser(who) -> Client:
        client = Client()
        client.force_login(who.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    found = SimpleNamespace(
        **vars(room), amount=amount, row=row, browser=browser, at=f"/dictionary/customers/proposals/{row.public_id}/"
    )
    found.client = browser(room.engineer)
    found.send = lambda client=None, **body: (client or found.client).post(f"{found.at}commands/", body)
    return found


def put(room, row, actor=None, key="amount", **said):
    services.put_change(actor=actor or room.engineer, proposal=row, dictionary=room.dictionary, key=key, said={**SAID, **said})


def text(response) -> str:
    return " ".join(unescape(response.content.decode()).split())


def test_the_page_opens_with_the_worst_whom_it_breaks_and_the_step(desk):
    page = text(desk.client.get(desk.at))
    glance = page[page.index('id="glance"') : page.index('id="why"')]

    assert "Amount: the unit changes from EUR to USD." in glance
    assert "Breaks: Sales" in " ".join(glance.replace('<span class="strong">', "").replace("</span>", "").split())
    assert "major" in glance
    assert "Accounts want it." in page


def test_each_change_stands_with_before_after_and_what_it_does_to_each_reader(desk):
    page = text(desk.client.get(desk.at))

    assert "<del>EUR</del>" in page
    assert "<ins>USD</ins>" in page
    assert "deals.amount" in page
    assert "the same values mean something else" in page
    assert "means something else" in page


def test_approval_is_asked_for_once_the_question_is_answered(desk):
    before = text(desk.client.get(desk.at))
    assert "Say first whether the meaning changes: customers/amount." in before
    assert "Not answered yet" in before

    assert desk.send(command="answer", element="customers/amount", meaning="yes").status_code == 302
    assert "Say first" not in text(desk.client.get(desk.at))
    asked = desk.client.post(desk.at, {"ask-comment": "Please."})

    request = Request.objects.get(subject_id=desk.row.public_id)
    assert asked.url == f"/requests/{request.public_id}/"
    assert request.purpose == "change"
    page = text(desk.client.get(desk.at))
    assert f"/requests/{request.public_id}/" in page
    assert "Nobody asked for it yet." not in page


def test_an_answer_needs_yes_or_no(desk):
    assert desk.send(command="answer", element="customers/amount", meaning="perhaps").status_code == 400
    assert desk.row.changes.get(taken_out_at=None).meaning_changed is None


def test_the_second_of_two_sees_what_conflicts_chooses_and_goes_on(desk):
    other = services.open_proposal(actor=desk.governance, dictionary=desk.dictionary, title="Pounds", rationale="Needed.")
    put(desk, other, desk.governance, unit="GBP", definition="What is paid, with tax.")
    assert "The open proposal" in text(desk.client.get(desk.at))
    services.answer_meaning(actor=desk.governance, proposal=other, element=desk.amount, meaning_changed=True)
    approve(actor=desk.governance, proposal=other)

    services.answer_meaning(actor=desk.engineer, proposal=desk.row, element=desk.amount, meaning_changed=True)
    page = text(desk.client.get(desk.at))
    assert "Somebody changed the same meaning meanwhile" in page
    assert "Version 2.0.0 came into force after this change was written" in page
    assert all(said in page for said in ("It was: EUR", "In force now: GBP", "Proposed here: USD"))
    assert "Bring it up to date first: customers/amount changed meanwhile." in page

    refused = desk.send(command="settle", element="customers/amount")
    assert refused.status_code == 409
    assert "Both changed unit of customers/amount. Say whose word counts." in text(refused)

    assert desk.send(command="settle", element="customers/amount", **{"take:unit": "ours"}).status_code == 302
    page = text(desk.client.get(desk.at))
    assert "Somebody changed the same meaning meanwhile" not in page
    said = desk.row.changes.get(taken_out_at=None).version.said
    assert (said["unit"], said["definition"]) == ("USD", "What is paid, with tax.")


def test_a_draft_is_put_in_and_taken_out_again(desk):
    services.draft_version(
        actor=desk.engineer,
        dictionary=desk.dictionary,
        key="city",
        said={**SAID, "name": "City", "logical_type": "string", "unit": ""},
    )
    assert "City (city)" in text(desk.client.get(desk.at))

    assert desk.send(command="put", draft="city").status_code == 302
    assert {row.element.key for row in desk.row.live_changes()} == {"amount", "city"}
    assert desk.send(command="take_out", element="customers/city").status_code == 302
    assert {row.element.key for row in desk.row.live_changes()} == {"amount"}
    assert desk.send(command="put", draft="nothing").status_code == 400
    assert desk.send(command="take_out", element="customers/city").status_code == 409
    assert desk.send(command="take_out", element="customers/nothing").status_code == 400


def test_an_element_is_retired_by_its_key(desk):
    assert desk.send(command="retire", key="customer.signup_date", replaced_by="amount").status_code == 302

    page = text(desk.client.get(desk.at))

    assert "Sign-up date is retired; Amount takes its place." in page
    refused = desk.send(command="retire", key="nothing")
    assert refused.status_code == 400
    assert "There is no such element that could be retired." in text(refused)


def test_some_changes_move_into_a_proposal_of_their_own(desk):
    services.put_change(actor=desk.engineer, proposal=desk.row, dictionary=desk.dictionary, key="customer.signup_date", said=None)
    assert desk.send(command="split", elements=[], title="Rest").status_code == 400

    moved = desk.send(command="split", elements=["customers/amount"], title="Rest")

    part = Proposal.objects.get(split_from=desk.row)
    assert moved.url == f"/dictionary/customers/proposals/{part.public_id}/"
    assert [row.element.key for row in part.live_changes()] == ["amount"]
    assert "Rest" in text(desk.client.get(desk.at))


def test_a_proposal_is_withdrawn_with_a_reason_and_then_over(desk):
    assert desk.send(command="withdraw", reason=" ").status_code == 400
    assert desk.send(command="withdraw", reason="Euros it is.").status_code == 302

    page = text(desk.client.get(desk.at))

    assert "Euros it is." in page
    assert "Change this proposal" not in page
    assert desk.send(command="withdraw", reason="Again.").status_code == 403


def test_others_read_but_are_given_no_commands(desk):
    page = text(desk.browser(desk.auditor).get(desk.at))

    assert "Amount: the unit changes" in page
    assert "Take it out" not in page
    assert "Yes, it means something else" not in page
    refused = desk.send(desk.browser(desk.auditor), command="withdraw", reason="No.")
    assert refused.status_code == 403


def test_a_command_that_does_not_exist_is_not_found(desk):
    assert desk.send(command="approve").status_code == 404
    assert desk.client.get(f"{desk.at}commands/").status_code == 405


def test_each_field_has_threads_of_its_own(desk):
    component = f"{desk.amount.legend}.unit"
    page = text(desk.client.get(desk.at))
    assert f"component={component}" in page

    threads.open_thread(actor=desk.engineer, subject_id=desk.row.public_id, component=component, text="Why not in cents?")

    page = text(desk.client.get(desk.at))
    article = page[page.index(f'id="change-{desk.amount.legend}"') : page.index('id="edit"')]
    assert "Why not in cents?" in article
    assert "Amount · Unit" in text(desk.client.get(f"{reverse('thread_new')}?subject={desk.row.public_id}&component={component}"))


def test_a_thread_about_a_field_that_the_proposal_does_not_have_is_refused(desk):
    from foundation.errors import Invalid

    with pytest.raises(Invalid):
        threads.open_thread(actor=desk.engineer, subject_id=desk.row.public_id, component="XXXX.unit", text="Hm?")
    with pytest.raises(Invalid):
        threads.open_thread(
            actor=desk.engineer, subject_id=desk.row.public_id, component=f"{desk.amount.legend}.colour", text="Hm?"
        )


def test_the_list_shows_what_became_of_each(desk):
    services.withdraw_proposal(
        actor=desk.engineer,
        proposal=services.open_proposal(actor=desk.engineer, dictionary=desk.dictionary, title="Yen", rationale="No."),
        reason="A mistake.",
    )

    opened = text(desk.client.get("/dictionary/customers/proposals/"))
    withdrawn = text(desk.client.get("/dictionary/customers/proposals/?state=withdrawn"))

    assert "Dollars" in opened
    assert "1 change" in opened
    assert "Yen" not in opened
    assert "A mistake." in withdrawn
    assert desk.client.get("/dictionary/customers/proposals/?state=nonsense").status_code == 200


def test_a_proposal_is_begun_with_a_title_and_a_reason(desk):
    assert desk.client.post("/dictionary/customers/proposals/new/", {"title": "Yen"}).status_code == 400

    made = desk.client.post("/dictionary/customers/proposals/new/", {"title": "Yen", "rationale": "Japan."})

    row = Proposal.objects.get(title="Yen")
    assert made.url == f"/dictionary/customers/proposals/{row.public_id}/"
    assert "Nothing changes yet" in text(desk.client.get(made.url))
    assert (
        desk.browser(desk.auditor).post("/dictionary/customers/proposals/new/", {"title": "A", "rationale": "B"}).status_code
        == 403
    )


def test_a_model_that_a_proposal_breaks_is_named_with_where_it_reads(world):
    dictionary = services.create_dictionary(actor=world.governance, slug="customers", title="Customers")
    amount = define(actor=world.governance, dictionary=dictionary, key="amount", **SAID)
    from governance.people import services as people

    team = people.create_team(actor=world.admin, slug="sales", title="Sales")
    services.bind_column(actor=world.governance, element=amount, team=team, dataset="deals", column="amount")
    push_version(world, datasets=[{"role": "train", "name": "deals", "digest": "", "rows": 1, "columns": ["amount"]}])
    row = services.open_proposal(actor=world.scientist, dictionary=dictionary, title="Dollars", rationale="Needed.")
    services.put_change(actor=world.scientist, proposal=row, dictionary=dictionary, key="amount", said={**SAID, "unit": "USD"})
    at = f"/dictionary/customers/proposals/{row.public_id}/"

    seen, unseen = text(world.client("scientist").get(at)), text(world.client("stranger").get(at))

    assert "churn-model@7" in seen
    assert "Customer churn" in seen
    assert "churn-model" not in unseen
    assert "Customer churn" not in unseen
    assert "And 1 more that you may not see." in unseen


def test_a_page_takes_no_more_statements_for_more_changes(desk):
    few = statements(desk.client, desk.at)
    for number in range(20):
        key = f"more{number}"
        element = define(actor=desk.governance, dictionary=desk.dictionary, key=key, **{**SAID, "name": key})
        services.bind_column(actor=desk.governance, element=element, team=desk.billing, dataset="bills", column=key)
        put(desk, desk.row, key=key, unit="USD", name=key)

    assert statements(desk.client, desk.at) == few
    assert few <= 22
    assert statements(desk.browser(desk.auditor), desk.at) <= 20
    assert statements(desk.client, "/dictionary/customers/proposals/") <= 12


def test_many_changes_stand_on_several_pages(desk):
    for number in range(30):
        put(desk, desk.row, key=f"new{number:02}", name=f"New {number:02}")

    first, second = text(desk.client.get(desk.at)), text(desk.client.get(f"{desk.at}?from=25"))

    assert "?from=25" in first
    assert "new29" in second
    assert "And 19 more changes, which hurt less." in first
