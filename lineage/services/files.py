"""Files of a repository that say what the portal keeps too: read when it is synchronised, never merged by themselves."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation import actor as actors
from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from governance.people.services import import_roles
from governance.usecases.files import MESSAGES, UseCaseFileError, read_use_case
from governance.usecases.models import UseCase
from governance.usecases.services import change_use_case, define
from lineage import mirror
from lineage.kept_files import belongs_to, places
from lineage.models import KeptFile, Repository
from lineage.permissions import may_take_over

READ = audit.kind("lineage.file.read", _("File of the repository read"))
TAKEN = audit.kind("lineage.file.taken_over", _("File of the repository taken over"))
LONGEST = 256 * 1024  # bytes; what people write by hand is a hundredth of it
log = structlog.get_logger(__name__)


def read_files(*, actor: Actor, repository: Repository, branch: str) -> list[KeptFile]:
    """Look for the files of each use case on the default branch, and keep those that are not as they were.

    A file that is gone is kept as gone. One that serves several use cases says in it which one it speaks of; what it says is
    looked at when a page shows it, so that a later version of the product reads old files too.
    """
    head = next((ref.commit for ref in mirror.refs(repository.mirror) if ref.kind == "branch" and ref.name == branch), "")
    if not head:
        return []
    uses = list(UseCase.objects.filter(repository_uses__repository=repository).order_by("pk"))
    wanted = {(use.pk, kind): places(use.slug, kind) for use in uses for kind in KeptFile.Kind.values}
    blobs = mirror.read_blobs(repository.mirror, [(head, path) for paths in wanted.values() for path in paths], max_bytes=LONGEST)
    there = {path: blob for (_head, path), blob in blobs.items()}
    return [
        row
        for use in uses
        for kind in KeptFile.Kind.values
        if (
            row := _kept(
                actor, repository, use, kind, head, _first(wanted[use.pk, kind], there, use, alone=len(uses) == 1), there
            )
        )
    ]


def take_over(*, actor: Actor, file: KeptFile) -> str:
    """Make the portal say what the file says: a new version of the definition, or the roles that it names; what came of it in words.

    It goes through the commands that people use, with their permissions, and ends no role. Raises NotAllowed; Invalid where the file
    cannot be used; Conflict when the repository has said something else since.
    """
    require(may_take_over(actor, file))
    newest = KeptFile.objects.filter(use_case=file.use_case, repository=file.repository, kind=file.kind).order_by("-pk").first()
    if newest != file:
        raise Conflict(_("The repository has a newer version of this file. Look at it first."), code="file.conflict")
    with transaction.atomic():
        said = _take_roles(actor, file) if file.kind == KeptFile.Kind.ROLES else _take_definition(actor, file)
        audit.record(actor, TAKEN, file, {"path": file.path, "commit": file.commit, "kind": file.kind})
    return said


def _take_roles(actor: Actor, file: KeptFile) -> str:
    report = import_roles(actor=actor, scope=file.use_case.public_id, source=file.text.encode())
    wrong = [FieldError(line.holder, "role", line.said) for line in report.lines if line.outcome == "refused"]
    if wrong:
        raise Invalid(_("The roles of the file cannot be given; nothing was changed."), code="file.roles", errors=wrong)
    return gettext("%(count)s roles given.") % {"count": report.count("new")}


def _take_definition(actor: Actor, file: KeptFile) -> str:
    try:
        values = read_use_case(file.text)
    except UseCaseFileError as error:
        wrong = [FieldError(item.field, item.code, gettext(MESSAGES[item.code]) % item.params) for item in error.problems]
        raise Invalid(_("The file cannot be read."), code="file.unreadable", errors=wrong) from error
    if values.pop("slug") not in ("", file.use_case.slug):
        raise Invalid(_("The file is about another use case."), code="file.slug")
    title, kind = values.pop("title") or file.use_case.title, values.pop("kind") or file.use_case.kind
    if (title, kind) != (file.use_case.title, file.use_case.kind):
        change_use_case(actor=actor, use_case=file.use_case, title=title, kind=kind)
    if not values["risk_tier"]:
        current = file.use_case.current_definition()
        values["risk_tier"] = current.risk_tier if current else ""
    written = define(actor=actor, use_case=file.use_case, **values)
    return gettext("Version %(number)s of the definition is in force.") % {"number": written.number}


def _first(paths: tuple[str, ...], there: Mapping[str, mirror.Blob], use_case: UseCase, *, alone: bool) -> str:
    """The file that speaks of the use case: the most particular place first."""
    for path in paths:
        blob = there.get(path)
        if blob is not None and (alone or use_case.slug in path or belongs_to(_text(blob)[0], use_case.slug)):
            return path
    return ""


def _kept(
    actor: Actor, repository: Repository, use_case: UseCase, kind: str, head: str, path: str, there: Mapping[str, mirror.Blob]
) -> KeptFile | None:
    """A new row, where the file is not what the newest row says. None where nothing is new, or nothing was ever there."""
    before = KeptFile.objects.filter(use_case=use_case, repository=repository, kind=kind).order_by("-pk").first()
    blob = there.get(path)
    if (before is None and blob is None) or (
        before is not None and (before.path, before.blob) == (path or before.path, blob.sha if blob else "")
    ):
        return None
    path = path or (before.path if before else "")
    last = mirror.last_change(repository.mirror, head, path) or mirror.commit(repository.mirror, head)
    text, problem = _text(blob) if blob else ("", "")
    row = KeptFile(
        use_case=use_case,
        repository=repository,
        kind=kind,
        path=path,
        blob=blob.sha if blob else "",
        text=text,
        problem=problem,
        commit=last.sha,
        author_name=last.author_name[:200],
        author_email=last.author_email[:254],
        authored_at=last.authored_at,
        subject=last.subject[:500],
        created_at=clock.now(),
    )
    with transaction.atomic():
        row.save(force_insert=True)
        audit.record(actor, READ, row, {"path": path, "commit": last.sha, "blob": row.blob, "kind": kind})
        outbox.publish(actor, "lineage.file.read", use_case, {"id": row.public_id})
    return row


def _text(blob: mirror.Blob) -> tuple[str, str]:
    """The file as text and nothing wrong, or nothing and what is wrong with it."""
    if blob.content is None:
        return "", f"{blob.size} bytes are more than the {LONGEST} that are read"
    try:
        text = blob.content.decode("utf-8")
    except UnicodeDecodeError as error:
        return "", f"not UTF-8: byte {error.start}"
    return ("", "it holds a NUL character") if "\0" in text else (text, "")


def read_after_synchronising(repository: Repository, branch: str) -> None:
    """What a synchronisation does with them. A file that cannot be had is no reason for commits not to arrive."""
    try:
        read_files(actor=actors.system("git"), repository=repository, branch=branch)
    except mirror.MirrorError:
        log.warning("lineage.files_not_read", repository=repository.public_id, exc_info=True)
