"""What a use case is worth, as last written down."""

from __future__ import annotations

from governance.economics import cashflow
from governance.economics.components import lines_of
from governance.economics.models import Snapshot
from governance.usecases.models import UseCase


def current_snapshot(use_case: UseCase) -> Snapshot | None:
    """The newest snapshot of a use case with its case, or None while nothing was written down. One query."""
    return Snapshot.objects.filter(case__use_case=use_case).select_related("case__use_case").order_by("-number").first()


def evaluation_of(snapshot: Snapshot) -> cashflow.Evaluation:
    """The figures of a snapshot: always computed from its lines, never stored."""
    return cashflow.evaluate(lines_of(snapshot), horizon=snapshot.horizon, rate=snapshot.discount_rate)
