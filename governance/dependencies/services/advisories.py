"""Known flaws, from files and addresses: asked for, carried out by a job, confirmed where far fewer came than there were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import actor as actors
from foundation import audit, bulk, clock, jobs, outgoing
from foundation.actor import Actor
from foundation.canonical import digest_bytes
from foundation.errors import Conflict, CountersignError, FieldError, Invalid, TooLarge
from foundation.models import Job
from foundation.permissions import require
from foundation.services import validate
from governance.dependencies.models import AdvisoryImport
from governance.dependencies.permissions import may_import_advisories
from governance.dependencies.services import advisory_files
from governance.dependencies.services.advisory_files import Read, Step, nothing_to_say
from governance.dependencies.services.advisory_writing import IMPORTED, prepare, write
from governance.usecases.media import plain_name

__all__ = ["IMPORTED"]
ASKED = audit.kind("dependencies.advisories.asked", _("Import of known flaws asked for"))
CONFIRMED = audit.kind("dependencies.advisories.confirmed", _("Import of fewer known flaws confirmed"))
JOB = "dependencies.import_advisories"
LARGEST_FILE = 512 * 1024 * 1024  # bytes; the largest feed of one ecosystem has half of that
READ, COMPARED, WRITTEN = 60, 75, 100  # how far it is then, of a hundred
DAILY, AGAIN, LOST = timedelta(hours=23), timedelta(minutes=50), timedelta(hours=6)


def import_advisory_file(*, actor: Actor, name: str, file: bytes | File[bytes], confirmed: bool = False) -> AdvisoryImport:
    """Keep a file of records in OSV's format, a zip of them or a single one, and have a job import it.

    With `confirmed` it may have far fewer records than there are now. Raises NotAllowed; Invalid; TooLarge.
    """
    require(may_import_advisories(actor))
    kept = ContentFile(file) if isinstance(file, bytes) else file
    name = plain_name(name) or "file"
    if kept.size > LARGEST_FILE:
        raise too_large()
    if not kept.size:
        why = _("The file is empty.")
        raise Invalid(why, code="advisories.empty", errors=[FieldError("file", "empty", why)])
    row = AdvisoryImport(source=name, sha256=advisory_files.digest_of(kept.chunks()), **_asked(actor, confirmed))
    stored = ""
    try:
        with transaction.atomic():
            row.file.save(f"{row.public_id}{_ending(name)}", kept, save=False)
            stored = str(row.file.name)
            _ask(actor, row)
    except BaseException:
        if stored:
            row.file.storage.delete(stored)  # no row speaks of it
        raise
    return row


def import_advisory_url(*, actor: Actor, url: str, confirmed: bool = False) -> AdvisoryImport:
    """Have a job fetch such a file from an address, and import it. Raises NotAllowed; Invalid for an address that may not be kept."""
    require(may_import_advisories(actor))
    try:
        source = outgoing.checked(url.strip(), credentials=actor.kind == "system")
    except Invalid as error:
        raise Invalid(error.detail, code=error.code, errors=[FieldError("url", error.code, error.detail)]) from error
    row = AdvisoryImport(source=source, **_asked(actor, confirmed))
    with transaction.atomic():
        _ask(actor, row)
    return row


def confirm_advisory_import(*, actor: Actor, run: AdvisoryImport) -> AdvisoryImport:
    """Say that an import may go through although far fewer records came than there are. It is tried again, once.

    Raises NotAllowed; Conflict when it was not refused for that.
    """
    require(may_import_advisories(actor))
    with transaction.atomic():
        row = AdvisoryImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if row.confirmed or row.finished_at is not None or row.failure_code != "advisories.shrinks":
            raise Conflict(_("There is nothing to confirm about this import."), code="advisories.not_refused")
        row.confirmed, row.failure, row.failure_code = True, "", ""
        row.job = jobs.submit(actor=actor, kind=JOB, args={"import": row.public_id}, key=f"{JOB}:{row.public_id}:confirmed")
        row.save(update_fields=["confirmed", "failure", "failure_code", "job"])
        audit.record(actor, CONFIRMED, row, {})
    return row


def import_advisories_now(*, actor: Actor, source: str, confirmed: bool = False, step: Step = nothing_to_say) -> AdvisoryImport:
    """Import a file, a folder or an address at once: for whoever is at the server, whose network the address may be in.

    Raises NotAllowed; Invalid; TooLarge; Conflict where far fewer records came.
    """
    require(may_import_advisories(actor))
    is_address = source.startswith(("https://", "http://"))
    path = Path(source)
    if not is_address and not path.exists():
        raise Invalid(_("There is no file or folder %(name)s.") % {"name": source}, code="advisories.no_file")
    kept = outgoing.checked(source, credentials=True) if is_address else path.resolve().name
    row = AdvisoryImport(source=kept[:500], **_asked(actor, confirmed))
    validate(row)
    if is_address:
        with _fetched(source, [urlsplit(source).hostname or ""], step) as (file, sha256):
            read = advisory_files.read(file, kept, sha256, step)
    else:
        read = advisory_files.read_path(path, step)
    with bulk.without_collecting():
        prepared = prepare(row, read)
        with transaction.atomic():
            row.save(force_insert=True)
            write(actor, row, read, prepared)
    return row


def refresh_advisories() -> list[AdvisoryImport]:
    """Ask for what the settings name, once a day; what failed, again within the hour. Called by the schedule."""
    now = clock.now()
    found = []
    for url in settings.ADVISORIES_URLS:
        source = outgoing.checked(url, credentials=True)
        recent = AdvisoryImport.objects.filter(
            Q(finished_at__isnull=False, created_at__gt=now - DAILY)
            | Q(created_at__gt=now - AGAIN)
            | Q(finished_at=None, failure="", job__state__in=[Job.State.QUEUED, Job.State.RUNNING], created_at__gt=now - LOST),
            source=source,
        )
        if not recent.exists():
            found.append(import_advisory_url(actor=actors.system("advisories"), url=url))
    return found


def too_large() -> TooLarge:
    """The refusal of a file that passes the limit, wherever that is noticed."""
    said = _("The file has more than %(most)s MiB.") % {"most": LARGEST_FILE // 1024**2}
    return TooLarge(said, code="advisories.too_large", errors=[FieldError("file", "too_large", said)])


def _asked(actor: Actor, confirmed: bool) -> dict[str, Any]:
    return {"confirmed": confirmed, "created_by": actor.user, "created_at": clock.now()}


def _ask(actor: Actor, row: AdvisoryImport) -> None:
    validate(row, exclude=("file",))
    row.job = jobs.submit(actor=actor, kind=JOB, args={"import": row.public_id}, key=f"{JOB}:{row.public_id}")
    row.save(force_insert=True)
    audit.record(actor, ASKED, row, {"source": row.source, "sha256": row.sha256, "confirmed": row.confirmed})


def _ending(name: str) -> str:
    ending = Path(name).suffix.lower()
    return ending if ending in (".zip", ".json", ".yaml", ".yml") else ".bin"


# Carried out ---------------------------------------------------------------------------------------------------------


@jobs.handler(JOB)
def _import_job(held: jobs.Run) -> None:
    run = AdvisoryImport.objects.select_related("created_by").get(public_id=held.args["import"])
    if run.finished_at is not None:
        _forget_file(run)  # a worker died between the import and its end
        return
    actor = _who(held.job)
    try:
        require(may_import_advisories(actor))  # whoever lost the role since they asked imports nothing more
        with bulk.without_collecting():
            _carry_out(held, actor, run)
    except CountersignError as error:
        with transaction.atomic():
            held.still_mine()
            AdvisoryImport.objects.filter(pk=run.pk).update(failure=str(error.detail)[:500], failure_code=error.code[:40])
        raise


def _carry_out(held: jobs.Run, actor: Actor, run: AdvisoryImport) -> None:
    held.step(1, WRITTEN)

    def step(done: int, total: int) -> None:
        held.step(1 + (READ - 1) * min(done, total) // max(1, total), WRITTEN)

    if run.file:
        with run.file.open("rb") as file:
            read = advisory_files.read(file, run.source, run.sha256, step)
    else:
        url, near = _known_address(run.source)
        with _fetched(url, near, step) as (fetched, sha256):
            read = advisory_files.read(fetched, run.source, sha256, step)
    held.step(READ, WRITTEN)
    prepared = prepare(run, read)
    held.step(COMPARED, WRITTEN)
    with transaction.atomic():
        held.still_mine()
        write(actor, run, read, prepared)
        transaction.on_commit(lambda: _forget_file(run))


def _forget_file(run: AdvisoryImport) -> None:
    """What it said is in the records now."""
    if run.file:
        run.file.storage.delete(str(run.file.name))


def _known_address(source: str) -> tuple[str, list[str]]:
    """The address with what the settings say about it, and the hosts that may be in our own network."""
    near = list(settings.FETCH_HOSTS)
    for url in settings.ADVISORIES_URLS:
        if outgoing.checked(url, credentials=True) == source:
            return url, [*near, urlsplit(url).hostname or ""]
    return source, near


@contextmanager
def _fetched(url: str, near: list[str], step: Step) -> Iterator[tuple[Any, str]]:
    with NamedTemporaryFile(prefix="countersign-advisories-") as file:
        told = advisory_files.Seldom(step)
        found = outgoing.fetch(
            url, file, most=LARGEST_FILE, near=near, progress=lambda done, total: told(done // 4, total or LARGEST_FILE)
        )
        file.seek(0)
        yield file, found.sha256


def _who(job: Job) -> Actor:
    """Whoever asked, for the log: the job is their command, carried out later."""
    if job.actor_user is None:
        return actors.system("advisories", request_id=job.request_id)
    return actors.person(job.actor_user, request_id=job.request_id, auth="job")


def read_bytes(data: bytes, name: str) -> Read:
    """What a file says that is in memory already."""
    return advisory_files.read(ContentFile(data), name, digest_bytes(data))
