"""A request as people see it, and their verdicts on it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from approvals.models import Ballot, Request
from approvals.selectors.standing import standing_of
from tests.approvals.pages import again, ballot, page, text_of

pytestmark = pytest.mark.django_db


def test_a_stranger_does_not_learn_that_a_request_exists(world, gate, push, ask):
    request = ask(push())

    assert page(world, "stranger", request).status_code == 404
    assert Client().get(f"/requests/{request.public_id}/").status_code == 302


def test_the_page_says_whose_move_it_is(world, gate, push, ask):
    request = ask(push())

    assert "It is your move: Model validation." in text_of(page(world, "validator", request))
    assert "Waiting for Governance, Security, Validator." in text_of(page(world, "business", request))


def test_the_business_owner_reads_targets_and_not_code(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")

    body = page(world, "business", request).content.decode()

    opened = re.findall(r'<details class="card fold fold--yours" open id="part-(\w+)"', body)
    assert opened == ["use_case", "economics", "model"], "what it is worth, before figures"
    assert "from 42 % now to at least 70 %" in body


def test_what_changed_since_the_last_approval_is_shown_by_part(world, gate, push, ask, vote):
    first = ask(push("1"))
    for part, step in (("validator", "validation"), ("governance", "data"), ("security", "security"), ("business", "business")):
        vote(getattr(world, part), first, step)
    first.refresh_from_db()
    assert first.state == "approved"
    second = ask(push("2", params={"max_depth": 9}))

    response = page(world, "lead", second)

    said = text_of(response)
    assert "Compared with churn-model@1 , which was approved last." in said
    assert "<del>6</del> <ins>9</ins>" in response.content.decode()
    assert re.search(r"Dependencies unchanged", said)


def test_an_approval_that_carried_over_says_from_where(world, gate, push, ask, vote):
    vote(world.security, ask(push("1")), "security")
    second = ask(push("2", params={"max_depth": 9}))

    said = text_of(page(world, "security", second))

    assert "carried over from churn-model@1" in said
    assert "Carried over from churn-model@1." in said


def test_a_stale_ballot_is_greyed_and_says_why(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    vote(world.business, request, "business")
    again(world, "Something else.")

    body = page(world, "business", request).content.decode()

    assert "timeline__item--past" in body
    assert "Judged an earlier version; changed since: use case." in body
    assert "Changed since: use case." in body


def test_a_verdict_is_recorded_over_what_was_on_the_screen(world, gate, push, ask):
    request = ask(push())
    client = world.client("validator")

    response = client.post(f"/requests/{request.public_id}/", ballot(request, "validation", comment="Sound."), follow=True)

    kept = Ballot.objects.get()
    assert (kept.step, kept.verdict, kept.comment, kept.manifest_digest) == (
        "validation",
        "approve",
        "Sound.",
        standing_of(request).digest,
    )
    assert "Recorded: you approved “Model validation”." in text_of(response)
    assert 'data-draft-done="ballot-validation"' in response.content.decode()
    assert "1 of 1 approval" in text_of(response)


def test_asking_for_changes_without_a_word_keeps_the_form_and_says_what_is_missing(world, gate, push, ask):
    request = ask(push())

    response = world.client("validator").post(
        f"/requests/{request.public_id}/", ballot(request, "validation", verdict="request_changes")
    )

    assert response.status_code == 400
    assert "Say what would have to change" in text_of(response)
    assert re.search(r'value="request_changes"[^>]*checked', response.content.decode())
    assert not Ballot.objects.exists()


def test_a_vote_on_what_changed_meanwhile_shows_the_difference_and_keeps_the_comment(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    seen = ballot(request, "business", comment="My long and careful comment.")
    again(world, "Quite another problem.")

    response = world.client("business").post(f"/requests/{request.public_id}/", seen)

    body = response.content.decode()
    assert response.status_code == 409
    assert "This changed after you opened it" in body
    assert "Quite another problem." in body.split("What is judged")[0], "the difference stands on top"
    assert "My long and careful comment." in [part.rpartition(">")[2].strip() for part in body.split("</textarea>")]
    assert f'name="digest" value="{standing_of(request).digest}"' in body
    assert not re.search(r'name="verdict"[^>]*checked', body), "the verdict has to be given anew"
    assert not Ballot.objects.filter(step="business").exists()


def test_somebody_without_the_role_reads_why_they_have_no_say(world, gate, push, ask):
    request = ask(push())

    body = page(world, "data_engineer", request).content.decode()

    assert 'name="verdict"' not in body
    assert "you hold none of them here" in body


def test_a_forged_vote_without_the_role_is_refused_with_the_reason(world, gate, push, ask):
    request = ask(push())

    response = world.client("data_engineer").post(f"/requests/{request.public_id}/", ballot(request, "validation"))

    assert response.status_code == 403
    assert not Ballot.objects.exists()


def test_a_step_that_is_not_open_yet_is_disabled_with_the_reason(world, gate, push, ask):
    request = ask(push())

    said = text_of(page(world, "business", request))

    assert "This step is not open yet: an earlier one has to be met first." in said


def test_who_asked_cannot_approve_and_reads_why(world, gate, push, ask):
    from governance.people import services as people

    people.grant_role(actor=world.lead, user=world.engineer.user, role="model_validator", scope=world.use_case.public_id)
    request = ask(push())

    body = page(world, "engineer", request).content.decode()

    assert 'name="verdict"' not in body
    assert re.search(r"Somebody else has to (judge|give) it", body)


def test_who_spoke_can_take_it_back(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    client = world.client("validator")
    assert "Take back what was said before" in text_of(client.get(f"/requests/{request.public_id}/"))

    client.post(f"/requests/{request.public_id}/", ballot(request, "validation", verdict="retract"))

    assert standing_of(Request.objects.get()).verdict.steps[0].state == "pending"


def test_a_closed_request_still_shows_what_was_judged(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation", "reject", "Leaks the label.")

    response = page(world, "business", request)

    said = text_of(response)
    assert "Rejected by Validator." in said
    assert "Leaks the label." in said
    assert 'name="verdict"' not in response.content.decode()


def test_what_somebody_wrote_is_shown_as_text(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation", "approve", "<script>alert(1)</script>")

    assert "<script>alert(1)" not in page(world, "security", request).content.decode()


def test_a_request_page_has_a_bound_of_queries(world, gate, push, ask, vote, django_assert_max_num_queries):
    vote(world.security, ask(push("1")), "security")
    second = ask(push("2", params={"max_depth": 9}))
    client = world.client("validator")
    client.get("/settings/")  # counts what waits for the navigation

    with django_assert_max_num_queries(34):
        client.get(f"/requests/{second.public_id}/")
