from __future__ import annotations

import pytest
from django.urls import reverse

from governance.people import services as people
from governance.people.models import RoleGrant
from governance.usecases import services, tabs
from governance.usecases.models import UseCase

MOST_QUERIES = 28  # however much a page shows; some of them count what waits for the person, in the navigation
MOST_TO_TEST = 28  # the people of a use case are tested against its policies and requests as the page is shown
TABS = (
    "people",
    "documents",
    "dictionary",
    "models",
    "dependencies",
    "cost-benefit",
    "approvals",
    "history",
    "definition",
    "definitions",
)


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def draft(**changed):
    """What the definition form sends: the definition of the world with some fields changed, and one KPI."""
    return {
        "based_on": "1",
        "business_problem": "Customers leave, and we learn of it too late.",
        "affected": "",
        "ml_problem": "Will this customer cancel within 60 days?",
        "intended_use": "",
        "limits": "",
        "kpis-TOTAL_FORMS": "2",
        "kpis-INITIAL_FORMS": "1",
        "kpis-0-name": "Leavers found",
        "kpis-0-unit": "%",
        "kpis-0-direction": "up",
        "kpis-0-baseline": "42",
        "kpis-0-target": "70",
        "kpis-0-tolerance": "",
        "kpis-0-how": "",
        "kpis-1-direction": "up",
        **changed,
    }


def test_the_registry_holds_a_part_for_every_word_of_the_contract():
    assert [tab.slug for tab in tabs.all_tabs()] == list(tabs.ORDER)


def test_a_part_without_a_place_is_refused():
    with pytest.raises(ValueError, match="no part"):
        tabs.register("gossip", "Gossip", template="", content=lambda request, use_case: {})


def test_a_stranger_finds_no_use_case_and_none_of_its_parts(world):
    client = world.client("stranger")

    assert "Customer churn" not in text_of(client.get("/use-cases/"))
    assert client.get("/use-cases/churn/").status_code == 404
    assert {client.get(f"/use-cases/churn/{tab}/").status_code for tab in TABS} == {404}
    assert client.post("/use-cases/churn/definition/", draft()).status_code == 404
    assert client.post("/use-cases/churn/people/give/", {"person": "stranger", "role": "auditor"}).status_code == 404


def test_who_is_not_signed_in_is_led_to_the_login_page(client, world):
    answer = client.get("/use-cases/churn/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=/use-cases/churn/")


def test_every_part_opens_for_a_reader_even_when_nothing_is_there_yet(world):
    client = world.client("auditor")

    assert {client.get(f"/use-cases/churn/{tab}/").status_code for tab in TABS} == {200}
    assert client.get("/use-cases/churn/weather/").status_code == 404


def test_the_overview_says_what_for_how_much_and_who(world):
    page = text_of(world.client("business").get("/use-cases/churn/"))

    assert "Customers leave, and we learn of it too late." in page
    assert "Up from 42 to 70 % or more." in page
    assert "Project lead" in page
    assert "Lead" in page


def test_the_overview_says_whose_move_it_is(world, push, ask):
    ask(push())

    mine = text_of(world.client("security").get("/use-cases/churn/"))
    theirs = text_of(world.client("lead").get("/use-cases/churn/"))

    assert "It is your move" in mine
    assert "It is your move" not in theirs
    assert "churn-model@7 waits to go to Production" in theirs
    assert "Security" in theirs


def test_a_request_that_nobody_can_act_on_says_so(world, push, ask):
    ask(push())
    for grant in RoleGrant.objects.filter(role__in=["model_validator", "data_governance", "security_reviewer", "business_owner"]):
        people.end_role(actor=world.admin, grant=grant, reason="left")

    assert "Nobody who could act holds the role" in text_of(world.client("lead").get("/use-cases/churn/"))


def test_the_list_shows_version_and_approval_and_is_found_by_words(world, push, ask):
    ask(push())
    client = world.client("auditor")

    page = text_of(client.get("/use-cases/?q=customer+churn&kind=product"))
    assert "churn-model@7" in page
    assert "Waiting for" in page
    assert "No use case fits" in text_of(client.get("/use-cases/?q=weather"))
    assert "No use case fits" in text_of(client.get("/use-cases/?kind=research"))


def test_the_list_costs_the_same_for_one_and_for_many(world, push, ask, django_assert_max_num_queries):
    ask(push())
    for number in range(20):
        services.open_use_case(actor=world.lead, slug=f"more-{number}", title=f"More {number}")
    client = world.client("lead")

    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get("/use-cases/").status_code == 200


