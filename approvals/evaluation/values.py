"""What goes into an evaluation and what comes out of it. No rules: those are in the modules beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from approvals.matching import Human

Digest = str
BallotVerdict = Literal["approve", "abstain", "request_changes", "reject", "retract"]
StepState = Literal["waiting", "pending", "met", "blocked", "not_applicable", "overridden", "error"]
State = Literal["approved", "rejected", "open"]
Substate = Literal["pending", "blocked", "changes_requested"] | None

VERDICTS = ("approve", "abstain", "request_changes", "reject", "retract")
BLOCKS = ("request_changes", "reject")
IGNORED_WHY = (
    "stale", "policy_changed", "role_lost", "contributor", "principal_contributor", "delegation_ended", "superseded", "retracted",
    "dismissed", "earlier_round", "not_eligible_when_cast", "abstained", "unknown_step", "not_applicable", "one_vote",
    "counted_elsewhere",
)  # fmt: skip
REASONS = (
    "after", "missing_component", "missing_fact", "no_holder", "too_few", "needed_elsewhere", "condition", "standard_change",
    "withdrawn", "no_step_applies", "nobody_affected",
)  # fmt: skip
UNBLOCK_CODES = (
    "approve", "review_again", "take_over", "grant_role", "provide_component", "provide_fact", "retract_or_resubmit", "resubmit",
    "migrate",
)  # fmt: skip
REFUSALS = (
    "not_a_step", "withdrawn", "not_applicable", "waiting", "no_role", "not_delegated", "principal_no_role", "contributor",
    "submitter", "principal_contributor", "counted_before", "nothing_to_retract",
)  # fmt: skip


@dataclass(slots=True)
class Ballot:
    """What one human said on one step, about which bytes. `sequence` orders the ballots of a request; `at` is for people to read.

    `principal`: in whose place, if not their own. `role`: of the grant under which it was cast (the principal's, if there is
    one); None is the role of the step. `dismissed`: an objection that somebody set aside; a rejection cannot be.
    `inherited_from`: the public id of the request where it was cast, if that is not this one.
    """

    id: str
    step: str
    human: Human
    verdict: BallotVerdict
    components: Mapping[str, Digest]
    step_digest: Digest
    at: datetime
    round: int
    sequence: int
    eligible_when_cast: bool = True
    inherited_from: str | None = None
    principal: Human | None = None
    role: str | None = None
    dismissed: bool = False

    @property
    def voice(self) -> Human:
        """Whose vote it is."""
        return self.principal or self.human


@dataclass(slots=True)
class Eligibility:
    """Who holds which role now, and who made what. A role or a component without an entry has nobody.

    `delegations`: delegate → in whose place they may act now, and in which role (None is every role that the principal holds).
    `escalated`: steps on which holders of `escalate_to` may act as well. `withdrawn`: the policy version must not be used any
    more. `waived`: somebody broke the glass; unmet steps are shown as overridden, and the verdict stays what it is.
    """

    holders: Mapping[str, frozenset[Human]]
    contributors: Mapping[str, frozenset[Human]]
    submitter: Human | None
    delegations: Mapping[Human, frozenset[tuple[Human, str | None]]] = field(default_factory=dict)
    escalated: frozenset[str] = frozenset()
    withdrawn: bool = False
    waived: bool = False


@dataclass(slots=True)
class Ignored:
    """A ballot that does not count, and why.

    `components`: those that changed (stale), or that the human contributed to (contributor; none if he merely submitted).
    """

    ballot: Ballot
    why: str
    components: tuple[str, ...] = ()


@dataclass(slots=True)
class Reason:
    """Why a step is waiting, blocked, in error or not asked.

    after: `steps` are not met. missing_component: `components` are not in the manifest. missing_fact: whether the step applies
    depends on `facts` that nobody knows. no_holder, too_few: of the holders of the role `eligible` may approve, `excluded` may
    not, and the quorum is out of reach. needed_elsewhere: they would be enough, but other steps need some of them, and nobody
    counts twice. condition: it does not apply to this. nobody_affected: it is asked of each whom this touches, and that is nobody.
    standard_change: a change of this kind does without it. withdrawn: the policy version must not be used any more.
    no_step_applies: nobody would have to agree, so nobody can have agreed.
    """

    code: str
    quorum: int = 0
    eligible: tuple[Human, ...] = ()
    excluded: tuple[Human, ...] = ()
    steps: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(slots=True)
class Hint:
    """One thing that would bring the request forward.

    approve, review_again: `people` can do it now (again, because `components` changed; none if the step itself did). take_over:
    `people` can approve a met step, which frees somebody for another one. grant_role: `quorum_left` more people need `role`.
    provide_component: `components` are missing. provide_fact: `facts` are. retract_or_resubmit: `people` asked for changes, or
    somebody did in their place. resubmit: it was rejected. migrate: another version of the policy has to take over.
    """

    code: str
    step: str | None = None
    role: str | None = None
    people: tuple[Human, ...] = ()
    components: tuple[str, ...] = ()
    quorum_left: int = 0
    facts: tuple[str, ...] = ()


@dataclass(slots=True)
class StepResult:
    """Where a step stands. `have` never passes `quorum`; `approved_by` may, and has every approval that counts.

    `waiting_on`: whose approval of this step would bring the request forward now. Empty unless the step is pending, or is met by
    somebody whom another step needs. `delegates`: who can act for one of them now, as (delegate, principal).
    `changed_components`: what made approvals of this step stale. `roles`: those that may act; more than one if it is `escalated`.
    """

    key: str
    title: str
    role: str
    state: StepState
    quorum: int
    have: int
    approved_by: tuple[Ballot, ...] = ()
    waiting_on: tuple[Human, ...] = ()
    blocked_by: tuple[Ballot, ...] = ()
    reason: Reason | None = None
    changed_components: tuple[str, ...] = ()
    delegates: tuple[tuple[Human, Human], ...] = ()
    escalated: bool = False
    roles: tuple[str, ...] = ()


@dataclass(slots=True)
class Verdict:
    """The answer and its whole explanation.

    Every ballot is counted in a step, or is a block, or is ignored with the reason; only retractions of this round, which have
    done their work, are in none of them. `reason`: why nothing at all can approve it (withdrawn, no_step_applies).
    """

    state: State
    substate: Substate
    steps: tuple[StepResult, ...]
    ignored: tuple[Ignored, ...]
    blocks: tuple[Ballot, ...]
    unblock: tuple[Hint, ...]
    reason: Reason | None = None

    def as_mapping(self) -> dict[str, Any]:
        """Plain values for JSON: ballots by their id. No time is in it, so that equal answers have equal bytes."""
        return {
            "state": self.state,
            "substate": self.substate,
            "steps": [_step_mapping(step) for step in self.steps],
            "ignored": [_ignored_mapping(row) for row in self.ignored],
            "blocks": [_ballot_mapping(ballot) for ballot in self.blocks],
            "unblock": [_plain(hint) for hint in self.unblock],
            "reason": None if self.reason is None else _plain(self.reason),
        }


def _step_mapping(step: StepResult) -> dict[str, Any]:
    body = _plain(step)
    body["approved_by"] = [_ballot_mapping(ballot) for ballot in step.approved_by]
    body["blocked_by"] = [_ballot_mapping(ballot) for ballot in step.blocked_by]
    body["reason"] = None if step.reason is None else _plain(step.reason)
    body["delegates"] = [{"delegate": delegate, "principal": principal} for delegate, principal in step.delegates]
    return body


def _ignored_mapping(row: Ignored) -> dict[str, Any]:
    return {
        "ballot": row.ballot.id,
        "step": row.ballot.step,
        "human": row.ballot.human,
        "principal": row.ballot.principal,
        "why": row.why,
        "components": list(row.components),
    }


def _ballot_mapping(ballot: Ballot) -> dict[str, Any]:
    return {
        "ballot": ballot.id,
        "step": ballot.step,
        "human": ballot.human,
        "principal": ballot.principal,
        "verdict": ballot.verdict,
        "inherited_from": ballot.inherited_from,
    }


def _plain(row: StepResult | Reason | Hint) -> dict[str, Any]:
    values = ((item.name, getattr(row, item.name)) for item in fields(row))
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}
