"""The verdict on a request: a pure function of its policy, what is judged, who said what, and who may say it.

`evaluate` is deterministic, and neutral to the order in which different people spoke (only the order of one person's own ballots
counts). It reads no clock and no flag: nothing but ballots can approve. Whether a request is still open, lapsed or withdrawn is
its caller's business.

The rules, in the order in which they are applied:

1.  Of each person's ballots on a step, the last that was valid when cast stands; `retract` takes it back. A ballot of an earlier
    round is history. An inherited ballot (of the request for the version before) stands until the person votes here, in whatever
    round: a new round does not revive it.
2.  An approval counts while it is about what is there now (every covered component, and the step itself, have the digests that it
    carries), and while its human holds the role and is not excluded. A component that no step covers is judged by nobody:
    a change in it changes nothing here.
3.  A block (`request_changes`, `reject`) stands until it is taken back, whatever becomes of its human or of the bytes: removing
    somebody from a group must not approve. An inherited block speaks of the same bytes only, and asks for changes at most.
4.  With `distinct_humans`, nobody counts twice; people are matched to steps so that as much as possible is met, earlier steps
    first.
5.  Everything met and no block is approved. Whatever cannot be computed is not met.
"""

from __future__ import annotations

from approvals.evaluation.rules import evaluate, may_vote
from approvals.evaluation.values import (
    BLOCKS,
    IGNORED_WHY,
    REASONS,
    REFUSALS,
    UNBLOCK_CODES,
    VERDICTS,
    Ballot,
    BallotVerdict,
    Eligibility,
    Hint,
    Ignored,
    Reason,
    StepResult,
    Verdict,
)

__all__ = [
    "BLOCKS",
    "IGNORED_WHY",
    "REASONS",
    "REFUSALS",
    "UNBLOCK_CODES",
    "VERDICTS",
    "Ballot",
    "BallotVerdict",
    "Eligibility",
    "Hint",
    "Ignored",
    "Reason",
    "StepResult",
    "Verdict",
    "evaluate",
    "may_vote",
]
