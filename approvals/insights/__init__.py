"""Where the time of approvals goes: waiting and working, the critical path, what would have been saved. Pure.

Everything is computed from spans: one step of one round, from when it could be worked on until it was met or the round ended.
"""

from __future__ import annotations

from approvals.insights.board import (
    GROUPS,
    OnPath,
    Parallel,
    Passage,
    Spared,
    Times,
    on_critical_path,
    parallel,
    path_of,
    spared,
    times,
    waits_by_use_case,
)
from approvals.insights.critical_path import Edge, critical_path, finish, savings
from approvals.insights.intervals import Interval, clipped, length, union
from approvals.insights.minutes import BY, Minutes, Trend, minutes, trend, with_trends
from approvals.insights.money import cost_of_waiting
from approvals.insights.percentiles import METHOD, TOO_FEW, Figures, figures, percentile
from approvals.insights.spans import Span, chain, waiting_intervals

__all__ = [
    "BY",
    "GROUPS",
    "METHOD",
    "TOO_FEW",
    "Edge",
    "Figures",
    "Interval",
    "Minutes",
    "OnPath",
    "Parallel",
    "Passage",
    "Span",
    "Spared",
    "Times",
    "Trend",
    "chain",
    "clipped",
    "cost_of_waiting",
    "critical_path",
    "figures",
    "finish",
    "length",
    "minutes",
    "on_critical_path",
    "parallel",
    "path_of",
    "percentile",
    "savings",
    "spared",
    "times",
    "trend",
    "union",
    "waiting_intervals",
    "waits_by_use_case",
    "with_trends",
]
