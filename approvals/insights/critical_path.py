"""Which steps decided how long a round took, and what it would have taken had one of them not waited for another.

A step begins when those it waits for are met. So the round's end is explained by walking back from the step that ended last, each
time to the one of its forerunners that ended last: whatever is not on that path could have taken longer without harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

Edge = tuple[str, str]  # (waited for, waiting)


class Timed(Protocol):
    """What the walk wants of a span."""

    @property
    def step(self) -> str: ...
    @property
    def after(self) -> tuple[str, ...]: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...


Row = TypeVar("Row", bound=Timed)


def critical_path(spans: Sequence[Row], *, now: datetime) -> list[Row]:
    """The chain of steps of one round that determined its end, first step first. `now` ends what still runs.

    Equal ends are decided by the name of the step, so that the answer does not depend on the order of the rows. Forerunners
    without a span (not applicable, or met from the beginning) took no time, and the walk ends there.
    """
    by_step = {span.step: span for span in spans}
    current = _latest(list(by_step.values()), now)
    path: list[Row] = []
    while current is not None and current not in path:
        path.append(current)
        current = _latest([by_step[name] for name in current.after if name in by_step], now)
    return path[::-1]


def _latest(spans: Sequence[Row], now: datetime) -> Row | None:
    return max(spans, key=lambda span: (span.ended_at or now, span.step), default=None)


def finish(spans: Sequence[Timed], *, without: Edge | None = None) -> datetime | None:
    """When a round of these spans ends if every step takes as long as it did, and begins as soon as it may.

    What a step lost between its last forerunner and its own beginning is kept. `without` takes one edge away: the second step no
    longer waits for the first. None if a span has no end, or steps wait for one another.
    """
    by_step = {span.step: span for span in spans}
    if not by_step or any(span.ended_at is None for span in by_step.values()):
        return None
    opened = min(span.started_at for span in by_step.values())
    ends: dict[str, datetime] = {}
    while len(ends) < len(by_step):
        ready = [span for span in by_step.values() if span.step not in ends and _known(span, by_step) <= ends.keys()]
        if not ready:
            return None
        for span in ready:
            ends[span.step] = _end(span, by_step, ends, opened, without)
    return max(ends.values())


def _known(span: Timed, by_step: dict[str, Timed]) -> set[str]:
    return {name for name in span.after if name in by_step}


def _end(span: Timed, by_step: dict[str, Timed], ends: dict[str, datetime], opened: datetime, without: Edge | None) -> datetime:
    before = _known(span, by_step)
    were = [by_step[name].ended_at or opened for name in before]
    lost = max(span.started_at - max(were, default=opened), timedelta())
    needed = [ends[name] for name in before if (name, span.step) != without]
    took = max((span.ended_at or opened) - span.started_at, timedelta())
    return max(needed, default=opened) + lost + took


def savings(spans: Sequence[Timed]) -> dict[Edge, timedelta]:
    """For each "waits for" of a round, how much earlier it would have ended without it. Never negative."""
    whole = finish(spans)
    if whole is None:
        return {}
    present = {span.step for span in spans}
    edges = [(name, span.step) for span in spans for name in span.after if name in present]
    return {edge: whole - (finish(spans, without=edge) or whole) for edge in edges}
