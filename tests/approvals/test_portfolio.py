"""The portfolio as it is read, shown, answered and taken away."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.selectors import portfolio as reading
from approvals.selectors.portfolio import Asked, portfolio
from approvals.showing.portfolio import lead_of
from foundation import clock
from governance.economics import services
from governance.economics.cashflow import rounded
from governance.economics.models import RateRecord
from governance.economics.selectors.cases import evaluation_of
from governance.people.models import Team, TeamGrant
from governance.usecases import services as usecases
from governance.usecases.models import UseCase
from tests.approvals.pages import text_of
from tests.economics.case_plans import simple_plan
from tests.economics.realised import agreed, budget_holder, plan, said, written

pytestmark = pytest.mark.django_db


def another(world, slug, price="1100", currency="EUR", title=""):
    """A use case of the lead's with a simple case."""
    row = usecases.open_use_case(actor=world.lead, slug=slug, title=title or slug.title())
    base = simple_plan(currency=currency)
    lines = tuple(replace(line, unit_price=Decimal(price)) if line.kind == "benefit" else line for line in base.lines)
    return row, services.write_snapshot(actor=world.lead, use_case=row, plan=replace(base, lines=lines))


def of(found, slug):
    return next(row for row in found.positions if row.key == slug)


def test_a_use_case_without_a_case_is_there_and_its_value_is_not_known(world):
    row = of(portfolio(world.lead), "churn")

    assert (row.npv, row.currency, row.basis, row.spent) == (None, "", "", None)


def test_the_value_is_that_of_the_newest_version_until_one_is_approved(world):
    first = written(world)
    assert of(portfolio(world.lead), "churn").basis == "snapshot"

    agreed(world, first, budget_holder(world))
    newest = written(world, lines=plan().lines[:2])
    row = of(portfolio(world.lead), "churn")

    assert (row.basis, row.npv) == ("baseline", evaluation_of(first).npv)
    assert row.npv != evaluation_of(newest).npv


def test_cost_so_far_and_benefit_realised_are_what_was_recorded(world):
    baseline = agreed(world, written(world), budget_holder(world))
    said(world, baseline, "build", 6500)
    assert (of(portfolio(world.lead), "churn").spent, of(portfolio(world.lead), "churn").realised) == (Decimal(6500), None)

    said(world, baseline, "kept", 800, 900)

    assert of(portfolio(world.lead), "churn").realised == Decimal(1700)


def test_a_line_that_was_dropped_since_still_counts_as_what_it_was(world):
    payer = budget_holder(world)
    baseline = agreed(world, written(world), payer)
    said(world, baseline, "run", 100)
    agreed(world, written(world, lines=(plan().lines[0], plan().lines[2])), payer)

    assert of(portfolio(world.lead), "churn").spent == Decimal(100)


def test_a_release_that_waits_costs_the_expected_benefit_of_each_day(world, push, ask):
    written(world)
    ask(push())

    with clock.at(clock.now() + timedelta(days=3)):
        row = of(portfolio(world.lead), "churn")

    assert row.waiting == 1
    assert rounded(row.delay_a_day) == Decimal("32.85")  # 1,000 a month
    assert row.waiting_cost == Decimal("98.56")


def test_one_sees_only_the_use_cases_that_one_sees(world):
    written(world)

    assert portfolio(world.stranger).positions == ()
    assert "No use case yet" in text_of(world.client("stranger").get("/portfolio/"))


def test_the_sentence_says_where_the_value_is_what_waits_and_what_is_missing(world, push, ask):
    written(world)
    another(world, "small", "700")
    usecases.open_use_case(actor=world.lead, slug="bare", title="Bare")
    ask(push())

    assert lead_of(portfolio(world.lead)) == (
        "1 of 2 use cases carries 99 % of the value. 1 waits for an approval, which costs up to 33 EUR a day. "
        "Of 1 nobody wrote down what it costs and brings."
    )


def test_the_page_the_answer_and_the_file_say_the_same_figures(world):
    _row, snapshot = another(world, "other")
    npv = rounded(evaluation_of(snapshot).npv)

    page = text_of(world.client("lead").get("/portfolio/"))
    body = world.api("lead").get("/api/v1/portfolio").json()
    file = b"".join(world.client("lead").get("/portfolio/export/").streaming_content).decode("utf-8-sig")

    answered = next(row for row in body["results"] if row["use_case"] == "other")
    taken = next(row for row in csv.DictReader(io.StringIO(file)) if row["slug"] == "other")
    assert answered["npv"] == taken["npv"] == str(npv)
    assert f"{rounded(npv, 0)} EUR" in page
    assert next(row for row in body["results"] if row["use_case"] == "churn")["npv"] is None
    assert next(row for row in csv.DictReader(io.StringIO(file)) if row["slug"] == "churn")["npv"] == ""


