"""What was agreed about a case, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet, Sum

from governance.economics.components import plan_of
from governance.economics.models import Actual, Baseline, Case, Shortfall, Snapshot
from governance.economics.plan import Line
from governance.economics.results import Results, Said, results_of
from governance.usecases.models import UseCase


def baseline_of(case: Case | int) -> Baseline | None:
    """The baseline that holds, with its snapshot. One query."""
    return Baseline.objects.filter(case=case, ended_at=None).select_related("snapshot__case__use_case").first()


def case_of(use_case: UseCase) -> Case | None:
    """The case of a use case, if costs and benefits were ever written down. One query."""
    return Case.objects.select_related("use_case").filter(use_case=use_case).first()


def said_of(case: Case | int) -> list[Said]:
    """What each line came to in each month, as it holds now. One query."""
    rows = standing_actuals(case).order_by().values("line", "month").annotate(sum=Sum("amount"))
    return [Said(row["line"], row["month"], row["sum"]) for row in rows]


def standing_actuals(case: Case | int) -> QuerySet[Any]:
    """The rows that nothing took the place of."""
    return Actual.objects.filter(case=case, replaced_by__isnull=True)


def lines_known(case: Case | int, also: Collection[str] = ()) -> dict[str, Line]:
    """The lines of which something may be said, by key: those of the newest snapshot and of the baseline.

    `also` are keys of lines that may have been dropped since: they are looked for in older snapshots.
    """
    newest = Snapshot.objects.filter(case=case).select_related("case").order_by("-number").first()
    baseline = baseline_of(case)
    found: dict[str, Line] = {}
    for snapshot in (baseline.snapshot if baseline else None, newest):
        if snapshot is not None:
            found |= {line.key: line for line in plan_of(snapshot).lines if line.key not in found}
    if set(also) <= set(found):
        return found
    for snapshot in Snapshot.objects.filter(case=case).select_related("case").order_by("-number")[1:]:
        found |= {line.key: line for line in plan_of(snapshot).lines if line.key in also and line.key not in found}
    return found


def results(baseline: Baseline) -> Results:
    """What came of a baseline: always reckoned anew. Two or three queries. Raises Refused where its plan cannot be reckoned."""
    plan = plan_of(baseline.snapshot)
    said = said_of(baseline.case_id)
    planned = {line.key for line in plan.lines}
    dropped = {one.line for one in said} - planned
    others = [line for key, line in lines_known(baseline.case_id, dropped).items() if key in dropped] if dropped else []
    return results_of(plan, baseline.starts_on, said, others=others)


def open_shortfalls(use_cases: Collection[int]) -> dict[int, Shortfall]:
    """Where what is expected is further behind the baseline than agreed, by the use case's primary key. One query."""
    rows = Shortfall.objects.filter(baseline__case__use_case__in=use_cases, ended_at=None, baseline__ended_at=None)
    return {row.baseline.case.use_case_id: row for row in rows.select_related("baseline__case", "baseline__snapshot")}


def baselines_in_force(use_cases: Collection[int]) -> dict[int, Baseline]:
    """The baseline that holds of each use case, by its primary key. One query."""
    rows = Baseline.objects.filter(case__use_case__in=use_cases, ended_at=None).select_related("case", "snapshot")
    return {row.case.use_case_id: row for row in rows}
