"""What the pages of model versions cost: a bound, and no more for more versions, requests or comments."""

from __future__ import annotations

import pytest

from governance.usecases.services import threads
from tests.statements import statements

pytestmark = pytest.mark.django_db
MOST = 36  # a version that is asked for, beside the one before; fourteen of them tell whether its packages may be used
WITH_TALK = 4  # comments, who is named in them, and whether the reader follows


def page_of(version) -> str:
    return f"/models/{version.public_id}/"


@pytest.fixture
def asked_for(world, push, ask):
    ask(push("1"))
    version = push("2", params={"max_depth": 9})
    ask(version)
    return version


@pytest.mark.parametrize("part", ["engineer", "lead", "admin", "auditor"])
def test_the_page_of_a_version_has_a_bound(world, asked_for, part):
    assert statements(world.client(part), page_of(asked_for)) <= MOST


def test_the_version_before_is_shown_with_and_without_figures(world, push):
    push("1", metrics={})
    bare = push("2")
    assert "churn-model@1" in world.client("lead").get(page_of(bare)).content.decode()
    beside = push("3", params={"max_depth": 9})
    assert "churn-model@2" in world.client("lead").get(page_of(beside)).content.decode()


def test_more_versions_and_requests_cost_no_more(world, asked_for, push, ask):
    client = world.client("lead")
    few = statements(client, page_of(asked_for))
    for number in range(3, 8):
        row = push(str(number), params={"max_depth": 10 + number})
        ask(row)

    assert statements(client, page_of(row)) == few


def test_more_comments_cost_no_more(world, asked_for):
    client = world.client("lead")
    bare = statements(client, page_of(asked_for))

    def say(text: str) -> int:
        said = threads.open_thread(actor=world.lead, subject_id=asked_for.public_id, text=f"{text} @security")
        threads.comment(actor=world.validator, thread=said.thread, text="Yes. @lead")
        return statements(client, page_of(asked_for))

    first = say("Is it in months?")
    assert first <= bare + WITH_TALK
    assert [say(f"Question {number}") for number in range(3)] == [first] * 3
