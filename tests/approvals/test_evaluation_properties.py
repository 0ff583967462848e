"""The invariants of an approval after every command of a random history, held against a reference that shares no code with it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from approvals.evaluation import IGNORED_WHY, REASONS, REFUSALS, UNBLOCK_CODES, Ballot, acting_role, evaluate, may_vote
from approvals.policy import Step
from tests.approvals.ballots import NOW
from tests.approvals.drawn import (
    COMPONENTS,
    HUMANS,
    ROLES,
    TIERS,
    VOTES,
    components,
    humans,
    keys,
    lent_roles,
    policies,
    roles,
)
from tests.approvals.reference import Saying, World, expected, refusal, role_of


class Approval(RuleBasedStateMachine):
    """A request lived through: people vote for themselves and others; roles, bytes and facts come and go, rounds and versions
    follow one another."""

    def __init__(self) -> None:
        super().__init__()
        self.ballots: list[Ballot] = []
        self.round = 1
        self.number = 0

    @initialize(drawn=policies(), holders=st.lists(st.sets(humans, min_size=2), min_size=3, max_size=3), submitter=humans)
    def submit(self, drawn, holders, submitter):
        manifest = {name: f"{name}-1" for name in COMPONENTS}
        self.world = World(
            drawn, manifest, dict(zip(ROLES, map(set, holders), strict=True)), {}, submitter, {"risk_tier": "high"}
        )

    # --- people ---

    @rule(key=keys, human=humans, verdict=st.sampled_from(VOTES), principal=st.none() | humans)
    def vote(self, key, human, verdict, principal):
        principal = None if principal == human else principal
        step = self.world.policy.step(key)
        why = self.refusal(key, human, verdict, principal)
        want = refusal(self.world, key, human, principal)
        assert why == want or (want is None and why == "counted_before" and self.counts_apart(step, human, principal))
        if step is None:
            return
        role = role_of(self.world, key, human, principal)
        if why is None:
            assert acting_role(self.world.policy, self.world.eligibility(), key, human, principal) == role
        cast = self.append(step, human, verdict, principal, role, valid=why is None)
        if why is None:
            said = Saying(human, verdict, dict(cast.components), step.digest, role)
            self.world.say(step, principal or human, said)

    @rule(choice=st.integers(0, 20))
    def vote_who_is_waited_for(self, choice):
        """What mostly happens: without it, few histories get anywhere."""
        steps = self.verdict().steps
        waited = [(row.key, human, None) for row in steps for human in row.waiting_on]
        waited += [(row.key, delegate, principal) for row in steps for delegate, principal in row.delegates]
        if waited:
            key, human, principal = waited[choice % len(waited)]
            assert self.refusal(key, human, "approve", principal) is None
            self.vote(key, human, "approve", principal)

    @rule(key=keys, human=humans, principal=st.none() | humans)
    def retract(self, key, human, principal):
        principal = None if principal == human else principal
        voice = principal or human
        step = self.world.policy.step(key)
        want = None
        if (key, voice) not in self.world.saying:
            want = "not_a_step" if step is None else "nothing_to_retract"
        elif principal is not None and self.speaker(step, key, voice) != human:
            lent = step is not None and any(
                self.world.may_stand_in(human, principal, role) for role in (step.role, step.escalate_to)
            )
            want = None if lent else "not_delegated"
        assert self.refusal(key, human, "retract", principal) == want
        if want is None:
            asked = step or Step(key=key, title=key, role="judge", covers=("code",))
            self.append(asked, human, "retract", principal, None, valid=True)
            del self.world.saying[key, voice]

    def speaker(self, step, key, voice):
        return self.world.saying[key, voice][-1].human if step is None else self.world.speaking(step, voice).human

    @rule(role=roles, human=humans)
    def grant(self, role, human):
        self.world.holders[role].add(human)

    @rule(role=roles, human=humans)
    def end_grant(self, role, human):
        """I4: taking a role away approves nothing."""
        with self.never_approves():
            self.world.holders[role].discard(human)

    @rule(delegate=humans, principal=humans, role=lent_roles)
    def delegate(self, delegate, principal, role):
        if delegate != principal:
            self.world.delegations.add((delegate, principal, role))

    @rule(delegate=humans, principal=humans, role=lent_roles, key=keys)
    def delegate_and_vote(self, delegate, principal, role, key):
        self.delegate(delegate, principal, role)
        self.vote(key, delegate, "approve", principal)

    @precondition(lambda self: self.world.delegations)
    @rule(choice=st.integers(0, 20))
    def undelegate(self, choice):
        """I4: the end of a delegation approves nothing."""
        with self.never_approves():
            found = sorted(self.world.delegations, key=str)
            self.world.delegations.discard(found[choice % len(found)])

    @rule(key=keys)
    def escalate(self, key):
        """I7: time lets more people act; it does not act."""
        with self.never_approves():
            self.world.escalated.add(key)

    @precondition(lambda self: any(row.verdict == "request_changes" for row in self.verdict().blocks))
    @rule(choice=st.integers(0, 20))
    def dismiss(self, choice):
        blocks = [row for row in self.verdict().blocks if row.verdict == "request_changes"]
        block = blocks[choice % len(blocks)]
        self.ballots = [replace(row, dismissed=row.dismissed or row.id == block.id) for row in self.ballots]
        self.world.saying[block.step, block.voice][-1].dismissed = True

    # --- bytes and facts ---

    @rule(component=components, version=st.integers(1, 2))
    def change(self, component, version):
        self.world.manifest[component] = f"{component}-{version}"

    @rule(component=components)
    def lose(self, component):
        self.world.manifest.pop(component, None)

    @rule(component=components, human=humans)
    def contribute(self, component, human):
        """I4: a new contributor approves nothing."""
        with self.never_approves():
            self.world.contributors.setdefault(component, set()).add(human)

    @rule(tier=st.sampled_from(TIERS))
    def learn(self, tier):
        self.world.facts = {"risk_tier": tier}

    @rule()
    def forget(self):
        """What is not known cannot be passed over."""
        with self.never_approves():
            self.world.facts = {}

    @rule(key=st.sampled_from(("patch", "patch", "unknown", None)))
    def name_the_change(self, key):
        self.world.standard_change = key

    # --- rounds, versions, policies ---

    @rule()
    def resubmit(self):
        self.round += 1
        self.world.escalated.clear()
        self.world.saying = {key: words for key, words in self.world.saying.items() if words[-1].inherited}

    @precondition(lambda self: self.verdict().state != "rejected")
    @rule(component=components)
    def next_version(self, component):
        """The request of the next version starts from the approvals that counted and the changes that were asked for."""
        verdict = self.verdict()
        counted = [row for result in verdict.steps for row in result.approved_by]
        self.ballots = [replace(row, inherited_from="rq_before") for row in [*counted, *verdict.blocks]]
        inherited = {}
        for row in counted:
            said = self.world.speaking(self.world.policy.step(row.step), row.voice)
            inherited[row.step, row.voice] = [replace(said, inherited=True)]
        for row in verdict.blocks:
            inherited[row.step, row.voice] = [replace(self.world.saying[row.step, row.voice][-1], inherited=True)]
        self.world.saying = inherited
        self.world.contributors.clear()
        self.world.escalated.clear()
        self.round = 1
        self.change(component, 2)

    @rule(drawn=policies())
    def migrate(self, drawn):
        self.world.policy = drawn
        self.world.withdrawn = False
        self.world.escalated.clear()

    @rule()
    def withdraw_the_policy(self):
        self.world.withdrawn = True
        assert self.verdict().state != "approved"

    # --- what always holds ---

    @invariant()
    def agrees_with_the_reference(self):
        verdict = self.verdict()
        want = expected(self.world)
        assert (verdict.state, verdict.substate) == (want.state, want.substate)
        states = [row.state for row in verdict.steps]
        if self.world.withdrawn:
            unmet = {"pending": "blocked", "waiting": "blocked"}
            assert states == [unmet.get(state, state) for state in want.states]
        else:
            assert states == want.states
            for row, alone in zip(verdict.steps, want.wanted_alone, strict=True):
                if alone:
                    assert set(row.waiting_on) == alone
        assert [row.have for row in verdict.steps] == want.have
        assert {(row.step, row.voice) for row in verdict.blocks} == {(key, voice) for key, voice, _ in self.world.blocks()}

    @invariant()
    def approved_means_what_it_says(self):
        """I1."""
        verdict = self.verdict()
        if verdict.state != "approved":
            return
        assert not verdict.blocks
        assert any(row.state == "met" for row in verdict.steps)
        for row in verdict.steps:
            step = self.world.policy.step(row.key)
            if self.world.left_out(step):
                assert row.state == "not_applicable"
                continue
            voices = {cast.voice for cast in row.approved_by}
            voters = {cast.human for cast in row.approved_by}
            assert min(len(voters), len(voices)) >= step.quorum
            assert voices <= self.world.eligible(step)
            assert not voters & self.world.excluded(step)
            assert all(cast.components[name] == self.world.manifest[name] for cast in row.approved_by for name in step.covers)

    @invariant()
    def nobody_counts_twice(self):
        """I2: neither who spoke nor in whose place, in the whole or on one step and those kept apart from it."""
        steps = self.verdict().steps
        people = {row.key: [name for cast in row.approved_by for name in {cast.human, cast.voice}] for row in steps}
        groups = [people.values()] if self.world.policy.distinct_humans else [[names] for names in people.values()]
        for step in self.world.policy.steps:
            groups += [[people[step.key], people[other]] for other in step.excluded_steps]
        for group in groups:
            counted = Counter(name for names in group for name in names)
            assert set(counted.values()) <= {1}

    @invariant()
    def every_ballot_is_accounted_for_once(self):
        verdict = self.verdict()
        told = [row.ballot.id for row in verdict.ignored] + [row.id for row in verdict.blocks]
        told += [cast.id for row in verdict.steps for cast in row.approved_by]
        retractions = {row.id for row in self.ballots if row.verdict == "retract"}  # told only where they are history
        assert len(told) == len(set(told))
        assert set(told) - retractions == {row.id for row in self.ballots} - retractions
        assert {row.why for row in verdict.ignored} <= set(IGNORED_WHY)
        assert {hint.code for hint in verdict.unblock} <= set(UNBLOCK_CODES)
        assert {row.reason.code for row in verdict.steps if row.reason} <= set(REASONS)

    @invariant()
    def neither_order_nor_time_matters(self):
        """I3, I7, I10: the sequence within each voice is all that counts, and no clock approves."""
        shuffled = random.Random(len(self.ballots)).sample(self.ballots, len(self.ballots))
        assert self.verdict(shuffled) == self.verdict()
        assert self.verdict(now=NOW + timedelta(days=4000)) == self.verdict()

    @invariant()
    def what_does_not_count_changes_nothing(self):
        """I4: abstentions of people who said nothing, votes of the ineligible, on what is not asked, repetitions."""
        verdict = self.verdict()
        extra = [
            replace(row, id=row.id + "x", eligible_when_cast=False, sequence=10_000, verdict="approve") for row in self.ballots
        ]
        for asked in self.world.policy.steps:
            for human in HUMANS:
                if (asked.key, human) not in self.world.saying:
                    verdict_ = "abstain" if human in self.world.eligible(asked) else "approve"
                    extra.append(self.make(asked, human, verdict_, None, asked.role))
        extra += [
            replace(cast, id=cast.id + "y", sequence=cast.sequence + 10_000)
            for row in verdict.steps
            for cast in row.approved_by
            if cast.inherited_from is None
        ]
        again = self.verdict(self.ballots + extra)
        assert (again.state, again.substate) == (verdict.state, verdict.substate)
        assert [self.outline(row) for row in again.steps] == [self.outline(row) for row in verdict.steps]

    @invariant()
    def a_waiver_shows_and_approves_nothing(self):
        """I7: breaking the glass is seen in the steps, and the verdict stays what it is."""
        verdict, waived = self.verdict(), self.verdict(waived=True)
        assert (waived.state, waived.substate, waived.unblock) == (verdict.state, verdict.substate, verdict.unblock)
        for before, after in zip(verdict.steps, waived.steps, strict=True):
            unmet = verdict.state == "open" and before.state not in ("met", "not_applicable")
            assert after.state == ("overridden" if unmet else before.state)

    @invariant()
    def pending_always_names_somebody_who_can_move_it(self):
        verdict = self.verdict()
        if verdict.substate == "pending":
            asked = [(row.key, human) for row in verdict.steps for human in row.waiting_on]
            assert asked
            assert all(self.refusal(key, human, "approve") is None for key, human in asked)
            casts = [
                self.make(self.world.policy.step(key), human, "approve", None, role_of(self.world, key, human, None))
                for key, human in asked
            ]
            active = [at for at, row in enumerate(verdict.steps) if row.state in ("met", "pending")]
            after = self.verdict(self.ballots + casts)
            assert sum(after.steps[at].have for at in active) > sum(verdict.steps[at].have for at in active)
        assert verdict.state == "approved" or verdict.unblock or verdict.reason

    # --- how ---

    def never_approves(self):
        return _NeverApproves(self)

    def outline(self, row):
        casts = sorted((cast.voice, cast.human) for cast in row.approved_by)
        return row.key, row.state, row.have, casts, row.waiting_on, row.delegates, row.blocked_by

    def verdict(self, ballots=None, now=NOW, **eligibility):
        world = self.world
        ballots = self.ballots if ballots is None else ballots
        who = world.eligibility(**eligibility)
        return evaluate(world.policy, world.manifest, ballots, who, now, self.round, world.facts, world.standard_change)

    def refusal(self, key, human, verdict, principal=None):
        world = self.world
        why = may_vote(
            world.policy, world.manifest, self.ballots, world.eligibility(), key, human, NOW, self.round,
            verdict=verdict, principal=principal, facts=world.facts, standard_change=world.standard_change,
        )  # fmt: skip
        assert why is None or why in REFUSALS
        return why

    def counts_apart(self, step, human, principal):
        """The people count on a step whose approvers this one does not accept."""
        steps = {row.key: row for row in self.verdict().steps}
        counted = [cast for key in step.excluded_steps for cast in steps[key].approved_by]
        return any({cast.human, cast.voice} & {human, principal} for cast in counted)

    def make(self, step, human, verdict, principal, role):
        self.number += 1
        seen = {name: self.world.manifest[name] for name in step.covers if name in self.world.manifest}
        return Ballot(
            f"ba_{self.number}", step.key, human, verdict, seen, step.digest, NOW, self.round, self.number,
            principal=principal, role=role,
        )  # fmt: skip

    def append(self, step, human, verdict, principal, role, *, valid):
        cast = replace(self.make(step, human, verdict, principal, role), eligible_when_cast=valid)
        self.ballots.append(cast)
        return cast


class _NeverApproves:
    """What happens within it must not turn what was not approved into something approved."""

    def __init__(self, machine: Approval) -> None:
        self.machine = machine

    def __enter__(self) -> None:
        self.before = self.machine.verdict().state

    def __exit__(self, *error: object) -> None:
        assert self.before == "approved" or self.machine.verdict().state != "approved"


TestApproval = Approval.TestCase
TestApproval.settings = settings(
    max_examples=200,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
