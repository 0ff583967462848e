"""One request as its rows tell it, and the moments at which something was decided or could have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from approvals.evaluation import Ballot, Eligibility, Verdict, evaluate
from approvals.foresight.people import History, Human
from approvals.foresight.rebinding import rebound
from approvals.policy import Policy, expanded
from approvals.policy.conditions import FactValue

FINAL = ("approved", "rejected")
Stretch = tuple[datetime, datetime | None]  # half-open; without an end it lasts


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded about a request. `manifest`, `facts` and `contributors` are those of its last write.

    `state` is what became of it (a revoked approval counts as the approval it was), at `ended_at`; open requests have none.
    `ballots`: those cast here in the order in which they were cast, and those that carried over. `rounds`: when each round but the
    first began, as far as that is known. `aside`: ballot → when it had no effect although nobody took it back (an objection that was
    dismissed, an approval whose condition was missed). `escalated`: (round, step) → since when. `withdrawn_at`: when the version of
    the policy was withdrawn.
    """

    id: str
    policy: Policy
    scope: str
    state: str
    opened_at: datetime
    ended_at: datetime | None
    manifest: Mapping[str, str]
    contributors: Mapping[str, frozenset[Human]]
    submitter: Human
    ballots: Sequence[Ballot]
    round: int = 1
    rounds: Mapping[int, datetime] = field(default_factory=dict)
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    standard_change: str | None = None
    aside: Mapping[str, Sequence[Stretch]] = field(default_factory=dict)
    escalated: Mapping[tuple[int, str], datetime] = field(default_factory=dict)
    withdrawn_at: datetime | None = None

    @property
    def own(self) -> list[Ballot]:
        return sorted((ballot for ballot in self.ballots if ballot.inherited_from is None), key=lambda ballot: ballot.sequence)

    @property
    def carried(self) -> list[Ballot]:
        return [ballot for ballot in self.ballots if ballot.inherited_from is not None]


@dataclass(frozen=True, slots=True)
class Moment:
    """A time at which the verdict was looked at: after the first `spoken` ballots, in this round. `last`: nothing follows."""

    at: datetime
    spoken: int
    round: int
    last: bool = False


def moments(recorded: Recorded, now: datetime) -> list[Moment]:
    """When something happened that a verdict follows from: the opening, each ballot, each ballot set aside, each new round; and the
    end, if a verdict ended it, or `now` while it is open."""
    own = recorded.own
    happened = [(ballot.at, ballot.round, 1, number) for number, ballot in enumerate(own, 1)]
    happened += [(at, number, 0, 0) for number, at in recorded.rounds.items() if 1 < number <= recorded.round]
    rounds = {ballot.id: ballot.round for ballot in own}
    happened += [
        (start, rounds[name], 2, 0) for name, all_of in recorded.aside.items() if name in rounds for start, _end in all_of
    ]
    found = [Moment(recorded.opened_at, 0, 1)]
    spoken, number = 0, 1
    for at, in_round, _kind, said in sorted(happened):
        spoken, number = max(spoken, said), max(number, in_round)
        found.append(Moment(at, spoken, number))
    end = recorded.ended_at or now
    found = [moment for moment in found if moment.at <= end]  # what happened to an approval afterwards did not decide it
    if recorded.state not in FINAL and recorded.state != "open":
        return found
    last = Moment(end, len(own), recorded.round, last=True)
    return [*(moment for moment in found if replace(moment, last=True) != last), last]


def engine_input(recorded: Recorded, policy: Policy, moment: Moment, people: History) -> tuple[list[Ballot], Eligibility]:
    """What the engine is asked at a moment, if `policy` had been in force: ballots rebound to its steps, and who could act."""
    then = people.at(recorded.scope, moment.at)
    same = policy.digest == recorded.policy.digest
    eligibility = Eligibility(
        holders=then.holders,
        contributors=recorded.contributors,
        submitter=recorded.submitter,
        delegations=then.delegations,
        escalated=frozenset(
            step for (number, step), since in recorded.escalated.items() if number == moment.round and since <= moment.at
        ),
        withdrawn=same and recorded.withdrawn_at is not None and recorded.withdrawn_at <= moment.at,
    )
    policy = expanded(policy, recorded.facts)
    own = recorded.own[: moment.spoken]
    said = [*_still_carried(recorded.carried, own, moment.round), *own]
    ballots = [_as_of(ballot, recorded, moment) for ballot in said]
    if same:
        return ballots, eligibility
    kept = (rebound(ballot, recorded, policy, people) for ballot in ballots)
    return [ballot for ballot in kept if ballot is not None], eligibility


def verdict_at(recorded: Recorded, policy: Policy, moment: Moment, people: History) -> Verdict:
    """What the engine says of `policy` at a moment."""
    ballots, eligibility = engine_input(recorded, policy, moment, people)
    known = {change.key for change in policy.standard_changes}
    return evaluate(
        policy,
        recorded.manifest,
        ballots,
        eligibility,
        moment.at,
        round=moment.round,
        facts=recorded.facts,
        standard_change=recorded.standard_change if recorded.standard_change in known else None,
    )


def _still_carried(carried: Sequence[Ballot], own: Sequence[Ballot], round_: int) -> list[Ballot]:
    """In a later round inherited objections are answered by the new round, and who has spoken here speaks for themselves."""
    if round_ == 1:
        return [replace(ballot, round=round_) for ballot in carried]
    spoke = {(ballot.step, ballot.principal or ballot.human) for ballot in own}
    return [
        replace(ballot, round=round_)
        for ballot in carried
        if ballot.verdict == "approve" and (ballot.step, ballot.principal or ballot.human) not in spoke
    ]


def _as_of(ballot: Ballot, recorded: Recorded, moment: Moment) -> Ballot:
    """The ballot, without effect only if it had none by then."""
    stretches = recorded.aside.get(ballot.id, ())
    aside = any(start <= moment.at and (end is None or end > moment.at) for start, end in stretches)
    return ballot if ballot.dismissed == aside else replace(ballot, dismissed=aside)
