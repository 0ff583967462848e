"""Journeys through a request's page without a mouse, in both languages: verdicts, and what comes of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from approvals.models import Ballot, Condition, Request, Waiver
from approvals.services import policies
from foundation import clock
from lineage.models import ModelVersion
from tests.approvals.asking import redefine
from tests.approvals.pages import address
from tests.conftest import POLICY, ask_for
from tests.story.desk import PASSWORD
from tests.story.verdicts import APPROVE, CHANGES, RECORD, choose, from_the_inbox

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]
SECURITY = "covers: [dependencies, runtime]"  # the end of that step in the policy
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


def asked_under(world: Any, source: str, row: Any) -> Request:
    """A request under a policy of its own."""
    policy = policies.write_policy(actor=world.admin, key="production-release", source=source).policy
    gate = policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=policy)
    request: Request = ask_for(world, gate, row)
    return request


@with_and_without_scripts
def test_approving(at: Any, world: Any, push: Any, ask: Any, scripts: bool) -> None:
    request = ask(push())
    with at(world.validator, scripts=scripts) as desk:
        from_the_inbox(desk, "Model validation")
        choose(desk, APPROVE, "Looked at it.")
        desk.press(desk.say(RECORD))
        desk.is_told(
            "Recorded: you %(verdict)s.", scripts=scripts, verdict=desk.say("approved “%(step)s”", step="Model validation")
        )
        desk.reads("Looked at it.")
        desk.unfold(desk.say("Change what you said"))
    assert Ballot.objects.get(request=request).verdict == "approve"


@with_and_without_scripts
def test_asking_for_changes_and_putting_forward_again(at: Any, world: Any, push: Any, ask: Any, scripts: bool) -> None:
    request = ask(push())
    with at(world.security, scripts=scripts) as desk:
        from_the_inbox(desk, "Security review")
        desk.pick(desk.say(APPROVE), desk.say(CHANGES))
        desk.press(desk.say(RECORD))
        desk.is_refused("Say what would have to change: somebody has to act on it.", scripts=scripts)
        desk.jump(desk.say("Comment"))
        desk.page.keyboard.insert_text("Where does pandas come from?")
        desk.press(desk.say(RECORD))
        desk.reads("Where does pandas come from?")
    with at(world.engineer, scripts=scripts) as desk:  # whose pipeline asked
        desk.open("/")
        desk.follow("churn-model@7", contains=True)
        desk.jump(desk.say("Put forward again"))
        desk.write(desk.say("What was done about it"), "From the index that the lock file names.")
        desk.press(desk.say("Put forward again"))
        desk.is_told("Put forward again. Its reviewers are asked again.", scripts=scripts)
        desk.reads("Round %(number)s", number=2)
    request.refresh_from_db()
    assert request.round == 2


@with_and_without_scripts
def test_confirming_what_has_gone_stale(at: Any, world: Any, push: Any, ask: Any, vote: Any, scripts: bool) -> None:
    request = ask(push())
    vote(world.validator, request, "validation")
    with at(world.business, scripts=scripts) as desk:
        from_the_inbox(desk, "Business sign-off")
        choose(desk, APPROVE, "This is our problem.")
        desk.press(desk.say(RECORD))
        redefine(world)
        from_the_inbox(desk, "Business sign-off")
        again = "You approved an earlier version. Changed since: %(components)s. Everything else is as you knew it."
        desk.reads(again, components=desk.say("use case"))
        choose(desk, APPROVE, "It still is.")
        desk.press(desk.say(RECORD))
        desk.reads("It still is.")
    assert Ballot.objects.filter(request=request, human=world.business.user, verdict="approve").count() == 2


def test_naming_a_deputy_who_acts_in_ones_place(at: Any, world: Any, push: Any, ask: Any) -> None:
    request = ask(push())
    today = clock.now().date()
    with at(world.security) as desk:
        desk.open("/settings/")
        desk.follow(desk.say("Absence"))
        desk.write(desk.say("Deputy"), "lead")
        desk.write_date(desk.say("First day away"), str(today))
        desk.write_date(desk.say("Last day away"), str(today + timedelta(days=7)))
        desk.press(desk.say("Name the deputy"))
        desk.is_told("%(delegate)s acts for %(principal)s then.", delegate="Lead", principal="Security")
    with at(world.lead) as desk:
        from_the_inbox(desk, "Security review")
        choose(desk, APPROVE, "In her place.")
        desk.press(desk.say(RECORD))
        said = desk.say("approved “%(step)s”", step="Security review")
        desk.is_told("Recorded: for %(name)s you %(verdict)s.", name="Security", verdict=said)
    ballot = Ballot.objects.get(request=request)
    assert (ballot.human, ballot.principal) == (world.lead.user, world.security.user)


def test_breaking_glass_and_answering_for_it(at: Any, world: Any, push: Any, ask: Any) -> None:
    request = ask(push())
    with at(world.engineer) as desk:
        desk.open(address(request))
        desk.unfold(desk.say("More"), begins=True)
        desk.unfold(desk.say("Break glass"))
        desk.write(desk.say("Why this cannot wait"), "Scoring is down.")
        desk.write(desk.say("Incident"), "INC-7")
        desk.write(desk.say("For how many hours"), "4")
        desk.write(desk.say("Your password"), PASSWORD)
        desk.press(desk.say("Break glass"))
        desk.is_told("Glass is broken. Everybody who was passed over is told.")
    with at(world.security) as desk:
        desk.open(address(request))
        desk.reads("%(name)s broke glass", name="Engineer")
        desk.unfold(desk.say("Review it"))
        right = desk.say("Justified: it could not wait")
        desk.pick(right, right)
        desk.write(desk.say("What you looked at, and why you judge so"), "Scoring was down indeed.")
        desk.press(desk.say("Record the review"))
        desk.is_told("The review is recorded.")
    assert Waiver.objects.get(request=request).review == "justified"


def test_signing_with_the_password(at: Any, world: Any, push: Any) -> None:
    request = asked_under(world, POLICY.replace(SECURITY, f"{SECURITY}, signature: reauth"), push())
    with at(world.security) as desk:
        from_the_inbox(desk, "Security review")
        choose(desk, APPROVE, "Every wheel is pinned.")
        desk.pick(desk.say("I have reviewed this"), desk.say("I take responsibility for this"))
        desk.write(desk.say("Your password"), "not this one")
        desk.press(desk.say("Sign and record"))
        desk.is_refused("This is not your password.")
        desk.jump(desk.say("Your password"))
        desk.page.keyboard.insert_text(PASSWORD)
        desk.press(desk.say("Sign and record"))
        desk.reads("Every wheel is pinned.")
    assert Ballot.objects.get(request=request).meaning == "responsible"


def test_approving_on_a_condition_and_confirming_it(at: Any, world: Any, push: Any, ask: Any) -> None:
    request = ask(push())
    with at(world.validator) as desk:
        from_the_inbox(desk, "Model validation")
        choose(desk, APPROVE, "But for the young ones.")
        desk.unfold(desk.say("Approve on a condition"))
        desk.write(desk.say("What has to be done"), "Measure it on the young ones.")
        desk.write_date(desk.say("By the end of"), str(clock.now().date() + timedelta(days=10)))
        desk.press(desk.say(RECORD))
        desk.reads("Not met yet")
        desk.unfold(desk.say("Confirm that it is done"))
        desk.write(desk.say("What shows that it was done"), "Table 7.")
        desk.press(desk.say("Confirm"))
        desk.is_told("Recorded: the condition is met.")
    assert Condition.objects.get(ballot__request=request).evidence == "Table 7."


def test_answering_many_at_once(at: Any, world: Any, push: Any) -> None:
    source = POLICY.replace(SECURITY, f"{SECURITY}, bulk: true")
    for version in ("7", "8", "9"):
        asked_under(world, source, push(version, name=f"model-{version}"))
    with at(world.security) as desk:
        desk.open("/")
        for version in ("7", "8"):
            desk.tick(f"model-{version}@{version}", contains=True)
        desk.press(desk.say("Look at the chosen ones together"))
        desk.write(desk.say("Comment"), "The same lock file.", begins=True)
        desk.press(desk.say("Approve what is ticked"))
        desk.reads("Recorded")
    approved = Ballot.objects.filter(verdict="approve", comment="The same lock file.")
    assert {ballot.request.subject_id for ballot in approved} == set(
        ModelVersion.objects.filter(version__in=("7", "8")).values_list("public_id", flat=True)
    )
