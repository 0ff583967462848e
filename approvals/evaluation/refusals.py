"""Whether a ballot may be recorded at all. What may not be is refused, so that every ballot on record was valid when cast."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from approvals.evaluation.benches import NOBODY, Bench
from approvals.evaluation.rules import Weighed, weigh
from approvals.evaluation.values import Ballot, BallotVerdict, Digest, Eligibility
from approvals.matching import Human
from approvals.policy import Policy, Step


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
    principal: Human | None = None,
    facts: Mapping[str, Any] | None = None,
    standard_change: str | None = None,
) -> str | None:
    """Why a ballot of `human` on the step must not be recorded, as one of REFUSALS, or None. The request must be open.

    `principal`: in whose place, if not their own. A vote, a block as well, needs an active step, the role, and no part in what is
    judged; in another's place, that other's role, the delegation, and that neither has a part in it. Taking back needs only a
    ballot that stands, be it inherited, or on a step that is gone or waits: who has lost the role can still withdraw an objection.
    """
    weighed = weigh(policy, manifest, ballots, eligibility, now, round, facts, standard_change)
    policy = weighed.policy
    step = policy.step(step_key)
    if principal == human:
        principal = None
    if verdict == "retract":
        return _may_take_back(weighed, step, step_key, human, principal, eligibility)
    if step is None:
        return "not_a_step"
    if eligibility.withdrawn:
        return "withdrawn"
    at = policy.positions[step_key]
    bench = weighed.benches[at]
    if bench.left_out is not None:
        return "not_applicable"
    if not weighed.placement.active[at]:
        return "waiting"
    refusal = _may_act(bench, human, principal, eligibility)
    if refusal is None and bench.apart and _counted_before(policy, weighed, at, human, principal):
        return "counted_before"
    return refusal


def acting_role(
    policy: Policy, eligibility: Eligibility, step_key: str, human: Human, principal: Human | None = None
) -> str | None:
    """The role under which a ballot on the step would count: that of the step before the one that it escalated to; None if none
    would. It belongs on the ballot: an approval counts under it alone. `policy` is as it was asked (`policy.expanded`)."""
    step = policy.step(step_key)
    if step is None:
        return None
    roles: tuple[str, ...] = (step.role,)
    if step.escalate_to and step.key in eligibility.escalated:
        roles = (step.role, step.escalate_to)
    return next(iter(_roles(roles, human, None if principal == human else principal, eligibility)), None)


def _roles(roles: Collection[str], human: Human, principal: Human | None, eligibility: Eligibility) -> list[str]:
    """Those of `roles` in which the human can act: held, or lent by a principal who holds them."""
    held = [role for role in roles if (principal or human) in eligibility.holders.get(role, NOBODY)]
    return held if principal is None else [role for role in held if _lent(human, principal, role, eligibility)]


def _lent(human: Human, principal: Human, role: str, eligibility: Eligibility) -> bool:
    lent = eligibility.delegations.get(human, NOBODY)
    return (principal, None) in lent or (principal, role) in lent


def _may_act(bench: Bench, human: Human, principal: Human | None, eligibility: Eligibility) -> str | None:
    if principal is not None and not any(_lent(human, principal, role, eligibility) for role in bench.roles):
        return "not_delegated"
    if not _roles(bench.roles, human, principal, eligibility):
        return "no_role" if principal is None else "principal_no_role"
    if human in bench.excluded:
        return "contributor" if _contributed(bench, human, eligibility) else "submitter"
    return "principal_contributor" if principal in bench.excluded else None


def _contributed(bench: Bench, human: Human, eligibility: Eligibility) -> bool:
    return "contributors" in bench.step.exclude and bool(bench.made_by(human, eligibility))


def _counted_before(policy: Policy, weighed: Weighed, at: int, human: Human, principal: Human | None) -> bool:
    """Whether they count on a step whose approvers this one does not accept, and are needed there."""
    result = weighed.verdict.steps[at]
    helps = human in result.waiting_on if principal is None else (human, principal) in result.delegates
    if helps:
        return False
    people = {human, principal}
    for key in weighed.benches[at].apart:
        before = weighed.verdict.steps[policy.positions[key]]
        if any(ballot.human in people or ballot.voice in people for ballot in before.approved_by):
            return True
    return False


def _may_take_back(
    weighed: Weighed,
    step: Step | None,
    step_key: str,
    human: Human,
    principal: Human | None,
    eligibility: Eligibility,
) -> str | None:
    """What stands can be taken back by whose vote it is, by who cast it, and by who may act in their place now."""
    voice = principal or human
    stands = next((ballot for ballot in weighed.spoken if ballot.step == step_key and ballot.voice == voice), None)
    if stands is None:
        return "not_a_step" if step is None else "nothing_to_retract"
    if principal is None or stands.human == human:
        return None
    roles = () if step is None else (step.role, step.escalate_to)
    return None if any(_lent(human, principal, role, eligibility) for role in roles) else "not_delegated"
