"""A case under other assumptions and its simulations, over HTTP."""

from __future__ import annotations

from decimal import Decimal

import pytest

from foundation import jobs
from governance.economics.cashflow import evaluate, rounded
from governance.economics.components import plan_of
from governance.economics.models import Simulation
from governance.economics.scenarios import overridden
from governance.economics.services import write_snapshot
from tests.economics.case_plans import rich_plan, simple_plan
from tests.economics.worths import agreed_plan, measured

CASE = "/api/v1/use-cases/churn/economics"


@pytest.fixture
def snapshot(world):
    return write_snapshot(actor=world.lead, use_case=world.use_case, plan=rich_plan())


def post(client, url, body):
    return client.post(url, body, content_type="application/json")


def scenarios_of(answer):
    assert answer.status_code == 200, answer.json()
    return {row["key"]: row for row in answer.json()["scenarios"]}


@pytest.mark.parametrize("named", ["case", "snapshot"])
def test_every_scenario_is_answered_with_all_measures(world, snapshot, named):
    public_id = snapshot.public_id if named == "snapshot" else snapshot.case.public_id

    found = scenarios_of(world.api("auditor").get(f"{CASE}/{public_id}/evaluate"))

    assert list(found) == ["do_nothing", "base", "low"]
    assert found["do_nothing"]["evaluation"]["npv"] == "0"
    assert Decimal(found["base"]["evaluation"]["npv"]) == rounded(evaluate(plan_of(snapshot)).npv)
    assert found["low"]["overrides"] == {"line.kept.quantity": "20"}
    assert {"irr", "irr_reason", "mirr", "bcr", "payback", "flows"} <= set(found["low"]["evaluation"])


def test_other_values_are_taken_from_the_address_and_from_a_body_alike(world, snapshot):
    url = f"{CASE}/{snapshot.public_id}/evaluate"
    said = {"line.gpu.quantity": "120", "rate": "0.05"}
    wanted = evaluate(overridden(plan_of(snapshot), {name: Decimal(value) for name, value in said.items()}))

    read = world.api("lead").get(url, {**said, "scenario": "base"})
    sent = post(world.api("lead"), url, {"overrides": said, "scenario": "base"})

    assert Decimal(scenarios_of(read)["base"]["evaluation"]["npv"]) == rounded(wanted.npv)
    assert read.json() == sent.json()
    assert list(scenarios_of(read)) == ["base"]


def test_what_is_given_holds_over_what_a_scenario_says(world, snapshot):
    found = scenarios_of(
        post(world.api("lead"), f"{CASE}/{snapshot.public_id}/evaluate", {"overrides": {"line.kept.quantity": "33"}})
    )

    assert found["low"]["evaluation"] == found["base"]["evaluation"]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"overrides": {"line.gpu.quantiti": "1"}}, "overrides.line.gpu.quantiti", "input.unknown"),
        ({"overrides": {"line.gpu.quantity": "many"}}, "overrides.line.gpu.quantity", "input.not_a_number"),
        ({"overrides": {"line.gpu.quantity": "1e999999"}}, "overrides.line.gpu.quantity", "input.not_a_number"),
        ({"overrides": {"line.gpu.quantity": "-1"}}, "overrides.line.gpu.quantity", "input.out_of_bounds"),
        ({"overrides": {"line.gpu.from_period": "0.5"}}, "overrides.line.gpu.from_period", "input.not_whole"),
        ({"overrides": {"rate": "NaN"}}, "overrides.rate", "input.not_a_number"),
        ({"scenario": "high"}, "scenario", "scenario.unknown"),
        ({"explain": ["worth"]}, "explain", "measure.unknown"),
        ({"scenarios": "low"}, "scenarios", "unknown"),
    ],
)
def test_what_is_wrong_is_told_with_the_name_of_the_input(world, snapshot, body, field, code):
    answer = post(world.api("lead"), f"{CASE}/{snapshot.public_id}/evaluate", body)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert [(row["field"], row["code"]) for row in answer.json()["errors"]] == [(field, code)]


def test_a_close_name_is_offered(world, snapshot):
    answer = world.api("lead").get(f"{CASE}/{snapshot.public_id}/evaluate", {"line.gpu.quantiti": "1"})

    assert "line.gpu.quantity" in answer.json()["detail"]


