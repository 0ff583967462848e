"""What every journey to a verdict does alike."""

from __future__ import annotations

from tests.story.desk import Desk

APPROVE = "Approve: this part is as it should be"
CHANGES = "Ask for changes: it cannot go on like this, and the comment says what is missing"
RECORD = "Record my verdict"


def from_the_inbox(desk: Desk, step: str) -> None:
    """From the inbox to the step that waits, past all that stands above it."""
    desk.open("/")
    desk.follow(step, begins=True)


def choose(desk: Desk, verdict: str, comment: str) -> None:
    desk.pick(desk.say(APPROVE), desk.say(verdict))
    desk.write(desk.say("Comment"), comment)
