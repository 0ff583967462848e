"""Roles by time and by team, and the training that a role asks for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.people import services
from governance.people.models import RoleGrant, TeamGrant, TrainingRecord
from governance.people.selectors import holds

NOW = clock.now
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def give(world, **more):
    said = {"user": world.stranger.user, "role": "operations", "scope": world.use_case.public_id, **more}
    return services.grant_role(actor=world.lead, **said)


def kinds():
    return list(AuditEvent.objects.order_by("pk").values_list("kind", flat=True))


# Time -----------------------------------------------------------------------------------------------------------------


def test_the_planned_end_belongs_to_nobody(world):
    row = give(world, ends_at=NOW() + DAY)

    assert RoleGrant.objects.live(row.ends_at - INSTANT).filter(pk=row.pk).exists()
    assert not RoleGrant.objects.live(row.ends_at).filter(pk=row.pk).exists()


def test_a_role_for_later_holds_from_then(world):
    row = give(world, starts_at=NOW() + DAY)

    assert not holds(world.stranger, "operations", scope=world.use_case.public_id)
    assert RoleGrant.objects.live(row.starts_at).filter(pk=row.pk).exists()


def test_once_a_planned_role_is_over_the_same_can_be_given_again(world):
    first = give(world, ends_at=NOW() + DAY)
    with clock.at(first.ends_at):
        again = give(world)

    assert again.pk != first.pk
    assert first.ended_at is None  # nobody ended it: it ran out


@pytest.mark.parametrize("more", [{}, {"ends_at": True}, {"starts_at": True}])
def test_the_same_role_is_not_held_twice_for_a_part_of_the_same_time(world, more):
    give(world, ends_at=NOW() + 10 * DAY)

    with pytest.raises(Conflict, match="already"):
        give(world, **{name: NOW() + 5 * DAY for name in more})


def test_roles_that_only_meet_are_two(world):
    first = give(world, ends_at=NOW() + DAY)

    assert give(world, starts_at=first.ends_at).starts_at == first.ends_at


def test_an_end_before_the_beginning_is_refused_at_its_field(world):
    with pytest.raises(Invalid) as refused:
        give(world, starts_at=NOW() + 2 * DAY, ends_at=NOW() + DAY)

    assert [item.field for item in refused.value.errors] == ["ends_at"]


def test_a_role_that_has_not_begun_never_holds_once_it_was_ended(world):
    row = services.end_role(actor=world.lead, grant=give(world, starts_at=NOW() + DAY), reason="not needed")

    assert not RoleGrant.objects.live(row.starts_at).filter(pk=row.pk).exists()


# Teams ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def team(world):
    return services.create_team(actor=world.admin, slug="platform", title="Platform", members=[world.stranger.user])


def for_team(world, team, **more):
    said = {"team": team, "role": "operations", "scope": world.use_case.public_id, **more}
    return services.grant_team_role(actor=world.lead, **said)


def test_members_hold_the_role_of_their_team_while_they_are_members(world, team):
    for_team(world, team)
    assert holds(world.stranger, "operations", scope=world.use_case.public_id)

    services.change_members(actor=world.admin, team=team, remove=[world.stranger.user], add=[world.auditor.user])

    assert not holds(world.stranger, "operations", scope=world.use_case.public_id)
    assert holds(world.auditor, "operations", scope=world.use_case.public_id)


def test_each_grant_that_comes_with_a_team_is_in_the_log_as_one_of_its_own(world, team):
    before = len(kinds())
    grant = for_team(world, team)
    services.end_team_role(actor=world.lead, grant=grant, reason="over")

    assert kinds()[before:] == ["people.team_role.granted", "people.role.granted", "people.role.ended", "people.team_role.ended"]
    assert not RoleGrant.objects.live().filter(through=grant).exists()


def test_a_role_of_the_team_is_not_ended_for_one_member(world, team):
    for_team(world, team)
    held = RoleGrant.objects.get(user=world.stranger.user)

    with pytest.raises(Conflict, match="as a member of Platform"):
        services.end_role(actor=world.lead, grant=held, reason="x")


def test_one_may_hold_the_same_role_in_person_and_through_a_team(world, team):
    give(world)
    grant = for_team(world, team)
    services.end_team_role(actor=world.lead, grant=grant, reason="over")

    assert holds(world.stranger, "operations", scope=world.use_case.public_id)


def test_nobody_gives_themselves_a_role_by_way_of_a_team(world, team):
    mine = services.create_team(actor=world.admin, slug="mine", title="Mine", members=[world.lead.user])
    with pytest.raises(NotAllowed, match="themselves"):
        for_team(world, mine)

    for_team(world, team)
    with pytest.raises(NotAllowed, match="themselves"):
        services.change_members(actor=world.admin, team=team, add=[world.admin.user])
    assert TeamGrant.objects.count() == 1


def test_saying_again_who_belongs_changes_nothing(world, team):
    before = kinds()
    services.change_members(actor=world.admin, team=team, add=[world.stranger.user], remove=[world.lead.user])

    assert kinds() == before


def test_a_team_holds_a_role_once_at_a_time(world, team):
    for_team(world, team, ends_at=NOW() + 2 * DAY)
    with pytest.raises(Conflict, match="already"):
        for_team(world, team, starts_at=NOW() + DAY)


# Training -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(world):
    return services.ask_for_training(actor=world.admin, role="operations", training="on-call", title="On call", valid_days=365)


def show(world, completed_on=date(2026, 6, 1), **more):
    said = {"user": world.stranger.user, "training": "on-call", "completed_on": completed_on, **more}
    return services.record_training(actor=world.lead, evidence="https://learn.example.com/1", **said)


def test_a_role_that_asks_for_a_training_is_refused_without_it(world, asked):
    with pytest.raises(Conflict, match="no valid evidence of On call"):
        give(world)
    show(world, completed_on=NOW().date())

    assert give(world).pk


def test_evidence_runs_out_when_the_training_says(world, asked):
    row = show(world, completed_on=NOW().date() - 365 * DAY)

    assert row.expires_on == NOW().date()
    with pytest.raises(Conflict, match="no valid evidence"):
        give(world)


def test_a_team_does_not_get_around_it(world, asked, team):
    with pytest.raises(Conflict, match="no valid evidence"):
        for_team(world, team)

    assert not TeamGrant.objects.exists()
    assert not RoleGrant.objects.filter(role="operations").exists()


def test_a_role_no_longer_asks_once_that_was_ended(world, asked):
    services.end_training_rule(actor=world.admin, rule=asked)

    assert give(world).pk


def test_opening_a_use_case_asks_for_no_training(world):
    from governance.usecases import services as usecases

    services.ask_for_training(actor=world.admin, role="project_lead", training="leading", title="Leading")

    assert usecases.open_use_case(actor=world.stranger, slug="mine", title="Mine").pk


def test_withdrawn_evidence_counts_no_more_and_stays(world, asked):
    services.withdraw_training(actor=world.lead, record=show(world, completed_on=NOW().date()))

    with pytest.raises(Conflict, match="no valid evidence"):
        give(world)
    assert TrainingRecord.objects.count() == 1


def test_nobody_vouches_for_themselves(world, asked):
    with pytest.raises(NotAllowed, match="own training"):
        services.record_training(
            actor=world.lead,
            user=world.lead.user,
            training="on-call",
            completed_on=date(2026, 6, 1),
            evidence="https://learn.example.com/1",
        )


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"completed_on": date(2999, 1, 1)}, "completed_on"),
        ({"expires_on": date(2026, 5, 1)}, "expires_on"),
    ],
)
def test_evidence_that_makes_no_sense_is_refused_at_its_field(world, more, field):
    with pytest.raises(Invalid) as refused:
        show(world, **more)

    assert field in [item.field for item in refused.value.errors]


@pytest.mark.parametrize("evidence", ["", "trust me", "javascript:alert(1)", "ftp://x.example.com/a"])
def test_evidence_is_an_address_or_a_document(world, evidence):
    with pytest.raises(Invalid) as refused:
        services.record_training(
            actor=world.lead, user=world.stranger.user, training="on-call", completed_on=date(2026, 6, 1), evidence=evidence
        )

    assert "evidence" in [item.field for item in refused.value.errors]


def test_the_log_and_the_registers_agree_about_all_of_it(world, asked, team):
    from foundation.verification import verify

    show(world, completed_on=NOW().date())
    for_team(world, team, ends_at=NOW() + DAY)
    services.change_members(actor=world.admin, team=team, remove=[world.stranger.user])
    services.write_matrix(actor=world.lead, scope=world.use_case.public_id, body={"columns": [], "rows": []})

    assert [finding for finding in verify() if finding.code.startswith("register")] == []
