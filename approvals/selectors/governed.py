"""What policies stand before: environments by their gates, and types of subjects that go to none."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from approvals import subjects
from approvals.models import Gate, Policy, PolicyVersion
from approvals.policy import as_mapping, parse
from approvals.services.policies import FOLDER, SHIPPED
from foundation import clock


@dataclass(frozen=True, slots=True)
class Governed:
    """A type of subject and what is asked about it. `policy`: None where nothing is set, or it ships and was not needed yet.

    `title`: what the policy is called. `set_here`: somebody chose the policy; else it is the one that ships, if one does.
    """

    type: str
    purpose: str
    key: str
    title: str
    policy: Policy | None
    set_here: bool

    @property
    def value(self) -> str:
        return f"{self.type}:{self.purpose}"


def governed_subjects() -> list[Governed]:
    """Every type of subject that goes to no environment, with its policy. One query, and nothing is written."""
    known: Any = Policy.objects.filter(Q(subjects__isnull=False) | Q(key__in=SHIPPED.values()))  # once for each that it governs
    known = list(known.annotate(governs=F("subjects__subject_type"), purpose=F("subjects__purpose")))
    rows: dict[tuple[str, str], Policy] = {(row.governs, row.purpose): row for row in known if row.governs}
    shipped: dict[str, Policy] = {row.key: row for row in known}
    found = []
    for adapter in subjects.adapters():
        if adapter.wants_environment:
            continue
        for purpose in adapter.purposes:
            row = rows.get((adapter.type, purpose))
            key = row.key if row is not None else SHIPPED.get(adapter.type, "")
            policy = row or shipped.get(key)
            found.append(Governed(adapter.type, purpose, key, _title(policy, key), policy, row is not None))
    return found


def _title(policy: Policy | None, key: str) -> str:
    version = shipped_version(key) if policy is None else None
    return policy.title if policy is not None else version.policy.title if version is not None else ""


def gates_by_policy() -> dict[int, list[Gate]]:
    """The gates before environments, by the primary key of their policy. One query."""
    found: dict[int, list[Gate]] = defaultdict(list)
    for gate in Gate.objects.select_related("environment").order_by("environment__title"):
        found[gate.policy_id].append(gate)
    return found


def shipped_version(key: str) -> PolicyVersion | None:
    """The policy that ships under a key, as the version that it will be once it is needed; None if none does. Not saved."""
    if key not in SHIPPED.values():
        return None
    text = (FOLDER / f"{key}.yaml").read_text(encoding="utf-8")
    value, now = parse(text), clock.now()
    policy = Policy(key=key, title=value.title, created_at=now)
    return PolicyVersion(policy=policy, number=1, text=text, body=as_mapping(value), digest=value.digest, created_at=now)
