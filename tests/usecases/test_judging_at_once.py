"""People who confirm, propose and answer at the same moment: one of them does, and the others are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from foundation import clock
from foundation.models import AuditEvent
from governance.usecases import services
from governance.usecases.models import RiskAssessment, RiskOverride, RiskQuestionnaire, StackDeviation
from governance.usecases.selectors.risk import risk_of
from tests.conftest import World, make_world
from tests.together import together
from tests.usecases.questions import HARMLESS

HIGH = {**HARMLESS, "sensitive_area": ["employment"]}


@pytest.fixture
def met(transactional_db: None) -> World:
    if connection.vendor != "postgresql":
        pytest.skip("threads meet on PostgreSQL only")
    world = make_world()
    services.assess_risk(actor=world.lead, use_case=world.use_case, answers=HIGH)
    return world


def test_of_three_who_confirm_another_tier_one_does(met):
    override = services.propose_tier(actor=met.lead, use_case=met.use_case, tier="low", reason="x")
    said = together(
        [
            lambda actor=actor: services.confirm_tier(actor=actor, override=override)
            for actor in (met.validator, met.security, met.auditor)
        ]
    )

    assert said == ["done", "risk.override_settled", "risk.override_settled"]
    assert AuditEvent.objects.filter(kind="usecases.risk.override_confirmed").count() == 1


def test_confirming_and_taking_back_at_once_never_do_both(met):
    for number in range(4):
        override = services.propose_tier(actor=met.lead, use_case=met.use_case, tier="low", reason=f"{number}")
        said = together(
            [
                lambda row=override: services.confirm_tier(actor=met.validator, override=row),
                lambda row=override: services.end_override(actor=met.lead, override=row),
            ]
        )
        override.refresh_from_db()
        assert said == ["done", "risk.override_settled"]
        assert (override.confirmed_at is None) == (override.ended_at is not None)
        if override.confirmed_at is not None:
            services.end_override(actor=met.validator, override=override, reason="Next round.")


def test_answers_and_a_confirmation_that_meet_leave_no_tier_that_outlives_its_answers(met):
    override = services.propose_tier(actor=met.lead, use_case=met.use_case, tier="low", reason="x")
    together(
        [
            lambda: services.confirm_tier(actor=met.validator, override=override),
            lambda: services.assess_risk(actor=met.scientist, use_case=met.use_case, answers={**HIGH, "money": ["much"]}),
        ]
    )

    override.refresh_from_db()
    assert override.ended_as == "answers_changed"
    assert risk_of(met.use_case).tier == "high"
    assert [row.number for row in RiskAssessment.objects.order_by("number")] == [1, 2]


def test_of_four_who_propose_one_does_and_four_who_answer_are_numbered_in_turn(met):
    people = [met.lead, met.scientist, met.engineer, met.business]
    proposals = [
        lambda actor=actor: services.propose_tier(actor=actor, use_case=met.use_case, tier="low", reason="x") for actor in people
    ]
    assert together(proposals) == ["done", *["risk.override_exists"] * 3]
    assert RiskOverride.objects.count() == 1

    answers = [
        lambda actor=actor, scale=scale: services.assess_risk(
            actor=actor, use_case=met.use_case, answers={**HIGH, "people": [scale[0]], "money": [scale[1]]}
        )
        for actor, scale in zip(
            people, [("staff", "little"), ("staff", "some"), ("outside", "little"), ("outside", "some")], strict=True
        )
    ]
    assert together(answers) == ["done"] * 4
    assert [row.number for row in RiskAssessment.objects.order_by("number")] == [1, 2, 3, 4, 5]


def test_of_two_who_confirm_a_deviation_one_does_and_of_three_who_ask_one_does(met):
    platform = services.add_platform(actor=met.admin, slug="batch", title="Batch", offer={"other_packages": "refused"})
    services.state_need(actor=met.lead, use_case=met.use_case, platform=platform, need={"packages": ["pyserial 3.5"]})
    until = clock.now().date() + timedelta(days=9)

    def ask(actor: Any) -> Callable[[], Any]:
        said = {"aspect": "package", "item": "pyserial", "wanted": "==3.5", "reason": "x", "valid_until": until}
        return lambda: services.ask_deviation(actor=actor, use_case=met.use_case, **said)

    assert together([ask(actor) for actor in (met.lead, met.scientist, met.engineer)]) == [
        "done",
        *["stack.deviation_exists"] * 2,
    ]
    row = StackDeviation.objects.get()
    assert together([lambda: services.confirm_deviation(actor=met.admin, deviation=row)] * 2) == [
        "done",
        "stack.deviation_settled",
    ]


def test_the_questions_that_ship_are_written_down_once_however_many_need_them(met):
    assert RiskQuestionnaire.objects.count() == 1
