"""Who held which role, and who stood in for whom, at any time of the past: read once, asked often."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

Human = str


class Held(NamedTuple):
    """A role of somebody over [starts, ends); `scope` is where, blank everywhere; `ends` None while it is held."""

    human: Human
    role: str
    scope: str
    starts: datetime
    ends: datetime | None


class Lent(NamedTuple):
    """Somebody acts in another's place over [starts, ends), in one role or in all of them."""

    principal: Human
    delegate: Human
    role: str | None
    scope: str
    starts: datetime
    ends: datetime


Row = TypeVar("Row", Held, Lent)


@dataclass(frozen=True, slots=True)
class Then:
    """Who could act at one time. `holders`: role → people; `delegations`: delegate → (principal, role or None for all)."""

    holders: Mapping[str, frozenset[Human]]
    delegations: Mapping[Human, frozenset[tuple[Human, str | None]]]


class History:
    """Answers for any scope and time. Between two changes nothing is computed twice."""

    def __init__(self, held: Iterable[Held], lent: Iterable[Lent] = ()) -> None:
        self._held = _by_scope(held)
        self._lent = _by_scope(lent)
        self._changes: dict[str, list[datetime]] = {}
        self._known: dict[tuple[str, int], Then] = {}

    def at(self, scope: str, when: datetime) -> Then:
        """Who held what for `scope` at `when`, on it or everywhere."""
        changes = self._changes.get(scope)
        if changes is None:
            held, lent = _reaching(self._held, scope), _reaching(self._lent, scope)
            times = {at for row in held for at in (row.starts, row.ends)} | {at for row in lent for at in (row.starts, row.ends)}
            changes = sorted(at for at in times if at is not None)
            self._changes[scope] = changes
        key = (scope, bisect_right(changes, when))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._computed(scope, when)
        return found

    def _computed(self, scope: str, when: datetime) -> Then:
        holders: dict[str, set[Human]] = defaultdict(set)
        for held in _reaching(self._held, scope):
            if held.starts <= when and (held.ends is None or held.ends > when):
                holders[held.role].add(held.human)
        delegations: dict[Human, set[tuple[Human, str | None]]] = defaultdict(set)
        for lent in _reaching(self._lent, scope):
            if lent.starts <= when < lent.ends:
                delegations[lent.delegate].add((lent.principal, lent.role))
        return Then(
            {role: frozenset(people) for role, people in holders.items()},
            {delegate: frozenset(places) for delegate, places in delegations.items()},
        )


def _by_scope(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.scope].append(row)
    return found


def _reaching(rows: Mapping[str, Sequence[Row]], scope: str) -> list[Row]:
    found = list(rows.get("", ()))
    found += rows.get(scope, ()) if scope else ()
    return found
