"""What an envelope would have let in so far: limits over past versions, and what became of those that were inside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from approvals.envelopes.facts import VersionFacts
from approvals.envelopes.limits import Limits
from approvals.envelopes.membership import Line, lines

FAILURES = ("rejected", "revoked", "waiver_unjustified")


@dataclass(frozen=True, slots=True)
class Past:
    """A version that is known already. `failures` are codes of FAILURES: what spoke against it later."""

    id: str
    label: str
    facts: VersionFacts
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """A past version against the limits. `regretted`: it would have gone in unasked, and failed."""

    past: Past
    lines: tuple[Line, ...]

    @property
    def inside(self) -> bool:
        return all(line.ok is True for line in self.lines)

    @property
    def regretted(self) -> bool:
        return self.inside and bool(self.past.failures)

    @property
    def broken(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.ok is not True)


def tried(limits: Limits, baseline: VersionFacts, past: Iterable[Past], now: datetime) -> tuple[Tried, ...]:
    """Each past version as it would have stood on the day it was registered, in the order given."""
    return tuple(Tried(item, lines(limits, baseline, item.facts, item.facts.created_at or now)) for item in past)
