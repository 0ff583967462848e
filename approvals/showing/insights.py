"""Insights in sentences, pictures and tables: where time is lost, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.insights import (
    GROUPS,
    TOO_FEW,
    Figures,
    Minutes,
    OnPath,
    Parallel,
    Spared,
    Times,
    Trend,
    cost_of_waiting,
    on_critical_path,
    parallel,
    spared,
    times,
    waits_by_use_case,
)
from approvals.models import Look
from approvals.selectors.history import History
from approvals.selectors.insights import Passed, critical_path_of, material_from
from approvals.selectors.standing import Standing
from approvals.showing.minutes import minutes_of, minutes_shown
from approvals.wording import components_text
from foundation.drawing import bars, svg
from foundation.templatetags.countersign import figure
from governance.people.roles import role_label

MOST_BARS = 8
MOST_EDGES = 5


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the page and the API say about a period, as values."""

    passed: Passed
    group: str
    times: Sequence[Times]
    on_path: Sequence[OnPath]
    parallel: Sequence[Parallel]
    spared: Spared
    cost: Mapping[str, Decimal]
    without_benefit: int
    reworked: int
    expired: int
    minutes: Mapping[str, Sequence[tuple[Minutes, Trend]]]  # by role and by use case


def board_of(passed: Passed, group: str, before: Passed | None = None) -> Board:
    """The figures of a period, by `step`, `role` or `use_case`; `before` is the period of the same length that came before it."""
    passages = passed.passages
    cost, without_benefit = cost_of_waiting(waits_by_use_case(passages), passed.benefits)
    return Board(
        passed=passed,
        group=group,
        times=times(passages, GROUPS[group], passed.hours),
        on_path=on_critical_path(passages),
        parallel=parallel(passages),
        spared=spared(passages),
        cost=cost,
        without_benefit=without_benefit,
        reworked=sum(passage.reworked for passage in passages),
        expired=sum(passage.state == "expired" for passage in passages),
        minutes=minutes_of(passed, before),
    )


# For people ----------------------------------------------------------------------------------------------------------


def title_of(passed: Passed, group: str, key: Sequence[str]) -> str:
    """What a group is called: a step by its title, with its policy where several policies are looked at."""
    if group == "role":
        return role_label(key[0]) if key[0] else _("no role")
    if group == "use_case":
        row = passed.use_cases.get(key[0])
        return str(row) if row is not None else _("no use case")
    return step_title(passed, key[0], key[1])


def step_title(passed: Passed, policy: str, step: str) -> str:
    known = passed.policies.get(policy)
    found = known.step(step) if known is not None else None
    title = found.title if found is not None else step
    if known is None or len(passed.policies) < 2:
        return title
    return _("%(step)s (%(policy)s)") % {"step": title, "policy": known.title}


def days(value: float | None) -> str:
    """A length in days for people; below a day in hours."""
    if value is None:
        return "–"
    if 0 < value < 1:
        hours = Decimal(str(round(value * 24, 1)))
        return ngettext("%(hours)s hour", "%(hours)s hours", 1 if hours == 1 else 2) % {"hours": figure(hours)}
    shown = Decimal(str(round(value, 1)))
    return ngettext("%(days)s day", "%(days)s days", 1 if shown == 1 else 2) % {"days": figure(shown)}


def hours(value: float | None) -> str:
    return "–" if value is None else _("%(hours)s h") % {"hours": figure(Decimal(str(round(value, 1))))}


def money(amounts: Mapping[str, Decimal]) -> str:
    """Amounts in whole units side by side: currencies are not added up."""
    return " + ".join(f"{figure(amount, 0)} {currency}" for currency, amount in amounts.items())


def percent(share: float) -> str:
    return _("%(percent)s %%") % {"percent": figure(Decimal(str(round(share * 100))))}


def shown(board: Board) -> dict[str, Any]:
    """What the page shows, in the order in which it shows it."""
    return {
        "lead": lead_of(board),
        "stats": _stats(board),
        "picture": _picture(board),
        "rows": [_row(board, row) for row in board.times],
        "path": _path(board),
        "edges": _edges(board),
        "saved": _saved(board),
        "remarks": _remarks(board),
        "few": TOO_FEW,
        "minutes": minutes_shown(board),
    }


