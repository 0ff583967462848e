"""An approval as it was frozen: who met which step, and which steps were not asked. What was decided is not decided again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from approvals.facts import from_json
from approvals.models import Decision
from approvals.policy import EACH, Policy, Step, applies, expanded


@dataclass(frozen=True, slots=True)
class FrozenStep:
    """A step when it was decided. `why_not` is empty for one that was met, else the code of a reason."""

    step: Step
    ballots: tuple[dict[str, Any], ...]
    why_not: str = ""
    standard_change: str | None = None


def frozen_steps(policy: Policy, decision: Decision) -> list[FrozenStep] | None:
    """The steps of an approval in the order of its policy; None where the record does not account for each of them."""
    facts, change_key = from_json(decision.facts)
    policy = expanded(policy, facts)
    change = policy.standard_change(change_key) if change_key else None
    found = []
    for step in policy.steps:
        ballots = tuple(item for item in decision.ballots if item["step"] == step.key)
        if change is not None and step.key in change.without:
            found.append(FrozenStep(step, ballots, "standard_change", change_key))
        elif step.applies_if and applies(step.applies_if, facts) is False:
            found.append(FrozenStep(step, ballots, "condition"))
        elif step.role in EACH and facts.get(EACH[step.role]) is not None:
            found.append(FrozenStep(step, ballots, "nobody_affected"))
        elif len(ballots) >= step.quorum:
            found.append(FrozenStep(step, ballots))
        else:
            return None
    return found
