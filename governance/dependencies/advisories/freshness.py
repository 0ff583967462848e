"""What state the data has that answers rest on. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from governance.dependencies.advisories.model import Advisory, Refused

LEAST_SHARE = 0.9  # of the records that were there before


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One import: of which bytes, how many records, how new the newest is, and how many could not be read."""

    digest: str
    count: int
    newest: str  # the instant of the newest change, as written; empty where no record tells
    refused: int
    imported_at: datetime


def snapshot_of(read: Iterable[Advisory | Refused], *, digest: str, imported_at: datetime) -> Snapshot:
    count = refused = 0
    newest = ""
    for row in read:
        if isinstance(row, Refused):
            refused += 1
        else:
            count += 1
            newest = max(newest, row.modified)
    return Snapshot(digest, count, newest, refused, imported_at)


def age(snapshot: Snapshot, now: datetime) -> timedelta | None:
    """How long ago the newest record was changed, or None where nothing tells. An import today of old data makes nothing newer."""
    if not snapshot.newest:
        return None
    return now - datetime.fromisoformat(snapshot.newest.replace("Z", "+00:00"))


def freshness(snapshot: Snapshot | None, now: datetime, limit: timedelta) -> Literal["fresh", "stale", "missing"]:
    """Whether answers may rest on it. No data, or none with a date, never means that there are no flaws."""
    if snapshot is None or snapshot.count == 0:
        return "missing"
    old = age(snapshot, now)
    # A record from the future would keep the data fresh for ever.
    return "fresh" if old is not None and -timedelta(days=1) <= old <= limit else "stale"


def shrinks(before: Snapshot | None, after: Snapshot) -> bool:
    """Whether so many records are gone that somebody has to confirm the import."""
    return after.count == 0 or (before is not None and after.count < LEAST_SHARE * before.count)
