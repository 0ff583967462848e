"""Who opened a request when it was their move: where waiting ends and working begins."""

from __future__ import annotations

from collections.abc import Iterable

from approvals.models import Look
from approvals.selectors.standing import Standing
from foundation import clock
from foundation.actor import Actor


def looked(*, actor: Actor, standing: Standing, known: Iterable[Look]) -> Look | None:
    """Note that somebody who could act opened the request, the first time in this round. `known`: the looks of this round.

    Written while a page is only shown, and without an audit event: it is a measurement, decides nothing, and can be repeated
    without harm, because only the first look of a round is kept. A log of who read what would be another thing.
    """
    row = standing.request
    if not actor.is_person or not standing.is_open or not could_act(actor, standing):
        return None
    if any(look.user_id == actor.user.pk and look.round == row.round for look in known):
        return None
    look = Look(request=row, round=row.round, user=actor.user, at=clock.now())
    Look.objects.bulk_create([look], ignore_conflicts=True)  # two windows at once: the constraint keeps the first
    return look


def could_act(actor: Actor, standing: Standing) -> bool:
    """Whether a step waits for this person, in their own name or in another's place."""
    return any(
        actor.id in step.waiting_on or any(delegate == actor.id for delegate, _principal in step.delegates)
        for step in standing.verdict.steps
    )
