"""What the worth of a model version is measured against: the approved case, else the newest one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from governance.economics.components import plan_of
from governance.economics.models import Baseline, Revaluation, Snapshot
from governance.economics.plan import Plan
from governance.economics.selectors.cases import current_snapshot
from governance.usecases.models import UseCase


@dataclass(frozen=True, slots=True)
class Against:
    """A case to measure against: its snapshot, and the baseline that made it binding; None while nobody approved any."""

    snapshot: Snapshot
    baseline: Baseline | None

    @property
    def plan(self) -> Plan:
        """Read anew each time. Raises NotWritten for a plan that is damaged."""
        return plan_of(self.snapshot)


@dataclass(frozen=True, slots=True)
class Agreed:
    """The snapshot that was approved and holds, and the public id of the baseline that says so."""

    snapshot: Snapshot
    baseline: str


def newest_and_agreed(use_case: UseCase) -> tuple[Snapshot | None, Agreed | None]:
    """The newest snapshot of a use case, and the one that was approved and holds. One statement for both: a gate asks often."""
    holds = Baseline.objects.filter(snapshot=OuterRef("pk"), ended_at=None).values("public_id")[:1]
    newest = Snapshot.objects.filter(case=OuterRef("case")).order_by("-number").values("pk")[:1]
    rows: list[Any] = list(
        Snapshot.objects.filter(case__use_case=use_case)
        .annotate(holds=Subquery(holds))
        .filter(Q(holds__isnull=False) | Q(pk=Subquery(newest)))
        .select_related("case__use_case")
        .order_by("-number")
    )
    agreed = next((row for row in rows if row.holds is not None), None)
    return rows[0] if rows else None, Agreed(agreed, agreed.holds) if agreed is not None else None


def baseline_in_force(use_case_id: int) -> Baseline | None:
    """The approved case of a use case, with its snapshot; None while there is none. One statement."""
    rows = Baseline.objects.filter(case__use_case=use_case_id, ended_at=None)
    return rows.select_related("snapshot__case__use_case", "case__use_case").first()


def against_of(use_case: UseCase) -> Against | None:
    """The approved case, else the newest one that was written down; None where there is neither. Two statements at most."""
    baseline = baseline_in_force(use_case.pk)
    if baseline is not None:
        return Against(baseline.snapshot, baseline)
    snapshot = current_snapshot(use_case)
    return Against(snapshot, None) if snapshot is not None else None


def revaluations_of(public_ids: Collection[str], baseline: Baseline) -> Mapping[str, Revaluation]:
    """What was found when these versions arrived, by public id; of several findings the last. One statement."""
    rows = Revaluation.objects.filter(baseline=baseline, model_version__in=public_ids).order_by("pk")
    return {row.model_version: row for row in rows}
