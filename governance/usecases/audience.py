"""Who should have seen something of the work by now, and has not. Pure.

Early feedback is the point of an increment: whoever ordered a model, or will live with it, sees it while it can still be changed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WATCHERS = ("business_owner", "client_representative", "end_user", "operations")  # for whom increments are made
WITHIN_DAYS = 30
WITHIN = timedelta(days=WITHIN_DAYS)


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody holds a role that should see increments, since then."""

    who: Hashable
    role: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody who has not seen anything of late: in which roles they should have, and when they last did."""

    who: Hashable
    roles: tuple[str, ...]
    last_seen: datetime | None


def missed(
    held: Iterable[Held],
    last_seen: Mapping[Hashable, datetime],
    shown_at: Sequence[datetime],
    *,
    now: datetime,
    within: timedelta = WITHIN,
) -> list[Missed]:
    """Whoever was at no increment of the last `within`, in the order of `held`; each person once, with all their roles.

    Who only just took a role is no reproach to anybody: they count once something was shown in their time without them,
    or once `within` has passed since they took it.
    """
    begins = now - within
    by_person: dict[Hashable, list[Held]] = {}
    for item in held:
        by_person.setdefault(item.who, []).append(item)
    found = []
    for who, items in by_person.items():
        seen = last_seen.get(who)
        if seen is not None and seen >= begins:
            continue
        since = min(item.since for item in items)
        shown_to_others = any(max(since, begins) <= at <= now for at in shown_at)
        if since <= begins or shown_to_others:
            found.append(Missed(who, tuple(dict.fromkeys(item.role for item in items)), seen))
    return found
