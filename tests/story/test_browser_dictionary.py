"""A journey through the dictionary without a mouse, in both languages: a unit changes, who breaks is seen, and one model is asked again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from approvals.models import Request
from approvals.selectors.standing import standing_of
from foundation import actor as actors
from governance.dictionary import services as dictionary
from governance.dictionary.models import DataElement, Proposal
from governance.people import services as people
from tests.approvals.pages import address
from tests.conftest import cast_vote
from tests.dictionary.approved import define
from tests.story.verdicts import APPROVE, RECORD, choose, from_the_inbox

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]
MEANING = {
    "name": "Length of the relation",
    "definition": "Time since the first contract.",
    "logical_type": "integer",
    "unit": "mo",
}


@pytest.fixture
def judged(world: Any, push: Any, ask: Any) -> dict[str, Request]:
    """Two models, each approved by data governance and by the validator; only one of them reads the element."""
    people.grant_role(actor=actors.system("test"), user=world.governance.user, role="data_governance")
    book = dictionary.create_dictionary(actor=world.governance, slug="customers", title="Customers")
    sales = people.create_team(actor=world.admin, slug="sales", title="Sales")
    for key, column in (("tenure", "tenure"), ("plan", "plan")):
        element = define(actor=world.data_engineer, dictionary=book, key=key, **(MEANING if key == "tenure" else {}))
        dictionary.bind_column(actor=world.data_engineer, element=element, team=sales, dataset="customers", column=column)
    found = {}
    for name, column, digest in (("churn-model", "tenure", "e"), ("tariff-model", "plan", "f")):
        inputs = [{"role": "train", "name": "customers", "digest": "sha256:" + digest * 64, "columns": [column]}]
        request = found[name] = ask(push(name=name, datasets=inputs))
        cast_vote(world.validator, request, "validation")
        cast_vote(world.governance, request, "data")
    return found


def waiting(request: Request) -> dict[str, str]:
    """Step → state, as the gate computes it."""
    request.refresh_from_db()
    return {step.key: step.state for step in standing_of(request).verdict.steps}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_change_of_unit_breaks_one_model_and_asks_data_governance_alone(
    at: Any, world: Any, judged: dict[str, Request], scripts: bool
) -> None:
    before = {name: waiting(request) for name, request in judged.items()}
    assert before["churn-model"]["data"] == before["tariff-model"]["data"] == "met"

    with at(world.data_engineer, scripts=scripts) as desk:
        desk.open("/dictionary/customers/elements/tenure/")
        desk.follow(desk.say("Change the meaning"))
        desk.write(desk.say("Unit"), "d", begins=True)
        desk.write(desk.say("Title of the new proposal"), "Days instead of months")
        desk.write(desk.say("Why"), "Two teams round months in different ways.")
        desk.press(desk.say("Propose this change"))
        desk.reads("Worst that happens")
        expect(desk.page.locator("main")).to_contain_text("churn-model@7")
        expect(desk.page.locator("main")).not_to_contain_text("tariff-model@7")
        desk.press(desk.say("Yes, it means something else"))
        desk.is_told("Your answer is written down.", scripts=scripts)
        desk.press(desk.say("Ask for approval"))
        desk.reads("What would move this forward")
    proposal = Proposal.objects.get(approved_at=None)
    assert DataElement.objects.get(key="tenure").current_version().unit == "mo"  # type: ignore[union-attr] # it has one

    with at(world.governance, scripts=scripts) as desk:
        from_the_inbox(desk, "Agreement of data governance")
        choose(desk, APPROVE, "Days are days everywhere.")
        desk.press(desk.say(RECORD))
        desk.open(f"/dictionary/customers/proposals/{proposal.public_id}/")
        desk.reads("In force since")
        desk.open("/dictionary/customers/elements/tenure/")
        desk.reads("2.0.0")

    after = {name: waiting(request) for name, request in judged.items()}
    assert after["tariff-model"] == before["tariff-model"]
    assert {key for key, state in after["churn-model"].items() if state != before["churn-model"][key]} == {"data"}
    with at(world.governance, scripts=scripts) as desk:
        desk.open(address(judged["churn-model"]))
        again = "You approved an earlier version. Changed since: %(components)s. Everything else is as you knew it."
        desk.reads(again, components=desk.say("column meanings"))
