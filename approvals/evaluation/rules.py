"""The rules of `approvals.evaluation`, in the order in which its docstring states them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from approvals.evaluation.values import (
    BLOCKS,
    VERDICTS,
    Ballot,
    BallotVerdict,
    Digest,
    Eligibility,
    Hint,
    Ignored,
    Reason,
    State,
    StepResult,
    StepState,
    Substate,
    Verdict,
)
from approvals.matching import Human, Placement, place
from approvals.policy import Policy, Step

NOBODY: frozenset[Human] = frozenset()


@dataclass(slots=True)
class _Bench:
    """One step while it is being judged: who may sit on it, and what they said."""

    step: Step
    judged: tuple[Digest | None, ...]
    missing: tuple[str, ...]
    holders: frozenset[Human]
    excluded: frozenset[Human]
    eligible: frozenset[Human]
    approvals: dict[Human, Ballot] = field(default_factory=dict)
    blocks: list[Ballot] = field(default_factory=list)
    again: set[Human] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)


def evaluate(
    policy: Policy,
    manifest: Mapping[str, Digest],
    ballots: Iterable[Ballot],
    eligibility: Eligibility,
    now: datetime,
    *,
    round: int = 1,
) -> Verdict:
    """The verdict at `now`, by the rules at the head of this module.

    `manifest`: component → digest of what is judged. `ballots`: in any order, those of earlier rounds included. No rule of today
    depends on `now`; it is asked for so that callers state the moment for which they gathered `eligibility`.
    Raises ValueError for a verdict that is not one, and for a `now` without a time zone.
    """
    if now.tzinfo is None:
        raise ValueError("`now` has no time zone")
    ignored: list[Ignored] = []
    standing = _standing(ballots, round, ignored)
    benches = [_bench(step, manifest, eligibility) for step in policy.steps]
    blocks = _judge(policy, benches, standing, eligibility, ignored)
    placement = place(
        order=policy.order,
        before=policy.before,
        quorums=[bench.step.quorum for bench in benches],
        approved=[bench.approvals for bench in benches],
        eligible=[bench.eligible for bench in benches],
        sound=[not bench.missing for bench in benches],
        distinct=policy.distinct_humans,
    )
    steps = tuple([_result(policy, benches, at, placement, ignored) for at in range(len(benches))])
    state, substate = _overall(steps, blocks)
    unblock = [] if state == "approved" else _unblock(state, steps, benches, blocks, eligibility.submitter)
    if len(ignored) > 1:
        ignored.sort(key=_by_person)
    return Verdict(state, substate, steps, tuple(ignored), tuple(blocks), tuple(unblock))


def _by_person(row: Ignored) -> tuple[str, Human, bool, int, str]:
    ballot = row.ballot
    return ballot.step, ballot.human, ballot.inherited_from is None, ballot.sequence, ballot.id


def _in_turn(ballot: Ballot) -> tuple[bool, int, str]:
    """Inherited ballots come before one's own; the id only makes equal numbers deterministic."""
    return ballot.inherited_from is None, ballot.sequence, ballot.id


def _standing(ballots: Iterable[Ballot], round_: int, ignored: list[Ignored]) -> list[Ballot]:
    """Each person's last valid word on each step, less what was taken back (rule 1)."""
    last: dict[tuple[str, Human], Ballot] = {}
    histories: dict[tuple[str, Human], list[Ballot]] = {}
    spoke_before: set[tuple[str, Human]] = set()
    for ballot in ballots:
        if ballot.round != round_ and ballot.inherited_from is None:
            ignored.append(Ignored(ballot, "earlier_round"))
            if ballot.eligible_when_cast and ballot.round < round_:
                spoke_before.add((ballot.step, ballot.human))
        elif not ballot.eligible_when_cast:
            ignored.append(Ignored(ballot, "not_eligible_when_cast"))
        else:
            key = (ballot.step, ballot.human)
            first = last.setdefault(key, ballot)
            if first is not ballot:
                histories.setdefault(key, [first]).append(ballot)
    for key, history in histories.items():
        history.sort(key=_in_turn)
        for earlier, later in pairwise(history):
            if earlier.verdict != "retract":
                ignored.append(Ignored(earlier, "retracted" if later.verdict == "retract" else "superseded"))
        last[key] = history[-1]
    for key in spoke_before & last.keys():
        if last[key].inherited_from is not None:  # a new round ends what was said here; it does not revive what that replaced
            ignored.append(Ignored(last.pop(key), "superseded"))
    return [ballot for ballot in last.values() if ballot.verdict != "retract"]


