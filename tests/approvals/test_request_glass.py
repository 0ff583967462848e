"""Broken glass on a request's page: opened, reviewed, ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.models import Waiver
from tests.approvals.pages import PASSWORD, address, page, send, text_of, with_password

pytestmark = pytest.mark.django_db


def break_glass(world, request, **data):
    client = with_password(world, "engineer")
    sent = {"command": "glass", "reason": "Scoring is down.", "incident": "INC-7", "hours": "4", "password": PASSWORD}
    return client.post(address(request), {**sent, **data}, follow=True)


def test_breaking_glass_wants_a_reason_and_the_password_and_shows_what_it_lets_pass(world, gate, push, ask):
    request = ask(push())
    without = break_glass(world, request, password="")
    assert without.status_code == 403
    assert "enter your password again" in text_of(without)
    assert "Scoring is down." in without.content.decode()

    told = text_of(break_glass(world, request))

    waiver = Waiver.objects.get()
    assert (waiver.reason, waiver.incident) == ("Scoring is down.", "INC-7")
    assert waiver.expires_at - waiver.created_at == timedelta(hours=4)
    assert "Engineer broke glass: it may pass for another 3 hours." in told
    assert "Overridden" in told


def test_only_those_whom_the_policy_names_can_break_glass(world, gate, push, ask):
    request = ask(push())

    said = text_of(page(world, "validator", request))

    assert "Only these roles can break glass:" in said


def test_glass_is_not_offered_over_an_objection(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation", "request_changes", "Seed?")

    body = page(world, "engineer", request).content.decode()

    assert 'name="hours"' not in body
    assert "never over an objection" in body


def test_somebody_who_was_passed_over_reviews_it_and_who_broke_it_does_not(world, gate, push, ask):
    request = ask(push())
    break_glass(world, request)
    waiver = Waiver.objects.get()

    own = send(world, "engineer", request, "review", about=waiver.public_id, verdict="justified", comment="Was right.")
    assert own.status_code == 403
    empty = send(world, "security", request, "review", about=waiver.public_id, verdict="justified", comment="")
    assert empty.status_code == 400

    sent = {"about": waiver.public_id, "verdict": "unjustified", "comment": "It could wait."}
    told = text_of(send(world, "security", request, "review", follow=True, **sent))
    waiver.refresh_from_db()
    assert waiver.review == "unjustified"
    assert "reviewed the waiver: not justified" in told
    assert "It could wait." in told
    assert "It is your move: Security review." in told


def test_who_broke_the_glass_ends_it_early(world, gate, push, ask):
    request = ask(push())
    break_glass(world, request)
    waiver = Waiver.objects.get()

    told = text_of(send(world, "engineer", request, "end", about=waiver.public_id, follow=True))

    assert "ended the waiver" in told
    assert "To be reviewed" in told


def test_a_waiver_for_what_has_changed_since_says_that_it_lets_nothing_pass(world, gate, push, ask):
    from tests.approvals.pages import again

    request = ask(push())
    break_glass(world, request)
    again(world, "Something else.")

    assert "so it lets nothing pass any more" in text_of(page(world, "lead", request))
