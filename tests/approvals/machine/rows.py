"""What a history is made of, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from approvals.policy import Policy


@dataclass
class Term:
    """What an approval depends on."""

    id: str
    due: datetime
    met: bool = False
    missed: bool = False


@dataclass
class Cast:
    id: str
    number: int
    request: str
    round: int
    step: str
    human: str
    principal: str | None
    loan: str | None
    verdict: str
    comment: str
    components: dict[str, str]
    step_digest: str
    digest: str
    role: str
    dismissed: bool = False
    terms: list[Term] = field(default_factory=list)

    @property
    def voice(self) -> str:
        return self.principal or self.human


@dataclass
class Loan:
    """Somebody may act in another's place."""

    id: str
    delegate: str
    principal: str
    role: str
    scope: str
    starts: datetime
    ends: datetime
    ended: datetime | None = None

    def live(self, now: datetime) -> bool:
        return self.starts <= now < self.ends and (self.ended is None or now < self.ended)


@dataclass
class Rules:
    """A version of a policy."""

    id: str
    family: str
    policy: Policy
    published: datetime | None = None
    withdrawn: bool = False


@dataclass
class Agreed:
    digest: str
    manifest: dict[str, str]
    until: datetime | None
    ballots: set[str]
    revoked: bool = False
    by_somebody: bool = False


@dataclass
class Glass:
    id: str
    request: str
    subject: str
    digest: str
    by: str
    until: datetime
    review_due: datetime
    reviewed: bool = False
    ended: bool = False

    def live(self, now: datetime) -> bool:
        return not self.ended and now < self.until


@dataclass
class Ask:
    """A request. `escalated` is what was seen: time decides it, and it may approve nothing."""

    id: str
    subject: str
    rules: Rules
    submitter: str
    contributors: dict[str, set[str]]
    inherited: list[Cast]
    lapses: datetime | None
    round: int = 1
    state: str = "open"
    recorded: dict[str, str] = field(default_factory=dict)
    agreed: Agreed | None = None
    escalated: set[str] = field(default_factory=set)
