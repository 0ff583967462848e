"""What happens as time goes by: reminders, escalation, requests that lapse, and a look at those whose people have changed.

Called every half a minute. Each thing to do is a row that is claimed by one update, acted on in the transaction of that claim, and
only after another look at where the request stands. Nothing here casts a ballot, and nothing here closes a request as approved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q

from approvals.models import Clock, Deadline, Request
from approvals.selectors.standing import standing_of
from approvals.selectors.standings import standings_of
from approvals.services.clocks.keeping import Kept, _escalate, behind, keep, open_steps
from foundation import clock, outbox
from foundation.actor import system
from governance.people.models import Delegation, RoleGrant, User

AT_ONCE = 500  # deadlines in one sweep
LOOKED_AT = 200  # requests that are evaluated together
JUST_NOW = timedelta(minutes=2)  # several sweeps long, so that one that was missed does not matter
NEWS = {
    Deadline.Kind.REMIND: "approvals.step.reminded",
    Deadline.Kind.OVERDUE: "approvals.step.overdue",
}
log = structlog.get_logger(__name__)


def tick() -> dict[str, int]:
    """Do what time asks for now; how much of each was done. What fails is left for the next sweep, and stops nothing else."""
    from approvals.services.decisions import revoke_for_missed_conditions
    from approvals.services.news import conditions_due_soon, waivers_to_review
    from approvals.services.requests import expire_due

    parts: dict[str, Callable[[], int]] = {
        "expired": expire_due,
        "revoked": revoke_for_missed_conditions,
        "fired": fire_due,
        "looked_at": look_at_changed_people,
        "waivers": waivers_to_review,
        "conditions": conditions_due_soon,
    }
    done = {}
    for name, part in parts.items():
        try:
            done[name] = part()
        except Exception:
            log.exception("clocks.tick_failed", part=name)
            done[name] = 0
    return done


# Deadlines -----------------------------------------------------------------------------------------------------------


def fire_due() -> int:
    """Remind, report and escalate whatever is due; how many deadlines were acted on, those that had become void not counted."""
    waiting = Deadline.objects.filter(
        fired_at=None, at__lte=clock.now(), clock__stopped_at=None, clock__paused_at=None, clock__request__closed_at=None
    )
    acted = 0
    for pk in list(waiting.order_by("at", "pk").values_list("pk", flat=True)[:AT_ONCE]):
        try:
            acted += _fire(pk)
        except Exception:
            log.exception("clocks.deadline_failed", deadline=pk)
    return acted


def _fire(pk: int) -> int:
    """Claim one deadline and act on it, if its step still waits. Two sweeps never fire one twice."""
    from approvals.services.decisions import locked

    now = clock.now()
    with transaction.atomic():
        deadline = Deadline.objects.select_related("clock__request").get(pk=pk)
        row = locked(deadline.clock.request)
        held = Clock.objects.get(pk=deadline.clock_id)
        if row.state != Request.State.OPEN or held.stopped_at is not None or held.paused_at is not None:
            return 0  # whoever stopped or paused it has taken care of its deadlines
        if not Deadline.objects.filter(pk=pk, fired_at=None, at__lte=now).update(fired_at=now):
            return 0
        standing = standing_of(row)
        keep(standing)
        held = Clock.objects.get(pk=deadline.clock_id)
        if held.stopped_at is not None or held.paused_at is not None or held.step not in open_steps(standing):
            return 0  # void: the step does not wait any more
        if deadline.kind == Deadline.Kind.ESCALATE:
            if held.escalated_at is None:
                _escalate(system("clocks"), row, held.step, now, why="overdue")
            return 1
        about = {"round": row.round, "step": held.step, "nth": deadline.nth, "deadline": deadline.pk}
        outbox.publish(system("clocks"), NEWS[Deadline.Kind(deadline.kind)], row, about)
    return 1


# Looking again -------------------------------------------------------------------------------------------------------


def look_again(*, request: Request) -> Kept | None:
    """Let the clocks of an open request follow what has changed around it, and tell whose move it is now. None once it is closed.

    Who lost a role, what went stale: the verdict knows at once, since it is computed. This is for what has to be done about it.
    It never closes a request, whatever the verdict has become.
    """
    from approvals.services.decisions import locked

    with transaction.atomic():
        row = locked(request)
        if row.state != Request.State.OPEN:
            return None
        kept = keep(standing_of(row))
        outbox.publish(system("clocks"), "approvals.request.looked_at", row, {"round": row.round, "again": list(kept.again)})
    return kept


def look_at(requests: Any, people: Iterable[str] = ()) -> int:
    """Look at many open requests at once, and again at those whose clocks are behind; how many those are.

    Also says so where nobody can act any more, and tells `people` (public ids), who may be new here, what waits for them.
    """
    from approvals.services.news import nobody_can_act, your_turn

    wanted = frozenset(people)
    again = 0
    numbers = list(requests.filter(closed_at=None).order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(numbers), LOOKED_AT):
        rows = Request.objects.open().filter(pk__in=numbers[at : at + LOOKED_AT]).order_by("pk")
        some = list(rows.select_related("use_case", "submitter", "policy_version__policy", "environment", "predecessor"))
        clocks = _clocks(some)
        for listed in standings_of(some):
            standing = listed.standing
            if behind(standing, clocks[standing.request.pk]):
                look_again(request=standing.request)
                again += 1
                continue
            nobody_can_act(standing)
            if wanted:
                your_turn(standing, only=wanted)
    return again


def _clocks(rows: Iterable[Request]) -> dict[int, list[Clock]]:
    """What `clocks_of` says, for each request. One query."""
    rounds = {row.pk: row.round for row in rows}
    found: dict[int, list[Clock]] = defaultdict(list)
    for item in Clock.objects.filter(request__in=list(rounds)).order_by("pk"):
        if item.round == rounds[item.request_id] or item.stopped_at is None:
            found[item.request_id].append(item)
    return found


def look_at_changed_people() -> int:
    """Look at the open requests of use cases where a role or a delegation began or ended just now, or somebody left.

    News of each change brings the same about; this is for what begins or ends by itself, and for news that came late.
    """
    now = clock.now()
    lately = (now - JUST_NOW, now)
    grants = RoleGrant.objects.filter(Q(ended_at__range=lately) | Q(starts_at__range=lately) | Q(ends_at__range=lately))
    absences = Delegation.objects.filter(Q(ended_at__range=lately) | Q(starts_at__range=lately) | Q(ends_at__range=lately))
    scopes = set(grants.values_list("scope", flat=True)) | set(absences.values_list("scope", flat=True))
    if "" in scopes or User.objects.filter(closed_at__range=lately).exists():
        return look_at(Request.objects.all())
    return look_at(Request.objects.filter(use_case__public_id__in=scopes)) if scopes else 0


def look_at_all() -> int:
    """Look at every open request: for whatever no news told of."""
    return look_at(Request.objects.all())
