"""What a gate check sees and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from approvals.models import Decision, Gate
from approvals.policy import Policy
from approvals.selectors.standing import Standing
from governance.people.models import RoleGrant, User
from governance.people.roles import role_label
from lineage.models import ModelVersion, ProvenanceFact
from lineage.selectors.manifest import Manifest

Status = Literal["pass", "fail", "pending", "unknown"]
Level = Literal["blocking", "advisory", "off"]


@dataclass(slots=True)
class Result:
    """One check's answer. What is not a pass names who can do something about it, or is `stuck`."""

    code: str
    status: Status
    title: Any
    detail: Any = ""
    actors: list[dict[str, str]] = field(default_factory=list)
    action: dict[str, str] | None = None
    evidence: list[dict[str, str]] = field(default_factory=list)
    since: datetime | None = None
    due_at: datetime | None = None


@dataclass(slots=True)
class Context:
    """Everything a check may look at, read once for all of them."""

    gate: Gate
    model_version: ModelVersion
    commit: str
    artifact_sha256: str
    policy: Policy
    manifest: Manifest
    standing: Standing | None
    decision: Decision | None
    facts: Mapping[str, ProvenanceFact]
    grants: Mapping[str, Mapping[str, RoleGrant]]
    now: datetime

    @property
    def submitter(self) -> User | None:
        """Who has to ask for an approval: whoever stands behind the version."""
        return self.standing.request.submitter if self.standing else self.model_version.created_by

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
