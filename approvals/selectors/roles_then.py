"""Who held which role and who stood in for whom, over all time, as `approvals.foresight` asks for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from approvals.foresight import Held, History, Lent
from governance.people.models import Delegation, RoleGrant


def history_of(scopes: Collection[str]) -> History:
    """Everything that ever reached one of the scopes. Two queries. Nobody holds a role, or acts for somebody, after they left."""
    reach = ["", *scopes]
    held = [
        Held(person, role, scope, starts, first_of(ended, planned, left))
        for person, role, scope, starts, ended, planned, left in RoleGrant.objects.filter(scope__in=reach).values_list(
            "user__public_id", "role", "scope", "starts_at", "ended_at", "ends_at", "user__closed_at"
        )
    ]
    lent = [
        Lent(row.principal.public_id, row.delegate.public_id, row.role or None, row.scope, row.starts_at, ends)
        for row in Delegation.objects.filter(scope__in=reach).select_related("principal", "delegate")
        if (ends := first_of(row.ends_at, row.ended_at, row.delegate.closed_at)) is not None
    ]
    return History(held, lent)


def first_of(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at is not None), default=None)
