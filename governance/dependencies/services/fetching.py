"""Files of packages fetched from the index that whoever runs the server named: by a worker, by their hash, and from nowhere else."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from typing import IO
from urllib.parse import quote, urlsplit, urlunsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from packaging.utils import canonicalize_name

from foundation import actor as actors
from foundation import audit, clock, jobs, outgoing
from foundation.actor import Actor
from foundation.errors import FieldError, Invalid
from foundation.models import Job
from foundation.permissions import require
from governance.dependencies import package_index
from governance.dependencies.lockfiles import PYPI
from governance.dependencies.models import Artifact
from governance.dependencies.permissions import may_keep_artifact
from governance.dependencies.services.artifacts import LARGEST, keep_artifact
from governance.dependencies.services.packages import package_of

FETCH_ASKED = audit.kind("dependencies.artifact.fetch_asked", _("Artifact to be fetched"))
FETCH = "dependencies.fetch"  # the job
LARGEST_PAGE = 64 * 1024 * 1024  # bytes of a project's page on the index
SHOWN = 10
_SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


def ask_fetch(*, actor: Actor, name: str, sha256: str) -> Job | Artifact:
    """Have a worker fetch the file with this SHA-256 of the package `name`; the artifact itself where it is kept already.

    Raises NotAllowed; Invalid without an index, or for a name or hash that is none.
    """
    require(may_keep_artifact(actor))
    digest = _digest(sha256)
    known: Artifact | None = Artifact.objects.filter(sha256=digest).first()
    if known is not None:
        return known
    if not settings.PACKAGE_INDEX:
        raise Invalid(_("No package index is set, so nothing can be fetched. Upload the file instead."), code="artifact.no_index")
    project = _project(name)
    moment = clock.now().strftime("%Y%m%d%H%M%S%f")
    with transaction.atomic():
        package = package_of(PYPI, project, actor=actor)
        job = jobs.submit(actor=actor, kind=FETCH, args={"name": project, "sha256": digest}, key=f"fetch:{digest[7:]}:{moment}")
        audit.record(actor, FETCH_ASKED, package, {"sha256": digest, "index": index_told()})
    return job


def fetch_artifact(*, actor: Actor, name: str, sha256: str, run: jobs.Run | None = None) -> Artifact:
    """Fetch the file with this hash from the configured index and keep it. Raises Invalid saying what went wrong; TooLarge."""
    require(may_keep_artifact(actor))
    digest, project = _digest(sha256), _project(name)
    index = _Index(settings.PACKAGE_INDEX, settings.PACKAGE_FILE_HOSTS, run)
    found = index.find(project, digest.removeprefix("sha256:"))
    with tempfile.TemporaryFile() as file:
        got = index.get(found.url, file, LARGEST)
        if got != digest:
            raise Invalid(
                _("What the index sent has another hash than it was asked for. It was thrown away."), code="artifact.hash"
            )
        return keep_artifact(actor=actor, filename=found.filename, file=file, origin=Artifact.Origin.FETCH, index=index.told)


def index_told() -> str:
    """The address of the configured index as it may be shown: without a user name or password. Empty: there is none."""
    parts = urlsplit(settings.PACKAGE_INDEX)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", "")) if parts.netloc else ""


def recent_fetches(actor: Actor) -> Sequence[Job]:
    """One's own fetches of the last week that are under way or failed, newest first."""
    since = clock.now() - timedelta(days=7)
    states = (Job.State.QUEUED, Job.State.RUNNING, Job.State.FAILED)
    return list(Job.objects.visible_to(actor).filter(kind=FETCH, state__in=states, created_at__gt=since).order_by("-pk")[:SHOWN])


@jobs.handler(FETCH)
def _fetch_job(run: jobs.Run) -> None:
    user = run.job.actor_user
    who = actors.person(user, request_id=run.job.request_id, auth="job") if user is not None else actors.system("fetch")
    fetch_artifact(actor=who, name=run.args["name"], sha256=run.args["sha256"], run=run)


class _Index:
    """The one index, and the hosts on which it keeps its files. Its password goes to its own host only, and nowhere into a log."""

    def __init__(self, url: str, more_hosts: Sequence[str], run: jobs.Run | None) -> None:
        if not url:
            raise Invalid(
                _("No package index is set, so nothing can be fetched. Upload the file instead."), code="artifact.no_index"
            )
        self.told, self.run = index_told(), run
        parts = urlsplit(url)
        self.user = parts.netloc.rpartition("@")[0]
        self.origin = (parts.scheme, parts.netloc.rpartition("@")[2])
        own = (parts.hostname or "").lower()
        self.hosts = frozenset({own, *(host.lower() for host in more_hosts)}) - {""}
        self.near = frozenset({own}) - {""}  # a mirror inside one's own network is what this is for

    def find(self, project: str, sha256: str) -> package_index.IndexFile:
        base = f"{self.told}/{quote(project)}/"
        with tempfile.TemporaryFile() as page:
            self.get(base, page, LARGEST_PAGE, headers={"Accept": package_index.ACCEPT})
            page.seek(0)
            try:
                found = package_index.file_with(page.read(), base, sha256)
            except package_index.NotAnIndex as error:
                raise Invalid(_("%(index)s did not answer as a package index does.") % {"index": self.told}) from error
        if found is None:
            said = _("%(index)s lists no file of %(name)s with this hash. Check both against the lock file.")
            raise Invalid(said % {"index": self.told, "name": project}, code="artifact.not_listed")
        return found

    def get(self, url: str, into: IO[bytes], most: int, headers: dict[str, str] | None = None) -> str:
        """The digest of what was written. Asks the index and its hosts of files, whatever the address or a redirect says."""
        parts = urlsplit(url)
        if self.user and (parts.scheme, parts.netloc) == self.origin:
            url = urlunsplit(parts._replace(netloc=f"{self.user}@{parts.netloc}"))
        got = outgoing.fetch(url, into, most=most, near=self.near, only=self.hosts, headers=headers, progress=_Progress(self.run))
        return got.sha256


class _Progress:
    """Keeps the job's lease while bytes arrive, once a second."""

    def __init__(self, run: jobs.Run | None) -> None:
        self.run, self.last = run, clock.now()

    def __call__(self, so_far: int, total: int) -> None:
        now = clock.now()
        if self.run is not None and now - self.last > timedelta(seconds=1):
            self.last = now
            self.run.step(so_far // 1024, max(total, so_far) // 1024)


def _digest(text: str) -> str:
    found = _SHA256.fullmatch(text.strip().lower())
    if found is None:
        why = _("A SHA-256 has 64 hex digits, with or without “sha256:” before them.")
        raise Invalid(why, errors=[FieldError("sha256", "digest", why)])
    return f"sha256:{found[1]}"


def _project(text: str) -> str:
    name = text.strip()
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?", name):
        why = _("Give the name of the package as the index has it, such as scikit-learn.")
        raise Invalid(why, errors=[FieldError("name", "invalid", why)])
    return str(canonicalize_name(name))
