from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from foundation import actor as actors
from foundation import clock, tokens
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent, AuditPersonal, Token
from governance.people import services
from governance.people.models import Membership, RoleGrant, User
from governance.people.roles import BUILDERS, READ_ONLY, ROLES, role_label
from governance.people.selectors import holders, holds, scopes_seen_by, takes_part

SETUP = actors.system("test")


def robot(world, part: str, scopes: list[str], scope: str = ""):
    person = getattr(world, part)
    token, _secret = tokens.create(
        actor=person, name="Robot", owner=person.user, kind=Token.Kind.SERVICE, scopes=scopes, scope=scope
    )
    return actors.service(token)


# Accounts ------------------------------------------------------------------------------------------------------------


def test_an_account_is_opened_by_an_administrator_only(world):
    values = {"username": "new", "name": "New", "email": "new@example.com"}
    for part in ("lead", "auditor", "stranger", "ci"):
        with pytest.raises(NotAllowed):
            services.create_user(actor=getattr(world, part), **values)

    assert services.create_user(actor=world.admin, **values).username == "new"


def test_name_and_address_stay_out_of_the_log_itself(world):
    services.create_user(actor=world.admin, username="new", name="Frau Neu", email="Neu@Example.com ")
    event = AuditEvent.objects.get(kind="people.user.created", subject_id=User.objects.get(username="new").public_id)

    assert b"Frau Neu" not in bytes(event.body)
    assert dict(AuditPersonal.objects.filter(event=event).values_list("field", "value")) == {
        "name": "Frau Neu",
        "email": "neu@example.com",
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "x" * 61}, "username"),
        ({"name": " "}, "name"),
        ({"email": "nope"}, "email"),
    ],
)
def test_an_account_with_a_wrong_field_is_refused_by_its_name(world, change, field):
    values = {"username": "new", "name": "New", "email": "new@example.com", **change}

    with pytest.raises(Invalid) as refused:
        services.create_user(actor=world.admin, **values)
    assert [item.field for item in refused.value.errors] == [field]


@pytest.mark.parametrize("taken", [{"username": "lead"}, {"email": "lead@example.com"}, {"email": "LEAD@example.com"}])
def test_name_and_address_are_one_persons(world, taken):
    with pytest.raises(Conflict):
        services.create_user(actor=world.admin, **{"username": "new", "name": "New", "email": "new@example.com", **taken})


def test_a_weak_password_is_refused_with_every_rule_it_breaks(world):
    with pytest.raises(Invalid) as refused:
        services.create_user(actor=world.admin, username="newcomer", name="New", email="n@example.com", password="newcomer")
    assert {item.code for item in refused.value.errors} == {"password_too_similar", "password_too_short"}


def test_without_a_password_nobody_signs_in_with_one(world):
    assert not services.create_user(actor=world.admin, username="new", name="New", email="n@example.com").has_usable_password()


def test_a_closed_account_signs_in_no_more_and_holds_no_role_but_keeps_its_name(world):
    before = clock.now()
    services.deactivate_user(actor=world.admin, user=world.security.user)
    world.security.user.refresh_from_db()

    assert not world.security.user.is_active
    assert "security_reviewer" not in holders(scope=world.use_case.public_id)
    assert "security_reviewer" in holders(scope=world.use_case.public_id, at=before)
    assert world.api("security").get("/api/v1/use-cases").status_code == 401
    with pytest.raises(Conflict):
        services.deactivate_user(actor=world.admin, user=world.security.user)
    with pytest.raises(Conflict, match="cannot sign in"):
        services.grant_role(actor=world.admin, user=world.security.user, role="auditor")


def test_a_team_has_the_members_it_was_founded_with(world):
    team = services.create_team(actor=world.admin, slug="data", title=" Data ", members=[world.lead.user, world.scientist.user])

    assert team.title == "Data"
    assert set(Membership.objects.filter(team=team).values_list("user__username", flat=True)) == {"lead", "scientist"}
    with pytest.raises(Conflict):
        services.create_team(actor=world.admin, slug="data", title="Again")
    with pytest.raises(NotAllowed):
        services.create_team(actor=world.lead, slug="mine", title="Mine")


