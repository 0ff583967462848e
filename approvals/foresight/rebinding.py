"""A ballot that answered a step of one policy, as an answer to the step of the same key in another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from approvals.evaluation import BLOCKS, Ballot
from approvals.foresight.people import History, Human
from approvals.policy import Policy, Step


class Asked(Protocol):
    """What rebinding wants of a recorded request."""

    @property
    def policy(self) -> Policy: ...
    @property
    def scope(self) -> str: ...
    @property
    def contributors(self) -> Mapping[str, frozenset[Human]]: ...
    @property
    def submitter(self) -> Human: ...


def rebound(ballot: Ballot, asked: Asked, draft: Policy, people: History) -> Ballot | None:
    """The ballot as the draft would have it, or None when the draft would not have asked for it.

    A step of the same key keeps its answers: the ballot gets the draft's step digest, and is judged by the draft's rules. Whether the
    draft's step covers more than what was on the screen is seen by the engine, for those components are missing in the ballot; then
    it does not count. An answer to a still earlier wording of the step, which did not count at the time, is not revived. An objection
    of somebody whom the draft would not have asked (another role, excluded) falls away with the question.
    """
    step = draft.step(ballot.step)
    if step is None:
        return None
    before = asked.policy.step(ballot.step)
    if before is None or ballot.step_digest != before.digest or step.digest == before.digest:
        return ballot
    if ballot.verdict in BLOCKS and not _would_be_asked(ballot, step, asked, people):
        return None
    return replace(ballot, step_digest=step.digest, role=None if ballot.role == before.role else ballot.role)


def _would_be_asked(ballot: Ballot, step: Step, asked: Asked, people: History) -> bool:
    speaks_for = ballot.principal or ballot.human
    holders = people.at(asked.scope, ballot.at).holders
    if speaks_for not in holders.get(step.role, frozenset()) and speaks_for not in holders.get(step.escalate_to, frozenset()):
        return False
    barred: set[Human] = set()
    if "contributors" in step.exclude:
        barred.update(*(asked.contributors.get(name, frozenset()) for name in step.covers))
    if "contributors" in step.exclude or "submitter" in step.exclude:
        barred.add(asked.submitter)
    return barred.isdisjoint({ballot.human, speaks_for})
