"""Who fills which place, when nobody may fill two.

Maximum bipartite matching by augmenting paths. A place is anything that wants people: one slot, or a step that wants as many as
its quorum. First come, first served is wrong here: it may spend the only person who could fill a later place, and refuse a
request that was in fact complete.

Choices among equals fall on the smallest name, so the result depends on the sets alone: not on their order, nor on the process.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol, TypeVar

Human = str
Place = TypeVar("Place", bound="str | int")
PlaceAsked = TypeVar("PlaceAsked", bound="str | int", contravariant=True)


class Willing(Protocol[PlaceAsked]):
    """Who is willing to fill a place: a mapping, or a list by position."""

    def __getitem__(self, place: PlaceAsked, /) -> AbstractSet[Human]: ...


def assign(slots: Sequence[Place], willing: Mapping[Place, AbstractSet[Human]]) -> dict[Place, Human] | None:
    """Give each slot a different human who is willing to fill it, or None when that cannot be done.

    A slot without an entry in `willing` has nobody. O(slots × edges). Raises ValueError if a slot is named twice.
    """
    if len(set(slots)) != len(slots):
        raise ValueError("a slot is named twice")
    everyone = {slot: willing.get(slot, frozenset()) for slot in slots}
    owner: dict[Human, Place] = {}
    for slot in slots:
        if not augment(slot, everyone, owner):
            return None
    return {slot: human for human, slot in owner.items()}


def fill(place: Place, wanted: int, willing: Willing[Place], owner: dict[Human, Place]) -> int:
    """Give `place` up to `wanted` more humans, and return how many it got. `owner` (human → place) grows accordingly.

    Places keep the number they had. So filling in some order gives the earlier places as many as they can ever have, the later
    ones what is left, and the sum is the maximum.
    """
    for got in range(wanted):
        if not augment(place, willing, owner):
            return got
    return wanted


def augment(place: Place, willing: Willing[Place], owner: dict[Human, Place]) -> bool:
    """Give `place` one more human, if need be by moving others along an alternating path. False, and no change, if it cannot be.

    Breadth first, so that as few people as possible change their place.
    """
    reached_by: dict[Place, tuple[Place, Human]] = {}
    queue = [place]
    for current in queue:
        free = [human for human in willing[current] if human not in owner]
        if free:
            owner[min(free)] = current
            while current != place:
                current, moved = reached_by[current]
                owner[moved] = current
            return True
        for human in sorted(willing[current]):
            other = owner[human]
            if other != place and other not in reached_by:
                reached_by[other] = (current, human)
                queue.append(other)
    return False


def releasing(places: Collection[Place], willing: Willing[Place], owner: Mapping[Human, Place]) -> set[Place]:
    """The places that could give up one of their humans and find another."""
    able: set[Place] = set()
    grew = True
    while grew:
        grew = False
        for place in places:
            if place not in able and any(human not in owner or owner[human] in able for human in willing[place]):
                able.add(place)
                grew = True
    return able


def reachable(place: Place, willing: Willing[Place], owner: Mapping[Human, Place]) -> list[Place]:
    """`place`, and every place that would have to give up a human for it, directly or along a chain."""
    found = [place]
    for current in found:
        for human in sorted(willing[current]):
            other = owner.get(human)
            if other is not None and other not in found:
                found.append(other)
    return found


@dataclass(slots=True)
class Placement:
    """Who counts where, by the position of the step.

    `counted`: the people whose approval counts for the step, sorted; with distinct people, each in one step only.
    `active`: what the step waits for is met. `met`: active, and the quorum is there. `short`: the quorum stays out of reach even
    if everybody who is eligible approves. `wanted`: whose approval would bring the whole forward now, sorted.
    """

    counted: list[list[Human]]
    active: list[bool]
    met: list[bool]
    short: list[bool]
    wanted: list[list[Human]]


def place(
    *,
    order: Sequence[int],
    before: Sequence[Sequence[int]],
    quorums: Sequence[int],
    approved: Sequence[Mapping[Human, object]],
    eligible: Sequence[AbstractSet[Human]],
    sound: Sequence[bool],
    distinct: bool,
) -> Placement:
    """Place the people who approved each step, in `order`; active steps come before those that still wait.

    `approved` people are among the `eligible`. A step that is not `sound` is never met, and claims nobody.
    """
    if distinct and _overlap(eligible):
        return _place_distinct(order, before, quorums, [people.keys() for people in approved], eligible, sound)
    size = range(len(quorums))
    met = [False for _ in size]
    active = [False for _ in size]
    for at in order:
        active[at] = all([met[other] for other in before[at]])
        met[at] = active[at] and sound[at] and len(approved[at]) >= quorums[at]
    short = [sound[at] and not met[at] and len(eligible[at]) < quorums[at] for at in size]
    wanted = [
        sorted(eligible[at] - approved[at].keys()) if active[at] and sound[at] and not met[at] and not short[at] else []
        for at in size
    ]
    return Placement([sorted(people) for people in approved], active, met, short, wanted)


def _overlap(groups: Sequence[AbstractSet[Human]]) -> bool:
    seen: set[Human] = set()
    for group in groups:
        if not seen.isdisjoint(group):
            return True
        seen.update(group)
    return False


def _place_distinct(
    order: Sequence[int],
    before: Sequence[Sequence[int]],
    quorums: Sequence[int],
    approved: Sequence[AbstractSet[Human]],
    eligible: Sequence[AbstractSet[Human]],
    sound: Sequence[bool],
) -> Placement:
    size = range(len(quorums))
    met = [False for _ in size]
    active = [False for _ in size]
    owner: dict[Human, int] = {}
    have = [0 for _ in size]
    for at in order:
        active[at] = all([met[other] for other in before[at]])
        if active[at] and sound[at]:
            have[at] = fill(at, quorums[at], approved, owner)
            met[at] = have[at] == quorums[at]
    later = [at for at in order if not active[at] and sound[at]]
    counted = _counted(order, later, quorums, approved, owner)
    if all(met):
        return Placement(counted, active, met, [False for _ in size], [[] for _ in size])
    possible = dict(owner)
    short = [False for _ in size]
    for at in [at for at in order if active[at] and sound[at]] + later:
        missing = quorums[at] - (have[at] if active[at] else 0)
        short[at] = fill(at, missing, eligible, possible) < missing
    pending = [at for at in order if active[at] and sound[at] and not met[at] and not short[at]]
    return Placement(counted, active, met, short, _wanted(pending, approved, eligible, owner))


def _counted(
    order: Sequence[int],
    later: Sequence[int],
    quorums: Sequence[int],
    approved: Sequence[AbstractSet[Human]],
    owner: Mapping[Human, int],
) -> list[list[Human]]:
    """The people of each step once waiting steps were served too; who is left over joins the first step that he approved, which
    has its quorum already, else he would have been placed."""
    final = dict(owner)
    for at in later:
        fill(at, quorums[at], approved, final)
    for at in [*[at for at in order if at not in later], *later]:
        for human in approved[at]:
            final.setdefault(human, at)
    return [sorted([human for human in people if final[human] == at]) for at, people in enumerate(approved)]


def _wanted(
    pending: Sequence[int],
    approved: Sequence[AbstractSet[Human]],
    eligible: Sequence[AbstractSet[Human]],
    owner: Mapping[Human, int],
) -> list[list[Human]]:
    """For each step, whose approval of it helps.

    First those who make the difference alone: they are free, or somebody who has approved can stand in for them. If nobody does,
    those along the chains of stand-ins, some of whom have yet to approve a step that is met.
    """
    wanted: list[set[Human]] = [set() for _ in approved]
    places = set(owner.values())
    spare = releasing(places, approved, owner)
    for at in pending:
        alone = {human for human in eligible[at] - approved[at] if human not in owner or owner[human] in spare}
        if alone:
            wanted[at] |= alone
            continue
        able = releasing(places, eligible, owner)
        for other in reachable(at, eligible, owner):
            fresh = eligible[other] - approved[other]
            wanted[other] |= {human for human in fresh if human not in owner or owner[human] in able}
    return [sorted(people) for people in wanted]
