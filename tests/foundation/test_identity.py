from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from foundation import clock
from foundation.errors import Invalid
from foundation.identity import confirm_password, proven_at

PASSWORD = "correct horse battery staple"


@pytest.fixture
def signed_in(world, rf):
    """A request of somebody who has just signed in with a password."""
    user = world.business.user
    user.set_password(PASSWORD)
    user.save()
    browser = Client()
    assert browser.post("/accounts/login/", {"login": user.username, "password": PASSWORD}).status_code == 302
    request = rf.post("/")
    request.session, request.user, request.id = browser.session, user, "r" * 12
    return request


def test_signing_in_proves_who_somebody_is(signed_in):
    assert clock.now() - proven_at(signed_in) < timedelta(minutes=1)


def test_a_session_without_a_login_of_its_own_proves_nothing(world, rf, client):
    client.force_login(world.business.user)
    request = rf.get("/")
    request.session, request.user = client.session, world.security.user

    assert proven_at(request) is None


def test_the_right_password_proves_it_again(signed_in):
    signed_in.session["account_authentication_methods"] = [{"method": "password", "at": 1_700_000_000.0}]
    actor = confirm_password(signed_in, PASSWORD)

    assert (actor.id, actor.auth, actor.is_person) == (signed_in.user.public_id, "password", True)
    assert clock.now() - actor.auth_at < timedelta(minutes=1)
    assert proven_at(signed_in) == actor.auth_at


@pytest.mark.parametrize("wrong", ["", "correct horse", "密码" * 50])
def test_a_wrong_one_proves_nothing_and_says_so_at_the_field(signed_in, wrong):
    before = proven_at(signed_in)
    with pytest.raises(Invalid) as refused:
        confirm_password(signed_in, wrong)

    assert (refused.value.code, refused.value.errors[0].field) == ("identity.wrong", "password")
    assert proven_at(signed_in) == before


def test_guessing_is_slowed_down(signed_in):
    codes = []
    for _attempt in range(12):
        with pytest.raises(Invalid) as refused:
            confirm_password(signed_in, "wrong")
        codes.append(refused.value.code)

    assert codes[-1] == "identity.too_many"


def test_an_account_of_the_companys_sign_on_is_told_what_to_do(signed_in):
    signed_in.user.set_unusable_password()
    with pytest.raises(Invalid) as refused:
        confirm_password(signed_in, PASSWORD)

    assert refused.value.code == "identity.no_password"


def test_a_token_never_proves_presence(world):
    assert world.ci.auth_at is None
