"""Insights as the API shows them: the figures behind the page."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from approvals.insights import METHOD, TOO_FEW, Figures, Minutes, Times, Trend, cost_of_waiting
from approvals.showing.insights import Board, title_of
from foundation.rounding import rounded


def insights_body(board: Board) -> dict[str, Any]:
    """Durations in days and working hours, rounded to two places; money as text with its currency."""
    passed = board.passed
    return {
        "requests": {
            "closed": passed.closed,
            "measured": len(passed.passages),
            "left_out": passed.left_out,
            "still_open": passed.still_open,
            "more_than_looked_at": passed.cut,
        },
        "percentiles": METHOD,
        "too_few_below": TOO_FEW,
        "group": board.group,
        "times": [_times_body(board, row) for row in board.times],
        "rework": _share_body(board.reworked, len(passed.passages)),
        "expiry": _share_body(board.expired, len(passed.passages)),
        "critical_path": [
            {"policy": row.step[0], "step": row.step[1], "times": row.times, "of": row.of, "share": _number(row.share)}
            for row in board.on_path
        ],
        "could_be_parallel": [
            {
                "policy": row.policy,
                "step": row.edge[1],
                "waited_for": row.edge[0],
                "days": _figures_body(row.saved),
                "both_judge": list(row.shared),
            }
            for row in board.parallel
        ],
        "cost_of_delay": {
            "amounts": _money_body(board.cost),
            "use_cases_without_benefit": board.without_benefit,
        },
        "minutes": {
            name: [_minutes_body(board, name, row, trend) for row, trend in rows] for name, rows in board.minutes.items()
        },
        "saved": {
            "carried_over_steps": board.spared.carried,
            "standard_change_steps": board.spared.without,
            "days_of_steps": _number(board.spared.days),
            "steps_without_figures": board.spared.without_figures,
        },
    }


def _times_body(board: Board, row: Times) -> dict[str, Any]:
    cost, _without = cost_of_waiting(row.waits, board.passed.benefits)
    return {
        "key": list(row.key),
        "title": title_of(board.passed, board.group, row.key),
        "waiting_days": _figures_body(row.waiting),
        "working_days": _figures_body(row.working),
        "total_days": _figures_body(row.total),
        "waiting_working_hours": _figures_body(row.waiting_hours),
        "working_working_hours": _figures_body(row.working_hours),
        "times": row.spans,
        "estimated": row.estimated,
        "cost_of_delay": _money_body(cost),
    }


def _minutes_body(board: Board, group: str, row: Minutes, trend: Trend) -> dict[str, Any]:
    """Minutes within working hours from the first look until a step was met; nobody is named."""
    return {
        "key": row.key[0],
        "title": title_of(board.passed, group, row.key),
        "asks": row.asks,
        "not_measured": row.unmeasured,
        "minutes_per_ask": _figures_body(row.measured),
        "approved_versions": row.versions,
        "minutes_per_approved_version": _number(row.per_version),
        "trend": {"median_before": _number(trend.before), "direction": trend.word},
    }


def _figures_body(found: Figures) -> dict[str, Any]:
    return {"n": found.n, "median": _number(found.median), "p90": _number(found.p90), "too_few": found.too_few}


def _share_body(part: int, whole: int) -> dict[str, Any]:
    return {"n": part, "of": whole, "share": _number(part / whole) if whole else None}


def _money_body(amounts: Mapping[str, Decimal]) -> list[dict[str, str]]:
    return [{"amount": f"{rounded(amount):f}", "currency": currency} for currency, amount in amounts.items()]


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
