"""Each step as it is asked now: whether it applies, which bytes it is about, and who may sit on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from approvals.evaluation.values import Ballot, Digest, Eligibility
from approvals.matching import Human
from approvals.policy import EACH, Step
from approvals.policy.conditions import applies, missing_facts
from approvals.policy.model import DEFAULT_EXCLUSIONS

NOBODY: frozenset[Human] = frozenset()


@dataclass(slots=True)
class Bench:
    """One step while it is being judged.

    `missing`: components that it covers and the manifest lacks. `left_out`: why it is not asked, as the code of a reason.
    `unknown`: facts without which nobody can say whether it is. `apart`: steps whose approvers it does not accept.
    `approvals`: those that have effect, by whose voice they are; `again`: whose approval was about other bytes.
    """

    step: Step
    judged: tuple[Digest | None, ...]
    missing: tuple[str, ...]
    left_out: str | None
    unknown: tuple[str, ...]
    roles: tuple[str, ...]
    holders: frozenset[Human]
    excluded: frozenset[Human]
    eligible: frozenset[Human]
    apart: tuple[str, ...] = ()
    approvals: dict[Human, Ballot] = field(default_factory=dict)
    blocks: list[Ballot] = field(default_factory=list)
    again: set[Human] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)

    @property
    def escalated(self) -> bool:
        return len(self.roles) > 1

    def is_about(self, ballot: Ballot) -> bool:
        """Whether the ballot is about the bytes, and the question, that are here now."""
        step = self.step
        return (
            not self.missing
            and ballot.step_digest == step.digest
            and tuple(map(ballot.components.get, step.covers)) == self.judged
        )

    def changed_since(self, ballot: Ballot) -> tuple[str, ...]:
        """The components that the step covers and that are not what the ballot was about."""
        seen = map(ballot.components.get, self.step.covers)
        pairs = zip(self.step.covers, seen, self.judged, strict=True)
        return tuple(name for name, then, now in pairs if then != now or now is None)

    def made_by(self, human: Human, eligibility: Eligibility) -> tuple[str, ...]:
        """The components that the step covers and the human helped to make."""
        return tuple(name for name in self.step.covers if human in eligibility.contributors.get(name, NOBODY))


def bench_of(
    step: Step, manifest: Mapping[str, Digest], eligibility: Eligibility, facts: Mapping[str, Any], without: Collection[str]
) -> Bench:
    """The step, by the rules on who may approve it and on whether it is asked at all."""
    judged = tuple(map(manifest.get, step.covers))
    missing = tuple([name for name in step.covers if manifest.get(name) is None]) if None in judged else ()
    unknown: tuple[str, ...] = ()
    if without and step.key in without:
        return _left_out(step, judged, "standard_change")
    if step.applies_if:
        asked = applies(step.applies_if, facts)
        if asked is None:
            unknown = missing_facts(step.applies_if, facts)
        elif not asked:
            return _left_out(step, judged, "condition")
    if step.role in EACH:  # still here after `expanded`: nobody is named, or nobody knows whom
        if facts.get(EACH[step.role]) is not None:
            return _left_out(step, judged, "nobody_affected")
        unknown = tuple(dict.fromkeys((*unknown, EACH[step.role])))
    roles: tuple[str, ...] = (step.role,)
    holders = eligibility.holders.get(step.role, NOBODY)
    if step.escalate_to and step.key in eligibility.escalated and step.escalate_to != step.role:
        roles = (step.role, step.escalate_to)
        holders |= eligibility.holders.get(step.escalate_to, NOBODY)
    contributors = eligibility.contributors
    if step.exclude == DEFAULT_EXCLUSIONS:
        excluded = NOBODY.union(*[contributors[name] for name in step.covers if name in contributors])
        if eligibility.submitter is not None:
            excluded |= {eligibility.submitter}
        return Bench(step, judged, missing, None, unknown, roles, holders, excluded, holders - excluded)
    excluded = NOBODY
    if "contributors" in step.exclude:
        excluded = excluded.union(*[contributors[name] for name in step.covers if name in contributors])
    if eligibility.submitter is not None and ("contributors" in step.exclude or "submitter" in step.exclude):
        excluded |= {eligibility.submitter}
    return Bench(step, judged, missing, None, unknown, roles, holders, excluded, holders - excluded, step.excluded_steps)


def _left_out(step: Step, judged: tuple[Digest | None, ...], why: str) -> Bench:
    return Bench(step, judged, (), why, (), (step.role,), NOBODY, NOBODY, NOBODY)
