"""A review is prepared by one person and confirmed by another, and never changed in between."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from foundation import actor as actors
from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.dependencies.models import Release, Review
from governance.dependencies.review_sheet import mark
from governance.dependencies.selectors.review_sheets import sheet_of_review
from governance.dependencies.services import (
    confirm_review,
    prepare_review,
    save_points,
    start_review,
    withdraw_review,
)
from governance.people import services as people
from tests.dependencies.released import ASKS, READS, RUNS, released
from tests.dependencies.reviewing import YEAR, judge_all, prepared, reviewed

DAY = timedelta(days=1)


@pytest.fixture
def first(world) -> Release:
    return released({"thing/home.py": READS, "thing/ask.py": ASKS})


@pytest.fixture
def second(world, first) -> Release:
    """The next release: one point stays, one is written otherwise, one is new."""
    files = {"thing/home.py": READS, "thing/ask.py": ASKS.replace("'https", "timeout=5, url='https"), "thing/run.py": RUNS}
    return released(files, "1.1")


def another(world, name: str, role: str = "security_reviewer"):
    setup = actors.system("test")
    user = people.create_user(actor=setup, username=name, name=name.title(), email=f"{name}@example.com")
    people.grant_role(actor=setup, user=user, role=role, scope=world.use_case.public_id)
    return actors.person(user)


def kinds(review: Review) -> list[str]:
    found = AuditEvent.objects.filter(subject_id=review.public_id).order_by("pk").values_list("kind", flat=True)
    return [kind.removeprefix("dependencies.review.") for kind in found]


# Beginning ------------------------------------------------------------------------------------------------------------


def test_a_full_review_opens_every_point_of_the_release(world, first):
    review = start_review(actor=world.scientist, release=first)
    sheet = sheet_of_review(review)

    assert (review.state(), review.points, kinds(review)) == ("draft", {}, ["started"])
    assert {item.kind for item in sheet.items} == {"new"}
    assert len(sheet.open) == len(sheet.items) > 2


def test_between_two_releases_only_what_is_new_or_written_otherwise_is_open(world, first, second):
    base = reviewed(world, first)
    review = start_review(actor=world.scientist, release=second, base=first)
    sheet = sheet_of_review(review)

    assert {item.point.path for item in sheet.open} == {"thing/ask.py", "thing/run.py"}
    assert {said["carried"] for said in review.points.values()} == {base.public_id}
    carried = sheet.of("carried")
    assert {item.point.path for item in carried} >= {"thing/home.py"}
    assert all(item.judged["why"] == "It is what the library is for." for item in carried)


def test_a_point_with_the_same_key_that_is_written_otherwise_does_not_carry_its_judgement(world, first, second):
    reviewed(world, first)
    sheet = sheet_of_review(start_review(actor=world.scientist, release=second, base=first))

    changed = [item for item in sheet.of("changed")]
    assert changed
    for item in changed:
        assert item.is_open
        assert item.before.key == item.point.key
        assert item.offered["verdict"] == "expected"


def test_what_merely_moved_is_offered_with_its_old_judgement_and_is_not_judged_by_that(world, first):
    reviewed(world, first)
    moved = released({"thing/places.py": READS, "thing/ask.py": ASKS}, "1.1")
    sheet = sheet_of_review(start_review(actor=world.scientist, release=moved, base=first))

    (item,) = sheet.open
    assert (item.kind, item.offered["why"], item.judged) == ("moved", "It is what the library is for.", None)
    assert sheet.minutes == 1


def test_nothing_is_carried_over_from_a_review_that_is_not_confirmed_or_over(world, first, second):
    prepared(world.scientist, first)
    assert start_review(actor=world.scientist, release=second, base=first).points == {}


def test_nothing_is_carried_over_from_a_withdrawn_review(world, first, second):
    withdraw_review(actor=world.security, review=reviewed(world, first), reason="Wrong.")
    assert start_review(actor=world.scientist, release=second, base=first).points == {}


def test_the_same_draft_is_not_begun_twice(world, first):
    one = start_review(actor=world.scientist, release=first)
    assert start_review(actor=world.engineer, release=first).pk == one.pk


def test_a_review_is_begun_only_where_there_is_something_to_look_at(world, first):
    other = released({"a.py": READS}, name="other")
    bare = Release.objects.create(package=first.package, version="9", source_digest="sha256:" + "0" * 64, created_at=clock.now())
    with pytest.raises(Invalid, match="same package"):
        start_review(actor=world.scientist, release=first, base=other)
    with pytest.raises(Invalid, match="same package"):
        start_review(actor=world.scientist, release=first, base=first)
    with pytest.raises(Conflict, match="thing 9 was looked into"):
        start_review(actor=world.scientist, release=bare)
    with pytest.raises(Conflict, match="thing 9 was looked into"):
        start_review(actor=world.scientist, release=first, base=bare)
    with pytest.raises(Invalid, match="no criterion"):
        start_review(actor=world.scientist, release=first, criteria=["safe"])
    with pytest.raises(Invalid, match="reviewed for"):
        start_review(actor=world.scientist, release=first, criteria=[])


# Who ------------------------------------------------------------------------------------------------------------------


def test_builders_and_security_prepare_reviews_and_others_are_told_why_not(world, first):
    for part in ("lead", "scientist", "data_engineer", "engineer", "security"):
        assert start_review(actor=getattr(world, part), release=first)
    for part in ("stranger", "auditor", "business", "governance"):
        with pytest.raises(NotAllowed, match="Only data engineers"):
            start_review(actor=getattr(world, part), release=first)
    with pytest.raises(NotAllowed, match="governance:write"):
        start_review(actor=world.ci, release=first)
    with pytest.raises(NotAllowed, match="by a person"):
        start_review(actor=actors.system("test"), release=first)


def test_a_data_scientist_cannot_confirm_and_nobody_confirms_what_they_prepared(world, first):
    review = prepared(world.scientist, first)
    for part in ("engineer", "lead", "admin", "auditor"):
        with pytest.raises(NotAllowed, match="Only a security reviewer"):
            confirm_review(actor=getattr(world, part), review=review, digest=review.content_digest)
    own = prepared(world.security, released({"a.py": READS}, "2.0"))
    with pytest.raises(NotAllowed, match="You prepared"):
        confirm_review(actor=world.security, review=own, digest=own.content_digest)
    assert confirm_review(actor=another(world, "sam"), review=own, digest=own.content_digest).state() == "live"


def test_who_judged_a_point_does_not_confirm_it_although_somebody_else_handed_it_in(world, first):
    review = start_review(actor=world.scientist, release=first)
    judge_all(world.security, review)
    review = prepare_review(actor=world.scientist, review=review, expires_at=clock.now() + YEAR)

    with pytest.raises(NotAllowed, match="judged points"):
        confirm_review(actor=world.security, review=review, digest=review.content_digest)
    assert confirm_review(actor=another(world, "sam"), review=review, digest=review.content_digest).state() == "live"


def lend(principal, delegate, world):
    people.delegate(
        principal=principal.user,
        actor=principal,
        delegate=delegate.user,
        role="security_reviewer",
        scope=world.use_case.public_id,
        ends_at=clock.now() + DAY,
        reason="Away.",
    )


def test_a_deputy_confirms_in_the_place_of_security_but_never_of_the_preparer(world, first):
    deputy = another(world, "dora", "operations")
    lend(world.security, deputy, world)

    theirs = prepared(world.security, first)
    with pytest.raises(NotAllowed, match="stand in for somebody who worked"):
        confirm_review(actor=deputy, review=theirs, digest=theirs.content_digest)
    others = prepared(world.scientist, released({"a.py": READS}, "2.0"))
    assert confirm_review(actor=deputy, review=others, digest=others.content_digest).confirmed_by == deputy.user


def test_a_program_of_the_same_person_confirms_nothing(world, first):
    review = prepared(world.scientist, first)
    with pytest.raises(NotAllowed, match="Only a person"):
        confirm_review(actor=world.ci, review=review, digest=review.content_digest)
    with pytest.raises(NotAllowed, match="Only a person"):
        confirm_review(actor=actors.system("test"), review=review, digest=review.content_digest)


# Judging --------------------------------------------------------------------------------------------------------------


def test_judgements_of_several_people_stand_side_by_side(world, first):
    review = start_review(actor=world.scientist, release=first)
    one, other, *_rest = [item.point.key for item in sheet_of_review(review).items]
    stale = Review.objects.get(pk=review.pk)
    save_points(actor=world.scientist, review=review, points={one: {"verdict": "expected", "why": "By design."}})
    row = save_points(actor=world.engineer, review=stale, points={other: {"verdict": "unreachable", "why": "We never call it."}})

    assert {key: (said["verdict"], said["by"]) for key, said in row.points.items()} == {
        one: ("expected", world.scientist.id),
        other: ("unreachable", world.engineer.id),
    }
    events = AuditEvent.objects.filter(subject_id=review.public_id, kind="dependencies.review.saved")
    assert [json.loads(bytes(event.body))["data"]["judged"] for event in events.order_by("pk")] == [
        {one: "expected"},
        {other: "unreachable"},
    ]


def test_two_who_judge_the_same_point_at_once_notice_each_other(world, first):
    review = start_review(actor=world.scientist, release=first)
    key = sheet_of_review(review).items[0].point.key
    row = save_points(actor=world.engineer, review=review, points={key: {"verdict": "expected", "why": "First."}}, seen={key: ""})

    with pytest.raises(Conflict, match="in the meantime") as refused:
        save_points(actor=world.scientist, review=review, points={key: {"verdict": "refused", "why": "Second."}}, seen={key: ""})
    assert [item.field for item in refused.value.errors] == [f"points[{key}]"]
    row = Review.objects.get(pk=review.pk)
    assert row.points[key]["why"] == "First."
    seen = {key: mark(row.points[key])}
    row = save_points(actor=world.scientist, review=review, points={key: {"verdict": "refused", "why": "Second."}}, seen=seen)
    assert row.points[key]["why"] == "Second."
    assert save_points(actor=world.scientist, review=review, points={key: None}).points == {}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"verdict": "fine", "why": "Yes."}, "verdict"),
        ({"verdict": "expected", "why": "  "}, "why"),
        ({"verdict": "expected", "why": "x" * 1001}, "why"),
        ({"verdict": "expected", "why": "a\x00b"}, "why"),
        ({}, "verdict"),
    ],
)
def test_a_judgement_without_word_or_reason_is_refused_at_its_point(world, first, said, field):
    review = start_review(actor=world.scientist, release=first)
    key = sheet_of_review(review).items[0].point.key
    with pytest.raises(Invalid) as refused:
        save_points(actor=world.scientist, review=review, points={key: said})
    assert f"points[{key}].{field}" in {item.field for item in refused.value.errors}


def test_a_point_that_the_release_does_not_have_is_refused_with_all_that_came_with_it(world, first):
    review = start_review(actor=world.scientist, release=first)
    key = sheet_of_review(review).items[0].point.key
    said = {"verdict": "expected", "why": "Yes."}
    with pytest.raises(Invalid, match="no such point"):
        save_points(actor=world.scientist, review=review, points={key: said, "net/client | 你好 | x | | call": said})
    assert Review.objects.get(pk=review.pk).points == {}


def test_what_is_left_out_has_to_be_there_and_to_have_a_reason(world, first):
    review = start_review(actor=world.scientist, release=first)
    for text in ("thing/", "thing/: ", ": why", "nowhere/: not used"):
        with pytest.raises(Invalid) as refused:
            save_points(actor=world.scientist, review=review, details={"left_out": text})
        assert refused.value.errors[0].field == "left_out"
    row = save_points(actor=world.scientist, review=review, details={"left_out": "thing/ask.py: we never install it"})
    assert all(item.point.path != "thing/ask.py" for item in sheet_of_review(row).open)


def test_evidence_is_links_and_nothing_else(world, first):
    review = start_review(actor=world.scientist, release=first)
    for link in ({"url": "javascript:alert(1)"}, {"url": "ftp://x"}, {"url": "https://" + "x" * 600}):
        with pytest.raises(Invalid, match="links"):
            save_points(actor=world.scientist, review=review, details={"evidence": [link]})
    with pytest.raises(Invalid, match="no such field"):
        save_points(actor=world.scientist, review=review, details={"confirmed_by": 1})


# Handing in -----------------------------------------------------------------------------------------------------------


def test_every_point_is_judged_or_left_out_before_it_passes(world, first):
    review = start_review(actor=world.scientist, release=first)
    with pytest.raises(Invalid, match="points are not judged"):
        prepare_review(actor=world.scientist, review=review, expires_at=clock.now() + YEAR)
    row = prepare_review(
        actor=world.scientist, review=review, expires_at=clock.now() + YEAR, left_out="thing: an experiment, not installed"
    )
    assert (row.state(), row.prepared_by, kinds(row)[-1]) == ("prepared", world.scientist.user, "prepared")


def test_what_left_something_out_does_not_vouch_for_every_point(world, first):
    review = start_review(actor=world.scientist, release=first, criteria=["io-verified"])
    with pytest.raises(Invalid, match="not every point is verified"):
        prepare_review(actor=world.scientist, review=review, expires_at=clock.now() + YEAR, left_out="thing: no")


def test_a_refused_point_cannot_pass(world, first):
    review = start_review(actor=world.scientist, release=first)
    judge_all(world.scientist, review)
    key = sheet_of_review(review).items[0].point.key
    save_points(actor=world.scientist, review=review, points={key: {"verdict": "refused", "why": "It sends our data away."}})

    with pytest.raises(Invalid, match="was refused"):
        prepare_review(actor=world.scientist, review=review, expires_at=clock.now() + YEAR)
    row = prepare_review(actor=world.scientist, review=review, expires_at=clock.now() + YEAR, verdict="fail")
    assert row.verdict == "fail"


def test_a_review_that_fails_says_what_is_wrong_and_needs_no_further_judgement(world, first):
    review = start_review(actor=world.scientist, release=first)
    with pytest.raises(Invalid, match="Say what is wrong"):
        prepare_review(actor=world.scientist, review=review, expires_at=clock.now() + YEAR, verdict="fail")
    assert prepare_review(
        actor=world.scientist, review=review, expires_at=clock.now() + YEAR, verdict="fail", notes="It steals keys."
    ).prepared_at


@pytest.mark.parametrize("ahead", [timedelta(0), -DAY, timedelta(days=732)])
def test_nothing_is_reviewed_for_the_past_or_for_ever(world, first, ahead):
    review = start_review(actor=world.scientist, release=first)
    judge_all(world.scientist, review)
    with pytest.raises(Invalid, match="two years"):
        prepare_review(actor=world.scientist, review=review, expires_at=clock.now() + ahead)


# Confirming -----------------------------------------------------------------------------------------------------------


def test_what_is_confirmed_is_what_was_on_the_screen(world, first):
    review = prepared(world.scientist, first)
    with pytest.raises(Conflict, match="not the content"):
        confirm_review(actor=world.security, review=review, digest="sha256:" + "0" * 64)
    row = confirm_review(actor=world.security, review=review, digest=review.content_digest)
    assert (row.state(), list(Review.objects.live()), kinds(row)[-1]) == ("live", [row], "confirmed")
    with pytest.raises(Conflict, match="confirmed already"):
        confirm_review(actor=another(world, "sam"), review=review, digest=review.content_digest)


def test_it_is_absent_from_the_very_moment_on_at_which_it_ends(world, first):
    row = reviewed(world, first)
    tick = timedelta(microseconds=1)

    assert Review.objects.live(row.expires_at - tick).get() == row
    assert not Review.objects.live(row.expires_at).exists()
    assert [row.state(row.expires_at - tick), row.state(row.expires_at)] == ["live", "expired"]


def test_a_draft_a_withdrawn_and_an_expired_review_are_not_confirmed(world, first, monkeypatch):
    draft = start_review(actor=world.scientist, release=first)
    with pytest.raises(Conflict, match="not prepared"):
        confirm_review(actor=world.security, review=draft, digest="")
    judge_all(world.scientist, draft)
    row = prepare_review(actor=world.scientist, review=draft, expires_at=clock.now() + DAY)
    with monkeypatch.context() as later:
        moment = clock.now() + DAY
        later.setattr(clock, "now", lambda: moment)
        with pytest.raises(Conflict, match=r"time .* is over"):
            confirm_review(actor=world.security, review=row, digest=row.content_digest)
    withdraw_review(actor=world.security, review=row, reason="No.")
    with pytest.raises(Conflict, match="withdrawn or sent back"):
        confirm_review(actor=world.security, review=row, digest=row.content_digest)


def test_what_rests_on_a_withdrawn_review_is_judged_anew(world, first, second):
    base = reviewed(world, first)
    row = prepared(world.scientist, second, first)
    withdraw_review(actor=world.security, review=base, reason="Wrong.")

    with pytest.raises(Conflict, match="carried over from a review that was withdrawn"):
        confirm_review(actor=world.security, review=row, digest=row.content_digest)


def test_nothing_rests_on_a_release_that_failed(world, first, second):
    reviewed(world, first)
    row = prepared(world.scientist, second, first)
    bad = start_review(actor=world.engineer, release=first)
    prepare_review(actor=world.engineer, review=bad, expires_at=clock.now() + YEAR, verdict="fail", notes="It steals keys.")

    with pytest.raises(Conflict, match="failed a review"):
        confirm_review(actor=world.security, review=row, digest=row.content_digest)
    with pytest.raises(Conflict, match="failed a review"):
        start_review(actor=world.lead, release=released({"a.py": READS}, "3"), base=first)


def test_a_review_takes_the_place_of_another_once_it_is_confirmed(world, first):
    old = reviewed(world, first)
    new = prepared(world.scientist, first, supersedes=old)
    old.refresh_from_db()
    assert old.state() == "live"
    assert {said["carried"] for said in new.points.values()} == {old.public_id}
    confirm_review(actor=world.security, review=new, digest=new.content_digest)
    old.refresh_from_db()
    assert (old.state(), list(Review.objects.live())) == ("superseded", [new])