def lead_of(board: Board) -> str:
    """Where time is lost, and what it costs, in one or two sentences."""
    worst = next((row for row in board.times if row.waiting.median), None)
    if worst is None:
        return _("Nobody waited for anybody in this period.")
    words = {"name": title_of(board.passed, board.group, worst.key), "median": days(worst.waiting.median), "n": worst.waiting.n}
    if worst.waiting.too_few:
        said = _("Most time was lost waiting at %(name)s; it was asked %(n)s times, which is too few to say how long it takes.")
    else:
        said = _("Most time is lost waiting at %(name)s: half of the time nobody looked at it for %(median)s or longer.")
    if not board.cost:
        return said % words
    cost = _("While releases waited for a first look, at most %(money)s of expected benefit was missed.")
    return f"{said % words} {cost % {'money': money(board.cost)}}"


def _stats(board: Board) -> list[dict[str, str]]:
    whole = len(board.passed.passages)
    cost = money(board.cost) or "–"
    return [
        {
            "label": _("Closed requests"),
            "value": figure(whole),
            "note": ngettext("%(count)s still open", "%(count)s still open", board.passed.still_open)
            % {"count": figure(board.passed.still_open)},
        },
        {
            "label": _("Cost of delay, at most"),
            "value": cost,
            "note": _("Time in which a release waited for a first look, times the benefit expected of its use case.")
            if board.cost
            else _("No release waited whose use case has a benefit on record."),
        },
        {
            "label": _("Reworked"),
            "value": percent(board.reworked / whole) if whole else "–",
            "note": _("More than one round, or somebody asked for changes."),
        },
        {
            "label": _("Lapsed"),
            "value": percent(board.expired / whole) if whole else "–",
            "note": _("Nobody decided within the time that the policy allows."),
        },
    ]


def _picture(board: Board) -> dict[str, Any] | None:
    """Waiting above working, for the groups in which most time went."""
    rows = [row for row in board.times if row.waiting.median or row.working.median][:MOST_BARS]
    if not rows:
        return None
    drawn = []
    for row in rows:
        name = title_of(board.passed, board.group, row.key)
        drawn.append(
            bars.Bar(name, row.waiting.median or 0.0, _("%(time)s waiting") % {"time": days(row.waiting.median)}, "warn")
        )
        drawn.append(bars.Bar("", row.working.median or 0.0, _("%(time)s working") % {"time": days(row.working.median)}, "info"))
    title = _("Waiting and working, median")
    waited = sum((row.waiting.median or 0) > (row.working.median or 0) for row in rows)
    if not waited:
        summary = _("The work takes longer than the wait for a first look, everywhere.")
    elif waited == len(rows):
        summary = _("The wait for a first look is longer than the work, everywhere.")
    else:
        summary = _("For %(waited)s of these %(count)s the wait for a first look is longer than the work.") % {
            "waited": waited,
            "count": len(rows),
        }
    chart = bars.chart(drawn, label_width=190.0, figure_width=150.0)
    return {"title": title, "summary": summary, "svg": svg.bars(chart, key="times", title=title, description=summary)}


def _row(board: Board, row: Times) -> dict[str, Any]:
    cost, _without = cost_of_waiting(row.waits, board.passed.benefits)
    return {
        "title": title_of(board.passed, board.group, row.key),
        "n": row.spans,
        "few": row.waiting.too_few,
        "waiting": _pair(row.waiting, days),
        "working": _pair(row.working, days),
        "waiting_hours": _pair(row.waiting_hours, hours),
        "working_hours": _pair(row.working_hours, hours),
        "cost": money(cost) or "–",
    }


def _pair(found: Figures, words: Any) -> dict[str, str]:
    return {"median": words(found.median), "p90": words(found.p90)}


def _path(board: Board) -> list[dict[str, Any]]:
    return [
        {
            "title": step_title(board.passed, *row.step),
            "share": percent(row.share),
            "times": row.times,
            "of": row.of,
            "few": row.of < TOO_FEW,
        }
        for row in board.on_path
        if row.times
    ]


