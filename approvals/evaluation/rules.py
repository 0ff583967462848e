"""The verdict, by the rules of `approvals.evaluation` in the order in which its docstring states them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approvals.evaluation.benches import Bench, bench_of
from approvals.evaluation.persons import seat
from approvals.evaluation.results import overall, overridden, step_results, unblock
from approvals.evaluation.values import Ballot, Digest, Eligibility, Ignored, Verdict
from approvals.evaluation.votes import judge, standing
from approvals.matching import Human, Placement
from approvals.policy import Policy, expanded

NO_FACTS: Mapping[str, Any] = {}


@dataclass(slots=True)
class Weighed:
    """A verdict, with what it was made from. `spoken`: the ballots that stand, with effect or without. `policy`: as it was
    asked, of each whom this touches."""

    verdict: Verdict
    benches: list[Bench]
    placement: Placement
    spoken: list[Ballot]
    policy: Policy


def evaluate(
    policy: Policy,
    manifest: Mapping[str, Digest],
    ballots: Iterable[Ballot],
    eligibility: Eligibility,
    now: datetime,
    round: int = 1,
    facts: Mapping[str, Any] | None = None,
    standard_change: str | None = None,
) -> Verdict:
    """The verdict at `now`.

    `manifest`: component → digest of what is judged. `ballots`: in any order, those of earlier rounds included. `facts`: what the
    conditions of the steps speak of. `standard_change`: the key of the kind of change that this is, if the caller found its limits
    kept; one that the policy does not have leaves no step out. No rule of today depends on `now`; it is asked for so that callers
    state the moment for which they gathered `eligibility`.
    Raises ValueError for a verdict that is not one, and for a `now` without a time zone.
    """
    return weigh(policy, manifest, ballots, eligibility, now, round, facts, standard_change).verdict


def weigh(
    policy: Policy,
    manifest: Mapping[str, Digest],
    ballots: Iterable[Ballot],
    eligibility: Eligibility,
    now: datetime,
    round: int = 1,
    facts: Mapping[str, Any] | None = None,
    standard_change: str | None = None,
) -> Weighed:
    """As `evaluate`, with what the verdict was made from."""
    if now.tzinfo is None:
        raise ValueError("`now` has no time zone")
    known = NO_FACTS if facts is None else facts
    if policy.asks_each:
        policy = expanded(policy, known)
    without = _without(policy, standard_change) if standard_change else ()
    benches = [bench_of(step, manifest, eligibility, known, without) for step in policy.steps]
    ignored: list[Ignored] = []
    spoken = standing(ballots, round, policy.positions, benches, ignored)
    blocks, delegated = judge(spoken, policy.positions, benches, eligibility, ignored)
    placement, counted = seat(policy, benches, delegated)
    steps = step_results(policy, benches, placement, counted, eligibility, ignored)
    state, substate, reason = overall(steps, blocks, withdrawn=eligibility.withdrawn)
    hints = unblock(state, steps, benches, blocks, eligibility)
    if eligibility.waived and state == "open":
        steps = overridden(steps)
    if len(ignored) > 1:
        ignored.sort(key=_by_person)
    verdict = Verdict(state, substate, steps, tuple(ignored), tuple(blocks), hints, reason)
    return Weighed(verdict, benches, placement, spoken, policy)


def _without(policy: Policy, key: str) -> Collection[str]:
    """The steps that a change of this kind does without."""
    change = policy.standard_change(key)
    return () if change is None else change.without


def _by_person(row: Ignored) -> tuple[str, Human, Human, bool, int, str]:
    ballot = row.ballot
    return ballot.step, ballot.voice, ballot.human, ballot.inherited_from is None, ballot.sequence, ballot.id
