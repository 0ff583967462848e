"""What goes into an evaluation and what comes out of it. No rules: those are in `rules.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

from approvals.matching import Human

Digest = str
BallotVerdict = Literal["approve", "abstain", "request_changes", "reject", "retract"]
StepState = Literal["waiting", "pending", "met", "blocked", "error"]
State = Literal["approved", "rejected", "open"]
Substate = Literal["pending", "blocked", "changes_requested"] | None

VERDICTS = ("approve", "abstain", "request_changes", "reject", "retract")
BLOCKS = ("request_changes", "reject")
IGNORED_WHY = (
    "stale", "policy_changed", "role_lost", "contributor", "superseded", "retracted", "earlier_round", "not_eligible_when_cast",
    "abstained", "unknown_step", "counted_elsewhere",
)  # fmt: skip
REASONS = ("after", "missing_component", "no_holder", "too_few", "needed_elsewhere")
UNBLOCK_CODES = ("approve", "review_again", "take_over", "grant_role", "provide_component", "retract_or_resubmit", "resubmit")
REFUSALS = ("not_a_step", "waiting", "no_role", "contributor", "submitter", "nothing_to_retract")


@dataclass(slots=True)
class Ballot:
    """What one human said on one step, about which bytes. `sequence` orders the ballots of a request; `at` is for people to read.

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


@dataclass(slots=True)
class Eligibility:
    """Who holds which role now, and who made what. A role or a component without an entry has nobody."""

    holders: Mapping[str, frozenset[Human]]
    contributors: Mapping[str, frozenset[Human]]
    submitter: Human | None


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
    """Why a step is waiting, blocked or in error.

    after: `steps` are not met. missing_component: `components` are not in the manifest. no_holder, too_few: of the holders of the
    role `eligible` may approve, `excluded` contributed, and the quorum is out of reach. needed_elsewhere: they would be enough,
    but other steps need some of them, and nobody counts twice.
    """

    code: str
    quorum: int = 0
    eligible: tuple[Human, ...] = ()
    excluded: tuple[Human, ...] = ()
    steps: tuple[str, ...] = ()
    components: tuple[str, ...] = ()


@dataclass(slots=True)
class Hint:
    """One thing that would bring the request forward.

    approve, review_again: `people` can do it now (again, because `components` changed; none if the step itself did). take_over:
    `people` can approve a met step, which frees somebody for another one. grant_role: `quorum_left` more people need `role`.
    provide_component: `components` are missing. retract_or_resubmit: `people` asked for changes. resubmit: it was rejected.
    """

    code: str
    step: str | None = None
    role: str | None = None
    people: tuple[Human, ...] = ()
    components: tuple[str, ...] = ()
    quorum_left: int = 0


@dataclass(slots=True)
class StepResult:
    """Where a step stands. `have` never passes `quorum`; `approved_by` may, and has every approval that counts.

    `waiting_on`: whose approval of this step would bring the request forward now. Empty unless the step is pending, or is met by
    somebody whom another step needs. `changed_components`: what made approvals of this step stale.
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


@dataclass(slots=True)
class Verdict:
    """The answer and its whole explanation.

    Every ballot is counted in a step, or is a block, or is ignored with the reason; only retractions of this round, which have
    done their work, are in none of them.
    """

    state: State
    substate: Substate
    steps: tuple[StepResult, ...]
    ignored: tuple[Ignored, ...]
    blocks: tuple[Ballot, ...]
    unblock: tuple[Hint, ...]

    def as_mapping(self) -> dict[str, Any]:
        """Plain values for JSON: ballots by their id. No time is in it, so that equal answers have equal bytes."""
        return {
            "state": self.state,
            "substate": self.substate,
            "steps": [_step_mapping(step) for step in self.steps],
            "ignored": [
                {"ballot": row.ballot.id, "step": row.ballot.step, "human": row.ballot.human, "why": row.why,
                 "components": list(row.components)}
                for row in self.ignored
            ],
            "blocks": [_ballot_mapping(ballot) for ballot in self.blocks],
            "unblock": [_plain(hint) for hint in self.unblock],
        }  # fmt: skip


def _step_mapping(step: StepResult) -> dict[str, Any]:
    body = _plain(step)
    body["approved_by"] = [_ballot_mapping(ballot) for ballot in step.approved_by]
    body["blocked_by"] = [_ballot_mapping(ballot) for ballot in step.blocked_by]
    body["reason"] = None if step.reason is None else _plain(step.reason)
    return body


def _ballot_mapping(ballot: Ballot) -> dict[str, Any]:
    return {
        "ballot": ballot.id,
        "step": ballot.step,
        "human": ballot.human,
        "verdict": ballot.verdict,
        "inherited_from": ballot.inherited_from,
    }


def _plain(row: StepResult | Reason | Hint) -> dict[str, Any]:
    values = ((item.name, getattr(row, item.name)) for item in fields(row))
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}
