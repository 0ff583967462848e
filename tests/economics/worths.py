"""A case whose benefit follows from the recall and precision of a model, approved, for tests that revalue it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from foundation import clock
from foundation.canonical import digest
from governance.economics.components import component_body
from governance.economics.models import Baseline, Snapshot
from governance.economics.plan import Discount, Line, Plan
from governance.economics.services import write_snapshot
from governance.economics.services.baselines import set_baseline_by_decision
from tests.economics.test_classification import churn, d

TAKES = {"recall": "recall", "precision": "precision"}


def agreed_plan(**said: Any) -> Plan:
    """Recall 0.70 at a precision of 0.35 saves 500,800 EUR a year, for five years; the team costs 120,000 a year."""
    lines = (
        Line("team", "Team", "cost", d(2), "people", d(60_000), 0, 5),
        Line("caught", "Leavers kept", "benefit", d(1), "", d(1), 1, 5, driver=churn(takes=TAKES)),
    )
    return Plan(**{"currency": "EUR", "period": "year", "horizon": 5, "prices": "real",
                   "discount": Discount(((0, d("0.05")),)), "lines": lines, **said})  # fmt: skip


def write_case(world: Any, plan: Plan | None = None) -> Snapshot:
    return write_snapshot(actor=world.lead, use_case=world.use_case, plan=plan or agreed_plan())


def approve_case(world: Any, plan: Plan | None = None) -> Baseline:
    """Write the case down and make it the baseline, as the decision on it does."""
    snapshot = write_case(world, plan)
    decision = SimpleNamespace(
        public_id="dc_test", decided_at=clock.now(), manifest={"economics": digest(component_body(snapshot))}
    )
    return set_baseline_by_decision(actor=world.business, snapshot=snapshot, decision=decision, request="rq_test")


def measured(recall: str | None = "0.7", precision: str | None = "0.35", dataset: str = "test") -> dict[str, Any]:
    """Metrics as CI pushes them."""
    given = {"recall": recall, "precision": precision}
    return {name: {"value": d(value), "dataset": dataset} for name, value in given.items() if value is not None}
