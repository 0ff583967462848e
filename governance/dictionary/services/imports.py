"""Files of other tools: tried, and carried out. What they say becomes drafts in proposals; the rows are written by `import_rows`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, bulk, clock, jobs
from foundation.actor import Actor
from foundation.canonical import digest_bytes
from foundation.errors import Conflict, FieldError, Invalid, TooLarge
from foundation.permissions import require
from foundation.services import validate
from governance.dictionary.formats import registry
from governance.dictionary.formats.model import Reading, Unreadable
from governance.dictionary.import_wording import told
from governance.dictionary.models import Dictionary, DictionaryImport, DictionaryImportLine
from governance.dictionary.permissions import may_bind, may_draft
from governance.dictionary.selectors.exchange import Plan, Step, no_step, planned
from governance.dictionary.selectors.import_report import counts_of, lines_of
from governance.dictionary.services import import_rows
from governance.people.models import Team
from governance.usecases.media import LARGEST, plain_name

CHECKED = audit.kind("dictionary.import.checked", _("File for a dictionary tried"))
STARTED = audit.kind("dictionary.import.started", _("Import into a dictionary started"))
CARRIED_OUT = audit.kind("dictionary.import.carried_out", _("File imported into a dictionary"))
JOB = "dictionary.import"
BYTES_AT_ONCE = 256 * 1024  # of a file that is tried while somebody waits; more is a job
LINES_AT_ONCE = 3000  # and so many lines of its report are carried out while somebody waits


def try_file(
    *,
    actor: Actor,
    dictionary: Dictionary,
    data: bytes,
    name: str,
    form: str,
    team: Team | None = None,
    title: str = "",
    mapping: Mapping[str, str] | None = None,
    then_import: bool = False,
    skip_errors: bool = False,
) -> DictionaryImport:
    """Keep a file and find out what would become of each of its columns. Nothing of the dictionary is touched. A large one is a job.

    `team` says whose columns these are; without it nothing is bound. `mapping`: heading → field, for files with headings of any kind.
    With `then_import` a job goes on with the import. Raises NotAllowed; TooLarge; Invalid for a file that is none of this format.
    """
    require(may_draft(actor))
    if team is not None:
        require(may_bind(actor))
    name = plain_name(name) or "file"
    if len(data) > LARGEST:
        said = _("The file has more than %(most)s MiB. Split it.") % {"most": LARGEST // 1024**2}
        raise TooLarge(said, code="import.too_large", errors=[FieldError("file", "too_large", said)])
    entry = readable(form)
    is_long = len(data) > BYTES_AT_ONCE
    reading = None if is_long else read(data, name, form, mapping)
    row = DictionaryImport(
        dictionary=dictionary,
        team=team,
        name=name[-255:],
        format=form,
        size=len(data),
        sha256=digest_bytes(data),
        title=title.strip()[:100],
        mapping=dict(mapping) if mapping else None,
        created_by=actor.user,
        created_at=clock.now(),
        skip_errors=skip_errors,
        asked_at=clock.now() if is_long and then_import else None,
    )
    validate(row, exclude=("file",))
    stored = ""
    try:
        with transaction.atomic():
            row.file.save(f"{row.public_id}.{entry.extensions[0]}", ContentFile(data), save=False)
            stored = str(row.file.name)
            if is_long:
                row.job = jobs.submit(actor=actor, kind=JOB, args={"import": row.public_id}, key=f"{JOB}:{row.public_id}:check")
            row.save(force_insert=True)
            if reading is not None:
                finish_check(row, reading, planned(dictionary, team, form, reading))
            said_of = {"format": form, "sha256": row.sha256, "size": row.size, "team": team.slug if team else None}
            audit.record(actor, CHECKED, row, said_of, personal={"name": row.name})
    except BaseException:
        if stored:
            row.file.storage.delete(stored)  # no row speaks of it
        raise
    return row


def readable(form: str) -> registry.Entry:
    """The format of this name. Raises Invalid where it is none that is read."""
    entry = registry.known(form)
    if entry is None or not entry.reads:
        known = ", ".join(entry.key for entry in registry.FORMATS if entry.reads)
        why = _("“%(format)s” is no format that is read here. Known: %(known)s.") % {"format": form[:40], "known": known}
        raise Invalid(why, code="import.format", errors=[FieldError("format", "unknown", why)])
    return entry


def read(data: bytes, name: str, form: str, mapping: Mapping[str, str] | None) -> Reading:
    """The book of a file. Raises Invalid, with the place and what is wrong there."""
    try:
        return readable(form).read(data, filename=name, options=registry.Options(mapping=mapping))
    except Unreadable as error:
        why = told(error.note.code, error.note.params, error.note.place)
        raise Invalid(why, code="import.unreadable", errors=[FieldError("file", error.note.code, why)]) from error


def read_again(row: DictionaryImport) -> Reading:
    """The same of a file that was kept."""
    with row.file.open("rb") as stored:
        return read(stored.read(), row.name, row.format, row.mapping)


def finish_check(row: DictionaryImport, reading: Reading, plan: Plan) -> None:
    """Write down what would happen."""
    lines = list(lines_of(row, plan))
    bulk.insert(lines)
    row.counts, row.plan, row.told, row.checked_at = counts_of(lines), plan.digest(), reading.told[:200], clock.now()
    row.save(update_fields=["counts", "plan", "told", "checked_at"])


def carry_out(*, actor: Actor, checked: DictionaryImport, skip_errors: bool = False) -> DictionaryImport:
    """Import what was tried: all of it in one transaction, or nothing. A large file is a job.

    Raises NotAllowed; Conflict when there are problems and `skip_errors` does not leave them out, when the dictionary changed since, or
    when it was imported already.
    """
    require(may_draft(actor))
    if checked.team_id is not None:
        require(may_bind(actor))
    if checked.checked_at is None:
        raise Conflict(_("This file was not read to its end yet."), code="import.not_checked")
    if errors_of(checked) and not skip_errors:
        raise errors_refused(errors_of(checked))
    if sum(checked.counts.values()) > LINES_AT_ONCE:
        return _begin(actor, checked, skip_errors)
    reading = read_again(checked)
    plan = planned(checked.dictionary, checked.team, checked.format, reading)
    with transaction.atomic():
        row = locked(checked)
        row.asked_at, row.skip_errors = clock.now(), skip_errors
        written = write(actor, row, plan)
        written.index()
    return row


def errors_of(row: DictionaryImport) -> int:
    return int(row.counts.get(DictionaryImportLine.Outcome.ERROR, 0))


def errors_refused(count: int) -> Conflict:
    said = _("Problems: %(count)s. Mend them in the file, or choose to leave those lines out.") % {"count": count}
    return Conflict(said, code="import.errors")


def _begin(actor: Actor, checked: DictionaryImport, skip_errors: bool) -> DictionaryImport:
    with transaction.atomic():
        row = locked(checked)
        if row.asked_at is not None and not row.failure:
            return row  # under way
        row.asked_at, row.skip_errors, row.failure = clock.now(), skip_errors, ""
        key = f"{JOB}:{row.public_id}:{row.asked_at.timestamp()}"
        row.job = jobs.submit(actor=actor, kind=JOB, args={"import": row.public_id}, key=key)
        row.save(update_fields=["asked_at", "skip_errors", "failure", "job"])
        audit.record(actor, STARTED, row, {"lines": sum(row.counts.values())})
    return row


def locked(row: DictionaryImport) -> DictionaryImport:
    """The row as it is now, held until the transaction ends. Raises Conflict when it was carried out."""
    found = (
        DictionaryImport.objects.select_for_update(of=("self",)).select_related("dictionary", "team", "created_by").get(pk=row.pk)
    )
    if found.finished_at is not None:
        raise Conflict(_("This file was imported already."), code="import.done")
    return found


def write(actor: Actor, row: DictionaryImport, plan: Plan, step: Step = no_step) -> import_rows.Written:
    """Everything that the plan says, in the caller's transaction. Raises Conflict when something else would happen than was shown."""
    if plan.digest() != row.plan:
        said = _(
            "Somebody changed the dictionary since the file was tried, so other things would happen now. Try the file again."
        )
        raise Conflict(said, code="import.overtaken")
    Dictionary.objects.select_for_update().get(pk=row.dictionary_id)  # one import at a time
    written = import_rows.write(actor, row, plan, step)
    row.finished_at, row.proposals = written.at, [proposal.public_id for proposal in written.proposals]
    row.save(update_fields=["asked_at", "skip_errors", "finished_at", "proposals"])
    written.record(actor, row)
    data: dict[str, Any] = {"sha256": row.sha256, "plan": row.plan, "left_out": errors_of(row), **written.counts()}
    audit.record(actor, CARRIED_OUT, row, data)
    return written
