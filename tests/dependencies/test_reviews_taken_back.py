"""What was handed in is sent back, withdrawn or discarded by command, and altered by no hand."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F

from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from governance.dependencies.models import Review
from governance.dependencies.services import (
    confirm_review,
    discard_review,
    prepare_review,
    save_points,
    send_back,
    start_review,
    withdraw_review,
)
from tests.dependencies.reviewing import YEAR, judge_all, prepared, reviewed
from tests.dependencies.test_reviews import (
    DAY,
    another,
    first,  # noqa: F401 - fixtures
    kinds,
)

# Sending back and withdrawing -----------------------------------------------------------------------------------------


def test_what_is_sent_back_stays_as_it_was_and_goes_on_as_a_new_draft(world, first):
    row = prepared(world.scientist, first)
    draft = send_back(actor=world.security, review=row, reason="Say more about the hosts.")
    row.refresh_from_db()

    assert (row.state(), row.sent_back_because, kinds(row)[-1]) == ("discarded", "Say more about the hosts.", "sent_back")
    assert (draft.state(), draft.follows, draft.points, draft.created_by) == ("draft", row, row.points, row.created_by)
    again = prepare_review(actor=world.scientist, review=draft, expires_at=clock.now() + YEAR)
    assert confirm_review(actor=world.security, review=again, digest=again.content_digest).state() == "live"
    with pytest.raises(Conflict):
        send_back(actor=world.security, review=again, reason="Too late.")


def test_sending_back_does_not_make_a_confirmer_of_the_preparer(world, first):
    row = prepared(world.security, first)
    draft = send_back(actor=world.security, review=row, reason="A mistake of mine.")
    again = prepare_review(actor=world.scientist, review=draft, expires_at=clock.now() + YEAR)
    with pytest.raises(NotAllowed, match="judged points"):
        confirm_review(actor=world.security, review=again, digest=again.content_digest)


def test_that_a_release_fails_is_not_taken_back_by_who_said_it(world, first):
    draft = start_review(actor=world.security, release=first)
    row = prepare_review(actor=world.security, review=draft, expires_at=clock.now() + YEAR, verdict="fail", notes="Bad.")
    with pytest.raises(NotAllowed, match="somebody else has to agree"):
        withdraw_review(actor=world.security, review=row, reason="No.")
    with pytest.raises(NotAllowed, match="somebody else has to agree"):
        send_back(actor=world.security, review=row, reason="No.")
    assert withdraw_review(actor=another(world, "sam"), review=row, reason="It was another file.").state() == "withdrawn"


def test_security_withdraws_with_a_reason_and_once(world, first):
    row = reviewed(world, first)
    with pytest.raises(NotAllowed):
        withdraw_review(actor=world.scientist, review=row, reason="No.")
    with pytest.raises(Invalid, match="Say why"):
        withdraw_review(actor=world.security, review=row, reason=" ")
    row = withdraw_review(actor=world.security, review=row, reason="It loads code.")
    assert (row.state(), row.withdrawn_because, row.withdrawn_by) == ("withdrawn", "It loads code.", world.security.user)
    with pytest.raises(Conflict):
        withdraw_review(actor=world.security, review=row, reason="Again.")


def test_only_a_draft_is_discarded_by_who_began_it_or_security(world, first):
    draft = start_review(actor=world.scientist, release=first)
    with pytest.raises(Conflict, match="discarded, not withdrawn"):
        withdraw_review(actor=world.security, review=draft, reason="No.")
    with pytest.raises(NotAllowed, match="whoever began"):
        discard_review(actor=world.engineer, review=draft)
    assert discard_review(actor=world.scientist, review=draft).state() == "discarded"
    with pytest.raises(Conflict, match="discarded"):
        save_points(actor=world.scientist, review=draft, details={"notes": "More."})
    row = prepared(world.scientist, first)
    with pytest.raises(Conflict, match="prepared"):
        discard_review(actor=world.scientist, review=row)


# Nothing is edited ----------------------------------------------------------------------------------------------------


def test_a_prepared_review_is_changed_by_no_service(world, first):
    row = prepared(world.scientist, first)
    key = next(iter(row.points))
    for act in (
        lambda: save_points(actor=world.scientist, review=row, points={key: {"verdict": "refused", "why": "No."}}),
        lambda: save_points(actor=world.scientist, review=row, details={"notes": "More."}),
        lambda: prepare_review(actor=world.scientist, review=row, expires_at=clock.now() + DAY),
        lambda: discard_review(actor=world.scientist, review=row),
    ):
        with pytest.raises(Conflict, match="was prepared"):
            act()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("points", {}),
        ("criteria", ["io-verified"]),
        ("verdict", "fail"),
        ("left_out", "x: y"),
        ("notes", "More."),
        ("thoroughness", "studied"),
        ("evidence", [{"label": "", "url": "https://x"}]),
        ("expires_at", None),
        ("content_digest", ""),
        ("prepared_at", None),
        ("prepared_by", None),
        ("created_by", None),
        ("release", None),
    ],
)
def test_a_prepared_review_is_changed_by_no_hand_in_the_database(world, first, column, value):
    row = prepared(world.scientist, first)
    with pytest.raises(DatabaseError), transaction.atomic():
        Review.objects.filter(pk=row.pk).update(**{column: value})


def test_nobody_is_written_as_confirmer_twice_or_of_their_own_or_of_a_draft(world, first):
    draft = start_review(actor=world.scientist, release=first)
    now = clock.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=draft.pk).update(confirmed_by=world.security.user, confirmed_at=now)
    judge_all(world.scientist, draft)
    row = prepare_review(actor=world.scientist, review=draft, expires_at=now + YEAR)
    for change in (
        {"confirmed_by": F("prepared_by"), "confirmed_at": now},
        {"confirmed_at": now},
        {"confirmed_by": world.security.user},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Review.objects.filter(pk=row.pk).update(**change)
    row = confirm_review(actor=world.security, review=row, digest=row.content_digest)
    for change in ({"confirmed_by": world.lead.user}, {"confirmed_at": now + DAY}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Review.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Review.objects.filter(pk=row.pk).delete()


def test_a_withdrawn_review_does_not_come_back(world, first):
    row = withdraw_review(actor=world.security, review=reviewed(world, first), reason="No.")
    for change in ({"withdrawn_at": None}, {"withdrawn_because": "Yes."}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Review.objects.filter(pk=row.pk).update(**change)


def test_a_discarded_draft_is_not_worked_on_by_any_hand(world, first):
    draft = discard_review(actor=world.scientist, review=start_review(actor=world.scientist, release=first))
    for change in ({"notes": "More."}, {"discarded_at": None}, {"prepared_at": clock.now()}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Review.objects.filter(pk=draft.pk).update(**change)


def test_two_at_once_confirm_once(world, first, monkeypatch):
    row = prepared(world.scientist, first)
    sam = another(world, "sam")
    from governance.dependencies.services import review_confirming as service

    plain = service.refuse_shaken

    def meanwhile(review):
        monkeypatch.setattr(service, "refuse_shaken", plain)
        Review.objects.filter(pk=row.pk).update(confirmed_by=sam.user, confirmed_at=clock.now())

    monkeypatch.setattr(service, "refuse_shaken", meanwhile)
    with pytest.raises(Conflict, match="quicker"):
        confirm_review(actor=world.security, review=row, digest=row.content_digest)
    row.refresh_from_db()
    assert row.confirmed_by is None  # the other's was rolled back with this test's transaction
