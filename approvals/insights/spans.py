"""One step of one round: from when it could be worked on, over the first look, to when it was met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from approvals.insights.critical_path import critical_path
from approvals.insights.intervals import Interval


@dataclass(frozen=True, slots=True)
class Span:
    """`started_at`: every step before it was met. `looked_at`: the first sign of somebody who could act, None if there was none.

    `ended_at`: it was met, or its round or request ended; None while it runs. `estimated`: the times are derived from ballots,
    because nothing measured them. `after`: the steps it waited for. `paused`: how long its clock stood still.
    """

    step: str
    started_at: datetime
    ended_at: datetime | None
    after: tuple[str, ...] = ()
    round: int = 1
    looked_at: datetime | None = None
    met: bool = True
    estimated: bool = False
    paused: timedelta = field(default=timedelta())

    @property
    def waiting(self) -> timedelta | None:
        """Until somebody who could act first looked; None when nobody knows when that was."""
        return None if self.looked_at is None else max(self.looked_at - self.started_at, timedelta())

    @property
    def working(self) -> timedelta | None:
        """From the first look until it was met, less the time in which the submitter had to act."""
        if self.looked_at is None or self.ended_at is None:
            return None
        return max(self.ended_at - max(self.looked_at, self.started_at) - self.paused, timedelta())


def chain(spans: Sequence[Span], *, now: datetime) -> list[Span]:
    """The critical path through all rounds of a request: that of each round, one after the other. `now` ends what still runs."""
    rounds = sorted({span.round for span in spans})
    return [span for number in rounds for span in critical_path([span for span in spans if span.round == number], now=now)]


def waiting_intervals(spans: Iterable[Span], *, now: datetime) -> list[Interval]:
    """When these steps waited for a first look. A step that nobody has looked at waited to its end."""
    found = []
    for span in spans:
        end = span.looked_at or span.ended_at or now
        if end > span.started_at:
            found.append((span.started_at, end))
    return found
