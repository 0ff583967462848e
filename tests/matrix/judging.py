"""Risk and stack. On the stage the lead proposed another tier and asked for a deviation, and an administrator wrote new questions."""

from __future__ import annotations

from datetime import timedelta

from foundation import clock
from tests.matrix.row import ADMIN, CASE, HIDDEN, INSIDE, MEMBERS, NOBODY, READ, Row, Stage, body, of, tokens
from tests.usecases.questions import HARMLESS, SMALL

RISKY = {**HARMLESS, "sensitive_area": ["employment"]}
SECOND = frozenset({"security", "auditor", "admin"})  # who confirms what the lead proposed
OFFER = {"packages": ["pandas >=2,<3"], "other_packages": "refused"}
NEED = {"packages": ["pandas 2.2", "pyserial 3.5", "httpx 0.28"]}
PYSERIAL = {"aspect": "package", "item": "pyserial", "wanted": "==3.5"}
HTTPX = {"aspect": "package", "item": "httpx", "wanted": "==0.28"}
NEW_QUESTIONS = SMALL.replace("Some", "A little")


def in_a_month(stage: Stage, caller: str) -> str:
    return (clock.now().date() + timedelta(days=30)).isoformat()


def answered(stage: Stage, caller: str) -> dict[str, list[str]]:
    return dict(HARMLESS)


RISK_API = [
    Row("api_risk", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_risk", "POST", 201, MEMBERS, INSIDE, CASE, body(answers=answered), tokens(403, 404)),
    Row("api_risk_override", "POST", 409, MEMBERS, INSIDE, CASE, body(tier="low", reason="x"), tokens(403, 403)),  # one stands
    Row("api_risk_override_confirm", "POST", 200, SECOND, INSIDE, CASE, tokens=tokens(403, 403)),
    Row("api_risk_override_end", "POST", 200, SECOND | {"lead"}, INSIDE, CASE, body(reason="x"), tokens(403, 403)),
    Row("api_risk_questionnaires", "GET", tokens=READ),
    Row("api_risk_questionnaires", "POST", 201, ADMIN, data=body(source=NEW_QUESTIONS), tokens=tokens(403, 403)),
    Row("api_risk_questionnaire", "GET", args=of(number="questions"), tokens=READ),
    # an administrator wrote it, so it is not theirs to confirm
    Row(
        "api_risk_questionnaire_confirm",
        "POST",
        200,
        frozenset({"auditor"}),
        args=of(number="questions"),
        tokens=tokens(403, 403),
    ),
]
STACK_API = [
    Row("api_stack", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_stack", "POST", 201, MEMBERS, INSIDE, CASE, body(platform="batch", need={}), tokens(403, 404)),
    Row(
        "api_stack_deviations",
        "POST",
        201,
        MEMBERS,
        INSIDE,
        CASE,
        body(**HTTPX, reason="x", valid_until=in_a_month),
        tokens(403, 403),
    ),
    Row("api_stack_deviation_confirm", "POST", 200, ADMIN, INSIDE, of(public_id="deviation"), tokens=tokens(403, 403)),
    Row(
        "api_stack_deviation_end",
        "POST",
        200,
        ADMIN | {"lead"},
        INSIDE,
        of(public_id="deviation"),
        body(reason="x"),
        tokens(403, 403),
    ),
    Row("api_platforms", "GET", tokens=READ),
    Row("api_platforms", "POST", 201, ADMIN, data=body(slug="new", title="New", offer={}), tokens=tokens(403, 403)),
    Row("api_platform_offers", "GET", args=of(slug="platform"), tokens=READ),
    Row("api_platform_offers", "POST", 201, ADMIN, args=of(slug="platform"), data=body(offer={}), tokens=tokens(403, 403)),
]
OVERRIDE = of(slug="slug", override="override")
DEVIATION = of(slug="slug", deviation="deviation")
JUDGING_PAGES = [
    Row("risk", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("risk_answer", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("risk_answer", "POST", 302, MEMBERS, INSIDE, CASE, body(**HARMLESS, questions="1")),
    Row("risk_override", "POST", 409, MEMBERS, INSIDE, CASE, body(tier="low", reason="x")),
    Row("risk_override_answer", "POST", 302, SECOND, INSIDE, OVERRIDE, body(command="confirm"), query="#confirm"),
    Row("risk_override_answer", "POST", 302, SECOND | {"lead"}, INSIDE, OVERRIDE, body(command="end", reason="x"), query="#end"),
    Row("risk_questionnaires", "GET"),
    Row("risk_questionnaires", "POST", 302, ADMIN, data=body(source=NEW_QUESTIONS)),
    Row("risk_questionnaire", "GET", args=of(number="questions")),
    Row(
        "risk_questionnaire",
        "POST",
        302,
        frozenset({"auditor"}),
        args=of(number="questions"),
        data=body(command="confirm"),
        query="#confirm",
    ),
    Row("stack", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("stack_need", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("stack_need", "POST", 302, MEMBERS, INSIDE, CASE, body(platform="batch", packages="pandas 2.2", based_on="1")),
    Row("stack_deviation", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("stack_deviation", "POST", 302, MEMBERS, INSIDE, CASE, body(**HTTPX, reason="x", valid_until=in_a_month)),
    Row("stack_deviation_answer", "POST", 302, ADMIN, INSIDE, DEVIATION, body(command="confirm"), query="#confirm"),
    Row(
        "stack_deviation_answer", "POST", 302, ADMIN | {"lead"}, INSIDE, DEVIATION, body(command="end", reason="x"), query="#end"
    ),
    Row("platforms", "GET"),
    Row("platforms", "POST", 302, ADMIN, data=body(slug="new", title="New")),
    Row("platform", "GET", args=of(slug="platform")),
    Row("platform", "POST", 302, ADMIN, args=of(slug="platform"), data=body(packages="pandas", based_on="1")),
]
