"""Versions of policies, and what is doubtful about them, as the API shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from approvals.models import PolicyVersion
from approvals.policy.findings import Finding
from approvals.policy.problems import Problem
from foundation.canonical import timestamp
from governance.people.roles import role_label

ROLES_IN = ("role", "other")  # parameters of a finding that may name roles


def version_body(row: PolicyVersion, state: str, findings: Iterable[Finding]) -> dict[str, Any]:
    """One version. A draft says how to ask for its publication: as everything is asked for, with `POST /requests`."""
    publish = {"subject": {"type": "policy_version", "id": row.public_id}, "purpose": "publish"}
    return {
        "id": row.public_id,
        "key": row.policy.key,
        "version": row.number,
        "state": state,
        "digest": row.digest,
        "yaml": row.text,
        "body": row.body,
        "note": row.note,
        "created_by": row.created_by.public_id if row.created_by is not None else None,
        "created_at": timestamp(row.created_at),
        "published_at": timestamp(row.published_at) if row.published_at is not None else None,
        "approval": row.approval or None,
        "withdrawn_at": timestamp(row.withdrawn_at) if row.withdrawn_at is not None else None,
        "withdraw_reason": row.withdraw_reason,
        "findings": [finding_body(item) for item in findings],
        "publish": publish if state == "draft" else None,
    }


def finding_body(item: Finding) -> dict[str, str]:
    roles = {name: _roles(item.params[name]) for name in ROLES_IN if name in item.params}
    return {"code": item.code, "severity": item.severity, "step": item.step, "message": item.told(gettext, **roles)}


def _roles(said: str) -> str:
    """Codes of roles in words; `other` may as well be the title of a step, which stays as it is."""
    return ", ".join(str(role_label(name)) for name in said.split(", "))


def problem_body(item: Problem) -> dict[str, Any]:
    return {"path": item.path, "line": item.line, "code": item.code, "message": item.message}
