"""Policies as they are written and as they stand: what a text says, which is in force, and what each of them will not do as it was meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from approvals.checks import known_codes
from approvals.models import PolicyVersion
from approvals.policy import Policy, PolicyError, parse
from approvals.policy.findings import Finding
from approvals.policy.lint import lint
from approvals.selectors.standing import policy_of
from foundation.actor import Actor
from foundation.errors import FieldError, Invalid
from governance.dependencies.selectors.criteria import criteria_offered
from governance.people.models import RoleGrant

Holders = Mapping[str, frozenset[str]]


def read_policy(source: str | bytes | Mapping[str, Any]) -> Policy:
    """What a text says as a policy, by the checks that are declared and the criteria that may be stated now. Raises PolicyError."""
    return parse(source, checks=known_codes(), criteria=lambda: [item.key for item in criteria_offered()])


def draft_of(source: str | dict[str, Any]) -> Policy:
    """What a text, or a mapping of its shape, says as a policy. Raises Invalid naming every problem with its line."""
    try:
        return read_policy(source)
    except PolicyError as error:
        problems = [
            FieldError(f"line {item.line}: {item.path}" if item.line else item.path, item.code, item.message)
            for item in error.problems
        ]
        raise Invalid(_("This policy cannot be used; see errors."), code="policy.invalid", errors=problems) from error


def policy_versions(actor: Actor) -> Any:
    """Versions with `current`: the primary key of the version that is in force of the same policy."""
    in_force = PolicyVersion.objects.in_force().filter(policy=OuterRef("policy")).order_by("-published_at", "-number")
    rows = PolicyVersion.objects.visible_to(actor).select_related("policy", "created_by")
    return rows.annotate(current=Subquery(in_force.values("pk")[:1]))


def state_of(version: PolicyVersion) -> str:
    """draft, in_force, replaced or withdrawn. Asks for the version in force unless the row came from `policy_versions`."""
    if version.withdrawn_at is not None:
        return "withdrawn"
    if version.published_at is None:
        return "draft"
    if not hasattr(version, "current"):
        in_force = version.policy.current_version()
        return "in_force" if in_force is not None and in_force.pk == version.pk else "replaced"
    return "in_force" if version.current == version.pk else "replaced"


def holders_anywhere() -> Holders:
    """Role → public ids of the people who hold it, on whatever use case. One query.

    What not even the whole organisation can do, no use case can; the other way round nothing follows.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for role, person in RoleGrant.objects.live().values_list("role", "user__public_id"):
        found[role].add(person)
    return {role: frozenset(people) for role, people in found.items()}


def findings_of(version: PolicyVersion, holders: Holders) -> tuple[Finding, ...]:
    """What is doubtful about a version that is, or may come to be, in force."""
    return lint(policy_of(version), holders) if state_of(version) in ("draft", "in_force") else ()
