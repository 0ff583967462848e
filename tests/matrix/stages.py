"""Stages, hand-overs and standstills. On the stage the use case stands at the last of two stages, so a move leads back."""

from __future__ import annotations

from foundation import clock
from tests.matrix.row import ADMIN, BUILDERS, CASE, HIDDEN, INSIDE, NOBODY, READ, Row, Stage, body, of, tokens

MOVERS = frozenset({"lead", "scientist", "business", "admin"})
LIFECYCLE = "title: {title}\nstages:\n  - {{key: discovery, title: Discovery}}\n  - {{key: done, title: Done}}\n"
BACK = body(to="discovery", reason="It was the wrong problem.")
STILL = body(kind="parked", reason="No budget until spring.")
ANOTHER = body(text=LIFECYCLE.format(title="Another"), note="For us.")
ANOTHER_FORM = body(source=LIFECYCLE.format(title="Another"), note="For us.")


def today(stage: Stage, caller: str) -> str:
    return clock.now().date().isoformat()


HANDED = {"pipeline": "ci", "pipeline_owner": "engineer", "run": "17", "run_at": today, "run_result": "passed", "tests": "212"}

STAGES = [
    Row("api_stage", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_stage", "POST", 201, MOVERS, INSIDE, CASE, BACK, tokens(403, 404)),
    Row("api_stage_moves", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_standstills", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_standstills", "POST", 201, MOVERS, INSIDE, CASE, STILL, tokens(403, 404)),
    Row("api_standstill_end", "POST", 200, MOVERS, INSIDE, of(public_id="standstill"), body(reason="Budget."), tokens(403, 404)),
    Row("api_hand_overs", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row(
        "api_hand_overs",
        "POST",
        201,
        BUILDERS,
        INSIDE,
        CASE,
        body(**HANDED, configuration=[{"environment": "production", "where": "git"}]),
        tokens(403, 404),
    ),
    # on the stage nobody who asks has the role
    Row("api_hand_over_answer", "POST", 200, NOBODY, INSIDE, of(public_id="hand_over"), body(accept=True), tokens(403, 404)),
    Row("api_stages", "GET", tokens=READ),
    Row("api_stage_use_cases", "GET", args=of(key="stage_key"), tokens=READ),
    Row("api_stuck", "GET", tokens=READ),
    Row("api_lifecycles", "GET", tokens=READ),
    Row("api_lifecycles", "POST", 201, ADMIN, data=ANOTHER, tokens=tokens(403, 403)),
]
STAGE_PAGES = [
    Row("use_case_board", "GET"),
    Row("use_case_stuck", "GET"),
    Row(
        "use_case_tab",
        "GET",
        may=INSIDE,
        sees=NOBODY,
        args=lambda stage, caller: {"slug": stage.slug, "tab": "stage"},
        query="#stage",
    ),
    Row("stage_move", "POST", 302, MOVERS, INSIDE, CASE, BACK),
    Row("stage_back", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("stage_back", "POST", 302, MOVERS, INSIDE, CASE, BACK),
    Row("stage_still", "POST", 302, MOVERS, INSIDE, CASE, STILL),
    Row("stage_go_on", "POST", 302, MOVERS, INSIDE, CASE, body(reason="Budget.")),
    Row("hand_over", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("hand_over", "POST", 302, BUILDERS, INSIDE, CASE, body(**HANDED, configuration="production: git")),
    Row("hand_over_answer", "POST", 302, NOBODY, INSIDE, of(slug="slug", number="hand_over_number"), body(answer="accepted")),
    Row("settings_stages", "GET"),
    Row("settings_stages", "POST", 302, ADMIN, data=ANOTHER_FORM),
]
