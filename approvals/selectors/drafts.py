"""Who is bound by a draft of a policy, until when they may say something, and what nobody has answered yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from approvals.models import PolicyVersion
from approvals.selectors.standing import policy_of
from foundation import clock
from foundation.actor import Actor
from governance.people.models import RoleGrant, User
from governance.usecases.models import Thread
from governance.usecases.selectors import threads

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Comments:
    """What is said about a version and not resolved. `until`: when its comment period ends or ended; None: it had none."""

    open: Sequence[Thread]
    count: int
    until: datetime | None

    @property
    def last_day(self) -> datetime | None:
        """Its end is the beginning of the next day: the day that people count as the last one."""
        return self.until - timedelta(seconds=1) if self.until is not None else None

    @property
    def is_running(self) -> bool:
        return self.until is not None and self.until > clock.now()


def people_bound_by(version: PolicyVersion) -> list[User]:
    """Whoever holds, on any use case, a role that a step asks or escalates to. One query."""
    steps = policy_of(version).steps
    roles = {role for step in steps for role in (step.role, step.escalate_to) if role}
    held = RoleGrant.objects.live().filter(role__in=roles)
    return list(User.objects.active().filter(pk__in=held.values("user")).order_by("pk"))


def comments_on(actor: Actor, version: PolicyVersion) -> Comments:
    """Two queries."""
    rows = list(threads.about(actor, [version.public_id]).open().order_by("pk"))
    period = version.comment_periods.order_by("-pk").first() if version.pk else None
    return Comments(rows[:SHOWN], len(rows), period.until if period is not None else None)
