"""The verdict on a request: a pure function of its policy, what is judged, who said what, and who may say it.

`evaluate` is deterministic, and neutral to the order in which different people spoke (only the order within one voice counts). It
reads no clock and no flag: nothing but ballots can approve. Whether a request is still open, lapsed or withdrawn is its caller's
business.

The rules, in the order in which they are applied:

1.  A step of which a condition does not hold, or which a standard change does without, is not asked: it is met in its turn, when
    what it waits for is. Where a fact that its conditions speak of is not known, the step is in error. A step for each of
    those whom a change touches is one step for each whom the facts name; where they name nobody it is not asked, and where they
    do not say it is in error. If nothing is asked, nothing is approved.
2.  A voice is whose vote it is: the person's own, or the principal's in whose place a delegate speaks. Of the ballots in one
    voice on a step, the last that was valid when cast speaks; `retract` takes it back. Approvals of different bytes stand side by
    side: when the bytes return, so does the approval. A ballot of an earlier round is history. An inherited ballot (of the request
    for the version before) stands until the voice speaks here, in whatever round: a new round does not revive it.
3.  An approval counts while it is about what is there now (every covered component, and the step itself, have the digests that it
    carries), while its voice holds the role under which it was cast, and while nobody behind it is excluded; in another's place,
    while the delegation lasts as well. A component that no step covers is judged by nobody: a change in it changes nothing here.
4.  A block (`request_changes`, `reject`) stands until it is taken back, whatever becomes of its human, of the delegation, of the
    bytes or of the step: removing somebody from a group must not approve. A request for changes can be dismissed; a rejection
    cannot. An inherited block speaks of the same bytes only, and asks for changes at most.
5.  Nobody counts twice: in a request with `distinct_humans`, else on one step, and on two of which one does not accept who approved
    the other. An approval in another's place takes up both people. Who counts where is chosen so that as much as possible is met,
    earlier steps first. Who approved a step and is not needed there may count on one that does not accept its approvers.
6.  On an escalated step more people may act. No ballot that was cast before counts because of it.
7.  Everything met and no block is approved, unless the policy version was withdrawn. Whatever cannot be computed is not met.
    A waiver changes how unmet steps are shown, and nothing else.
"""

from __future__ import annotations

from approvals.evaluation.refusals import acting_role, may_vote
from approvals.evaluation.rules import evaluate
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
    "acting_role",
    "evaluate",
    "may_vote",
]
