from __future__ import annotations

import pytest

from governance.usecases.models import Definition

URL = "/api/v1/use-cases"
DEFINITION = {
    "business_problem": "Kunden kündigen. 客户流失。",
    "ml_problem": "Wer kündigt?",
    "kpis": [{"name": "Found", "unit": "%", "direction": "up", "baseline": "42", "target": 70.5, "tolerance": None}],
}


def post(world, part: str, url: str, body):
    return world.api(part).post(url, body, content_type="application/json")


def test_a_use_case_is_opened_read_and_listed(world):
    made = post(world, "stranger", URL, {"slug": "idea", "title": "Idea", "kind": "research"})

    assert made.status_code == 201
    assert set(made.json()) == {"id", "slug", "title", "kind", "created_at", "definition"}
    assert made.json()["definition"] is None
    assert world.api("stranger").get(f"{URL}/idea").json() == made.json()
    assert [row["slug"] for row in world.api("stranger").get(URL).json()["results"]] == ["idea"]
    assert world.api("lead").get(f"{URL}/idea").status_code == 404
    assert [row["slug"] for row in world.api("auditor").get(URL).json()["results"]] == ["idea", "churn"]


def test_a_taken_slug_is_a_conflict_even_where_one_may_not_see_it(world):
    answer = post(world, "stranger", URL, {"slug": "churn", "title": "Mine"})

    assert (answer.status_code, answer.json()["code"]) == (409, "use_case.exists")


def test_a_definition_is_written_and_all_its_versions_are_read(world):
    made = post(world, "business", f"{URL}/churn/definitions", DEFINITION)

    assert made.status_code == 201
    assert made.json()["number"] == 2
    assert made.json()["kpis"][0]["target"] == "70.500000"
    assert [row["number"] for row in world.api("lead").get(f"{URL}/churn/definitions").json()["results"]] == [2, 1]
    assert world.api("lead").get(f"{URL}/churn").json()["definition"] == made.json()
    again = post(world, "business", f"{URL}/churn/definitions", DEFINITION)
    assert again.json()["number"] == 2
    assert Definition.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kpis": [{"name": "A", "target": 1}, {"name": "A", "target": 2}]}, "kpis"),
        ({"kpis": [{"name": "A", "target": "1e5000"}]}, "kpis[0].target"),
        ({"kpis": [{"name": "A"}]}, "kpis[0].target"),
        ({"kpis": {"name": "A", "target": 1}}, "kpis"),
        ({"business_problem": None}, "business_problem"),
        ({"ml_problem": "x" * 20_001}, "ml_problem"),
        ({"limit": "x"}, "limit"),
    ],
)
def test_a_definition_that_cannot_be_used_is_told_by_its_path(world, change, field):
    answer = post(world, "lead", f"{URL}/churn/definitions", {**DEFINITION, **change})

    assert answer.status_code == 400, answer.content
    assert field in [item["field"] for item in answer.json()["errors"]]
    assert Definition.objects.count() == 1


def test_readers_are_told_why_they_cannot_write(world):
    refused = post(world, "auditor", f"{URL}/churn/definitions", DEFINITION)

    assert refused.status_code == 403
    assert "do not work on this use case" in refused.json()["detail"]
    assert post(world, "stranger", f"{URL}/churn/definitions", DEFINITION).status_code == 404


def test_ci_reads_and_does_not_govern(world):
    assert world.api("ci").get(f"{URL}/churn").status_code == 200
    refused = post(world, "ci", f"{URL}/churn/definitions", DEFINITION)
    assert (refused.status_code, refused.json()["code"]) == (403, "token.scope")


def test_reading_costs_the_same_however_much_there_is(world, django_assert_max_num_queries):
    client = world.api("lead")
    client.get(URL)

    with django_assert_max_num_queries(5):
        client.get(f"{URL}/churn")
    with django_assert_max_num_queries(6):
        client.get(f"{URL}/churn/definitions")
