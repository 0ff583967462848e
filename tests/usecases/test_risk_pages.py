"""Pages and API of risk, from no answer to another tier."""

from __future__ import annotations

from governance.usecases import services
from governance.usecases.models import RiskAssessment, RiskOverride
from governance.usecases.questionnaires import SHIPPED
from governance.usecases.selectors.risk import risk_of
from tests.usecases.answers import HIGH, MEDIUM, answer, propose
from tests.usecases.questions import SMALL


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
