from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from foundation import actor, clock, sealing, verification
from foundation.errors import Invalid, NotAllowed, TooLarge
from foundation.models import AuditEvent
from governance.people import services as people
from governance.people.models import Notice
from governance.usecases import conditions, selectors, services
from governance.usecases.models import Attachment, Feedback, FeedbackOutcome, Increment, Showing
from governance.usecases.services import pictures
from tests.usecases.papers import added
from tests.usecases.shown import jpeg, png, said, shown
from tests.usecases.test_documents import stored


@pytest.fixture
def client_of(world):
    """An outside account that represents the client."""
    user = people.create_user(actor=actor.system("test"), username="clara", name="Clara Client", email="clara@example.com")
    people.grant_role(actor=world.lead, user=user, role="client_representative", scope=world.use_case.public_id)
    return actor.person(user)


def told(user) -> list[str]:
    return [notice.kind for notice in Notice.objects.filter(user=user.user).order_by("pk")]


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


# Who saw it ----------------------------------------------------------------------------------------------------------


def test_people_are_added_later_and_only_once(world):
    row = shown(world, invited=[world.business.user])
    services.show_increment(actor=world.lead, increment=row, attended=[world.business.user], outsiders=["Ms Thiel"])
    found = selectors.increment_of(world.use_case, 1)

    assert [item.display for item in found.attended] == ["Business", "Ms Thiel"]
    assert found.invited == []
    with pytest.raises(Invalid, match="not on the list yet"):
        services.show_increment(actor=world.lead, increment=row, attended=[world.business.user], outsiders=["Ms Thiel"])


def test_looking_is_noted_once(world):
    row = shown(world, invited=[world.business.user])
    services.look_at_increment(actor=world.business, increment=row)
    services.look_at_increment(actor=world.business, increment=row)
    found = selectors.increment_of(world.use_case, 1)

    assert [(item.display, item.part) for item in found.attended] == [("Business", "seen")]
    assert found.invited == []
    assert AuditEvent.objects.filter(kind="usecases.increment.shown").count() == 1
    with pytest.raises(NotAllowed):
        services.look_at_increment(actor=world.ci, increment=row)


def names(world) -> list[str]:
    return [str(item.user) for item in selectors.unseen_by([world.use_case]).get(world.use_case.pk, [])]


def test_who_was_left_out_is_named(world):
    assert names(world) == []  # nothing was shown, and nobody holds a role for long
    shown(world, attended=[world.validator.user])
    assert names(world) == ["Business"]
    shown(world, attended=[world.business.user])
    assert names(world) == []


def test_who_speaks_is_among_those_who_saw_it(world):
    row = shown(world, invited=[world.business.user, world.security.user], outsiders=["Ms Thiel"])
    said(world, row)
    said(world, row, world.lead, said_by="Ms Thiel")
    found = selectors.increment_of(world.use_case, 1)

    assert [item.display for item in found.attended] == ["Ms Thiel", "Business"]
    assert [item.display for item in found.invited] == ["Security"]


@pytest.mark.parametrize("how", ["looks", "speaks"])
def test_looking_and_speaking_count_as_having_seen(world, how):
    row = shown(world, invited=[world.business.user])
    assert names(world) == ["Business"]
    if how == "looks":
        services.look_at_increment(actor=world.business, increment=row)
    else:
        said(world, row)
    assert names(world) == []


def test_after_a_while_everybody_who_should_have_seen_something_is_named(world, client_of):
    shown(world, attended=[world.business.user])
    with clock.at(clock.now() + timedelta(days=31)):
        assert sorted(names(world)) == ["Business", "Clara Client"]
        services.change_use_case(actor=world.lead, use_case=world.use_case, kind="research")
        world.use_case.refresh_from_db()
        assert names(world) == []


def test_who_was_left_out_costs_the_same_for_one_use_case_and_for_many(world, django_assert_num_queries):
    cases = [world.use_case]
    for number in range(5):
        cases.append(services.open_use_case(actor=world.lead, slug=f"c{number}", title="C"))
        people.grant_role(actor=world.lead, user=world.business.user, role="business_owner", scope=cases[-1].public_id)
        services.record_increment(actor=world.lead, use_case=cases[-1], title="T", shown="S")
    with django_assert_num_queries(5):
        assert len(selectors.unseen_by(cases)) == 5


# Feedback ------------------------------------------------------------------------------------------------------------


def test_feedback_is_given_heard_and_answered(world):
    row = shown(world, attended=[world.business.user])
    idea = said(world, row)
    assert told(world.lead) == ["usecases.feedback_given"]
    services.answer_feedback(
        actor=world.lead, feedback=idea, what="planned", reason="In sprint 8.", url="https://t.example.com/1"
    )
    services.answer_feedback(actor=world.scientist, feedback=idea, what="done")

    shown_to = selectors.increment_of(world.use_case, 1)
    assert [(item.display, item.part) for item in shown_to.attended] == [("Business", "attended")]
    found = shown_to.feedback[0]
    assert [outcome.what for outcome in found.outcomes] == ["planned", "done"]
    assert found.outcome.what == "done"
    assert told(world.business)[1:] == ["usecases.feedback_answered", "usecases.feedback_answered"]


