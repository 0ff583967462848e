"""Answers about risk, the tier they come to, and the definition that carries it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from foundation.errors import Invalid, NotAllowed
from governance.usecases import conditions, selectors, services
from governance.usecases.models import RiskAssessment, RiskQuestionnaire
from governance.usecases.selectors.risk import risk_of
from tests.usecases.answers import HIGH, MEDIUM, answer, define, kinds, propose
from tests.usecases.questions import HARMLESS


def test_nobody_asked_is_not_low(world):
    risk = risk_of(world.use_case)

    assert (risk.standing, risk.tier, risk.computed) == ("missing", "", "")
    assert [str(user) for user in risk.movers] == ["Lead"]
    assert not RiskQuestionnaire.objects.exists()  # looking writes nothing


def test_answers_are_kept_with_the_tier_they_come_to(world):
    row = answer(world, MEDIUM)

    assert (row.number, row.tier, row.questionnaire.number, row.definition.number) == (1, "medium", 1, 1)
    risk = risk_of(world.use_case)
    assert (risk.standing, risk.tier) == ("settled", "medium")
    assert risk.result.decided_by[0].question == "personal_data"
    assert kinds(world) == ["assessed"]


def test_the_same_answers_are_no_new_ones_and_others_are_a_new_row(world):
    first = answer(world, MEDIUM)

    assert answer(world, dict(reversed(MEDIUM.items()))) == first
    assert answer(world, HIGH).number == 2
    assert [row.tier for row in selectors.assessments_of(world.use_case)] == ["high", "medium"]


def test_open_questions_leave_the_tier_open_unless_the_rest_cannot_change_it(world):
    assert answer(world, {"consequence": ["nothing"]}).tier == ""
    assert risk_of(world.use_case).standing == "incomplete"
    assert answer(world, {"consequence": ["life_or_rights"]}).tier == "high"
    assert answer(world, {**HARMLESS, "money": ["unsure"]}).tier == ""
    assert risk_of(world.use_case).result.open == ("money",)


def test_wrong_answers_are_named_and_nothing_is_kept(world):
    with pytest.raises(Invalid) as refused:
        answer(world, {**HARMLESS, "consequence": ["terrible"], "另一个": ["是"]})

    assert {(item.field, item.code) for item in refused.value.errors} == {
        ("answers.consequence", "unknown_option"),
        ("answers.另一个", "unknown_question"),
    }
    with pytest.raises(Invalid, match="list"):
        answer(world, {"consequence": "nothing"})
    assert not RiskAssessment.objects.exists()


def test_who_only_reads_answers_nothing_and_says_so(world):
    for actor in (world.auditor, world.stranger, world.ci):
        with pytest.raises(NotAllowed):
            answer(world, HARMLESS, actor=actor)


def test_rows_of_answers_are_never_changed(world):
    row = answer(world, HIGH)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE usecases_riskassessment SET tier = 'low' WHERE id = %s", [row.pk])


# The definition ------------------------------------------------------------------------------------------------------


def test_the_next_definition_carries_the_assessed_tier(world):
    assert define(world, limits="a").risk_tier == ""
    answer(world, MEDIUM)
    assert define(world, limits="b").risk_tier == "medium"
    assert define(world, limits="c", risk_tier="high").risk_tier == "high"  # more careful is always possible


def test_a_lower_tier_than_assessed_is_refused_until_two_people_set_it(world):
    answer(world, HIGH)
    with pytest.raises(Invalid, match="second person") as refused:
        define(world, risk_tier="medium")
    assert [item.field for item in refused.value.errors] == ["risk_tier"]

    override = propose(world)
    with pytest.raises(Invalid):
        define(world, risk_tier="medium")  # proposed is not confirmed
    services.confirm_tier(actor=world.auditor, override=override)
    assert define(world, risk_tier="medium").risk_tier == "medium"
    with pytest.raises(Invalid):
        define(world, risk_tier="low")


def test_answers_that_are_older_than_what_was_agreed_are_said_to_be(world):
    answer(world, MEDIUM)
    define(world, limits="Not for children.", affected="Customers.")

    risk = risk_of(world.use_case)

    assert risk.standing == "outdated"
    assert set(risk.changed_fields) == {"business_problem", "ml_problem", "limits", "affected"}
    answer(world, MEDIUM)
    assert risk_of(world.use_case).standing == "settled"


def test_answers_that_come_before_any_definition_are_not_out_of_date_by_the_first_one(world):
    case = services.open_use_case(actor=world.lead, slug="new-one", title="New")
    services.assess_risk(actor=world.lead, use_case=case, answers=HARMLESS)
    services.define(actor=world.lead, use_case=case, business_problem="A.", ml_problem="B.")

    assert risk_of(case).standing == "settled"


def test_the_condition_of_stages_says_what_is_missing(world):
    def asked():
        return conditions.evaluate(world.use_case, ["risk.assessed"])["risk.assessed"]

    assert (asked().state, asked().roles) == ("unmet", ("project_lead",))
    answer(world, {"consequence": ["nothing"]})
    assert asked().state == "unknown"
    answer(world, MEDIUM)
    assert asked().met
    define(world, limits="Other.")
    assert asked().state == "unmet"
    answer(world, {**HARMLESS, "prohibited_use": ["social_scoring"]})
    assert "prohibited" in str(asked().said)