@pytest.mark.parametrize(
    "tab", ["people", "documents", "dictionary", "models", "dependencies", "cost-benefit", "approvals", "definitions"]
)
def test_a_part_needs_no_more_queries_than_promised(world, push, ask, tab, django_assert_max_num_queries):
    for version in ("5", "6", "7"):
        ask(push(version, metrics={"recall": {"value": int(version), "dataset": "test"}}))
    client = world.client("lead")

    with django_assert_max_num_queries(MOST_TO_TEST if tab == "people" else MOST_QUERIES):
        assert client.get(f"/use-cases/churn/{tab}/").status_code == 200


def test_the_list_is_paged(world, monkeypatch):
    for number in range(55):
        services.open_use_case(actor=world.lead, slug=f"more-{number}", title=f"More {number}")
    client = world.client("lead")

    first = client.get("/use-cases/")
    second = client.get(first.context["slice"].older_url)

    assert len(first.context["rows"]) == 50
    assert [row.use_case.slug for row, *_more in second.context["rows"]][-1] == "churn"
    assert not second.context["slice"].older_url


def test_opening_leads_to_the_definition_and_makes_the_short_name(world):
    answer = world.client("stranger").post("/use-cases/new/", {"title": "Invoice matching", "slug": "", "kind": "research"})

    assert answer["Location"] == "/use-cases/invoice-matching/definition/"
    assert UseCase.objects.get(slug="invoice-matching").kind == "research"


def test_a_short_name_that_is_taken_keeps_what_was_typed(world):
    answer = world.client("stranger").post("/use-cases/new/", {"title": "My very own churn", "slug": "churn", "kind": "product"})

    assert answer.status_code == 409
    assert "My very own churn" in text_of(answer)
    assert "already" in text_of(answer)


def test_the_portals_own_words_are_no_short_names(world):
    answer = world.client("stranger").post("/use-cases/new/", {"title": "New", "slug": "new", "kind": "product"})

    assert answer.status_code == 400
    assert "taken by the portal" in text_of(answer)


def test_a_title_without_latin_letters_asks_for_a_short_name(world):
    answer = world.client("stranger").post("/use-cases/new/", {"title": "客户流失", "slug": "", "kind": "product"})

    assert answer.status_code == 400
    assert "Latin letters" in text_of(answer)


def test_writing_a_definition_makes_a_new_version(world):
    answer = world.client("scientist").post("/use-cases/churn/definition/", draft(limits="Not for prices."))

    assert answer["Location"] == "/use-cases/churn/"
    current = world.use_case.current_definition()
    assert (current.number, current.limits, current.created_by) == (2, "Not for prices.", world.scientist.user)
    assert "Not for prices." in text_of(world.client("auditor").get("/use-cases/churn/definitions/"))


def test_kpis_can_be_left_out_and_added(world):
    sent = draft(**{"kpis-0-DELETE": "on", "kpis-1-name": "Useless offers", "kpis-1-direction": "down", "kpis-1-target": "30"})
    world.client("lead").post("/use-cases/churn/definition/", sent)

    assert [(kpi.name, kpi.direction) for kpi in world.use_case.current_definition().kpis.all()] == [("Useless offers", "down")]


def test_a_definition_with_errors_keeps_the_draft(world):
    answer = world.client("lead").post(
        "/use-cases/churn/definition/", draft(business_problem="", limits="A long thought.", **{"kpis-0-target": "many"})
    )

    page = text_of(answer)
    assert answer.status_code == 400
    assert "A long thought." in page
    assert 'value="many"' in page
    assert world.use_case.current_definition().number == 1


def test_looking_shows_the_difference_and_saves_nothing(world):
    answer = world.client("lead").post("/use-cases/churn/definition/", draft(look="1", **{"kpis-0-target": "75"}))

    page = text_of(answer)
    assert answer.status_code == 200
    assert "<del>70</del>" in page
    assert "<ins>75</ins>" in page
    assert world.use_case.current_definition().number == 1


def test_a_definition_that_changed_meanwhile_shows_the_difference_and_keeps_the_text(world):
    client = world.client("scientist")
    client.post("/use-cases/churn/definition/", draft(limits="Said by the scientist."))

    answer = world.client("lead").post("/use-cases/churn/definition/", draft(affected="Said by the lead."))

    page = text_of(answer)
    assert answer.status_code == 409
    assert "This changed after you opened it" in page
    assert "<ins>Said by the scientist.</ins>" in page
    assert "Said by the lead." in page
    assert 'name="based_on" value="2"' in page
    again = world.client("lead").post("/use-cases/churn/definition/", draft(affected="Said by the lead.", based_on="2"))
    assert again.status_code == 302