def test_the_same_answer_again_is_the_same_answer(world):
    idea = said(world, shown(world))
    first = services.answer_feedback(actor=world.lead, feedback=idea, what="done")

    assert services.answer_feedback(actor=world.lead, feedback=idea, what="done") == first


def test_who_is_there_writes_down_what_others_said_and_clients_speak_for_themselves(world, client_of):
    row = shown(world)
    spoken = said(world, row, world.lead, said_by="  Ms   Thiel ")
    assert (spoken.voice, spoken.created_by) == ("Ms Thiel", world.lead.user)
    assert said(world, row, client_of, kind="praise", text="好用").voice == "Clara Client"
    with pytest.raises(NotAllowed, match="own name only"):
        said(world, row, client_of, said_by="My boss")


def test_readers_and_tokens_have_no_say(world, client_of):
    row = shown(world)
    for reader in (world.auditor, world.stranger, world.ci):
        with pytest.raises(NotAllowed):
            said(world, row, reader)
    idea = said(world, row)
    for reader in (world.business, client_of, world.auditor, world.ci):
        with pytest.raises(NotAllowed):
            services.answer_feedback(actor=reader, feedback=idea, what="done")


@pytest.mark.parametrize(
    ("values", "field"), [({"text": " "}, "text"), ({"text": "t" * 5001}, "text"), ({"kind": "rant"}, "kind")]
)
def test_feedback_that_says_nothing_is_refused(world, values, field):
    with pytest.raises(Invalid) as refused:
        said(world, shown(world), **values)
    assert [item.field for item in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"what": "declined"}, "reason"),
        ({"what": "declined", "reason": "r" * 1001}, "reason"),
        ({"what": "done", "url": "javascript:x"}, "url"),
        ({"what": "duplicate"}, "duplicate_of"),
        ({"what": "lost"}, "what"),
    ],
)
def test_an_answer_has_what_it_needs(world, values, field):
    idea = said(world, shown(world))
    with pytest.raises(Invalid) as refused:
        services.answer_feedback(actor=world.lead, feedback=idea, **values)
    assert [item.field for item in refused.value.errors] == [field]


def test_what_was_said_before_points_to_where(world):
    first, later = said(world, shown(world)), said(world, shown(world), text="The phone number is missing.")
    outcome = services.answer_feedback(actor=world.lead, feedback=later, what="duplicate", duplicate_of=first)
    assert outcome.duplicate_of == first

    for wrong in ({"what": "done", "duplicate_of": first}, {"what": "duplicate", "duplicate_of": later}):
        with pytest.raises(Invalid):
            services.answer_feedback(actor=world.lead, feedback=later, **wrong)
    with pytest.raises(Invalid, match="said later"):
        services.answer_feedback(actor=world.lead, feedback=first, what="duplicate", duplicate_of=later)
    other = services.open_use_case(actor=world.lead, slug="other", title="Other")
    elsewhere = services.record_increment(actor=world.lead, use_case=other, title="T", shown="S")
    strange = services.give_feedback(actor=world.lead, increment=elsewhere, kind="idea", text="x")
    with pytest.raises(Invalid):
        services.answer_feedback(actor=world.lead, feedback=strange, what="duplicate", duplicate_of=first)


# The condition of stages ---------------------------------------------------------------------------------------------


def test_a_stage_asks_whether_somebody_it_is_made_for_has_seen_it(world, django_assert_max_num_queries):
    def answer():
        return conditions.evaluate(world.use_case, ["increments.shown"])["increments.shown"]

    assert (answer().state, answer().roles) == ("unmet", ("project_lead",))
    row = shown(world, attended=[world.validator.user])
    assert answer().state == "unmet"
    said(world, row)
    assert answer().state == "met"
    assert answer().url == "/use-cases/churn/increments/"
    other = services.open_use_case(actor=world.lead, slug="other", title="Other")
    with django_assert_max_num_queries(6) as first:
        conditions.evaluate_many([world.use_case], ["increments.shown"])
    with django_assert_max_num_queries(len(first)):
        conditions.evaluate_many([world.use_case, other], ["increments.shown"])


def test_a_guest_from_outside_counts_for_the_stage(world):
    shown(world, outsiders=["Ms Thiel"])
    assert conditions.evaluate(world.use_case, ["increments.shown"])["increments.shown"].met


def test_those_who_lead_are_told_once_who_has_seen_nothing(world):
    shown(world, attended=[world.validator.user])
    assert services.tell_of_unseen() == 1
    assert services.tell_of_unseen() == 1

    assert told(world.lead) == ["usecases.seen_nothing"]
    notice = Notice.objects.get(user=world.lead.user)
    assert (notice.data["names"], notice.url) == ("Business", "/use-cases/churn/increments/")
    shown(world, attended=[world.business.user])
    assert services.tell_of_unseen() == 0
