"""Whether versions are being polished: one after the other, each hardly different from the last, in whatever is measured. Pure.

The rule, over the newest versions of one name:

- at least `VERSIONS` of them within `DAYS` days,
- and from the first to the last of these no metric that they share on one data set moved by more than `SMALL` of its size.

Two points are no line, a metric that is new says nothing about the others, and versions that share no metric are not judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

VERSIONS = 5
DAYS = 120
SMALL = Decimal("0.02")
Figure = tuple[str, str]  # metric, data set


@dataclass(frozen=True, slots=True)
class Try:
    """One version: when it was registered, and what was measured."""

    label: str
    at: datetime
    figures: Mapping[Figure, Decimal]


@dataclass(frozen=True, slots=True)
class Polished:
    """What was found: how many versions since when, and the metric that moved most, with by how much of its size."""

    versions: int
    since: datetime
    metric: Figure
    moved: Decimal


def polished(tries: Sequence[Try], *, now: datetime) -> Polished | None:
    """What the rule finds in the versions of one name, or None. Their order does not count; their times do."""
    lately = sorted((item for item in tries if item.at > now - timedelta(days=DAYS)), key=lambda item: (item.at, item.label))
    if len(lately) < VERSIONS:
        return None
    shared = set.intersection(*(set(item.figures) for item in lately))
    moved = {figure: spread([item.figures[figure] for item in lately]) for figure in shared}
    if not moved:
        return None
    most = max(sorted(moved), key=lambda figure: moved[figure])
    if moved[most] > SMALL:
        return None
    return Polished(len(lately), lately[0].at, most, moved[most])


def spread(values: Sequence[Decimal]) -> Decimal:
    """Between the smallest and the largest, as a share of the largest size among them; nothing for zeros."""
    size = max(abs(value) for value in values)
    return (max(values) - min(values)) / size if size else Decimal(0)
