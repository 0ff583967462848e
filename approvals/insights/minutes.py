"""What governance takes from people: minutes by role or use case, and what it comes to for each version that was approved.

A step is counted from somebody's first look until it was met, within working hours and without the time in which the submitter had
to act. That is an upper bound of the work: whoever looked may have done something else meanwhile. Steps of which no look was
recorded are not measured, and what was done without the page is in nobody's figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from approvals.insights.board import GROUPS, Grouping, Passage, WorkingTimeOf
from approvals.insights.percentiles import Figures, figures
from approvals.insights.spans import Span

A_MINUTE = timedelta(minutes=1)
STEADY = 0.1  # a change by less than a tenth is none
Key = tuple[str, ...]
BY: Mapping[str, Grouping] = {name: GROUPS[name] for name in ("role", "use_case")}  # never by person


@dataclass(frozen=True, slots=True)
class Minutes:
    """What one role or use case gave. `asks`: how often a step asked for it; `measured`: the minutes of those of which a look was
    recorded and that were met; `total`: the minutes that went into approved releases, `versions` of them.
    """

    key: Key
    asks: int
    measured: Figures  # minutes of one ask
    total: float
    versions: int

    @property
    def unmeasured(self) -> int:
        return self.asks - self.measured.n

    @property
    def per_version(self) -> float | None:
        return self.total / self.versions if self.versions else None


@dataclass(frozen=True, slots=True)
class Trend:
    """Minutes of one ask in the median, now and in the period before. `word`: up, down, steady, or unknown where either has too few."""

    before: float | None
    now: float | None
    word: str


def minutes(passages: Sequence[Passage], group: Grouping, working_time: WorkingTimeOf) -> list[Minutes]:
    """By group, that which gave most first; equal ones by name. Only steps of requests that were closed are in passages."""
    asks: dict[Key, int] = defaultdict(int)
    taken: dict[Key, list[float]] = defaultdict(list)
    on_approved: dict[Key, float] = defaultdict(float)
    versions: dict[Key, set[str]] = defaultdict(set)
    for passage in passages:
        approved = passage.is_release and passage.state == "approved"
        for span in passage.spans:
            key = group(passage, span)
            asks[key] += 1
            lasted = _lasted(passage, span, working_time)
            if lasted is None:
                continue
            taken[key].append(lasted)
            if approved:
                versions[key].add(passage.id)
                on_approved[key] += lasted
    found = [Minutes(key, number, figures(taken[key]), on_approved[key], len(versions[key])) for key, number in asks.items()]
    return sorted(found, key=lambda row: (-row.total, -row.asks, row.key))


def _lasted(passage: Passage, span: Span, working_time: WorkingTimeOf) -> float | None:
    """Minutes of one step, or None where they were not measured. A pause takes its share of the working hours it fell into."""
    if span.looked_at is None or span.ended_at is None or not span.met or span.estimated:
        return None
    start = max(span.looked_at, span.started_at)
    elapsed = span.ended_at - start
    if elapsed <= timedelta():
        return 0.0
    share = max(1 - span.paused / elapsed, 0.0)
    return working_time(passage, span, start, span.ended_at) / A_MINUTE * share


def trend(now: Minutes, before: Minutes | None) -> Trend:
    """Whether an ask takes more or less than in the period before. With fewer than five in either, nobody can say."""
    then = before.measured.median if before is not None else None
    today = now.measured.median
    if before is None or then is None or today is None or now.measured.too_few or before.measured.too_few:
        return Trend(then, today, "unknown")
    if abs(today - then) <= STEADY * max(today, then):
        return Trend(then, today, "steady")
    return Trend(then, today, "up" if today > then else "down")


def with_trends(now: Sequence[Minutes], before: Sequence[Minutes]) -> list[tuple[Minutes, Trend]]:
    """Each group of this period beside itself in the period before."""
    then: Mapping[Key, Minutes] = {row.key: row for row in before}
    return [(row, trend(row, then.get(row.key))) for row in now]
