"""Long imports in the background: tried, or written row by row, and gone on with wherever a worker died."""

from __future__ import annotations

from django.db import transaction

from foundation import actor as actors
from foundation import jobs
from foundation.actor import Actor
from foundation.models import Job
from foundation.permissions import require
from governance.usecases.models import ImportRun
from governance.usecases.permissions import may_import
from governance.usecases.selectors.intake import planned
from governance.usecases.services import intake, intake_rows


@jobs.handler(intake.JOB)
def _import_job(held: jobs.Run) -> None:
    run = ImportRun.objects.select_related("upload", "based_on").get(public_id=held.args["run"])
    if run.finished_at is not None:
        return
    actor = _who(held.job)
    require(may_import(actor))  # whoever lost the role since they asked imports nothing more
    table = intake.table_of(run.upload, intake.reading_of(run))
    held.step(0, len(table.rows))
    rows, notes = planned(actor, table, intake_rows.mapping_of(run, table), inventory=run.inventory)
    if run.is_dry:
        with transaction.atomic():
            held.still_mine()
            intake.finish_check(run, table, rows, notes)
        return
    to_do = intake_rows.left(run, rows)
    while to_do:
        with transaction.atomic():
            held.still_mine()
            done = intake_rows.write_some(actor, run, to_do)
        to_do = to_do[done:]
        held.step(len(table.rows) - len(to_do), len(table.rows))
    with transaction.atomic():
        held.still_mine()
        intake.finish_import(actor, run)


def _who(job: Job) -> Actor:
    """Whoever asked, for the log: the job is their command, carried out later."""
    if job.actor_user is None:
        return actors.system("import", request_id=job.request_id)
    return actors.person(job.actor_user, request_id=job.request_id, auth="job")
