from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from foundation import actor as actors
from foundation import clock, tokens
from foundation.errors import Invalid, NotAllowed
from foundation.models import AuditEvent, Token
from governance.people import services as people

URL = "/api/v1/tokens"


def make(world, part: str = "lead", **values):
    person = getattr(world, part)
    values = {"name": "CI", "owner": person.user, "kind": Token.Kind.PERSONAL, **values}
    return tokens.create(actor=person, **values)


def who(secret: str):
    return tokens.actor_for(secret, request_id="")


def test_a_personal_token_acts_as_its_person_and_a_service_token_in_its_own_name(world):
    personal, secret = make(world)
    service, other = make(world, kind=Token.Kind.SERVICE, scopes=["read"], scope=world.use_case.public_id)

    assert (who(secret).kind, who(secret).id) == ("user", world.lead.id)
    found = who(other)
    assert (found.kind, found.id, found.user) == ("service", service.public_id, world.lead.user)
    assert found.bound_to == world.use_case.public_id
    assert personal.secret_digest != service.secret_digest


def test_only_a_digest_of_the_secret_is_kept_and_the_log_does_not_know_it(world):
    token, secret = make(world)

    assert secret.startswith("cs_")
    assert len(secret) == 46
    assert all(secret not in str(getattr(token, field.attname)) for field in Token._meta.fields)
    assert not any(secret.encode() in bytes(event.body) for event in AuditEvent.objects.all())


@pytest.mark.parametrize(
    "secret",
    ["", "cs_", "cs_" + "a" * 43, "cs_" + "a" * 44, "CS_" + "a" * 43, "cs_ü" + "a" * 42, "cs_" + "a" * 42 + "\n", "x" * 10_000],
)
def test_what_is_no_token_is_nobody(db, secret):
    assert who(secret) is None


def test_expired_revoked_and_orphaned_tokens_are_nobody(world):
    expired, first = make(world)
    revoked, second = make(world)
    _orphan, third = make(world, "scientist")
    Token.objects.filter(pk=expired.pk).update(expires_at=clock.now())
    tokens.revoke(actor=world.lead, token=revoked)
    people.deactivate_user(actor=world.admin, user=world.scientist.user)

    assert [who(secret) for secret in (first, second, third)] == [None, None, None]


def test_a_token_lives_to_its_last_moment_and_not_a_moment_longer(world):
    token, secret = make(world)
    Token.objects.filter(pk=token.pk).update(expires_at=clock.now() + timedelta(seconds=5))

    assert who(secret)
    assert not Token.objects.live(clock.now() + timedelta(seconds=6)).filter(pk=token.pk).exists()


def test_revoking_is_final_recorded_once_and_for_the_owner_only(world):
    token, _secret = make(world)
    with pytest.raises(NotAllowed, match="Only its owner"):
        tokens.revoke(actor=world.stranger, token=token)

    tokens.revoke(actor=world.lead, token=token)
    token.refresh_from_db()
    at = token.revoked_at
    tokens.revoke(actor=world.lead, token=token)
    token.refresh_from_db()

    assert token.revoked_at == at
    assert AuditEvent.objects.filter(kind="foundation.token.revoked").count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"scopes": ["reed"]}, "scopes"),
        ({"name": "  "}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"days": 0}, "days"),
        ({"days": 367}, "days"),
        ({"kind": Token.Kind.SERVICE}, "scopes"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused_by_its_field(world, values, field):
    with pytest.raises(Invalid) as refused:
        make(world, **values)

    assert [item.field for item in refused.value.errors] == [field]
    assert Token.objects.filter(owner=world.lead.user).count() == 0


def test_nobody_makes_tokens_for_others_and_no_token_makes_tokens(world):
    with pytest.raises(NotAllowed):
        tokens.create(actor=world.admin, name="x", owner=world.lead.user, kind=Token.Kind.PERSONAL)
    with pytest.raises(NotAllowed, match="cannot make tokens"):
        tokens.create(actor=world.ci, name="x", owner=world.engineer.user, kind=Token.Kind.SERVICE, scopes=["read"])


def test_the_last_use_is_noted_but_not_at_each_call(world, django_assert_num_queries):
    token, secret = make(world)
    who(secret)
    token.refresh_from_db()

    assert token.last_used_at is not None
    with django_assert_num_queries(1):
        who(secret)


def test_scopes_bind_service_tokens_and_not_people(world):
    token, _secret = make(world, kind=Token.Kind.SERVICE, scopes=["read"])
    admin, _secret = make(world, kind=Token.Kind.SERVICE, scopes=["admin"])

    assert not actors.service(token).has_scope("admin")
    assert actors.service(admin).has_scope("read")
    assert world.lead.has_scope("admin")
    assert world.ci.has_scope("gate:evaluate")
    assert not world.ci.has_scope("governance:write")


def test_over_http_the_secret_is_told_once(world):
    client = world.client("lead")
    made = client.post(URL, {"name": "Laptop"}, content_type="application/json")

    assert made.status_code == 201
    secret = made.json()["token"]
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/use-cases").status_code == 200
    listed = client.get(URL).json()["results"]
    assert listed[0]["name"] == "Laptop"
    assert "token" not in listed[0]
    revoked = client.post(f"{URL}/{made.json()['id']}/revoke")
    assert revoked.json()["revoked_at"]
    after = Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/use-cases")
    assert (after.status_code, after.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Countersign"')
    assert world.client("stranger").post(f"{URL}/{made.json()['id']}/revoke").status_code == 404


def test_an_answer_with_a_secret_is_never_kept_for_a_replay(world):
    refused = world.client("lead").post(
        URL, {"name": "Laptop"}, content_type="application/json", headers={"Idempotency-Key": "k"}
    )

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "Idempotency-Key")
    assert not Token.objects.filter(name="Laptop").exists()


def test_guessing_tokens_becomes_slow(db):
    client = Client(headers={"Authorization": "Bearer cs_" + "a" * 43})

    answers = [client.get("/api/v1/inbox").status_code for _i in range(61)]

    assert answers == [401] * 60 + [429]


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "cs_" + "a" * 43, "Bearer a b c"])
def test_another_way_of_signing_in_is_refused_as_401(db, header):
    answer = Client(headers={"Authorization": header}).get("/api/v1/inbox")

    assert answer.status_code == 401
    assert answer.json()["type"].startswith("urn:countersign:problem:")
