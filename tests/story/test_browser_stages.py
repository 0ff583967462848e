"""Journeys without a mouse, in both languages: a move that is refused and then made, and one that leads back."""

from __future__ import annotations

from typing import Any

import pytest

from governance.usecases import services
from governance.usecases.models import StageMove
from tests.usecases.records import KPI, SAID

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]
NAMES = {"en": ("Discovery", "Data engineering"), "zh-hans": ("探索", "数据工程")}


def define(world: Any) -> None:
    services.define(actor=world.lead, use_case=world.use_case, **SAID, kpis=[KPI])


def test_a_refused_move_names_what_is_missing_and_then_it_succeeds(at: Any, world: Any, language: str) -> None:
    discovery, engineering = NAMES[language]
    with at(world.lead) as desk:
        desk.open("/use-cases/board/")
        desk.reads("Nobody said how much harm it could do.")
        desk.follow("Customer churn")
        desk.reads("Nobody said how much harm it could do.")
        desk.write(desk.say("Why now"), "We know what it is worth.")
        desk.press(desk.say("Go on to %(stage)s", stage=engineering))
        desk.is_refused("Not yet: %(count)s of what %(stage)s asks for is missing.", count=1, stage=engineering)
        desk.is_refused("The risk tier is known")
        assert not StageMove.objects.exists()
        define(world)
        desk.press(desk.say("Go on to %(stage)s", stage=engineering))  # what was typed is still there
        desk.is_told("%(title)s is now at %(stage)s.", title="Customer churn", stage=engineering)
        desk.reads("moved it from %(from)s to %(to)s", **{"from": discovery, "to": engineering})
    assert StageMove.objects.get().reason == "We know what it is worth."


def test_going_back_says_who_is_affected_first(at: Any, world: Any, language: str) -> None:
    discovery, engineering = NAMES[language]
    define(world)
    services.move_stage(actor=world.lead, use_case=world.use_case, to="data-engineering", reason="R")
    with at(world.lead) as desk:
        desk.open("/use-cases/churn/stage/")
        desk.follow(desk.say("Send it back"))
        desk.reads("Who is affected")
        desk.reads("Business")
        desk.pick(discovery, discovery)
        desk.write(desk.say("Why it goes back"), "It is another problem.", begins=True)
        desk.press(desk.say("Send it back"))
        desk.is_told(
            "%(title)s is back at %(stage)s. Everybody who is affected was told.", title="Customer churn", stage=discovery
        )
        desk.reads("It is another problem.")
    with at(world.business) as desk:
        desk.open("/notices/")
        desk.reads(
            "%(who)s sent %(title)s back to %(stage)s: %(reason)s",
            who="Lead",
            title="Customer churn",
            stage=discovery,
            reason="It is another problem.",
        )
    assert [move.back for move in StageMove.objects.order_by("number")] == [False, True]
    assert engineering
