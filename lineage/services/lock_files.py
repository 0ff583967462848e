"""Lock files that nobody pushed: read at the commit of a version, and kept with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest_bytes
from foundation.errors import Conflict, CountersignError, FieldError, Invalid
from foundation.permissions import require
from governance.dependencies import lockfiles
from governance.dependencies.components import component_body
from governance.dependencies.models import DependencySet
from governance.dependencies.services import record_set
from lineage import mirror
from lineage.models import Commit, LockFile, ModelVersion, ProvenanceFact
from lineage.permissions import may_push
from lineage.selectors.lock_files import commit_of, locks_of
from lineage.services.components import store_component
from lineage.services.verification import verify_version
from lineage.services.versions import dependencies_shown

READ = audit.kind("lineage.model_version.locks_read", _("Lock files read at the commit of a model version"))
MOST = 30  # files at once


def read_lock_files(*, actor: Actor, model_version: ModelVersion, paths: Sequence[str]) -> list[DependencySet]:
    """Read lock files at the commit of a version and keep them with it; those that are new to it, in the order asked for.

    All of them or none. The component `dependencies` changes, and each file leaves `code`, where it would be judged twice; so the
    approvals that cover either are asked for again. The same files again change nothing.
    Raises NotAllowed; Invalid naming each path that cannot be read; Conflict while no mirror has the commit, or where the version came
    with another content at one of the paths.
    """
    require(may_push(actor, model_version.use_case))
    wanted = _wanted(paths)
    commit = commit_of(model_version)
    if commit is None:
        raise Conflict(
            _("The commit of this version was not seen in a mirror yet. Synchronise the repository first."), code="commit.unseen"
        )
    try:
        blobs = mirror.read_blobs(
            commit.repository.mirror, [(commit.sha, path) for path in wanted], max_bytes=lockfiles.LARGEST_SBOM
        )
    except mirror.MirrorError as error:
        raise Invalid(f"{error.message} {error.hint}".strip(), code=error.code) from error
    with transaction.atomic():
        row = ModelVersion.objects.select_for_update(of=("self",)).select_related("use_case").get(pk=model_version.pk)
        by_path = {path: blob for (_sha, path), blob in blobs.items()}
        found = _recorded(actor, wanted, by_path)
        fresh = _new_to(row, found)
        if fresh:
            _keep(actor, row, commit, fresh, {item.path: digest_bytes(by_path[item.path].content or b"") for item in fresh})
    if fresh:
        verify_version(model_version=row)
    return fresh


def _wanted(paths: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(path.strip() for path in paths if path.strip()))
    if not wanted:
        raise _refused("required", _("Name at least one file."))
    if len(wanted) > MOST:
        raise _refused("too_many", _("At most %(most)s files are read at once.") % {"most": MOST})
    return wanted


def _refused(code: str, why: object) -> Invalid:
    return Invalid(why, code=f"lock_files.{code}", errors=[FieldError("paths", code, why)])


def _recorded(actor: Actor, wanted: Sequence[str], blobs: Mapping[str, mirror.Blob]) -> list[DependencySet]:
    """Each file as a set. What is wrong with any of them is told of all, and nothing is kept then."""
    found: list[DependencySet] = []
    errors: list[FieldError] = []
    for path in wanted:
        blob = blobs.get(path)
        if blob is None:
            errors.append(FieldError(path, "missing", _("The commit has no such file.")))
        elif blob.content is None:
            limit = lockfiles.LARGEST_SBOM // (1024 * 1024)
            errors.append(FieldError(path, "too_large", _("The file has more than %(limit)s MiB.") % {"limit": limit}))
        elif lockfiles.detect(path, blob.content[:4096]) == "unknown":
            errors.append(FieldError(path, "format_unknown", _("This is no lock file of a known format.")))
        else:
            try:
                found.append(record_set(actor=actor, path=path, content=blob.content))
            except CountersignError as error:
                errors.append(FieldError(path, error.code, error.detail))
    if errors:
        raise Invalid(
            _("Some of these files cannot be read, so none was kept; see errors."), code="lock_files.unreadable", errors=errors
        )
    return found


def _new_to(row: ModelVersion, found: Sequence[DependencySet]) -> list[DependencySet]:
    kept = {lock.path: lock.pk for lock in locks_of(row)}
    other = [item.path for item in found if kept.get(item.path, item.pk) != item.pk]
    if other:
        why = _("This version came with another content than its commit has at %(paths)s. Push another version.")
        raise Conflict(why % {"paths": ", ".join(other)}, code="lock_files.other_content")
    return [item for item in found if item.path not in kept]


def _keep(actor: Actor, row: ModelVersion, commit: Commit, fresh: Sequence[DependencySet], bytes_of: Mapping[str, str]) -> None:
    now = clock.now()
    LockFile.objects.bulk_create([LockFile(model_version=row, dependency_set=item) for item in fresh])
    ProvenanceFact.objects.bulk_create([
        ProvenanceFact(
            model_version=row, key=f"file:{item.path}"[:60], value=bytes_of[item.path], status=ProvenanceFact.Status.VERIFIED,
            how="read from the commit", origin="git", at=now,
        )
        for item in fresh
    ])  # fmt: skip
    locks = locks_of(row)
    store_component(row, "dependencies", component_body(locks), shown=dependencies_shown(locks))
    told = {"commit": commit.sha, "files": [{"path": item.path, "set": item.public_id, "digest": item.digest} for item in fresh]}
    audit.record(actor, READ, ModelVersion.objects.get(pk=row.pk), told)
    outbox.publish(actor, "lineage.model_version.locks_read", row, {"files": len(fresh)})
