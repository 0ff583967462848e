"""A recorded request under a draft of its policy: when it would have been decided, and how.

Every answer is taken at the time at which it was given: nobody is assumed to have answered sooner because the draft asks sooner, or
to have answered at all where nobody was asked. So a replay finds what a shorter chain would have saved, and names whom a longer one
would still be waiting for; it does not invent answers.

The manifest, the facts and the contributors are those of the record's last write. Where bytes came and went while the request was
open, the record may not tell what was judged at some moment in between. Such a moment gives itself away: the policy of the time would
have decided there, and did not. It is left out (`doubtful`), so a replay of the same policy gives back what was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from approvals.evaluation import Verdict
from approvals.foresight.people import History
from approvals.foresight.recorded import FINAL, Moment, Recorded, moments, verdict_at
from approvals.policy import Policy

End = Literal["approved", "rejected", "withdrawn", "expired", "superseded", "open", "unknown"]
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request, and when; no time while it is open, or unknown."""

    state: End
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepAsked:
    """A step that somebody is, or would be, asked. `state` is that of the engine."""

    key: str
    title: str
    role: str
    state: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """`then` is the record, `now` what the draft would have made of it. `saved`: how much sooner it would have been decided; None
    unless both were decided by a verdict.

    `waiting`: unmet steps, when it would still be open. `gone`, `new`: steps that are not asked any more, or were not asked then.
    `spared`: ballots that nobody would have had to cast. `doubtful`: moments that were left out. `unknown` as an outcome says that
    the record does not explain itself: its own policy does not lead to the recorded end (`why` is "record"), or the draft asks for a
    fact that was not recorded ("missing_fact").
    """

    id: str
    opened_at: datetime
    then: Outcome
    now: Outcome
    saved: timedelta | None = None
    waiting: tuple[StepAsked, ...] = ()
    gone: tuple[StepAsked, ...] = ()
    new: tuple[StepAsked, ...] = ()
    spared: int = 0
    doubtful: int = 0
    why: str = ""
    verdict: Verdict | None = None

    @property
    def same(self) -> bool:
        return self.then.state == self.now.state


def replay(recorded: Recorded, draft: Policy, people: History, now: datetime) -> Replayed:
    """What the draft would have made of the request. `now` stands for the end of an open one."""
    then = _then(recorded)
    walk = moments(recorded, now)
    at_end = walk[-1]
    was = verdict_at(recorded, recorded.policy, at_end, people)
    if recorded.state in FINAL and was.state != recorded.state:
        return Replayed(recorded.id, recorded.opened_at, then, Outcome("unknown"), why="record", verdict=was)
    lapses = _lapses(recorded, draft)
    found: Moment | None = None
    verdict = was
    doubtful = 0
    for moment in walk:
        if lapses is not None and moment.at > lapses:
            break
        verdict = verdict_at(recorded, draft, moment, people)
        if verdict.state not in FINAL:
            continue
        decided_then = moment.last and recorded.state in FINAL
        if not decided_then and verdict_at(recorded, recorded.policy, moment, people).state in FINAL:
            doubtful += 1
            continue
        found = moment
        break
    outcome = _outcome(recorded, draft, verdict, found, lapses)
    if outcome.state == "open" and any(step.reason and step.reason.code == "missing_fact" for step in verdict.steps):
        return Replayed(
            recorded.id, recorded.opened_at, then, Outcome("unknown"), why="missing_fact", doubtful=doubtful, verdict=verdict
        )
    asked_then, asked_now = _asked(was), _asked(verdict)
    both = then.state in FINAL and outcome.state in FINAL
    return Replayed(
        id=recorded.id,
        opened_at=recorded.opened_at,
        then=then,
        now=outcome,
        saved=then.at - outcome.at if both and then.at is not None and outcome.at is not None else None,
        waiting=tuple(step for step in asked_now.values() if step.state != "met") if outcome.state == "open" else (),
        gone=tuple(step for key, step in asked_then.items() if key not in asked_now),
        new=tuple(step for key, step in asked_now.items() if key not in asked_then),
        spared=_spared(recorded, found, outcome, asked_now),
        doubtful=doubtful,
        verdict=verdict,
    )


def _then(recorded: Recorded) -> Outcome:
    state: End = recorded.state  # type: ignore[assignment] # the caller maps what rows say onto these
    return Outcome(state, recorded.ended_at)


def _lapses(recorded: Recorded, draft: Policy) -> datetime | None:
    """When the request would have lapsed under the draft, if that is before its recorded end and not what the record says anyway."""
    if draft.open_for_days is None or draft.open_for_days == recorded.policy.open_for_days:
        return None
    at = recorded.opened_at + draft.open_for_days * A_DAY
    return at if recorded.ended_at is not None and at < recorded.ended_at else None


def _outcome(recorded: Recorded, draft: Policy, verdict: Verdict, found: Moment | None, lapses: datetime | None) -> Outcome:
    if found is not None:
        return Outcome("approved" if verdict.state == "approved" else "rejected", found.at)
    if lapses is not None:
        return Outcome("expired", lapses)
    if recorded.state in ("withdrawn", "superseded"):
        return _then(recorded)  # somebody did that, whatever the rules
    lapsed_then = recorded.state == "expired" and draft.open_for_days == recorded.policy.open_for_days
    return _then(recorded) if lapsed_then else Outcome("open")


def _asked(verdict: Verdict) -> dict[str, StepAsked]:
    """The steps that concern somebody, by key."""
    return {
        step.key: StepAsked(step.key, step.title, step.role, step.state)
        for step in verdict.steps
        if step.state != "not_applicable"
    }


def _spared(recorded: Recorded, found: Moment | None, outcome: Outcome, asked: dict[str, StepAsked]) -> int:
    """Ballots that were cast after the draft had decided, or on a step that it does not ask."""
    own = recorded.own
    needed = own[: found.spoken] if found is not None else own
    if outcome.state == "expired" and outcome.at is not None:
        needed = [ballot for ballot in own if ballot.at <= outcome.at]
    unneeded = len(own) - len(needed)
    return unneeded + sum(ballot.step not in asked for ballot in needed)
