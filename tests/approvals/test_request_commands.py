"""Commands on a request's page: sent, carried out, refused with what was typed still there."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from approvals.models import Ballot, Condition, Dismissal, Request
from approvals.services import policies
from foundation import clock
from tests.approvals.asking import publish_policy, second_admin, stand_in
from tests.approvals.pages import address, ballot, page, send, text_of
from tests.conftest import POLICY

pytestmark = pytest.mark.django_db


def in_days(count: int) -> date:
    return (clock.now() + timedelta(days=count)).date()


# Taking back, putting forward again ----------------------------------------------------------------------------------


def test_the_submitter_takes_a_request_back_and_others_cannot(world, gate, push, ask):
    request = ask(push())

    refused = send(world, "validator", request, "withdraw", comment="Wrong data.")
    assert refused.status_code == 403
    assert "Only who asked, or the project lead, can do this." in text_of(refused)

    said = text_of(send(world, "engineer", request, "withdraw", comment="Wrong data.", follow=True))
    request.refresh_from_db()
    assert request.state == "withdrawn"
    assert "took the request back" in said
    assert "Wrong data." in said


def test_after_changes_were_asked_for_the_submitter_puts_it_forward_again(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation", "request_changes", "Seed?")
    shown = text_of(page(world, "engineer", request))
    assert "It is your move: somebody asked for changes." in shown
    assert "Validator asks for changes: Model validation Seed?" in shown

    said = text_of(send(world, "engineer", request, "resubmit", comment="It is 42.", follow=True))

    request.refresh_from_db()
    assert (request.round, request.state) == (2, "open")
    assert "put it forward again, as round 2" in said
    assert "It is 42." in said


def test_a_command_that_does_not_exist_is_not_found(world, gate, push, ask):
    assert send(world, "engineer", ask(push()), "explode").status_code == 404


# In another's place --------------------------------------------------------------------------------------------------


def test_a_deputy_reads_for_whom_they_act_and_until_when_and_their_ballot_says_so(world, gate, push, ask):
    request = ask(push())
    stand_in(world, world.lead, world.security, days=2)

    said = text_of(page(world, "lead", request))
    assert re.search(r"You act for Security until \w+: Security review\.", said)
    assert "Lead can act for Security." in text_of(page(world, "validator", request))

    client = world.client("lead")
    data = ballot(request, "security", on_behalf_of=world.security.id)
    told = text_of(client.post(address(request), data, follow=True))

    kept = Ballot.objects.get()
    assert (kept.human, kept.principal) == (world.lead.user, world.security.user)
    assert "Recorded: for Security you approved “Security review”." in told
    assert "Lead for Security approved “Security review”" in told


def test_who_can_speak_for_themselves_and_for_another_is_asked_for_whom(world, gate, push, ask):
    from governance.people import services as people

    people.grant_role(actor=world.lead, user=world.business.user, role="security_reviewer", scope=world.use_case.public_id)
    request = ask(push())
    stand_in(world, world.business, world.security)

    body = page(world, "business", request).content.decode()

    assert re.search(r'<select name="on_behalf_of".*?for yourself.*?for Security', body, re.S)


def test_acting_for_somebody_who_has_not_asked_is_refused_and_keeps_what_was_typed(world, gate, push, ask):
    request = ask(push())
    data = ballot(request, "validation", on_behalf_of=world.security.id, comment="For my friend.")

    response = world.client("validator").post(address(request), data)

    assert response.status_code == 403
    assert "Security has not asked you to act in their place here, or not for now." in text_of(response)
    assert "For my friend." in response.content.decode()
    assert not Ballot.objects.exists()


# Conditions ----------------------------------------------------------------------------------------------------------


def approved_on_condition(world, request, approve) -> Condition:
    data = ballot(request, "validation", condition="Measure it on the young ones.", due_at=in_days(10).isoformat())
    assert world.client("validator").post(address(request), data).status_code == 302
    approve(request, but=("validation",))
    return Condition.objects.get()


def test_an_approval_on_a_condition_says_what_is_to_be_done_until_when(world, gate, push, ask, approve):
    request = ask(push())

    condition = approved_on_condition(world, request, approve)

    assert (condition.due_at - timedelta(seconds=1)).date() == in_days(10), "the whole day counts"
    said = text_of(page(world, "lead", request))
    assert "Everybody who had to agree has agreed, on a condition that is not met yet." in said
    assert "Measure it on the young ones." in said
    assert "Not met yet" in said


def test_a_condition_is_confirmed_by_who_set_it_and_not_by_anybody(world, gate, push, ask, approve):
    request = ask(push())
    condition = approved_on_condition(world, request, approve)

    refused = send(world, "engineer", request, "confirm", about=condition.public_id, evidence="Done.")
    assert refused.status_code == 403
    empty = send(world, "validator", request, "confirm", about=condition.public_id, evidence="")
    assert empty.status_code == 400
    assert "Say what shows that it was done." in text_of(empty)

    said = text_of(send(world, "validator", request, "confirm", about=condition.public_id, evidence="Table 7.", follow=True))
    assert "Everybody who had to agree has agreed." in said
    assert "Table 7." in said


def test_a_condition_without_a_day_keeps_its_text(world, gate, push, ask):
    request = ask(push())

    response = world.client("validator").post(address(request), ballot(request, "validation", condition="Do it."))

    assert response.status_code == 400
    assert "Say until when it has to be done." in text_of(response)
    assert re.search(r"<details open>\s*<summary>Approve on a condition", response.content.decode())
    assert "Do it." in response.content.decode()


# Objections set aside, approvals revoked -----------------------------------------------------------------------------


def test_the_lead_sets_an_objection_aside_with_a_reason(world, gate, push, ask, vote):
    request = ask(push())
    said = vote(world.validator, request, "validation", "request_changes", "I do not like it.")
    assert "Set aside the objection of Validator" in text_of(page(world, "lead", request))

    without = send(world, "lead", request, "dismiss", about=said.public_id, reason="")
    assert without.status_code == 400
    assert "whoever objected will want to know" in text_of(without)

    told = text_of(send(world, "lead", request, "dismiss", about=said.public_id, reason="Not about this version.", follow=True))
    assert Dismissal.objects.get().reason == "Not about this version."
    assert "set the objection of Validator aside" in told
    assert "Set aside." in told


def test_who_objected_cannot_set_it_aside(world, gate, push, ask, vote):
    request = ask(push())
    said = vote(world.validator, request, "validation", "request_changes", "I do not like it.")

    response = send(world, "validator", request, "dismiss", about=said.public_id, reason="Never mind.")

    assert response.status_code == 403
    assert "Only the project lead or an administrator can set an objection aside." in text_of(response)


def test_an_approval_is_revoked_with_a_reason(world, gate, push, ask, approve):
    request = approve(ask(push()))
    assert "Revoke the approval" in text_of(page(world, "security", request))

    refused = send(world, "engineer", request, "revoke", reason="Typo.")
    assert refused.status_code == 403

    told = text_of(send(world, "security", request, "revoke", reason="CVE-2026-1.", follow=True))
    request.refresh_from_db()
    assert request.state == "revoked"
    assert "It had been approved, and Security revoked the approval." in told
    assert "CVE-2026-1." in told


# Other rules ---------------------------------------------------------------------------------------------------------


def test_an_administrator_moves_a_request_to_the_version_in_force(world, gate, push, ask):
    request = ask(push())
    version = publish_policy(world, POLICY.replace("role: security_reviewer", "role: security_reviewer, quorum: 2"))
    client = second_client(world)
    assert "Move it to the policy in force" in text_of(client.get(address(request)))

    data = {"command": "migrate", "about": version.public_id}
    assert send(world, "lead", request, "migrate", about=version.public_id).status_code == 403
    told = text_of(client.post(address(request), data, follow=True))

    request.refresh_from_db()
    assert request.policy_version == version
    assert "moved it to version 2 of the policy" in told


def second_client(world):
    from django.test import Client

    client = Client()
    client.force_login(second_admin(world).user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_request_under_a_withdrawn_version_says_who_has_to_do_what(world, gate, push, ask):
    request = ask(push())
    version = publish_policy(world, POLICY.replace("valid_for: 180 days", "valid_for: 90 days"))
    policies.withdraw_version(actor=world.admin, version=request.policy_version, reason="Unsafe.")

    assert "An administrator has to move this request to another one." in text_of(page(world, "validator", request))
    shown = text_of(second_client(world).get(address(request)))
    assert "It is your move: the version of the policy was withdrawn as unsafe." in shown
    assert f"version {version.number}" in shown


def test_what_is_shown_nowhere_any_more_has_its_refusal_told_on_top(world, gate, push, ask, approve):
    request = approve(ask(push()))

    response = send(world, "engineer", request, "withdraw", comment="Too late.")

    assert response.status_code == 409
    assert "This request is closed" in text_of(response)


def test_nobody_reaches_the_things_of_another_use_case_through_a_command(world, gate, push, ask, vote):
    said = vote(world.validator, ask(push()), "validation", "request_changes", "No.")
    request = Request.objects.get()

    assert send(world, "stranger", request, "dismiss", about=said.public_id, reason="x").status_code == 404
    assert send(world, "lead", request, "dismiss", about="bl_nothing", reason="x").status_code == 404
