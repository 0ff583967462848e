"""Who held which role and who stood in for whom, over all time, as `approvals.foresight` asks for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists

from approvals.foresight import Held, History, Lent
from governance.people.models import Delegation, RoleGrant


def history_of(scopes: Collection[str]) -> History:
    """Everything that ever reached one of the scopes. Nobody holds a role, or acts for somebody, after they left.

    One query, and another where somebody ever stood in for somebody.
    """
    reach = ["", *scopes]
    delegations = Delegation.objects.filter(scope__in=reach)
    grants = list(
        RoleGrant.objects.filter(scope__in=reach)
        .annotate(any_lent=Exists(delegations))
        .values_list("user__public_id", "role", "scope", "starts_at", "ended_at", "ends_at", "user__closed_at", "any_lent")
    )
    held = [
        Held(person, role, scope, starts, first_of(ended, planned, left))
        for person, role, scope, starts, ended, planned, left, _any_lent in grants
    ]
    lent = [
        Lent(row.principal.public_id, row.delegate.public_id, row.role or None, row.scope, row.starts_at, ends)
        for row in (delegations.select_related("principal", "delegate") if any(grant[-1] for grant in grants) else ())
        if (ends := first_of(row.ends_at, row.ended_at, row.delegate.closed_at)) is not None
    ]
    return History(held, lent)


def first_of(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at is not None), default=None)
