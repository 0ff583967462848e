"""Money, without a mouse, in both languages: a case from its template to the gate that says what a version costs, and GPU hours out of a budget."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from governance.economics.models import Baseline, ProvisionRequest, Snapshot
from tests.conftest import ask_for, cast_vote
from tests.economics.provided import budget_of, payer_of
from tests.economics.worths import measured
from tests.story.contrib import check_in, gate_says
from tests.story.worth import (
    BETTER,
    CASE,
    CODE,
    LABELS,
    WATCHING,
    WORSE,
    add_scenario,
    agree,
    ask_for_gpu_hours,
    begin,
    fill_in,
    let_a_model_drive,
    read_budget,
    set_gate,
    simulate,
    somebody,
    waits_for,
    write_down,
)

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@with_and_without_scripts
def test_a_case_from_its_template_to_the_gate_that_says_what_a_worse_version_costs(
    at: Any, world: Any, push: Any, language: str, scripts: bool
) -> None:
    payer, partner = somebody(world, "payer", "budget_holder"), somebody(world, "partner", "business_owner")

    with at(world.business, scripts=scripts) as desk:
        build(desk, scripts)
        vary(desk)
        put_up(desk, scripts)
    for who, step in ((payer, "Budget holder"), (partner, "Business owner")):
        with at(who, scripts=scripts) as desk:
            agree(desk, step, "The figures hold.", scripts)
    assert Baseline.objects.get().snapshot == Snapshot.objects.get()

    gate = set_gate(world)
    with at(world.business, scripts=scripts) as desk:
        is_told_what_it_costs(desk, world, pushed(world, push, gate, "8", WORSE))
        passes(desk, world, pushed(world, push, gate, "9", BETTER))


def build(desk: Any, scripts: bool) -> None:
    """Lines from the template, a benefit that a model drives, and a lower and a higher guess."""
    begin(desk, "labelling", "monitoring")
    fill_in(desk, "labelling", LABELS, scripts, quantity=("3500", "6000"))
    fill_in(desk, "monitoring", WATCHING, scripts)
    let_a_model_drive(desk, scripts)
    desk.follow(desk.say("Scenarios"))
    add_scenario(desk, "Fewer are found", "low", {"line.classifier.driver.recall": "0.6"}, scripts)
    add_scenario(desk, "More are found", "high", {"line.classifier.driver.recall": "0.8"}, scripts)
    desk.follow(desk.say("Back to the draft"))
    write_down(desk, "As the pilot showed.", scripts)
    assert {line["key"] for line in Snapshot.objects.get().lines} == {"labelling", "monitoring", "classifier"}


def vary(desk: Any) -> None:
    """The plan beside both guesses, and how likely a loss is."""
    desk.follow(desk.say("Scenarios and what-if"))
    rows = desk.page.locator("section[aria-labelledby=scenarios] tr")
    # A tenth of recall is 200 finds at 180 + 200, and 371.43 false alarms at 12, each year for three years at 5 %.
    for title, against in (("Fewer are found", "−194,829"), ("More are found", "+194,829")):
        expect(rows.filter(has_text=title)).to_contain_text(against)
    desk.follow(desk.say("Simulation"))
    run = simulate(desk, "30000", "7")
    assert (run.trials, run.failure) == (30_000, None)
    desk.reads("How far down, how far up")
    desk.reads("How to get the same again")
    desk.follow(desk.say("Back to the case"))


def put_up(desk: Any, scripts: bool) -> None:
    """Those who did not write it down are asked."""
    desk.follow(desk.say("Put up for approval"))
    desk.press(desk.say("Ask for approval"))
    desk.is_told("Approval of %(title)s is asked for.", scripts=scripts, title="Customer churn · 1")
    desk.open(CASE)
    agreed = desk.page.locator("section[aria-labelledby=agreed]")
    for name in ("Payer", "Partner"):
        expect(agreed).to_contain_text(name)
    expect(agreed).not_to_contain_text("Business")


def pushed(world: Any, push: Any, gate: Any, version: str, metrics: tuple[str, str]) -> Any:
    """A version that CI pushes, and of which everything but its worth is in order."""
    row = push(version, metrics=measured(*metrics))
    cast_vote(world.validator, ask_for(world, gate, row), "validation")
    return row


def is_told_what_it_costs(desk: Any, world: Any, version: Any) -> None:
    """The gate says no, and by how much a year; so do its page, the page of the version, and the API."""
    body = gate_says(world, version, desk.language)
    check = check_in(body, CODE)
    assert (body["decision"], check["status"]) == ("deny", "fail")
    assert {actor["display"] for actor in check["actors"]} == {"Lead", "Business", "Partner"}
    a_year = world.api("business").get(f"/api/v1/model-versions/{version.public_id}/worth").json()["a_year"]
    assert {name: Decimal(value) for name, value in a_year.items()} == {
        "before": Decimal(500_800),
        "after": Decimal("460246.49"),
        "change": Decimal("-40553.51"),
    }
    assert {"type": "worth", "id": f"{a_year['change']} EUR"} in check["evidence"]
    said = desk.say("%(amount)s %(currency)s a year against the approved case", amount="−40,554", currency="EUR")
    assert check["title"] == said

    desk.open(f"/gates/{body['id']}/")
    desk.reads("It may not ship.")
    expect(desk.page.locator("section[aria-labelledby=blocking]")).to_contain_text(said)
    desk.follow(desk.say("See what it costs, and why"), begins=True)
    worth = desk.page.locator("section[aria-labelledby=worth]")
    for words in (said, "500,800", "460,246", desk.say("recall"), desk.say("precision")):
        expect(worth).to_contain_text(words)


def passes(desk: Any, world: Any, version: Any) -> None:
    """A better one ships, and the gate says what it brings."""
    body = gate_says(world, version, desk.language)
    said = desk.say("%(amount)s %(currency)s a year against the approved case", amount="+21,463", currency="EUR")
    assert (body["decision"], check_in(body, CODE)["title"]) == ("allow", said)
    desk.open(f"/gates/{body['id']}/")
    desk.reads("It may ship.")
    expect(desk.page.locator("details.fold")).to_contain_text(said)


# Out of a budget --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def payer(world: Any) -> Any:
    return payer_of()


@pytest.fixture
def budget(payer: Any) -> Any:
    return budget_of(payer, "1000")


@with_and_without_scripts
def test_gpu_hours_within_the_budget_are_committed_once_its_holder_agrees(
    at: Any, world: Any, payer: Any, budget: Any, language: str, scripts: bool
) -> None:
    with at(world.engineer, scripts=scripts) as desk:
        ask_for_gpu_hours(desk, budget, hours="200", price="2", scripts=scripts)
        row = ProvisionRequest.objects.get()
        desk.open(f"/provisions/{row.public_id}/")
        desk.reads("The budget has enough left for it.")
        waits_for(desk, "Lead")
        paper = desk.page.get_by_role("link", name=desk.say("One page as PDF")).get_attribute("href")
        printed = desk.page.request.get(f"{desk.portal}{paper}")
        assert (printed.status, printed.headers["content-type"]) == (200, "application/pdf")
        read_budget(desk, budget, spent="0", committed="0", left="1,000")

    for who, step in ((world.lead, "Is it needed"), (payer, "Decision of the budget holder")):
        with at(who, scripts=scripts) as desk:
            agree(desk, step, "Worth it.", scripts)
    row.refresh_from_db()
    assert row.state() == "approved"
    with at(world.engineer, scripts=scripts) as desk:
        read_budget(desk, budget, spent="0", committed="400", left="600")


def test_what_is_above_the_budget_needs_the_business_owner_too(
    at: Any, world: Any, payer: Any, budget: Any, language: str
) -> None:
    with at(world.engineer) as desk:
        ask_for_gpu_hours(desk, budget, hours="750", price="2")
        row = ProvisionRequest.objects.get()
        desk.open(f"/provisions/{row.public_id}/")
        above = "It is above what the budget has left, by %(above)s %(currency)s. So the business owner is asked too."
        desk.reads(above, above="500", currency="EUR")
    with at(world.lead) as desk:
        agree(desk, "Is it needed", "It is.")
        desk.open(f"/provisions/{row.public_id}/")
        waits_for(desk, "Payer", "Business")
    with at(payer) as desk:
        agree(desk, "Decision of the budget holder", "Ahead of the rest.")
    row.refresh_from_db()
    assert row.state() == "asked"

    with at(world.business) as desk:
        agree(desk, "More than the budget has left", "Worth overdrawing it.")
        desk.open(f"/economics/budgets/{budget.public_id}/")
        over = "Of %(amount)s %(currency)s, %(spent)s are spent and %(committed)s committed: overdrawn by %(over)s."
        desk.reads(over, amount="1,000", currency="EUR", spent="0", committed="1,500", over="500")
    row.refresh_from_db()
    assert row.state() == "approved"
