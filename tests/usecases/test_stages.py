"""Moves between stages: what is asked, who may, what a refusal says, and that history stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.people import services as people
from governance.people.models import Notice, RoleGrant
from governance.usecases import conditions, services
from governance.usecases.conditions import Answer
from governance.usecases.models import LifecycleVersion, StageMove, UseCase
from governance.usecases.selectors import stage_of
from governance.usecases.selectors.stages import affected_by_return, shipped_lifecycle
from tests.usecases.records import RECORDS, Kit

SHIPPED = shipped_lifecycle().lifecycle
LEAVING = sorted({need.condition for stage in SHIPPED.stages for need in stage.leave})
LAST_ENTRY = {"approvals.nothing_open", "approvals.nothing_allowed"}


@pytest.fixture
def fresh(world: Any, gate: Any) -> Kit:
    """A use case on which there is nothing yet but the person who opened it."""
    return Kit(world, services.open_use_case(actor=world.lead, slug="fresh", title="Fresh"), gate)


@pytest.fixture
def open_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every condition is met: for tests of what moves do besides."""
    known = {key: condition for key, condition in conditions._conditions.items()}
    for key, condition in known.items():

        def met(cases):
            return {case.pk: Answer("met", "yes") for case in cases}

        known[key] = conditions.Condition(key, condition.label, met, in_lists=True)
    for key in SHIPPED.conditions() - set(known):
        known[key] = conditions.Condition(
            key, key, lambda cases: {case.pk: Answer("met", "yes") for case in cases}, in_lists=True
        )
    monkeypatch.setattr(conditions, "_conditions", known)


def publish(world: Any, leave: str, kinds: str = "") -> LifecycleVersion:
    """Two stages, and between them one condition."""
    need = f"{{condition: {leave}, kinds: [{kinds}]}}" if kinds else leave
    text = (
        f"title: Two\nstages:\n  - {{key: discovery, title: Discovery, leave: [{need}]}}\n  - {{key: retired, title: Retired}}\n"
    )
    return services.publish_lifecycle(actor=world.admin, source=text, note="For this test.")


def move(actor: Any, use_case: UseCase, to: str, **values: Any) -> StageMove:
    return services.move_stage(actor=actor, use_case=use_case, to=to, reason="It is time.", **values)


def back_and_forth(world: Any, *stages: str) -> None:
    for stage in stages:
        move(world.lead, world.use_case, stage)


# Conditions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", LEAVING)
def test_every_exit_condition_refuses_without_its_record(fresh: Kit, key: str) -> None:
    if key == "roles.project_lead":
        grant = RoleGrant.objects.get(scope=fresh.use_case.public_id)  # who opens a use case leads it: they leave
        people.end_role(actor=fresh.world.admin, grant=grant, reason="left")
        mover = fresh.world.admin
    else:
        mover = fresh.world.lead
    publish(fresh.world, key)

    with pytest.raises(Conflict) as refused:
        move(mover, fresh.use_case, "retired")
    assert [error.field for error in refused.value.errors] == [key]
    assert refused.value.errors[0].code in ("stage.unmet", "stage.unknown")
    assert refused.value.errors[0].url
    assert refused.value.errors[0].roles
    assert stage_of(fresh.use_case).stage.key == "discovery"

    RECORDS[key](fresh)
    assert move(mover, fresh.use_case, "retired").conditions[0]["key"] == key


def test_the_records_of_the_tests_are_those_of_the_lifecycle() -> None:
    entering = {need.condition for stage in SHIPPED.stages for need in stage.enter}

    assert set(LEAVING) | entering == set(RECORDS) | LAST_ENTRY
    assert {key for key in SHIPPED.conditions() if conditions.condition(key) is None} == set()


def test_conditions_are_answered_for_lists_as_for_one(fresh: Kit, world: Any) -> None:
    fresh.define()
    fresh.verify()
    keys = sorted(SHIPPED.conditions())
    both = conditions.evaluate_many([fresh.use_case, world.use_case], keys)

    for row in (fresh.use_case, world.use_case):
        assert both[row.pk] == conditions.evaluate(row, keys)
    assert all(condition.in_lists for condition in conditions.all_conditions() if condition.key in SHIPPED.conditions())


