"""What a gate check sees and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal, Protocol

from django.utils.translation import gettext as _

from approvals.models import Clock, Condition, Decision, Gate, PolicyVersion, Request, Waiver
from approvals.policy import Policy
from approvals.selectors.standing import Standing
from governance.dependencies.models import DependencySet
from governance.dependencies.selectors.status import status_of
from governance.dependencies.status import Status as DependencyStatus
from governance.people.models import RoleGrant, User
from governance.people.roles import role_label
from lineage.models import ModelVersion, ProvenanceFact
from lineage.selectors.manifest import Manifest

Status = Literal["pass", "fail", "pending", "unknown"]
Level = Literal["blocking", "advisory", "off"]
Grants = Mapping[str, Mapping[str, RoleGrant]]  # role → public id of the holder → grant
ROLLBACK_LASTS = timedelta(days=180)  # how long after an approval has run out one may still go back to what it was for


@dataclass(slots=True)
class Result:
    """One check's answer. What is not a pass names who can do something about it, or is `stuck`."""

    code: str
    status: Status
    title: Any
    detail: Any = ""
    actors: list[dict[str, str]] = field(default_factory=list)
    action: dict[str, str] | None = None
    evidence: list[dict[str, Any]] = field(default_factory=list)
    since: datetime | None = None
    due_at: datetime | None = None
    until: datetime | None = None  # how long a pass holds: an allow that rests on it ends then
    because: Literal["", "waiver", "envelope", "rollback"] = ""  # what let it pass although somebody's word is missing
    rests_on: str = ""  # what the words follow from beside the manifest: where that changes, the answer is given anew


class Membership(Protocol):
    """A version against the envelope in force for its model: `inside` only if every limit is kept."""

    @property
    def envelope(self) -> Any: ...
    @property
    def inside(self) -> bool: ...


@dataclass(kw_only=True)
class Context:
    """Everything a check may look at, read once for all of them; what few checks need is read when one asks.

    `request` is the one that answers for the version here, `standing` where it stands; of an approved one the frozen `decision`
    says all that matters, and it has no standing unless that record is incomplete. `waivers`: those of this version here that are
    live or not reviewed yet. `clocks`: by step, of an open request.
    """

    gate: Gate
    model_version: ModelVersion
    commit: str
    artifact_sha256: str
    purpose: str
    policy: Policy
    policy_version: PolicyVersion
    manifest: Manifest
    request: Request | None
    standing: Standing | None
    decision: Decision | None
    facts: Mapping[str, ProvenanceFact]
    now: datetime
    read_grants: Callable[[], Grants]
    read_proof: Callable[[], Membership | None] = lambda: None
    waivers: tuple[Waiver, ...] = ()
    conditions: tuple[Condition, ...] = ()
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    checkpoint: str | None = None  # the newest sealed one, which every answer carries
    ran_before: str = ""  # rollback: public id of an earlier answer that let this version in here

    @cached_property
    def grants(self) -> Grants:
        """Who holds what here now."""
        return self.read_grants()

    @cached_property
    def proof(self) -> Membership | None:
        """The envelope in force for the model here, and whether the version is inside. None where there is none."""
        return self.read_proof()

    @cached_property
    def dependencies(self) -> DependencyStatus:
        """The answer about the version's lock files, computed once for all checks that ask. Thirteen statements.

        What the policy wants packages reviewed for is demanded beside what the risk demands.
        """
        version = self.model_version
        sets = DependencySet.objects.filter(pk__in=version.locks.values("dependency_set")).defer("raw")
        return status_of(sets, use_case=version.use_case, at=self.now, also=self.policy.reviewed_for)

    @property
    def objected(self) -> bool:
        """Whether somebody refused this version, asks for changes, or took an approval back. Nothing goes over that."""
        if self.request is not None and self.request.state in (Request.State.REJECTED, Request.State.REVOKED):
            return True
        if self.decision is not None and self.decision.revoked_at is not None:
            return True
        return self.standing is not None and self.standing.is_open and bool(self.standing.verdict.blocks)

    @property
    def withdrawn(self) -> bool:
        """Whether the open request rests on a policy version that was taken back as unsafe."""
        return self.standing is not None and self.standing.is_open and self.policy_version.withdrawn_at is not None

    @property
    def waiver(self) -> Waiver | None:
        """The live waiver for exactly these bytes, unless somebody objected meanwhile: that never waits."""
        if self.objected or self.withdrawn:
            return None
        version = self.model_version
        bound = (self.manifest.digest, version.commit, version.artifact_sha256)
        return next((row for row in self.waivers if _live(row, self.now) and _bound(row) == bound), None)

    @property
    def inside(self) -> Membership | None:
        """The envelope that the version is inside of, unless somebody objected."""
        if self.objected or self.withdrawn:
            return None
        return self.proof if self.proof is not None and self.proof.inside else None

    @property
    def rollback_until(self) -> datetime | None:
        """Until when one may go back to this version although its approval has run out; None where that is not the question."""
        if self.purpose != Request.Purpose.ROLLBACK or self.decision is None or self.decision.valid_until is None:
            return None
        return self.decision.valid_until + ROLLBACK_LASTS

    @property
    def submitter(self) -> User | None:
        """Who has to ask for an approval: whoever stands behind the version."""
        return self.request.submitter if self.request is not None else self.model_version.created_by

    def who_pushed(self) -> list[dict[str, str]]:
        """The person behind the version, or the project lead where there is none."""
        user = self.model_version.created_by
        return [as_person(user)] if user is not None and user.is_active else self.holding("project_lead")

    def holding(self, role: str) -> list[dict[str, str]]:
        """The people who hold a role here, or the role itself where nobody does."""
        found = [as_person(grant.user) for grant in self.grants.get(role, {}).values()]
        return sorted(found, key=lambda item: item["display"]) or [{"type": "role", "id": role, "display": role_label(role)}]

    def at_version(self, label: Any) -> dict[str, str]:
        return {"label": str(label), "path": f"/models/{self.model_version.public_id}/"}

    def at_use_case(self, label: Any, tab: str = "") -> dict[str, str]:
        return {"label": str(label), "path": f"/use-cases/{self.model_version.use_case.slug}/{tab}"}


