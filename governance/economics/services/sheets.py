"""A case as a spreadsheet that comes back: kept and looked at, and taken over into the draft, never straight into a snapshot."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actor import Actor
from foundation.canonical import digest_bytes
from foundation.errors import Conflict, FieldError, Invalid, TooLarge
from foundation.permissions import require
from foundation.services import validate
from governance.economics import drafting
from governance.economics.models import CaseDraft, CaseSheet
from governance.economics.permissions.cases import may_write
from governance.economics.selectors.sheets import bytes_of, read_sheet
from governance.economics.services.cases import SOME_WRONG
from governance.economics.services.drafts import put_draft
from governance.economics.sheets.problems import SheetProblem
from governance.economics.sheets.reading import LARGEST
from governance.usecases.media import plain_name
from governance.usecases.models import UseCase

KEPT_FOR = timedelta(days=30)
LOOKED_BACK = timedelta(days=400)
TRIED = audit.kind("economics.sheet.tried", _("Spreadsheet of costs and benefits looked at"))
TAKEN = audit.kind("economics.sheet.taken_over", _("Spreadsheet taken over into the draft"))


def keep_sheet(*, actor: Actor, use_case: UseCase, data: bytes, name: str) -> CaseSheet:
    """Keep a spreadsheet of which something can be read, with whatever is wrong with it. The case and its draft stay as they are.

    Raises NotAllowed; TooLarge; Invalid for a file of which nothing can be read.
    """
    require(may_write(actor, use_case))
    check_size(len(data))
    read = read_sheet(use_case, data)
    if read.plan is None and not read.mapping:
        problem = read.problems[0]
        raise Invalid(
            problem.message, code=f"economics.sheet.{problem.code}", errors=[FieldError("file", problem.code, problem.message)]
        )
    row = CaseSheet(
        use_case=use_case,
        name=(plain_name(name) or "sheet")[-255:],
        size=len(data),
        sha256=digest_bytes(data),
        created_by=actor.user,
        created_at=clock.now(),
    )
    validate(row, exclude=("file",))
    stored = ""
    try:
        with transaction.atomic():
            row.file.save(f"{row.public_id}.{'xlsx' if data.startswith(b'PK') else 'csv'}", ContentFile(data), save=False)
            stored = str(row.file.name)
            row.save(force_insert=True)
            facts = {"sha256": row.sha256, "size": row.size, "problems": len(read.problems)}
            audit.record(actor, TRIED, row, facts, personal={"name": row.name})
    except BaseException:
        if stored:
            row.file.storage.delete(stored)  # no row speaks of it
        raise
    return row


def take_sheet(*, actor: Actor, sheet: CaseSheet, sha256: str, revision: int | None) -> CaseDraft:
    """Put what a spreadsheet says in the place of the draft; without `revision` begin one with it.

    `sha256` is that of the file which the actor has looked at. Raises NotAllowed; Invalid with every problem of the file; Conflict when it
    was taken over already, is another file than was looked at, is in another currency, or somebody changed the draft meanwhile.
    """
    require(may_write(actor, sheet.use_case))
    data = bytes_of(sheet)
    if sheet.sha256 != sha256 or digest_bytes(data) != sheet.sha256:
        raise Conflict(_("This is not the file that was looked at. Send it again."), code="economics.sheet.other_file")
    with transaction.atomic():
        row = CaseSheet.objects.select_for_update(of=("self",)).select_related("use_case").get(pk=sheet.pk)
        if row.taken_at is not None:
            raise Conflict(
                _("This spreadsheet was taken over already. Send it again to do so once more."), code="economics.sheet.taken"
            )
        read = read_sheet(row.use_case, data)
        if read.plan is None:
            raise Invalid(SOME_WRONG, code="economics.sheet.problems", errors=[field_error(item) for item in read.problems])
        draft = put_draft(actor=actor, use_case=row.use_case, plan=drafting.as_stored(read.plan), revision=revision)
        row.taken_by, row.taken_at, row.draft, row.revision = actor.user, clock.now(), draft.public_id, draft.revision
        row.save(update_fields=["taken_by", "taken_at", "draft", "revision"])
        audit.record(actor, TAKEN, row, {"sha256": row.sha256, "draft": row.draft, "revision": row.revision})
    return draft


def forget_old_files() -> int:
    """Let go of files that were sent longer than `KEPT_FOR` ago, and say of how many. Rows stay, with the digest of what was sent.

    A file that is gone already does no harm, so that nothing has to be remembered; what was missed while nothing ran is made up for as
    long as `LOOKED_BACK` reaches.
    """
    now = clock.now()
    rows = CaseSheet.objects.filter(created_at__lt=now - KEPT_FOR, created_at__gte=now - LOOKED_BACK)
    found = 0
    for row in rows.only("file").order_by("pk").iterator(chunk_size=500):
        if row.file and row.file.storage.exists(str(row.file.name)):
            row.file.storage.delete(str(row.file.name))
            found += 1
    return found


def check_size(size: int) -> None:
    """Before anything of a file is read. Raises TooLarge."""
    if size > LARGEST:
        said = SheetProblem("too_large", params={"most": LARGEST // 1024**2}).message
        raise TooLarge(said, code="economics.sheet.too_large", errors=[FieldError("file", "too_large", said)])


def field_error(problem: SheetProblem) -> FieldError:
    """A problem at its sheet and cell, else at its place in the plan."""
    return FieldError(problem.where or problem.path or "file", problem.code, problem.message)
