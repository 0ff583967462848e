"""The invariants of an approval after every command of a random history, held against a reference that shares no code with it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from approvals.evaluation import Ballot, Eligibility, evaluate, may_vote
from approvals.policy import Policy, Step
from tests.approvals.ballots import NOW, ballot, people, policy, step
from tests.approvals.reference import Saying, World, expected

HUMANS = ("ada", "bob", "cyd", "dan", "eve")
ROLES = ("judge", "owner")
COMPONENTS = ("code", "data", "model")
KEYS = ("one", "two", "three")
VOTES = ("approve", "approve", "approve", "abstain", "request_changes", "reject")

humans = st.sampled_from(HUMANS)
components = st.sampled_from(COMPONENTS)
keys = st.sampled_from(KEYS)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    steps: list[Step] = []
    for key in KEYS[: draw(st.integers(1, 3))]:
        steps.append(
            Step(
                key=key,
                title=key,
                role=draw(st.sampled_from(ROLES)),
                quorum=draw(st.sampled_from((1, 1, 2))),
                after=tuple(draw(st.sets(st.sampled_from([other.key for other in steps]), max_size=1))) if steps else (),
                covers=tuple(draw(st.sets(components, min_size=1, max_size=2))),
                exclude=draw(st.sampled_from((("contributors",), ("contributors",), ()))),
            )
        )
    distinct = draw(st.sampled_from((True, True, False)))
    return Policy(title="Drawn", steps=tuple(draw(st.permutations(steps))), distinct_humans=distinct)


class Approval(RuleBasedStateMachine):
    """A request lived through: people vote, roles and bytes come and go, rounds and versions follow one another."""

    def __init__(self) -> None:
        super().__init__()
        self.ballots: list[Ballot] = []
        self.round = 1
        self.number = 0

    @initialize(drawn=policies(), holders=st.lists(st.sets(humans, min_size=2), min_size=2, max_size=2), submitter=humans)
    def submit(self, drawn, holders, submitter):
        manifest = {name: f"{name}-1" for name in COMPONENTS}
        self.world = World(drawn, manifest, dict(zip(ROLES, map(set, holders), strict=True)), {}, submitter)

    # --- people ---

    @rule(key=keys, human=humans, verdict=st.sampled_from(VOTES))
    def vote(self, key, human, verdict):
        step = self.world.policy.step(key)
        refusal = self.refusal(key, human, verdict)
        assert refusal == self.expected_refusal(step, human)
        if step is None:
            return
        cast = self.append(step, human, verdict, valid=refusal is None)
        if refusal is None:
            self.world.saying[key, human] = Saying(verdict, dict(cast.components), step.digest)

    @rule(choice=st.integers(0, 20))
    def vote_who_is_waited_for(self, choice):
        """What mostly happens: without it, few histories get anywhere."""
        waited = [(row.key, human) for row in self.verdict().steps for human in row.waiting_on]
        if waited:
            self.vote(*waited[choice % len(waited)], "approve")

    @rule(key=keys, human=humans)
    def retract(self, key, human):
        standing = (key, human) in self.world.saying
        step = self.world.policy.step(key)
        missing = "not_a_step" if step is None else "nothing_to_retract"
        assert self.refusal(key, human, "retract") == (None if standing else missing)
        if standing:
            asked = step or Step(key=key, title=key, role="judge", covers=("code",))
            self.append(asked, human, "retract", valid=True)
            del self.world.saying[key, human]

    @rule(role=st.sampled_from(ROLES), human=humans)
    def grant(self, role, human):
        self.world.holders[role].add(human)

    @rule(role=st.sampled_from(ROLES), human=humans)
    def end_grant(self, role, human):
        """I4: taking a role away approves nothing."""
        before = self.verdict().state
        self.world.holders[role].discard(human)
        assert before == "approved" or self.verdict().state != "approved"

    # --- bytes ---

    @rule(component=components, version=st.integers(1, 2))
    def change(self, component, version):
        self.world.manifest[component] = f"{component}-{version}"

    @rule(component=components)
    def lose(self, component):
        self.world.manifest.pop(component, None)

    @rule(component=components, human=humans)
    def contribute(self, component, human):
        """I4: a new contributor approves nothing."""
        before = self.verdict().state
        self.world.contributors.setdefault(component, set()).add(human)
        assert before == "approved" or self.verdict().state != "approved"

    # --- rounds, versions, policies ---

    @rule()
    def resubmit(self):
        self.round += 1
        self.world.saying = {key: said for key, said in self.world.saying.items() if said.inherited}

    @precondition(lambda self: self.verdict().state != "rejected")
    @rule(component=components)
    def next_version(self, component):
        """The request of the next version starts from the approvals that counted and the changes that were asked for."""
        verdict = self.verdict()
        counted = [row for result in verdict.steps for row in result.approved_by]
        self.ballots = [replace(row, inherited_from="rq_before") for row in [*counted, *verdict.blocks]]
        kept = {(row.step, row.human) for row in self.ballots}
        self.world.saying = {key: replace(said, inherited=True) for key, said in self.world.saying.items() if key in kept}
        self.world.contributors.clear()
        self.round = 1
        self.change(component, 2)

    @rule(drawn=policies())
    def migrate(self, drawn):
        self.world.policy = drawn

    # --- what always holds ---

    @invariant()
    def agrees_with_the_reference(self):
        verdict = self.verdict()
        want = expected(self.world)
        assert (verdict.state, verdict.substate) == (want.state, want.substate)
        assert [row.state for row in verdict.steps] == want.states
        assert [row.have for row in verdict.steps] == want.have
        for row, alone in zip(verdict.steps, want.wanted_alone, strict=True):
            if alone:
                assert set(row.waiting_on) == alone
        assert {(row.step, row.human) for row in verdict.blocks} == {(key, human) for key, human, _ in self.world.blocks()}

    @invariant()
    def approved_means_what_it_says(self):
        """I1."""
        verdict = self.verdict()
        if verdict.state != "approved":
            return
        assert not verdict.blocks
        for row in verdict.steps:
            step = self.world.policy.step(row.key)
            voters = {cast.human for cast in row.approved_by}
            assert len(voters) >= step.quorum
            assert voters <= self.world.holders[step.role] - self.world.excluded(step)
            assert all(cast.components[name] == self.world.manifest[name] for cast in row.approved_by for name in step.covers)

    @invariant()
    def nobody_counts_twice(self):
        """I2."""
        if self.world.policy.distinct_humans:
            counted = Counter(cast.human for row in self.verdict().steps for cast in row.approved_by)
            assert set(counted.values()) <= {1}

    @invariant()
    def every_ballot_is_accounted_for_once(self):
        verdict = self.verdict()
        told = [row.ballot.id for row in verdict.ignored] + [row.id for row in verdict.blocks]
        told += [cast.id for row in verdict.steps for cast in row.approved_by]
        retractions = {row.id for row in self.ballots if row.verdict == "retract"}  # told only where they are history
        assert len(told) == len(set(told))
        assert set(told) - retractions == {row.id for row in self.ballots} - retractions

    @invariant()
    def neither_order_nor_time_matters(self):
        """I3, I7, I10: the sequence of each person's ballots is all that counts, and no clock approves."""
        shuffled = random.Random(len(self.ballots)).sample(self.ballots, len(self.ballots))
        assert self.verdict(shuffled) == self.verdict()
        assert self.verdict(now=NOW + timedelta(days=4000)) == self.verdict()

    @invariant()
    def what_does_not_count_changes_nothing(self):
        """I4: abstentions of people who said nothing, votes of the ineligible, repetitions."""
        verdict = self.verdict()
        extra = [
            replace(row, id=row.id + "x", eligible_when_cast=False, sequence=10_000, verdict="approve") for row in self.ballots
        ]
        for asked in self.world.policy.steps:
            for human in HUMANS:
                if (asked.key, human) not in self.world.saying:
                    verdict_ = "abstain" if human in self.world.eligible(asked) else "approve"
                    extra.append(self.make(asked, human, verdict_))
        again = self.verdict(self.ballots + extra)
        assert (again.state, again.substate) == (verdict.state, verdict.substate)
        assert [replace(row, changed_components=()) for row in again.steps] == [
            replace(row, changed_components=()) for row in verdict.steps
        ]

    @invariant()
    def pending_always_names_somebody_who_can_move_it(self):
        verdict = self.verdict()
        if verdict.substate == "pending":
            asked = [(row.key, human) for row in verdict.steps for human in row.waiting_on]
            assert asked
            assert all(self.refusal(key, human, "approve") is None for key, human in asked)
            casts = [self.make(self.world.policy.step(key), human, "approve") for key, human in asked]
            active = [at for at, row in enumerate(verdict.steps) if row.state in ("met", "pending")]
            after = self.verdict(self.ballots + casts)
            assert sum(after.steps[at].have for at in active) > sum(verdict.steps[at].have for at in active)
        assert verdict.state == "approved" or verdict.unblock

    # --- how ---

    def verdict(self, ballots=None, now=NOW):
        ballots = self.ballots if ballots is None else ballots
        return evaluate(self.world.policy, self.world.manifest, ballots, self.world.eligibility(), now, round=self.round)

    def refusal(self, key, human, verdict):
        who = self.world.eligibility()
        return may_vote(self.world.policy, self.world.manifest, self.ballots, who, key, human, NOW, self.round, verdict=verdict)

    def expected_refusal(self, step, human):
        if step is None:
            return "not_a_step"
        states = dict(zip((row.key for row in self.world.policy.steps), expected(self.world).states, strict=True))
        if any(states[key] != "met" for key in step.after):
            return "waiting"
        if human not in self.world.holders[step.role]:
            return "no_role"
        if step.exclude and any(human in self.world.contributors.get(name, ()) for name in step.covers):
            return "contributor"
        return "submitter" if step.exclude and human == self.world.submitter else None

    def make(self, step, human, verdict):
        self.number += 1
        seen = {name: self.world.manifest[name] for name in step.covers if name in self.world.manifest}
        return Ballot(f"ba_{self.number}", step.key, human, verdict, seen, step.digest, NOW, self.round, self.number)

    def append(self, step, human, verdict, *, valid):
        cast = replace(self.make(step, human, verdict), eligible_when_cast=valid)
        self.ballots.append(cast)
        return cast


