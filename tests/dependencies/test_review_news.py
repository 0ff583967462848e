"""Who is told what about reviews and verified sources, and that nobody is told twice or of their own doing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from foundation import clock
from governance.dependencies import tasks
from governance.dependencies.models import Release
from governance.dependencies.services import ask_review, confirm_review, confirm_source, end_source, send_back, withdraw_review
from governance.people import notices
from governance.people import services as people
from governance.people.models import Notice
from tests.dependencies.released import READS, released
from tests.dependencies.reviewing import judge_all, prepared, reviewed
from tests.dependencies.test_sources import added, in_force


@pytest.fixture
def release(world) -> Release:
    return released({"thing/home.py": READS})


@pytest.fixture
def colleague(world):
    """Another security reviewer."""
    people.grant_role(actor=world.lead, user=world.validator.user, role="security_reviewer", scope=world.use_case.public_id)
    return world.validator


def told(actor) -> list[str]:
    """The kinds of this person's notices about dependencies, the oldest first, without the part that they share."""
    rows = Notice.objects.filter(user=actor.user, kind__startswith="dependencies.").order_by("pk")
    return [row.kind.removeprefix("dependencies.") for row in rows]


def last(actor) -> Notice:
    return Notice.objects.filter(user=actor.user, kind__startswith="dependencies.").latest("pk")


def test_security_is_told_what_waits_and_who_prepared_it_that_it_counts(world, release, colleague):
    review = prepared(world.scientist, release)

    assert (told(world.security), told(colleague), told(world.scientist)) == (["review.to_confirm"], ["review.to_confirm"], [])
    assert notices.text_of(last(world.security)).startswith("Scientist prepared the review of thing 1.0.")
    assert last(world.security).url == f"/dependencies/reviews/{review.public_id}/"

    confirm_review(actor=world.security, review=review, digest=review.content_digest)

    assert told(world.scientist) == ["review.confirmed"]
    assert told(world.security) == ["review.to_confirm"]


def test_who_of_security_worked_on_it_is_not_asked_to_confirm_it(world, release, colleague):
    prepared(world.security, release)

    assert (told(world.security), told(colleague)) == ([], ["review.to_confirm"])


def test_what_came_back_leads_to_the_draft_that_goes_on(world, release):
    review = prepared(world.scientist, release)
    draft = send_back(actor=world.security, review=review, reason="Where does it send this?")

    assert told(world.scientist) == ["review.sent_back"]
    assert last(world.scientist).url == f"/dependencies/reviews/{draft.public_id}/"


def test_of_a_withdrawn_review_those_are_told_who_made_it(world, release, colleague):
    review = reviewed(world, release)
    withdraw_review(actor=colleague, review=review, reason="It was the wrong wheel.")

    assert told(world.scientist)[-1] == told(world.security)[-1] == "review.withdrawn"
    assert "review.withdrawn" not in told(colleague)


def test_security_is_told_once_of_what_many_ask_for_and_all_of_them_when_it_is_there(world, release):
    for actor in (world.scientist, world.engineer, world.scientist):
        ask_review(actor=actor, name="thing", version="1.0", use_case=world.use_case, why="We need it.")

    assert told(world.security) == ["review.asked"]

    reviewed(world, release)

    assert told(world.scientist) == ["review.confirmed", "review.covered"]
    assert told(world.engineer) == ["review.covered"]


def test_who_confirmed_it_and_had_asked_for_it_is_told_nothing_new(world, release):
    ask_review(actor=world.security, name="thing", version="1.0")
    review = prepared(world.scientist, release)
    confirm_review(actor=world.security, review=review, digest=review.content_digest)

    assert told(world.security) == ["review.to_confirm"]


def test_a_second_person_is_told_of_a_proposed_source_and_the_owner_before_it_ends(world, colleague, monkeypatch):
    source = confirm_source(actor=world.admin, source=added(world, ends_at=clock.now() + timedelta(days=20)))

    assert (told(world.security), told(colleague)) == ([], ["source.to_confirm"])
    tasks.warn_of_ends()
    assert told(world.lead) == []

    then = clock.now() + timedelta(days=7)
    monkeypatch.setattr(clock, "now", lambda: then)
    tasks.warn_of_ends()
    tasks.warn_of_ends()

    assert told(world.lead) == ["source.ending"]
    assert told(world.security) == ["source.ending"]
    assert notices.text_of(last(world.lead)) == (
        "Within 14 days “scikit-learn, on PyPI” is not trusted any more. What rests on it is uncovered from then on."
    )
    assert last(world.lead).url == f"/dependencies/sources/{source.public_id}/"


def test_nobody_is_warned_of_a_source_that_was_ended_or_never_confirmed(world):
    soon = clock.now() + timedelta(days=3)
    end_source(actor=world.security, source=in_force(world, ends_at=soon), reason="We moved.")
    added(world, title="Never confirmed", ends_at=soon)
    tasks.warn_of_ends()

    assert told(world.lead) == []


def test_of_a_review_that_runs_out_security_and_who_made_it_are_told_once_and_only_while_it_counts(world, release, monkeypatch):
    review = reviewed(world, release, expires_at=clock.now() + timedelta(days=20))
    tasks.warn_of_ends()
    assert "review.ending" not in told(world.scientist)

    then = clock.now() + timedelta(days=7)
    monkeypatch.setattr(clock, "now", lambda: then)
    tasks.warn_of_ends()
    tasks.warn_of_ends()

    assert [told(actor).count("review.ending") for actor in (world.scientist, world.security, world.lead)] == [1, 1, 0]
    assert notices.text_of(last(world.scientist)) == (
        "Within 14 days the review of thing 1.0 does not count any more. What rests on it is uncovered from then on."
    )
    assert last(world.security).url == f"/dependencies/reviews/{review.public_id}/"


def test_nobody_is_warned_of_a_review_that_was_withdrawn(world, release, colleague):
    review = reviewed(world, release, expires_at=clock.now() + timedelta(days=3))
    withdraw_review(actor=colleague, review=review, reason="It was the wrong wheel.")
    tasks.warn_of_ends()

    assert "review.ending" not in told(world.scientist)


def test_every_point_judged_by_a_colleague_makes_them_part_of_it(world, release):
    """Who judged is told how it ends, though somebody else handed it in."""
    from governance.dependencies.services import prepare_review, start_review

    draft = start_review(actor=world.engineer, release=release, criteria=("safe-to-deploy",))
    judge_all(world.engineer, draft)
    review = prepare_review(actor=world.scientist, review=draft, expires_at=clock.now() + timedelta(days=100))
    confirm_review(actor=world.security, review=review, digest=review.content_digest)

    assert told(world.engineer) == told(world.scientist) == ["review.confirmed"]
