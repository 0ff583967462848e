"""The questions about risk: written by an administrator, in force when somebody else confirms them."""

from __future__ import annotations

import pytest

from foundation.errors import Conflict, Invalid, NotAllowed
from governance.usecases import services
from governance.usecases.models import RiskQuestionnaire
from governance.usecases.selectors.risk import risk_of, risks_of
from tests.usecases.answers import MEDIUM, answer
from tests.usecases.questions import SMALL


def test_new_questions_count_when_somebody_else_confirms_them(world):
    answer(world, MEDIUM)
    draft = services.write_questionnaire(actor=world.admin, source=SMALL, note="Shorter.")
    assert services.questionnaire_in_force().number == 1
    with pytest.raises(NotAllowed, match="yourself"):
        services.confirm_questionnaire(actor=world.admin, questionnaire=draft)
    with pytest.raises(NotAllowed):
        services.confirm_questionnaire(actor=world.lead, questionnaire=draft)

    services.confirm_questionnaire(actor=world.auditor, questionnaire=draft)

    assert services.questionnaire_in_force().number == 2
    risk = risk_of(world.use_case)
    assert (risk.standing, risk.tier, risk.questions_superseded) == ("outdated", "medium", True)
    with pytest.raises(Conflict, match="changed while you answered"):
        answer(world, MEDIUM, questions=1)
    assert answer(world, {"harm": ["some"]}, questions=2).tier == "medium"
    with pytest.raises(Conflict):
        services.confirm_questionnaire(actor=world.auditor, questionnaire=draft)


def test_a_newer_draft_takes_the_place_of_an_older_one(world):
    first = services.write_questionnaire(actor=world.admin, source=SMALL)
    assert services.write_questionnaire(actor=world.admin, source=SMALL) == first
    second = services.write_questionnaire(actor=world.admin, source=SMALL.replace("Some", "A little"))

    first.refresh_from_db()
    assert first.withdrawn_at is not None
    with pytest.raises(Conflict):
        services.confirm_questionnaire(actor=world.auditor, questionnaire=first)
    assert services.confirm_questionnaire(actor=world.auditor, questionnaire=second).number == 3


def test_only_administrators_write_questions_and_every_bad_line_is_named(world):
    with pytest.raises(NotAllowed):
        services.write_questionnaire(actor=world.lead, source=SMALL)
    with pytest.raises(Invalid) as refused:
        services.write_questionnaire(
            actor=world.admin, source=SMALL.replace("points: 1", "points: -1").replace("key: harm", "key: 伤害")
        )
    assert [item.field for item in refused.value.errors] == [
        "line 7: parts[0].questions[0].key",
        "line 11: parts[0].questions[0].options[1].points",
    ]
    assert not RiskQuestionnaire.objects.filter(number=2).exists()


def test_many_use_cases_cost_as_many_queries_as_one(world, django_assert_max_num_queries):
    cases = [services.open_use_case(actor=world.lead, slug=f"case-{n}", title=f"Case {n}") for n in range(6)]
    for case in cases:
        services.assess_risk(actor=world.lead, use_case=case, answers=MEDIUM)
    with django_assert_max_num_queries(8):
        found = risks_of(cases)
    assert {risk.tier for risk in found.values()} == {"medium"}