def test_a_title_that_a_spreadsheet_would_run_is_a_text_in_the_file(world):
    another(world, "evil", title="=1+1")

    file = b"".join(world.client("lead").get("/portfolio/export/").streaming_content).decode("utf-8-sig")

    assert next(row for row in csv.DictReader(io.StringIO(file)) if row["slug"] == "evil")["title"] == "'=1+1"


def test_two_currencies_are_added_up_only_with_a_rate_on_record(world):
    another(world, "one")
    _row, dollars = another(world, "two", currency="USD")
    apart = world.api("lead").get("/api/v1/portfolio").json()
    assert [one["currency"] for one in apart["sums"]] == ["EUR", "USD"]
    assert [one["currency"] for one in world.api("lead").get("/api/v1/portfolio?currency=EUR").json()["sums"]] == ["EUR", "USD"]

    RateRecord.objects.create(
        kind="exchange",
        key="USD/EUR",
        title="Dollar",
        body={"rate": "0.5"},
        source="ECB",
        dated=date(2026, 1, 2),
        created_at=clock.now(),
    )
    together = world.api("lead").get("/api/v1/portfolio?currency=EUR").json()

    assert [one["currency"] for one in together["sums"]] == ["EUR"]
    assert together["rates"] == [{"currency": "USD", "rate": "0.5", "source": "ECB", "dated": "2026-01-02"}]
    row = next(row for row in together["results"] if row["use_case"] == "two")
    assert row["npv"] == str(rounded(evaluation_of(dollars).npv / 2))


@pytest.mark.parametrize("query", ["tier=huge", "sort=luck", "order=up", "cursor=x", "limit=-1", "currency=euro"])
def test_what_cannot_be_read_is_refused_by_name(world, query):
    answer = world.api("lead").get(f"/api/v1/portfolio?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


def test_the_list_is_narrowed_sorted_and_paged_by_the_address(world):
    for place in range(3):
        another(world, f"case-{place}", str(700 + 100 * place))
    held_by_crew(world, "case-1")

    def slugs(query):
        return [row["use_case"] for row in world.api("lead").get(f"/api/v1/portfolio?{query}").json()["results"]]

    assert slugs("")[:3] == ["case-2", "case-1", "case-0"]
    assert slugs("order=asc")[:3] == ["case-0", "case-1", "case-2"]
    assert slugs("team=crew") == ["case-1"]
    assert slugs("stage=production") == []
    assert slugs("limit=1&cursor=1") == ["case-1"]
    page = text_of(world.client("lead").get("/portfolio/?stage=production"))
    assert "No use case fits" in page


def held_by_crew(world, slug):
    team = Team.objects.create(slug="crew", title="Crew")
    scope = UseCase.objects.get(slug=slug).public_id
    TeamGrant.objects.create(team=team, role="project_lead", scope=scope, starts_at=clock.now())


def test_a_wrong_filter_is_told_on_the_page_and_refused_for_the_file(world):
    assert world.client("lead").get("/portfolio/?stage=nowhere").status_code == 400
    assert world.client("lead").get("/portfolio/export/?stage=nowhere").status_code == 404


def test_more_use_cases_take_no_more_statements(world):
    client = world.client("lead")
    another(world, "first", "900")
    client.get("/portfolio/")
    with CaptureQueriesContext(connection) as few:
        client.get("/portfolio/")
    for place in range(6):
        another(world, f"case-{place}", str(700 + place))
    client.get("/use-cases/")  # what stands around every page is read anew after an event
    with CaptureQueriesContext(connection) as many:
        client.get("/portfolio/")

    assert len(many) <= len(few) + 1  # what was not reckoned yet is read once
    assert len(many) <= 20


def test_a_case_is_reckoned_once_for_its_bytes(world, monkeypatch):
    another(world, "first", "901")
    portfolio(world.lead)

    monkeypatch.setattr(reading, "worth_of", None)  # would fail if it was asked again

    assert of(portfolio(world.lead), "first").npv is not None


def test_cases_beyond_what_one_look_reckons_are_told_as_such(world):
    another(world, "first", "911")
    another(world, "second", "912")

    found = portfolio(world.lead, Asked(), new_at_once=1)

    assert found.later == 1
    assert portfolio(world.lead).later == 0