def test_what_nobody_registered_is_unknown_and_refuses(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(world, "definition.written")
    monkeypatch.setattr(conditions, "_conditions", {})

    with pytest.raises(Conflict) as refused:
        move(world.lead, world.use_case, "retired")
    assert refused.value.errors[0].code == "stage.unknown"


def test_a_condition_that_fails_is_unknown_and_takes_no_page_down(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(cases: Any) -> Any:
        raise LookupError("another room")

    monkeypatch.setitem(
        conditions._conditions, "test.broken", conditions.Condition("test.broken", "Broken", broken, in_lists=True)
    )

    assert conditions.evaluate(world.use_case, ["test.broken"])["test.broken"].state == "unknown"


def test_a_condition_is_asked_of_the_kinds_it_names(world: Any) -> None:
    publish(world, "hand_over.accepted", kinds="product")
    services.change_use_case(actor=world.lead, use_case=world.use_case, kind="research")
    world.use_case.refresh_from_db()

    assert move(world.lead, world.use_case, "retired").conditions == []


def test_a_key_is_registered_once_and_with_an_answer() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        conditions.register("risk.tier", "Again", lambda row: Answer("met", ""))
    with pytest.raises(ValueError, match="no way"):
        conditions.register("test.nothing", "Nothing")


# Moves ---------------------------------------------------------------------------------------------------------------


def test_a_use_case_begins_at_the_first_stage_when_it_was_opened(world: Any) -> None:
    standing = stage_of(world.use_case)

    assert (standing.stage.key, standing.since, standing.moves) == ("discovery", world.use_case.created_at, 0)


def test_a_refused_move_names_every_unmet_condition_and_whose_it_is(fresh: Kit) -> None:
    with pytest.raises(Conflict) as refused:
        move(fresh.world.lead, fresh.use_case, "data-engineering")

    said = [error.as_mapping() for error in refused.value.errors]
    assert {item["field"] for item in said} == {"definition.written", "definition.kpis", "risk.tier", "roles.business_owner"}
    owner = next(item for item in said if item["field"] == "roles.business_owner")
    assert (owner["people"], owner["url"]) == (["Lead"], "/use-cases/fresh/people/")
    assert not StageMove.objects.exists()
    assert not AuditEvent.objects.filter(kind="usecases.stage.moved").exists()


def test_a_move_keeps_what_was_met_why_and_by_which_lifecycle(fresh: Kit) -> None:
    fresh.define()
    fresh.role("business", "business_owner")
    row = services.move_stage(
        actor=fresh.world.lead,
        use_case=fresh.use_case,
        to="data-engineering",
        reason=" We know what it is worth. ",
        evidence="Minutes",
    )

    assert (row.number, row.from_stage, row.to_stage, row.back) == (1, "discovery", "data-engineering", False)
    assert (row.reason, row.evidence) == ("We know what it is worth.", "Minutes")
    assert {item["state"] for item in row.conditions} == {"met"}
    assert (row.lifecycle, row.lifecycle_digest) == (0, SHIPPED.digest)
    event = AuditEvent.objects.get(kind="usecases.stage.moved")
    assert (event.subject_id, event.scope) == (row.public_id, fresh.use_case.public_id)
    fresh.use_case.refresh_from_db()
    assert (fresh.use_case.stage, fresh.use_case.stage_since) == ("data-engineering", row.created_at)


def test_stages_are_not_skipped(world: Any, open_doors: None) -> None:
    with pytest.raises(Conflict, match="not skipped") as refused:
        move(world.lead, world.use_case, "building")
    assert refused.value.code == "stage.skipped"


@pytest.mark.parametrize("to", ["nowhere", "", "Production", "生产"])
def test_there_are_only_the_stages_of_the_lifecycle(world: Any, to: str) -> None:
    with pytest.raises(Invalid) as refused:
        move(world.lead, world.use_case, to)
    assert refused.value.errors[0].field in ("to", "to_stage")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001])
