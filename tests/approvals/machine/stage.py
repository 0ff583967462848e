"""Where the histories are played: people, versions, policies.

Requests, ballots, decisions and gates are the real ones. Only what is judged is made up: its components change, and get
contributors, at the stroke of a pen instead of by a push.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from approvals.models import (
    Gate,
    PolicyVersion,
)
from approvals.services import policies
from foundation import actor as actors
from foundation import audit, clock
from foundation.canonical import digest
from governance.people import services as people
from governance.people.models import RoleGrant
from lineage.selectors.manifest import COMPONENTS, Manifest
from lineage.services.verification import VERIFIED
from tests.conftest import World, make_world, push_version

COMMIT, ARTIFACT = "c" * 40, "sha256:" + "d" * 64
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
VOTERS = ("ada", "bob", "cyd", "dan", "eve")
ROLES = ("model_validator", "security_reviewer", "business_owner")
MOVING = ("code", "data", "model", "economics")  # the components that change here
VERSIONS = ("1", "2", "3", "4")
OFF = (
    "provenance.commit_in_mirror", "provenance.repository_known", "provenance.files_match", "provenance.clean_tree",
    "dictionary.columns_bound", "dictionary.bound", "dictionary.pinned", "dictionary.no_open_breaking",
    "dictionary.use_permitted", "economics.case", "economics.not_below_approved", "usecase.definition", "dependencies.locked",
)  # fmt: skip
CHECKS = "checks: {" + ", ".join(f'{code}: "off"' for code in OFF) + "}\n"
FAMILIES = {
    "in-turn": [
        """
title: One after the other, nobody twice
open_for: 5 days
valid_for: 20 days
break_glass: {roles: [operations], hours: 12, review_within: 1 working day}
steps:
  - {key: one, title: Validation, role: model_validator, covers: [code, model]}
  - {key: two, title: Business, role: business_owner, after: [one], covers: [model, economics]}
""",
        """
title: One after the other, and security as well
open_for: 5 days
valid_for: 20 days
break_glass: {roles: [operations], hours: 12, review_within: 1 working day}
steps:
  - {key: one, title: Validation, role: model_validator, covers: [code, model]}
  - {key: two, title: Business, role: business_owner, after: [one], covers: [model, economics], exclude: [submitter]}
  - {key: three, title: Security, role: security_reviewer, covers: [code, data]}
""",
    ],
    "two-of-them": [
        """
title: Two validators and one for security
break_glass: {roles: [operations], hours: 2, review_within: 2 working hours}
steps:
  - {key: one, title: Validation, role: model_validator, quorum: 2, covers: [model]}
  - {key: three, title: Security, role: security_reviewer, covers: [code, data]}
""",
        """
title: Two validators will do
break_glass: false
conditional: false
steps:
  - {key: one, title: Validation, role: model_validator, quorum: 2, covers: [model]}
""",
    ],
    "kept-apart": [
        """
title: Who validates does not sign for the business
distinct_humans: false
valid_for: 3 days
steps:
  - {key: one, title: Validation, role: model_validator, covers: [code]}
  - {key: two, title: Business, role: business_owner, covers: [economics], exclude: [contributors, step:one]}
  - {key: three, title: Security, role: security_reviewer, covers: [data], exclude: [submitter]}
""",
        """
title: Anybody who may
distinct_humans: false
steps:
  - {key: one, title: Validation, role: model_validator, covers: [code], exclude: []}
  - {key: two, title: Business, role: business_owner, covers: [economics], signature: reauth}
""",
    ],
    "in-time": [
        """
title: Asked of some, in time, and signed
open_for: 8 days
steps:
  - key: one
    title: Validation
    role: model_validator
    covers: [code, model]
    sla: 4 working hours
    remind: [1 working hour before]
    escalate: {after: 4 working hours, to: business_owner}
  - {key: two, title: Business, role: business_owner, covers: [economics], applies_if: {risk_tier: high}, signature: reauth}
""",
        """
title: Asked of two, in time
steps:
  - key: one
    title: Validation
    role: model_validator
    quorum: 2
    covers: [code, model]
    sla: 1 working day
    escalate: {after: 1 working day, to: security_reviewer}
  - {key: three, title: Security, role: security_reviewer, covers: [data], applies_if: {risk_tier: high}, after: [one]}
