"""Stretches of time, and what they come to when none of it is counted twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

Interval = tuple[datetime, datetime]


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time as stretches that neither overlap nor touch, in order. Empty and backward ones vanish."""
    merged: list[Interval] = []
    for start, end in sorted(item for item in intervals if item[1] > item[0]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def length(intervals: Iterable[Interval]) -> timedelta:
    """How long all of them last together, time that several share counted once."""
    return sum((end - start for start, end in union(intervals)), timedelta())


def clipped(intervals: Iterable[Interval], window: Interval) -> list[Interval]:
    """What of them lies within the window."""
    cut = ((max(start, window[0]), min(end, window[1])) for start, end in intervals)
    return [(start, end) for start, end in cut if end > start]
