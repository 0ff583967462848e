"""Who acts in whose place: naming deputies, ending it, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from foundation import clock, outbox
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent, OutboxEvent
from governance.people import selectors, services
from governance.people.models import Delegation
from governance.people.services.absence import DELEGATION_CHANGED
from governance.people.services.roles import ROLE_CHANGED

MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)


def lend(world, actor="security", principal="security", delegate="validator", **overrides):
    now = clock.now()
    said = {"role": "security_reviewer", "starts_at": now + DAY, "ends_at": now + 8 * DAY, "reason": "Holiday", **overrides}
    return services.delegate(
        actor=getattr(world, actor), principal=getattr(world, principal).user, delegate=getattr(world, delegate).user, **said
    )


@pytest.fixture
def heard(monkeypatch):
    """Somebody listens, so that news is kept."""
    for topic in (DELEGATION_CHANGED, ROLE_CHANGED):
        monkeypatch.setitem(outbox._subscribers, topic, [lambda event: None])
    return lambda topic: list(OutboxEvent.objects.filter(topic=topic).order_by("pk"))


# Naming a deputy -----------------------------------------------------------------------------------------------------


def test_people_name_their_own_deputy_with_one_event(world):
    row = lend(world)

    event = AuditEvent.objects.get(subject_id=row.public_id)
    assert (event.kind, event.actor_id) == ("people.delegation.created", world.security.id)
    assert event.personal.get().value == "Holiday"
    assert b"Holiday" not in bytes(event.body)
    assert row.created_by == world.security.user


def test_the_interval_is_half_open(world):
    row = lend(world)
    scope = world.use_case.public_id

    assert not selectors.delegations_live(scope, row.starts_at - MICROSECOND)
    assert selectors.delegations_live(scope, row.starts_at)[world.validator.id] == [row]
    assert selectors.delegations_live(scope, row.ends_at - MICROSECOND)[world.validator.id] == [row]
    assert not selectors.delegations_live(scope, row.ends_at)
    assert selectors.is_live(row, row.starts_at)
    assert not selectors.is_live(row, row.ends_at)


def test_without_a_start_it_begins_now(world):
    row = lend(world, starts_at=None)

    assert selectors.is_live(row)
    assert set(selectors.away([world.security.user, world.lead.user])) == {world.security.id}


@pytest.mark.parametrize(
    ("overrides", "field", "code"),
    [
        ({"starts_at": -DAY}, "starts_at", "past"),
        ({"starts_at": 2 * DAY, "ends_at": 2 * DAY}, "ends_at", "order"),
        ({"starts_at": 2 * DAY, "ends_at": DAY}, "ends_at", "order"),
        ({"starts_at": DAY, "ends_at": 93 * DAY + MICROSECOND}, "ends_at", "too_long"),
        ({"role": "emperor"}, "role", "unknown"),
        ({"role": "model_validator"}, "role", "not_held"),
        ({"scope": "uc_nowhere"}, "scope", "unknown"),
        ({"reason": "x" * 201}, "reason", "max_length"),
    ],
)
def test_what_makes_no_sense_is_told_by_its_field(world, overrides, field, code):
    now = clock.now()
    said = {name: now + value if isinstance(value, timedelta) else value for name, value in overrides.items()}
    with pytest.raises(Invalid) as refused:
        lend(world, **said)

    assert [(item.field, item.code) for item in refused.value.errors] == [(field, code)]
    assert not Delegation.objects.exists()


def test_ninety_two_days_are_the_longest(world):
    start = clock.now() + DAY

    assert lend(world, starts_at=start, ends_at=start + 92 * DAY)


def test_nobody_stands_in_for_themselves(world):
    with pytest.raises(Invalid):
        lend(world, delegate="security")
    now = clock.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.create(
            principal=world.lead.user, delegate=world.lead.user, starts_at=now, ends_at=now + DAY, created_at=now
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.create(
            principal=world.lead.user, delegate=world.admin.user, starts_at=now, ends_at=now, created_at=now
        )


def test_who_left_is_nobodys_deputy_and_has_none(world):
    running = lend(world, starts_at=None)
    services.deactivate_user(actor=world.admin, user=world.validator.user)
    world.validator.user.refresh_from_db()

    assert not selectors.delegations_live(world.use_case.public_id)
    assert selectors.is_live(running)  # the row says what was agreed; whether people are there is asked besides
    with pytest.raises(Invalid, match="cannot sign in"):
        lend(world, role="", starts_at=None)
    services.deactivate_user(actor=world.admin, user=world.security.user)
    world.security.user.refresh_from_db()
    with pytest.raises(Invalid, match="cannot sign in"):
        lend(world, actor="admin", delegate="scientist")


def test_only_what_one_holds_in_ones_own_name_can_be_lent(world):
    """No chains: what a deputy was lent is not theirs to lend."""
    lend(world, starts_at=None)
    with pytest.raises(Invalid, match="does not hold the role Security reviewer"):
        lend(world, actor="validator", principal="validator", delegate="scientist")
    with pytest.raises(Invalid, match="holds no role"):
        lend(world, actor="stranger", principal="stranger", role="")


def test_a_role_held_elsewhere_is_not_lent_here(world):
    from governance.usecases.services import open_use_case

    other = open_use_case(actor=world.lead, slug="other", title="Other")
    with pytest.raises(Invalid):  # to the reviewer of churn, the other use case does not exist
        lend(world, scope=other.public_id)
    with pytest.raises(Invalid, match="does not hold"):
        lend(world, actor="lead", scope=other.public_id)
    assert lend(world, scope=world.use_case.public_id)


def test_the_same_role_in_the_same_place_has_one_deputy_at_a_time(world):
    first = lend(world)
    for overlap in ({}, {"starts_at": first.ends_at - MICROSECOND, "ends_at": first.ends_at + DAY}):
        with pytest.raises(Conflict) as refused:
            lend(world, delegate="scientist", **overlap)
        assert refused.value.code == "delegation.overlap"
    assert lend(world, delegate="scientist", starts_at=first.ends_at, ends_at=first.ends_at + DAY)  # they meet and do not overlap


def test_other_roles_and_places_may_have_other_deputies(world):
    services.grant_role(actor=world.admin, user=world.security.user, role="operations")

    assert lend(world)
    assert lend(world, delegate="scientist", role="operations")
    assert lend(world, delegate="scientist", role="")
    assert lend(world, delegate="scientist", scope=world.use_case.public_id)


def test_ended_early_makes_room_for_another(world):
    services.end_delegation(actor=world.security, delegation=lend(world, starts_at=None))

    assert lend(world, delegate="scientist", starts_at=None)


# Who may arrange it --------------------------------------------------------------------------------------------------


def test_administrators_and_the_project_lead_arrange_it_for_somebody_who_is_away(world):
    assert lend(world, actor="admin").created_by == world.admin.user
    assert lend(world, actor="lead", scope=world.use_case.public_id).created_by == world.lead.user


def test_others_do_not(world):
    for part in ("scientist", "business", "auditor", "stranger"):
        with pytest.raises(NotAllowed):
            lend(world, actor=part, scope=world.use_case.public_id)
    with pytest.raises(NotAllowed):  # a lead has a say on the use case only
        lend(world, actor="lead")
    with pytest.raises(NotAllowed):
        lend(world, actor="ci", scope=world.use_case.public_id)
    services.grant_role(actor=world.admin, user=world.security.user, role="administrator")
    with pytest.raises(NotAllowed):
        lend(world, actor="lead", role="administrator", scope=world.use_case.public_id)


def test_nobody_makes_themselves_somebodys_deputy(world):
    """It would open the door to an approval that one may not give, as giving oneself a role would."""
    for part in ("admin", "lead", "validator"):
        with pytest.raises(NotAllowed, match="Nobody can make themselves"):
            lend(world, actor=part, delegate=part, scope=world.use_case.public_id)


# Ending it -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["security", "validator", "admin", "lead"])
def test_either_of_the_two_ends_it_and_whoever_could_have_arranged_it(world, part):
    row = lend(world, starts_at=None, scope=world.use_case.public_id)
    ended = services.end_delegation(actor=getattr(world, part), delegation=row, reason="Back")

    assert not selectors.delegations_live(world.use_case.public_id)
    assert selectors.delegations_live(world.use_case.public_id, ended.ended_at - MICROSECOND)
    kinds = list(AuditEvent.objects.filter(subject_id=row.public_id).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["people.delegation.created", "people.delegation.ended"]


@pytest.mark.parametrize("part", ["scientist", "stranger", "auditor", "ci"])
def test_nobody_else_ends_it(world, part):
    row = lend(world)
    with pytest.raises(NotAllowed):
        services.end_delegation(actor=getattr(world, part), delegation=row)


def test_one_that_has_not_begun_never_does(world):
    row = services.end_delegation(actor=world.security, delegation=lend(world))

    assert not selectors.delegations_live(world.use_case.public_id, row.starts_at + DAY)


def test_what_is_over_cannot_be_ended(world, monkeypatch):
    row = lend(world, starts_at=None)
    services.end_delegation(actor=world.security, delegation=row)
    with pytest.raises(Conflict):
        services.end_delegation(actor=world.security, delegation=row)
    lapsed = lend(world)
    monkeypatch.setattr(clock, "now", lambda: lapsed.ends_at)
    with pytest.raises(Conflict):
        services.end_delegation(actor=world.security, delegation=lapsed)
    assert AuditEvent.objects.filter(kind="people.delegation.ended").count() == 1


# Reads and news ------------------------------------------------------------------------------------------------------


def test_delegations_that_reach_a_use_case_cost_one_query(world, django_assert_num_queries):
    here, everywhere = lend(world, scope=world.use_case.public_id, starts_at=None), lend(world, starts_at=None)
    lend(world, actor="lead", principal="lead", role="", delegate="validator", starts_at=None)
    with django_assert_num_queries(1):
        found = selectors.delegations_live(world.use_case.public_id)
        assert [str(row.principal) for row in found[world.validator.id]] == ["Security", "Security", "Lead"]
    assert selectors.delegations_live("uc_other")[world.validator.id][0] == everywhere
    assert here not in selectors.delegations_live("uc_other")[world.validator.id]


def test_of_a_use_case_one_does_not_see_only_the_two_know(world):
    row = lend(world, delegate="stranger", scope=world.use_case.public_id)

    assert list(selectors.delegations_seen_by(world.stranger)) == [row]
    assert list(selectors.delegations_seen_by(world.security)) == [row]
    other = services.create_user(actor=world.admin, username="other", name="Other", email="other@example.com")
    from foundation import actor

    assert not selectors.delegations_seen_by(actor.person(other)).exists()
    lend(world, delegate="stranger")
    assert selectors.delegations_seen_by(actor.person(other)).count() == 1


def test_the_news_comes_when_it_begins_and_when_it_ends(world, heard):
    row = lend(world)
    begins, ends = heard(DELEGATION_CHANGED)

    assert (begins.at, ends.at) == (row.starts_at, row.ends_at) == (begins.next_at, ends.next_at)
    assert begins.payload == {
        "principal": world.security.id,
        "delegate": world.validator.id,
        "role": "security_reviewer",
        "scope": "",
    }
    outbox.deliver()
    services.end_delegation(actor=world.security, delegation=row)
    outbox.deliver()
    assert [event.delivered_at is not None for event in heard(DELEGATION_CHANGED)] == [False, False, True]


def test_roles_that_begin_and_end_and_accounts_that_close_are_news(world, heard):
    grant = services.grant_role(actor=world.lead, user=world.stranger.user, role="operations", scope=world.use_case.public_id)
    services.end_role(actor=world.lead, grant=grant, reason="moved")
    services.deactivate_user(actor=world.admin, user=world.stranger.user)
    here = {"user": world.stranger.id, "role": "operations", "scope": world.use_case.public_id}

    assert [event.payload for event in heard(ROLE_CHANGED)[-3:]] == [
        {**here, "ended": False},
        {**here, "ended": True},
        {"user": world.stranger.id, "role": "", "scope": "", "ended": True},
    ]
