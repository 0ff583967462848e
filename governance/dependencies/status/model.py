"""What is answered about dependency sets. All frozen. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from governance.dependencies.licences import Judgement
from governance.dependencies.review_graph import Caveat, Edge
from governance.dependencies.status.facts import Asked, Facts, Flaw

Verdict = Literal["allow", "deny", "unknown"]
Weight = Literal["deny", "unknown", "note"]  # a note says something and decides nothing
Part = Literal["pinned", "hashed", "reviewed", "not_blocked", "advisories", "advisories_fresh", "licences"]

# Of each part of an answer, by the code of a reason. Words for people are in `wording_status`.
CODES: Mapping[str, tuple[Part, ...]] = {
    "no_sets": ("pinned", "hashed", "reviewed", "not_blocked", "advisories", "licences"),
    "unread": ("pinned", "hashed", "reviewed", "not_blocked", "advisories", "licences"),
    "unpinned": ("pinned",),
    "vcs_not_a_commit": ("pinned",),
    "address": ("pinned",),
    "outside": ("pinned",),
    "no_hash": ("hashed",),
    "first_party": ("reviewed",),
    "service": ("reviewed",),
    "not_demanded": ("reviewed",),
    "missing": ("reviewed",),
    "ended": ("reviewed",),
    "withdrawn": ("reviewed",),
    "unknown_hash": ("reviewed",),
    "files_unseen": ("reviewed",),
    "not_scanned": ("reviewed",),
    "foreign_file": ("reviewed",),
    "blocked": ("not_blocked",),
    "failed_review": ("not_blocked", "reviewed"),
    "may_be_blocked": ("not_blocked",),
    "flaw": ("advisories",),
    "flaw_accepted": ("advisories",),
    "flaw_below": ("advisories",),
    "flaw_undecided": ("advisories",),
    "not_covered_by_data": ("advisories",),
    "advisories_missing": ("advisories", "advisories_fresh"),
    "advisories_stale": ("advisories", "advisories_fresh"),
    "licence_denied": ("licences",),
    "licence_unknown": ("licences",),
    "no_licence_rule": ("licences",),
}
PARTS: tuple[Part, ...] = ("pinned", "hashed", "reviewed", "not_blocked", "advisories", "advisories_fresh", "licences")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an answer is not better, or something to know beside it. `ids` are public ids of what it rests on."""

    code: str
    weight: Weight
    params: Mapping[str, str] = field(default_factory=dict)
    ids: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        return CODES[self.code]


@dataclass(frozen=True, slots=True)
class Covered:
    """One criterion, and the edges from nothing to each release of the requirement that vouch for it."""

    criterion: str
    caveat: Caveat
    path: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class FlawStatus:
    """A flaw, and what it means here: `open` (it counts), `accepted`, `below` (less than what counts), `undecided`."""

    flaw: Flaw
    state: Literal["open", "accepted", "below", "undecided"]
    by: str = ""


@dataclass(frozen=True, slots=True)
class RequirementStatus:
    """One requirement: what it needs, what of that is covered, and why not the rest."""

    asked: Asked
    verdict: Verdict
    need: tuple[str, ...]
    covered: tuple[Covered, ...] = ()
    missing: tuple[str, ...] = ()
    flaws: tuple[FlawStatus, ...] = ()
    licence: Judgement | None = None
    reasons: tuple[Reason, ...] = ()
    ends: tuple[tuple[Part, datetime], ...] = ()

    @property
    def until(self) -> datetime | None:
        """The earliest instant at which time alone may change it: something it rests on ends. None: nothing does."""
        return min((end for _part, end in self.ends), default=None)

    @property
    def caveat(self) -> Caveat | None:
        """The worst that any of its criteria rests on; None where nothing is covered."""
        return max((item.caveat for item in self.covered), default=None)


@dataclass(frozen=True, slots=True)
class Status:
    """The answer about some sets together. `reasons` are those that are about no requirement; `stale_at` is when the data is too old."""

    facts: Facts
    verdict: Verdict
    requirements: tuple[RequirementStatus, ...]
    reasons: tuple[Reason, ...] = ()
    data: Literal["fresh", "stale", "missing"] = "missing"
    stale_at: datetime | None = None

    @property
    def until(self) -> datetime | None:
        """The earliest instant at which time alone may change the answer; None: it holds until somebody does something."""
        return self._earliest(PARTS)

    def until_of(self, part: Part) -> datetime | None:
        return self._earliest((part,))

    def _earliest(self, parts: Iterable[Part]) -> datetime | None:
        asked = set(parts)
        ends = [end for row in self.requirements for part, end in row.ends if part in asked]
        if self.stale_at is not None and asked & {"advisories", "advisories_fresh"}:
            ends.append(self.stale_at)
        return min(ends, default=None)

    def part(self, part: Part) -> Verdict:
        """The answer of one part alone."""
        return verdict_of(reason for reason in self.said() if part in reason.parts)

    def about(self, part: Part) -> list[tuple[RequirementStatus, Reason]]:
        """Each requirement with each reason that decides a part, in the order of the lock files."""
        return [
            (row, reason)
            for row in self.requirements
            for reason in row.reasons
            if part in reason.parts and reason.weight != "note"
        ]

    def of_set(self, public_id: str) -> Status:
        """The same for one of the sets."""
        rows = tuple(row for row in self.requirements if row.asked.set == public_id)
        reasons = tuple(reason for reason in self.reasons if reason.params.get("set", public_id) == public_id)
        said = [*reasons, *(reason for row in rows for reason in row.reasons)]
        return Status(self.facts, verdict_of(said), rows, reasons, self.data, self.stale_at)

    def evidence(self, part: Part | None = None) -> dict[str, list[str]]:
        """The public ids of everything that the answer, or one part of it, rests on: by kind, each once.

        Kinds: review, source, ruling, advisory_snapshot.
        """
        found: dict[str, dict[str, None]] = {kind: {} for kind in ("review", "source", "ruling", "advisory_snapshot")}
        for row in self.requirements:
            for about, kind, public_id in _rests_on(row):
                if part in (None, *about):
                    found[kind][public_id] = None
        if self.facts.data is not None and part in (None, "advisories", "advisories_fresh"):
            found["advisory_snapshot"][self.facts.data.id] = None
        return {kind: list(ids) for kind, ids in found.items() if ids}

    def said(self) -> Iterable[Reason]:
        """Every reason: of the whole, then of each requirement."""
        yield from self.reasons
        for row in self.requirements:
            yield from row.reasons


_KINDS = {Caveat.REVIEW: "review", Caveat.IMPORTED: "review", Caveat.SOURCE: "source", Caveat.EXEMPTION: "ruling"}
_BY = {"failed_review": "review", "blocked": "ruling", "may_be_blocked": "ruling", "flaw_accepted": "ruling"}


def _rests_on(row: RequirementStatus) -> Iterable[tuple[tuple[Part, ...], str, str]]:
    """Parts, kind and public id of everything that the answer about a requirement rests on."""
    for item in row.covered:
        for edge in item.path:
            yield ("reviewed",), _KINDS[edge.caveat], edge.id
    for reason in row.reasons:
        if reason.code in _BY:
            for public_id in reason.ids:
                yield reason.parts, _BY[reason.code], public_id


def verdict_of(reasons: Iterable[Reason]) -> Verdict:
    """A denial beats what is unknown, and what is unknown beats the rest. Where nothing speaks against it, it is allowed."""
    weights = {reason.weight for reason in reasons}
    return "deny" if "deny" in weights else "unknown" if "unknown" in weights else "allow"
