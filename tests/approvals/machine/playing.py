"""How a history is played: what comes before and after it, how a command is given, and what always holds."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from inspect import getmembers, isfunction
from itertools import combinations
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import currently_in_test_context, event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from approvals import evaluation
from approvals.models import Decision, Request
from approvals.selectors.frozen import frozen_steps
from approvals.selectors.standing import policy_of, standing_of
from approvals.selectors.standings import standings_of
from approvals.services.clocks.keeping import without_waiver
from foundation import audit, clock, outbox
from foundation.errors import CountersignError
from governance.people.models import RoleGrant
from tests.approvals.machine import account
from tests.approvals.machine.chain import Chain
from tests.approvals.machine.rows import Agreed, Ask, Rules
from tests.approvals.machine.stage import ARTIFACT, COMMIT, FAMILIES, MONDAY, ROLES, VOTERS, Stage

STEPS = ("one", "two", "three")
SOME = range(31)
EITHER = (False, True)
HELD = tuple(frozenset(some) for size in (1, 2, 3) for some in combinations(ROLES, size))
Choose = Callable[[str, Sequence[Any]], Any]


@dataclass(frozen=True)
class Move:
    """Something that can happen next: how often compared with others, when at all, and what is chosen for it among what."""

    weight: int
    when: Callable[[Any], bool]
    choices: Mapping[str, Sequence[Any]]


def move(weight: int, *, when: Callable[[Any], bool] = lambda self: True, **choices: Sequence[Any]) -> Callable[[Any], Any]:
    def declared(method: Any) -> Any:
        method.move = Move(weight, when, choices)
        return method

    return declared


class Sabotage(Exception):
    """Something went wrong in the middle of a command."""


def given(command: Callable[[], Any]) -> tuple[Any, str | None]:
    """What came of a command, or the code of its refusal."""
    try:
        return command(), None
    except CountersignError as error:
        return None, error.code


class Playing(RuleBasedStateMachine):
    """One line of requests: several versions of a model, one after the other, on their way to production."""

    stage: Stage
    seen: Counter[str]

    # --- beginning and end ---

    def __init__(self) -> None:
        super().__init__()
        self.traveller = time_machine.travel(MONDAY, tick=False)
        self.clock = self.traveller.start()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.moves = {name: method.move for name, method in getmembers(type(self), isfunction) if hasattr(method, "move")}
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.commands = 0
        self.numbered = 0
        self.unseen: Counter[tuple[str, str]] = Counter()

    def teardown(self) -> None:
        try:
            if hasattr(self, "chain"):
                self.closed_requests_say_what_they_said()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            self.traveller.stop()

    @initialize(data=st.data())
    def begin(self, data: Any) -> None:
        self.begins(lambda label, choices: data.draw(st.sampled_from(choices), label=label))

    @rule(data=st.data())
    def go_on(self, data: Any) -> None:
        """The next thing happens."""
        self.goes_on(lambda label, choices: data.draw(st.sampled_from(choices), label=label))

    def begins(self, choose: Choose) -> None:
        family = choose("family", sorted(FAMILIES))
        stage = self.stage
        stage.lineage.begin(stage.versions)
        chain = self.chain = Chain(stage.scope, family=family, now=clock.now())
        for rows in stage.families.values():
            for row in rows:
                chain.rules[row.public_id] = Rules(row.public_id, row.policy.key, policy_of(row), row.published_at)
        for gate in stage.gates.values():
            gate.policy = stage.families[family][0].policy
            gate.save()
        chain.holders["operations"] = {stage.operations.id}
        for name in VOTERS:
            for role in sorted(choose(f"{name} holds", HELD)):
                RoleGrant.objects.create(user=self.who(name).user, role=role, scope=stage.scope, starts_at=clock.now())
                chain.holders.setdefault(role, set()).add(self.who(name).id)
        self.sync()
        self.rows = account.everything()
        self.before = account.told() - account.owed(self.rows, Counter())
        self.missing = account.owed(self.rows, Counter()) - account.told()  # rows that were made without a service, above

    def goes_on(self, choose: Choose) -> None:
        able = [name for name, item in self.moves.items() if item.when(self) for _ in range(item.weight)]
        name = choose("what", able)
        chosen = {key: choose(key, choices) for key, choices in self.moves[name].choices.items()}
        self.told.append((name, chosen))
        getattr(self, name)(**chosen)

    def who(self, name: str) -> Any:
        return self.stage.voters[name]

    @property
    def open(self) -> Request:
        ask = self.chain.open
        assert ask is not None
        return Request.objects.get(public_id=ask.id)

    @property
    def any_open(self) -> bool:
        return self.chain.open is not None

    def sync(self) -> None:
        """Tell the model what is judged now, and what time it is."""
        lineage, chain = self.stage.lineage, self.chain
        chain.now, chain.tier = clock.now(), lineage.tier
        for version in self.stage.versions:
            key = version.public_id
            chain.manifests[key], chain.made[key] = lineage.digests(key), lineage.made[key]
            chain.digests[key] = lineage.manifest_of(version).digest

    # --- how a command is given ---

    def do(self, command: Callable[[], Any], want: str | None) -> Any:
        """Give a command that the model expects to be refused with `want`, or to succeed. Returns what came of it, or None.

        Every so often it first fails half-way, and once more when nothing stands in its way: a refusal, and a failure, leave
        neither a change nor an event (I7, I8).
        """
        self.commands += 1
        if want is None and self.commands % 4 == 0:
            done = self.sabotaged(command, 1 + self.commands // 4 % 3)
            if done is not None:
                return done
        done, code = given(command)
        assert code == want, f"refused with {code}, not with {want}"
        if code is not None:
            self.nothing_changed()
            self.note(f"refused {want}")
        return done

    def sabotaged(self, command: Callable[[], Any], at: int) -> Any:
        calls = 0

        def failing(real: Callable[..., Any]) -> Callable[..., Any]:
            def instead(*args: Any, **kwargs: Any) -> Any:
                nonlocal calls
                calls += 1
                if calls == at:
                    raise Sabotage
                return real(*args, **kwargs)

            return instead

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(audit, "record", failing(audit.record))
            patch.setattr(outbox, "publish", failing(outbox.publish))
            try:
                return command()
            except Sabotage:
                self.nothing_changed()
                self.note("failed half-way")
                return None

    def nothing_changed(self) -> None:
        assert account.everything() == self.rows
        assert account.told() == self.last_told

    @contextmanager
    def never_approves(self) -> Any:
        """I4, I7: what happens within makes nothing approved that was not."""
        before, decided = self.verdicts(), Decision.objects.count()
        yield
        after = self.verdicts()
        for key in before.keys() & after.keys():
            assert before[key] == "approved" or after[key] != "approved"
        assert Decision.objects.count() == decided

    def verdicts(self) -> dict[str, str]:
        return {row.public_id: standing_of(row).verdict.state for row in Request.objects.open()}

    def note(self, what: str) -> None:
        self.seen[what] += 1
        if currently_in_test_context():
            event(what)

    def concluded(self, ask: Ask) -> None:
        """After a command on an open request: what the model closed, the service closed, and the decision is sound."""
        row = Request.objects.get(public_id=ask.id)
        if ask.state == "approved":
            decision = Decision.objects.get(request=row)
            found = decision.ballots
            assert ask.agreed is not None
            days = ask.rules.policy.valid_for_days
            assert decision.valid_until == (clock.now() + timedelta(days=days) if days else None)
            ask.agreed = Agreed(
                decision.manifest_digest, decision.manifest, decision.valid_until, {item["ballot"] for item in found}
            )
            assert (decision.manifest_digest, decision.manifest) == (self.chain.digests[ask.subject], ask.recorded)
            assert (decision.commit, decision.artifact_sha256) == (COMMIT, ARTIFACT)
            account.sound({"ballots": found}, ask, self.chain)
            assert frozen_steps(ask.rules.policy, decision) is not None
        if ask.state != "open":
            self.note(ask.state)

    # --- what always holds ---

    @invariant()
    def everything_is_as_it_should_be(self) -> None:
        if hasattr(self, "chain"):
            self.check()

    def check(self) -> None:
        self.rows, self.last_told = account.everything(), account.told()
        self.log_tells_of_each_change_once()
        self.requests_are_where_they_should_be()
        self.verdict_is_what_the_sets_say()
        self.clock.shift(timedelta(seconds=1))
        self.chain.now = clock.now()

    def log_tells_of_each_change_once(self) -> None:
        """I8."""
        owed = account.owed(self.rows, self.unseen) - self.missing
        told = self.last_told - self.before
        assert told == owed, f"told without a change: {told - owed}; not told: {owed - told}"

    def requests_are_where_they_should_be(self) -> None:
        """I3, I6: the columns say what the sets say, one is open at most, and nothing goes backwards."""
        found = {row["public_id"]: row for row in self.rows["Request"]}
        assert list(found) == [ask.id for ask in self.chain.asks]
        assert sum(row["closed_at"] is None for row in found.values()) <= 1
        for ask in self.chain.asks:
            row = found[ask.id]
            assert (row["state"], row["round"]) == (ask.state, ask.round)
            assert (row["closed_at"] is None) == (ask.state == "open")
            assert {name: set(names) for name, names in account.as_value(row["contributors"]).items() if names} == {
                name: names for name, names in ask.contributors.items() if names
            }
            if ask.state in ("open", "approved", "rejected"):
                assert account.as_value(row["manifest"]) == ask.recorded

    def verdict_is_what_the_sets_say(self) -> None:
        """I3, I7, I10."""
        ask = self.chain.open
        if ask is None:
            return
        row = self.open
        ask.escalated = {
            item["step"]
            for item in self.rows["Clock"]
            if (item["request_id"], item["round"]) == (row.pk, row.round) and item["escalated_at"] is not None
        }
        standing = standing_of(row)
        verdict = without_waiver(standing)
        want = self.chain.verdict(ask, joined=False)
        assert (verdict.state, verdict.substate) == (want.state, want.substate)
        states = [step.state for step in verdict.steps]
        if ask.rules.withdrawn:
            unmet = {"pending": "blocked", "waiting": "blocked"}
            assert states == [unmet.get(state, state) for state in want.states]
        else:
            assert states == want.states
            for step, alone in zip(verdict.steps, want.wanted_alone, strict=True):
                assert not alone or set(step.waiting_on) == alone
        assert [step.have for step in verdict.steps] == want.have
        said = {(item.step, item.voice) for item in verdict.blocks}
        assert said == {(key, voice) for key, voice, _ in self.chain.world(ask, joined=False).blocks()}
        if self.commands % 3 == 0:
            assert self.as_listed(row) == standing.verdict.as_mapping()
        assert self.in_another_order(standing) == verdict.as_mapping()

    def as_listed(self, row: Request) -> Any:
        return standings_of([row])[0].standing.verdict.as_mapping()

    def in_another_order(self, standing: Any) -> Any:
        mixed = random.Random(self.commands).sample(standing.engine_ballots, len(standing.engine_ballots))
        waived = replace(standing.eligibility, waived=False)
        return evaluation.evaluate(
            standing.policy,
            standing.digests,
            mixed,
            waived,
            clock.now() + timedelta(days=1),
            standing.request.round,
            standing.facts,
        ).as_mapping()

    def closed_requests_say_what_they_said(self) -> None:
        """I3: what a closed request came to follows from what was the case then, whatever has happened since."""
        for ask in self.chain.asks:
            if ask.state == "open":
                continue
            state = standing_of(Request.objects.get(public_id=ask.id)).verdict.state
            decided = {"approved": "approved", "revoked": "approved", "rejected": "rejected"}
            assert state == decided.get(ask.state, state), f"{ask.state} looks {state} now"
