"""Answers about risk, the tier they come to, and another tier that two people set."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.people.models import Notice
from governance.usecases import conditions, selectors, services
from governance.usecases.models import RiskAssessment, RiskOverride, RiskQuestionnaire
from governance.usecases.questionnaires import SHIPPED
from governance.usecases.selectors.risk import risk_of, risks_of
from tests.usecases.questions import HARMLESS, SMALL

MEDIUM = {**HARMLESS, "personal_data": ["special"]}
HIGH = {**HARMLESS, "sensitive_area": ["employment"]}


def answer(world, answers, actor=None, **more) -> RiskAssessment:
    return services.assess_risk(actor=actor or world.lead, use_case=world.use_case, answers=answers, **more)


def propose(world, tier="medium", actor=None, reason="It only sorts letters.") -> RiskOverride:
    return services.propose_tier(actor=actor or world.scientist, use_case=world.use_case, tier=tier, reason=reason)


def define(world, **more):
    said = {"business_problem": "Customers leave.", "ml_problem": "Who will?"}
    return services.define(actor=world.lead, use_case=world.use_case, **{**said, **more})


def kinds(world) -> list[str]:
    events = AuditEvent.objects.filter(scope=world.use_case.public_id, kind__startswith="usecases.risk")
    return [event.kind.removeprefix("usecases.risk.") for event in events.order_by("pk")]


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


# Another tier --------------------------------------------------------------------------------------------------------


def test_another_tier_counts_when_a_second_person_confirms_it(world):
    answer(world, HIGH)
    override = propose(world)

    risk = risk_of(world.use_case)
    assert (risk.standing, risk.tier, risk.override.state) == ("waiting", "high", "proposed")
    assert {str(user) for user in risk.movers} == {"Validator", "Security", "Auditor", "Admin"}
    services.confirm_tier(actor=world.validator, override=override)
    risk = risk_of(world.use_case)
    assert (risk.standing, risk.tier, risk.computed, risk.override.state) == ("settled", "medium", "high", "active")
    assert kinds(world) == ["assessed", "override_proposed", "override_confirmed"]


def test_those_who_could_confirm_are_told_and_so_is_who_proposed_it(world):
    answer(world, HIGH)
    override = propose(world)
    told = set(Notice.objects.filter(kind="usecases.risk.wanted").values_list("user__username", flat=True))
    assert told == {"validator", "security"}  # who judges here; auditors and administrators only where nobody does

    services.confirm_tier(actor=world.validator, override=override)
    assert Notice.objects.get(kind="usecases.risk.settled").user == world.scientist.user


def test_nobody_confirms_what_they_proposed_whatever_they_may(world):
    answer(world, HIGH)
    override = propose(world, actor=world.validator)

    with pytest.raises(NotAllowed, match="yourself"):
        services.confirm_tier(actor=world.validator, override=override)
    with pytest.raises(NotAllowed, match="Only a model validator"):
        services.confirm_tier(actor=world.scientist, override=override)
    with pytest.raises(NotAllowed):
        services.confirm_tier(actor=world.ci, override=override)
    with pytest.raises(DatabaseError), transaction.atomic():  # the database would not take it either
        RiskOverride.objects.filter(pk=override.pk).update(confirmed_by=world.validator.user, confirmed_at=clock.now())
    assert risk_of(world.use_case).tier == "high"


def test_another_tier_wants_a_reason_a_difference_and_something_to_differ_from(world):
    with pytest.raises(Conflict, match="Answer the questions first"):
        propose(world)
    answer(world, {"consequence": ["nothing"]})
    with pytest.raises(Conflict):
        propose(world)
    answer(world, HIGH)
    for said, field in (({"reason": "  "}, "reason"), ({"tier": "high"}, "tier"), ({"tier": "none"}, "tier")):
        with pytest.raises(Invalid) as refused:
            propose(world, **said)
        assert [item.field for item in refused.value.errors] == [field]
    propose(world)
    with pytest.raises(Conflict, match="already"):
        propose(world, "low", actor=world.engineer)


def test_it_ends_when_the_answers_change_and_not_when_they_are_the_same(world):
    answer(world, HIGH)
    override = services.confirm_tier(actor=world.security, override=propose(world))
    define(world, intended_use="Other.")
    answer(world, HIGH)  # looked at again for the new definition
    assert risk_of(world.use_case).tier == "medium"

    answer(world, {**HIGH, "money": ["much"]})

    override.refresh_from_db()
    assert (override.ended_as, override.state) == ("answers_changed", "ended")
    assert risk_of(world.use_case).tier == "high"
    assert kinds(world)[-2:] == ["override_ended", "assessed"]
    with pytest.raises(Conflict):
        services.confirm_tier(actor=world.validator, override=override)


def test_who_proposed_takes_it_back_and_others_decline_with_a_reason(world):
    answer(world, HIGH)
    row = services.end_override(actor=world.scientist, override=propose(world))
    assert row.ended_as == "withdrawn"

    again = propose(world)
    with pytest.raises(Invalid):
        services.end_override(actor=world.validator, override=again)
    with pytest.raises(NotAllowed):
        services.end_override(actor=world.business, override=again, reason="No.")
    assert services.end_override(actor=world.validator, override=again, reason="It decides on people.").ended_as == "declined"
    again.refresh_from_db()
    with pytest.raises(Conflict):
        services.end_override(actor=world.validator, override=again, reason="Twice.")


def test_what_two_people_set_is_not_undone_by_the_one_who_proposed_it(world):
    answer(world, HARMLESS)
    override = services.confirm_tier(actor=world.validator, override=propose(world, "high"))

    with pytest.raises(NotAllowed):
        services.end_override(actor=world.scientist, override=override)
    assert risk_of(world.use_case).tier == "high"
    assert services.end_override(actor=world.security, override=override, reason="It is settled now.").ended_as == "ended"


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


# The questions -------------------------------------------------------------------------------------------------------


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


# Pages and API -------------------------------------------------------------------------------------------------------


def test_the_pages_lead_from_no_answer_to_another_tier(world):
    client = world.client("lead")
    assert "Nobody has answered" in client.get("/use-cases/churn/risk/").content.decode()
    form = client.get("/use-cases/churn/risk/answer/").content.decode()
    assert "Does it do any of this?" in form
    assert "We do not know yet" in form

    assert client.post("/use-cases/churn/risk/answer/", {**HIGH, "questions": "1"}).status_code == 302
    page = client.get("/use-cases/churn/risk/").content.decode()
    assert "Hiring, promotion" in page
    assert "at least High" in page
    assert client.post("/use-cases/churn/risk/override/", {"tier": "low", "reason": "It only sorts."}).status_code == 302
    override = RiskOverride.objects.get()
    own = client.get("/use-cases/churn/risk/").content.decode()
    assert "You proposed this tier yourself" in own
    address = f"/use-cases/churn/risk/override/{override.public_id}/"
    assert client.post(address, {"command": "confirm"}).status_code == 403
    assert world.client("security").post(address, {"command": "confirm"}).status_code == 302
    assert risk_of(world.use_case).tier == "low"
    assert "Two people set this tier" in client.get("/use-cases/churn/").content.decode()


def test_the_pages_say_in_the_readers_language_what_is_asked(world):
    client = world.client("lead")
    client.cookies["django_language"] = "zh-hans"
    world.lead.user.language = "zh-hans"
    world.lead.user.save()
    assert "它是否包含下列任何一项" in client.get("/use-cases/churn/risk/answer/").content.decode()


def test_a_form_for_questions_that_changed_meanwhile_keeps_nothing(world):
    draft = services.write_questionnaire(actor=world.admin, source=SMALL)
    services.confirm_questionnaire(actor=world.auditor, questionnaire=draft)
    answered = world.client("lead").post("/use-cases/churn/risk/answer/", {"harm": "some", "questions": "1"})

    assert answered.status_code == 409
    assert not RiskAssessment.objects.exists()


def test_what_a_questionnaire_says_is_text_and_never_markup(world):
    evil = SMALL.replace("How bad?", '"<script>alert(1)</script>"').replace("ask:", 'help: {en: "<b>bold</b>"}\n        ask:')
    draft = services.write_questionnaire(actor=world.admin, source=evil)
    services.confirm_questionnaire(actor=world.auditor, questionnaire=draft)
    client = world.client("lead")

    for address in ("/use-cases/churn/risk/answer/", "/settings/risk/2/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<b>bold" not in page


def test_administrators_publish_questions_on_their_page(world):
    client = world.client("admin")
    assert "ships with Countersign" in client.get("/settings/risk/").content.decode()
    bad = client.post("/settings/risk/", {"source": SMALL + "\nmore: 1", "note": ""})
    assert (bad.status_code, "line 14" in bad.content.decode()) == (400, True)
    assert client.post("/settings/risk/", {"source": SMALL, "note": "短一些"}).status_code == 302
    assert client.post("/settings/risk/2/", {"command": "confirm"}).status_code == 403
    assert "How bad?" in world.client("lead").get("/settings/risk/2/").content.decode()
    assert world.client("auditor").post("/settings/risk/2/", {"command": "confirm"}).status_code == 302
    assert services.questionnaire_in_force().number == 2
    assert SHIPPED.read_text()[:20] in client.get("/settings/risk/1/").content.decode()


def test_programs_answer_propose_and_confirm(world):
    lead, security = world.api("lead"), world.api("security")
    base = "/api/v1/use-cases/churn/risk"
    body = lead.get(base).json()
    assert (body["standing"], body["tier"], body["questions"]) == ("missing", None, 1)
    asked = lead.get("/api/v1/risk-questionnaires/1").json()["content"]["parts"][0]["questions"][0]["key"]
    assert asked == "prohibited_use"

    body = lead.post(base, {"answers": HIGH, "questions": 1}, content_type="application/json").json()
    assert (body["tier"], body["decided_by"][0]["answer"]) == ("high", "employment")
    wrong = lead.post(base, {"answers": {"consequence": ["x"]}}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "answers.consequence")
    assert security.post(f"{base}/override/confirm").status_code == 404
    made = lead.post(f"{base}/override", {"tier": "low", "reason": "So."}, content_type="application/json")
    assert (made.status_code, made.json()["state"]) == (201, "proposed")
    assert lead.post(f"{base}/override/confirm").status_code == 403
    assert security.post(f"{base}/override/confirm").json()["state"] == "active"
    assert lead.get(base).json()["tier"] == "low"
    ended = security.post(f"{base}/override/end", {"reason": "Not any more."}, content_type="application/json")
    assert (ended.status_code, lead.get(base).json()["tier"]) == (200, "high")


def test_confirming_on_the_page_is_over_when_somebody_answered_anew(world):
    answer(world, HIGH)
    override = propose(world)
    answer(world, MEDIUM)
    address = f"/use-cases/churn/risk/override/{override.public_id}/"

    assert world.client("security").post(address, {"command": "confirm"}).status_code == 409
