"""Who fills which place, when nobody may fill two.

Maximum bipartite matching by augmenting paths. A place is a position that wants people: one slot, or a step that wants as many as
its quorum. First come, first served is wrong here: it may spend the only person who could fill a later place, and refuse a
request that was in fact complete.

Choices among equals fall on the smallest name, so the result depends on the sets alone: not on their order, nor on the process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeVar

Human = str
Place = TypeVar("Place", bound="str | int")


def assign(slots: Sequence[Place], willing: Mapping[Place, AbstractSet[Human]]) -> dict[Place, Human] | None:
    """Give each slot a different human who is willing to fill it, or None when that cannot be done.

    A slot without an entry in `willing` has nobody. O(slots × edges). Raises ValueError if a slot is named twice.
    """
    if len(set(slots)) != len(slots):
        raise ValueError("a slot is named twice")
    seating = Seating([willing.get(slot, frozenset()) for slot in slots])
    if not all(seating.add(at) for at in range(len(slots))):
        return None
    return {slots[at]: human for human, at in seating.owner.items()}


class Seating:
    """People on places, nobody on two. `willing`: by position, who is willing to fill the place. `owner`: human → place.

    Places keep the number they have. So filling in some order gives the earlier places as many as they can ever have, the later
    ones what is left, and the sum is the maximum.
    """

    __slots__ = ("_spent", "free", "owner", "willing")

    def __init__(self, willing: Sequence[AbstractSet[Human]], owner: Mapping[Human, int] | None = None) -> None:
        self.willing = willing
        self.owner: dict[Human, int] = dict(owner or {})
        self.free: set[Human] = set().union(*willing)
        self.free.difference_update(self.owner)
        self._spent: set[int] = set()

    def fill(self, place: int, wanted: int) -> int:
        """Give `place` up to `wanted` more humans, and return how many it got."""
        for got in range(wanted):
            if not self.add(place):
                return got
        return wanted

    def add(self, place: int) -> bool:
        """Give `place` one more human, if need be by moving others. False, and no change, if it cannot be."""
        people = self.willing[place]
        if not people.isdisjoint(self.free):
            human = min(people & self.free)
            self.owner[human] = place
            self.free.discard(human)
            return True
        return place not in self._spent and self._move_up(place)

    def _move_up(self, place: int) -> bool:
        """Along an alternating path, breadth first, so that as few people as possible change their place.

        Where a search ended without anybody, no later one can find anybody either: those places are not searched again.
        """
        willing, owner, free = self.willing, self.owner, self.free
        unseen = set(owner)
        reached_by: dict[int, tuple[int, Human]] = {}
        queue = [place]
        for current in queue:
            people = willing[current]
            if not people.isdisjoint(free):
                human = min(people & free)
                owner[human] = current
                free.discard(human)
                while current != place:
                    current, moved = reached_by[current]
                    owner[moved] = current
                return True
            fresh = people & unseen
            unseen -= fresh
            for human in sorted(fresh):
                other = owner[human]
                if other != place and other not in reached_by and other not in self._spent:
                    reached_by[other] = (current, human)
                    queue.append(other)
        self._spent.update(queue)
        return False

    def releasing(self) -> set[int]:
        """The places that could give up one of their humans and find another."""
        held: dict[int, list[Human]] = {}
        for human, place in self.owner.items():
            held.setdefault(place, []).append(human)
        able = {place for place in held if not self.willing[place].isdisjoint(self.free)}
        if not able or len(able) == len(held):
            return able
        wanted_by: dict[Human, list[int]] = {}
        for place in held.keys() - able:
            for human in self.willing[place] & self.owner.keys():
                wanted_by.setdefault(human, []).append(place)
        queue = list(able)
        for place in queue:
            for human in held[place]:
                for other in wanted_by.get(human, ()):
                    if other not in able:
                        able.add(other)
                        queue.append(other)
        return able

    def reachable(self, places: Collection[int]) -> list[int]:
        """`places`, and every place that would have to give up a human for one of them, directly or along a chain."""
        found = dict.fromkeys(places)
        unseen = set(self.owner)
        queue = list(places)
        for current in queue:
            fresh = self.willing[current] & unseen
            unseen -= fresh
            for human in sorted(fresh):
                other = self.owner[human]
                if other not in found:
                    found[other] = None
                    queue.append(other)
        return list(found)


@dataclass(slots=True)
class Placement:
    """Who counts where, by the position of the step.

    `counted`: the people whose approval counts for the step, sorted; with distinct people, each in one step only.
    `have`: how many of them fill places of the quorum.
    `active`: what the step waits for is met. `met`: active, and the quorum is there. `short`: the quorum stays out of reach even
    if everybody who is eligible approves. `wanted`: whose approval would bring the whole forward now, sorted.
    """

    counted: list[list[Human]]
    have: list[int]
    active: list[bool]
    met: list[bool]
    short: list[bool]
    wanted: list[list[Human]]


@dataclass(slots=True)
class Steps:
    """What is to be filled, by the position of the step.

    A step with a quorum of 0 is left out: it is met in its turn, when what it waits for is met. A step that is not `sound` is
    never met, and claims nobody. `eligible`: who may approve the step themselves.
    """

    order: Sequence[int]
    before: Sequence[Sequence[int]]
    quorums: Sequence[int]
    eligible: Sequence[AbstractSet[Human]]
    sound: Sequence[bool]


@dataclass(slots=True)
class Approvals:
    """What was said, by the position of the step.

    `used`: the one person whom each approval uses up. `spoken`: in whose voice somebody has approved. `themselves`: who has
    approved for themselves. The three differ only where somebody spoke in another's place.
    """

    used: Sequence[AbstractSet[Human]]
    spoken: Sequence[AbstractSet[Human]]
    themselves: Sequence[AbstractSet[Human]]
    voice: Mapping[tuple[int, Human], Human]  # (step, person used up) → in whose voice; only where it is another's


def place(steps: Steps, approvals: Approvals, *, distinct: bool) -> Placement:
    """Place the people who approved each step, in order; active steps come before those that still wait.

    With `distinct`, nobody counts twice in all the steps; else nobody counts twice on one.
    """
    quorums, eligible, sound = steps.quorums, steps.eligible, steps.sound
    if distinct:
        pairs = zip(eligible, approvals.used, strict=True)
        if _overlap([people | used for people, used in pairs] if approvals.voice else eligible):
            return _place_distinct(steps, approvals)
    size = range(len(quorums))
    have = [min(len(approvals.used[at]), quorums[at]) if sound[at] else 0 for at in size]
    active, met = in_turn(steps, have)
    short = [sound[at] and not met[at] and len(eligible[at]) < quorums[at] for at in size]
    wanted: list[list[Human]] = [[] for _ in size]
    for at in size:
        if active[at] and sound[at] and not met[at] and not short[at]:
            fresh = eligible[at] - approvals.spoken[at] - approvals.used[at]
            wanted[at] = sorted(fresh or eligible[at] - approvals.themselves[at])
    return Placement([sorted(people) for people in approvals.used], have, active, met, short, wanted)


def in_turn(steps: Steps, have: Sequence[int]) -> tuple[list[bool], list[bool]]:
    """Which steps are active, and which of them are met, when they have so many approvals."""
    active = [False for _ in have]
    met = [False for _ in have]
    for at in steps.order:
        active[at] = all([met[other] for other in steps.before[at]])
        met[at] = active[at] and steps.sound[at] and have[at] >= steps.quorums[at]
    return active, met


def _overlap(groups: Iterable[AbstractSet[Human]]) -> bool:
    seen: set[Human] = set()
    for group in groups:
        if not seen.isdisjoint(group):
            return True
        seen.update(group)
    return False


def fill_in_turn(steps: Steps, seating: Seating, given: Sequence[int]) -> tuple[list[int], list[bool], list[bool], list[int]]:
    """Fill the active steps in order, then those that wait: how many each has, which are active, which met, and the waiting.

    `given`: how many of its places each step has filled already, by people who are not in the seating.
    """
    have = list(given)
    active = [False for _ in have]
    met = [False for _ in have]
    for at in steps.order:
        active[at] = all([met[other] for other in steps.before[at]])
        if active[at] and steps.sound[at]:
            have[at] += seating.fill(at, steps.quorums[at] - have[at])
            met[at] = have[at] >= steps.quorums[at]
    later = [at for at in steps.order if not active[at] and steps.sound[at]]
    return have, active, met, later


def out_of_reach(steps: Steps, have: Sequence[int], active: Sequence[bool], later: Sequence[int], seating: Seating) -> list[bool]:
    """The steps whose quorum cannot be filled with everybody who is eligible, when those who count in active steps stay."""
    short = [False for _ in have]
    for at in [*[at for at in steps.order if active[at] and steps.sound[at]], *later]:
        missing = steps.quorums[at] - (have[at] if active[at] else 0)
        short[at] = seating.fill(at, missing) < missing
    return short


def _place_distinct(steps: Steps, approvals: Approvals) -> Placement:
    size = range(len(steps.quorums))
    used = approvals.used
    seating = Seating(used)
    have, active, met, later = fill_in_turn(steps, seating, [0 for _ in size])
    counted, have = _counted(steps, active, later, used, seating, have)
    if all(met):
        return Placement(counted, have, active, met, [False for _ in size], [[] for _ in size])
    owner = seating.owner
    voices = {approvals.voice.get((at, human), human): at for human, at in owner.items()} if approvals.voice else owner
    short = out_of_reach(steps, have, active, later, Seating(steps.eligible, voices))
    pending = [at for at in steps.order if active[at] and steps.sound[at] and not met[at] and not short[at]]
    return Placement(counted, have, active, met, short, _wanted(pending, steps.eligible, approvals, seating))


def _counted(
    steps: Steps,
    active: Sequence[bool],
    later: Sequence[int],
    used: Sequence[AbstractSet[Human]],
    seating: Seating,
    have: Sequence[int],
) -> tuple[list[list[Human]], list[int]]:
    """The people of each step once waiting steps were served too, and how many of them fill places. Who is left over joins the
    first step that he approved, which has its quorum already, else he would have been placed."""
    full = list(have)
    last = seating
    if later:
        last = Seating(used, seating.owner)
        for at in later:
            full[at] = last.fill(at, steps.quorums[at])
    final = last.owner
    if last.free:
        final = dict(final)
        for waits in (False, True):
            for at in steps.order:
                if active[at] is not waits:
                    for human in used[at]:
                        final.setdefault(human, at)
    return [sorted([human for human in people if final[human] == at]) for at, people in enumerate(used)], full


def _wanted(
    pending: Sequence[int], eligible: Sequence[AbstractSet[Human]], approvals: Approvals, seating: Seating
) -> list[list[Human]]:
    """For each step, whose approval of it helps.

    First those who make the difference alone: they are free, or somebody who has approved can stand in for them. If nobody does,
    those along the chains of stand-ins, some of whom have yet to approve a step that is met.
    """
    owner = seating.owner
    wanted: list[AbstractSet[Human]] = [frozenset() for _ in eligible]
    spare = seating.releasing()
    bound = {human for human, place in owner.items() if place not in spare}
    hard = []
    for at in pending:
        wanted[at] = eligible[at] - bound - approvals.spoken[at] - approvals.used[at]
        if not wanted[at]:
            hard.append(at)
    if hard:
        wide = Seating(eligible, owner)
        able = wide.releasing()
        bound = {human for human, place in owner.items() if place not in able}
        for at in wide.reachable(hard):
            wanted[at] = wanted[at] or eligible[at] - bound - approvals.themselves[at]
    return [sorted(people) for people in wanted]
