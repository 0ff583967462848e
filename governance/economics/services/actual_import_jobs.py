"""Large files of actuals in the background: read, and taken in in one transaction, so that a worker that dies leaves nothing half done."""

from __future__ import annotations

from django.db import transaction

from foundation import actor as actors
from foundation import bulk, jobs
from foundation.actor import Actor
from foundation.errors import CountersignError
from foundation.models import Job
from foundation.permissions import require
from governance.economics.models import ActualImport
from governance.economics.permissions.actuals import may_record_actuals
from governance.economics.services import actual_imports

READ, REPORTED, TAKEN_IN = 40, 60, 100  # how far it is then, of a hundred


@jobs.handler(actual_imports.JOB)
def _import_job(held: jobs.Run) -> None:
    run = ActualImport.objects.select_related("case__use_case", "created_by").get(public_id=held.args["import"])
    if run.finished_at is not None:
        return
    actor = _who(held.job)
    require(may_record_actuals(actor, run.case.use_case))  # whoever left since they asked takes in nothing more
    try:
        with bulk.without_collecting():
            _carry_on(held, actor, run)
    except CountersignError as error:
        with transaction.atomic():
            held.still_mine()
            # Whatever another run took in meanwhile has not failed.
            ActualImport.objects.filter(pk=run.pk, finished_at=None).update(failure=str(error)[:500])
        raise


def _carry_on(held: jobs.Run, actor: Actor, run: ActualImport) -> None:
    held.step(1, TAKEN_IN)
    with run.file.open("rb") as stored:
        entries, found = actual_imports.entries_of(run, stored.read())
    held.step(READ, TAKEN_IN)
    if run.checked_at is None:
        with transaction.atomic():
            held.still_mine()
            actual_imports.finish_check(run, entries, found)
    held.step(REPORTED, TAKEN_IN)
    if run.asked_at is None:
        return
    with transaction.atomic():
        held.still_mine()
        actual_imports.write_import(actor, actual_imports.locked_import(run), entries)


def _who(job: Job) -> Actor:
    """Whoever asked, for the log: the job is their command, carried out later."""
    if job.actor_user is None:
        return actors.system("import", request_id=job.request_id)
    return actors.person(job.actor_user, request_id=job.request_id, auth="job")
