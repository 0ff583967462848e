"""A chain of requests as it should go, from sets and lists alone: what the services are held against.

Each command says what it will be refused with, or nothing, before it changes anything. Who counts where is asked of `reference`,
which knows no requests; what requests, rounds, versions, decisions, waivers and time do with it is told here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from tests.approvals.machine.rows import Agreed, Ask, Cast, Glass, Loan, Rules
from tests.approvals.reference import Expected, Saying, World, expected, refusal

BLOCKS = ("request_changes", "reject")
SIGNED = ("approve", "reject")
NOBODY = "none"  # a role that nobody holds


@dataclass
class Chain:
    """Every request about the versions of one model for one environment, oldest first."""

    scope: str
    tiers: tuple[str | None, ...] = ("high",)
    manifests: dict[str, dict[str, str]] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    made: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    tier: str | None = "high"
    now: datetime = field(default=datetime.max.replace(tzinfo=UTC))
    holders: dict[str, set[str]] = field(default_factory=dict)
    loans: list[Loan] = field(default_factory=list)
    rules: dict[str, Rules] = field(default_factory=dict)
    family: str = ""
    asks: list[Ask] = field(default_factory=list)
    casts: list[Cast] = field(default_factory=list)
    glasses: list[Glass] = field(default_factory=list)

    # --- what is the case ---

    @property
    def open(self) -> Ask | None:
        return next((ask for ask in self.asks if ask.state == "open"), None)

    def ask(self, public_id: str) -> Ask:
        return next(ask for ask in self.asks if ask.id == public_id)

    def in_force(self, family: str) -> Rules | None:
        known = [row for row in self.rules.values() if row.family == family and row.published is not None and not row.withdrawn]
        return max(known, key=lambda row: (row.published, row.id), default=None)

    def contributors(self, ask: Ask) -> dict[str, set[str]]:
        """With whoever has joined since: the set only grows."""
        made = self.made[ask.subject]
        return {name: ask.contributors.get(name, set()) | made.get(name, set()) for name in {*ask.contributors, *made}}

    def voided(self) -> set[str]:
        """Ballots on which an approval rested that somebody took back."""
        return {ballot for ask in self.asks if ask.agreed and ask.agreed.by_somebody for ballot in ask.agreed.ballots}

    def set_aside(self, cast: Cast, request: str) -> bool:
        if cast.verdict != "approve":
            return cast.dismissed
        if any(term.due <= self.now and not term.met for term in cast.terms):
            return True
        if cast.request != request and cast.id in self.voided():
            return True
        between = (cast.human, cast.principal)
        live = {row.id for row in self.loans if row.live(self.now) and (row.delegate, row.principal) == between}
        return cast.loan is not None and bool(live) and cast.loan not in live

    def speaking(self, ask: Ask) -> list[Cast]:
        """The ballots that may matter, oldest first."""
        own = [cast for cast in self.casts if cast.request == ask.id]
        spoke = {(cast.step, cast.voice) for cast in own}
        old = ask.inherited
        if ask.round > 1:
            old = [cast for cast in old if cast.verdict == "approve" and (cast.step, cast.voice) not in spoke]
        return sorted([*old, *own], key=lambda cast: cast.number)

    def world(self, ask: Ask, *, joined: bool = True) -> World:
        """What `reference` wants to know. `joined`: with those who have become contributors since the last command."""
        policy = ask.rules.policy
        world = World(
            policy,
            self.manifests[ask.subject],
            {role: set(self.holders.get(role, ())) for role in {r for s in policy.steps for r in (s.role, s.escalate_to) if r}},
            self.contributors(ask) if joined else ask.contributors,
            ask.submitter,
            {"risk_tier": self.tier},
            None,
            {(row.delegate, row.principal, row.role or None) for row in self.loans if row.live(self.now)},
            ask.escalated,
            ask.rules.withdrawn,
        )
        speaking = self.speaking(ask)
        for cast in [item for item in speaking if item.request != ask.id]:
            if cast.verdict != "retract":
                world.saying[cast.step, cast.voice] = [replace(self.said(cast, ask), inherited=True)]
        for cast in [item for item in speaking if item.request == ask.id and item.round == ask.round]:
            step = policy.step(cast.step)
            if cast.verdict == "retract":
                world.saying.pop((cast.step, cast.voice), None)
            elif step is None:
                world.saying[cast.step, cast.voice] = [self.said(cast, ask)]
            else:
                world.say(step, cast.voice, self.said(cast, ask))
        return world

    def said(self, cast: Cast, ask: Ask) -> Saying:
        aside = self.set_aside(cast, ask.id)
        role = NOBODY if aside and cast.verdict == "approve" else cast.role
        return Saying(cast.human, cast.verdict, cast.components, cast.step_digest, role, dismissed=aside)

    def verdict(self, ask: Ask, *, joined: bool = True) -> Expected:
        return expected(self.world(ask, joined=joined))

    # --- asking ---

    def why_not_ask(self, subject: str) -> str | None:
        return None if self.in_force(self.family) else "request.no_policy_in_force"

    def carried_over(self) -> list[Cast]:
        """The last word of each voice in the last request that was not rejected, but for what was taken back or set aside."""
        before = [ask for ask in self.asks if ask.state != "rejected"]
        if not before:
            return []
        last = {}
        for cast in self.speaking(before[-1]):
            if cast.request != before[-1].id or cast.round == before[-1].round:
                last[cast.step, cast.voice] = cast
        return [cast for cast in last.values() if cast.verdict != "retract" and not self.set_aside(cast, "")]

    def asked(self, ask: Ask) -> None:
        if self.open is not None:
            self.open.state = "superseded"
        self.asks.append(ask)
        self.conclude(ask)

    def conclude(self, ask: Ask) -> None:
        """What ends every command on an open request."""
        ask.contributors = self.contributors(ask)
        ask.recorded = dict(self.manifests[ask.subject])
        verdict = self.verdict(ask).state
        if verdict == "rejected":
            ask.state = "rejected"
        if verdict == "approved":
            ask.state = "approved"
            ask.agreed = Agreed(self.digests[ask.subject], dict(ask.recorded), None, set())

    def withdraw(self, ask: Ask) -> None:
        ask.state = "withdrawn"

    def resubmit(self, ask: Ask) -> None:
        ask.round += 1
        ask.escalated = set()
        self.conclude(ask)

    # --- answering ---

    def why_not_vote(self, ask: Ask, key: str, human: str, verdict: str, principal: str | None) -> str | None:
        """The engine's refusal; that of somebody who counts on a step kept apart is for `kept_apart`."""
        world = self.world(ask)
        if verdict != "retract":
            return refusal(world, key, human, principal)
        voice = principal or human
        step = world.policy.step(key)
        if (key, voice) not in world.saying:
            return "not_a_step" if step is None else "nothing_to_retract"
        stands = world.saying[key, voice][-1] if step is None else world.speaking(step, voice)
        if principal is None or stands.human == human:
            return None
        roles = () if step is None else (step.role, step.escalate_to)
        return None if any(world.may_stand_in(human, principal, role) for role in roles) else "not_delegated"

    def kept_apart(self, ask: Ask, key: str, human: str, principal: str | None) -> bool:
        """Whether one of them approved a step whose approvers this one does not accept."""
        world = self.world(ask)
        step = world.policy.step(key)
        others = [world.policy.step(other) for other in step.excluded_steps] if step is not None else []
        people = {name for other in others for pair in world.approvals(other).items() for name in pair}
        return bool(people & {human, principal})

    def unsigned(self, ask: Ask, key: str, verdict: str, proven: bool) -> bool:
        step = ask.rules.policy.step(key)
        return step is not None and step.signature == "reauth" and verdict in SIGNED and not proven

    def role_for(self, ask: Ask, key: str, human: str, principal: str | None) -> str:
        """In which role such a ballot is cast: that of the step, if it can be."""
        world = self.world(ask)
        step = world.policy.step(key)
        if step is None:
            return NOBODY
        voice = principal or human
        for role in (step.role, step.escalate_to if step.key in ask.escalated else ""):
            if role and voice in world.holders[role] and (principal is None or world.may_stand_in(human, principal, role)):
                return role
        return step.role

    def last_word(self, ask: Ask, key: str, voice: str) -> Cast | None:
        words = [cast for cast in self.speaking(ask) if (cast.step, cast.voice) == (key, voice)]
        return words[-1] if words else None

    def holds_good(self, ask: Ask, cast: Cast) -> bool:
        """Whether this very ballot has the effect that it would have if it were cast again."""
        world = self.world(ask)
        step = world.policy.step(cast.step)
        if cast.verdict == "retract":
            return True
        if cast.verdict in BLOCKS:
            return (cast.step, cast.voice, cast.verdict) in world.blocks()
        if step is None or world.left_out(step):
            return False
        return cast.verdict == "abstain" or world.approvals(step).get(cast.voice) == cast.human

    def blocks(self, ask: Ask) -> list[Cast]:
        found = [self.last_word(ask, key, voice) for key, voice, _verdict in self.world(ask).blocks()]
        return sorted((cast for cast in found if cast is not None), key=lambda cast: cast.number)

    def why_not_dismiss(self, cast: Cast, by: str) -> str | None:
        ask = self.open
        if ask is None or (cast.request != ask.id and cast not in ask.inherited):
            return "ballot.no_block"
        if by in (cast.human, cast.principal):
            return "ballot.own_block"
        step = ask.rules.policy.step(cast.step)
        contributors = self.contributors(ask)
        covers: Any = step.covers if step is not None else contributors
        if by == ask.submitter or any(by in contributors.get(name, ()) for name in covers):
            return "ballot.dismiss_contributor"
        return None if cast in self.blocks(ask) else "ballot.no_block"

    # --- ending, and moving ---

    def revoke(self, ask: Ask) -> None:
        """What is open is measured against another approval from then on, and that is recorded."""
        assert ask.agreed is not None
        ask.state, ask.agreed.revoked, ask.agreed.by_somebody = "revoked", True, True
        if self.open is not None:
            self.open.recorded = dict(self.manifests[self.open.subject])

    def why_not_migrate(self, ask: Ask, rules: Rules) -> str | None:
        if ask.state != "open":
            return "request.closed"
        if rules.id == ask.rules.id:
            return None
        if rules.published is None or rules.withdrawn:
            return "request.version_not_in_force"
        return None if rules.family in (ask.rules.family, self.family) else "request.other_policy"

    def time_passed(self) -> None:
        """What a sweep does: requests lapse, missed conditions end what rests on them. Nothing else changes a state."""
        for ask in self.asks:
            if ask.state == "open" and ask.lapses is not None and ask.lapses <= self.now:
                ask.state = "expired"
        for cast in self.casts:
            for term in cast.terms:
                if term.due <= self.now and not term.met and not term.missed:
                    term.missed = True
                    self._end_what_rests_on(cast)

    def _end_what_rests_on(self, cast: Cast) -> None:
        for ask in self.asks:
            agreed = ask.agreed
            if ask.state == "approved" and agreed is not None and cast.id in agreed.ballots and self.lasts(agreed):
                ask.state, agreed.revoked = "revoked", True

    def lasts(self, agreed: Agreed) -> bool:
        return not agreed.revoked and (agreed.until is None or self.now < agreed.until)

    # --- the gate, and the way past it ---

    def why_no_waiver(self, ask: Ask, by: str, *, proven: bool) -> str | None:
        allowed = ask.rules.policy.break_glass
        if allowed is None:
            return "waiver.not_provided"
        if not any(by in self.holders.get(role, ()) for role in allowed.roles):
            return "waiver.role"
        if not proven:
            return "waiver.signature_needed"
        if ask.state != "open":
            return "request.closed"
        if ask.rules.withdrawn:
            return "waiver.withdrawn"
        if self.world(ask, joined=False).blocks():
            return "waiver.objection"
        if any(not row.reviewed and row.review_due <= self.now for row in self.glasses):
            return "waiver.review_overdue"
        same = [
            row for row in self.glasses if row.live(self.now) and (row.request, row.digest) == (ask.id, self.digests[ask.subject])
        ]
        return "waiver.live" if same else None

    def speaks_for(self, subject: str) -> Ask | None:
        """The newest approval that holds for a subject as it is now, if there is one (I9)."""
        for ask in reversed(self.asks):
            agreed = ask.agreed
            if ask.subject != subject or ask.state != "approved" or agreed is None or not self.lasts(agreed):
                continue
            missed = any(
                term.due <= self.now and not term.met for cast in self.casts if cast.id in agreed.ballots for term in cast.terms
            )
            if agreed.digest == self.digests[subject] and not missed:
                return ask
        return None

    def waived(self, subject: str) -> bool:
        return any(row.live(self.now) and (row.subject, row.digest) == (subject, self.digests[subject]) for row in self.glasses)
