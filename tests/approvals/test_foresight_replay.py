"""Histories lived through with the engine, recorded as rows would be, and replayed: the same policy gives back the same decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from approvals.evaluation import Ballot, Eligibility, evaluate, may_vote
from approvals.foresight import Held, History, Lent, Recorded, replay, summary
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


CALM_DOWN = [HealthCheck.too_slow]
many = settings(max_examples=400, deadline=None, suppress_health_check=CALM_DOWN)
some = settings(max_examples=120, deadline=None, suppress_health_check=CALM_DOWN)


@many
@given(lives())
def test_replaying_the_same_policy_gives_back_what_was_recorded(life):
    found = same_again(life)

    event(life.state)
    assert found.now == found.then
    assert (found.now.state, found.now.at) == (life.state, life.ended_at)
    assert not found.gone
    assert not found.new
    assert found.spared == 0
    assert found.saved in (None, timedelta())


@some
@given(lives(CALM))
def test_while_the_bytes_stay_the_same_no_moment_is_in_doubt(life):
    assert same_again(life).doubtful == 0


@some
@given(lives())
def test_a_replay_agrees_with_the_engine_at_the_end(life):
    if life.state not in ("approved", "rejected"):
        return
    found = same_again(life)

    life.now = life.ended_at
    assert found.verdict.as_mapping() == life.verdict().as_mapping()


def without(policy: Policy, key: str) -> Policy:
    kept = [replace_after(step, key, policy) for step in policy.steps if step.key != key]
    return Policy(title=policy.title, steps=tuple(kept), distinct_humans=policy.distinct_humans)


def replace_after(step: Step, key: str, policy: Policy) -> Step:
    after = tuple(name for name in step.after if name != key)
    return Step(
        key=step.key, title=step.title, role=step.role, quorum=step.quorum, after=after, covers=step.covers, exclude=step.exclude
    )


@some
@given(lives(), st.integers(0, 2))
def test_a_policy_with_a_step_less_approves_what_was_approved_and_no_later(life, at):
    if life.state != "approved" or len(life.policy.steps) < 2:
        return
    gone = life.policy.steps[at % len(life.policy.steps)]
    found = replay(life.recorded(), without(life.policy, gone.key), life.people(), LATER)

    assert found.now.state == "approved"
    assert found.saved >= timedelta()
    assert [step.key for step in found.gone] == [gone.key]
    assert found.spared >= sum(ballot.step == gone.key for ballot in life.recorded().own)


@some
@given(lives())
def test_nobody_is_assumed_to_have_answered_a_step_that_was_not_asked(life):
    more = Step(key="legal", title="Legal", role="counsel", covers=("code",))
    draft = Policy(title="More", steps=(*life.policy.steps, more), distinct_humans=life.policy.distinct_humans)
    found = replay(life.recorded(), draft, life.people(), LATER)

    assert found.now.state != "approved"
    if life.state == "approved":
        assert found.now.state == "open"
        assert "legal" in [step.key for step in found.waiting]
    assert [step.key for step in found.new] == ["legal"]


@some
@given(lives(), policies())
def test_any_draft_decides_within_the_time_of_the_record_and_always_says_the_same(life, draft):
    one = replay(life.recorded(), draft, life.people(), LATER)
    other = replay(life.recorded(), draft, life.people(), LATER)

    assert one == other
    if one.now.at is not None and life.ended_at is not None:
        assert START <= one.now.at <= life.ended_at
    assert summary([one]).n == 1


def test_an_answer_about_less_than_the_draft_covers_does_not_count():
    judge = Step(key="one", title="One", role="judge", covers=("code",))
    life = Life(Policy(title="P", steps=(judge,)), {"judge": {"ada"}, "owner": {"bob"}}, [], "sub")
    life.now += timedelta(hours=5)
    life.vote(0, 0, 1)
    assert life.state == "approved"

    wider = Policy(title="D", steps=(Step(key="one", title="One", role="judge", covers=("code", "data")),))
    narrower_role = Policy(title="D", steps=(Step(key="one", title="One", role="owner", covers=("code",)),))
    looser = Policy(title="D", steps=(Step(key="one", title="Other words", role="judge", covers=("code",), exclude=()),))

    assert replay(life.recorded(), wider, life.people(), LATER).now.state == "open"
    assert replay(life.recorded(), narrower_role, life.people(), LATER).now.state == "open"
    assert replay(life.recorded(), looser, life.people(), LATER).now.state == "approved"


def test_a_step_that_is_gone_takes_its_rejection_with_it():
    steps = (
        Step(key="one", title="One", role="judge", covers=("code",)),
        Step(key="two", title="Two", role="owner", covers=("data",)),
    )
    life = Life(Policy(title="P", steps=steps), {"judge": {"ada"}, "owner": {"bob"}}, [], "sub")
    life.now += timedelta(hours=3)
    life.cast(steps[0], "ada", "approve")
    life.now += timedelta(hours=20)
    life.cast(steps[1], "bob", "reject")
    life.settle()
    assert life.state == "rejected"

    found = replay(life.recorded(), Policy(title="D", steps=steps[:1]), life.people(), LATER)

    assert (found.now.state, found.now.at) == ("approved", START + timedelta(hours=3))
    assert found.saved == timedelta(hours=20)
    assert found.spared == 1


def test_a_shorter_time_limit_would_have_closed_what_was_decided_late():
    step = Step(key="one", title="One", role="judge", covers=("code",))
    life = Life(Policy(title="P", steps=(step,), open_for_days=30), {"judge": {"ada"}, "owner": {"bob"}}, [], "sub")
    life.now += timedelta(days=10)
    life.vote(0, 0, 1)
    assert life.state == "approved"

    found = replay(life.recorded(), Policy(title="P", steps=(step,), open_for_days=7), life.people(), LATER)

    assert (found.now.state, found.now.at) == ("expired", START + timedelta(days=7))


def test_a_record_that_does_not_explain_itself_is_said_to_be_unknown():
    step = Step(key="one", title="One", role="judge", covers=("code",))
    life = Life(Policy(title="P", steps=(step,)), {"judge": {"ada"}, "owner": {"bob"}}, [], "sub")
    recorded = replace(life.recorded(), state="approved", ended_at=START)

    found = replay(recorded, life.policy, life.people(), LATER)

    assert (found.now.state, found.why) == ("unknown", "record")


def test_the_summary_compares_waiting_over_what_was_decided_both_times():
    steps = (
        Step(key="one", title="One", role="judge", covers=("code",)),
        Step(key="two", title="Two", role="owner", covers=("data",)),
    )
    rows = []
    for days in (1, 2, 3):
        life = Life(Policy(title="P", steps=steps), {"judge": {"ada"}, "owner": {"bob"}}, [], "sub")
        life.now += timedelta(days=days)
        life.cast(steps[0], "ada", "approve")
        life.now += timedelta(days=2)
        life.cast(steps[1], "bob", "approve")
        life.settle()
        rows.append(replay(life.recorded(), Policy(title="D", steps=steps[:1]), life.people(), LATER))

    found = summary(rows)

    assert (found.n, found.same, found.sooner, found.spared) == (3, 3, 3, 3)
    assert (found.then.median, found.now.median) == (4, 2)
    assert found.outcomes == {("approved", "approved"): 3}


def test_a_moment_at_which_the_policy_would_have_decided_and_did_not_decides_nothing():
    """The data was another one when the second step was approved, and nothing that was recorded says so."""
    steps = (
        Step(key="one", title="One", role="judge", covers=("code",)),
        Step(key="two", title="Two", role="owner", covers=("data",)),
    )
    life = Life(Policy(title="P", steps=steps), {"judge": {"ada"}, "owner": {"bob"}}, [], "sub")
    life.cast(steps[1], "bob", "approve")
    life.manifest["data"] = "data-2"
    life.now += timedelta(hours=4)
    life.cast(steps[0], "ada", "approve")
    life.settle()
    assert life.state == "open"
    life.now += timedelta(hours=4)
    life.manifest["data"] = "data-1"
    life.settle()

    found = same_again(life)

    assert (found.now.state, found.now.at, found.doubtful) == ("approved", START + timedelta(hours=8), 1)
