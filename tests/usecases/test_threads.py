"""Threads: who may write and see, what is kept, who is told, and that nothing decides in them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from foundation import actor as actors
from foundation import clock, outbox
from foundation.errors import Conflict, Invalid, Missing, NotAllowed, TooOften
from foundation.models import AuditEvent
from foundation.verification import _registers
from governance.dictionary import services as dictionary
from governance.people import services as people
from governance.people.models import Notice
from governance.usecases.models import Comment, CommentVersion, Following, Thread, ThreadMove
from governance.usecases.selectors import threads as selectors
from governance.usecases.services import threads
from tests.conftest import World
from tests.usecases.papers import added


@pytest.fixture
def asked(world: World) -> threads.Said:
    return ask(world)


def ask(world: World, text: str = "Is the duration in months? @security", **more) -> threads.Said:
    return threads.open_thread(
        actor=world.scientist, **{"subject_id": world.use_case.public_id, "text": text, "question": True, **more}
    )


def told(actor) -> list[str]:
    return list(Notice.objects.filter(user=actor.user).order_by("pk").values_list("kind", flat=True))


def deliver() -> None:
    while outbox.deliver():
        pass


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


# Who is told ---------------------------------------------------------------------------------------------------------


def test_who_is_mentioned_is_told_at_once_and_follows(world, asked):
    assert [user.username for user in asked.told] == ["security"]
    assert told(world.security) == ["usecases.mentioned"]
    assert {row.user.username for row in Following.objects.all()} == {"scientist", "security"}


def test_who_cannot_see_the_thing_is_not_told_and_the_author_hears_so(world):
    said = ask(world, "@stranger, what do you think?")

    assert [user.username for user in said.unseen] == ["stranger"]
    assert told(world.stranger) == []


def test_a_name_that_nobody_bears_or_two_do_is_said(world):
    for number in (1, 2):
        people.create_user(actor=world.admin, username=f"wei{number}", name="Wei Li", email=f"wei{number}@example.com")

    said = ask(world, "@nobody.here and @Wei Li and @Security, please")

    assert said.unknown == ("nobody.here",)
    assert said.shared == ("Wei Li",)
    assert [user.username for user in said.told] == ["security"]


def test_followers_hear_of_each_comment_once_and_who_wrote_it_does_not(world, asked):
    threads.comment(actor=world.security, thread=asked.thread, text="In months, @scientist.")
    deliver()
    deliver()

    assert told(world.scientist) == ["usecases.mentioned"]  # and not as a follower as well
    threads.comment(actor=world.scientist, thread=asked.thread, text="Thanks.")
    deliver()
    assert told(world.security) == ["usecases.mentioned", "usecases.answered"]
    assert told(world.scientist) == ["usecases.mentioned"]


def test_mute_beats_being_mentioned(world, asked):
    threads.set_following(actor=world.security, thread=asked.thread, state=Following.State.MUTED)
    said = threads.comment(actor=world.scientist, thread=asked.thread, text="@security, please!")
    deliver()

    assert told(world.security) == ["usecases.mentioned"]  # the first one, before
    assert said.told == ()
    assert not Thread.objects.visible_to(world.security).concerning(world.security.user).exists()


def test_who_does_not_see_it_any_more_hears_nothing(world, asked):
    grant = world.security.user.grants.get()
    people.end_role(actor=world.lead, grant=grant, reason="Left the project")
    threads.comment(actor=world.scientist, thread=asked.thread, text="Hello?")
    deliver()

    assert told(world.security) == ["usecases.mentioned"]


def test_a_question_without_a_name_is_told_to_who_leads(world):
    ask(world, "Who keeps the list of products?")
    ask(world, "Just so that you know.", question=False)
    deliver()

    assert told(world.lead) == ["usecases.asked"]


def test_followers_hear_that_it_was_resolved(world, asked):
    threads.resolve_thread(actor=world.lead, thread=asked.thread)
    deliver()

    assert told(world.scientist) == ["usecases.thread_resolved"]


def test_an_edit_tells_only_those_who_were_not_named_before(world, asked):
    said = threads.edit_comment(actor=world.scientist, comment=asked.comment, text="@security and @validator: months?")

    assert [user.username for user in said.told] == ["validator"]
    assert told(world.security) == ["usecases.mentioned"]


# Hostile and too much ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "required"), (" \n\t\x00\x07 ", "required"), ("\u202e\u2066", "required"), ("x" * 10_001, "too_long")],
)
def test_nothing_and_too_much_are_refused_at_the_field(world, text, code):
    with pytest.raises(Invalid) as refused:
        ask(world, text)
    assert [(item.field, item.code) for item in refused.value.errors] == [("text", code)]
    assert not Thread.objects.exists()


def test_a_megabyte_is_refused_and_comes_back_as_it_was_typed(world):
    text = "多" * 400_000
    page = world.client("scientist").post("/threads/new/", {"subject": world.use_case.public_id, "text": text})

    assert page.status_code == 400
    assert text[:1000] in page.content.decode()
    assert not Thread.objects.exists()


def test_what_turns_the_order_of_words_is_not_kept_and_letters_of_all_scripts_are(world):
    said = ask(world, "invoice\u202efdp.exe שלום 李雷 👩‍🔬 e\u0301")

    assert said.comment.text == "invoicefdp.exe שלום 李雷 👩‍🔬 é"


def test_no_markup_of_a_comment_becomes_markup_of_the_page(world):
    hostile = '<script>alert(1)</script> [approve](javascript:alert(1)) ![x](https://e.example/x.png) <b onclick="x">b</b>'
    ask(world, hostile)

    page = world.client("business").get(f"/threads/{Thread.objects.get().public_id}/").content.decode()
    for part in ("<script>alert", 'href="javascript', "<b onclick", '<img src="https://e.example'):
        assert part not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_nobody_floods_a_page(world, asked):
    for number in range(threads.MOST_AT_ONCE - 1):
        threads.comment(actor=world.scientist, thread=asked.thread, text=f"{number}")
    with pytest.raises(TooOften):
        threads.comment(actor=world.scientist, thread=asked.thread, text="more")
    with clock.at(clock.now() + threads.A_WHILE + timedelta(seconds=1)):
        threads.comment(actor=world.scientist, thread=asked.thread, text="later")


def test_a_crowd_is_not_mentioned_in_one_comment(world):
    for number in range(threads.MOST_MENTIONS + 1):
        people.create_user(actor=world.admin, username=f"p{number}", name=f"P {number}", email=f"p{number}@example.com")

    with pytest.raises(Invalid, match="at most 20"):
        ask(world, " ".join(f"@p{number}" for number in range(threads.MOST_MENTIONS + 1)))
    assert not Thread.objects.exists()
    assert not Notice.objects.filter(kind="usecases.mentioned").exists()


def test_a_component_that_the_thing_does_not_have_is_refused(world):
    with pytest.raises(Invalid, match="component"):
        ask(world, component="dictionary")


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
    before = [cost(address) for address in addresses]
    for number in range(12):
        said = ask(world, f"Question {number} @business")
        threads.comment(actor=world.security, thread=said.thread, text="Yes @scientist")
        threads.comment(actor=world.validator, thread=asked.thread, text=f"And {number} @lead?")

    assert [cost(address) for address in addresses] == before


def test_the_page_of_a_thing_shows_the_first_and_the_last_comments(world, asked):
    for number in range(selectors.LAST_SHOWN + 5):
        with clock.at(clock.now() + timedelta(hours=number)):
            threads.comment(actor=world.scientist, thread=asked.thread, text=f"No. {number}")

    shown = selectors.told(world.lead, [Thread.objects.get()])[0]
    assert shown.comments[0].number == 1
    assert [row.number for row in shown.comments[1:]] == list(range(7, 27))
    assert shown.hidden == 5
