"""Background work that survives the death of every process.

The row is the truth, the Celery message only a bell: a job is taken by a conditional update and held by a lease; a
reaper gives back what nobody holds any more and rings again. Handlers must therefore be idempotent.
"""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q

from foundation import clock
from foundation.actor import Actor
from foundation.errors import CountersignError
from foundation.models import Job

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
log = structlog.get_logger(__name__)

Handler = Callable[["Run"], None]
_handlers: dict[str, Handler] = {}


class Cancelled(Exception):
    """Somebody cancelled the job while it ran."""


class LeaseLost(Exception):
    """Another worker has taken the job over: this run must stop and leave no trace."""


class Run:
    """One attempt at a job, as its handler sees it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.args: dict[str, Any] = job.args

    def step(self, done: int, total: int, message: str = "") -> None:
        """Report progress and keep the lease. Raises Cancelled or LeaseLost when the work is no longer wanted here."""
        held = Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING, lease_id=self.job.lease_id)
        if not held.update(done_steps=done, total_steps=total, message=message[:200], lease_until=clock.now() + LEASE):
            self._explain_loss()

    def still_mine(self) -> None:
        """Lock the job's row inside the caller's transaction and make sure that this run still holds it."""
        if (
            not Job.objects.select_for_update()
            .filter(pk=self.job.pk, state=Job.State.RUNNING, lease_id=self.job.lease_id)
            .exists()
        ):
            self._explain_loss()

    def _explain_loss(self) -> None:
        if Job.objects.filter(pk=self.job.pk, state=Job.State.CANCELLED).exists():
            raise Cancelled
        raise LeaseLost


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Declare the function that does jobs of one kind."""

    def declare(function: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"jobs of kind {kind} have a handler already")
        _handlers[kind] = function
        return function

    return declare


def submit(*, actor: Actor, kind: str, args: dict[str, Any], key: str) -> Job:
    """Queue a job inside the caller's transaction and ring for it after commit. The same key gives the same job."""
    if kind not in _handlers:
        raise ValueError(f"no handler for jobs of kind {kind}")
    job, made = Job.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "args": args,
            "actor_user": actor.user,
            "actor_label": actor.label,
            "request_id": actor.request_id,
            "created_at": clock.now(),
            "rung_at": clock.now(),
        },
    )
    if made:
        transaction.on_commit(lambda: ring(job.pk))
    return job


def ring(pk: int) -> None:
    """Tell a worker. A bell that cannot be rung is not an error: the reaper rings again."""
    from foundation import tasks

    try:
        tasks.run_job.delay(pk)
    except Exception:
        log.warning("jobs.bell_failed", job=pk, exc_info=True)


def run(pk: int) -> bool:
    """Do one job if it is there to be taken; False when somebody else has it or it is over."""
    lease_id = secrets.token_hex(12)
    now = clock.now()
    taken = Job.objects.filter(pk=pk, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING, lease_id=lease_id, lease_until=now + LEASE, started_at=now, attempts=F("attempts") + 1, error=""
    )
    if not taken:
        return False
    job = Job.objects.get(pk=pk)
    try:
        _handlers[job.kind](Run(job))
    except (Cancelled, LeaseLost) as reason:
        log.info("jobs.stopped", job=job.public_id, why=type(reason).__name__)
        return False
    except CountersignError as error:
        _finish(job, Job.State.FAILED, str(error.detail))
    except Exception:
        log.exception("jobs.failed", job=job.public_id, kind=job.kind)
        _finish(job, Job.State.FAILED, traceback.format_exc(limit=-3))
    else:
        _finish(job, Job.State.DONE, "")
    return True


def _finish(job: Job, state: Job.State, error: str) -> None:
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, lease_id=job.lease_id).update(
        state=state, error=error, finished_at=clock.now(), lease_until=None, message=""
    )


def reap() -> int:
    """Give back jobs whose holder died, fail those that died too often, and ring for whatever waits unheard."""
    now = clock.now()
    lost = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now)
    lost.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=Job.State.FAILED, finished_at=now, lease_until=None, error="The worker died while doing this, several times over."
    )
    lost.update(state=Job.State.QUEUED, lease_until=None, lease_id="", rung_at=None)
    waiting = Job.objects.filter(Q(rung_at=None) | Q(rung_at__lt=now - LEASE), state=Job.State.QUEUED).order_by("pk")
    numbers = list(waiting.values_list("pk", flat=True)[:200])
    Job.objects.filter(pk__in=numbers).update(rung_at=now)
    for pk in numbers:
        ring(pk)
    return len(numbers)


def release_all() -> int:
    """Give back every running job, and have the reaper ring for all that wait: a worker that was killed took its bells along.

    Only the supervisor calls this, at a start, when no worker of its own is alive.
    """
    released = Job.objects.filter(state=Job.State.RUNNING).update(state=Job.State.QUEUED, lease_until=None, lease_id="")
    Job.objects.filter(state=Job.State.QUEUED).update(rung_at=None)
    return released


def cancel(*, actor: Actor, job: Job) -> bool:
    """Stop a job that is not over; the running handler notices at its next step. False when it was over already."""
    return bool(
        Job.objects.visible_to(actor)
        .filter(pk=job.pk, state__in=[Job.State.QUEUED, Job.State.RUNNING])
        .update(state=Job.State.CANCELLED, finished_at=clock.now(), lease_until=None)
    )
