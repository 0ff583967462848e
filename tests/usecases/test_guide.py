"""A new use case, step by step, without a script: nothing is lost on the way, and nothing stands in it."""

from __future__ import annotations

import pytest

from approvals.models import Request
from governance.people.models import RoleGrant
from governance.usecases import services
from governance.usecases.models import Definition, UseCase
from tests.usecases.test_pages import text_of


def what(**changed):
    """What the first step sends."""
    return {
        "title": "Invoice matching",
        "business_problem": "Clerks look for the order of each invoice by hand.",
        "affected": "Twelve clerks.",
        "ml_problem": "Which order does this invoice belong to?",
        "risk_tier": "",
        "kpis-TOTAL_FORMS": "2",
        "kpis-INITIAL_FORMS": "0",
        "kpis-0-name": "Matched",
        "kpis-0-baseline": "42 %",
        "kpis-0-target": "56 %",
        "kpis-0-kind": "business",
        "kpis-0-direction": "",
        "kpis-1-kind": "business",
        "kpis-1-direction": "",
        **changed,
    }


def at(slug: str, step: str) -> str:
    return f"/use-cases/{slug}/start/{step}/"


def test_four_steps_lead_from_nothing_to_submitted(world):
    client = world.client("stranger")

    assert client.get("/use-cases/start/").status_code == 200
    assert client.post("/use-cases/start/", what())["Location"] == at("invoice-matching", "people")
    sent = client.post(
        at("invoice-matching", "people"), {"business_owner": "Business", "data_scientist": "scientist@example.com"}
    )
    assert sent["Location"] == at("invoice-matching", "document")
    sent = client.post(at("invoice-matching", "document"), {"title": "Charter", "url": "https://wiki.example.com/charter"})
    assert sent["Location"] == at("invoice-matching", "submit")
    page = text_of(client.get(at("invoice-matching", "submit")))
    assert "Up from 42 to 56 % or more." in page
    assert "Charter" in page
    assert client.post(at("invoice-matching", "submit"), {"comment": ""})["Location"] == at("invoice-matching", "submitted")
    page = text_of(client.get(at("invoice-matching", "submitted")))
    assert "There is nothing more for you to do now." in page
    assert "It is the move of" in page

    definition = UseCase.objects.get(slug="invoice-matching").current_definition()
    request = Request.objects.get(subject_id=definition.public_id)
    assert (request.state, request.ballots.count()) == ("open", 0)
    assert definition.approval is None


def test_what_is_submitted_stays_submitted_and_is_not_asked_twice(world):
    client = world.client("stranger")
    client.post("/use-cases/start/", what())
    client.post(at("invoice-matching", "submit"), {"comment": ""})

    assert client.get(at("invoice-matching", "submit"))["Location"] == at("invoice-matching", "submitted")
    client.post(at("invoice-matching", "submit"), {"comment": ""})
    assert Request.objects.count() == 1


def test_without_anybody_who_could_sign_it_says_so_and_does_not_stand_in_the_way(world):
    client = world.client("stranger")
    client.post("/use-cases/start/", what())

    assert "Nobody is named who could sign for the business." in text_of(client.get(at("invoice-matching", "submit")))
    client.post(at("invoice-matching", "submit"), {"comment": ""})
    page = text_of(client.get(at("invoice-matching", "submitted")))
    assert "Nobody who could act holds the role" in page
    assert at("invoice-matching", "people") in page


def test_what_was_typed_stays_when_something_is_missing(world):
    answer = world.client("stranger").post("/use-cases/start/", what(ml_problem="", **{"kpis-0-target": "much more"}))
    page = text_of(answer)

    assert answer.status_code == 400
    assert not UseCase.objects.filter(slug="invoice-matching").exists()
    assert "Clerks look for the order" in page
    assert "much more" in page
    assert "Write a number, such as 42 or 42 %." in page
    assert "What would you like to know in time?" in page


def test_one_figure_is_needed_and_the_page_says_why(world):
    answer = world.client("stranger").post(
        "/use-cases/start/", what(**{"kpis-0-name": "", "kpis-0-baseline": "", "kpis-0-target": ""})
    )

    assert answer.status_code == 400
    assert "Say one thing that gets better" in text_of(answer)
    assert UseCase.objects.count() == 1


@pytest.mark.parametrize(
    ("title", "slug"), [("客户流失", "use-case"), ("New", "new-2"), ("Churn", "churn-2"), ("Start", "start-2")]
)
def test_a_short_name_is_found_for_every_title(world, title, slug):
    answer = world.client("stranger").post("/use-cases/start/", what(title=title))

    assert answer["Location"] == at(slug, "people")
    assert UseCase.objects.get(slug=slug).title == title


