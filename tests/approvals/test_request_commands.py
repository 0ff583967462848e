"""Every command on a request's page: sent, carried out, refused with what was typed still there."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from approvals.models import Ballot, Condition, Dismissal, Request, Waiver
from approvals.services import policies, requests
from foundation import clock
from tests.approvals.asking import publish_policy, second_admin, stand_in
from tests.approvals.pages import address, ballot, page, send, text_of
from tests.conftest import POLICY

pytestmark = pytest.mark.django_db

SIGNED = POLICY.replace("covers: [dependencies, runtime]}", "covers: [dependencies, runtime], signature: reauth}")
PASSWORD = "correct horse battery"


def with_password(world, part: str):
    """A browser of somebody who has a password, and signed in by other means, some time ago."""
    user = getattr(world, part).user
    user.set_password(PASSWORD)
    user.save()
    return world.client(part)


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


# Signatures ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def signing(world):
    version = policies.write_policy(actor=world.admin, key="production-release", source=SIGNED)
    return policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=version.policy)


@pytest.fixture
def to_sign(world, signing, push):
    row = push()
    return requests.open_request(
        actor=world.ci,
        subject_type="model_version",
        subject_id=row.public_id,
        purpose="deployment",
        environment=signing.environment,
    )


def test_a_step_that_wants_a_signature_asks_for_its_meaning_and_the_password(world, to_sign):
    client = with_password(world, "security")
    body = client.get(address(to_sign)).content.decode()
    assert 'type="password"' in body
    assert "I take responsibility for this" in body

    data = ballot(to_sign, "security", meaning="approved", password=PASSWORD)
    said = text_of(client.post(address(to_sign), data, follow=True))

    kept = Ballot.objects.get()
    assert kept.meaning == "approved"
    assert kept.auth_at is not None
    assert "Signed: “I approve this”." in said
    assert 'type="password"' not in client.get(address(to_sign)).content.decode(), "it holds for five minutes"


def test_a_wrong_password_keeps_everything_but_the_password(world, to_sign):
    client = with_password(world, "security")
    data = ballot(to_sign, "security", meaning="reviewed", password="wrong one", comment="Read it all.")

    response = client.post(address(to_sign), data)

    body = response.content.decode()
    assert response.status_code == 400
    assert "This is not your password." in text_of(response)
    assert "Read it all." in body
    assert "wrong one" not in body
    assert re.search(r'value="approve"[^>]*checked', body)
    assert re.search(r'value="reviewed"[^>]*checked', body)
    assert not Ballot.objects.exists()


@pytest.mark.parametrize(
    ("left_out", "said"),
    [("meaning", "Say what your signature means."), ("password", "Enter your password: this step wants a signature.")],
)
def test_a_signature_without_its_meaning_or_a_password_is_asked_for_again(world, to_sign, left_out, said):
    client = with_password(world, "security")
    data = ballot(to_sign, "security", meaning="approved", password=PASSWORD)
    del data[left_out]

    response = client.post(address(to_sign), data)

    assert response.status_code == 400
    assert said in text_of(response)
    assert not Ballot.objects.exists()


def test_asking_for_changes_needs_no_signature(world, to_sign):
    client = with_password(world, "security")

    client.post(address(to_sign), ballot(to_sign, "security", verdict="request_changes", comment="Which wheel?"))

    assert Ballot.objects.get().verdict == "request_changes"


def test_a_right_password_with_something_else_wrong_is_not_asked_for_twice(world, to_sign):
    client = with_password(world, "security")
    data = ballot(to_sign, "security", meaning="approved", verdict="reject", password=PASSWORD, comment="No.")

    response = client.post(address(to_sign), data)

    assert response.status_code == 400
    assert "Who does not approve cannot sign that they do." in text_of(response)
    assert 'type="password"' not in response.content.decode()


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


# Broken glass --------------------------------------------------------------------------------------------------------


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
