"""Signatures on a request's page: their meaning, the password, and what is asked for again."""

from __future__ import annotations

import re

import pytest

from approvals.models import Ballot
from approvals.services import policies, requests
from tests.approvals.pages import PASSWORD, address, ballot, text_of, with_password
from tests.conftest import POLICY

pytestmark = pytest.mark.django_db

SIGNED = POLICY.replace("covers: [dependencies, runtime]}", "covers: [dependencies, runtime], signature: reauth}")


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
