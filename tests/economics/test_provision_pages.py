"""The pages and the API of budgets and provisions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from approvals.models import Request
from foundation import tokens
from foundation.models import Token
from governance.economics import services
from governance.economics.models import Budget, ProvisionRequest
from governance.economics.views.provisions import provisions_card
from tests.economics.provided import approved, asked_of, budget_of, costing, payer_of, put_up, today


@pytest.fixture
def payer(world):
    return payer_of()


@pytest.fixture
def budget(payer):
    return budget_of(payer, "1000")


def form_of(budget, **over):
    said = {
        "kind": "gpu", "title": "GPU hours", "need": "To train.", "budget": budget.public_id,
        "from_date": today().isoformat(), "until_date": (today() + timedelta(days=20)).isoformat(),
        "days": "5", "a_year": "0", "because": "We wait.", "no_cheaper": "",
        "lines-TOTAL_FORMS": "2", "lines-INITIAL_FORMS": "2",
        "lines-0-title": "GPU hours", "lines-0-quantity": "10", "lines-0-unit_price": "2.5",
        "lines-1-title": "Storage of checkpoints", "lines-1-suggested": "Storage of checkpoints", "lines-1-unit": "GB month",
        "alternatives-TOTAL_FORMS": "1", "alternatives-INITIAL_FORMS": "1",
        "alternatives-0-title": "Fewer", "alternatives-0-cost": "1", "alternatives-0-why_not": "Too slow.",
    }  # fmt: skip
    return {**said, **over}


def test_asking_on_the_page_puts_it_before_people_at_once(world, budget):
    answer = world.client("scientist").post("/use-cases/churn/provisions/new/", form_of(budget, ask="1"))

    row = ProvisionRequest.objects.get()
    request = Request.objects.get(subject_id=row.public_id)
    assert answer.headers["Location"] == f"/requests/{request.public_id}/"
    assert len(row.lines) == 1  # the suggested line without figures is none


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(world, budget):
    wrong = form_of(budget, **{"lines-0-quantity": "1,5", "alternatives-0-cost": "999999", "because": "Because of rain."})
    answer = world.client("scientist").post("/use-cases/churn/provisions/new/", wrong)
    html = answer.content.decode()

    assert answer.status_code == 400
    assert not ProvisionRequest.objects.exists()
    assert 'value="1,5"' in html
    assert "Because of rain." in html

    dear = form_of(budget, **{"alternatives-0-cost": "999999"})
    html = world.client("scientist").post("/use-cases/churn/provisions/new/", dear).content.decode()
    assert "Name an alternative that costs less" in html


def test_a_renewal_begins_with_what_it_renews_and_the_day_after_its_end(world, payer, budget):
    row = approved(world, payer, asked_of(world, budget))
    html = world.client("scientist").get(f"/use-cases/churn/provisions/new/?renews={row.public_id}").content.decode()

    assert row.need in html
    assert (row.until_date + timedelta(days=1)).isoformat() in html


def test_the_page_of_a_provision_shows_the_months_and_what_is_left(world, payer, budget):
    row = approved(world, payer, costing(world, budget, "400"))
    services.record_use(
        actor=world.engineer, provision=row, month=today(), amount=Decimal("100"), quantity=Decimal(50), unit="hour"
    )
    html = world.client("auditor").get(f"/provisions/{row.public_id}/").content.decode()

    assert "100 of 400 EUR are spent: 25 %." in html
    assert "50 hour" in html
    assert "Of 1,000 EUR, 100 are spent, 300 committed, 600 left." in html


def test_a_budget_page_counts_what_its_reader_may_not_see(world, budget):
    asked_of(world, budget)
    html = world.client("stranger").get(f"/economics/budgets/{budget.public_id}/").content.decode()

    assert "GPU hours for retraining" not in html
    assert "1 more of a use case that you may not see" in html


def test_the_lists_ask_the_database_as_often_however_long_they_are(world, payer, budget, django_assert_max_num_queries):
    for number in range(6):
        put_up(world, costing(world, budget, "100", title=f"No {number}"))
    client = world.client("lead")
    with django_assert_max_num_queries(25):
        client.get("/use-cases/churn/provisions/")
    with django_assert_max_num_queries(25):
        client.get("/economics/budgets/")
    with django_assert_max_num_queries(30):
        client.get(f"/economics/budgets/{budget.public_id}/")


def test_the_card_for_the_cost_benefit_page_has_the_newest(rf, world, budget):
    for number in range(6):
        costing(world, budget, "100", title=f"No {number}")
    request = rf.get("/")
    request.actor = world.scientist
    card = provisions_card(request, world.use_case)

    assert [row["provision"].title for row in card["rows"]] == [f"No {n}" for n in (5, 4, 3, 2, 1)]
    assert card["more"]
    assert card["may_ask"]


def test_a_pipeline_records_what_it_used_once(world, payer, budget):
    from django.test import Client

    row = approved(world, payer, costing(world, budget, "400"))
    _token, secret = tokens.create(
        actor=world.lead, name="Bills", owner=world.lead.user, kind=Token.Kind.SERVICE,
        scopes=["read", "measurements:write"], scope=world.use_case.public_id,
    )  # fmt: skip
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    url, said = f"/api/v1/provisions/{row.public_id}/uses", {"month": f"{today():%Y-%m}", "amount": "12.5", "reference": "run 1"}

    assert client.post(url, said, content_type="application/json").status_code == 201
    assert client.post(url, said, content_type="application/json").status_code == 200
    found = client.get(f"/api/v1/provisions/{row.public_id}").json()
    assert (found["state"], found["total"], found["spent"]) == ("approved", "400", "12.5")
    assert found["months"][0] == {"month": f"{today():%Y-%m}", "asked": "400", "spent": "12.5"}


def test_a_budget_over_http_is_opened_read_and_raised_with_its_tag(world, payer):
    said = {
        "team": "Sales", "title": "Licences", "currency": "EUR", "amount": "100.50", "from_date": today().isoformat(),
        "to_date": (today() + timedelta(days=9)).isoformat(), "holder": "payer",
    }  # fmt: skip
    client = world.api("admin")
    made = client.post("/api/v1/budgets", said, content_type="application/json")
    assert made.status_code == 201, made.content
    url = f"/api/v1/budgets/{made.json()['id']}"
    assert made.json()["figures"] == {"amount": "100.5", "spent": "0", "committed": "0", "left": "100.5", "asked": "0"}

    change = {"amount": "90", "reason": "Less."}
    assert client.patch(url, change, content_type="application/json").status_code == 428
    tag = client.get(url).headers["ETag"]
    done = client.patch(url, change, content_type="application/json", headers={"If-Match": tag})
    assert (done.status_code, done.json()["figures"]["left"]) == (200, "90")
    assert [item["after"] for item in done.json()["changes"]] == ["90"]
    both = client.patch(url, {**change, "ended": True}, content_type="application/json", headers={"If-Match": "*"})
    assert both.status_code == 400
    assert [row["id"] for row in client.get("/api/v1/budgets?open=1").json()["results"]] == [Budget.objects.get().public_id]


def test_what_was_sent_wrong_is_told_with_its_path(world, budget):
    said = {
        "kind": "gpu", "title": "GPU", "need": "To train.", "budget": budget.public_id, "from_date": today().isoformat(),
        "until_date": (today() + timedelta(days=9)).isoformat(), "without": {"because": "We wait."},
        "lines": [{"title": "GPU hours", "quantity": "1", "unit_price": "1", "from_month": "2031-01"}],
    }  # fmt: skip
    answer = world.api("scientist").post("/api/v1/use-cases/churn/provisions", said, content_type="application/json")

    assert answer.status_code == 400
    assert {item["field"] for item in answer.json()["errors"]} == {"lines[0].from_month", "no_cheaper"}
