"""Feedback on an increment: given, heard and answered."""

from __future__ import annotations

import pytest

from foundation.errors import Invalid, NotAllowed
from governance.usecases import selectors, services
from tests.usecases.shown import client_of, said, shown, told  # noqa: F401 - fixtures


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