TestApproval = Approval.TestCase
TestApproval.settings = settings(
    max_examples=200,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


# --- metamorphic: a change of the question that must not change the answer, or must change it in a known way ---


@st.composite
def cases(draw: st.DrawFn) -> tuple[Policy, dict[str, str], list[Ballot], Eligibility]:
    """A policy with ballots of any kind, valid when cast or not, on any bytes."""
    drawn = draw(policies())
    manifest = {name: f"{name}-1" for name in COMPONENTS}
    casts = []
    for number in range(draw(st.integers(0, 10))):
        asked = draw(st.sampled_from(drawn.steps))
        of = {name: draw(st.sampled_from((value, value, value, "old"))) for name, value in manifest.items()}
        valid = draw(st.sampled_from((True, True, True, False)))
        cast = ballot(
            asked, draw(humans), draw(st.sampled_from((*VOTES, "retract"))), of=of, sequence=number, eligible_when_cast=valid
        )
        casts.append(cast)
    held = {role: frozenset(draw(st.sets(humans))) for role in ROLES}
    made = {name: frozenset(draw(st.sets(humans, max_size=1))) for name in COMPONENTS}
    return drawn, manifest, casts, Eligibility(held, made, draw(humans))


def outline(verdict):
    return verdict.state, verdict.substate, [(row.key, row.state, row.have, len(row.waiting_on)) for row in verdict.steps]


@settings(deadline=None)
@given(cases(), st.permutations(HUMANS))
def test_other_names_for_the_same_people_give_the_same_verdict(case, names):
    drawn, manifest, casts, who = case
    called = dict(zip(HUMANS, names, strict=True))

    def rename(groups):
        return {key: frozenset(called[human] for human in group) for key, group in groups.items()}

    renamed = Eligibility(rename(who.holders), rename(who.contributors), called[who.submitter])
    recast = [replace(cast, human=called[cast.human]) for cast in casts]
    one, other = evaluate(drawn, manifest, casts, who, NOW), evaluate(drawn, manifest, recast, renamed, NOW)
    assert outline(one) == outline(other)
    assert [{called[human] for human in row.waiting_on} for row in one.steps] == [set(row.waiting_on) for row in other.steps]


@settings(deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_how_different_people_interleave_does_not_matter(case, random):
    """I10, with new numbers as another interleaving would give: each person's own ballots keep their order."""
    drawn, manifest, casts, who = case
    turns = [cast.human for cast in casts]
    random.shuffle(turns)
    own = {human: iter([cast for cast in casts if cast.human == human]) for human in HUMANS}
    rearranged = [replace(next(own[human]), sequence=number) for number, human in enumerate(turns)]
    before, after = evaluate(drawn, manifest, casts, who, NOW), evaluate(drawn, manifest, rearranged, who, NOW)
    assert before.as_mapping() == after.as_mapping()


@settings(deadline=None)
@given(cases(), components)
def test_bytes_that_change_and_come_back_leave_no_trace(case, component):
    drawn, manifest, casts, who = case
    before = evaluate(drawn, manifest, casts, who, NOW)
    evaluate(drawn, manifest | {component: "other"}, casts, who, NOW)
    assert evaluate(drawn, dict(manifest), casts, who, NOW) == before


@settings(deadline=None)
@given(cases(), components)
def test_new_bytes_never_approve(case, component):
    drawn, manifest, casts, who = case
    changed = evaluate(drawn, manifest | {component: "never seen"}, casts, who, NOW)
    if any(component in asked.covers for asked in drawn.steps):
        assert changed.state != "approved"
    else:
        assert changed == evaluate(drawn, manifest, casts, who, NOW)


@settings(deadline=None)
@given(cases())
def test_without_ballots_that_count_nothing_is_approved(case):
    """I7."""
    drawn, manifest, casts, who = case
    silent = [cast for cast in casts if cast.verdict != "approve" or not cast.eligible_when_cast]
    assert evaluate(drawn, manifest, silent, who, NOW).state != "approved"


@settings(deadline=None)
@given(cases(), humans)
def test_taking_somebodys_approvals_away_never_approves(case, human):
    drawn, manifest, casts, who = case
    if evaluate(drawn, manifest, casts, who, NOW).state == "open":
        fewer = [cast for cast in casts if cast.human != human or cast.verdict != "approve"]
        blocks_before = [
            cast for cast in casts if cast.human == human and cast.verdict in ("request_changes", "reject", "retract")
        ]
        if not blocks_before:
            assert evaluate(drawn, manifest, fewer, who, NOW).state == "open"


@settings(deadline=None)
@given(st.sets(humans), st.sets(humans), st.sets(humans, max_size=2))
def test_a_quorum_of_two_is_two_parallel_steps_of_one(holders, voters, makers):
    double = step("whole", "judge", quorum=2)
    halves = (step("left", "judge"), step("right", "judge"))
    who = people({"judge": " ".join(holders)}, {"code": " ".join(makers)})
    manifest = {"code": "code-1", "model": "model-1"}
    whole = evaluate(policy(double), manifest, [ballot(double, human, of=manifest) for human in voters], who, NOW)
    parts = evaluate(
        policy(*halves), manifest, [ballot(half, human, of=manifest) for half in halves for human in voters], who, NOW
    )
    assert (whole.state, whole.substate) == (parts.state, parts.substate)


@settings(deadline=None)
@given(cases())
@example((policy(step("one", "judge", covers=("code",))), {}, [], people({"judge": "ada"})))
def test_the_written_form_is_a_function_of_the_answer(case):
    drawn, manifest, casts, who = case
    first, second = evaluate(drawn, manifest, casts, who, NOW), evaluate(drawn, manifest, list(reversed(casts)), who, NOW)
    assert first.as_mapping() == second.as_mapping()
