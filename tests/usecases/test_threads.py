"""Threads: who may write and see, what is kept, and that nothing decides in them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from foundation import actor as actors
from foundation import clock
from foundation.errors import Conflict, Missing, NotAllowed
from foundation.models import AuditEvent
from foundation.verification import _registers
from governance.dictionary import services as dictionary
from governance.people import services as people
from governance.usecases.models import Comment, CommentVersion, Following, Thread, ThreadMove
from governance.usecases.selectors import threads as selectors
from governance.usecases.services import threads
from tests.usecases.papers import added
from tests.usecases.talk import ask, asked  # noqa: F401 - fixtures

# Who sees and writes -------------------------------------------------------------------------------------------------


def test_a_thread_is_seen_by_those_who_see_what_it_is_about(world, asked):
    assert Thread.objects.visible_to(world.business).get() == asked.thread
    assert Thread.objects.visible_to(world.auditor).get() == asked.thread
    assert not Thread.objects.visible_to(world.stranger).exists()


def test_a_thread_about_what_belongs_to_everybody_is_seen_by_everybody_inside(world):
    words = dictionary.create_dictionary(actor=world.governance, slug="customers", title="Customers")
    said = ask(world, subject_id=words.public_id)

    assert said.thread.scope == ""
    assert Thread.objects.visible_to(world.stranger).get() == said.thread


def test_who_cannot_see_a_thing_cannot_open_a_thread_about_it(world):
    with pytest.raises(Missing):
        threads.open_thread(actor=world.stranger, subject_id=world.use_case.public_id, text="Hello?")


@pytest.mark.parametrize("subject", ["us_", "th_", "tk_", "zz_", ""])
def test_people_tokens_threads_and_what_nobody_knows_are_not_talked_about(world, asked, subject):
    known = {"us_": world.lead.user.public_id, "th_": asked.thread.public_id}

    with pytest.raises(Missing):
        threads.open_thread(actor=world.lead, subject_id=known.get(subject, f"{subject}06bqxk4c2v9"), text="Hello?")


def test_an_auditor_reads_and_does_not_write(world, asked):
    with pytest.raises(NotAllowed, match="no part in it"):
        threads.comment(actor=world.auditor, thread=asked.thread, text="Why?")


def test_a_token_speaks_for_nobody(world, asked):
    with pytest.raises(NotAllowed, match="speaks for nobody"):
        threads.comment(actor=world.ci, thread=asked.thread, text="Tests failed.")


def test_a_client_writes_about_documents_that_are_shared_and_sees_no_other_thread(world, asked):
    paper = added(world)
    client = people.create_user(actor=world.admin, username="kunde", name="Karla Kunde", email="k@example.org")
    people.grant_role(actor=world.admin, user=client, role="client_representative", scope=world.use_case.public_id)
    words = dictionary.create_dictionary(actor=world.governance, slug="customers", title="Customers")
    ask(world, subject_id=words.public_id, text="Inside only")

    said = threads.open_thread(actor=actors.person(client), subject_id=paper.public_id, text="Page 3 is missing.")

    ask(world, subject_id=paper.public_id, text="Between us: page 3 is wrong.")
    ask(world, subject_id=paper.public_id, text="@kunde which page?")

    seen = set(Thread.objects.visible_to(actors.person(client)).values_list("title", flat=True))
    assert seen == {said.thread.title, "@kunde which page?"}


def test_a_deputy_writes_where_they_stand_in(world, asked):
    people.delegate(
        actor=world.security,
        principal=world.security.user,
        delegate=world.stranger.user,
        role="",
        scope=world.use_case.public_id,
        ends_at=clock.now() + timedelta(days=1),
    )

    threads.comment(actor=world.stranger, thread=asked.thread, text="In months, I believe.")


# What is kept --------------------------------------------------------------------------------------------------------


def test_an_edited_comment_keeps_what_it_said_before(world, asked):
    threads.edit_comment(actor=world.scientist, comment=asked.comment, text="Is the duration in days?")
    threads.edit_comment(actor=world.scientist, comment=asked.comment, text="Is the duration in days?")

    row = Comment.objects.get()
    assert (row.text, row.versions_kept) == ("Is the duration in days?", 2)
    assert [version.text for version in row.versions.order_by("number")] == [
        "Is the duration in months? @security",
        "Is the duration in days?",
    ]
    assert Thread.objects.get().title == "Is the duration in days?"


def test_nobody_else_edits_or_withdraws_a_comment(world, asked):
    for act in (
        lambda: threads.edit_comment(actor=world.lead, comment=asked.comment, text="Other"),
        lambda: threads.withdraw_comment(actor=world.admin, comment=asked.comment),
    ):
        with pytest.raises(NotAllowed, match="Only who wrote"):
            act()


def test_a_withdrawn_comment_leaves_its_place_and_no_words(world, asked):
    threads.withdraw_comment(actor=world.scientist, comment=asked.comment)

    row = Comment.objects.get()
    assert (row.text, row.withdrawn_at is not None) == ("", True)
    assert Thread.objects.get().title == ""
    page = world.client("business").get(f"/threads/{asked.thread.public_id}/").content.decode()
    assert "duration" not in page
    assert "Withdrawn" in page
    assert "duration" not in world.client("business").get(f"/comments/{row.public_id}/").content.decode()
    for act in (
        lambda: threads.edit_comment(actor=world.scientist, comment=row, text="Again"),
        lambda: threads.withdraw_comment(actor=world.scientist, comment=row),
    ):
        with pytest.raises(Conflict, match="withdrawn"):
            act()


@pytest.mark.parametrize("model", [Thread, Comment, CommentVersion, ThreadMove])
def test_the_database_keeps_what_was_written(world, asked, model):
    threads.resolve_thread(actor=world.lead, thread=asked.thread)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuerySet(model).order_by()._raw_delete(using="default")


def test_who_wrote_a_comment_cannot_be_changed_behind_the_product(world, asked):
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.update(author=world.lead.user)


def test_the_log_vouches_for_every_comment(world, asked):
    threads.comment(actor=world.security, thread=asked.thread, text="In months.")
    threads.edit_comment(actor=world.scientist, comment=asked.comment, text="In months or days?")
    assert [item for item in _registers() if item.subject.startswith("th_")] == []

    Comment.objects.filter(number=2).update(text="In days.")

    assert [item.code for item in _registers()] == ["register.differs"]


def test_each_command_leaves_one_event(world, asked):
    said = threads.comment(actor=world.security, thread=asked.thread, text="In months.")
    threads.edit_comment(actor=world.security, comment=said.comment, text="In days.")
    threads.withdraw_comment(actor=world.security, comment=said.comment)
    threads.resolve_thread(actor=world.lead, thread=asked.thread)
    threads.reopen_thread(actor=world.lead, thread=asked.thread)
    threads.set_following(actor=world.lead, thread=asked.thread, state=Following.State.MUTED)

    kinds = list(AuditEvent.objects.filter(subject_id=asked.thread.public_id).order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        "usecases.thread.opened",
        "usecases.thread.commented",
        "usecases.thread.edited",
        "usecases.thread.withdrawn",
        "usecases.thread.resolved",
        "usecases.thread.reopened",
    ]


# Resolved and open ---------------------------------------------------------------------------------------------------


def test_who_resolved_and_opened_again_is_kept(world, asked):
    threads.resolve_thread(actor=world.security, thread=asked.thread)
    assert Thread.objects.get().resolved_by == world.security.user
    threads.reopen_thread(actor=world.lead, thread=asked.thread)

    row = Thread.objects.get()
    assert (row.is_open, row.resolved_by) == (True, None)
    moves = [(move.number, move.resolved, move.by.username) for move in row.moves.order_by("number")]
    assert moves == [(1, True, "security"), (2, False, "lead")]


def test_the_second_of_two_who_resolve_is_told_who_was_first(world, asked):
    threads.resolve_thread(actor=world.security, thread=asked.thread)

    with pytest.raises(Conflict, match="Security has resolved"):
        threads.resolve_thread(actor=world.lead, thread=asked.thread)
    assert ThreadMove.objects.count() == 1


def test_a_comment_on_a_resolved_thread_leaves_it_resolved(world, asked):
    threads.resolve_thread(actor=world.security, thread=asked.thread)
    threads.comment(actor=world.lead, thread=asked.thread, text="Thank you.")

    assert not Thread.objects.get().is_open


# Reads ---------------------------------------------------------------------------------------------------------------


def test_more_talk_costs_no_more_queries(world, asked):
    def cost(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    addresses = ["/talk/?show=all&state=all", "/use-cases/churn/talk/", f"/threads/{asked.thread.public_id}/"]
    client = world.client("business")
    threads.comment(actor=world.security, thread=asked.thread, text="In months, @scientist.")
    later = clock.now() + timedelta(minutes=1)  # what was written a moment ago is looked at with more care
    with clock.at(later):
        before = [cost(address) for address in addresses]
    for number in range(12):
        said = ask(world, f"Question {number} @business")
        threads.comment(actor=world.security, thread=said.thread, text="Yes @scientist")
        threads.comment(actor=world.validator, thread=asked.thread, text=f"And {number} @lead?")

    with clock.at(later + timedelta(minutes=1)):
        assert [cost(address) for address in addresses] == before


def test_the_page_of_a_thing_shows_the_first_and_the_last_comments(world, asked):
    for number in range(selectors.LAST_SHOWN + 5):
        with clock.at(clock.now() + timedelta(hours=number)):
            threads.comment(actor=world.scientist, thread=asked.thread, text=f"No. {number}")

    shown = selectors.told(world.lead, [Thread.objects.get()])[0]
    assert shown.comments[0].number == 1
    assert [row.number for row in shown.comments[1:]] == list(range(7, 27))
    assert shown.hidden == 5