def _bench(step: Step, manifest: Mapping[str, Digest], eligibility: Eligibility) -> _Bench:
    """Who may approve the step, and which bytes it is about."""
    judged = tuple(map(manifest.get, step.covers))
    missing = tuple([name for name in step.covers if manifest.get(name) is None]) if None in judged else ()
    holders = eligibility.holders.get(step.role, NOBODY)
    if "contributors" not in step.exclude:
        return _Bench(step, judged, missing, holders, NOBODY, holders)
    made_it = [eligibility.contributors[name] for name in step.covers if name in eligibility.contributors]
    excluded = NOBODY.union(*made_it)
    if eligibility.submitter is not None:
        excluded |= {eligibility.submitter}
    return _Bench(step, judged, missing, holders, excluded, holders - excluded)


def _judge(
    policy: Policy,
    benches: list[_Bench],
    standing: list[Ballot],
    eligibility: Eligibility,
    ignored: list[Ignored],
) -> list[Ballot]:
    """Give each standing ballot its effect: an approval or a block of its step, or a reason for none. Returns the blocks."""
    blocks: list[Ballot] = []
    for ballot in standing:
        at = policy.positions.get(ballot.step)
        bench = None if at is None else benches[at]
        own_block = ballot.verdict in BLOCKS and ballot.inherited_from is None
        why, components = (None, ()) if own_block else _objection(ballot, bench, eligibility)
        if why is not None:
            ignored.append(Ignored(ballot, why, components))
            if bench is not None and ballot.verdict == "approve" and why in ("stale", "policy_changed"):
                bench.again.add(ballot.human)
                bench.changed.update(components)
        elif ballot.verdict != "approve":
            blocks.append(ballot)
            if bench is not None:
                bench.blocks.append(ballot)
        elif bench is not None:
            bench.approvals[ballot.human] = ballot
    if len(blocks) > 1:
        blocks.sort(key=lambda ballot: (ballot.step, ballot.human))
        for bench in benches:
            bench.blocks.sort(key=lambda ballot: ballot.human)
    return blocks


def _objection(ballot: Ballot, bench: _Bench | None, eligibility: Eligibility) -> tuple[str | None, tuple[str, ...]]:
    """Why a ballot other than one's own block has no effect, and the components that this is about; (None, ()) if it has."""
    if ballot.verdict not in VERDICTS:
        raise ValueError(f"the ballot {ballot.id} has the verdict {ballot.verdict}, which is none")
    if bench is None:
        return "unknown_step", ()
    if ballot.verdict == "abstain":
        return "abstained", ()
    step = bench.step
    seen = tuple(map(ballot.components.get, step.covers))
    if seen != bench.judged or bench.missing:
        pairs = zip(step.covers, seen, bench.judged, strict=True)
        return "stale", tuple(name for name, then, now in pairs if then != now or now is None)
    if ballot.step_digest != step.digest:
        return "policy_changed", ()
    if ballot.verdict in BLOCKS or ballot.human in bench.eligible:
        return None, ()
    if ballot.human in bench.holders:
        return "contributor", _contributed(step, ballot.human, eligibility)
    return "role_lost", ()


def _contributed(step: Step, human: Human, eligibility: Eligibility) -> tuple[str, ...]:
    """The components that the step covers and the human helped to make."""
    return tuple(name for name in step.covers if human in eligibility.contributors.get(name, NOBODY))


def _result(policy: Policy, benches: list[_Bench], at: int, placement: Placement, ignored: list[Ignored]) -> StepResult:
    """Where one step stands; approvals of people who count elsewhere are noted as ignored."""
    bench = benches[at]
    step = bench.step
    counted = placement.counted[at]
    if len(counted) < len(bench.approvals):
        ignored.extend(Ignored(ballot, "counted_elsewhere") for human, ballot in bench.approvals.items() if human not in counted)
    state: StepState = "pending"
    reason = None
    if bench.missing:
        state, reason = "error", Reason("missing_component", step.quorum, components=bench.missing)
    elif placement.met[at]:
        state = "met"
    elif placement.short[at]:
        state, reason = "blocked", _shortage(bench)
    elif not placement.active[at]:
        unmet = tuple(policy.steps[other].key for other in policy.before[at] if not placement.met[other])
        state, reason = "waiting", Reason("after", step.quorum, steps=unmet)
    return StepResult(
        step.key,
        step.title,
        step.role,
        state,
        step.quorum,
        min(len(counted), step.quorum),
        tuple([bench.approvals[human] for human in counted]),
        tuple(placement.wanted[at]),
        tuple(bench.blocks),
        reason,
        tuple(sorted(bench.changed)) if bench.changed else (),
    )


