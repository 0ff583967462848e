"""Whom an approval uses up, and so who counts where.

With `distinct_humans` nobody counts twice in a request; without it, nobody counts twice on one step, nor on two steps of which one
does not accept who approved the other (`exclude: [step:<key>]`). An approval in another's place takes up two people: who spoke, and
in whose place. An approval that is not needed takes up nobody. Which of several possible ones count is chosen so that as much as
possible is met, earlier steps first; it never depends on who spoke first. And as taking an approval, a role or a delegation away
only takes choices away, it cannot make anything met.

Mostly one person can stand for the two: a delegate who could do nothing else here, or a principal who could. Then people are matched
to steps. Where neither holds, or where steps are kept apart, `joint` looks for the best choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from approvals.evaluation.benches import Bench
from approvals.evaluation.joint import place_jointly
from approvals.evaluation.values import Ballot
from approvals.matching import Approvals, Human, Placement, Steps, place
from approvals.policy import Policy

Delegated = Sequence[tuple[int, Ballot]]


def seat(policy: Policy, benches: Sequence[Bench], delegated: Delegated) -> tuple[Placement, list[list[Ballot]]]:
    """Who counts where, and the ballots that do, by the position of the step."""
    distinct = policy.distinct_humans
    steps = Steps(
        policy.order,
        policy.before,
        [0 if bench.left_out else bench.step.quorum for bench in benches],
        [bench.eligible for bench in benches],
        [not bench.missing and not bench.unknown for bench in benches],
    )
    approved: list[AbstractSet[Human]] = [bench.approvals.keys() for bench in benches]
    apart = () if distinct else _apart(policy, benches)
    if not delegated and not apart:
        placement = place(steps, Approvals(approved, approved, approved, {}), distinct=distinct)
        return placement, [[benches[at].approvals[human] for human in people] for at, people in enumerate(placement.counted)]
    if not apart:
        # When it is complete, all that matters is who approved; else, also who still could.
        for pools in (approved, steps.eligible):
            voice = _one_for_two(benches, delegated, pools, distinct=distinct)
            if voice is not None:
                placement, counted = _place_persons(steps, benches, delegated, voice, distinct=distinct)
                if pools is steps.eligible or all(placement.met):
                    return placement, counted
    themselves = [_themselves(bench) for bench in benches]
    placement = place_jointly(steps, [bench.approvals for bench in benches], themselves, apart, distinct=distinct)
    return placement, [[benches[at].approvals[human] for human in people] for at, people in enumerate(placement.counted)]


def _place_persons(
    steps: Steps, benches: Sequence[Bench], delegated: Delegated, voice: Mapping[tuple[int, Human], Human], *, distinct: bool
) -> tuple[Placement, list[list[Ballot]]]:
    """As if an approval in another's place were that of the one person who stands for the two."""
    ballots: list[Mapping[Human, Ballot]] = [bench.approvals for bench in benches]
    used: list[AbstractSet[Human]] = [bench.approvals.keys() for bench in benches]
    approved, themselves = list(used), list(used)
    for at in {at for at, _ in delegated}:
        ballots[at] = _by_person_used(at, benches[at], voice)
        used[at] = ballots[at].keys()
        themselves[at] = _themselves(benches[at])
    placement = place(steps, Approvals(used, approved, themselves, voice), distinct=distinct)
    counted = [[ballots[at][human] for human in people] for at, people in enumerate(placement.counted)]
    for at in {at for at, _ in delegated}:
        counted[at].sort(key=lambda ballot: (ballot.voice, ballot.human))
    return placement, counted


def _themselves(bench: Bench) -> AbstractSet[Human]:
    return {voice for voice, ballot in bench.approvals.items() if ballot.human == voice}


def _apart(policy: Policy, benches: Sequence[Bench]) -> tuple[tuple[int, int], ...]:
    """The pairs of steps on which nobody may count twice."""
    return tuple((at, policy.positions[key]) for at, bench in enumerate(benches) if bench.apart for key in bench.apart)


def _one_for_two(
    benches: Sequence[Bench], delegated: Delegated, pools: Sequence[AbstractSet[Human]], *, distinct: bool
) -> dict[tuple[int, Human], Human] | None:
    """(step, delegate) → principal, for the approvals in another's place that are as good as the delegate's own; or None if
    there is one that has to take up both. `pools`: by position, who could count there in their own place.

    The delegate can stand for both if the principal can count nowhere else; the principal, if the delegate cannot.
    """
    speaks_for: dict[tuple[int, Human], set[Human]] = {}
    for at, ballot in delegated:
        speaks_for.setdefault((0 if distinct else at, ballot.human), set()).add(ballot.voice)
    voice: dict[tuple[int, Human], Human] = {}
    for at, ballot in delegated:
        principal, delegate = ballot.voice, ballot.human
        scope = 0 if distinct else at
        if (scope, principal) not in speaks_for and not (
            distinct and any([principal in people for other, people in enumerate(pools) if other != at])
        ):
            voice.setdefault((at, delegate), principal)
            continue
        could = pools if distinct else (pools[at],)
        if len(speaks_for[scope, delegate]) > 1 or any([delegate in people for people in could]):
            return None
    return voice


def _by_person_used(at: int, bench: Bench, voice: Mapping[tuple[int, Human], Human]) -> dict[Human, Ballot]:
    """The step's approvals by the person whom they use up: one's own before one in another's place, else the first by name."""
    found: dict[Human, Ballot] = {}
    for principal, ballot in sorted(bench.approvals.items(), key=lambda item: (item[1].human != item[0], item[0])):
        person = ballot.human if (at, ballot.human) in voice else principal
        found.setdefault(person, ballot)
    return found
