"""Two people at one thread at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from foundation.errors import CountersignError
from governance.usecases.models import Comment, Thread, ThreadMove
from governance.usecases.services import threads
from tests.conftest import World, make_world


@pytest.fixture
def world(transactional_db: None) -> World:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory lets nobody in beside us: its one writer at a time is what this is about")
    return make_world()


def together(*jobs: Callable[[], Any]) -> list[str]:
    """Each in a thread of its own, let go at once: `done`, or the code of the refusal."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> str:
        try:
            barrier.wait(30)
            job()
            return "done"
        except CountersignError as error:
            return str(error.code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_of_two_who_resolve_at_once_one_is_told_that_the_other_did(world):
    for number in range(5):
        thread = threads.open_thread(actor=world.lead, subject_id=world.use_case.public_id, text=f"No. {number}").thread
        said = together(
            lambda row=thread: threads.resolve_thread(actor=world.lead, thread=row),
            lambda row=thread: threads.resolve_thread(actor=world.security, thread=row),
        )
        assert sorted(said) == ["done", "thread.resolved"]
        assert ThreadMove.objects.filter(thread=thread).count() == 1


def test_answers_at_once_stand_one_after_the_other(world):
    thread = threads.open_thread(actor=world.lead, subject_id=world.use_case.public_id, text="Who comes?").thread
    people = (world.lead, world.security, world.business, world.validator)
    said = together(*(lambda who=who: threads.comment(actor=who, thread=thread, text="I do. @scientist") for who in people))

    assert said == ["done"] * 4
    assert list(Comment.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert Thread.objects.get().length == 5


def test_somebody_who_edits_while_they_withdraw_ends_with_a_withdrawn_comment_or_is_told(world):
    comment = threads.open_thread(actor=world.lead, subject_id=world.use_case.public_id, text="One").comment
    said = together(
        lambda: threads.edit_comment(actor=world.lead, comment=comment, text="Two"),
        lambda: threads.withdraw_comment(actor=world.lead, comment=comment),
    )

    row = Comment.objects.get()
    assert row.withdrawn_at is not None
    assert row.text == ""
    assert said[1] == "done"
    assert said[0] in ("done", "comment.withdrawn")
