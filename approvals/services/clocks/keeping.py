"""The time that steps take: clocks, due times, reminders, escalation. Nothing here approves.

A clock runs while its step can be worked on. It stands still while changes are asked for, and the time that is left then is left
afterwards. A step that is asked again, because its approvals went stale or an earlier step did, gets its whole time again: what is
to be judged is new. The time in between counts as a pause, so that `stopped_at - started_at - paused_seconds` is what people took.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals import evaluation
from approvals.due_times import moved, schedule
from approvals.evaluation import StepResult, Verdict
from approvals.models import Clock, Deadline, Request
from approvals.policy import Step
from approvals.selectors.standing import Standing, standing_of
from foundation import audit, clock, outbox
from foundation.actor import Actor, system
from foundation.errors import Conflict, NotAllowed
from governance.people.hours import Hours
from governance.people.models import Calendar
from governance.people.selectors import calendar_for, hours_of

ESCALATED = audit.kind("approvals.step.escalated", _("Step escalated"))
ACTIVE = frozenset({"pending", "blocked", "error"})  # what a person, or somebody with the right role, could work on now
DONE = frozenset({"met", "not_applicable"})
OUT_OF_REACH = frozenset({"no_holder", "too_few", "needed_elsewhere"})  # reasons for which other people would help


@dataclass(frozen=True, slots=True)
class Kept:
    """What `keep` found to do: keys of steps whose clocks were started, or started again, and of those that escalated."""

    started: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    escalated: tuple[str, ...] = ()


def keep(standing: Standing) -> Kept:
    """Start, pause and stop the clocks of a request so that they agree with where it stands. Inside the caller's transaction.

    A step that nobody can fulfil as things are, and that has somebody to escalate to, escalates at once.
    """
    row, now = standing.request, clock.now()
    known, calendars = clocks_of(row), Calendars()
    clocks = {item.step: item for item in known if item.round == row.round}
    stale = [item for item in known if item.round != row.round]
    if not standing.is_open:
        states = {step.key: step.state for step in standing.verdict.steps}
        for item in (*clocks.values(), *stale):
            _stop(item, row.closed_at or now, met=item.round == row.round and states.get(item.step) == "met")
        _remember_due(row, [])
        return Kept()
    for item in stale:
        _stop(item, now, met=False)
    verdict = without_waiver(standing)
    paused = verdict.substate == "changes_requested"
    running = running_steps(verdict, standing)
    started, again, stopped = [], [], []
    for step in running.values():
        found = clocks.get(step.key)
        if found is None:
            clocks[step.key] = _start(row, step, now, paused, calendars)
            started.append(step.key)
        elif found.stopped_at is not None:
            _start_again(found, step, now, paused, calendars)
            again.append(step.key)
        elif found.paused_at is not None and not paused:
            _resume(found, step, now, calendars)
        elif found.paused_at is None and paused:
            found.paused_at = now
            found.save(update_fields=["paused_at"])
    states = {step.key: step.state for step in verdict.steps}
    for key, found in clocks.items():
        if key not in running and found.stopped_at is None:
            _stop(found, now, met=states.get(key) == "met")
            stopped.append(key)
    escalated = [key for key in _out_of_reach(verdict, standing) if key not in clocks or clocks[key].escalated_at is None]
    for key in escalated:
        _escalate(system("clocks"), row, key, now, why="nobody")
    _remember_due(row, clocks.values())
    return Kept(tuple(started), tuple(again), tuple(stopped), tuple(escalated))


def clocks_of(row: Request) -> list[Clock]:
    """The clocks of the request's round, and those of earlier rounds that still run."""
    return list(Clock.objects.filter(request=row).filter(Q(round=row.round) | Q(stopped_at=None)).order_by("pk"))


def without_waiver(standing: Standing) -> Verdict:
    """Where the chain itself stands: a waiver lets something pass, and nobody's step is done by it."""
    if all(step.state != "overridden" for step in standing.verdict.steps):
        return standing.verdict
    return evaluation.evaluate(
        standing.policy,
        standing.digests,
        standing.engine_ballots,
        replace(standing.eligibility, waived=False),
        standing.at or clock.now(),
        round=standing.request.round,
        facts=standing.facts,
        standard_change=standing.standard_change,
    )


def running_steps(verdict: Verdict, standing: Standing) -> dict[str, Step]:
    """The steps that can be worked on: those before them are done, and they are not."""
    states = {step.key: step.state for step in verdict.steps}
    return {
        step.key: step
        for step in standing.policy.steps
        if states.get(step.key) in ACTIVE and all(states.get(name) in DONE for name in step.after)
    }


def behind(standing: Standing, clocks: Iterable[Clock]) -> bool:
    """Whether `keep` would have something to do for an open request, given the clocks of `clocks_of`."""
    verdict = without_waiver(standing)
    paused = verdict.substate == "changes_requested"
    running = running_steps(verdict, standing)
    known = list(clocks)
    if any(item.round != standing.request.round for item in known):
        return True
    by_step = {item.step: item for item in known}
    ticking = {key for key, item in by_step.items() if item.stopped_at is None}
    if ticking != set(running) or any((by_step[key].paused_at is not None) is not paused for key in ticking):
        return True
    return any(key not in by_step or by_step[key].escalated_at is None for key in _out_of_reach(verdict, standing))


def _out_of_reach(verdict: Verdict, standing: Standing) -> list[str]:
    """The steps that nobody can fulfil and that would gain somebody by escalating."""
    stuck = [step.key for step in verdict.steps if step.state == "blocked" and step.reason and step.reason.code in OUT_OF_REACH]
    return [key for key in stuck if (step := standing.policy.step(key)) is not None and step.escalate_to]


# Starting, pausing, stopping -----------------------------------------------------------------------------------------


