"""Two people who move a use case at once: one move is made, and the other person is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from foundation.errors import Conflict
from foundation.models import AuditEvent
from governance.usecases import services
from governance.usecases.models import StageMove
from governance.usecases.selectors import stages
from tests.conftest import make_world
from tests.usecases.records import Kit

DISCOVERED = "data-engineering"


def test_who_looked_before_somebody_else_moved_it_is_told(world: Any, gate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Kit(world, world.use_case, gate).define()
    seen = stages.stage_of(world.use_case)
    services.move_stage(actor=world.lead, use_case=world.use_case, to=DISCOVERED, reason="First.")
    monkeypatch.setattr(stages, "stage_of", lambda use_case: seen)

    with pytest.raises(Conflict) as refused:
        services.move_stage(actor=world.scientist, use_case=world.use_case, to=DISCOVERED, reason="Second.")
    assert refused.value.code == "stage.conflict"
    assert [move.reason for move in StageMove.objects.all()] == ["First."]


def test_there_and_back_in_between_is_noticed_too(world: Any, gate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Kit(world, world.use_case, gate).define()
    services.move_stage(actor=world.lead, use_case=world.use_case, to=DISCOVERED, reason="1")
    seen = stages.stage_of(world.use_case)
    services.move_stage(actor=world.lead, use_case=world.use_case, to="discovery", reason="2")
    services.move_stage(actor=world.lead, use_case=world.use_case, to=DISCOVERED, reason="3")
    monkeypatch.setattr(stages, "stage_of", lambda use_case: seen)

    with pytest.raises(Conflict):
        services.move_stage(actor=world.scientist, use_case=world.use_case, to="discovery", reason="4")
    assert StageMove.objects.count() == 3


def test_of_four_who_move_it_at_the_same_moment_one_does(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("threads meet on PostgreSQL only")
    world = make_world()
    services.define(
        actor=world.lead,
        use_case=world.use_case,
        business_problem="P",
        ml_problem="Q",
        risk_tier="low",
        kpis=[{"name": "K", "baseline": 1, "target": 2}],
    )
    movers = [world.lead, world.scientist, world.business, world.admin]
    ready, plain = Barrier(len(movers)), stages.stage_of

    def together(use_case: Any) -> Any:
        standing = plain(use_case)
        ready.wait(60)  # everybody has looked before anybody moves
        return standing

    monkeypatch.setattr(stages, "stage_of", together)

    def move(actor: Any) -> str:
        try:
            services.move_stage(actor=actor, use_case=world.use_case, to=DISCOVERED, reason=actor.label)
        except Conflict as error:
            return error.code
        finally:
            connections.close_all()
        return "moved"

    with ThreadPoolExecutor(len(movers)) as pool:
        said = sorted(pool.map(move, movers))

    assert said == ["moved", *["stage.conflict"] * 3]
    assert StageMove.objects.count() == 1
    assert AuditEvent.objects.filter(kind="usecases.stage.moved").count() == 1
