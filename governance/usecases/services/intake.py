"""Lists of use cases: taken in, tried, and imported. The rows themselves are written by `intake_rows`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, jobs
from foundation.actor import Actor
from foundation.canonical import digest, digest_bytes
from foundation.errors import Conflict, FieldError, Invalid, TooLarge
from foundation.permissions import require
from foundation.services import validate
from governance.usecases import intake_wording
from governance.usecases.intake.mapping import Mapping as ColumnMapping
from governance.usecases.intake.mapping import read_mapping
from governance.usecases.intake.reading import read
from governance.usecases.intake.table import Reading, Table, Unreadable
from governance.usecases.media import plain_name
from governance.usecases.models import Import, ImportRow, ImportRun
from governance.usecases.permissions import may_import
from governance.usecases.selectors.intake import Planned, counts_of, planned
from governance.usecases.services import intake_rows

IMPORT_UPLOADED = audit.kind("usecases.import.uploaded", _("List of use cases uploaded"))
IMPORT_CHECKED = audit.kind("usecases.import.checked", _("List of use cases tried"))
IMPORT_STARTED = audit.kind("usecases.import.started", _("Import of use cases started"))
IMPORT_CARRIED_OUT = audit.kind("usecases.import.carried_out", _("List of use cases imported"))
JOB = "usecases.import"
CELLS_AT_ONCE = 400_000  # rows times columns that are tried while somebody waits; more is a job
ROWS_AT_ONCE = 100  # rows that are written while somebody waits, all in one transaction; more are a job
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def upload_list(*, actor: Actor, data: bytes, name: str) -> Import:
    """Keep a file that is to be imported. The same bytes again are the same upload.

    Raises NotAllowed; Invalid when it cannot be read, with what is wrong where; TooLarge.
    """
    require(may_import(actor))
    name = plain_name(name) or "list"
    table = _read(data, name, Reading())
    sha256 = digest_bytes(data)
    known = Import.objects.filter(sha256=sha256, created_by=actor.user).order_by("-pk").first()
    if known is not None:
        return known
    row = Import(
        format=table.format,
        name=name[-255:],
        size=len(data),
        sha256=sha256,
        rows_read=len(table.rows),
        columns=list(table.columns),
        columns_digest=columns_digest(table.columns),
        created_by=actor.user,
        created_at=clock.now(),
    )
    validate(row, exclude=("file",))
    stored = ""
    try:
        with transaction.atomic():
            row.file.save(f"{row.public_id}.{row.format}", ContentFile(data), save=False)
            stored = str(row.file.name)
            row.save(force_insert=True)
            said = {"format": row.format, "sha256": sha256, "size": row.size, "rows": row.rows_read}
            audit.record(actor, IMPORT_UPLOADED, row, said, personal={"name": row.name})
    except BaseException:
        if stored:
            row.file.storage.delete(stored)  # no row speaks of it
        raise
    return row


def columns_digest(columns: Any) -> str:
    """By what files of the same form are known: the names of their columns, whatever their order."""
    return digest(sorted(str(column).casefold() for column in columns))


def table_of(upload: Import, reading: Reading | None = None) -> Table:
    """The file as rows. Raises Invalid when it cannot be read that way."""
    with upload.file.open("rb") as stored:
        return _read(stored.read(), upload.name, reading or Reading())


def _read(data: bytes, name: str, reading: Reading) -> Table:
    try:
        return read(data, name, reading)
    except Unreadable as error:
        said = intake_wording.unreadable(error)
        kind = TooLarge if error.code.startswith("too_large") else Invalid
        raise kind(said, code=f"import.{error.code}", errors=[FieldError("file", error.code, said)]) from error


def check_list(
    *,
    actor: Actor,
    upload: Import,
    mapping: Mapping[str, Any],
    inventory: str,
    reading: Reading | None = None,
) -> ImportRun:
    """Try a list: what would become of each row. Nothing of the register is touched. A large one is a job.

    `mapping` is as `intake.mapping.read_mapping` takes it. Raises NotAllowed; Invalid for a mapping that is of no use.
    """
    require(may_import(actor))
    table = table_of(upload, reading)
    chosen = _mapping(mapping, table)
    if _SLUG.fullmatch(inventory) is None:
        said = _("Give the list a short name of small Latin letters, digits and hyphens.")
        raise Invalid(said, errors=[FieldError("inventory", "invalid", said)])
    rows, notes = ([], []) if _is_long(table) else planned(actor, table, chosen, inventory=inventory)
    with transaction.atomic():
        run = _run(actor, upload, is_dry=True, inventory=inventory, reading=table.reading, mapping=chosen.as_mapping())
        if _is_long(table):
            run.job = _submit(actor, run)
        run.save(force_insert=True)
        audit.record(actor, IMPORT_CHECKED, run, {"upload": upload.public_id, "inventory": inventory, "rows": len(table.rows)})
        if run.job is None:
            finish_check(run, table, rows, notes)
    return run


def _is_long(table: Table) -> bool:
    return len(table.rows) * len(table.columns) > CELLS_AT_ONCE


def _mapping(said: Mapping[str, Any], table: Table) -> ColumnMapping:
    chosen, mistakes = read_mapping(dict(said), table.columns)
    if mistakes:
        errors = [FieldError(item.where, item.code, intake_wording.mistake(item)) for item in mistakes]
        raise Invalid(errors[0].message, code="import.mapping", errors=errors)
    return chosen


def _run(actor: Actor, upload: Import, **said: Any) -> ImportRun:
    """A run that is numbered and not yet saved."""
    Import.objects.select_for_update().get(pk=upload.pk)  # two at once are numbered one after the other
    number = (upload.runs.aggregate(last=Max("number"))["last"] or 0) + 1
    reading = said.pop("reading")
    plain = {"encoding": reading.encoding, "delimiter": reading.delimiter, "sheet": reading.sheet, "names_at": reading.names_at}
    return ImportRun(upload=upload, number=number, reading=plain, created_by=actor.user, created_at=clock.now(), **said)


def _submit(actor: Actor, run: ImportRun) -> Any:
    return jobs.submit(actor=actor, kind=JOB, args={"run": run.public_id}, key=f"import:{run.public_id}")


def finish_check(run: ImportRun, table: Table, rows: list[Planned], notes: Any) -> None:
    """Write down what a dry run found."""
    run.counts, run.finished_at = counts_of(rows), clock.now()
    run.notes = [{"code": note.code, "params": dict(note.params)} for note in (*table.notes, *notes)]
    run.save(update_fields=["counts", "notes", "finished_at"])
    ImportRow.objects.bulk_create([intake_rows.reported(run, row) for row in rows], batch_size=1000)


def import_list(*, actor: Actor, checked: ImportRun, only_good: bool = False) -> ImportRun:
    """Import what a dry run showed. All of it, or nothing: a list with errors is only begun where `only_good` leaves those rows out.

    Up to ROWS_AT_ONCE rows are written in one transaction. More are a job, which writes row by row, each wholly or not at all, goes on
    after it was interrupted, and names the rows that something came between. Raises NotAllowed; Conflict when there are errors, the
    dry run is not over, or it was imported already.
    """
    require(may_import(actor))
    if not checked.is_dry or checked.finished_at is None:
        raise Conflict(_("Only a dry run that is over can be imported."), code="import.not_checked")
    errors = checked.counts.get("error", 0)
    if errors and not only_good:
        said = _("Rows with errors: %(count)s. Mend them in the file, or choose to import the good rows only.") % {
            "count": errors
        }
        raise Conflict(said, code="import.errors")
    to_write = checked.counts.get("new", 0) + checked.counts.get("changed", 0)
    with transaction.atomic():
        reading = reading_of(checked)
        run = _run(
            actor,
            checked.upload,
            is_dry=False,
            only_good=only_good,
            inventory=checked.inventory,
            reading=reading,
            mapping=checked.mapping,
            based_on=checked,
        )
        if ImportRun.objects.filter(based_on=checked).exists():
            raise Conflict(_("This dry run was imported already. Try the file again first."), code="import.done")
        if to_write > ROWS_AT_ONCE:
            run.job = _submit(actor, run)
            run.save(force_insert=True)
            audit.record(actor, IMPORT_STARTED, run, {"based_on": checked.public_id, "rows": to_write})
            return run
        run.save(force_insert=True)
        intake_rows.write_all(actor, run, table_of(run.upload, reading))
        finish_import(actor, run)
    return run


def reading_of(run: ImportRun) -> Reading:
    return Reading(**run.reading)


def finish_import(actor: Actor, run: ImportRun) -> None:
    """Write down that every row has its outcome."""
    run.counts = intake_rows.counts_of_rows(run)
    run.notes, run.finished_at = run.based_on.notes if run.based_on else [], clock.now()
    run.save(update_fields=["counts", "notes", "finished_at"])
    audit.record(actor, IMPORT_CARRIED_OUT, run, {"upload": run.upload.public_id, "inventory": run.inventory, **run.counts})
