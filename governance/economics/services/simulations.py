"""Having a case simulated: at once where that is quick, else as a job; each result is written once, and the same again is what there is."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import actor as actors
from foundation import audit, clock, jobs, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, CountersignError, FieldError, Invalid
from foundation.models import Job
from foundation.permissions import require
from governance.economics.assumptions import BASE, plan_in_scenario
from governance.economics.cashflow import Refused
from governance.economics.components import plan_of
from governance.economics.models import Case, Simulation, Snapshot
from governance.economics.permissions.simulations import may_simulate
from governance.economics.simulation import FEWEST, MOST, simulate
from governance.economics.simulations_written import result_as_mapping
from governance.economics.wording.refusals import invalid_of

ASKED = audit.kind("economics.simulation.asked", _("Simulation asked for"))
RUN = audit.kind("economics.simulation.run", _("Simulation run"))
JOB = "economics.simulation"
AT_ONCE = 20_000  # trials while somebody waits; more are a job
MOST_WAITING = 3  # of a use case at a time, each of which takes a worker for up to a minute
HIGHEST_SEED = 2**63 - 1
HIGHEST_DRAWN = 2**53 - 1  # what every reader of JSON holds exactly
OFTEN = 20  # times that a job says how far it is


def ask_simulation(
    *, actor: Actor, snapshot: Snapshot, trials: int, seed: int | None = None, scenario: str = ""
) -> tuple[Simulation, bool]:
    """The simulation of a snapshot, and whether it was not there before. Without a seed one is drawn; `scenario` is the key of one, empty
    the base.

    Up to 20,000 trials are run now; of more the result is there when the job is done. The same snapshot, scenario, trials and seed
    give what there is, and another job where the one before died. Raises NotAllowed; Invalid with what is wrong with the trials, the seed
    or the case; Conflict where too many wait already.
    """
    use_case = snapshot.case.use_case
    require(may_simulate(actor, use_case))
    _check("trials", trials, FEWEST, MOST)
    seed = secrets.randbelow(HIGHEST_DRAWN) + 1 if seed is None else _check("seed", seed, 0, HIGHEST_SEED)
    key = {"snapshot": snapshot, "scenario": "" if scenario == BASE else scenario, "trials": trials, "seed": seed}
    there = _there(key)
    if there is not None and not _is_lost(there):
        return there, False
    row = Simulation(**key, created_by=actor.user, created_at=clock.now())
    # A few trials find out now what would be refused later.
    result = _result_of(row, trials=trials if trials <= AT_ONCE else FEWEST)
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=snapshot.case_id)  # the same asked for twice at once is kept once
        there = _there(key)
        if there is not None:
            return (_begun_again(actor, there), False) if _is_lost(there) else (there, False)
        if trials <= AT_ONCE:
            row.result, row.result_digest, row.finished_at = result, digest(result), clock.now()
            row.save(force_insert=True)
            _tell(actor, row)
            return row, True
        row.job = _job(actor, row)
        row.save(force_insert=True)
        audit.record(actor, ASKED, row, _said(row))
    return row, True


def _there(key: Mapping[str, Any]) -> Simulation | None:
    """With its job, in one statement: whether it is lost is seen from both as they were at one time."""
    return Simulation.objects.filter(**key).select_related("job", "snapshot__case__use_case").first()


def _check(field: str, value: int, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        said = _("Write a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
        raise Invalid(said, code="simulation.out_of_bounds", errors=[FieldError(field, "simulation.out_of_bounds", said)])
    return value


def _is_lost(row: Simulation) -> bool:
    """Whether nobody will ever finish it: its job was cancelled, or the worker died too often."""
    over = row.job is None or row.job.state in (Job.State.FAILED, Job.State.CANCELLED, Job.State.DONE)
    return row.finished_at is None and over


def _begun_again(actor: Actor, row: Simulation) -> Simulation:
    row.job = _job(actor, row)
    row.save(update_fields=["job"])
    audit.record(actor, ASKED, row, _said(row))
    return row


def _job(actor: Actor, row: Simulation) -> Job:
    waiting = Simulation.objects.filter(
        snapshot__case=row.snapshot.case_id, finished_at=None, job__state__in=[Job.State.QUEUED, Job.State.RUNNING]
    )
    if waiting.count() >= MOST_WAITING:
        raise Conflict(
            _("%(count)s simulations of this case are waiting already. Wait until one of them is done.")
            % {"count": MOST_WAITING},
            code="simulation.too_many_waiting",
        )
    attempt = row.job_id or 0  # each time another key, or the job that died would be given again
    return jobs.submit(actor=actor, kind=JOB, args={"simulation": row.public_id}, key=f"{JOB}:{row.public_id}:{attempt}")


def _said(row: Simulation) -> dict[str, Any]:
    said = {"snapshot": row.snapshot.public_id, "scenario": row.scenario, "trials": row.trials, "seed": str(row.seed)}
    return {**said, "result": row.result_digest} if row.result_digest else said


def _tell(actor: Actor, row: Simulation) -> None:
    audit.record(actor, RUN, row, _said(row))
    outbox.publish(actor, "economics.simulation.run", row, {**_said(row), "use_case": row.audit_scope()})


def _result_of(row: Simulation, *, trials: int, reached: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Raises Invalid with what the engine refuses."""
    try:
        plan = plan_in_scenario(plan_of(row.snapshot), row.scenario)
        return result_as_mapping(simulate(plan, seed=row.seed, trials=trials, reached=reached))
    except Refused as refusal:
        raise invalid_of(refusal) from refusal


# In the background -------------------------------------------------------------------------------------------------------


@jobs.handler(JOB)
def _simulation_job(held: jobs.Run) -> None:
    """Idempotent: what has a result is left alone, and only who holds the job writes one."""
    row = Simulation.objects.select_related("snapshot__case__use_case").get(public_id=held.args["simulation"])
    if row.finished_at is not None:
        return
    told = 0

    def reached(done: int) -> None:
        nonlocal told
        if done * OFTEN // row.trials > told:
            told = done * OFTEN // row.trials
            held.step(done, row.trials)

    try:
        result = _result_of(row, trials=row.trials, reached=reached)
    except CountersignError as error:
        with transaction.atomic():
            held.still_mine()
            Simulation.objects.filter(pk=row.pk, finished_at=None).update(
                failure=str(error.detail)[:500], finished_at=clock.now()
            )
        raise
    with transaction.atomic():
        held.still_mine()
        row.result, row.result_digest, row.finished_at = result, digest(result), clock.now()
        row.save(update_fields=["result", "result_digest", "finished_at"])
        _tell(_who(held.job), row)


def _who(job: Job) -> Actor:
    """Whoever asked, for the log: the job is their command, carried out later."""
    if job.actor_user is None:
        return actors.system("simulation", request_id=job.request_id)
    return actors.person(job.actor_user, request_id=job.request_id, auth="job")
