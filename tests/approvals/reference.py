"""The rules of an approval once more, slowly and from sets alone, to hold the engine against.

It keeps no ballots: each command changes what a person is *saying now* on a step. Matching is done by trying everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from approvals.evaluation import Eligibility
from approvals.policy import Policy, Step


@dataclass
class Saying:
    verdict: str
    components: dict[str, str]
    step_digest: str
    inherited: bool = False


@dataclass
class World:
    """What is true now: who holds what, who made what, and who is saying what."""

    policy: Policy
    manifest: dict[str, str]
    holders: dict[str, set[str]]
    contributors: dict[str, set[str]]
    submitter: str
    saying: dict[tuple[str, str], Saying] = field(default_factory=dict)

    def eligibility(self) -> Eligibility:
        return Eligibility(
            {role: frozenset(names) for role, names in self.holders.items()},
            {component: frozenset(names) for component, names in self.contributors.items()},
            self.submitter,
        )

    def sound(self, step: Step) -> bool:
        return all(name in self.manifest for name in step.covers)

    def excluded(self, step: Step) -> set[str]:
        if not step.exclude:
            return set()
        return {self.submitter}.union(*(self.contributors.get(name, set()) for name in step.covers))

    def eligible(self, step: Step) -> frozenset[str]:
        return frozenset(self.holders.get(step.role, set()) - self.excluded(step))

    def same_bytes(self, step: Step, said: Saying) -> bool:
        seen = {name: said.components.get(name) for name in step.covers}
        return (
            self.sound(step) and said.step_digest == step.digest and seen == {name: self.manifest[name] for name in step.covers}
        )

    def approvals(self, step: Step) -> frozenset[str]:
        return frozenset(
            human
            for (key, human), said in self.saying.items()
            if key == step.key and said.verdict == "approve" and self.same_bytes(step, said) and human in self.eligible(step)
        )

    def blocks(self) -> set[tuple[str, str, str]]:
        found = set()
        for (key, human), said in self.saying.items():
            if said.verdict in ("request_changes", "reject"):
                step = self.policy.step(key)
                if not said.inherited:
                    found.add((key, human, said.verdict))
                elif step is not None and self.same_bytes(step, said):
                    found.add((key, human, "request_changes"))
        return found


def feasible(slots: list[int], willing: list[frozenset[str]]) -> bool:
    """Whether each slot (a step's position, as often as it has places) can have a human of its own."""
    return _feasible(tuple(sorted(slots)), tuple(willing), frozenset())


@lru_cache(maxsize=200_000)
def _feasible(slots: tuple[int, ...], willing: tuple[frozenset[str], ...], used: frozenset[str]) -> bool:
    return not slots or any(_feasible(slots[1:], willing, used | {human}) for human in willing[slots[0]] - used)


@dataclass
class Expected:
    state: str
    substate: str | None
    states: list[str]
    have: list[int]
    wanted_alone: list[set[str]]


def expected(world: World) -> Expected:
    steps = world.policy.steps
    approved = [world.approvals(step) for step in steps]
    eligible = [world.eligible(step) for step in steps]
    distinct = world.policy.distinct_humans

    def extend(slots: list[int], at: int, up_to: int, willing: list[frozenset[str]]) -> int:
        """Add places of a step to `slots` while they can all be filled, and return how many could be added."""
        for got in range(up_to):
            alone = len([slot for slot in slots if slot == at]) < len(willing[at])
            if not (feasible([*slots, at], willing) if distinct else alone):
                return got
            slots.append(at)
        return up_to

    slots: list[int] = []
    have = [0] * len(steps)
    met: list[int] = []
    active = []
    for at in world.policy.order:
        if all(world.policy.positions[key] in met for key in steps[at].after):
            active.append(at)
            have[at] = extend(slots, at, steps[at].quorum, approved) if world.sound(steps[at]) else 0
            if world.sound(steps[at]) and have[at] == steps[at].quorum:
                met.append(at)
    later = [at for at in world.policy.order if at not in active]
    all_slots = list(slots)
    for at in later:
        have[at] = extend(all_slots, at, steps[at].quorum, approved)
    short = []
    possible = list(slots)
    for at in [*active, *later]:
        missing = steps[at].quorum - (have[at] if at in active else 0)
        if world.sound(steps[at]) and extend(possible, at, missing, eligible) < missing:
            short.append(at)

    states = []
    wanted_alone: list[set[str]] = []
    for at, step in enumerate(steps):
        if not world.sound(step):
            states.append("error")
        elif at in met:
            states.append("met")
        elif at in short:
            states.append("blocked")
        else:
            states.append("pending" if at in active else "waiting")
        alone = set()
        for human in eligible[at] - approved[at] if states[-1] == "pending" else ():
            more = [names | {human} if other == at else names for other, names in enumerate(approved)]
            if not distinct or feasible([*slots, at], more):
                alone.add(human)
        wanted_alone.append(alone)
    verdicts = {verdict for _, _, verdict in world.blocks()}
    if "reject" in verdicts:
        return Expected("rejected", None, states, have, wanted_alone)
    if verdicts:
        return Expected("open", "changes_requested", states, have, wanted_alone)
    if set(states) == {"met"}:
        return Expected("approved", None, states, have, wanted_alone)
    stuck = "blocked" in states or "error" in states
    return Expected("open", "blocked" if stuck else "pending", states, have, wanted_alone)