def test_a_move_wants_a_reason(world: Any, open_doors: None, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.move_stage(actor=world.lead, use_case=world.use_case, to="data-engineering", reason=reason)
    assert refused.value.errors[0].field == "reason"
    assert not StageMove.objects.exists()


@pytest.mark.parametrize(
    ("part", "may"),
    [("lead", True), ("scientist", True), ("business", True), ("admin", True), ("security", False), ("auditor", False)],
)
def test_who_builds_owns_or_runs_it_moves_it(world: Any, open_doors: None, part: str, may: bool) -> None:
    if may:
        assert move(getattr(world, part), world.use_case, "data-engineering").created_by == getattr(world, part).user
    else:
        with pytest.raises(NotAllowed, match="build, own or run"):
            move(getattr(world, part), world.use_case, "data-engineering")


def test_moving_back_keeps_history_and_asks_for_nothing(world: Any, open_doors: None, monkeypatch: pytest.MonkeyPatch) -> None:
    back_and_forth(world, "data-engineering", "building", "production", "monitoring")
    monkeypatch.setattr(conditions, "_conditions", {})
    row = move(world.lead, world.use_case, "data-engineering")

    assert (row.back, row.number) == (True, 5)
    assert [item.to_stage for item in StageMove.objects.order_by("number")] == [
        "data-engineering",
        "building",
        "production",
        "monitoring",
        "data-engineering",
    ]
    assert stage_of(world.use_case).stage.key == "data-engineering"


def test_moving_back_tells_who_is_affected(world: Any, open_doors: None) -> None:
    services.define(
        actor=world.lead,
        use_case=world.use_case,
        business_problem="P",
        ml_problem="Q",
        consumers=[{"name": "CRM", "kind": "application", "purpose": "Lists for calls"}],
    )
    back_and_forth(world, "data-engineering")
    affected = affected_by_return(world.use_case)
    move(world.lead, world.use_case, "discovery")

    told = {notice.user for notice in Notice.objects.filter(kind="usecases.stage.returned")}
    assert told == set(affected.people) - {world.lead.user}
    assert world.business.user in told
    assert world.auditor.user not in told
    assert [item["name"] for item in affected.consumers] == ["CRM"]


def test_the_past_can_be_asked_for(world: Any, open_doors: None) -> None:
    now = clock.now()
    with clock.at(now + timedelta(days=1)):
        move(world.lead, world.use_case, "data-engineering")
    with clock.at(now + timedelta(days=2)):
        move(world.lead, world.use_case, "building")

    stages = [stage_of(world.use_case, now + timedelta(days=days, hours=1)).stage.key for days in (0, 1, 2)]
    assert stages == ["discovery", "data-engineering", "building"]


def test_the_columns_of_lists_say_what_the_moves_say(world: Any, open_doors: None) -> None:
    back_and_forth(world, "data-engineering", "building", "discovery", "data-engineering")

    for row in UseCase.objects.all():
        standing = stage_of(row)
        assert (row.stage or "discovery", row.stage_since or row.created_at) == (standing.stage.key, standing.since)


def test_somebody_who_looked_at_another_stage_moves_nothing(world: Any, open_doors: None) -> None:
    back_and_forth(world, "data-engineering")

    with pytest.raises(Conflict) as refused:
        move(world.scientist, world.use_case, "building", seen="discovery")
    assert refused.value.code == "stage.conflict"
    with pytest.raises(Conflict) as refused:
        move(world.scientist, world.use_case, "data-engineering", seen="discovery")
    assert refused.value.code in ("stage.here", "stage.conflict")


def test_moves_are_never_changed(world: Any, open_doors: None) -> None:
    row = move(world.lead, world.use_case, "data-engineering")

    row.reason = "Another"
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        StageMove.objects.filter(pk=row.pk)._raw_delete("default")


def test_nothing_of_the_lab_waits_for_a_stage(world: Any, push: Any) -> None:
    assert stage_of(world.use_case).stage.key == "discovery"
    assert push("99").label == "churn-model@99"


# The lifecycle -------------------------------------------------------------------------------------------------------

OTHER = """
title: {en: Short, zh-hans: 短}
stages:
  - {key: discovery, title: {en: Idea, zh-hans: 想法}, leave: [definition.written]}
  - {key: production, title: {en: Running, zh-hans: 运行}}
"""


def test_an_administrator_publishes_another_lifecycle_which_holds_at_once(world: Any) -> None:
    row = services.publish_lifecycle(actor=world.admin, source=OTHER, note="Two are enough for us.")

    assert (row.number, stage_of(world.use_case).rules.number) == (1, 1)
    assert stage_of(world.use_case).stage.title("zh-hans") == "想法"
    assert move(world.lead, world.use_case, "production").lifecycle == 1
    assert AuditEvent.objects.filter(kind="usecases.lifecycle.published").count() == 1
    assert services.publish_lifecycle(actor=world.admin, source=OTHER, note="Again.") == row


def test_the_past_was_judged_by_the_lifecycle_of_its_time(world: Any) -> None:
    before = clock.now()
    with clock.at(before + timedelta(days=1)):
        services.publish_lifecycle(actor=world.admin, source=OTHER, note="Shorter.")

    assert stage_of(world.use_case, before).rules.number == 0


def test_nobody_else_publishes_one(world: Any) -> None:
    with pytest.raises(NotAllowed):
        services.publish_lifecycle(actor=world.lead, source=OTHER, note="Mine.")


def test_a_stage_where_use_cases_stand_cannot_be_left_out(world: Any, open_doors: None) -> None:
    back_and_forth(world, "data-engineering")

    with pytest.raises(Invalid) as refused:
        services.publish_lifecycle(actor=world.admin, source=OTHER, note="Shorter.")
    assert refused.value.errors[0].code == "stage_in_use"


def test_a_lifecycle_may_name_only_what_can_be_answered(world: Any) -> None:
    with pytest.raises(Invalid) as refused:
        services.publish_lifecycle(actor=world.admin, source=OTHER.replace("definition.written", "moon.full"), note="x")
    assert refused.value.errors[0].code == "unknown_condition"
    assert refused.value.errors[0].field.startswith("line 4")


def test_two_administrators_do_not_overwrite_each_other(world: Any) -> None:
    services.publish_lifecycle(actor=world.admin, source=OTHER, note="First.", based_on=0)

    with pytest.raises(Conflict):
        services.publish_lifecycle(actor=world.admin, source=OTHER.replace("Idea", "Start"), note="Second.", based_on=0)


# Standing still ------------------------------------------------------------------------------------------------------


def test_why_it_stands_is_said_by_somebody_with_a_reason(world: Any) -> None:
    row = services.stand_still(actor=world.business, use_case=world.use_case, kind="parked", reason="No budget until spring.")
    other = services.stand_still(actor=world.lead, use_case=world.use_case, kind="killed", reason="No budget at all.")

    row.refresh_from_db()
    assert (row.ended_at, row.end_reason) == (other.created_at, "No budget at all.")
    assert list(world.use_case.standstills.standing()) == [other]
    ended = services.go_on(actor=world.lead, standstill=other, reason="There is budget.")
    assert ended.end_reason == "There is budget."
    with pytest.raises(Conflict):
        services.go_on(actor=world.lead, standstill=other, reason="Again.")


@pytest.mark.parametrize(
    ("values", "field"),
    [({"reason": " "}, "reason"), ({"kind": "sleeping"}, "kind"), ({"until": clock.now().date() - timedelta(days=1)}, "until")],
)
def test_a_standstill_wants_kind_and_reason(world: Any, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.stand_still(actor=world.lead, use_case=world.use_case, **{"kind": "parked", "reason": "Why", **values})
    assert refused.value.errors[0].field == field


def test_reviewers_do_not_say_why_it_stands(world: Any) -> None:
    with pytest.raises(NotAllowed):
        services.stand_still(actor=world.security, use_case=world.use_case, kind="parked", reason="Why")
