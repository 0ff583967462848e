from __future__ import annotations

import pytest

from approvals.models import Request
from tests.approvals.asking import STEPS
from tests.approvals.calling import ask_over_http


@pytest.fixture
def approve(world, vote):
    """Everybody who is asked approves, but for those left out."""

    def all_approve(request: Request, *, but: tuple[str, ...] = ()) -> Request:
        for part, step in STEPS:
            if step not in but:
                vote(getattr(world, part), request, step)
        request.refresh_from_db()
        return request

    return all_approve


@pytest.fixture
def request_id(world, push, gate):
    """A request that CI opened over HTTP."""
    made = ask_over_http(world, push(), comment="Seven.")
    assert made.status_code == 201, made.content
    return made.json()["id"]