def pardoned(context: Context, results: Iterable[Result]) -> Iterable[Result]:
    """Let pass what merely waits for somebody, where the version is inside an envelope, ran here before, or glass was broken for it.

    A refusal stays one, and so does what nobody can tell.
    """
    for result in results:
        if result.status == "pending":
            _pardon(context, result)
        yield result


def _pardon(context: Context, result: Result) -> None:
    waits = str(result.title)
    if (inside := context.inside) is not None:
        row = inside.envelope
        result.because, result.due_at = "envelope", row.valid_until
        result.detail = _("The envelope “%(title)s” speaks for it. Without it: %(waits)s.") % {"title": row.title, "waits": waits}
        result.evidence = [*result.evidence, {"type": "envelope", "id": row.public_id}]
    elif context.ran_before and not context.objected and not context.withdrawn:
        result.because = "rollback"
        result.detail = _("It was let in here before, and this goes back to it. Without that: %(waits)s.") % {"waits": waits}
        result.evidence = [*result.evidence, {"type": "evaluation", "id": context.ran_before}]
    elif (waiver := context.waiver) is not None:
        result.because, result.due_at = "waiver", waiver.expires_at
        result.detail = _("Overridden by a break-glass waiver of %(name)s. Without it: %(waits)s.") % {
            "name": waiver.by,
            "waits": waits,
        }
        result.evidence = [*result.evidence, {"type": "waiver", "id": waiver.public_id}]
    if result.because:
        result.status, result.actors, result.action = "pass", [], None


def _live(row: Waiver, now: datetime) -> bool:
    return row.created_at <= now < row.expires_at and (row.ended_at is None or row.ended_at > now)


def _bound(row: Waiver) -> tuple[str, str, str]:
    return row.manifest_digest, row.commit, row.artifact_sha256


def as_person(user: User) -> dict[str, str]:
    return {"type": "user", "id": user.public_id, "display": str(user)}


@dataclass(frozen=True, slots=True)
class Check:
    """A declared check: its code (or family, ending in `*`), what it asks, and how much it weighs unless a policy says.

    `fixed` checks cannot be switched off: without them an answer would bind nothing.
    """

    code: str
    asks: Any
    level: Level
    run: Callable[[Context], Iterable[Result]]
    fixed: bool = False


_checks: list[Check] = []


def check(
    code: str, asks: Any, *, level: Level = "blocking", fixed: bool = False
) -> Callable[[Callable[[Context], Iterable[Result]]], Any]:
    """Declare a gate check. Two with one code are a programming error."""

    def declare(function: Callable[[Context], Iterable[Result]]) -> Any:
        if any(known.code == code for known in _checks):
            raise ValueError(f"the check {code} is declared twice")
        _checks.append(Check(code, asks, level, function, fixed))
        return function

    return declare


def declared() -> list[Check]:
    return sorted(_checks, key=lambda item: item.code)