def test_a_figure_is_explained_when_asked(world, snapshot):
    answer = world.api("lead").get(f"{CASE}/{snapshot.public_id}/evaluate", {"explain": ["npv", "line.gpu"], "scenario": "base"})

    npv, line = scenarios_of(answer)["base"]["explained"]
    assert (npv["measure"], npv["value"]) == ("npv", scenarios_of(answer)["base"]["evaluation"]["npv"])
    assert [term["key"] for term in npv["terms"]] == ["pv_benefits", "pv_costs", "rate"]
    assert line["formula"].startswith("Σ q·p")


def test_the_metrics_of_a_version_are_taken(world, push):
    snapshot = write_snapshot(actor=world.lead, use_case=world.use_case, plan=agreed_plan())
    version = push("7", metrics=measured("0.6"))
    url = f"{CASE}/{snapshot.public_id}/evaluate"

    without = scenarios_of(world.api("lead").get(url))["base"]["evaluation"]["npv"]
    answer = world.api("lead").get(url, {"model_version": version.public_id})

    assert answer.json()["model_version"] == version.public_id
    assert Decimal(scenarios_of(answer)["base"]["evaluation"]["npv"]) < Decimal(without)
    assert world.api("lead").get(url, {"model_version": "mv_nothing"}).status_code == 404


def test_of_a_version_without_the_metric_it_is_told_which_is_missing(world, push):
    snapshot = write_snapshot(actor=world.lead, use_case=world.use_case, plan=agreed_plan())
    version = push("7", metrics=measured(None))

    answer = world.api("lead").get(f"{CASE}/{snapshot.public_id}/evaluate", {"model_version": version.public_id})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "model_version")


def test_a_simulation_is_answered_at_once_and_the_same_again_is_what_there_is(world, snapshot):
    url = f"{CASE}/{snapshot.public_id}/simulate"

    first = post(world.api("lead"), url, {"trials": 500, "seed": 7})
    again = post(world.api("scientist"), url, {"trials": 500, "seed": 7})

    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    body = first.json()
    assert (body["state"], body["seed"], body["result"]["trials"]) == ("done", "7", 500)
    read = world.api("auditor").get(f"{CASE}/{snapshot.case.public_id}/simulations/{body['id']}")
    assert read.json() == body
    listed = world.api("auditor").get(f"{CASE}/{snapshot.public_id}/simulations").json()["results"]
    assert [row["id"] for row in listed] == [body["id"]]
    assert "result" not in listed[0]


def test_many_trials_are_accepted_and_read_later(world, snapshot, monkeypatch):
    monkeypatch.setattr(jobs, "ring", lambda pk: None)
    answer = post(world.api("lead"), f"{CASE}/{snapshot.public_id}/simulate", {"trials": 20_001})

    assert (answer.status_code, answer.json()["state"], answer.json()["result"]) == (202, "queued", None)
    assert answer.json()["job"]
    jobs.run(Simulation.objects.get().job_id)
    read = world.api("lead").get(f"{CASE}/{snapshot.public_id}/simulations/{answer.json()['id']}").json()
    assert (read["state"], read["result"]["trials"]) == ("done", 20_001)


def test_what_cannot_be_simulated_says_why(world):
    snapshot = write_snapshot(actor=world.lead, use_case=world.use_case, plan=simple_plan())
    url = f"{CASE}/{snapshot.public_id}/simulate"

    assert post(world.api("lead"), url, {}).json()["code"] == "simulation.nothing_uncertain"
    answer = post(world.api("lead"), url, {"trials": 7})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "trials")
    refused = post(world.api("auditor"), url, {})
    assert (refused.status_code, "do not work" in refused.json()["detail"]) == (403, True)
    assert post(world.api("stranger"), url, {}).status_code == 404
    assert world.api("lead").get(f"{CASE}/{snapshot.public_id}/simulations/sim_nothing").status_code == 404


def test_a_precision_that_no_count_can_hold_is_refused_and_no_error_of_ours(world):
    snapshot = write_snapshot(actor=world.lead, use_case=world.use_case, plan=agreed_plan())
    said = {"line.caught.driver.cases": "1000000000000", "line.caught.driver.precision": "1e-60"}

    answer = world.api("auditor").get(f"{CASE}/{snapshot.public_id}/evaluate", said)

    assert (answer.status_code, answer.json()["code"]) == (400, "input.driver")
    assert "false positives" in answer.json()["errors"][0]["message"]
