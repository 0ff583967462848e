"""When exemptions of the start of use end: spread over a year, the riskiest first. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from governance.dependencies.rulings import PackageKey

SOONEST, LATEST = 90, 365  # days


@dataclass(frozen=True, slots=True)
class Debt:
    """A version in use that nobody reviewed. `tier`: 0 to 2, of the use cases it is in. `points` is None where nobody looked into it."""

    key: PackageKey
    version: str
    tier: int
    points: int | None
    criteria: frozenset[str]


def staggered(debts: Iterable[Debt], now: datetime) -> list[tuple[Debt, datetime]]:
    """Each with its end. All versions of a package end together, since one review answers for much of the next.

    The packages stand in the order of their tier, then of their points, most first; one that nobody looked into may have any number,
    and stands first. They are spread evenly from SOONEST to LATEST days, so that no week has all of the work.
    """
    packages: dict[PackageKey, list[Debt]] = defaultdict(list)
    for debt in debts:
        packages[debt.key].append(debt)
    order = sorted(packages, key=lambda key: (_riskiest_first(packages[key]), key))
    found = []
    for at, key in enumerate(order):
        days = SOONEST + (LATEST - SOONEST) * at // max(len(order) - 1, 1)
        found += [(debt, now + timedelta(days=days)) for debt in packages[key]]
    return found


def _riskiest_first(versions: list[Debt]) -> tuple[int, bool, int]:
    unknown = any(debt.points is None for debt in versions)
    return -max(debt.tier for debt in versions), not unknown, -max(debt.points or 0 for debt in versions)
