"""What would happen, and what would have happened: recorded requests under another policy. Pure.

Nothing is guessed. A replay walks what people said, in the order in which they said it, with the roles they held at the time, and
asks the engine what a draft of a policy would have made of it. What the records cannot tell, because nobody was asked, stays open.
"""

from __future__ import annotations

from approvals.foresight.people import Held, History, Lent
from approvals.foresight.rebinding import rebound
from approvals.foresight.recorded import Moment, Recorded, Stretch, engine_input, moments, verdict_at
from approvals.foresight.replay import Outcome, Replayed, StepAsked, replay
from approvals.foresight.summary import Summary, summary

__all__ = [
    "Held",
    "History",
    "Lent",
    "Moment",
    "Outcome",
    "Recorded",
    "Replayed",
    "StepAsked",
    "Stretch",
    "Summary",
    "engine_input",
    "moments",
    "rebound",
    "replay",
    "summary",
    "verdict_at",
]
