"""From who counts where to the answer: where each step stands and why, the whole, and what would bring it forward."""

from __future__ import annotations

from collections.abc import Sequence

from approvals.evaluation.benches import NOBODY, Bench
from approvals.evaluation.values import (
    Ballot,
    Eligibility,
    Hint,
    Ignored,
    Reason,
    State,
    StepResult,
    StepState,
    Substate,
)
from approvals.matching import Human, Placement
from approvals.policy import Policy


def step_results(
    policy: Policy,
    benches: Sequence[Bench],
    placement: Placement,
    counted: Sequence[Sequence[Ballot]],
    eligibility: Eligibility,
    ignored: list[Ignored],
) -> tuple[StepResult, ...]:
    """Where each step stands; approvals of people who count elsewhere are noted as ignored."""
    deputies = _deputies(benches, placement, eligibility, distinct=policy.distinct_humans) if eligibility.delegations else None
    results = []
    for at, bench in enumerate(benches):
        step = bench.step
        approved_by = counted[at]
        if len(approved_by) < len(bench.approvals):
            _note_uncounted(bench, approved_by, ignored)
        state, reason = _state(policy, benches, at, placement)
        if eligibility.withdrawn and (state == "pending" or state == "waiting"):
            state, reason = "blocked", Reason("withdrawn", step.quorum)
        waiting_on = () if eligibility.withdrawn else tuple(placement.wanted[at])
        results.append(
            StepResult(
                step.key,
                step.title,
                step.role,
                state,
                step.quorum,
                placement.have[at],
                tuple(approved_by),
                waiting_on,
                tuple(bench.blocks),
                reason,
                tuple(sorted(bench.changed)) if bench.changed else (),
                deputies[at] if deputies and waiting_on else (),
                len(bench.roles) > 1,
                bench.roles,
            )
        )
    return tuple(results)


def _state(policy: Policy, benches: Sequence[Bench], at: int, placement: Placement) -> tuple[StepState, Reason | None]:
    bench = benches[at]
    quorum = bench.step.quorum
    if bench.left_out is not None:
        return "not_applicable", Reason(bench.left_out)
    if bench.unknown:
        return "error", Reason("missing_fact", quorum, facts=bench.unknown)
    if bench.missing:
        return "error", Reason("missing_component", quorum, components=bench.missing)
    if placement.met[at]:
        return "met", None
    if placement.short[at]:
        return "blocked", _shortage(bench)
    if not placement.active[at]:
        return "waiting", Reason("after", quorum, steps=_unmet(policy, benches, at, placement))
    return "pending", None


def _unmet(policy: Policy, benches: Sequence[Bench], at: int, placement: Placement) -> tuple[str, ...]:
    """The steps that it waits for. One that is left out lets through in its turn, so it stands for those that it would wait for."""
    found: dict[str, None] = {}
    queue = [at]
    for current in queue:
        for other in policy.before[current]:
            if placement.met[other]:
                continue
            if benches[other].left_out is None:
                found[policy.steps[other].key] = None
            elif other not in queue:
                queue.append(other)
    return tuple(found)


def _shortage(bench: Bench) -> Reason:
    """Why the quorum is out of reach."""
    excluded = bench.holders & bench.excluded
    code = "too_few" if len(bench.eligible) < bench.step.quorum else "needed_elsewhere"
    if not bench.holders:
        code = "no_holder"
    return Reason(code, bench.step.quorum, tuple(sorted(bench.eligible)), tuple(sorted(excluded)))


def _note_uncounted(bench: Bench, approved_by: Sequence[Ballot], ignored: list[Ignored]) -> None:
    """Approvals that would count, if their people did not count already: on this step, or on another one."""
    counting = {ballot.id for ballot in approved_by}
    here = {human for ballot in approved_by for human in (ballot.human, ballot.voice)}
    for voice, ballot in bench.approvals.items():
        if ballot.id not in counting:
            ignored.append(Ignored(ballot, "one_vote" if voice in here or ballot.human in here else "counted_elsewhere"))


