"""How requests end, what time does to them, and what a gate makes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from approvals.models import Gate, Request, Waiver
from approvals.services import clocks, decisions, gates, waivers
from foundation import clock, outbox
from tests.approvals.machine import account
from tests.approvals.machine.moving import Moving
from tests.approvals.machine.playing import EITHER, SOME, given, move
from tests.approvals.machine.rows import Glass
from tests.approvals.machine.stage import ARTIFACT, COMMIT, MOVING

SPANS = tuple(timedelta(hours=hours) for hours in (1, 5, 9, 30, 50, 130, 130, 250, 600))


class Histories(Moving):
    """Everything that can happen to a line of requests."""

    # --- ends ---

    @move(2, when=lambda self: self.chain.asks, choice=SOME)
    def revoke(self, choice: int) -> None:
        chain = self.chain
        approved = [ask for ask in chain.asks if ask.state == "approved"]
        ask = approved[choice % len(approved)] if approved and choice > 3 else chain.asks[choice % len(chain.asks)]
        row = Request.objects.get(public_id=ask.id)
        want = None if ask.state == "approved" else "request.not_approved"
        with self.never_approves():
            if self.do(lambda: decisions.revoke(actor=self.stage.world.lead, request=row, reason="It leaks."), want):
                chain.revoke(ask)
                self.note("revoked")

    @move(2, when=lambda self: self.chain.asks, choice=SOME, proven=SOME, otto=SOME)
    def break_the_glass(self, choice: int, proven: int, otto: int) -> None:
        chain, ask = self.chain, self.chain.open or self.chain.asks[-1]
        person = self.stage.operations if otto > 3 else self.stage.voters["ada"]
        actor = replace(person, auth_at=clock.now() - timedelta(minutes=1 if proven > 3 else 6))
        row = Request.objects.get(public_id=ask.id)
        want = chain.why_no_waiver(ask, actor.id, proven=proven > 3)
        with self.never_approves():
            waiver = self.do(lambda: waivers.open_waiver(actor=actor, request=row, reason="It burns."), want)
            if waiver is not None:
                assert waiver.expires_at - clock.now() <= timedelta(hours=24)
                chain.glasses.append(
                    Glass(
                        waiver.public_id,
                        ask.id,
                        ask.subject,
                        waiver.manifest_digest,
                        actor.id,
                        waiver.expires_at,
                        waiver.review_due_at,
                    )
                )
                assert waiver.manifest_digest == chain.digests[ask.subject]
                self.note("waived")

    @move(1, when=lambda self: self.chain.glasses, choice=SOME)
    def end_a_waiver(self, choice: int) -> None:
        glass = self.chain.glasses[choice % len(self.chain.glasses)]
        row = Waiver.objects.get(public_id=glass.id)
        want = None if glass.live(clock.now()) else "waiver.over"
        if self.do(lambda: waivers.end_waiver(actor=self.stage.actor(glass.by), waiver=row), want):
            glass.ended = True

    @move(2, when=lambda self: self.chain.glasses, choice=SOME, fine=EITHER)
    def review_a_waiver(self, choice: int, fine: bool) -> None:
        glass = self.chain.glasses[choice % len(self.chain.glasses)]
        row = Waiver.objects.get(public_id=glass.id)
        able = sorted(waivers.reviewers_of(row))
        assert glass.by not in able
        actor = self.stage.actor(able[choice % len(able)])
        verdict = "justified" if fine else "unjustified"
        want = "waiver.reviewed" if glass.reviewed else None
        if self.do(lambda: waivers.review_waiver(actor=actor, waiver=row, verdict=verdict, comment="I looked."), want):
            glass.reviewed = True
            glass.ended = glass.ended or not fine

    # --- time ---

    @move(3, span=SPANS, sweep=EITHER)
    def let_time_pass(self, span: timedelta, sweep: bool) -> None:
        """I7."""
        with self.never_approves():
            self.clock.shift(span)
            self.sync()
        if sweep:
            self.tick()

    @move(1)
    def tick(self) -> None:
        """I7."""
        chain = self.chain
        before = {ask.id: ask.state for ask in chain.asks}
        missed = sum(term.missed for cast in chain.casts for term in cast.terms)
        with self.never_approves():
            clocks.tick()
        chain.time_passed()
        for ask in chain.asks:
            if before[ask.id] != ask.state:
                self.note(ask.state)
        if sum(term.missed for cast in chain.casts for term in cast.terms) > missed:
            self.note("condition missed")

    @move(1)
    def deliver_the_news(self) -> None:
        """What hears of it may look again, and tell people. It decides nothing."""
        with self.never_approves():
            outbox.deliver(limit=20)

    # --- the gate ---

    @move(1, when=lambda self: self.any_open, choice=SOME, other=EITHER)
    def everybody_moves_and_the_gate_is_asked(self, choice: int, other: bool) -> None:
        self.everybody_moves(choice)
        self.the_gate_says(self.about(0, 30), "production", other=other and choice < 10)

    @move(2, when=lambda self: self.any_open, choice=SOME, component=MOVING)
    def comes_back_to_what_was_agreed(self, choice: int, component: str) -> None:
        """Something changes and changes back, while people go on with what does not cover it: then nobody has to be asked again."""
        subject = self.about(0, 30)
        tokens = self.stage.lineage.tokens[subject.public_id]
        self.one_move(choice)
        self.rewrite(subject, component, 3 - tokens[component])
        for turn in range(2):
            self.check()
            if self.any_open:
                self.one_move(choice + turn, but=component)
        self.check()
        self.rewrite(subject, component, 3 - tokens[component])
        self.check()
        self.the_gate_says(subject, "production", other=False)

    @move(2, when=lambda self: self.chain.asks, choice=SOME)
    def ask_the_gate_about_the_last(self, choice: int) -> None:
        asked = [ask for ask in self.chain.asks if ask.state in ("open", "approved")] or self.chain.asks
        subject = next(row for row in self.stage.versions if row.public_id == asked[-1].subject)
        self.the_gate_says(subject, "production", other=choice == 0)

    @move(1, version=range(4), asked=SOME, slug=("production", "staging"), bytes_=SOME)
    def ask_the_gate(self, version: int, asked: int, slug: str, bytes_: int) -> None:
        self.the_gate_says(self.about(version, asked), slug, other=bytes_ < 5)

    def the_gate_says(self, subject: Any, slug: str, *, other: bool) -> None:
        """I9: it allows what an approval that holds speaks for, bit for bit, or a live waiver does, and nothing else."""
        chain = self.chain
        artifact = "sha256:" + "e" * 64 if other else ARTIFACT
        gate = Gate.objects.select_related("environment", "policy").get(pk=self.stage.gates[slug].pk)
        no_rules = chain.in_force(gate.policy.key) is None
        before = {ask.id: ask.state for ask in chain.asks}
        asked = {"gate": gate, "model_version": subject, "commit": COMMIT, "artifact_sha256": artifact}
        done, code = given(lambda: gates.evaluate_gate(actor=self.stage.world.ci, **asked))
        if done is None:
            assert code == "gate.no_policy"
            assert no_rules
            return
        answer = done.answer
        self.settle_what_the_gate_settled()
        held = chain.speaks_for(subject.public_id) if slug == "production" else None
        glass = slug == "production" and chain.waived(subject.public_id)
        if answer.decision == "allow":
            assert not other
            assert held is not None or glass
            assert answer.expires_at is not None
            assert answer.expires_at > clock.now()
            if held is not None and held.agreed is not None and held.agreed.until is not None and not glass:
                assert answer.expires_at <= held.agreed.until
            self.note("gate allows" if held else "gate allows by a waiver")
        elif held is not None and not other and held is chain.asks[-1]:
            raise AssertionError(f"{answer.decision}, although it was approved: {answer.body['checks']}")
        else:
            self.note(f"gate {answer.decision}")
        assert answer.body["subject"]["manifest_digest"] == chain.digests[subject.public_id]
        for ask in chain.asks:
            assert before[ask.id] in (ask.state, "open")

    def settle_what_the_gate_settled(self) -> None:
        """It closes a request that people agreed to already, when what is judged is again what they agreed to."""
        ask = self.chain.open
        if ask is not None and Request.objects.get(public_id=ask.id).state != "open":
            self.chain.conclude(ask)
            assert ask.state != "open"
            self.note("settled by the gate")
            self.concluded(ask)

    # --- attacks ---

    @move(1, choice=range(200))
    def rewrite_history(self, choice: int) -> None:
        """I5."""
        account.defended(choice)
        self.nothing_changed()
