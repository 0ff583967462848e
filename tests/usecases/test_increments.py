"""Increments: recorded by people and by CI, refused by field, never changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from foundation import actor, clock, sealing, verification
from foundation.errors import Invalid, NotAllowed, TooLarge
from foundation.models import AuditEvent
from governance.people.models import Notice
from governance.usecases import selectors, services
from governance.usecases.models import Attachment, Feedback, FeedbackOutcome, Increment, Showing
from governance.usecases.services import pictures
from tests.usecases.papers import added
from tests.usecases.shown import client_of, jpeg, png, said, shown, told  # noqa: F401 - fixtures
from tests.usecases.test_documents import stored

# Recording -----------------------------------------------------------------------------------------------------------


def test_an_increment_says_what_was_shown_to_whom_and_with_what(world):
    paper = added(world)
    row = shown(
        world,
        attended=[world.business.user],
        invited=[world.security.user],
        outsiders=["王芳", " Ms  Thiel "],
        links=["https://demo.example.com/churn", "https://demo.example.com/churn"],
        documents=[paper],
        pictures=[(png(), "图表.png"), (jpeg(), "list.jpg")],
    )

    found = selectors.increment_of(world.use_case, 1)
    assert (row.number, row.source, row.said_by) == (1, "person", "Lead")
    assert [item.display for item in found.attended] == ["Business", "王芳", "Ms Thiel"]
    assert [item.display for item in found.invited] == ["Security"]
    kinds = [(bool(item.picture), item.url, item.document) for item in found.attachments]
    assert kinds == [(True, "", None), (True, "", None), (False, "https://demo.example.com/churn", None), (False, "", paper)]
    first = found.attachments[0]
    assert (first.name, first.media_type, first.width, first.height) == ("图表.png", "image/png", 4, 3)
    assert first.picture.name.endswith(f"/{first.public_id}.png")
    event = AuditEvent.objects.get(kind="usecases.increment.recorded")
    assert event.subject_id == row.public_id
    assert b"200 customers" not in bytes(event.body)


def test_numbers_follow_one_another_in_each_use_case(world):
    other = services.open_use_case(actor=world.lead, slug="other", title="Other")
    there = services.record_increment(actor=world.lead, use_case=other, title="T", shown="S")

    assert [shown(world).number, shown(world).number, there.number] == [1, 2, 1]


def test_people_are_asked_by_role_and_told(world):
    shown(world, attended=[world.validator.user], roles=["business_owner"])

    assert told(world.business) == ["usecases.increment_to_see"]
    assert told(world.validator) == ["usecases.increment_shown"]
    assert told(world.lead) == []
    assert Showing.objects.get(user=world.business.user).role == "business_owner"
    notice = Notice.objects.get(user=world.business.user)
    assert notice.url == "/use-cases/churn/increments/1/"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "t" * 201}, "title"),
        ({"shown": ""}, "shown"),
        ({"shown": "s" * 10_001}, "shown"),
        ({"links": ["javascript:alert(1)"]}, "links"),
        ({"links": [f"https://example.com/{number}" for number in range(21)]}, "links"),
        ({"roles": ["king"]}, "roles"),
        ({"roles": ["end_user"]}, "roles"),
        ({"outsiders": ["n" * 121]}, "outsiders"),
        ({"outsiders": [f"n{number}" for number in range(201)]}, "attended"),
        ({"model_version": "mv_00000000000000000000000000"}, "model_version"),
        ({"model_version": "uc_1"}, "model_version"),
        ({"pictures": [(b"", "x.png")]}, "pictures"),
        ({"pictures": [(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.svg")]}, "pictures"),
        ({"pictures": [(b"<html><script>alert(1)</script>", "x.png")]}, "pictures"),
        ({"pictures": [(b"%PDF-1.7 x", "x.png")]}, "pictures"),
        ({"pictures": [(b"\x89PNG\r\n\x1a\n<html>", "x.png")]}, "pictures"),
        ({"pictures": [(b"\xff\xd8\xff\xe0\x00\x00", "x.jpg")]}, "pictures"),
        ({"pictures": [(png(50_000, 50_000, really=False), "bomb.png")]}, "pictures"),
        ({"pictures": [(png(0, 10, really=False), "none.png")]}, "pictures"),
        ({"pictures": [(png(), f"{number}.png") for number in range(11)]}, "pictures"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_field_and_leaves_nothing(world, values, field):
    with pytest.raises(Invalid) as refused:
        shown(world, **values)
    assert [item.field for item in refused.value.errors] == [field]
    assert not Increment.objects.exists()
    assert stored() == []


def test_a_picture_has_a_limit(world, monkeypatch):
    monkeypatch.setattr(pictures, "LARGEST_PICTURE", 20)
    with pytest.raises(TooLarge, match=r"big\.png"):
        shown(world, pictures=[(png(), "big.png")])
    assert stored() == []


def test_pictures_go_again_when_the_increment_does_not_come_to_be(world, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("in between")

    monkeypatch.setattr("governance.usecases.services.increments.tell_guests", broken)
    with pytest.raises(RuntimeError):
        shown(world, pictures=[(png(), "a.png"), (png(5), "b.png")])
    assert stored() == []
    assert not Attachment.objects.exists()


def test_what_is_still_to_come_is_not_recorded(world):
    with pytest.raises(Invalid, match="still to come"):
        shown(world, shown_at=clock.now() + timedelta(hours=1))


def test_who_could_not_look_is_not_asked_to(world):
    with pytest.raises(Invalid, match="Stranger: no role here"):
        shown(world, invited=[world.stranger.user])
    shown(world, attended=[world.stranger.user])
    assert told(world.stranger) == []


def test_a_document_of_another_use_case_is_not_attached(world):
    other = services.open_use_case(actor=world.lead, slug="other", title="Other")
    paper = added(world)
    with pytest.raises(Invalid):
        services.record_increment(actor=world.lead, use_case=other, title="T", shown="S", documents=[paper])


def test_readers_and_clients_record_nothing(world, client_of):
    for reader in (world.auditor, world.stranger, client_of):
        with pytest.raises(NotAllowed):
            shown(world, reader)


def test_an_increment_is_never_changed_and_the_log_vouches_for_it(world):
    row = shown(world, attended=[world.business.user], pictures=[(png(), "a.png")])
    answer = said(world, row)
    services.answer_feedback(actor=world.lead, feedback=answer, what="done")

    for model in (Increment, Showing, Attachment, Feedback, FeedbackOutcome):
        with pytest.raises(TypeError):
            model.objects.update(pk=1)
        with pytest.raises(DatabaseError), transaction.atomic():
            model._base_manager.filter(pk__gt=0).update(id=99)
    sealing.seal()
    assert list(verification.verify()) == []


def test_an_increment_is_seen_through_its_use_case_also_by_the_client(world, client_of):
    row = shown(world)
    for who, sees in ((world.security, True), (world.auditor, True), (client_of, True), (world.stranger, False)):
        assert Increment.objects.visible_to(who).filter(pk=row.pk).exists() is sees


# From CI -------------------------------------------------------------------------------------------------------------


def test_a_pipeline_opens_one_and_asks_those_for_whom_it_is_made(world, push):
    version = push()
    row = shown(world, world.ci, key="run-1", model_version=version.public_id)

    assert (row.source, row.key, row.said_by, row.model_version) == ("ci", "run-1", "Churn pipeline", version.public_id)
    assert told(world.business) == ["usecases.increment_to_see"]


def test_the_same_run_is_the_same_increment(world):
    first = shown(world, world.ci, key="run-1")
    events = AuditEvent.objects.count()

    assert shown(world, world.ci, key="run-1", title="Another try") == first
    assert shown(world, world.ci, key="run-2").number == 2
    assert AuditEvent.objects.count() == events + 1
    assert shown(world, key="").number == 3


def test_a_run_that_comes_in_between_is_found_under_the_lock(world, monkeypatch):
    from governance.usecases.services import increments

    first = shown(world, world.ci, key="run-1")
    real, asked = increments._by_key, []

    def late(use_case, key):
        asked.append(key)
        return None if len(asked) == 1 else real(use_case, key)

    monkeypatch.setattr(increments, "_by_key", late)
    assert shown(world, world.ci, key="run-1", pictures=[(png(), "a.png")]) == first
    assert stored() == []


def test_a_token_without_a_writing_scope_opens_none(world):
    from foundation import tokens
    from foundation.models import Token

    token, _secret = tokens.create(
        actor=world.engineer, name="R", owner=world.engineer.user, kind=Token.Kind.SERVICE, scopes=["read"], scope=""
    )
    with pytest.raises(NotAllowed):
        shown(world, actor.service(token))
