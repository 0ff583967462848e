"""Two who meet over one thing, in every order.

Each meeting happens three times over: the first stops between its lock and what it writes while the second comes by, the other way
round, and then both are let go at once, several times. Who stops goes on when the other is done, or stands before a lock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from tests.story.contention import FORK, ROUNDS, together

PATIENCE = 0.7  # seconds for which whoever stopped waits for the other

Job = Callable[[], Any]


@dataclass(frozen=True)
class Stop:
    """Where somebody stops: before or after the first call of a function."""

    module: str
    name: str
    after: bool = False


@dataclass(frozen=True)
class Meeting:
    """Two who meet, where each of them stops for the other, and what there is to see afterwards."""

    jobs: tuple[Job, Job]
    stops: tuple[Stop, Stop]
    afterwards: Callable[[], dict[str, Any]]


CAST = Stop("approvals.services.ballots", "refuse", after=True)  # locked and looked at, nothing written
DECIDING = Stop("approvals.services.decisions", "_settle")  # the ballot is written, the verdict known
ANSWERING = Stop("approvals.services.gates", "_body", after=True)  # the answer is known, nothing written
TELLING = Stop("foundation.audit", "record")  # written, and not told yet


def stopping(job: Job, stop: Stop, reached: Any, passed: Any) -> Job:
    """The job, which stops once on its way, and says so."""

    def run() -> Any:
        module: Any = import_module(stop.module)
        real = getattr(module, stop.name)

        def pause() -> None:
            if not reached.is_set():
                reached.set()
                passed.wait(PATIENCE)

        def instead(*args: Any, **kwargs: Any) -> Any:
            if not stop.after:
                pause()
            found = real(*args, **kwargs)
            if stop.after:
                pause()
            return found

        setattr(module, stop.name, instead)  # in this process alone, which ends with the job
        try:
            return job()
        finally:
            reached.set()  # so that nobody waits for who never came there

    return run


def coming_by(job: Job, reached: Any, passed: Any) -> Job:
    def run() -> Any:
        reached.wait(60)
        try:
            return job()
        finally:
            passed.set()

    return run


def meet(prepare: Callable[[str], Meeting]) -> list[dict[str, Any]]:
    """Every way in which the two can meet. `prepare` makes everything anew under a name that nobody has yet."""
    found = []
    for first in (0, 1):
        meeting = prepare(f"stops-{first}")
        reached, passed = FORK.Event(), FORK.Event()
        jobs = list(meeting.jobs)
        jobs[first] = stopping(jobs[first], meeting.stops[first], reached, passed)
        jobs[1 - first] = coming_by(jobs[1 - first], reached, passed)
        found.append({"how": f"{first} stops", "said": together(jobs), **meeting.afterwards()})
    for number in range(ROUNDS):
        meeting = prepare(f"at-once-{number}")
        found.append({"how": "at once", "said": together(meeting.jobs), **meeting.afterwards()})
    return found
