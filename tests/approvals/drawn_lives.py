"""Lives of requests, drawn at random and lived through with the engine, recorded as rows would be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from approvals.evaluation import Ballot, Eligibility, evaluate, may_vote
from approvals.foresight import Held, History, Lent, Recorded, replay
from approvals.policy import Policy, Step

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = START + timedelta(days=365)
HUMANS = ("ada", "bob", "cyd", "dan")
ROLES = ("judge", "owner")
COMPONENTS = ("code", "data", "model")
KEYS = ("one", "two", "three")
VERDICTS = ("approve",) * 6 + ("abstain", "request_changes", "request_changes", "reject")
CALM = ("vote",) * 8 + (
    "retract",
    "grant",
    "end_grant",
    "resubmit",
    "resubmit",
    "dismiss",
    "dismiss",
    "lend",
    "settle",
    "withdraw",
)
RESTLESS = (*CALM, "change", "change", "contribute")


class Life:
    """A request while it is open. Each command is followed by what the services do: look at the verdict, and close if it is final."""

    def __init__(self, policy: Policy, holders: dict[str, set[str]], carried: list[Ballot], submitter: str) -> None:
        self.policy = policy
        self.now = START
        self.held = [
            Held(human, role, "", START - timedelta(days=1), None) for role, people in holders.items() for human in people
        ]
        self.lent: list[Lent] = []
        self.manifest = {name: f"{name}-1" for name in COMPONENTS}
        self.contributors: dict[str, set[str]] = {}
        self.submitter = submitter
        self.ballots = list(carried)
        self.round = 1
        self.rounds: dict[int, datetime] = {}
        self.aside: dict[str, list] = {}
        self.state, self.ended_at = "open", None
        self.settle()

    def people(self) -> History:
        return History(self.held, self.lent)

    def eligibility(self) -> Eligibility:
        then = self.people().at("", self.now)
        return Eligibility(
            then.holders,
            {name: frozenset(people) for name, people in self.contributors.items()},
            self.submitter,
            delegations=then.delegations,
        )

    def spoken(self) -> list[Ballot]:
        """What the services give to the engine: in a later round, of what carried over, approvals of those who have not spoken."""
        own = [ballot for ballot in self.ballots if ballot.inherited_from is None]
        spoke = {(ballot.step, ballot.principal or ballot.human) for ballot in own}
        kept = [
            replace(ballot, round=self.round)
            for ballot in self.ballots
            if ballot.inherited_from is not None
            and (
                self.round == 1 or (ballot.verdict == "approve" and (ballot.step, ballot.principal or ballot.human) not in spoke)
            )
        ]
        return [replace(ballot, dismissed=ballot.id in self.aside) for ballot in (*kept, *own)]

    def verdict(self):
        return evaluate(self.policy, self.manifest, self.spoken(), self.eligibility(), self.now, round=self.round)

    def settle(self, *_choice: int) -> None:
        found = self.verdict().state
        if found != "open":
            self.state, self.ended_at = found, self.now

    # --- commands: `a`, `b` and `c` choose among what there is ---

    def vote(self, a: int, b: int, c: int) -> None:
        waited = [(step.key, human) for step in self.verdict().steps for human in step.waiting_on]
        if c % 3 and waited:  # mostly somebody who is asked; without it, few histories get anywhere
            key, human = waited[a % len(waited)]
        else:
            key, human = KEYS[a % len(KEYS)], HUMANS[b % len(HUMANS)]
        step = self.policy.step(key)
        places = sorted(place for place, _role in self.people().at("", self.now).delegations.get(human, ()))
        principal = places[a % len(places)] if places and b % 2 else None
        verdict = VERDICTS[b % len(VERDICTS)]
        if step is not None and self.may(key, human, verdict, principal):
            self.cast(step, human, verdict, principal)
            self.settle()

    def may(self, key: str, human: str, verdict: str, principal: str | None) -> bool:
        refusal = may_vote(
            self.policy,
            self.manifest,
            self.spoken(),
            self.eligibility(),
            key,
            human,
            self.now,
            self.round,
            verdict=verdict,
            principal=principal,
        )
        return refusal is None

    def cast(self, step: Step, human: str, verdict: str, principal: str | None = None) -> None:
        components = {name: self.manifest[name] for name in step.covers}
        number = len(self.ballots) + 100
        self.ballots.append(
            Ballot(
                f"bl_{number}", step.key, human, verdict, components, step.digest, self.now, self.round, number,
                principal=principal, role=step.role,
            )
        )  # fmt: skip

    def retract(self, a: int, b: int, c: int) -> None:
        key, human = KEYS[a % len(KEYS)], HUMANS[b % len(HUMANS)]
        step = self.policy.step(key)
        if step is not None and self.may(key, human, "retract", None):
            self.cast(step, human, "retract")
            self.settle()

    def grant(self, a: int, b: int, c: int) -> None:
        self.held.append(Held(HUMANS[a % len(HUMANS)], ROLES[b % len(ROLES)], "", self.now, None))

    def end_grant(self, a: int, b: int, c: int) -> None:
        at = a % len(self.held)
        if self.held[at].ends is None:
            self.held[at] = self.held[at]._replace(ends=self.now)

    def lend(self, a: int, b: int, c: int) -> None:
        principal, delegate = HUMANS[a % len(HUMANS)], HUMANS[b % len(HUMANS)]
        if principal != delegate:
            self.lent.append(Lent(principal, delegate, None, "", self.now, self.now + timedelta(hours=1 + c)))

    def dismiss(self, a: int, b: int, c: int) -> None:
        blocks = [ballot for ballot in self.ballots if ballot.verdict == "request_changes" and ballot.inherited_from is None]
        if blocks:
            self.aside.setdefault(blocks[a % len(blocks)].id, [(self.now, None)])
            self.settle()

    def resubmit(self, a: int, b: int, c: int) -> None:
        if self.verdict().substate == "changes_requested":
            self.round += 1
            self.rounds[self.round] = self.now
            self.settle()

    def withdraw(self, a: int, b: int, c: int) -> None:
        if a == b == c:
            self.state, self.ended_at = "withdrawn", self.now

    def change(self, a: int, b: int, c: int) -> None:
        self.manifest[COMPONENTS[a % len(COMPONENTS)]] = f"{COMPONENTS[a % len(COMPONENTS)]}-{1 + b % 2}"

    def contribute(self, a: int, b: int, c: int) -> None:
        self.contributors.setdefault(COMPONENTS[a % len(COMPONENTS)], set()).add(HUMANS[b % len(HUMANS)])

    def recorded(self, policy: Policy | None = None) -> Recorded:
        return Recorded(
            id="rq_1",
            policy=policy or self.policy,
            scope="",
            state=self.state,
            opened_at=START,
            ended_at=self.ended_at,
            manifest=dict(self.manifest),
            contributors={name: frozenset(people) for name, people in self.contributors.items()},
            submitter=self.submitter,
            ballots=list(self.ballots),
            round=self.round,
            rounds=dict(self.rounds),
            aside=dict(self.aside),
        )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    steps: list[Step] = []
    for key in KEYS[: draw(st.integers(1, 3))]:
        steps.append(
            Step(
                key=key,
                title=key,
                role=draw(st.sampled_from(ROLES)),
                quorum=draw(st.sampled_from((1, 1, 1, 2))),
                after=tuple(draw(st.sets(st.sampled_from([other.key for other in steps]), max_size=1))) if steps else (),
                covers=tuple(draw(st.sets(st.sampled_from(COMPONENTS), min_size=1, max_size=2))),
                exclude=draw(st.sampled_from((("contributors",), ("contributors",), ()))),
            )
        )
    return Policy(title="Drawn", steps=tuple(steps), distinct_humans=draw(st.booleans()))


@st.composite
def lives(draw: st.DrawFn, kinds: tuple[str, ...] = RESTLESS) -> Life:
    """A whole life, and with it what carried over from the version before: some approvals and objections over the first bytes."""
    policy = draw(policies())
    holders = {role: draw(st.sets(st.sampled_from(HUMANS), min_size=2)) for role in ROLES}
    carried = []
    for number in range(draw(st.integers(0, 2))):
        step = draw(st.sampled_from(policy.steps))
        human = draw(st.sampled_from(sorted(holders[step.role])))
        said = draw(st.sampled_from(("approve", "approve", "request_changes")))
        components = {name: f"{name}-1" for name in step.covers}
        if (step.key, human) not in {(other.step, other.human) for other in carried}:
            at = START - timedelta(days=2)
            carried.append(
                Ballot(
                    f"bl_{number}",
                    step.key,
                    human,
                    said,
                    components,
                    step.digest,
                    at,
                    1,
                    number,
                    inherited_from="rq_0",
                    role=step.role,
                )
            )
    life = Life(policy, holders, carried, draw(st.sampled_from((*HUMANS, "sub"))))
    numbers = st.integers(0, 11)
    for kind, hours, a, b, c in draw(
        st.lists(st.tuples(st.sampled_from(kinds), st.integers(0, 30), numbers, numbers, numbers), min_size=4, max_size=18)
    ):
        if life.state != "open":
            break
        life.now += timedelta(hours=hours)
        getattr(life, kind)(a, b, c)
    return life


def same_again(life: Life):
    return replay(life.recorded(), life.policy, life.people(), max(LATER, life.now))
