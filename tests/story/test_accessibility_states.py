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


def test_nobody_is_shut_out_in_the_middle_of_something(at: Any, world: Any, stage: SimpleNamespace, language: str) -> None:
    said = []
    for who in dict.fromkeys(sight.who for sight in SIGHTS):
        with at(getattr(world, who, None) or stage.confirming) as desk:
            for sight in (sight for sight in SIGHTS if sight.who == who):
                address = sight.address.format(**vars(stage))
                desk.open(address)
                if sight.act is not None:
                    sight.act(desk)
                said += [f"{address} as {who}: {one}" for one in objections(desk.page, language, fresh=sight.act is None)]
    assert not said, f"{len(said)}:\n" + "\n".join(said)