# Roles ---------------------------------------------------------------------------------------------------------------


def test_nobody_gives_a_role_to_themselves_not_even_an_administrator_or_through_a_token(world):
    scope = world.use_case.public_id
    for actor in (world.admin, world.lead, robot(world, "lead", ["admin"]), robot(world, "admin", ["admin"])):
        with pytest.raises(NotAllowed, match="to themselves"):
            services.grant_role(actor=actor, user=actor.user, role="security_reviewer", scope=scope)


def test_a_lead_gives_roles_on_the_own_use_case_and_nowhere_else(world):
    from governance.usecases.services import open_use_case

    other = open_use_case(actor=world.scientist, slug="other", title="Other")
    services.grant_role(actor=world.lead, user=world.stranger.user, role="operations", scope=world.use_case.public_id)

    for scope in (other.public_id, "", "uc_nothing"):
        with pytest.raises(NotAllowed):
            services.grant_role(actor=world.lead, user=world.stranger.user, role="operations", scope=scope)


def test_only_administrators_make_administrators_and_never_from_below(world):
    with pytest.raises(NotAllowed):
        services.grant_role(actor=world.lead, user=world.stranger.user, role="administrator", scope=world.use_case.public_id)
    services.grant_role(actor=world.admin, user=world.stranger.user, role="administrator")
    assert holds(actors.person(world.stranger.user), "administrator")


@pytest.mark.parametrize("part", ["scientist", "business", "security", "auditor", "stranger", "ci"])
def test_others_give_no_roles(world, part):
    with pytest.raises(NotAllowed):
        services.grant_role(actor=getattr(world, part), user=world.stranger.user, role="end_user", scope=world.use_case.public_id)


def test_a_token_bound_to_one_use_case_reaches_no_other(world):
    bound = robot(world, "admin", ["admin"], world.use_case.public_id)

    with pytest.raises(NotAllowed):
        services.grant_role(actor=bound, user=world.stranger.user, role="auditor")
    with pytest.raises(NotAllowed):
        services.create_user(actor=bound, username="new", name="New", email="n@example.com")
    assert scopes_seen_by(bound) == [world.use_case.public_id]


def test_a_role_that_is_none_is_invalid_and_one_held_already_a_conflict(world):
    with pytest.raises(Invalid) as refused:
        services.grant_role(actor=world.admin, user=world.stranger.user, role="emperor")
    assert refused.value.errors[0].field == "role"
    with pytest.raises(Conflict, match="already"):
        services.grant_role(actor=world.admin, user=world.security.user, role="security_reviewer", scope=world.use_case.public_id)


def test_an_ended_role_can_be_given_again_and_both_stand_in_the_history(world):
    grant = RoleGrant.objects.get(user=world.security.user)
    services.end_role(actor=world.lead, grant=grant, reason="holiday")
    with pytest.raises(Conflict, match="ended already"):
        services.end_role(actor=world.lead, grant=grant, reason="again")
    services.grant_role(actor=world.lead, user=world.security.user, role="security_reviewer", scope=world.use_case.public_id)

    assert RoleGrant.objects.filter(user=world.security.user).count() == 2
    assert RoleGrant.objects.live().filter(user=world.security.user).count() == 1


def test_the_instant_a_role_ends_belongs_to_nobody(world):
    grant = services.end_role(actor=world.lead, grant=RoleGrant.objects.get(user=world.security.user), reason="moved")

    assert RoleGrant.objects.live(grant.ended_at - timedelta(microseconds=1)).filter(pk=grant.pk).exists()
    assert not RoleGrant.objects.live(grant.ended_at).filter(pk=grant.pk).exists()
    assert RoleGrant.objects.live(grant.starts_at).filter(pk=grant.pk).exists()
    assert not RoleGrant.objects.live(grant.starts_at - timedelta(microseconds=1)).filter(pk=grant.pk).exists()


