"""The portfolio as it is read, shown, answered and taken away."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.selectors.portfolio import portfolio
from approvals.showing.portfolio import lead_of, stage_picture, stats_of
from foundation import clock
from foundation.canonical import decimal_text
from governance.economics import services
from governance.economics.cashflow import rounded
from governance.economics.models import CaseFigures, RateRecord
from governance.economics.portfolio import REVISION, worth_of
from governance.economics.selectors.cases import evaluation_of
from governance.economics.services import figures as keeping
from governance.economics.services.actuals import correct_actual
from governance.economics.services.baselines import end_revoked_baseline
from governance.economics.services.figures import keep_missing_figures
from governance.people.models import Team, TeamGrant
from governance.usecases import services as usecases
from governance.usecases.models import UseCase
from tests.approvals.pages import text_of
from tests.economics.case_plans import rich_plan, simple_plan
from tests.economics.realised import agreed, budget_holder, later, plan, said, written
from tests.economics.worths import agreed_plan, approve_case
from tests.statements import statements

pytestmark = pytest.mark.django_db
PINNED = [  # of four plans: net present value, first year, benefit a month
    ["909.09", "1000", "91.67"],
    ["2982.62", "1158", "206.67"],
    ["15600", "7200", "1000"],
    ["1528664.72", "120000", "41733.33"],
]


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
    assert rounded(row.waiting_cost) == Decimal("98.56")


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


def test_budgets_and_rates_are_found_from_here_and_lead_back(world):
    client = world.client("lead")
    page = client.get("/portfolio/").content.decode()

    for address in ("/economics/budgets/", "/economics/rates/"):
        assert f'href="{address}"' in page
        beside = client.get(address)
        assert {"label": "Portfolio", "url": "/portfolio/"} in beside.context["crumbs"]
        assert [entry["url"] for entry in beside.context["navigation"] if entry["current"]] == ["/portfolio/"]


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


@pytest.mark.parametrize("query", ["tier=huge", "sort=luck", "order=up", "cursor=x", "limit=-1", "currency=euro", "currency=XYZ"])
def test_what_cannot_be_read_is_refused_by_name(world, query):
    answer = world.api("lead").get(f"/api/v1/portfolio?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


def test_what_is_said_of_one_currency_is_not_said_of_all(world):
    another(world, "one", "100")
    another(world, "two", "100")
    another(world, "rich", currency="USD")
    found = portfolio(world.lead)
    assert lead_of(found).startswith("None of the use cases in EUR brings more than it costs.")
    assert stage_picture(found)["summary"] == "At no stage do use cases in EUR bring more than they cost."

    body = world.api("lead").get("/api/v1/portfolio?currency=JPY").json()  # no rate: nothing is in it
    assert body["currency"] == "EUR"
    assert body["lead"].startswith("None of the use cases in EUR brings more than it costs.")
    assert body["by_stage"]

    CaseFigures.objects.filter(case__currency="EUR").update(basis="refused", npv="")
    assert lead_of(portfolio(world.lead)).startswith("Nobody knows yet what the use cases in EUR are worth.")


def test_a_rate_of_a_day_to_come_is_not_reckoned_with_today(world):
    another(world, "one")
    another(world, "two", currency="USD")
    today = clock.now().date()
    for rate, day in (("0.5", today), ("0.9", today + timedelta(days=10))):
        RateRecord.objects.create(
            kind="exchange", key="USD/EUR", title="Dollar", body={"rate": rate}, source="ECB", dated=day, created_at=clock.now()
        )
    address = "/api/v1/portfolio?currency=EUR"
    assert [row["rate"] for row in world.api("lead").get(address).json()["rates"]] == ["0.5"]

    with clock.at(clock.now() + timedelta(days=11)):
        assert [row["rate"] for row in world.api("lead").get(address).json()["rates"]] == ["0.9"]


def test_of_what_waits_it_is_said_of_how_many_the_cost_is_not_known(world, push, ask):
    ask(push())
    assert lead_of(portfolio(world.lead)).endswith("1 waits for an approval. Of 1 nobody wrote down what it costs and brings.")
    waits = {stat["label"]: stat for stat in stats_of(portfolio(world.lead))}["Waiting for approval, a day"]
    assert (waits["value"], waits["note"].endswith("Not known of 1.")) == ("–", True)

    written(world)
    found = portfolio(world.lead)
    [row] = found.positions
    known = row._replace(delay_a_day=Decimal(100), waiting_cost=Decimal(5))
    three = replace(
        found,
        positions=(known, known._replace(key="b", currency="", delay_a_day=None), known._replace(key="c", delay_a_day=None)),
    )
    assert "3 wait for an approval, which costs up to 100 EUR a day. Of 2 it is not known." in lead_of(three)
    waits = {stat["label"]: stat for stat in stats_of(three)}["Waiting for approval, a day"]
    assert waits["note"].endswith("Not known of 2.")


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


@pytest.mark.parametrize("address", ["/portfolio/", "/portfolio/?currency=EUR&sort=waiting_cost", "/api/v1/portfolio"])
def test_more_use_cases_take_no_more_statements(world, address):
    client = world.api("lead") if address.startswith("/api/") else world.client("lead")
    another(world, "first", "900")
    another(world, "dollars", "900", currency="USD")
    few = statements(client, address)
    for place in range(6):
        another(world, f"case-{place}", str(700 + place))

    assert statements(client, address) <= few <= 16


def test_a_look_reckons_no_case_and_reads_no_plan_and_no_result(world, monkeypatch):
    baseline = agreed(world, written(world), budget_holder(world))
    said(world, baseline, "build", 6500)
    monkeypatch.setattr(keeping, "worth_of", None)  # would fail if it was asked

    with CaptureQueriesContext(connection) as captured:
        row = of(portfolio(world.lead), "churn")

    assert (row.basis, row.npv, row.spent) == ("baseline", evaluation_of(baseline.snapshot).npv, Decimal(6500))
    asked = " ".join(query["sql"] for query in captured.captured_queries)
    assert "economics_actual" not in asked
    assert '"plan"' not in asked
    assert '"lines"' not in asked


def test_what_is_kept_is_what_would_be_reckoned_after_each_act(world):
    def kept():
        return CaseFigures.objects.values().get()

    payer = budget_holder(world)
    first = written(world)
    states = [kept()]
    baseline = agreed(world, first, payer)
    states.append(kept())
    rows = said(world, baseline, "build", 6500)
    states.append(kept())
    with later():
        correct_actual(actor=world.lead, actual=rows[0], amount="6400", because="Wrong.")
    states.append(kept())
    agreed(world, written(world, lines=plan().lines[1:]), payer)  # the line that was built with is gone
    states.append(kept())

    assert [(row["basis"], row["spent"], row["snapshot_id"] == first.pk) for row in states] == [
        ("snapshot", "", True),
        ("baseline", "", True),
        ("baseline", "6500.00", True),
        ("baseline", "6400.00", True),
        ("baseline", "6400.00", False),
    ]
    CaseFigures.objects.all().delete()
    assert keep_missing_figures() == 1
    assert kept() == states[-1]
    assert keep_missing_figures() == 0


def test_an_approval_that_is_taken_back_leaves_the_newest_version(world):
    baseline = approve_case(world)
    newest = services.write_snapshot(actor=world.lead, use_case=world.use_case, plan=agreed_plan(horizon=5, mid_period=True))
    assert of(portfolio(world.lead), "churn").basis == "baseline"

    decision = SimpleNamespace(public_id="dc_test")
    end_revoked_baseline(
        actor=world.business, snapshot=baseline.snapshot, decision=decision, request=baseline.request, reason="Wrong."
    )
    row = of(portfolio(world.lead), "churn")

    assert (row.basis, row.npv) == ("snapshot", evaluation_of(newest).npv)


def test_figures_by_rules_that_hold_no_more_are_told_as_not_reckoned_and_are_reckoned_anew(world):
    another(world, "first", "911")
    another(world, "second", "912")
    known = of(portfolio(world.lead), "second").npv
    CaseFigures.objects.filter(case__use_case__slug="first").update(revision=0)
    CaseFigures.objects.filter(case__use_case__slug="second").delete()

    found = portfolio(world.lead)
    page = text_of(world.client("lead").get("/portfolio/"))

    assert (found.later, of(found, "first").npv, of(found, "second").basis) == (2, None, "later")
    assert "2 cases have not been reckoned yet" in page
    assert keep_missing_figures(1) == 1
    assert keep_missing_figures() == 1
    assert (portfolio(world.lead).later, of(portfolio(world.lead), "second").npv) == (0, known)


def test_the_rules_by_which_figures_are_kept_have_a_number():
    """Fails when the same plan comes to other figures: raise `portfolio.REVISION` then, and write the new ones down here."""
    found = [worth_of(each) for each in (simple_plan(), rich_plan(), plan(), agreed_plan())]

    said_of_each = [[decimal_text(rounded(amount)) for amount in (one.npv, one.effort, one.benefit_a_month)] for one in found]
    assert (REVISION, said_of_each) == (1, PINNED)