def _start(row: Request, step: Step, now: datetime, paused: bool, calendars: Calendars) -> Clock:
    slug, digest, hours = calendars.of(step.role, step.calendar)
    plan = schedule(step, now, hours)
    found = Clock(
        request=row,
        round=row.round,
        step=step.key,
        started_at=now,
        due_at=plan.due_at,
        calendar=slug,
        calendar_digest=digest,
        paused_at=now if paused else None,
    )
    found.save(force_insert=True)
    if plan.alarms:
        Deadline.objects.bulk_create(
            [Deadline(clock=found, kind=alarm.kind, nth=alarm.nth, at=alarm.at) for alarm in plan.alarms]
        )
    return found


def _start_again(found: Clock, step: Step, now: datetime, paused: bool, calendars: Calendars) -> None:
    """The whole time again, from now. What has escalated stays so: nobody who was asked is sent away again."""
    slug, digest, hours = calendars.of(step.role, step.calendar)
    plan = schedule(step, now, hours)
    found.paused_seconds += _seconds(found.stopped_at, now)
    found.stopped_at, found.met = None, False
    found.due_at, found.calendar, found.calendar_digest = plan.due_at, slug, digest
    found.paused_at = now if paused else None
    found.save()
    for alarm in plan.alarms:
        if alarm.kind != "escalate" or found.escalated_at is None:
            Deadline.objects.update_or_create(
                clock=found, kind=alarm.kind, nth=alarm.nth, defaults={"at": alarm.at, "fired_at": None}
            )


def _resume(found: Clock, step: Step, now: datetime, calendars: Calendars) -> None:
    """Go on: whatever lay ahead has as much working time left as when the clock was stopped."""
    paused = found.paused_at
    if paused is None:
        return
    slug, digest, hours = calendars.of(step.role, step.calendar)
    if found.due_at is not None:
        found.due_at = moved(found.due_at, paused, now, hours)
        found.calendar, found.calendar_digest = slug, digest
    for deadline in found.deadlines.filter(fired_at=None):
        at = moved(deadline.at, paused, now, hours)
        if at != deadline.at:
            Deadline.objects.filter(pk=deadline.pk, fired_at=None).update(at=at)
    found.paused_seconds += _seconds(paused, now)
    found.paused_at = None
    found.save()


def _stop(found: Clock, now: datetime, *, met: bool) -> None:
    """Whatever it would still have rung for is void."""
    if found.stopped_at is not None:
        return
    if found.paused_at is not None:
        found.paused_seconds += _seconds(found.paused_at, now)
        found.paused_at = None
    found.stopped_at, found.met = now, met
    found.save()
    if found.due_at is not None:
        found.deadlines.filter(fired_at=None).update(fired_at=now)


def _seconds(since: datetime | None, until: datetime) -> int:
    return max(round((until - since).total_seconds()), 0) if since is not None else 0


def _remember_due(row: Request, clocks: Iterable[Clock]) -> None:
    """The earliest time at which something that runs is due: for lists, which cannot compute it."""
    times = [item.due_at for item in clocks if item.due_at is not None and item.stopped_at is None and item.paused_at is None]
    earliest = min(times, default=None)
    if row.due_at != earliest:
        row.due_at = earliest
        Request.objects.filter(pk=row.pk).update(due_at=earliest)


class Calendars:
    """The calendars, read at most once, and only when a clock needs one."""

    @cached_property
    def rows(self) -> list[Calendar]:
        return list(Calendar.objects.order_by("pk"))

    def of(self, role: str, slug: str = "") -> tuple[str, str, Hours]:
        """The calendar by which a role works: its slug, its digest, and the hours it means."""
        calendar = calendar_for(role, slug, among=self.rows)
        return calendar.slug, calendar.digest(), hours_of(calendar)


# Escalation ----------------------------------------------------------------------------------------------------------


def escalate(*, actor: Actor, request: Request, step: str, why: str = "overdue") -> Clock:
    """Widen who may act on a step to its `escalate_to`. What was agreed to stays as it is: this decides nothing.

    Raises NotAllowed for anybody but the system; Conflict when the request is closed, or the step cannot escalate or has already.
    """
    if actor.kind != "system":
        raise NotAllowed(_("A step escalates by the policy, not by hand."), code="step.escalation")
    from approvals.services.decisions import locked

    with transaction.atomic():
        row = locked(request)
        standing = standing_of(row)
        keep(standing)
        if not standing.is_open or step not in open_steps(standing):
            raise Conflict(_("This step does not wait for anybody any more."), code="step.not_open")
        if Clock.objects.filter(request=row, round=row.round, step=step, escalated_at__isnull=False).exists():
            raise Conflict(_("This step has escalated already."), code="step.escalated")
        return _escalate(actor, row, step, clock.now(), why=why)


def _escalate(actor: Actor, row: Request, step: str, now: datetime, *, why: str) -> Clock:
    """Inside the caller's transaction, with the request locked. A step that does not run yet gets a clock that stands still."""
    found = Clock.objects.filter(request=row, round=row.round, step=step).first()
    if found is None:
        found = Clock(request=row, round=row.round, step=step, started_at=now, stopped_at=now)
    found.escalated_at = now
    found.save()
    found.deadlines.filter(kind=Deadline.Kind.ESCALATE, fired_at=None).update(fired_at=now)
    audit.record(actor, ESCALATED, row, {"round": row.round, "step": step, "why": why, "due_at": found.due_at})
    outbox.publish(actor, "approvals.step.escalated", row, {"round": row.round, "step": step, "why": why})
    return found


def open_steps(standing: Standing) -> Mapping[str, StepResult]:
    """The steps of an open request that are not done, whatever a waiver lets pass."""
    return {step.key: step for step in without_waiver(standing).steps if step.state in ACTIVE}
