"""Asking for approval, and answering."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from approvals.models import Ballot, Condition, InheritedBallot, Request
from approvals.selectors.standing import standing_of
from approvals.services import ballots, requests
from approvals.services.clocks.keeping import without_waiver
from foundation import clock
from tests.approvals.machine.playing import EITHER, SOME, STEPS, Playing, given, move
from tests.approvals.machine.rows import Ask, Cast, Term
from tests.approvals.machine.stage import VOTERS

VERDICTS = ("approve", "approve", "approve", "abstain", "request_changes", "request_changes", "reject")
JOINED = ("ballot.contributor", "ballot.principal_contributor", "ballot.waiting")


class Speaking(Playing):
    """What people say about requests."""

    # --- asking ---

    @move(1, version=range(4), by=VOTERS)
    def ask(self, version: int, by: str) -> None:
        self._ask(version, by)

    @move(14, when=lambda self: not self.any_open, version=range(4), by=VOTERS)
    def ask_where_nothing_is_open(self, version: int, by: str) -> None:
        self._ask(version, by)

    def _ask(self, version: int, by: str) -> None:
        chain, subject = self.chain, self.stage.versions[version]
        rules = chain.in_force(chain.family)
        before = chain.open
        again = before is not None and before.subject == subject.public_id
        carried = chain.carried_over()
        row = self.do(
            lambda: requests.open_request(
                actor=self.who(by),
                subject_type="model_version",
                subject_id=subject.public_id,
                purpose="deployment",
                environment=self.stage.gates["production"].environment,
            ),
            None if rules is not None else "request.no_gate",
        )
        if row is None:
            return
        if again:
            assert before is not None
            assert row.public_id == before.id
            self.nothing_changed()
            return
        assert rules is not None
        days = rules.policy.open_for_days
        lapses = chain.now + timedelta(days=days) if days else None
        ask = Ask(row.public_id, subject.public_id, rules, self.who(by).id, {}, carried, lapses)
        kept = InheritedBallot.objects.filter(request=row).values_list("ballot__public_id", flat=True)
        assert set(kept) == {cast.id for cast in carried}
        if carried:
            self.note("ballots carried over")
        if before is not None:
            self.note("superseded")
        chain.asked(ask)
        self.concluded(ask)

    @move(1, when=lambda self: self.any_open, lead=EITHER)
    def resubmit(self, lead: bool) -> None:
        ask = self.chain.open
        row = self.open
        actor = self.stage.world.lead if lead else self.stage.actor(ask.submitter)
        assert self.do(lambda: requests.resubmit(actor=actor, request=row, comment="Better now."), None)
        self.chain.resubmit(ask)
        self.note("resubmitted")
        self.concluded(ask)

    @move(1, when=lambda self: self.any_open, by=VOTERS, surely=SOME)
    def withdraw(self, by: str, surely: int) -> None:
        ask, actor = self.chain.open, self.who(by)
        if surely < 8:
            actor = self.stage.actor(ask.submitter)
        row = self.open
        want = None if actor.id == ask.submitter else "not_allowed"
        if self.do(lambda: requests.withdraw(actor=actor, request=row), want):
            self.chain.withdraw(ask)
            self.note("withdrawn")

    # --- answering ---

    @move(4, when=lambda self: self.any_open, choice=SOME)
    def whose_move_it_is(self, choice: int) -> None:
        """What mostly happens: without it, few histories get anywhere."""
        self.one_move(choice)

    @move(2, when=lambda self: self.any_open, choice=SOME)
    def everybody_moves(self, choice: int) -> None:
        for turn in range(5):
            if not self.any_open or not self.one_move(choice + turn):
                return
            self.check()

    def one_move(self, choice: int, *, but: str = "") -> bool:
        """Somebody who is waited for approves, on a step that does not cover `but`."""
        covers = {step.key: step.covers for step in self.chain.open.rules.policy.steps}
        waited = [item for item in self.waited() if but not in covers[item[0]]]
        if waited:
            step, human, principal = waited[choice % len(waited)]
            self.vote(step, human, "approve", principal, expects=None)
        return bool(waited)

    @property
    def blocked_once(self) -> bool:
        return any(cast.verdict in ("request_changes", "reject") for cast in self.chain.casts)

    def waited(self) -> list[tuple[str, str, str | None]]:
        standing = standing_of(self.open)
        if standing.verdict.blocks or standing.request.policy_version.withdrawn_at is not None:
            return []
        found: list[tuple[str, str, str | None]] = []
        for step in without_waiver(standing).steps:
            found += [(step.key, human, None) for human in step.waiting_on]
            found += [(step.key, delegate, principal) for delegate, principal in step.delegates]
        return found

    @move(
        4,
        when=lambda self: self.any_open or (self.chain.asks and self.commands % 5 == 0),
        step=STEPS,
        by=VOTERS,
        verdict=VERDICTS,
        proven=SOME,
    )
    def say_something(self, step: str, by: str, verdict: str, proven: int) -> None:
        self.vote(step, self.who(by).id, verdict, None, proven=proven > 3)

    @move(2, when=lambda self: self.any_open, step=STEPS, by=VOTERS, principal=VOTERS, verdict=VERDICTS)
    def say_something_for_another(self, step: str, by: str, principal: str, verdict: str) -> None:
        self.vote(step, self.who(by).id, verdict, self.who(principal).id if principal != by else None)

    @move(2, when=lambda self: self.any_open, choice=SOME, verdict=("request_changes", "request_changes", "reject"))
    def object(self, choice: int, verdict: str) -> None:
        waited = self.waited()
        if waited:
            step, human, principal = waited[choice % len(waited)]
            self.vote(step, human, verdict, principal, expects=None)

    @move(2, when=lambda self: self.any_open, choice=SOME, by=VOTERS, own=EITHER)
    def take_back(self, choice: int, by: str, own: bool) -> None:
        words = [cast for cast in self.chain.speaking(self.chain.open) if cast.verdict != "retract"]
        if words:
            cast = words[choice % len(words)]
            human = cast.human if own else self.who(by).id
            self.vote(cast.step, human, "retract", None if cast.voice == human else cast.voice)

    @move(2, when=lambda self: self.any_open, choice=SOME, hours=(2, 20, 60, 400))
    def agree_on_a_condition(self, choice: int, hours: int) -> None:
        waited = self.waited()
        if waited:
            step, human, principal = waited[choice % len(waited)]
            expects = None if self.chain.open.rules.policy.conditional else "ballot.unconditional"
            self.vote(step, human, "approve", principal, expects=expects, hours=hours)

    @move(1, when=lambda self: self.any_open, choice=SOME)
    def say_it_again(self, choice: int) -> None:
        own = [cast for cast in self.chain.casts if cast.request == self.chain.open.id and cast.round == self.chain.open.round]
        if own:
            cast = own[choice % len(own)]
            self.vote(cast.step, cast.human, cast.verdict, cast.principal, comment=cast.comment, again=True)

    @move(1, when=lambda self: self.any_open, choice=SOME)
    def answer_what_was_there_before(self, choice: int) -> None:
        """Over a digest that is not there any more: nothing is recorded, and the answer says what changed."""
        waited = self.waited()
        if waited:
            step, human, principal = waited[choice % len(waited)]
            self.vote(step, human, "approve", principal, expects="ballot.digest", digest="sha256:" + "0" * 64)

    def vote(
        self,
        step: str,
        human: str,
        verdict: str,
        principal: str | None,
        *,
        expects: str | None = "",
        proven: bool = True,
        hours: int = 0,
        comment: str = "",
        digest: str = "",
        again: bool = False,
    ) -> None:
        chain, ask = self.chain, self.chain.open or self.chain.asks[-1]
        row = Request.objects.get(public_id=ask.id)
        self.numbered += 1
        comment = comment or f"Word {self.numbered}"
        want = self.why_not(ask, step, human, verdict, principal, proven, hours)
        repeated = chain.last_word(ask, step, principal or human) if again and ask.state == "open" else None
        if repeated is not None and self.is_repetition(ask, repeated, human, verdict, comment):
            want = None
        else:
            repeated = None
        if digest:
            want = "ballot.digest"
        if expects != "":  # whoever joined those who made it since the last command is still waited for, and then refused;
            joined = self.chain.contributors(ask) != ask.contributors  # an approval of theirs no longer opens the step after it
            assert want == expects or (joined and want in JOINED)
        actor = replace(self.stage.actor(human), auth_at=clock.now() - timedelta(minutes=1 if proven else 6))
        said = {"approve": "approved", "reject": "reviewed"}
        due = clock.now() + timedelta(hours=hours)
        ballot = self.cast(
            want,
            ask,
            step,
            human,
            principal,
            actor=actor,
            request=row,
            step_=step,
            verdict=verdict,
            digest=digest or chain.digests[ask.subject],
            comment=comment,
            on_behalf_of=self.stage.actor(principal).user if principal else None,
            meaning=said.get(verdict, ""),
            condition=("Measure it again.", due) if hours else None,
        )
        if ballot is None:
            return
        if repeated is not None and ballot.public_id == repeated.id:
            self.nothing_changed()
            self.note("said twice, counted once")
            return
        assert repeated is None, "said again, and recorded again"
        chain.casts.append(self.as_cast(ballot, ask, chain.role_for(ask, step, human, principal)))
        self.note(f"cast {verdict}{' for another' if principal else ''}{' on a condition' if hours else ''}")
        chain.conclude(ask)
        self.concluded(ask)

    def cast(self, want: str | None, ask: Ask, step: str, human: str, principal: str | None, **said: Any) -> Ballot | None:
        said["step"] = said.pop("step_")
        if want is None and said["verdict"] != "retract" and self.chain.kept_apart(ask, step, human, principal):
            ballot, code = given(lambda: ballots.cast_ballot(**said))  # whether they are needed there is the engine's to say
            assert code in (None, "ballot.counted_before")
            if code is not None:
                self.nothing_changed()
                self.note(f"refused {code}")
            return ballot
        return self.do(lambda: ballots.cast_ballot(**said), want)

    def why_not(
        self, ask: Ask, step: str, human: str, verdict: str, principal: str | None, proven: bool, hours: int
    ) -> str | None:
        if ask.state != "open":
            return "request.closed"
        why = self.chain.why_not_vote(ask, step, human, verdict, principal)
        if why is not None:
            return f"ballot.{why}"
        if self.chain.unsigned(ask, step, verdict, proven):
            return "ballot.signature_needed"
        return "ballot.unconditional" if hours and not ask.rules.policy.conditional else None

    def is_repetition(self, ask: Ask, last: Cast, human: str, verdict: str, comment: str) -> bool:
        same = (last.human, last.verdict, last.comment, last.terms) == (human, verdict, comment, [])
        here = (last.request, last.round, last.digest) == (ask.id, ask.round, self.chain.digests[ask.subject])
        return same and here and self.chain.holds_good(ask, last)

    def as_cast(self, ballot: Ballot, ask: Ask, role: str) -> Cast:
        if ballot.verdict == "approve":
            assert ballot.grant is not None
            assert ballot.grant.role == role
        manifest = self.chain.manifests[ask.subject]
        step = ask.rules.policy.step(ballot.step)
        assert ballot.components == {name: manifest[name] for name in (step.covers if step else ())}
        assert ballot.manifest_digest == self.chain.digests[ask.subject]
        terms = [Term(row.public_id, row.due_at) for row in Condition.objects.filter(ballot=ballot)]
        return Cast(
            ballot.public_id,
            ballot.pk,
            ask.id,
            ballot.round,
            ballot.step,
            ballot.human.public_id,
            ballot.principal.public_id if ballot.principal else None,
            ballot.delegation.public_id if ballot.delegation else None,
            ballot.verdict,
            ballot.comment,
            ballot.components,
            ballot.step_digest,
            ballot.manifest_digest,
            ballot.grant.role if ballot.grant else role,
            terms=terms,
        )

    @move(4, when=lambda self: self.blocked_once, choice=SOME, admin=EITHER, standing=SOME)
    def dismiss(self, choice: int, admin: bool, standing: int) -> None:
        chain = self.chain
        found = [cast for cast in chain.casts if cast.verdict in ("request_changes", "reject")]
        if standing > 5 and chain.open is not None:
            found = chain.blocks(chain.open) or found
        cast = found[choice % len(found)]
        actor = self.stage.world.admin if admin else self.stage.world.lead
        want = chain.why_not_dismiss(cast, actor.id)
        ask = chain.open
        ballot = Ballot.objects.get(public_id=cast.id)
        if self.do(lambda: ballots.dismiss_block(actor=actor, ballot=ballot, reason="Talked it over."), want):
            assert ask is not None
            cast.dismissed = True
            chain.conclude(ask)
            self.concluded(ask)
            self.note("block dismissed")

    @move(2, when=lambda self: any(cast.terms for cast in self.chain.casts), choice=SOME)
    def meet_a_condition(self, choice: int) -> None:
        pairs = [(cast, term) for cast in self.chain.casts for term in cast.terms]
        cast, term = pairs[choice % len(pairs)]
        row = Condition.objects.get(public_id=term.id)
        late = not term.met and (term.missed or term.due <= clock.now())

        def command():
            return ballots.meet_condition(actor=self.stage.actor(cast.human), condition=row, evidence="Done.")

        if self.do(command, "condition.missed" if late else None):
            if not term.met:
                self.note("condition met")
            term.met = True
