"""Increments, what was said about them, and taking documents back."""

from __future__ import annotations

from tests.matrix.row import BUILDERS, CASE, HIDDEN, INSIDE, MEMBERS, NOBODY, Row, body, of, tokens

ONE = of(slug="slug", number="increment")
ITEM = of(slug="slug", number="increment", item="feedback_number")
PAPER = of(public_id="document")
PICTURE = of(public_id="picture")
SHOWN = {"title": "Second list", "shown": "With reasons."}
WORDS = body(kind="idea", text="Put the phone number beside the name.")
BUILDING = BUILDERS  # of the callers, those whose roles build

SHOWING_API = [
    Row("api_increments", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_increments", "POST", 201, MEMBERS, INSIDE, CASE, body(**SHOWN), tokens(201, 404)),
    Row("api_increment", "GET", may=INSIDE, sees=NOBODY, args=ONE, tokens=HIDDEN),
    Row("api_showings", "POST", 200, MEMBERS, INSIDE, ONE, body(outsiders=lambda stage, caller: ["Ms Thiel"]), tokens(200, 404)),
    Row("api_increment_seen", "POST", 200, INSIDE, NOBODY, ONE, tokens=tokens(403, 403)),
    Row("api_feedback", "GET", may=INSIDE, sees=NOBODY, args=ONE, tokens=HIDDEN),
    Row("api_feedback", "POST", 201, MEMBERS, INSIDE, ONE, WORDS, tokens(403, 403)),
    Row("api_outcomes", "POST", 201, BUILDING, INSIDE, of(public_id="feedback"), body(what="done"), tokens(403, 404)),
    Row("api_unseen", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_increment_picture", "GET", may=INSIDE, sees=NOBODY, args=PICTURE, tokens=HIDDEN),
    Row("api_document_references", "GET", may=INSIDE, sees=NOBODY, args=PAPER, tokens=HIDDEN),
    Row("api_document_withdraw", "POST", 200, MEMBERS, INSIDE, PAPER, body(reason="Wrong."), tokens(403, 404)),
]
SHOWING_PAGES = [
    Row("use_case_tab", "GET", may=INSIDE, sees=NOBODY, args=lambda stage, caller: {"slug": stage.slug, "tab": "increments"}),
    Row(
        "increment_add",
        "POST",
        302,
        MEMBERS,
        INSIDE,
        CASE,
        lambda stage, caller: {**SHOWN, "day": stage.today},
    ),
    Row("increment", "GET", may=INSIDE, sees=NOBODY, args=ONE),
    Row("increment_seen", "POST", 302, INSIDE, NOBODY, ONE),
    Row("increment_people", "POST", 302, MEMBERS, INSIDE, ONE, body(**{"people-outsiders": "Ms Thiel"})),
    Row("feedback_give", "POST", 302, MEMBERS, INSIDE, ONE, WORDS),
    Row(
        "feedback_answer",
        "POST",
        302,
        BUILDING,
        INSIDE,
        ITEM,
        lambda stage, caller: {f"outcome-{stage.feedback_number}-what": "done"},
    ),
    Row("increment_picture", "GET", may=INSIDE, sees=NOBODY, args=PICTURE),
    Row("document_preview", "GET", may=INSIDE, sees=NOBODY, args=PAPER),
    Row("document_withdraw", "GET", may=INSIDE, sees=NOBODY, args=PAPER),
    Row("document_withdraw", "POST", 302, MEMBERS, INSIDE, PAPER, body(reason="Wrong.")),
]
