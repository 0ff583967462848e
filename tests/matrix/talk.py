"""Threads and comments, and drafts of policies that lie open for comment."""

from __future__ import annotations

from tests.matrix.people import tomorrows_day
from tests.matrix.row import ADMIN, HIDDEN, INSIDE, MEMBERS, NOBODY, READ, Row, body, of, on, tokens

LEAD = frozenset({"lead"})
THREAD, COMMENT = of(public_id="thread"), of(public_id="said")
DRAFT = of(key="drafted")
WORDS = body(text="In months.")
TALK_API = [
    Row("api_threads", "GET", tokens=READ),
    Row(
        "api_threads",
        "POST",
        201,
        MEMBERS,
        INSIDE,
        data=body(subject=on("case_id"), text="Why?", question=True),
    ),
    Row("api_thread", "GET", may=INSIDE, sees=NOBODY, args=THREAD, tokens=HIDDEN),
    Row("api_thread_comments", "POST", 201, MEMBERS, INSIDE, THREAD, WORDS),
    Row("api_thread_resolve", "POST", 200, MEMBERS, INSIDE, THREAD),
    Row("api_thread_reopen", "POST", 200, MEMBERS, INSIDE, of(public_id="resolved_thread")),
    Row("api_thread_follow", "POST", 200, INSIDE, NOBODY, THREAD),
    Row("api_thread_mute", "POST", 200, INSIDE, NOBODY, THREAD),
    Row("api_comment_versions", "POST", 201, LEAD, INSIDE, COMMENT, WORDS),
    Row("api_comment_withdraw", "POST", 200, LEAD, INSIDE, COMMENT),
    Row(
        "api_policy_version_comments",
        "POST",
        201,
        ADMIN,
        args=lambda stage, caller: {"key": stage.drafted, "number": "2"},
        data=body(until=lambda stage, caller: f"{tomorrows_day(stage, caller)}T00:00:00Z"),
        tokens=tokens(403, 403),
    ),
]
TALK_PAGES = [
    Row("talk", "GET"),
    Row(
        "use_case_tab",
        "GET",
        may=INSIDE,
        sees=NOBODY,
        args=lambda stage, caller: {"slug": stage.slug, "tab": "talk"},
        query="#talk",
    ),
    Row("thread_new", "GET", may=INSIDE, sees=NOBODY, query="?subject={case_id}"),
    Row("thread_new", "POST", 302, MEMBERS, INSIDE, data=body(subject=on("case_id"), text="Why?")),
    Row("thread", "GET", may=INSIDE, sees=NOBODY, args=THREAD),
    Row("thread", "POST", 302, MEMBERS, INSIDE, THREAD, body(command="reply", text="In months.")),
    Row("thread", "POST", 302, MEMBERS, INSIDE, THREAD, body(command="resolve"), query="#resolve"),
    Row("thread", "POST", 302, INSIDE, NOBODY, THREAD, body(command="mute"), query="#mute"),
    Row("comment", "GET", may=INSIDE, sees=NOBODY, args=COMMENT),
    Row("comment", "POST", 302, LEAD, INSIDE, COMMENT, body(command="edit", text="In days.")),
    Row("comment", "POST", 302, LEAD, INSIDE, COMMENT, body(command="withdraw"), query="#withdraw"),
    Row(
        "settings_policy",
        "POST",
        302,
        ADMIN,
        args=DRAFT,
        data=body(command="open_for_comment", until=tomorrows_day),
        query="?version=2",
    ),
]
