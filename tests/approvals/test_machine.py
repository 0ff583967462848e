"""Random histories of requests through the real services, held against `machine.chain` after every command.

    pytest tests/approvals/test_machine.py                 some histories, always the same
    pytest -m nightly tests/approvals/test_machine.py      thousands, other ones each time

What has to hold is numbered as in the docstrings of `machine`: who counts (I1, I2), that it is computed and the columns are caches
(I3), that taking somebody away approves nothing (I4), that nothing is rewritten (I5), that requests only go forward (I6), that
neither time nor an error lets anything through (I7), that the log tells of each change once (I8), what a gate relies on (I9), and
that the order in which different people spoke does not matter (I10).
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from approvals.services import gates
from approvals.services.clocks import ticking
from foundation import ids, outbox
from tests.approvals.machine import stage as staged
from tests.approvals.machine.ends import Histories
from tests.approvals.machine.playing import Choose
from tests.approvals.machine.stage import MONDAY, Lineage

LEAST, MOST, MOVES = 20, 40, 40  # histories, and moves in each
OFTEN = {
    "approved", "rejected", "superseded", "revoked", "resubmitted", "waived", "delegated", "ballots carried over",
    "cast approve for another", "cast approve on a condition", "condition met", "failed half-way",
    "gate allows", "gate allows by a waiver", "gate deny", "gate pending",
}  # fmt: skip
REACHED = OFTEN | {
    "withdrawn", "expired", "migrated", "condition missed", "block dismissed", "policy withdrawn under a request",
    "said twice, counted once", "settled by the gate",
}  # fmt: skip

# The runs -------------------------------------------------------------------------------------------------------------


class Loud:
    """A log that lets nothing be swallowed."""

    def exception(self, *args: Any, **kwargs: Any) -> None:
        raise

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


@pytest.fixture
def histories(db: None, monkeypatch: pytest.MonkeyPatch) -> type[Histories]:
    numbers = count(1)  # ids in the order of their making, so that a list sorted by them is the same each time
    monkeypatch.setattr(ids, "secrets", SimpleNamespace(randbits=lambda bits: next(numbers)))
    with time_machine.travel(MONDAY - timedelta(days=1), tick=False):
        stage = staged.set_up(Lineage())
    stage.lineage.take_over(monkeypatch)
    monkeypatch.setattr(ticking, "log", Loud())
    monkeypatch.setattr(outbox, "log", Loud())
    monkeypatch.setattr(gates, "log", Loud())
    return type("Played", (Histories,), {"stage": stage, "seen": Counter()})


def play(machine: type[Histories], **more: Any) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            **more,
        ),
    )


def by_chance(seed: int) -> Choose:
    chance = random.Random(seed)
    return lambda _label, choices: chance.choice(choices)


@pytest.mark.once
def test_histories_go_as_the_rules_say(histories: type[Histories]) -> None:
    """The same ones each time, until what happens often has happened. What went before is in the error."""
    for seed in range(MOST):
        if seed >= LEAST and set(histories.seen) >= OFTEN:
            break
        history, choose = histories(), by_chance(seed)
        try:
            history.begins(choose)
            history.check()
            for _ in range(MOVES):
                history.goes_on(choose)
                history.check()
        except Exception as error:
            error.add_note(f"history {seed}: {history.told}")
            raise
        finally:
            history.teardown()
    assert set(histories.seen) >= OFTEN, sorted(OFTEN - set(histories.seen))


@pytest.mark.nightly
def test_thousands_of_histories_go_as_the_rules_say(histories: type[Histories]) -> None:
    """`COUNTERSIGN_HISTORIES`: how many, 2,000 unless told. So many reach every end."""
    many = int(os.environ.get("COUNTERSIGN_HISTORIES", "2000"))
    play(histories, max_examples=many, stateful_step_count=MOVES)
    print(connection.vendor, dict(histories.seen.most_common()))  # noqa: T201 - the figures of the night
    assert many < 2000 or set(histories.seen) >= REACHED, sorted(REACHED - set(histories.seen))