def _shortage(bench: _Bench) -> Reason:
    """Why the quorum is out of reach."""
    excluded = bench.holders & bench.excluded
    code = "too_few" if len(bench.eligible) < bench.step.quorum else "needed_elsewhere"
    if not bench.holders:
        code = "no_holder"
    return Reason(code, bench.step.quorum, tuple(sorted(bench.eligible)), tuple(sorted(excluded)))


def _overall(steps: tuple[StepResult, ...], blocks: list[Ballot]) -> tuple[State, Substate]:
    """Approved only if there is something to meet and all of it is met, and nobody objects (rule 5)."""
    for ballot in blocks:
        if ballot.verdict == "reject" and ballot.inherited_from is None:
            return "rejected", None
    if blocks:
        return "open", "changes_requested"
    states = [step.state for step in steps]
    if states and states.count("met") == len(states):
        return "approved", None
    stuck = not states or "blocked" in states or "error" in states
    return "open", "blocked" if stuck else "pending"


def _unblock(
    state: State, steps: tuple[StepResult, ...], benches: list[_Bench], blocks: list[Ballot], submitter: Human | None
) -> list[Hint]:
    """What would bring the request forward: first who objects, then step by step."""
    if state == "rejected":
        return [Hint("resubmit", people=() if submitter is None else (submitter,))]
    hints: list[Hint] = []
    for key in dict.fromkeys(ballot.step for ballot in blocks):
        hints.append(Hint("retract_or_resubmit", key, people=tuple(ballot.human for ballot in blocks if ballot.step == key)))
    for step, bench in zip(steps, benches, strict=True):
        left = step.quorum - step.have
        if step.state == "error":
            hints.append(Hint("provide_component", step.key, step.role, components=bench.missing, quorum_left=left))
        elif step.state == "blocked":
            hints.append(Hint("grant_role", step.key, step.role, quorum_left=max(step.quorum - len(bench.eligible), 1)))
        elif step.waiting_on:
            code = "take_over" if step.state == "met" else "approve"
            hints.append(Hint(code, step.key, step.role, step.waiting_on, quorum_left=left))
            again = tuple(human for human in step.waiting_on if human in bench.again)
            if again:
                hints.append(Hint("review_again", step.key, step.role, again, step.changed_components, left))
    return hints


def may_vote(
    policy: Policy,
    manifest: Mapping[str, Digest],
    ballots: Collection[Ballot],
    eligibility: Eligibility,
    step_key: str,
    human: Human,
    now: datetime,
    round: int = 1,
    *,
    verdict: BallotVerdict | None = None,
) -> str | None:
    """Why a ballot of `human` on the step must not be recorded, as one of REFUSALS, or None. The request must be open.

    A vote, a block as well, needs an active step, the role, and no part in what is judged. Taking back needs only a ballot that
    stands, be it inherited, or on a step that is gone or waits: who has lost the role can still withdraw an objection.
    """
    step = policy.step(step_key)
    if verdict == "retract":
        mine = (ballot for ballot in _standing(ballots, round, []) if ballot.human == human and ballot.step == step_key)
        if next(mine, None) is not None:
            return None
        return "not_a_step" if step is None else "nothing_to_retract"
    if step is None:
        return "not_a_step"
    states = {result.key: result.state for result in evaluate(policy, manifest, ballots, eligibility, now, round=round).steps}
    if any(states[name] != "met" for name in step.after):
        return "waiting"
    if human not in eligibility.holders.get(step.role, NOBODY):
        return "no_role"
    if "contributors" in step.exclude:
        if _contributed(step, human, eligibility):
            return "contributor"
        if human == eligibility.submitter:
            return "submitter"
    return None
