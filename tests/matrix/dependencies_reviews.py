"""Reviews. On the stage the scientist works on one, prepared another, and security confirmed a third; the lead asked for one more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from foundation import clock
from governance.dependencies import services
from tests.dependencies.released import ASKS, READS, RUNS, released
from tests.dependencies.reviewing import judge_all, prepared, reviewed
from tests.matrix.row import READ, Row, Stage, body, of, on, tokens

PREPARERS = frozenset({"lead", "scientist", "security"})
SECURITY = frozenset({"security"})
DRAFT, WAITING, LIVE = of(public_id="review_draft"), of(public_id="review_waiting"), of(public_id="review_live")
REASON = body(reason="Not whole.")


def soon(stage: Stage, caller: str) -> str:
    return (clock.now() + timedelta(days=30)).isoformat()


def some_day(stage: Stage, caller: str) -> str:
    return soon(stage, caller)[:10]


HAND_IN = body(verdict="pass", criteria=["safe-to-deploy"], thoroughness="points", until=some_day)
ASK = body(name="joblib", version="1.0")
ASK_FORM = body(package="joblib", version="1.0", criteria=["safe-to-deploy"], use_case="", why="")

REVIEW_API = [
    Row("api_reviews", "GET", args=of(label="review_package"), tokens=READ),
    # the token elsewhere belongs to the lead of that other use case, who may prepare reviews; judging is for people alone
    Row(
        "api_reviews",
        "POST",
        201,
        PREPARERS,
        args=of(label="review_package"),
        data=body(release=on("review_fresh")),
        tokens=tokens(403, 201),
    ),
    Row("api_review", "GET", args=DRAFT, tokens=READ),
    Row("api_review_points", "POST", 200, PREPARERS, args=DRAFT, data=body(points=[], notes="Read."), tokens=tokens(403, 200)),
    Row("api_review_prepare", "POST", 200, PREPARERS, args=DRAFT, data=body(expires_at=soon), tokens=tokens(403, 200)),
    Row(
        "api_review_confirm", "POST", 200, SECURITY, args=WAITING, data=body(digest=on("review_digest")), tokens=tokens(403, 403)
    ),
    # whoever prepared it may take it back to work on
    Row("api_review_send_back", "POST", 201, SECURITY | {"scientist"}, args=WAITING, data=REASON, tokens=tokens(403, 403)),
    Row("api_review_withdraw", "POST", 200, SECURITY, args=LIVE, data=REASON, tokens=tokens(403, 403)),
    Row("api_review_requests", "GET", tokens=READ),
    Row("api_review_requests", "POST", 201, data=ASK, tokens=tokens(201, 201)),
    Row("api_dependency_set_suggestions", "GET", args=of(public_id="lock"), tokens=READ),
]
REVIEW_PAGES = [
    Row("review_queue", "GET"),
    Row("review_queue_confirm", "POST", 302, data=body(item=["rev_nothing"])),
    Row("review_backlog", "GET"),
    Row("review_ask", "GET"),
    Row("review_ask", "POST", 302, data=ASK_FORM),
    Row("review_request", "GET", args=of(public_id="review_request")),
    Row(
        "review_request",
        "POST",
        302,
        SECURITY | {"lead"},
        args=of(public_id="review_request"),
        data=body(**{"withdraw-reason": "No."}),
    ),
    Row("review_start", "GET", args=of(public_id="review_fresh")),
    Row(
        "review_start", "POST", 302, PREPARERS, args=of(public_id="review_fresh"), data=body(base="", criteria=["safe-to-deploy"])
    ),
    Row("review", "GET", args=DRAFT),
    Row("review", "POST", 302, PREPARERS, args=DRAFT, data=body(take="all")),
    Row("review_prepare", "GET", args=DRAFT),
    Row("review_prepare", "POST", 302, PREPARERS, args=DRAFT, data=HAND_IN),
    Row("review_confirm", "POST", 302, SECURITY, args=WAITING, data=body(digest=on("review_digest"))),
    Row("review_send_back", "POST", 302, SECURITY | {"scientist"}, args=WAITING, data=body(**{"back-reason": "Not whole."})),
    Row("review_withdraw", "POST", 302, SECURITY, args=LIVE, data=body(**{"withdraw-reason": "It loads code."})),
    Row("review_discard", "POST", 302, SECURITY | {"scientist"}, args=DRAFT),
]


def set_up(world: Any) -> dict[str, Any]:
    """What stands on the stage for these rows."""
    one, two, three = (released({"a.py": code}, version) for code, version in ((READS, "1.0"), (ASKS, "1.1"), (RUNS, "1.2")))
    draft = judge_all(world.scientist, services.start_review(actor=world.scientist, release=one))
    waiting = prepared(world.scientist, two)
    asked = services.ask_review(actor=world.lead, name="thing", version="9", use_case=world.use_case)
    return {
        "review_package": one.package.label,
        "review_fresh": released({"b.py": READS}, "1.3").public_id,
        "review_draft": draft.public_id,
        "review_waiting": waiting.public_id,
        "review_digest": waiting.content_digest,
        "review_live": reviewed(world, three).public_id,
        "review_request": asked.public_id,
    }
