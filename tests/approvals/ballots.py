"""Ballots and people for the tests of the engine, with everything that a test does not care about filled in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count

from approvals.evaluation import Ballot, Eligibility
from approvals.policy import Policy, Step

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
MANIFEST = {name: f"{name}-1" for name in ("use_case", "code", "model", "data", "runtime", "economics")}
_numbers = count(1)


def step(key: str, role: str | None = None, quorum: int = 1, **fields: object) -> Step:
    fields.setdefault("covers", ("code", "model"))
    return Step(key=key, title=key.title(), role=role or key, quorum=quorum, **fields)


def policy(*steps: Step, distinct: bool = True) -> Policy:
    return Policy(title="Release", steps=steps, distinct_humans=distinct)


def ballot(asked: Step, human: str, verdict: str = "approve", *, of: Mapping[str, str] = MANIFEST, **fields: object) -> Ballot:
    """A ballot on the bytes of `of`. Each one made is later than those made before it."""
    number = next(_numbers)
    values = {"at": NOW, "round": 1, "sequence": number, **fields}
    components = {name: of[name] for name in asked.covers if name in of}
    return Ballot(f"ba_{number}", asked.key, human, verdict, components, asked.digest, **values)


def people(
    holders: Mapping[str, str], contributors: Mapping[str, str] | None = None, submitter: str | None = "submitter"
) -> Eligibility:
    """`{"validator": "ada bob"}`: names in one string."""
    return Eligibility(
        {role: frozenset(names.split()) for role, names in holders.items()},
        {component: frozenset(names.split()) for component, names in (contributors or {}).items()},
        submitter,
    )
