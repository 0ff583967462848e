"""Policies and their immutable versions; gates and which policy stands before which environment."""

from __future__ import annotations

import json
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from approvals.checks import known_codes
from approvals.models import Gate, Policy, PolicyVersion
from approvals.permissions import may_write_policies
from approvals.policy import PolicyError, as_mapping, dump, parse
from foundation import audit, clock
from foundation.actor import Actor
from foundation.canonical import canonical_json
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from lineage.models import Environment
from lineage.services.environments import create_environment

WRITTEN = audit.kind("approvals.policy.written", _("Policy version written"))
CREATED = audit.kind("approvals.policy.created", _("Policy created"))
GATE_SET = audit.kind("approvals.gate.set", _("Gate set up"))


def write_policy(*, actor: Actor, key: str, source: str | dict[str, Any]) -> PolicyVersion:
    """Write a version of a policy, making the policy if it is new. The same content again is the same version.

    `source` is YAML text or a mapping. Raises NotAllowed; Invalid naming every problem with its line.
    """
    require(may_write_policies(actor))
    try:
        policy = parse(source, checks=known_codes())
    except PolicyError as error:
        problems = [FieldError(_place(item), item.code, item.message) for item in error.problems]
        raise Invalid(_("This policy cannot be used; see errors."), code="policy.invalid", errors=problems) from error
    text = source if isinstance(source, str) else dump(policy)
    try:
        with transaction.atomic():
            row = Policy.objects.select_for_update().filter(key=key).first()
            if row is None:
                row = Policy(key=key, title=policy.title, created_at=clock.now())
                validate(row)
                row.save(force_insert=True)
                audit.record(actor, CREATED, row, {"key": key})
            current = row.current_version()
            if current is not None and current.digest == policy.digest:
                return current
            version = PolicyVersion(
                policy=row,
                number=(current.number if current else 0) + 1,
                text=text,
                body=json.loads(canonical_json(as_mapping(policy))),
                digest=policy.digest,
                created_by=actor.user,
                created_at=clock.now(),
            )
            version.save(force_insert=True)
            audit.record(actor, WRITTEN, version, {"policy": key, "number": version.number, "digest": version.digest})
    except IntegrityError as error:
        raise Conflict(_("Somebody wrote this policy at the same moment. Look at it first."), code="policy.race") from error
    return version


def _place(problem: Any) -> str:
    return f"line {problem.line}: {problem.path}" if problem.line else problem.path


def set_gate(*, actor: Actor, slug: str, title: str, mode: str, policy: Policy) -> Gate:
    """Put a policy before an environment, making the environment if it is new."""
    require(may_write_policies(actor))
    with transaction.atomic():
        environment = Environment.objects.filter(slug=slug).first() or create_environment(actor=actor, slug=slug, title=title)
        gate = Gate.objects.select_for_update().filter(environment=environment).first() or Gate(environment=environment)
        if gate.pk and gate.policy_id == policy.pk and gate.mode == mode:
            return gate
        gate.policy, gate.mode = policy, mode
        validate(gate, exclude=("environment",))
        gate.save()
        audit.record(actor, GATE_SET, gate, {"environment": slug, "policy": policy.key, "mode": mode})
    return gate
