"""The list of use cases: what it can be narrowed by, in which order it stands, and as a file."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.people import services as people
from governance.usecases import services as usecases
from governance.usecases.models import UseCase
from governance.usecases.selectors.listing import NO_TIER, Wanted, narrowed


def slugs(actor, **wanted):
    return set(narrowed(actor, Wanted(**wanted)).values_list("slug", flat=True))


@pytest.fixture
def cases(world):
    """Three more of the lead's, one at another stage and one with a tier."""
    for slug, title, kind in (("a", "Alpha", "research"), ("b", "beta", "product"), ("c", "Gamma", "prototype")):
        usecases.open_use_case(actor=world.lead, slug=slug, title=title, kind=kind)
    UseCase.objects.filter(slug="a").update(stage="building")
    usecases.define(
        actor=world.lead, use_case=UseCase.objects.get(slug="b"), business_problem="P.", ml_problem="M.", risk_tier="high"
    )
    return world


def test_each_filter_narrows_and_together_they_narrow_more(cases):
    assert slugs(cases.lead) == {"churn", "a", "b", "c"}
    assert slugs(cases.lead, kind="research") == {"a"}
    assert slugs(cases.lead, stage="building") == {"a"}
    assert slugs(cases.lead, stage="discovery") == {"churn", "b", "c"}
    assert slugs(cases.lead, risk="high") == {"b"}
    assert slugs(cases.lead, risk=NO_TIER) == {"churn", "a", "c"}
    assert slugs(cases.lead, text="amm") == {"c"}
    assert slugs(cases.lead, risk="high", kind="research") == set()


def test_mine_are_those_one_works_on_and_not_those_one_only_reads(cases):
    people.grant_role(
        actor=cases.admin, user=cases.auditor.user, role="project_lead", scope=UseCase.objects.get(slug="c").public_id
    )

    assert slugs(cases.auditor) == {"churn", "a", "b", "c"}
    assert slugs(cases.auditor, mine=True) == {"c"}


def test_those_of_somebody_who_leads_them(cases):
    assert slugs(cases.auditor, lead="lead") == {"churn", "a", "b", "c"}
    assert slugs(cases.auditor, lead="BUSINESS") == {"churn"}
    assert slugs(cases.auditor, lead="nobody") == set()


def titles(answer):
    return [row.use_case.title for row, _stage, _risk in answer.context["rows"]]


def test_the_page_is_sorted_as_its_address_says_and_counted(cases):
    client = cases.client("lead")

    assert titles(client.get("/use-cases/?sort=title")) == ["Alpha", "beta", "Customer churn", "Gamma"]
    assert titles(client.get("/use-cases/")) == ["Gamma", "beta", "Alpha", "Customer churn"]
    assert "4 use cases" in client.get("/use-cases/").content.decode()
    assert "1 use case<" in client.get("/use-cases/?risk=high").content.decode()


@pytest.mark.parametrize("query", ["?kind=x", "?stage=x", "?risk=x", "?sort=x", "?before=x", "?after=99999999999999999999"])
def test_an_address_that_says_nonsense_is_answered(cases, query):
    assert cases.client("lead").get("/use-cases/" + query).status_code == 200


@pytest.mark.parametrize("sort", ["", "title", "longest"])
def test_pages_follow_one_another_there_and_back(cases, monkeypatch, sort):
    monkeypatch.setattr("foundation.pages.sorted_slice.__kwdefaults__", {"size": 2}, raising=False)
    monkeypatch.setattr("foundation.pages.slice_of.__kwdefaults__", {"size": 2}, raising=False)
    client = cases.client("lead")
    first = client.get(f"/use-cases/?sort={sort}&kind=")
    second = client.get(first.context["slice"].older_url)
    back = client.get(second.context["slice"].newer_url)

    assert len(titles(first)) == len(titles(second)) == 2
    assert not set(titles(first)) & set(titles(second))
    assert titles(back) == titles(first)
    assert second.context["slice"].older_url == ""


def test_the_file_holds_what_the_page_shows_and_no_formula(cases):
    usecases.open_use_case(actor=cases.lead, slug="f", title='=HYPERLINK("http://x")')
    answer = cases.client("lead").get("/use-cases/export/?kind=product")
    text = b"".join(answer.streaming_content).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.search(r'attachment; filename="use-cases-\d{4}-\d\d-\d\d\.csv"', answer["Content-Disposition"])
    assert [row["slug"] for row in rows] == ["f", "b", "churn"]
    assert rows[0]["title"].startswith("'=")
    assert rows[1] | {"risk_tier": "high", "stage": "discovery", "project_lead": "Lead"} == rows[1]
    assert cases.client("lead").get("/use-cases/export/?kind=x").status_code == 404


def test_a_stranger_gets_no_line_of_others(cases):
    text = b"".join(cases.client("stranger").get("/use-cases/export/").streaming_content).decode()

    assert len(text.splitlines()) == 1


def test_the_list_of_the_api_takes_the_same_filters(cases):
    answer = cases.api("lead").get("/api/v1/use-cases?risk=high")

    assert [row["slug"] for row in answer.json()["results"]] == ["b"]


def test_the_number_of_statements_has_a_bound(cases):
    for at in range(20):
        usecases.open_use_case(actor=cases.lead, slug=f"more-{at}", title=f"More {at}")
    client = cases.client("lead")
    client.get("/use-cases/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/use-cases/?q=more&sort=title&mine=on&risk=unknown")

    assert len(asked) <= 20
