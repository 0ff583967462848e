"""Rulings: asked for, recommended, decided by another, blocked, taken back, and absent in the instant in which they end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from foundation import actor as actors
from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.dependencies import services
from governance.dependencies.models import Advisory, AdvisorySnapshot, AdvisorySpan, Ruling, RulingRequester
from governance.dependencies.ruling_permissions import deciders_of
from governance.dependencies.rulings import accepts, speaks_for
from governance.dependencies.selectors import rulings as selectors
from governance.people import services as people
from governance.people.models import Notice

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
KEY = ("pypi", "joblib")


def asked(world, part: str = "scientist", **change: Any) -> Ruling:
    said = {
        "effect": "exempt", "name": "joblib", "specifier": "==1.4.2", "criteria": ["safe-to-deploy"], "reason": "Not read yet.",
        "use_case": world.use_case, "expires_at": clock.now() + 90 * DAY,
    }  # fmt: skip
    return services.ask_ruling(actor=getattr(world, part), **{**said, **change})


def flaw(world, **change: Any) -> Ruling:
    said = {"effect": "accept", "criteria": [], "advisory": "CVE-2024-1", "justification": "code_not_reachable"}
    return asked(world, **{**said, **change})


def recommended(world, row: Ruling, yes: bool = True, part: str = "security") -> Ruling:
    return services.recommend_ruling(actor=getattr(world, part), ruling=row, recommend=yes, because="Small, and well known.")


def decided(world, row: Ruling, part: str = "business", allow: bool = True) -> Ruling:
    return services.decide_ruling(actor=getattr(world, part), ruling=row, allow=allow, because="We need it.")


def in_force(world, **change: Any) -> Ruling:
    return decided(world, recommended(world, asked(world, **change)))


def second(world, name: str = "sam", role: str = "security_reviewer", scope: str = "") -> actors.Actor:
    """Somebody else who holds a role, for the organisation unless said otherwise."""
    user = people.create_user(actor=actors.system("test"), username=name, name=name.title(), email=f"{name}@example.com")
    people.grant_role(actor=actors.system("test"), user=user, role=role, scope=scope)
    return actors.person(user)


def kinds(row: Ruling) -> list[str]:
    found = AuditEvent.objects.filter(subject_id=row.public_id).order_by("pk").values_list("kind", flat=True)
    return [kind.removeprefix("dependencies.ruling.") for kind in found]


# Asking --------------------------------------------------------------------------------------------------------------


def test_asking_allows_nothing_and_tells_security(world):
    row = asked(world, name="Joblib", specifier=" ==1.4.2 ")

    assert (row.state(), row.name, row.specifier, row.audit_scope()) == ("asked", "joblib", "==1.4.2", world.use_case.public_id)
    assert not Ruling.objects.live().exists()
    assert kinds(row) == ["asked"]
    assert [notice.user for notice in Notice.objects.filter(subject_id=row.public_id)] == [world.security.user]


def test_who_does_not_work_there_cannot_ask(world):
    for part in ("auditor", "stranger", "ci"):
        with pytest.raises(NotAllowed):
            asked(world, part)
    for part in ("auditor", "stranger"):
        with pytest.raises(NotAllowed, match="works on a use case"):
            asked(world, part, use_case=None)
    assert asked(world, "engineer", use_case=None).scope == ""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"effect": "block"}, "effect"),
        ({"effect": "whatever"}, "effect"),
        ({"name": " "}, "name"),
        ({"name": "job lib"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"ecosystem": "py pi"}, "ecosystem"),
        ({"specifier": "=>1"}, "specifier"),
        ({"specifier": ","}, "specifier"),
        ({"criteria": []}, "criteria"),
        ({"criteria": ["safe-to-eat"]}, "criteria"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 4001}, "reason"),
        ({"advisory": "CVE-1"}, "advisory"),
        ({"until_fix": True}, "until_fix"),
        ({"justification": "code_not_present"}, "justification"),
        ({"effect": "accept", "criteria": []}, "advisory"),
        ({"effect": "accept", "advisory": "CVE-1"}, "criteria"),
        ({"effect": "accept", "criteria": [], "advisory": "CVE-1", "justification": "we_feel_so"}, "justification"),
    ],
)
def test_what_cannot_be_meant_is_told_at_its_field_and_nothing_is_kept(world, change, field):
    with pytest.raises(Invalid) as refused:
        asked(world, **change)
    assert field in {item.field for item in refused.value.errors}
    assert not Ruling.objects.exists()


@pytest.mark.parametrize("ahead", [timedelta(0), -DAY, timedelta(days=366, seconds=9)])
def test_nothing_is_asked_for_the_past_or_for_longer_than_a_year(world, ahead):
    with pytest.raises(Invalid, match="one year ahead"):
        asked(world, expires_at=clock.now() + ahead)


def test_who_asks_for_the_same_joins_and_each_has_an_event(world):
    row = asked(world)

    assert asked(world, reason="Again.") == row  # asking twice is asking once
    assert asked(world, "engineer", reason="We too.", expires_at=clock.now() + 9 * DAY) == row
    assert kinds(row) == ["asked", "joined"]
    assert [(item.user, item.why) for item in RulingRequester.objects.all()] == [(world.engineer.user, "We too.")]
    for other in ({"specifier": "==1.4.3"}, {"criteria": ["safe-to-run"]}, {"use_case": None}, {"ecosystem": "conda"}):
        assert asked(world, **other) != row
    decided(world, recommended(world, row))
    assert asked(world) != row  # it is decided; this is another ask


def test_a_flaw_is_asked_for_under_any_of_its_names(world):
    snapshot = AdvisorySnapshot.objects.create(digest="d", source="s", count=1, imported_at=clock.now())
    one = Advisory.objects.create(
        identifier="GHSA-aa", group="CVE-2024-1", aliases=["PYSEC-7"], summary="Bad.", digest="x", since=snapshot
    )
    of_record = {"advisory": one, "identifier": one.identifier, "group": one.group, "since": snapshot}
    AdvisorySpan.objects.create(**of_record, ecosystem="pypi", name="joblib", low="", high="9", fixed="1.5.0")
    row = flaw(world)

    assert row.aliases == ["CVE-2024-1", "GHSA-aa", "PYSEC-7"]
    assert flaw(world, part="engineer", advisory="GHSA-aa") == row
    assert selectors.fixes_known(row) == ["1.5.0"]
    decided(world, recommended(world, row))
    live = selectors.live_rulings([KEY], scope=world.use_case.public_id, at=clock.now())
    assert accepts(live, KEY, "1.4.2", ["PYSEC-7"], at=clock.now(), scope=world.use_case.public_id) == row


# Four eyes -----------------------------------------------------------------------------------------------------------


def test_security_recommends_and_the_business_owner_decides(world):
    row = recommended(world, asked(world))
    assert (row.state(), Ruling.objects.live().exists()) == ("recommended", False)
    assert Notice.objects.filter(user=world.business.user, kind="dependencies.ruling.to_decide").count() == 1
    row = decided(world, row)

    assert (row.state(), row.recommended_by, row.decided_by) == ("in_force", world.security.user, world.business.user)
    assert kinds(row) == ["asked", "recommended", "decided"]
    assert Notice.objects.filter(user=world.scientist.user, kind="dependencies.ruling.decided").count() == 1


@pytest.mark.parametrize("part", ["lead", "scientist", "engineer", "security", "governance", "auditor", "admin", "stranger"])
def test_nobody_but_the_owner_decides_for_a_use_case(world, part):
    row = recommended(world, asked(world))
    with pytest.raises(NotAllowed):
        decided(world, row, part)
    assert not Ruling.objects.live().exists()


def test_who_asked_or_joined_or_recommended_decides_nothing(world):
    with pytest.raises(NotAllowed, match="You asked for this"):
        decided(world, recommended(world, asked(world, "business")))
    row = asked(world, specifier="==2")
    asked(world, "business", specifier="==2")
    with pytest.raises(NotAllowed, match="You asked for this"):
        decided(world, recommended(world, row))
    both = second(world, "both", "security_reviewer", world.use_case.public_id)
    people.grant_role(actor=actors.system("test"), user=both.user, role="business_owner", scope=world.use_case.public_id)
    row = services.recommend_ruling(actor=both, ruling=asked(world, specifier="==3"), recommend=True, because="Fine.")
    with pytest.raises(NotAllowed, match="You recommended this"):
        services.decide_ruling(actor=both, ruling=row, allow=True)


def test_where_no_business_owner_may_decide_the_project_lead_does(world):
    row = recommended(world, asked(world, "business"))

    assert deciders_of(row) == [world.lead.user]
    assert decided(world, row, "lead").state() == "in_force"
    row = recommended(world, asked(world, "lead", specifier="==2"))
    assert deciders_of(row) == [world.business.user]


def test_who_stands_in_for_the_owner_decides_but_not_for_an_owner_who_asked(world):
    people.delegate(
        actor=world.business, principal=world.business.user, delegate=world.governance.user, role="business_owner",
        scope=world.use_case.public_id, ends_at=clock.now() + DAY,
    )  # fmt: skip
    row = recommended(world, asked(world, "business"))
    with pytest.raises(NotAllowed):
        decided(world, row, "governance")
    assert decided(world, recommended(world, asked(world, specifier="==2")), "governance").state() == "in_force"


def test_for_the_organisation_a_second_person_of_security_or_an_administrator_decides(world):
    other = second(world)
    row = recommended(world, asked(world, use_case=None))

    for part in ("business", "lead", "security"):
        with pytest.raises(NotAllowed):
            decided(world, row, part)
    assert {user.username for user in deciders_of(row)} == {"sam", "admin"}
    assert services.decide_ruling(actor=other, ruling=row, allow=True).state() == "in_force"
    assert decided(world, recommended(world, asked(world, use_case=None, specifier="==2")), "admin").state() == "in_force"


def test_a_reviewer_of_one_use_case_recommends_for_all_but_decides_for_nobody_else(world):
    local = second(world, "local", "security_reviewer", world.use_case.public_id)
    row = recommended(world, asked(world, use_case=None))

    with pytest.raises(NotAllowed, match="role for all of it"):
        services.decide_ruling(actor=local, ruling=row, allow=True)


def test_no_program_judges(world):
    row = asked(world)
    for program in (world.ci, actors.system("worker")):
        for act in (
            lambda actor: services.recommend_ruling(actor=actor, ruling=row, recommend=True, because="So."),
            lambda actor: services.decide_ruling(actor=actor, ruling=row, allow=True),
            lambda actor: services.block(actor=actor, name="joblib", reason="So."),
            lambda actor: services.revoke_ruling(actor=actor, ruling=row, because="So."),
            lambda actor: services.exempt_everything(actor=actor, reason="So."),
        ):
            with pytest.raises(NotAllowed):
                act(program)


def test_the_database_itself_wants_four_eyes(world):
    row = asked(world)
    now = clock.now()
    security, business, scientist = world.security.user, world.business.user, world.scientist.user
    whole = {"recommendation": "yes", "recommended_by": security, "recommended_at": now, "decision": "yes", "decided_at": now}

    for change in (
        {"decided_by": security},  # the same person
        {"decided_by": scientist},  # who asked
        {"decided_by": None},
        {"decided_by": business, "recommended_by": None},
        {"decided_by": business, "recommended_at": None},
        {"decided_by": business, "decided_at": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Ruling.objects.filter(pk=row.pk).update(**{**whole, **change})
    Ruling.objects.filter(pk=row.pk).update(**whole, decided_by=business)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ruling(effect="exempt", name="x", reason="r", created_at=now, criteria=["safe-to-run"]).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Ruling(effect="accept", name="x", reason="r", created_at=now, expires_at=now + DAY).save()


def test_what_was_said_is_never_changed_by_anybody(world):
    row = in_force(world)
    later = clock.now() + 9 * DAY
    changes = {"expires_at": later, "reason": "x", "specifier": "", "recommendation": "no", "decision": "no", "decided_by": None}
    for name, value in changes.items():
        with pytest.raises(DatabaseError), transaction.atomic():
            Ruling.objects.filter(pk=row.pk).update(**{name: value})
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


# Recommending and deciding -------------------------------------------------------------------------------------------


def test_only_security_recommends_and_once(world):
    row = asked(world)
    for part in ("scientist", "business", "lead", "admin", "stranger"):
        with pytest.raises(NotAllowed, match="Only security"):
            recommended(world, row, part=part)
    with pytest.raises(Invalid, match="Say why"):
        services.recommend_ruling(actor=world.security, ruling=row, recommend=True, because=" ")
    recommended(world, row)
    with pytest.raises(Conflict, match="recommended already"):
        recommended(world, row, yes=False)


def test_the_owner_may_decide_otherwise_and_says_why_then(world):
    row = recommended(world, asked(world), yes=False)

    with pytest.raises(Invalid, match="Say why"):
        services.decide_ruling(actor=world.business, ruling=row, allow=True)
    row = decided(world, row)
    assert (row.recommendation, row.decision, row.state()) == ("no", "yes", "in_force")


def test_nothing_is_allowed_before_security_has_spoken_but_it_may_be_refused(world):
    row = asked(world)
    with pytest.raises(Conflict, match="not recommended anything yet"):
        decided(world, row)
    with pytest.raises(Invalid, match="Say why"):
        services.decide_ruling(actor=world.business, ruling=row, allow=False)
    assert decided(world, row, allow=False).state() == "refused"
    with pytest.raises(Conflict, match="decided or taken back"):
        recommended(world, row)
    with pytest.raises(Conflict, match="decided or taken back"):
        decided(world, row)


def test_an_ask_whose_time_is_over_is_neither_recommended_nor_decided(world):
    row, other = recommended(world, asked(world)), asked(world, specifier="==2")
    with clock.at(other.expires_at):
        with pytest.raises(Conflict, match="over"):
            decided(world, row)
        with pytest.raises(Conflict, match="over"):
            recommended(world, other)


# Being over ----------------------------------------------------------------------------------------------------------


def test_at_its_end_it_is_absent_in_the_same_instant(world):
    row = in_force(world)
    scope = world.use_case.public_id

    def speaks(at: Any) -> bool:
        return bool(speaks_for(selectors.live_rulings([KEY], scope=scope, at=at), KEY, "1.4.2", at=at, scope=scope))

    assert [speaks(at) for at in (row.decided_at - TICK, row.decided_at)] == [False, True]
    assert [speaks(at) for at in (row.expires_at - TICK, row.expires_at)] == [True, False]
    assert [row.state(at) for at in (row.expires_at - TICK, row.expires_at)] == ["in_force", "expired"]
    row = services.revoke_ruling(actor=world.security, ruling=row, because="It was read.")
    assert [speaks(at) for at in (row.revoked_at - TICK, row.revoked_at)] == [True, False]


def test_what_holds_for_a_use_case_holds_nowhere_else(world):
    row = in_force(world)
    everywhere = decided(world, recommended(world, asked(world, use_case=None)), "admin")

    assert selectors.live_rulings([KEY], scope=world.use_case.public_id, at=clock.now()) == [row, everywhere]
    assert selectors.live_rulings([KEY], scope="uc_other", at=clock.now()) == [everywhere]
    assert selectors.live_rulings([("conda", "joblib")], scope="", at=clock.now()) == []


def test_rulings_of_many_packages_are_one_query(world, django_assert_num_queries):
    in_force(world)
    with django_assert_num_queries(1):
        selectors.live_rulings([KEY, *(("pypi", f"p{n}") for n in range(200))], scope="", at=clock.now())


@pytest.mark.parametrize("part", ["security", "business", "lead", "admin"])
def test_what_lets_something_pass_is_taken_back_at_once(world, part):
    row = services.revoke_ruling(actor=getattr(world, part), ruling=in_force(world), because="No.")

    assert (row.state(), Ruling.objects.live().exists(), kinds(row)[-1]) == ("revoked", False, "revoked")
    with pytest.raises(Conflict, match="over already"):
        services.revoke_ruling(actor=getattr(world, part), ruling=row, because="No.")


def test_who_asked_alone_takes_it_back_until_it_is_decided(world):
    assert services.revoke_ruling(actor=world.scientist, ruling=asked(world), because="Not needed.").state() == "revoked"
    row = asked(world)
    asked(world, "engineer")
    with pytest.raises(NotAllowed):
        services.revoke_ruling(actor=world.scientist, ruling=row, because="Not needed.")
    with pytest.raises(NotAllowed):
        services.revoke_ruling(actor=world.scientist, ruling=in_force(world, specifier="==2"), because="Not needed.")


def test_extending_is_asking_anew_and_ends_the_old_one_when_it_is_decided(world):
    old = in_force(world)
    new = services.extend_ruling(actor=world.scientist, ruling=old, expires_at=clock.now() + 300 * DAY, reason="Still not read.")
    old.refresh_from_db()
    assert (new.supersedes, old.state(), new.state()) == (old, "in_force", "asked")
    new = decided(world, recommended(world, new))
    old.refresh_from_db()

    assert (old.revoked_at, old.state(), new.state()) == (new.decided_at, "revoked", "in_force")
    for at in (new.decided_at - TICK, new.decided_at):
        assert Ruling.objects.live(at).count() == 1  # no gap, no overlap
    with pytest.raises(Conflict, match="in force or has run out"):
        services.extend_ruling(actor=world.scientist, ruling=old, expires_at=clock.now() + DAY, reason="Again.")
    with pytest.raises(Invalid, match="same package"):
        asked(world, name="numpy", supersedes=new)