def _deputies(
    benches: Sequence[Bench], placement: Placement, eligibility: Eligibility, *, distinct: bool
) -> list[tuple[tuple[Human, Human], ...]]:
    """For each step, who can act now for one of those whose approval would help: not excluded themselves, and not used up."""
    lent: dict[Human, list[tuple[Human, str | None]]] = {}
    for delegate, pairs in eligibility.delegations.items():
        for principal, role in pairs:
            if delegate != principal:
                lent.setdefault(principal, []).append((delegate, role))
    spoke = [{human for ballot in bench.approvals.values() for human in (ballot.human, ballot.voice)} for bench in benches]
    everywhere = NOBODY.union(*spoke) if distinct else NOBODY
    found: list[tuple[tuple[Human, Human], ...]] = []
    for at, bench in enumerate(benches):
        pairs_here: set[tuple[Human, Human]] = set()
        for principal in placement.wanted[at]:
            for delegate, role in lent.get(principal, ()):
                if delegate in bench.excluded or delegate in spoke[at] or delegate in everywhere:
                    continue
                if any(
                    (role is None or role == held) and principal in eligibility.holders.get(held, NOBODY) for held in bench.roles
                ):
                    pairs_here.add((delegate, principal))
        found.append(tuple(sorted(pairs_here)))
    return found


def overall(steps: Sequence[StepResult], blocks: Sequence[Ballot], *, withdrawn: bool) -> tuple[State, Substate, Reason | None]:
    """Approved only if there is something to meet and all of it is met, nobody objects, and the policy may be used."""
    for ballot in blocks:
        if ballot.verdict == "reject" and ballot.inherited_from is None:
            return "rejected", None, None
    states = [step.state for step in steps]
    applying = len(states) - states.count("not_applicable")
    if withdrawn:
        return "open", "blocked", Reason("withdrawn")
    if not applying:
        return "open", "changes_requested" if blocks else "blocked", Reason("no_step_applies")
    if blocks:
        return "open", "changes_requested", None
    if states.count("met") == applying:
        return "approved", None, None
    return "open", "blocked" if "blocked" in states or "error" in states else "pending", None


def overridden(steps: Sequence[StepResult]) -> tuple[StepResult, ...]:
    """The same, shown under a waiver: what is not met was passed over."""
    for step in steps:
        if step.state != "met" and step.state != "not_applicable":
            step.state = "overridden"
    return tuple(steps)


def unblock(
    state: State,
    steps: Sequence[StepResult],
    benches: Sequence[Bench],
    blocks: Sequence[Ballot],
    eligibility: Eligibility,
) -> tuple[Hint, ...]:
    """What would bring the request forward: first who objects, then step by step."""
    if state == "approved":
        return ()
    if state == "rejected":
        return (Hint("resubmit", people=() if eligibility.submitter is None else (eligibility.submitter,)),)
    hints = [Hint("migrate")] if eligibility.withdrawn else []
    objecting: dict[str, dict[Human, None]] = {}
    for ballot in blocks:
        objecting.setdefault(ballot.step, {}).update(dict.fromkeys((ballot.human, ballot.voice)))
    hints += [Hint("retract_or_resubmit", key, people=tuple(people)) for key, people in objecting.items()]
    for step, bench in zip(steps, benches, strict=True):
        left = step.quorum - step.have
        if step.reason is not None and step.reason.code == "missing_fact":
            hints.append(Hint("provide_fact", step.key, step.role, quorum_left=left, facts=bench.unknown))
        elif step.state == "error":
            hints.append(Hint("provide_component", step.key, step.role, components=bench.missing, quorum_left=left))
        elif step.state == "blocked" and not eligibility.withdrawn:
            hints.append(Hint("grant_role", step.key, step.role, quorum_left=max(step.quorum - len(bench.eligible), 1)))
        elif step.waiting_on:
            code = "take_over" if step.state == "met" else "approve"
            hints.append(Hint(code, step.key, step.role, step.waiting_on, quorum_left=left))
            again = tuple([human for human in step.waiting_on if human in bench.again]) if bench.again else ()
            if again:
                hints.append(Hint("review_again", step.key, step.role, again, step.changed_components, left))
    return tuple(hints)