""",
    ],
}


class Lineage:
    """What is judged: for each version its components, who made them, and the risk that it is for the use case."""

    def __init__(self) -> None:
        self.tokens: dict[str, dict[str, int]] = {}
        self.made: dict[str, dict[str, set[str]]] = {}
        self.tier: str | None = "high"

    def begin(self, versions: list[Any]) -> None:
        self.tokens = {row.public_id: dict.fromkeys(COMPONENTS, 1) for row in versions}
        self.made = {row.public_id: {} for row in versions}
        self.tier = "high"

    def bodies(self, version: str) -> dict[str, Any]:
        return {name: {"is": f"{name}-{number}"} for name, number in self.tokens[version].items()}

    def digests(self, version: str) -> dict[str, str]:
        return {name: digest(body) for name, body in self.bodies(version).items()}

    def manifest_of(self, row: Any) -> Manifest:
        return Manifest.of(self.bodies(row.public_id), self.digests(row.public_id))

    def manifest_digests(self, rows: Any) -> dict[int, dict[str, str]]:
        return {row.pk: self.digests(row.public_id) for row in rows}

    def authors_of(self, row: Any) -> dict[str, set[str]]:
        return {name: set(names) for name, names in self.made[row.public_id].items()}

    def version_facts(self, rows: Any) -> dict[str, dict[str, Any]]:
        return {row.public_id: {"risk_tier": self.tier, "kind": row.kind, "cost": None, "sensitivity": None} for row in rows}

    def take_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from approvals.selectors import gates
        from approvals.subjects import model_version as subject

        for module in (subject, gates):
            monkeypatch.setattr(module, "manifest_of", self.manifest_of)
        for name in ("manifest_digests", "authors_of", "version_facts"):
            monkeypatch.setattr(subject, name, getattr(self, name))
        monkeypatch.setattr(subject, "emails_between", lambda row, since: set())


@dataclass
class Stage:
    """Everything that is there before a history begins."""

    world: World
    lineage: Lineage
    voters: dict[str, Any] = field(default_factory=dict)
    operations: Any = None
    versions: list[Any] = field(default_factory=list)
    families: dict[str, list[PolicyVersion]] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)

    @property
    def scope(self) -> str:
        return str(self.world.use_case.public_id)

    def actor(self, public_id: str) -> Any:
        known = [*self.voters.values(), self.operations, self.world.lead, self.world.admin]
        return next(actor for actor in known if actor.id == public_id)


def set_up(lineage: Lineage) -> Stage:
    """The people hold roles from the history on; all of them build, so that each of them may ask."""
    stage = Stage(make_world(), lineage)
    setup = actors.system("test")
    for name in (*VOTERS, "otto"):
        user = people.create_user(actor=setup, username=name, name=name.title(), email=f"{name}@example.com")
        role = "operations" if name == "otto" else "data_engineer"
        people.grant_role(actor=setup, user=user, role=role, scope=stage.scope)
        stage.voters[name] = actors.person(user)
    stage.operations = stage.voters.pop("otto")
    for role in ROLES:  # the people of the small world are somebody else's
        for grant in RoleGrant.objects.filter(role=role, scope=stage.scope, ended_at=None):
            people.end_role(actor=setup, grant=grant, reason="")
    stage.versions = [push_version(stage.world, number) for number in VERSIONS]
    for key, texts in FAMILIES.items():
        rows = [policies.write_policy(actor=stage.world.admin, key=key, source=text + CHECKS) for text in texts]
        stage.families[key] = rows
    for slug in ("production", "staging"):
        policy = stage.families["in-turn"][0].policy
        stage.gates[slug] = policies.set_gate(actor=stage.world.admin, slug=slug, title=slug, mode="prevent", policy=policy)
    return stage


def put_in_force(version: PolicyVersion) -> None:
    """As its approval would. How that comes about is told elsewhere."""
    version.published_at, version.approval = clock.now(), "dc_confirmed"
    version.save(update_fields=["published_at", "approval"])


def something_moved(version: Any) -> None:
    """Every change of what is judged has its event."""
    audit.record(actors.system("test"), VERIFIED, version)
