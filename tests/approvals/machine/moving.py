"""What changes around a request: who holds what, what is judged, and by which rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from approvals.models import PolicyVersion, Request
from approvals.selectors.standing import policy_of
from approvals.services import policies, requests
from foundation import clock
from governance.people import services as people
from governance.people.models import Delegation, RoleGrant
from tests.approvals.machine.playing import EITHER, SOME, move
from tests.approvals.machine.rows import Loan
from tests.approvals.machine.speaking import Speaking
from tests.approvals.machine.stage import FAMILIES, MOVING, ROLES, VOTERS, put_in_force, something_moved


class Moving(Speaking):
    """People come and go, versions change, policies too."""

    # --- people ---

    @move(1, by=VOTERS, role=ROLES)
    def grant(self, by: str, role: str) -> None:
        holders, user = self.chain.holders.setdefault(role, set()), self.who(by).user
        want = "grant.exists" if user.public_id in holders else None
        admin = self.stage.world.admin
        if self.do(lambda: people.grant_role(actor=admin, user=user, role=role, scope=self.stage.scope), want):
            holders.add(user.public_id)

    @move(1, choice=SOME)
    def end_grant(self, choice: int) -> None:
        found = list(RoleGrant.objects.filter(ended_at=None, role__in=ROLES, scope=self.stage.scope).order_by("pk"))
        if found:
            row = found[choice % len(found)]
            with self.never_approves():
                assert self.do(lambda: people.end_role(actor=self.stage.world.admin, grant=row, reason="Moved."), None)
                self.chain.holders[row.role].discard(row.user.public_id)

    @move(1, principal=VOTERS, delegate=VOTERS, role=(*ROLES, ""), here=EITHER, hours=(0, 0, 0, 6))
    def delegate(self, principal: str, delegate: str, role: str, here: bool, hours: int) -> None:
        self._delegate(principal, delegate, role, here, hours)

    @move(3, when=lambda self: self.any_open, choice=SOME, delegate=VOTERS, role=SOME)
    def delegate_and_vote(self, choice: int, delegate: str, role: int) -> None:
        """Who is waited for goes away, and somebody speaks in their place."""
        waited = [
            (step, human) for step, human, principal in self.waited() if principal is None and human != self.who(delegate).id
        ]
        if waited:
            step, human = waited[choice % len(waited)]
            name = next(name for name in VOTERS if self.who(name).id == human)
            asked = self.chain.open.rules.policy.step(step)
            self._delegate(name, delegate, asked.role if role % 2 else "", True, 0)
            self.check()
            self.vote(step, self.who(delegate).id, "approve", human)

    def _delegate(self, principal: str, delegate: str, role: str, here: bool, hours: int) -> None:
        if principal == delegate:
            return
        chain, lent, to = self.chain, self.who(principal), self.who(delegate)
        starts = clock.now() + timedelta(hours=hours)
        ends, scope = starts + timedelta(days=4), self.stage.scope if here else ""
        same = [row for row in chain.loans if (row.principal, row.role, row.scope, row.ended) == (lent.id, role, scope, None)]
        want = "delegation.overlap" if any(row.starts < ends and starts < row.ends for row in same) else None
        if role and lent.id not in chain.holders.get(role, ()):
            want = "delegation.not_held"
        row = self.do(
            lambda: people.delegate(
                actor=lent,
                principal=lent.user,
                delegate=to.user,
                role=role,
                scope=scope,
                starts_at=starts if hours else None,
                ends_at=ends,
            ),
            want,
        )
        if row is not None:
            chain.loans.append(Loan(row.public_id, to.id, lent.id, role, scope, row.starts_at, row.ends_at))
            self.note("delegated")

    @move(1, when=lambda self: self.chain.loans, choice=SOME)
    def end_delegation(self, choice: int) -> None:
        loan = self.chain.loans[choice % len(self.chain.loans)]
        over = loan.ended is not None or loan.ends <= clock.now()
        row = Delegation.objects.get(public_id=loan.id)
        with self.never_approves():
            done = self.do(
                lambda: people.end_delegation(actor=self.stage.actor(loan.principal), delegation=row),
                "delegation.over" if over else None,
            )
            if done:
                loan.ended = clock.now()

    # --- what is judged ---

    @move(
        3,
        component=MOVING,
        token=(1, 2),
        version=range(4),
        asked=SOME,
        by=VOTERS,
        makes=SOME,
    )
    def change(self, component: str, token: int, version: int, asked: int, by: str, makes: int) -> None:
        subject = self.about(version, asked)
        if makes % 4 == 0:
            self.stage.lineage.made[subject.public_id].setdefault(component, set()).add(self.who(by).id)
        self.rewrite(subject, component, token)

    def rewrite(self, subject: Any, component: str, token: int) -> None:
        self.stage.lineage.tokens[subject.public_id][component] = token
        something_moved(subject)
        self.sync()

    @move(1, component=MOVING, version=range(4), asked=SOME, by=VOTERS)
    def contribute(self, component: str, version: int, asked: int, by: str) -> None:
        """I4: who joins those who made it approves nothing by that."""
        subject = self.about(version, asked)
        with self.never_approves():
            self.stage.lineage.made[subject.public_id].setdefault(component, set()).add(self.who(by).id)
            something_moved(subject)
            self.sync()

    def about(self, version: int, asked: int) -> Any:
        """Mostly what somebody asks for now."""
        if asked > 5 and self.any_open:
            return next(row for row in self.stage.versions if row.public_id == self.chain.open.subject)
        return self.stage.versions[version]

    @move(1, tier=("high", "low", None))
    def judge_the_risk(self, tier: str | None) -> None:
        self.stage.lineage.tier = tier
        for version in self.stage.versions:
            self.stage.lineage.tokens[version.public_id]["use_case"] = {"high": 1, "low": 2, None: 3}[tier]
            something_moved(version)
        self.sync()

    # --- rules ---

    @move(
        1,
        when=lambda self: any(rules.published is None and not rules.withdrawn for rules in self.chain.rules.values()),
        choice=SOME,
    )
    def publish(self, choice: int) -> None:
        drafts = [rules for rules in self.chain.rules.values() if rules.published is None and not rules.withdrawn]
        drafts.sort(key=lambda rules: rules.family != self.chain.family)
        rules = drafts[choice % min(len(drafts), 2)]
        row = PolicyVersion.objects.get(public_id=rules.id)
        put_in_force(row)
        rules.published = row.published_at

    @move(4, when=lambda self: self.chain.asks, choice=SOME)
    def migrate(self, choice: int) -> None:
        chain = self.chain
        ask = chain.open or chain.asks[-1]
        known = sorted(chain.rules.values(), key=lambda rules: (rules.family not in (ask.rules.family, chain.family), rules.id))
        rules = known[choice % (4 if choice > 5 else len(known))]
        version, row = PolicyVersion.objects.get(public_id=rules.id), Request.objects.get(public_id=ask.id)
        want = chain.why_not_migrate(ask, rules)
        if self.do(lambda: requests.migrate(actor=self.stage.world.admin, request=row, version=version), want):
            if rules is ask.rules:
                self.nothing_changed()
                return
            ask.rules = rules
            self.unseen["approvals.request.migrated", ask.id] += 1
            self.note("migrated")
            chain.conclude(ask)
            self.concluded(ask)

    @move(1, when=lambda self: self.commands % 3 == 0, choice=SOME)
    def withdraw_a_version(self, choice: int) -> None:
        known = list(self.chain.rules.values())
        rules = self.chain.open.rules if self.any_open and choice < 10 else known[choice % len(known)]
        row = PolicyVersion.objects.get(public_id=rules.id)
        want = "policy.withdrawn" if rules.withdrawn else None
        with self.never_approves():
            if self.do(lambda: policies.withdraw_version(actor=self.stage.world.admin, version=row, reason="Unsafe."), want):
                rules.withdrawn = True
                if self.any_open and self.chain.open.rules is rules:
                    self.note("policy withdrawn under a request")

    @move(1, when=lambda self: self.commands % 2 == 0, family=sorted(FAMILIES))
    def put_another_policy_before_the_gate(self, family: str) -> None:
        chain, gate = self.chain, self.stage.gates["production"]
        policy = self.stage.families[family][0].policy
        now = chain.in_force(family)
        want = None
        if family != chain.family and (now is None or now.policy.digest == policy_of(self.stage.families[family][0]).digest):
            want = "policy.unconfirmed"  # nobody but its author has agreed to the first version
        done = self.do(
            lambda: policies.set_gate(actor=self.stage.world.admin, slug="production", title="", mode="prevent", policy=policy),
            want,
        )
        if done and family != chain.family:
            chain.family = family
            self.unseen["approvals.gate.set", gate.public_id] += 1
