"""The hand-over to operations: what has to be there, who answers, and that a refusal is not the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.people.models import Notice
from governance.usecases import conditions, services
from governance.usecases.models import HandOver, StageMove
from tests.usecases.records import Kit

ACCEPTED = "hand_over.accepted"


@pytest.fixture
def kit(world: Any, gate: Any) -> Kit:
    made = Kit(world, world.use_case, gate)
    made.role("engineer", "operations")
    return made


def answered(kit: Kit) -> Any:
    return conditions.evaluate(kit.use_case, [ACCEPTED])[ACCEPTED]


def answer(kit: Kit, row: HandOver, accept: bool = True, reason: str = "", actor: Any = None) -> HandOver:
    return services.answer_hand_over(actor=actor or kit.world.engineer, hand_over=row, accept=accept, reason=reason)


def test_operations_accepts_what_somebody_else_hands_over(kit: Kit) -> None:
    row = kit.hand_over()
    assert (answered(kit).state, answered(kit).roles) == ("unmet", ("operations",))
    assert Notice.objects.filter(user=kit.world.engineer.user, kind="usecases.hand_over.handed_over").exists()

    answer(kit, row)
    assert answered(kit).state == "met"
    assert {event.kind for event in AuditEvent.objects.filter(subject_id=row.public_id)} == {
        "usecases.hand_over.handed_over",
        "usecases.hand_over.accepted",
    }
    assert Notice.objects.filter(user=kit.world.scientist.user, kind="usecases.hand_over.answered").exists()


def test_a_refusal_keeps_its_reason_and_can_be_followed_by_another_try(kit: Kit) -> None:
    first = answer(kit, kit.hand_over(), accept=False, reason="Nobody is woken when it fails.")
    assert "Nobody is woken" in str(answered(kit).said)

    second = kit.hand_over(note="It pages the scientist now.")
    answer(kit, second)
    assert answered(kit).state == "met"
    assert [(row.number, row.answer) for row in HandOver.objects.order_by("number")] == [(1, "refused"), (2, "accepted")]
    assert first.answer_reason == "Nobody is woken when it fails."


def test_a_refusal_wants_a_reason(kit: Kit) -> None:
    with pytest.raises(Invalid) as refused:
        answer(kit, kit.hand_over(), accept=False, reason="  ")
    assert refused.value.errors[0].field == "reason"


def test_nobody_accepts_their_own_work(kit: Kit) -> None:
    kit.role("scientist", "operations")
    row = kit.hand_over()

    with pytest.raises(NotAllowed, match="yourself"):
        answer(kit, row, actor=kit.world.scientist)


@pytest.mark.parametrize("part", ["lead", "business", "security", "admin", "auditor"])
def test_only_operations_answers(kit: Kit, part: str) -> None:
    with pytest.raises(NotAllowed, match="Operations"):
        answer(kit, kit.hand_over(), actor=getattr(kit.world, part))


def test_only_builders_hand_over(kit: Kit) -> None:
    for part in ("business", "security", "auditor"):
        with pytest.raises(NotAllowed):
            services.hand_over(
                actor=getattr(kit.world, part),
                use_case=kit.use_case,
                pipeline="p",
                pipeline_owner=kit.world.scientist.user,
                run="r",
                run_at=clock.now().date(),
                run_result="passed",
                tests="t",
                configuration=[{"environment": "production", "where": "w"}],
            )


def test_an_answer_is_given_once(kit: Kit) -> None:
    row = kit.hand_over()
    answer(kit, row)

    with pytest.raises(Conflict):
        answer(kit, row, accept=False, reason="On second thoughts.")
    row.refresh_from_db()
    row.answer = "refused"
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()


def test_one_hand_over_waits_at_a_time(kit: Kit) -> None:
    kit.hand_over()

    with pytest.raises(Conflict) as refused:
        kit.hand_over(note="Again")
    assert refused.value.code == "hand_over.open"


def test_without_a_version_there_is_nothing_to_hand_over(kit: Kit) -> None:
    with pytest.raises(Invalid) as refused:
        services.hand_over(
            actor=kit.world.scientist,
            use_case=kit.use_case,
            pipeline="p",
            pipeline_owner=kit.world.scientist.user,
            run="r",
            run_at=clock.now().date(),
            run_result="passed",
            tests="t",
            configuration=[{"environment": "production", "where": "w"}],
        )
    assert [error.field for error in refused.value.errors] == ["version"]


def test_the_pipeline_belongs_to_somebody_who_wrote_the_model(kit: Kit) -> None:
    with pytest.raises(Invalid) as refused:
        kit.hand_over(pipeline_owner=kit.world.lead.user)
    assert [(error.field, error.code) for error in refused.value.errors] == [("pipeline_owner", "not_author")]


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"pipeline": " "}, ["pipeline"]),
        ({"run": ""}, ["run"]),
        ({"tests": ""}, ["tests"]),
        ({"run_result": "failed"}, ["run_result"]),
        ({"run_result": "maybe"}, ["run_result"]),
        ({"run_at": clock.now().date() + timedelta(days=2)}, ["run_at"]),
        ({"configuration": []}, ["configuration"]),
        ({"configuration": [{"environment": "", "where": "x"}]}, ["configuration[0]"]),
        ({"configuration": [{"environment": "a", "where": "x"}, {"environment": "a", "where": "y"}]}, ["configuration[1]"]),
        ({"configuration": [{"environment": "a", "where": "x" * 501}]}, ["configuration[0]"]),
        ({"pipeline": "", "tests": "", "configuration": []}, ["configuration", "pipeline", "tests"]),
    ],
)
def test_everything_that_is_missing_is_named_at_once(kit: Kit, values: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        kit.hand_over(**values)
    assert sorted(error.field for error in refused.value.errors) == fields
    assert not HandOver.objects.exists()


def test_what_came_back_is_handed_over_anew(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    answer(kit, kit.hand_over())
    StageMove.objects.create(
        use_case=kit.use_case,
        number=1,
        from_stage="monitoring",
        to_stage="building",
        back=True,
        reason="Drift.",
        lifecycle=0,
        lifecycle_digest="",
        created_at=now + timedelta(days=1),
    )
    assert "anew" in str(answered(kit).said)

    with clock.at(now + timedelta(days=2)):
        answer(kit, kit.hand_over(note="With the festival week."))
    assert answered(kit).state == "met"
