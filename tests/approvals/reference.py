"""The rules of an approval once more, slowly and from sets alone, to hold the engine against.

It keeps no ballots: each command changes what a voice is *saying now* on a step. Who counts is found by trying everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from approvals.evaluation import Eligibility
from approvals.policy import Policy, Step

Claims = frozenset


@dataclass
class Saying:
    human: str
    verdict: str
    components: dict[str, str]
    step_digest: str
    role: str
    inherited: bool = False
    dismissed: bool = False

    def bytes_of(self, step: Step) -> tuple:
        return self.step_digest, *(self.components.get(name) for name in step.covers)


@dataclass
class World:
    """What is true now: who holds what, who made what, who acts for whom, and what each voice is saying.

    `saying`: (step, voice) → its last word, and before it the approvals of other bytes that nothing else has replaced.
    """

    policy: Policy
    manifest: dict[str, str]
    holders: dict[str, set[str]]
    contributors: dict[str, set[str]]
    submitter: str
    facts: dict = field(default_factory=dict)
    standard_change: str | None = None
    delegations: set[tuple[str, str, str | None]] = field(default_factory=set)
    escalated: set[str] = field(default_factory=set)
    withdrawn: bool = False
    saying: dict[tuple[str, str], list[Saying]] = field(default_factory=dict)

    def eligibility(self, **changes: object) -> Eligibility:
        return Eligibility(
            **{
                "holders": {role: frozenset(names) for role, names in self.holders.items()},
                "contributors": {component: frozenset(names) for component, names in self.contributors.items()},
                "submitter": self.submitter,
                "delegations": {
                    name: frozenset((principal, role) for delegate, principal, role in self.delegations if delegate == name)
                    for name, _, _ in self.delegations
                },
                "escalated": frozenset(self.escalated),
                "withdrawn": self.withdrawn,
                **changes,
            }
        )

    # --- what is asked ---

    def unknown(self, step: Step) -> bool:
        return not self.spared(step) and any(self.facts.get(condition.fact) is None for condition in step.applies_if)

    def spared(self, step: Step) -> bool:
        changes = [change for change in self.policy.standard_changes if change.key == self.standard_change]
        return any(step.key in change.without for change in changes)

    def left_out(self, step: Step) -> bool:
        if self.spared(step):
            return True
        return not self.unknown(step) and any(self.facts[condition.fact] != condition.value for condition in step.applies_if)

    def sound(self, step: Step) -> bool:
        return self.left_out(step) or (not self.unknown(step) and all(name in self.manifest for name in step.covers))

    # --- who may ---

    def roles(self, step: Step) -> set[str]:
        return {step.role} | ({step.escalate_to} if step.escalate_to and step.key in self.escalated else set())

    def excluded(self, step: Step) -> set[str]:
        found: set[str] = set()
        if "contributors" in step.exclude:
            found = found.union(*(self.contributors.get(name, set()) for name in step.covers))
        if "contributors" in step.exclude or "submitter" in step.exclude:
            found.add(self.submitter)
        return found

    def eligible(self, step: Step) -> frozenset[str]:
        if self.left_out(step):
            return frozenset()
        return frozenset(set().union(*(self.holders.get(role, set()) for role in self.roles(step))) - self.excluded(step))

    def may_stand_in(self, delegate: str, principal: str, role: str) -> bool:
        return (delegate, principal, None) in self.delegations or (delegate, principal, role) in self.delegations

    # --- what is said ---

    def say(self, step: Step, voice: str, said: Saying) -> None:
        before = self.saying.get((step.key, voice), [])
        if said.verdict == "approve" and all(old.verdict == "approve" and not old.inherited for old in before):
            self.saying[step.key, voice] = [old for old in before if old.bytes_of(step) != said.bytes_of(step)] + [said]
        else:
            self.saying[step.key, voice] = [said]

    def same_bytes(self, step: Step, said: Saying) -> bool:
        if any(name not in self.manifest for name in step.covers):
            return False
        return said.bytes_of(step) == (step.digest, *(self.manifest[name] for name in step.covers))

    def speaking(self, step: Step, voice: str) -> Saying:
        words = self.saying[step.key, voice]
        current = [said for said in words if self.same_bytes(step, said)]
        return current[-1] if words[-1].verdict == "approve" and current else words[-1]

    def approvals(self, step: Step) -> dict[str, str]:
        """Voice → human, of the approvals that have effect."""
        found = {}
        for key, voice in self.saying if not self.left_out(step) else ():
            if key != step.key:
                continue
            said = self.speaking(step, voice)
            roles = {step.role} if said.inherited else self.roles(step)
            if (
                said.verdict == "approve"
                and self.same_bytes(step, said)
                and said.role in roles
                and voice in self.holders.get(said.role, set())
                and not {voice, said.human} & self.excluded(step)
                and (said.human == voice or self.may_stand_in(said.human, voice, said.role))
            ):
                found[voice] = said.human
        return found

    def blocks(self) -> set[tuple[str, str, str]]:
        found = set()
        for (key, voice), words in self.saying.items():
            said = words[-1]
            if said.verdict not in ("request_changes", "reject"):
                continue
            step = self.policy.step(key)
            if not said.inherited:
                if said.verdict == "reject" or not said.dismissed:
                    found.add((key, voice, said.verdict))
            elif step is not None and not self.left_out(step) and self.same_bytes(step, said) and not said.dismissed:
                found.add((key, voice, "request_changes"))
        return found

    def claims(self, step: Step, people: set[str]) -> Claims:
        """What an approval by these people takes up. Two that share a claim cannot both count."""
        if self.policy.distinct_humans:
            return frozenset(people)
        pairs = {frozenset((step.key, other)) for other in step.excluded_steps}
        pairs |= {frozenset((step.key, other.key)) for other in self.policy.steps if step.key in other.excluded_steps}
        return frozenset((scope, person) for scope in {frozenset((step.key,))} | pairs for person in people)


def feasible(slots: Sequence[int], options: Sequence[Sequence[Claims]]) -> bool:
    """Whether each slot (a step's position, as often as it has places) can have an approval that shares no claim with another."""
    return _feasible(tuple(sorted(slots)), tuple(frozenset(choices) for choices in options), frozenset())


@lru_cache(maxsize=200_000)
def _feasible(slots: tuple[int, ...], options: tuple[frozenset[Claims], ...], used: Claims) -> bool:
    return not slots or any(
        _feasible(slots[1:], options, used | claims) for claims in options[slots[0]] if used.isdisjoint(claims)
    )


@dataclass
class Expected:
    state: str
    substate: str | None
    states: list[str]
    have: list[int]
    active: list[bool]
    wanted_alone: list[set[str]]


def expected(world: World) -> Expected:
    steps = world.policy.steps
    size = range(len(steps))
    approved = [world.approvals(step) for step in steps]
    eligible = [world.eligible(step) for step in steps]
    options = [[world.claims(step, {voice, human}) for voice, human in approved[at].items()] for at, step in enumerate(steps)]
    own = [[world.claims(step, {human}) for human in eligible[at]] for at, step in enumerate(steps)]
    quorums = [0 if world.left_out(step) else step.quorum for step in steps]

    def extend(slots: list[int], at: int, up_to: int, choices: Sequence[Sequence[Claims]]) -> int:
        """Add places of a step to `slots` while they can all be filled, and return how many could be added."""
        for got in range(up_to):
            if not feasible([*slots, at], choices):
                return got
            slots.append(at)
        return up_to

    slots: list[int] = []
    have = [0] * len(steps)
    met: set[int] = set()
    active: list[int] = []
    for at in world.policy.order:
        if all(world.policy.positions[key] in met for key in steps[at].after):
            active.append(at)
            have[at] = extend(slots, at, quorums[at], options) if world.sound(steps[at]) else 0
            if world.sound(steps[at]) and have[at] == quorums[at]:
                met.add(at)
    later = [at for at in world.policy.order if at not in active]
    all_slots = list(slots)
    for at in later:
        have[at] = extend(all_slots, at, quorums[at], options) if world.sound(steps[at]) else 0
    short = set()
    possible = list(slots)
    for at in [*active, *later]:
        missing = quorums[at] - (have[at] if at in active else 0)
        if world.sound(steps[at]) and extend(possible, at, missing, own) < missing:
            short.add(at)

    states = [_state(world, at, met, short, active) for at in size]
    wanted_alone: list[set[str]] = []
    for at, step in enumerate(steps):
        alone = set()
        for human in eligible[at] - approved[at].keys() if states[at] == "pending" else ():
            more = [[*choices, world.claims(step, {human})] if other == at else choices for other, choices in enumerate(options)]
            if feasible([*slots, at], more):
                alone.add(human)
        wanted_alone.append(alone)
    state, substate = _overall(world, states)
    return Expected(state, substate, states, have, [at in active for at in size], wanted_alone)


def _state(world: World, at: int, met: set[int], short: set[int], active: list[int]) -> str:
    step = world.policy.steps[at]
    if world.left_out(step):
        return "not_applicable"
    if not world.sound(step):
        return "error"
    if at in met:
        return "met"
    if at in short:
        return "blocked"
    return "pending" if at in active else "waiting"


def _overall(world: World, states: list[str]) -> tuple[str, str | None]:
    verdicts = {verdict for _, _, verdict in world.blocks()}
    if "reject" in verdicts:
        return "rejected", None
    if world.withdrawn:
        return "open", "blocked"
    if verdicts:
        return "open", "changes_requested"
    asked = [state for state in states if state != "not_applicable"]
    if asked and set(asked) == {"met"}:
        return "approved", None
    stuck = not asked or "blocked" in asked or "error" in asked
    return "open", "blocked" if stuck else "pending"


def refusal(world: World, key: str, human: str, principal: str | None) -> str | None:
    """Why `human` may not vote, as far as sets alone tell (that is, all but who is kept apart)."""
    step = world.policy.step(key)
    if step is None:
        return "not_a_step"
    if world.withdrawn:
        return "withdrawn"
    if world.left_out(step):
        return "not_applicable"
    if not expected(world).active[world.policy.positions[key]]:
        return "waiting"
    held = {role for role in world.roles(step) if (principal or human) in world.holders.get(role, ())}
    if principal is None and not held:
        return "no_role"
    if principal is not None:
        lent = {role for role in world.roles(step) if world.may_stand_in(human, principal, role)}
        if not lent:
            return "not_delegated"
        if not lent & held:
            return "principal_no_role"
    if human in world.excluded(step):
        made = "contributors" in step.exclude and any(human in world.contributors.get(name, ()) for name in step.covers)
        return "contributor" if made else "submitter"
    return "principal_contributor" if principal is not None and principal in world.excluded(step) else None


def role_of(world: World, key: str, human: str, principal: str | None) -> str:
    """The role in which such a ballot would be cast: that of the step, if it can be."""
    step = world.policy.step(key)
    voice = principal or human
    if voice in world.holders[step.role] and (principal is None or world.may_stand_in(human, principal, step.role)):
        return step.role
    return step.escalate_to


def rename(groups: Mapping[str, frozenset[str]], called: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {key: frozenset(called[human] for human in group) for key, group in groups.items()}
