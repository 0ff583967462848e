"""Journeys without a mouse, in both languages, to what else people agree to: documents, envelopes, and policies themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from approvals.models import Envelope, PolicyVersion
from governance.usecases.models import Document
from tests.approvals.asking import STEPS, second_admin
from tests.story.verdicts import APPROVE, RECORD, choose, from_the_inbox
from tests.usecases.papers import added

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]


def test_a_document_is_put_forward_and_signed(at: Any, world: Any) -> None:
    added(world)
    with at(world.lead) as desk:
        desk.open("/use-cases/churn/documents/")
        desk.follow("Test plan")
        desk.write(desk.say("What is new, and why now"), "The plan for the winter.", begins=True)
        desk.press(desk.say("Ask for sign-off"))
        desk.is_told("Sign-off of %(title)s is asked for.", title=str(Document.objects.get()))
    with at(world.business) as desk:
        from_the_inbox(desk, "Agreement of the business owner")
        desk.reads("The plan for the winter.")
        choose(desk, APPROVE, "Read it.")
        desk.press(desk.say(RECORD))
        desk.reads("Read it.")
    assert Document.objects.get().approval


def test_an_envelope_is_tried_and_asked_for(at: Any, world: Any, push: Any, ask: Any, vote: Any) -> None:
    def measured(version: str, recall: str) -> Any:
        return push(version, metrics={"recall": {"value": Decimal(recall), "dataset": "test"}})

    request = ask(measured("7", "0.70"))
    for part, step in STEPS:
        vote(getattr(world, part), request, step)
    measured("8", "0.69")
    with at(world.lead) as desk:
        desk.open("/use-cases/churn/approvals/envelopes/")
        desk.follow(desk.say("Write an envelope"))
        desk.write(desk.say("Title"), "Monthly retraining")
        desk.write(f"recall@test: {desk.say('May fall by')}", "0.02")
        desk.press(desk.say("Try it on past versions"))
        desk.reads("Inside")
        desk.stands_at("What it comes to")
        desk.write(desk.say("Why this is safe to agree to in advance"), "It moves a little each month.", begins=True)
        desk.press(desk.say("Ask for approval"))
        desk.is_told("The envelope is written, and its approval is asked for.")
        desk.reads("It moves a little each month.")
    assert Envelope.objects.get().body["metrics"] == {"recall@test": {"may_fall": "0.02"}}


def test_a_policy_is_changed_in_the_form_and_confirmed_by_somebody_else(at: Any, world: Any, gate: Any) -> None:
    confirming = second_admin(world)
    with at(world.admin) as desk:
        desk.open("/settings/policies/production-release/")
        desk.follow(desk.say("Change it"))
        desk.write(desk.say("An approval holds for, in days"), "90")
        desk.press(desk.say("Check"))
        desk.stands_at("What it comes to")
        desk.write(desk.say("What is different, and why"), "Half a year is long.", begins=True)
        desk.press(desk.say("Save as draft"))
        desk.is_told("Version %(number)s is a draft. Ask for its publication: somebody else has to confirm it.", number=2)
        desk.press(desk.say("Ask for publication"))
        desk.is_told("Publication is asked for.")
    with at(confirming) as desk:
        from_the_inbox(desk, "Confirmation by another administrator")
        desk.reads("Half a year is long.")
        choose(desk, APPROVE, "So do I think.")
        desk.press(desk.say(RECORD))
        desk.reads("So do I think.")
    version = PolicyVersion.objects.get(policy__key="production-release", number=2)
    assert version.published_at is not None
    assert version.body["valid_for"] == "90 days"
