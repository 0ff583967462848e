"""Pages to which no link leads, since they come of something: axe finds nothing on them either, in both languages and themes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from approvals.services import policies, requests
from tests.approvals.asking import ask_to_publish, second_admin
from tests.conftest import POLICY, ask_for
from tests.stage import set_stage
from tests.story.desk import Desk
from tests.story.objections import objections
from tests.story.verdicts import APPROVE, CHANGES, RECORD

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]
SIGNED = POLICY.replace("covers: [code, model, data]", "covers: [code, model, data], signature: reauth")
MANY = POLICY.replace("covers: [dependencies, runtime]", "covers: [dependencies, runtime], bulk: true")


@dataclass(frozen=True, slots=True)
class Sight:
    """A page as somebody sees it, perhaps after they did something there."""

    who: str
    address: str  # with the names of the stage in it
    act: Callable[[Desk], None] | None = None


def _misnamed(desk: Desk) -> None:
    desk.write(desk.say("Deputy"), "nobody.we.know")
    desk.write_date(desk.say("Last day away"), "2099-12-31")
    desk.press(desk.say("Name the deputy"))


def _refused(desk: Desk) -> None:
    """Changes, without saying which."""
    desk.pick(desk.say(APPROVE), desk.say(CHANGES))
    desk.press(desk.say(RECORD))


def _together(desk: Desk) -> None:
    desk.press(desk.page.locator("button[name=all]").inner_text().strip())


def _approved_together(desk: Desk) -> None:
    _together(desk)
    desk.press(desk.say("Approve what is ticked"))


def _unfolded(desk: Desk) -> None:
    """Everything that can be opened stands open."""
    desk.page.evaluate("() => document.querySelectorAll('main details').forEach(item => { item.open = true; })")


def _tried(desk: Desk) -> None:
    desk.write(desk.say("Title"), "Weekly retraining")
    desk.write(f"recall@test: {desk.say('May fall by')}", "0.02")
    desk.press(desk.say("Try it on past versions"))


def _checked(desk: Desk) -> None:
    desk.press(desk.say("Check"))


def _emptied(desk: Desk) -> None:
    desk.write(desk.say("Title"), "")
    desk.press(desk.say("Check"))


def _in_words(desk: Desk) -> None:
    """A text for a number."""
    desk.page.locator("main input[name=labels]").fill("4.000,5")
    desk.page.locator("main input[name=price]").fill("much")
    desk.page.locator("main input[name=checked_again]").fill("10")
    desk.press(desk.say("Put it into the draft"))


def _nothing_chosen(desk: Desk) -> None:
    """A value for no input."""
    desk.write(desk.say("What it is called"), "Other")
    desk.write(desk.say("Key"), "other")
    desk.write(desk.say("Value instead"), "7")
    desk.press(desk.say("Save"))


def _without_words(desk: Desk) -> None:
    """All that a browser wants is there, and the server finds that a price and an alternative are missing."""
    for name, said in {"title": "GPU", "need": "To train.", "because": "We wait.", "lines-0-quantity": "1.5"}.items():
        desk.page.locator(f"main [name={name}]").fill(said)
    desk.page.locator("main select[name=budget]").select_option(index=1)
    for name in ("from_date", "until_date"):
        desk.page.locator(f"main [name={name}]").fill("2020-01-01")
    desk.press(desk.say("Ask for approval"))


SIGHTS = (
    # What was refused, and what comes of a try
    Sight("lead", "/settings/absence/", _misnamed),
    # A request, as it looks to those whom it concerns
    Sight("validator", "/requests/{request}/", _refused),
    Sight("engineer", "/requests/{request}/", _unfolded),
    Sight("validator", "/requests/{signed}/", _unfolded),
    Sight("data_engineer", "/requests/{request}/"),  # in another's place
    Sight("lead", "/requests/{excepted}/", _unfolded),  # a waiver, a condition, an objection
    Sight("governance", "/requests/{excepted}/", _unfolded),  # who reviews the waiver
    Sight("lead", "/requests/{approved}/", _unfolded),
    Sight("confirming", "/requests/{publication}/"),
    Sight("business", "/requests/{about_definition}/"),
    Sight("validator", "/requests/{about_envelope}/"),
    # Many at once
    Sight("security", "/", _together),
    Sight("security", "/", _approved_together),
    # Envelopes
    Sight("lead", "/use-cases/churn/envelopes/new/", _tried),
    Sight("lead", "/envelopes/{envelope}/", _unfolded),
    # Policies
    Sight("admin", "/settings/policies/production-release/?version=2", _unfolded),
    Sight("admin", "/settings/policies/production-release/edit/", _emptied),
    Sight("admin", "/settings/policies/production-release/edit/", _checked),
    Sight("admin", "/settings/policies/production-release/simulate/?request={request}"),
)

CASE = "/use-cases/churn/cost-benefit"
OF_MONEY = (
    # The case, as it was agreed to, under other assumptions, and as a spreadsheet
    Sight("lead", f"{CASE}/", _unfolded),
    Sight("auditor", f"{CASE}/"),
    Sight("lead", f"{CASE}/compare/", _unfolded),
    Sight("lead", f"{CASE}/approval/"),
    Sight("lead", f"{CASE}/scenarios/?input=rate&value=9%25", _unfolded),
    Sight("lead", f"{CASE}/scenarios/?input=rate&value=lots"),
    Sight("lead", f"{CASE}/sensitivity/?around=20", _unfolded),
    Sight("lead", f"{CASE}/simulation/?run={{simulation}}", _unfolded),
    Sight("lead", f"{CASE}/import/{{sheet}}/"),
    # Its draft, with what was refused there
    Sight("lead", f"{CASE}/draft/", _unfolded),
    Sight("auditor", f"{CASE}/draft/"),
    Sight("lead", f"{CASE}/draft/frame/", _unfolded),
    Sight("lead", f"{CASE}/draft/lines/new/"),
    Sight("lead", f"{CASE}/draft/lines/new/?template=labelling", _in_words),
    Sight("lead", f"{CASE}/draft/lines/new/?template=own"),
    Sight("lead", f"{CASE}/draft/lines/{{case_line}}/", _unfolded),
    Sight("lead", f"{CASE}/draft/model/"),
    Sight("lead", f"{CASE}/draft/model/?template=classifier"),
    Sight("lead", f"{CASE}/draft/scenarios/", _nothing_chosen),
    Sight("lead", f"{CASE}/draft/write/"),
    # What came of it
    Sight("lead", f"{CASE}/actuals/", _unfolded),
    Sight("lead", f"{CASE}/actuals/{{actual}}/", _unfolded),
    Sight("lead", f"{CASE}/actuals/files/{{actual_file}}/", _unfolded),
    # Rates, budgets, and what is asked for out of them
    Sight("admin", "/economics/rates/{rate}/", _unfolded),
    Sight("admin", "/economics/rates/new/discount/"),
    Sight("admin", "/economics/budgets/{budget}/", _unfolded),
    Sight("admin", "/economics/budgets/new/"),
    Sight("scientist", "/use-cases/churn/provisions/new/?kind=gpu", _without_words),
    Sight("scientist", "/provisions/{provision_asked}/", _unfolded),
    Sight("scientist", "/provisions/{provision_held}/", _unfolded),
    Sight("lead", "/portfolio/", _unfolded),
)


@pytest.fixture
def stage(at: Any, world: Any, gate: Any, push: Any, ask: Any, vote: Any, tmp_path: Path) -> SimpleNamespace:
    found = set_stage(world, gate, push, ask, vote, tmp_path)
    found.signed = _under(world, "staging", SIGNED, push("1", name="signed-model"))
    for name in ("one", "other"):
        _under(world, "lab", MANY, push("1", name=f"{name}-model"))
    found.publication = ask_to_publish(
        world, policies.write_policy(actor=world.admin, key="production-release", source=SIGNED)
    ).public_id
    found.confirming = second_admin(world)
    definition = world.use_case.current_definition()
    found.about_definition = _asked(world, "use_case_definition", definition.public_id, "definition")
    found.about_envelope = _asked(world, "envelope", found.envelope, "deployment", gate.environment)
    return found


def _under(world: Any, slug: str, source: str, row: Any) -> str:
    policy = policies.write_policy(actor=world.admin, key=slug, source=source).policy
    gate = policies.set_gate(actor=world.admin, slug=slug, title=slug.title(), mode="prevent", policy=policy)
    return str(ask_for(world, gate, row).public_id)


def _asked(world: Any, kind: str, public_id: str, purpose: str, environment: Any = None) -> str:
    asked = requests.open_request(
        actor=world.lead, subject_type=kind, subject_id=public_id, purpose=purpose, environment=environment
    )
    return str(asked.public_id)


@pytest.mark.parametrize("sights", [SIGHTS, OF_MONEY], ids=["judging", "money"])
def test_nobody_is_shut_out_in_the_middle_of_something(
    at: Any, world: Any, stage: SimpleNamespace, language: str, sights: tuple[Sight, ...]
) -> None:
    said = []
    for who in dict.fromkeys(sight.who for sight in sights):
        with at(getattr(world, who, None) or stage.confirming) as desk:
            for sight in (sight for sight in sights if sight.who == who):
                address = sight.address.format(**vars(stage))
                desk.open(address)
                if sight.act is not None:
                    sight.act(desk)
                said += [f"{address} as {who}: {one}" for one in objections(desk.page, language, fresh=sight.act is None)]
    assert not said, f"{len(said)}:\n" + "\n".join(said)
