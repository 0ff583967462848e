"""The draft and the versions over HTTP."""

from __future__ import annotations

from decimal import Decimal

import pytest

from governance.economics import services
from governance.economics.api.cases import plan_body
from governance.economics.models import CaseDraft, Snapshot
from tests.approvals.pages import text_of
from tests.economics.case_plans import begun, line, rich_plan, simple_plan

CASE = "/api/v1/use-cases/churn/economics"
URL = f"{CASE}/draft"


def put(client, plan, tag: str | None = None):
    headers = {"If-Match": tag} if tag else {}
    return client.put(URL, {"plan": plan}, content_type="application/json", headers=headers)


def test_a_draft_is_begun_changed_and_written_down(world):
    client = world.api("lead")

    answer = put(client, plan_body(simple_plan()))
    assert answer.status_code == 201
    assert (answer.json()["revision"], answer.json()["problems"], answer.json()["evaluation"]["npv"]) == (2, [], "909.09")

    read = client.get(URL)
    assert read["ETag"] == answer["ETag"]
    answer = put(client, plan_body(rich_plan()), read["ETag"])
    assert (answer.status_code, answer.json()["plan"]) == (200, plan_body(rich_plan()))

    answer = client.post(
        f"{URL}/write", {"note": "Agreed"}, content_type="application/json", headers={"If-Match": answer["ETag"]}
    )
    assert answer.status_code == 201
    assert answer.json()["plan"] == plan_body(rich_plan())
    assert client.get(URL).json()["code"] == "economics.draft.none"


def test_a_draft_may_be_wrong_and_says_where(world):
    answer = put(world.api("lead"), plan_body(simple_plan(lines=(line(risk=Decimal("0.5")),))))

    assert answer.status_code == 201
    assert {(item["field"], item["code"]) for item in answer.json()["problems"]} == {("lines[0].risk_reason", "risk_reason")}
    assert answer.json()["evaluation"]["npv"] is not None


def test_what_cannot_be_read_is_refused_with_its_place_and_nothing_is_changed(world):
    body = plan_body(simple_plan())
    body["lines"][0]["quantity"] = "many"

    answer = put(world.api("lead"), body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "lines[0].quantity")
    assert not CaseDraft.objects.exists()


def test_nobody_writes_over_what_they_have_not_seen(world):
    draft = begun(world, simple_plan())
    client = world.api("lead")
    tag = client.get(URL)["ETag"]
    services.add_line(actor=world.scientist, draft=draft, revision=1, line=line())

    assert put(client, plan_body(simple_plan())).status_code == 428
    assert put(client, plan_body(simple_plan()), tag).status_code == 412
    assert client.delete(URL, headers={"If-Match": tag}).status_code == 412
    assert client.post(f"{URL}/write", {}, content_type="application/json", headers={"If-Match": tag}).status_code == 412
    assert client.delete(URL, headers={"If-Match": client.get(URL)["ETag"]}).status_code == 204
    assert put(client, plan_body(simple_plan()), tag).status_code == 412


def test_a_whole_case_is_posted_and_read_with_all_its_figures(world):
    client = world.api("lead")

    answer = client.post(CASE, {"plan": plan_body(rich_plan()), "note": "Whole"}, content_type="application/json")

    assert answer.status_code == 201
    found = answer.json()
    assert found["plan"] == plan_body(rich_plan())
    assert set(found["evaluation"]) == {
        "npv", "pv_costs", "pv_benefits", "irr", "irr_reason", "irr_touching", "irr_beyond", "mirr", "bcr", "roi", "equivalent_annual",
        "payback", "payback_last", "discounted_payback", "discounted_payback_last", "flows",
    }  # fmt: skip
    again = client.post(CASE, {"plan": plan_body(rich_plan()), "based_on": 7}, content_type="application/json")
    assert again.status_code == 200


@pytest.mark.parametrize("named", ["case", "id"])
def test_every_version_is_listed_newest_first_and_another_is_written(world, named):
    services.write_snapshot(actor=world.lead, use_case=world.use_case, plan=simple_plan())
    services.write_snapshot(actor=world.lead, use_case=world.use_case, plan=rich_plan())
    client = world.api("lead")
    url = f"{CASE}/{client.get(CASE).json()[named]}/snapshots"

    listed = client.get(url)
    assert [row["number"] for row in listed.json()["results"]] == [2, 1]
    assert client.post(url, {"plan": plan_body(simple_plan(horizon=7))}, content_type="application/json").status_code == 201
    assert Snapshot.objects.count() == 3


def test_a_case_of_another_use_case_is_not_found_here(world):
    services.write_snapshot(actor=world.lead, use_case=world.use_case, plan=simple_plan())

    assert world.api("lead").get(f"{CASE}/ec_nothing/snapshots").status_code == 404
    assert world.api("stranger").get(f"{CASE}/{Snapshot.objects.get().public_id}/snapshots").status_code == 404


def test_who_only_reads_reads_the_draft_and_is_told_why_not_more(world):
    begun(world, simple_plan())
    client = world.api("auditor")

    assert client.get(URL).status_code == 200
    for answer in (put(client, plan_body(rich_plan())), client.delete(URL)):
        assert answer.status_code == 403
        assert "do not work on this use case" in answer.json()["detail"]
    assert world.api("stranger").get(URL).status_code == 404


def test_a_draft_of_a_case_that_is_kept_in_a_currency_is_not_begun_without_one(world):
    client = world.api("lead")
    tag = put(client, plan_body(simple_plan()))["ETag"]
    client.post(f"{URL}/write", {"note": "Agreed"}, content_type="application/json", headers={"If-Match": tag})

    answer = put(client, {**plan_body(simple_plan()), "currency": ""})

    assert answer.status_code in (400, 409), answer.json()
    assert client.get(URL).json()["code"] == "economics.draft.none"


def test_what_only_reckoning_shows_is_told_before_it_is_written_down(world):
    """No check of single values foresees a sum that is too large."""
    grown = line("build", quantity=Decimal(10) ** 11, unit_price=Decimal(10) ** 11, growth=Decimal(9), from_period=0, to_period=5)
    answer = put(world.api("lead"), plan_body(simple_plan(lines=(grown,), horizon=5)))

    [problem] = answer.json()["problems"]
    assert (problem["field"], problem["code"]) == ("lines", "plan.too_large")
    assert "more than 24 digits" in problem["message"]
    assert answer.json()["evaluation"] is None
    page = world.client("lead").get("/use-cases/churn/cost-benefit/draft/")
    assert "more than 24 digits" in text_of(page)
    assert page.context["problems"][0]["url"] == "/use-cases/churn/cost-benefit/draft/#lines"
    refused = world.client("lead").post("/use-cases/churn/cost-benefit/draft/write/", {"revision": "2", "based_on": "0"})
    assert "Your note, to take along" not in text_of(refused)
