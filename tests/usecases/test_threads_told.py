"""Who is told of a thread: those who are mentioned, those who follow, and nobody twice."""

from __future__ import annotations

from governance.people import services as people
from governance.usecases.models import Following, Thread
from governance.usecases.services import threads
from tests.usecases.talk import ask, asked, deliver, told  # noqa: F401 - fixtures


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
