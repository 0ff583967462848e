"""Waivers as the API shows them."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from approvals.models import Request, Waiver
from approvals.presenting.people import person_body
from foundation import clock
from foundation.canonical import timestamp


def waiver_body(row: Waiver, request: Request) -> dict[str, Any]:
    """`request` is the waiver's own, as the caller has it at hand."""
    now = clock.now()
    return {
        "id": row.public_id,
        "request": request.public_id,
        "environment": request.environment.slug if request.environment else None,
        "use_case": request.use_case.slug if request.use_case else None,
        "state": state_of(row),
        "by": person_body(row.by),
        "reason": row.reason,
        "incident": row.incident,
        "digest": row.manifest_digest,
        "commit": row.commit,
        "artifact_sha256": row.artifact_sha256,
        "skipped": row.skipped,
        "created_at": timestamp(row.created_at),
        "expires_at": timestamp(row.expires_at),
        "ended_at": timestamp(row.ended_at) if row.ended_at else None,
        "ended_by": person_body(row.ended_by) if row.ended_by is not None else None,
        "review_due_at": timestamp(row.review_due_at),
        "review_overdue": row.reviewed_at is None and row.review_due_at <= now,
        "review": row.review,
        "review_comment": row.review_comment,
        "reviewed_at": timestamp(row.reviewed_at) if row.reviewed_at else None,
        "reviewed_by": person_body(row.reviewed_by) if row.reviewed_by is not None else None,
        "html_url": f"{settings.BASE_URL}/requests/{request.public_id}/",
    }


def state_of(row: Waiver) -> str:
    """live, ended (somebody ended it early) or expired."""
    if row.ended_at is not None:
        return "ended"
    return "live" if row.expires_at > clock.now() else "expired"
