"""People who judge, confirm and withdraw at the same moment: one of them does, and the others are told."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from foundation import actor as actors
from foundation.models import AuditEvent
from governance.dependencies.models import Requester, Review, ReviewRequest
from governance.dependencies.selectors.review_sheets import sheet_of_review
from governance.dependencies.services import (
    ask_review,
    confirm_review,
    save_points,
    send_back,
    start_review,
    withdraw_review,
)
from governance.people import services as people
from tests.conftest import World, make_world
from tests.dependencies.released import ASKS, READS, released
from tests.dependencies.reviewing import prepared
from tests.usecases.test_judging_at_once import together


@pytest.fixture
def met(transactional_db: None) -> World:
    if connection.vendor != "postgresql":
        pytest.skip("threads meet on PostgreSQL only")
    return make_world()


def reviewers(world: World, count: int) -> list[Any]:
    found = []
    for number in range(count):
        name = f"reviewer{number}"
        user = people.create_user(actor=actors.system("test"), username=name, name=name, email=f"{name}@example.com")
        people.grant_role(actor=world.lead, user=user, role="security_reviewer", scope=world.use_case.public_id)
        found.append(actors.person(user))
    return found


def test_of_three_who_confirm_a_review_one_does(met):
    row = prepared(met.scientist, released({"a.py": READS}))
    people_ = reviewers(met, 3)
    said = together([lambda actor=actor: confirm_review(actor=actor, review=row, digest=row.content_digest) for actor in people_])

    assert said == ["done", "review.over", "review.over"]
    assert AuditEvent.objects.filter(kind="dependencies.review.confirmed").count() == 1


def test_a_review_is_never_both_confirmed_and_sent_back(met):
    one, other = reviewers(met, 2)
    for number in range(4):
        row = prepared(met.scientist, released({"a.py": READS}, f"1.{number}"))
        said = together(
            [
                lambda row=row: confirm_review(actor=one, review=row, digest=row.content_digest),
                lambda row=row: send_back(actor=other, review=row, reason="More."),
            ]
        )
        row.refresh_from_db()
        assert said == ["done", "review.over"]
        assert (row.confirmed_at is None) != (row.discarded_at is None)


def test_of_two_who_withdraw_it_one_does(met):
    row = prepared(met.scientist, released({"a.py": READS}))
    people_ = reviewers(met, 2)
    said = together([lambda actor=actor: withdraw_review(actor=actor, review=row, reason="No.") for actor in people_])
    assert said == ["done", "review.over"]


def test_judgements_that_are_saved_at_once_are_all_kept(met):
    row = start_review(actor=met.scientist, release=released({f"m{number}.py": READS + ASKS for number in range(4)}))
    keys = [item.point.key for item in sheet_of_review(row).items]
    acts = [
        lambda key=key: save_points(actor=met.scientist, review=row, points={key: {"verdict": "expected", "why": key[:50]}})
        for key in keys
    ]
    assert set(together(acts)) == {"done"}
    assert set(Review.objects.get(pk=row.pk).points) == set(keys)


def test_one_sheet_is_begun_however_many_begin_it(met):
    release = released({"a.py": READS})
    acts = [lambda actor=actor: start_review(actor=actor, release=release) for actor in (met.lead, met.scientist, met.engineer)]
    assert together(acts) == ["done"] * 3
    assert Review.objects.count() == 1


def test_all_who_ask_at_once_join_one_request(met):
    acts = [
        lambda actor=actor: ask_review(actor=actor, name="thing", version="1.0", use_case=met.use_case)
        for actor in (met.lead, met.scientist, met.engineer, met.business)
    ]
    assert together(acts) == ["done"] * 4
    assert (ReviewRequest.objects.count(), Requester.objects.count()) == (1, 4)
