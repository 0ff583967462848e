"""What governance takes from each role and use case, as a table for people."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.insights import BY, TOO_FEW, Minutes, Trend, minutes, with_trends
from approvals.selectors.insights import Passed
from foundation.templatetags.countersign import figure
from governance.people.roles import role_label

if TYPE_CHECKING:
    from approvals.showing.insights import Board


def minutes_of(passed: Passed, before: Passed | None) -> dict[str, list[tuple[Minutes, Trend]]]:
    """By role and by use case, each beside itself in the period before."""
    found = {}
    for name, how in BY.items():
        then = minutes(before.passages, how, before.hours) if before is not None else []
        found[name] = with_trends(minutes(passed.passages, how, passed.hours), then)
    return found


def minutes_shown(board: Board) -> dict[str, Any]:
    """Two tables, by role and by use case, and what they leave out."""
    unmeasured = sum(row.unmeasured for row, _trend in board.minutes["role"])
    return {
        "roles": [_row(_role(row), row, trend) for row, trend in board.minutes["role"]],
        "use_cases": [_row(_use_case(board, row), row, trend) for row, trend in board.minutes["use_case"]],
        "left_out": _left_out(unmeasured),
    }


def _role(row: Minutes) -> str:
    return role_label(row.key[0]) if row.key[0] else _("no role")


def _use_case(board: Board, row: Minutes) -> str:
    found = board.passed.use_cases.get(row.key[0])
    return str(found) if found is not None else _("no use case")


def _row(title: str, row: Minutes, trend: Trend) -> dict[str, Any]:
    return {
        "title": title,
        "asks": row.asks,
        "measured": row.measured.n,
        "few": row.measured.n < TOO_FEW,
        "median": minutes_text(row.measured.median),
        "versions": row.versions,
        "per_version": minutes_text(row.per_version),
        "trend": _trend_text(trend),
        "icon": {"up": "trending-up", "down": "trending-down", "steady": "move-right"}.get(trend.word, ""),
    }


def minutes_text(value: float | None) -> str:
    if value is None:
        return "–"
    return _("%(minutes)s min") % {"minutes": figure(Decimal(str(round(value))))}


def _trend_text(trend: Trend) -> str:
    words = {"before": minutes_text(trend.before)}
    if trend.word == "up":
        return _("more than before: %(before)s") % words
    if trend.word == "down":
        return _("less than before: %(before)s") % words
    if trend.word == "steady":
        return _("as before: %(before)s") % words
    return _("too few to compare")


def _left_out(unmeasured: int) -> list[str]:
    said = [
        _(
            "What counts is the time from somebody’s first look at a request until their step was met, within the working hours of the role. "
            "It is at most what was worked: whoever looked may have done something else meanwhile."
        ),
        _(
            "Not measured: what is done before the page is opened and away from it, writing definitions, answers in threads, meetings, and the "
            "work of whoever asks. Nobody is named, and no figure is kept about a person."
        ),
    ]
    if unmeasured:
        text = ngettext(
            "%(count)s ask is not in the minutes: it was not answered, or no look was recorded.",
            "%(count)s asks are not in the minutes: they were not answered, or no look was recorded.",
            unmeasured,
        )
        said.append(text % {"count": figure(unmeasured)})
    return said