def test_a_reader_sees_why_they_cannot_write_and_loses_nothing_by_trying(world):
    client = world.client("auditor")

    assert "You do not work on this use case" in text_of(client.get("/use-cases/churn/"))
    answer = client.post("/use-cases/churn/definition/", draft(limits="My objection."))
    assert answer.status_code == 403
    assert "My objection." in text_of(answer)
    assert world.use_case.current_definition().number == 1


def test_the_lead_gives_a_role_by_user_name_or_address(world):
    client = world.client("lead")

    first = client.post(
        "/use-cases/churn/people/give/", {"person": "STRANGER@example.com", "role": "end_user", "reason": "Pilot"}
    )

    assert first["Location"] == "/use-cases/churn/people/"
    assert RoleGrant.objects.get(user=world.stranger.user).scope == world.use_case.public_id
    assert "Pilot" in text_of(client.get("/use-cases/churn/people/"))


@pytest.mark.parametrize(
    ("who", "sent", "status", "said"),
    [
        ("lead", {"person": "lead", "role": "security_reviewer"}, 403, "Nobody can give a role to themselves"),
        ("lead", {"person": "nobody", "role": "auditor"}, 400, "Nobody who can sign in has this user name"),
        ("lead", {"person": "stranger", "role": "administrator"}, 400, "Select a valid choice"),
        ("lead", {"person": "scientist", "role": "data_scientist"}, 409, "already"),
        ("scientist", {"person": "stranger", "role": "auditor"}, 403, "Only an administrator or the project lead"),
    ],
)
def test_a_role_that_cannot_be_given_says_why_and_changes_nothing(world, who, sent, status, said):
    before = RoleGrant.objects.count()

    answer = world.client(who).post("/use-cases/churn/people/give/", {**sent, "reason": "Because we need it"})

    assert answer.status_code == status
    assert said in text_of(answer)
    assert RoleGrant.objects.count() == before


def test_what_was_typed_is_kept_when_a_role_cannot_be_given(world):
    answer = world.client("lead").post(
        "/use-cases/churn/people/give/", {"person": "nobody", "role": "auditor", "reason": "Because we need it"}
    )

    assert "Because we need it" in text_of(answer)


def test_ending_a_role_wants_a_reason_that_stays(world):
    grant = RoleGrant.objects.get(user=world.scientist.user)
    address = reverse("role_end", args=["churn", grant.public_id])
    client = world.client("lead")

    assert client.post(address, {"reason": ""}).status_code == 400
    assert client.post(address, {"reason": "Moved on"}).status_code == 302
    grant.refresh_from_db()
    assert grant.end_reason == "Moved on"
    assert client.post(address, {"reason": "Again"}).status_code == 409
    assert "Moved on" in text_of(client.get("/use-cases/churn/history/"))


def test_a_role_of_another_use_case_is_not_ended_from_here(world):
    services.open_use_case(actor=world.scientist, slug="other", title="Other")
    other = UseCase.objects.get(slug="other")
    grant = RoleGrant.objects.get(scope=other.public_id)

    assert world.client("lead").post(reverse("role_end", args=["churn", grant.public_id]), {"reason": "x"}).status_code == 404
    assert world.client("scientist").get(reverse("role_end", args=["churn", grant.public_id])).status_code == 404


def test_who_may_not_end_a_role_is_told_and_stopped(world):
    grant = RoleGrant.objects.get(user=world.security.user)
    address = reverse("role_end", args=["churn", grant.public_id])
    client = world.client("scientist")

    assert "Only an administrator or the project lead" in text_of(client.get(address))
    assert client.post(address, {"reason": "I want to"}).status_code == 403
    grant.refresh_from_db()
    assert grant.ended_at is None


def test_history_tells_who_did_what_in_words(world, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation", comment="Sound, and better than the last.")

    page = text_of(world.client("auditor").get("/use-cases/churn/history/"))

    assert "Model version registered: churn-model@7" in page
    assert "Ballot cast: churn-model → production" in page
    assert "Sound, and better than the last." in page
    assert "Role given: Security, Security reviewer" in page


def test_history_does_not_cost_more_when_more_happened(world, push, ask, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask(push("5"))
    client = world.client("lead")
    with CaptureQueriesContext(connection) as few:
        client.get("/use-cases/churn/history/")
    for version in ("6", "7"):
        ask(push(version))
    with CaptureQueriesContext(connection) as many:
        client.get("/use-cases/churn/history/")

    assert len(many) <= len(few)


def test_the_approvals_part_lists_requests_with_their_state(world, push, ask, vote):
    vote(world.validator, ask(push("5")), "validation", "reject", comment="Leaks the answer.")
    ask(push("6"))

    page = text_of(world.client("business").get("/use-cases/churn/approvals/"))

    assert "churn-model@5 to Production" in page
    assert "Rejected" in page
    assert "churn-model@6 to Production" in page
    assert "waits for" in page
