"""Many replayed requests in a few figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from approvals.foresight.replay import A_DAY, Replayed
from approvals.insights.percentiles import Figures, figures


@dataclass(frozen=True, slots=True)
class Summary:
    """`outcomes`: (recorded, under the draft) → how many. Waiting is from opening to decision in days, over the requests that were
    decided both times, so that the two can be compared.

    `unknown`: requests that the records do not explain. `waiting_for`: (step, role) → how many would still wait for it.
    """

    n: int
    same: int
    outcomes: dict[tuple[str, str], int]
    unknown: int
    then: Figures
    now: Figures
    sooner: int
    saved: timedelta
    spared: int
    waiting_for: dict[tuple[str, str], int]


def summary(rows: Sequence[Replayed]) -> Summary:
    """The figures over all of them."""
    decided = [row for row in rows if row.saved is not None]
    waiting = Counter((step.key, step.role) for row in rows for step in row.waiting)
    return Summary(
        n=len(rows),
        same=sum(row.same for row in rows),
        outcomes=dict(sorted(Counter((row.then.state, row.now.state) for row in rows).items())),
        unknown=sum(row.now.state == "unknown" for row in rows),
        then=figures(_days(row, row.then.at) for row in decided),
        now=figures(_days(row, row.now.at) for row in decided),
        sooner=sum(bool(row.saved) for row in decided),
        saved=sum((row.saved for row in decided if row.saved is not None), timedelta()),
        spared=sum(row.spared for row in rows),
        waiting_for=dict(sorted(waiting.items())),
    )


def _days(row: Replayed, at: datetime | None) -> float:
    return 0.0 if at is None else (at - row.opened_at) / A_DAY
