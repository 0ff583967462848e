"""Files of packages: kept by their digest, once, whoever brings them. What is in them is looked into by a worker (`scans`)."""

from __future__ import annotations

import hashlib
import io
from typing import IO, Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, jobs, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid, TooLarge
from foundation.models import Job
from foundation.permissions import require
from foundation.services import validate
from governance.dependencies import filenames
from governance.dependencies.capabilities import SCANNER
from governance.dependencies.models import Artifact
from governance.dependencies.permissions import may_keep_artifact

KEPT = audit.kind("dependencies.artifact.kept", _("Artifact kept"))
SCAN = "dependencies.scan"  # the job
LARGEST = 512 * 1024 * 1024  # bytes: what the scanner reads at most
CHUNK = 1024 * 1024
Origin = Artifact.Origin


def keep_artifact(
    *,
    actor: Actor,
    filename: str,
    data: bytes | None = None,
    file: IO[bytes] | None = None,
    origin: str = Origin.UPLOAD,
    index: str = "",
) -> Artifact:
    """Keep a wheel, an sdist, a conda package or a model, and have a worker look into it.

    The same bytes are the same artifact, whatever they are called now; `is_new` says whether they were unknown.
    Raises NotAllowed; Invalid for an empty file or a name that says nothing; TooLarge beyond 512 MiB.
    """
    require(may_keep_artifact(actor))
    stream: IO[bytes] = io.BytesIO(data) if data is not None else file if file is not None else io.BytesIO()
    name = filenames.plain(filename)
    sha256, size = _measured(stream)
    if not name:
        raise _wrong(
            "filename", "invalid", _("Give the file the name that its index knows it by, such as joblib-1.5.3-py3-none-any.whl.")
        )
    if not size:
        raise _wrong("file", "empty", _("The file is empty."))
    known: Artifact | None = _known(sha256)
    if known is not None:
        return known
    if filenames.kind_of(name) == "unknown":
        said = _(
            "%(name)s is no file of a package or a model by its ending. Known are .whl, .tar.gz, .zip, .tar.bz2, .conda and models."
        )
        raise _wrong("filename", "kind", said % {"name": name})
    row = Artifact(
        sha256=sha256, filename=name, size=size, origin=origin, index=index, created_by=actor.user, created_at=clock.now()
    )
    return _stored(actor, row, stream)


def scan_again(*, actor: Actor, artifact: Artifact) -> Artifact:
    """Have a worker look into it once more, after a failure or with a newer scanner. Raises NotAllowed; Conflict while one is at it."""
    require(may_keep_artifact(actor))
    with transaction.atomic():
        row = Artifact.objects.select_for_update(of=("self",)).select_related("job").get(pk=artifact.pk)
        if row.job is not None and row.job.state in (Job.State.QUEUED, Job.State.RUNNING):
            raise Conflict(_("A worker is looking into this file already."), code="artifact.busy")
        if not row.failure and row.scans.filter(scanner=SCANNER).exists():
            raise Conflict(
                _("This file was looked into by the newest scanner. It would find the same again."), code="artifact.scanned"
            )
        submit_scan(actor, row)
    return row  # type: ignore[no-any-return] # untyped rows


def submit_scan(actor: Actor, row: Artifact) -> None:
    """Queue the look into an artifact, inside the caller's transaction."""
    moment = clock.now().strftime("%Y%m%d%H%M%S%f")
    row.job = jobs.submit(actor=actor, kind=SCAN, args={"artifact": row.public_id}, key=f"scan:{row.public_id}:{moment}")
    row.failure = ""
    row.save(update_fields=["job", "failure"])


def too_large() -> TooLarge:
    """The refusal of a file that passes the limit, wherever that is noticed."""
    said = _("A file of a package has at most %(most)s MiB.") % {"most": LARGEST // 1024**2}
    return TooLarge(said, code="artifact.too_large", errors=[FieldError("file", "too_large", said)])


def _known(sha256: str) -> Artifact | None:
    return Artifact.objects.filter(sha256=sha256).select_related("release__package", "job").first()  # type: ignore[no-any-return]


def _measured(stream: IO[bytes]) -> tuple[str, int]:
    hashed, size = hashlib.sha256(), 0
    stream.seek(0)
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > LARGEST:
            raise too_large()
        hashed.update(chunk)
    return f"sha256:{hashed.hexdigest()}", size


def _stored(actor: Actor, row: Artifact, stream: IO[bytes]) -> Artifact:
    """The row and its bytes; if both cannot be had, neither."""
    stored = ""
    try:
        with transaction.atomic():
            stream.seek(0)
            row.file.save(f"{row.public_id}.bin", File(stream), save=False)
            stored = str(row.file.name)
            validate(row, exclude=("file",))
            row.save(force_insert=True)
            submit_scan(actor, row)
            told = {"sha256": row.sha256, "filename": row.filename, "size": row.size, "origin": row.origin, "index": row.index}
            audit.record(actor, KEPT, row, told)
            outbox.publish(actor, "dependencies.artifact.kept", row, {"sha256": row.sha256})
    except BaseException as error:
        if stored:
            row.file.storage.delete(stored)  # no row speaks of it
        if isinstance(error, IntegrityError) and (known := _known(row.sha256)) is not None:
            return known  # somebody sent the same at the same moment
        raise
    row.is_new = True
    return row


def _wrong(field: str, code: str, said: Any) -> Invalid:
    return Invalid(said, errors=[FieldError(field, code, said)])
