"""Requests whose steps took a known time, for tests that look back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from approvals.models import Look, Request
from tests.conftest import LOCK

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALL_ELSE = {"validation": 3, "data": 5, "business": 30}  # hours after the opening at which a step is answered
PARTS = {"validation": "validator", "data": "governance", "security": "security", "business": "business"}


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def travel(hours: float) -> Any:
    """As if it were so many hours after Monday morning."""
    return time_machine.travel(at(hours), tick=False)


@pytest.fixture(autouse=True)
def the_day_before() -> Iterator[None]:
    """Everybody has held their role since Sunday."""
    with travel(-24):
        yield


def looked(request: Request, actor: Any, hours: float, round: int = 1) -> Look:
    return Look.objects.create(request=request, round=round, user=actor.user, at=at(hours))


def different(number: int) -> dict[str, Any]:
    """What makes a version a different one in everything that is pushed: nothing carries over."""
    digit = f"{number:x}"
    return {
        "commit": digit * 40,
        "params": {"max_depth": number},
        "dependency_sets": [{"path": "requirements.txt", "content": LOCK.replace("2.0.0", f"2.{number}.0")}],
        "datasets": [
            {"role": "train", "name": "customers", "digest": "sha256:" + digit * 64, "rows": 5, "columns": ["customer_id"]}
        ],
        "runtime": {"kind": "lock", "config": {"n": str(number)}},
    }


class Lives:
    """Opens requests and lets them be answered at known hours."""

    def __init__(self, world: Any, push: Any, ask: Any, vote: Any) -> None:
        self.world, self.push, self.ask, self.vote = world, push, ask, vote

    def open(self, number: int, opened: float, **overrides: Any) -> Request:
        with travel(opened):
            return self.ask(self.push(str(number), **{**different(number), **overrides}))

    def answer(self, request: Request, step: str, hours: float, verdict: str = "approve", comment: str = "") -> None:
        with travel(hours):
            self.vote(getattr(self.world, PARTS[step]), request, step, verdict, comment)

    def approved(self, number: int, opened: float, *, looks: float = 48, security: float = 50, others: Any = ALL_ELSE) -> Request:
        """Security looks `looks` hours after the opening and approves after `security` hours; the others do as they always do."""
        request = self.open(number, opened)
        looked(request, self.world.security, opened + looks)
        said = {**{step: opened + hours for step, hours in others.items()}, "security": opened + security}
        for step, hours in sorted(said.items(), key=lambda item: item[1]):
            self.answer(request, step, hours)
        request.refresh_from_db()
        assert request.state == "approved"
        return request


@pytest.fixture
def lives(world: Any, push: Any, ask: Any, vote: Any) -> Lives:
    return Lives(world, push, ask, vote)
