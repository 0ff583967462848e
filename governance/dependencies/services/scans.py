"""Looking into artifacts: by a worker, in a process apart from it, so that a hostile archive ends that process and nothing else."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from packaging.utils import canonicalize_name

from foundation import actor as actors
from foundation import audit, clock, jobs, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Invalid
from foundation.models import Job
from governance.dependencies import child, distances, filenames
from governance.dependencies.capabilities import SCANNER, Scan, from_facts
from governance.dependencies.lockfiles import LONGEST_NAME, PYPI
from governance.dependencies.models import Artifact, ArtifactScan, Release
from governance.dependencies.services.artifacts import SCAN, submit_scan
from governance.dependencies.services.packages import package_of, release_of

SCANNED = audit.kind("dependencies.artifact.scanned", _("Artifact looked into"))
UNREAD = audit.kind("dependencies.artifact.unread", _("Artifact could not be looked into"))
BOUNDS = child.Bounds()
RESCANNED = 50  # files that are queued at once for a newer scanner
log = structlog.get_logger(__name__)

_SAID: dict[str, Any] = {
    "time": _("Reading it took too long and was stopped. Nothing is known of what it does."),
    "memory": _("Reading it took too much memory and was stopped. Nothing is known of what it does."),
    "output": _("There is more to say of it than can be kept. Nothing is known of what it does."),
    "fault": _("The reader broke on it. Nothing is known of what it does."),
}


@jobs.handler(SCAN)
def _scan_job(run: jobs.Run) -> None:
    artifact = Artifact.objects.select_related("release").get(public_id=run.args["artifact"])
    actor = actors.system("scanner", request_id=run.job.request_id)
    if not artifact.failure and artifact.release_id and artifact.scans.filter(scanner=SCANNER).exists():
        return  # a worker died between the work and the end of the job
    run.step(0, 3, "")
    try:
        found = look_into(artifact, watch=lambda: run.step(1, 3, ""))
        with transaction.atomic():
            run.still_mine()
            _write(actor, artifact, found)
    except (child.Failed, Invalid, FileNotFoundError) as error:
        said = failure_told(error)
        log.warning("dependencies.scan_failed", artifact=artifact.public_id, why=str(error)[:300])
        with transaction.atomic():
            run.still_mine()
            fail(actor, artifact, said)
        raise Invalid(said, code="artifact.unread") from error
    run.step(2, 3, "")
    if artifact.release is not None:
        distances.measure_near(artifact.release, watch=lambda: run.step(2, 3, ""))


def look_into(artifact: Artifact, *, watch: Any = None, bounds: child.Bounds | None = None) -> dict[str, Any]:
    """What the child says is in it. Raises child.Failed; FileNotFoundError when storage lost it."""
    bounds = bounds or BOUNDS
    if filenames.kind_of(artifact.filename) == "model":  # it is held in memory as a whole
        bounds = child.Bounds(bounds.memory + 3 * artifact.size, bounds.cpu, bounds.wall, bounds.output)
    with artifact.file.open("rb") as stored:
        file = stored.file if isinstance(stored, File) else stored
        found: dict[str, Any] = child.run("look", {"filename": artifact.filename}, [file], bounds=bounds, watch=watch)
    return found


def failure_told(error: Exception) -> str:
    """Why an artifact could not be looked into, for its page."""
    if isinstance(error, child.Failed):
        return str(_SAID[error.why])
    if isinstance(error, FileNotFoundError):
        return str(_("The file is missing from storage. Restore it from a backup, or upload it again."))
    return str(error)[:500]


def fail(actor: Actor, artifact: Artifact, said: str) -> None:
    Artifact.objects.filter(pk=artifact.pk).update(failure=said[:500])
    audit.record(actor, UNREAD, artifact, {"scanner": SCANNER})


def _write(actor: Actor, artifact: Artifact, found: dict[str, Any]) -> None:
    """The scan, and the release that the file belongs to. What cannot be named stays without one and says so."""
    facts, told = found["scan"], found["metadata"] or {}
    scan = from_facts(facts)
    if f"sha256:{scan.sha256}" != artifact.sha256:
        raise Invalid(_("The file in storage is not the one that was kept: its digest differs. Restore it from a backup."))
    release = _release(actor, artifact, scan, told)
    ArtifactScan.objects.get_or_create(
        artifact=artifact,
        scanner=scan.scanner,
        defaults={
            "complete": scan.complete,
            "points": len(scan.points),
            "facts": facts,
            "facts_digest": digest(facts),
            "scanned_at": clock.now(),
        },
    )
    artifact.release, artifact.licence, artifact.failure = release, str(told.get("licence", "")), ""
    if release is None:
        artifact.failure = str(
            _("Neither its name nor its metadata says which version of which package it is. Upload it under its full name.")
        )
    artifact.save(update_fields=["release", "licence", "failure"])
    data = {"scanner": scan.scanner, "complete": scan.complete, "points": len(scan.points)}
    audit.record(actor, SCANNED, artifact, {**data, "release": release.public_id if release else None})
    outbox.publish(actor, "dependencies.artifact.scanned", artifact, {"sha256": artifact.sha256})


def _release(actor: Actor, artifact: Artifact, scan: Scan, told: dict[str, Any]) -> Release | None:
    """By what the file holds; by its name only where that says nothing."""
    named = filenames.named(artifact.filename)
    if named.ecosystem == filenames.MODEL:
        package = package_of(filenames.MODEL, named.name, actor=actor)
        return release_of(package, scan.sha256[:16], source_digest=artifact.sha256, actor=actor)
    name, version = told.get("name") or scan.name or named.name, told.get("version") or scan.version or named.version
    name = str(canonicalize_name(name)) if named.ecosystem == PYPI else name.lower()
    if not name or not version or max(len(name), len(version)) > LONGEST_NAME:
        return None
    package = package_of(named.ecosystem, name, actor=actor)
    source = scan.source_digest or artifact.sha256  # half a digest would vouch for the other half
    return release_of(package, version, source_digest=source, native_digest=scan.native_digest, actor=actor)


def rescan_old(*, actor: Actor, most: int = RESCANNED) -> int:
    """Queue artifacts that only an older scanner has seen; how many. Failures wait for somebody to ask."""
    rows = Artifact.objects.filter(failure="", scans__isnull=False).exclude(scans__scanner=SCANNER)
    rows = rows.exclude(job__state__in=[Job.State.QUEUED, Job.State.RUNNING]).select_related("job").distinct()
    queued = list(rows.order_by("pk")[:most])
    for row in queued:
        with transaction.atomic():
            submit_scan(actor, row)
    return len(queued)