def test_others_end_no_roles(world):
    grant = RoleGrant.objects.get(user=world.security.user)
    for part in ("scientist", "security", "auditor", "stranger", "ci"):
        with pytest.raises(NotAllowed):
            services.end_role(actor=getattr(world, part), grant=grant, reason="x")


def test_the_database_itself_refuses_a_role_held_twice(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(
            user=world.security.user, role="security_reviewer", scope=world.use_case.public_id, starts_at=clock.now()
        )


# Reads ---------------------------------------------------------------------------------------------------------------


def test_a_grant_on_the_use_case_is_preferred_over_one_for_the_organisation(world):
    services.grant_role(actor=world.admin, user=world.security.user, role="security_reviewer")
    found = holders(scope=world.use_case.public_id)["security_reviewer"][world.security.id]

    assert found.scope == world.use_case.public_id


def test_who_holds_a_role_everywhere_sees_everything_and_who_holds_none_nothing(world):
    assert scopes_seen_by(world.auditor) is None
    assert scopes_seen_by(SETUP) is None
    assert scopes_seen_by(world.stranger) == []
    assert scopes_seen_by(world.security) == [world.use_case.public_id]


def test_grants_are_seen_by_those_who_see_the_use_case_and_those_for_all_by_all(world):
    assert set(RoleGrant.objects.visible_to(world.stranger).values_list("scope", flat=True)) == {""}
    assert RoleGrant.objects.visible_to(world.security).count() == RoleGrant.objects.count()
    assert RoleGrant.objects.visible_to(world.ci).filter(scope=world.use_case.public_id).exists()
    assert not RoleGrant.objects.visible_to(robot(world, "auditor", ["read"], "uc_other")).exclude(scope="").exists()


def test_who_only_reads_takes_no_part(world):
    for role in READ_ONLY:
        person = services.create_user(actor=SETUP, username=f"only-{role}", name=role, email=f"only-{role}@example.com")
        services.grant_role(actor=SETUP, user=person, role=role, scope=world.use_case.public_id)
        assert not takes_part(actors.person(person), scope=world.use_case.public_id)
    assert takes_part(world.security, scope=world.use_case.public_id)
    assert not takes_part(world.stranger, scope=world.use_case.public_id)


def test_every_role_has_a_label_and_the_sets_speak_of_roles_that_exist():
    assert set(ROLES) >= BUILDERS | READ_ONLY
    assert all(role_label(role) for role in ROLES)
    assert role_label("emperor") == "emperor"


def test_signing_in_and_out_is_recorded_and_wrong_passwords_are_not_told_apart(world):
    user = services.create_user(
        actor=SETUP, username="ada", name="Ada", email="ada@example.com", password="correct horse battery"
    )
    from django.test import Client

    client = Client()
    wrong = client.post("/accounts/login/", {"login": "ada", "password": "wrong"})
    unknown = Client().post("/accounts/login/", {"login": "nobody", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 200
    right = client.post("/accounts/login/", {"login": "ada", "password": "correct horse battery"})
    assert right.status_code == 302
    client.post("/accounts/logout/")

    kinds = list(AuditEvent.objects.filter(actor_id=user.public_id).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["people.user.signed_in", "people.user.signed_out"]


def test_nobody_opens_an_account_alone(db):
    from django.test import Client

    answer = Client().post(
        "/accounts/signup/", {"username": "me", "email": "me@example.com", "password1": "correct horse battery"}
    )

    assert answer.status_code in (200, 302, 403)
    assert not User.objects.exists()


def test_the_portal_speaks_the_language_of_the_account_until_the_browser_says_otherwise(world):
    from governance.people.models import User

    User.objects.filter(pk=world.security.user.pk).update(language="zh-hans")
    browser = world.client("security")

    assert 'lang="zh-hans"' in browser.get("/").content.decode().lower()
    browser.cookies["django_language"] = "en"
    assert 'lang="en"' in browser.get("/").content.decode().lower()
