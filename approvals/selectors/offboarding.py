"""What rests on somebody's word: to look at when they leave."""

from __future__ import annotations

from typing import Any

from approvals.models import Decision
from approvals.permissions import PARTING
from foundation.actor import Actor
from governance.people.selectors import grants_of_everywhere


def answered_for_by(actor: Actor) -> Any:
    """Decisions of the use cases that the actor leads; an administrator answers for every one."""
    rows = Decision.objects.visible_to(actor).select_related("request__use_case", "request__environment")
    led = set(grants_of_everywhere(actor.user, roles=PARTING).values_list("scope", flat=True))
    return rows if "" in led else rows.filter(request__use_case__public_id__in=led)
