"""Long imports in the background: read, compared and carried out, with how far they are."""

from __future__ import annotations

from django.db import transaction

from foundation import actor as actors
from foundation import bulk, jobs, search
from foundation.actor import Actor
from foundation.errors import CountersignError
from foundation.models import Job
from foundation.permissions import require
from governance.dictionary.models import DictionaryImport
from governance.dictionary.permissions import may_bind, may_draft
from governance.dictionary.selectors.exchange import planned
from governance.dictionary.services import import_rows, imports

READ, COMPARED, REPORTED, WRITTEN, FOUND = 15, 35, 50, 75, 100  # how far it is then, of a hundred


@jobs.handler(imports.JOB)
def _import_job(held: jobs.Run) -> None:
    run = DictionaryImport.objects.select_related("dictionary", "team", "created_by").get(public_id=held.args["import"])
    if run.finished_at is not None:
        search.reindex(only_missing=True)  # a worker died between the import and its words
        return
    actor = _who(held.job)
    require(may_draft(actor))  # whoever lost the role since they asked imports nothing more
    if run.team is not None:
        require(may_bind(actor))
    try:
        with bulk.without_collecting():
            _carry_on(held, actor, run)
    except CountersignError as error:
        with transaction.atomic():
            held.still_mine()
            DictionaryImport.objects.filter(pk=run.pk).update(failure=str(error)[:500])
        raise


def _carry_on(held: jobs.Run, actor: Actor, run: DictionaryImport) -> None:
    held.step(1, FOUND)
    reading = imports.read_again(run)
    held.step(READ, FOUND)

    def compared(done: int, total: int) -> None:
        held.step(READ + (COMPARED - READ) * done // total, FOUND)

    plan = planned(run.dictionary, run.team, run.format, reading, compared)
    if run.checked_at is None:
        with transaction.atomic():
            held.still_mine()
            imports.finish_check(run, reading, plan)
    held.step(REPORTED, FOUND)
    if run.asked_at is None:
        return
    if imports.errors_of(run) and not run.skip_errors:
        raise imports.errors_refused(imports.errors_of(run))
    with transaction.atomic():
        held.still_mine()
        written = imports.write(actor, imports.locked(run), plan)
    held.step(WRITTEN, FOUND)
    _index(held, written)


def _index(held: jobs.Run, written: import_rows.Written) -> None:
    """What was imported is there; by its words it is found piece by piece, so that nobody else waits for this."""
    total = max(1, len(written.rows))
    done = 0
    for some in written.pieces_to_index():
        with transaction.atomic():
            search.index_many(some, written.at)
        done += len(some)
        held.step(WRITTEN + (FOUND - WRITTEN) * done // total, FOUND)


def _who(job: Job) -> Actor:
    """Whoever asked, for the log: the job is their command, carried out later."""
    if job.actor_user is None:
        return actors.system("import", request_id=job.request_id)
    return actors.person(job.actor_user, request_id=job.request_id, auth="job")