def test_going_back_shows_what_is_on_record_and_changing_it_is_a_version(world):
    client = world.client("stranger")
    client.post("/use-cases/start/", what())
    page = text_of(client.get(at("invoice-matching", "what")))
    assert "Clerks look for the order" in page

    changed = what(
        title="Invoices",
        based_on="1",
        affected="All clerks.",
        **{
            "kpis-INITIAL_FORMS": "1",
            "kpis-0-baseline": "42",
            "kpis-0-target": "56",
            "kpis-0-unit": "%",
            "kpis-0-direction": "up",
        },
    )
    assert client.post(at("invoice-matching", "what"), changed).status_code == 302
    row = UseCase.objects.get(slug="invoice-matching")
    assert (row.title, row.current_definition().number, row.current_definition().affected) == ("Invoices", 2, "All clerks.")
    client.post(at("invoice-matching", "what"), {**changed, "based_on": "2"})
    assert Definition.objects.filter(use_case=row).count() == 2


def test_going_back_takes_nothing_away_that_other_pages_wrote(world):
    client = world.client("stranger")
    client.post("/use-cases/start/", what())
    row = UseCase.objects.get(slug="invoice-matching")
    services.define(actor=world.stranger, use_case=row, **{**row.current_definition().body(), "regulation": "GDPR"})

    client.post(at("invoice-matching", "what"), what(based_on="2", affected="All."))
    assert (row.current_definition().affected, row.current_definition().regulation) == ("All.", "GDPR")


def test_somebody_who_wrote_meanwhile_is_shown_and_no_text_is_lost(world):
    client = world.client("stranger")
    client.post("/use-cases/start/", what())
    row = UseCase.objects.get(slug="invoice-matching")
    services.define(actor=world.stranger, use_case=row, **{**row.current_definition().body(), "ml_problem": "Theirs."})

    answer = client.post(at("invoice-matching", "what"), what(based_on="1", affected="My own words."))
    page = text_of(answer)
    assert answer.status_code == 409
    assert "<ins>Theirs.</ins>" in page
    assert "My own words." in page
    assert row.current_definition().number == 2


@pytest.mark.parametrize(("tier", "steps"), [("", 4), ("low", 4), ("medium", 5), ("high", 5)])
def test_more_is_asked_only_where_a_wrong_answer_does_harm(world, tier, steps):
    client = world.client("stranger")
    answer = client.post("/use-cases/start/", what(risk_tier=tier))

    assert answer["Location"] == at("invoice-matching", "more" if steps == 5 else "people")
    assert len(client.get(at("invoice-matching", "people")).context["steps"]) == steps


def test_the_further_questions_are_kept(world):
    client = world.client("stranger")
    client.post("/use-cases/start/", what(risk_tier="high"))
    sent = {
        "based_on": "1",
        "limits": "Never to judge clerks.",
        "regulation": "Bookkeeping law",
        "data_sources-TOTAL_FORMS": "2",
        "data_sources-INITIAL_FORMS": "0",
        "data_sources-0-name": "Orders",
        "consumers-TOTAL_FORMS": "2",
        "consumers-INITIAL_FORMS": "0",
        "consumers-0-name": "Purchasing",
        "consumers-0-kind": "team",
    }
    assert client.post(at("invoice-matching", "more"), sent)["Location"] == at("invoice-matching", "people")
    written = UseCase.objects.get(slug="invoice-matching").current_definition()
    assert (written.limits, written.regulation, written.risk_tier) == ("Never to judge clerks.", "Bookkeeping law", "high")
    assert (written.data_sources[0]["name"], written.consumers[0]["kind"]) == ("Orders", "team")
    assert written.kpis.count() == 1


def test_near_ones_are_shown_and_never_in_the_way(world):
    services.define(actor=world.lead, use_case=world.use_case, business_problem="Customers leave.", ml_problem="Who leaves?")
    client = world.client("lead")
    answer = client.post(
        "/use-cases/start/", what(title="Customer churn", business_problem="Customers leave.", ml_problem="Who leaves?")
    )

    assert answer.status_code == 302
    page = text_of(client.get(answer["Location"]))
    assert "Others work on something alike" in page
    assert "/use-cases/churn/" in page


def test_people_who_cannot_be_named_are_said_at_their_field_and_nobody_is_named(world):
    client = world.client("stranger")
    client.post("/use-cases/start/", what())
    answer = client.post(at("invoice-matching", "people"), {"business_owner": "business", "operations": "nobody-here"})

    assert answer.status_code == 400
    assert "nobody-here" in text_of(answer)
    assert RoleGrant.objects.filter(scope=UseCase.objects.get(slug="invoice-matching").public_id).count() == 1
    assert client.post(at("invoice-matching", "people"), {"business_owner": "stranger"}).status_code == 403


def test_the_same_people_again_change_nothing(world):
    client = world.client("stranger")
    client.post("/use-cases/start/", what())
    for _time in range(2):
        assert client.post(at("invoice-matching", "people"), {"business_owner": "business"}).status_code == 302
    assert RoleGrant.objects.filter(role="business_owner", user=world.business.user).count() == 2


def test_readers_see_why_they_cannot_go_on(world):
    client = world.client("auditor")

    for step in ("what", "people", "document", "submit"):
        answer = client.get(at("churn", step))
        assert answer.status_code == 200
        assert "disabled" in text_of(answer)
    assert world.client("stranger").get(at("churn", "what")).status_code == 404
    assert client.get(at("churn", "elsewhere")).status_code == 404