def _edges(board: Board) -> list[dict[str, Any]]:
    said = []
    for row in board.parallel[:MOST_EDGES]:
        first, second = (step_title(board.passed, row.policy, step) for step in row.edge)
        words = {"first": first, "second": second, "days": days(row.saved.median), "n": row.saved.n}
        text = (
            _("%(second)s waits for %(first)s. Side by side, half of the requests would have been decided %(days)s sooner.")
            % words
        )
        if row.shared:
            why = _("Both judge %(components)s, so the second may need what the first finds.") % {
                "components": components_text(row.shared)
            }
        else:
            why = _("They judge different things: the second hardly needs the result of the first.")
        said.append({"text": text, "why": why, "n": row.saved.n, "few": row.saved.too_few})
    return said


def _saved(board: Board) -> str:
    found = board.spared
    if not found.carried and not found.without:
        return _("No step was spared in this period: nothing carried over, and no standard change applied.")
    steps = ngettext("%(count)s step", "%(count)s steps", found.carried + found.without) % {
        "count": figure(found.carried + found.without)
    }
    words = {"steps": steps, "carried": figure(found.carried), "without": figure(found.without), "days": days(found.days)}
    return (
        _(
            "%(steps)s did not have to be worked on: %(carried)s because what they judge had not changed, %(without)s by a standard "
            "change. At the usual pace of these steps that is %(days)s of waiting and working."
        )
        % words
    )


def _remarks(board: Board) -> list[str]:
    """What the figures leave out, and how they were reckoned."""
    passed = board.passed
    estimated = sum(row.estimated for row in board.times)
    said = []
    if passed.cut:
        said.append(
            _("There are more requests than are looked at here; these are the last %(count)s.") % {"count": figure(passed.closed)}
        )
    if passed.left_out:
        said.append(
            ngettext(
                "%(count)s request is left out: no record says how long its steps took.",
                "%(count)s requests are left out: no record says how long their steps took.",
                passed.left_out,
            )
            % {"count": figure(passed.left_out)}
        )
    if estimated:
        said.append(
            ngettext(
                "%(count)s time is estimated from ballots, because nobody's first look was recorded.",
                "%(count)s times are estimated from ballots, because nobody's first look was recorded.",
                estimated,
            )
            % {"count": figure(estimated)}
        )
    if board.cost or board.without_benefit:
        said.append(_cost_remark(board))
    said.append(_("Percentiles are interpolated between the two closest values. Working hours follow the calendar of each role."))
    return said


def _cost_remark(board: Board) -> str:
    said = _(
        "The cost is at most what is shown: it takes the whole expected benefit of a use case to wait for the release. Time in which "
        "several steps waited at once counts once, so the rows can add up to more than the whole."
    )
    if not board.without_benefit:
        return said
    missing = ngettext(
        "%(count)s use case waited that has no benefit on record.",
        "%(count)s use cases waited that have no benefit on record.",
        board.without_benefit,
    )
    return f"{said} {missing % {'count': figure(board.without_benefit)}}"


def path_told(spans: Iterable[tuple[str, Any]]) -> list[dict[str, Any]]:
    """The critical path of one request as its page shows it: what was waited for, how long, and how much of it was work."""
    told = []
    for title, span in spans:
        end = span.ended_at
        told.append(
            {
                "title": title,
                "round": span.round,
                "from": span.started_at,
                "to": end,
                "waiting": days(span.waiting.total_seconds() / 86_400) if span.waiting is not None else "",
                "working": days(span.working.total_seconds() / 86_400) if span.working is not None else "",
                "total": days((end - span.started_at).total_seconds() / 86_400) if end is not None else "",
                "since": span.started_at if end is None else None,
                "estimated": span.estimated,
            }
        )
    return told


def critical_path_context(standing: Standing, history: History, fresh: Look | None) -> dict[str, Any]:
    """What `approvals/critical_path.html` takes, for the page of a request. Two queries at most."""
    row = standing.request
    path = critical_path_of(row, material_from(standing, history, fresh))
    return {"path": path_told(path), "path_is_open": row.closed_at is None}
