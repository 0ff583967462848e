"""A lock file of one package that is fine in every way, and the parts of that, each to be left out or to be changed."""

from __future__ import annotations

from typing import Any

from foundation import clock
from governance.dependencies import services
from governance.dependencies.models import Artifact, DependencySet, Release
from tests.dependencies.osv import imported, record
from tests.dependencies.released import READS, released
from tests.dependencies.reviewing import reviewed

NAME = "thing"


def locked(world: Any, release: Release, *lines: str, path: str = "requirements.txt") -> DependencySet:
    """A lock that names the release by the hash of its file, with more lines beside it."""
    return services.record_set(actor=world.ci, path=path, content=lock_text(release, *lines))


def lock_text(release: Release, *lines: str) -> str:
    artifact = Artifact.objects.get(release=release)
    return "\n".join([f"{release.package.name}=={release.version} --hash={artifact.sha256}", *lines]) + "\n"


def up_to_date(world: Any, *bodies: dict[str, Any]) -> None:
    """Advisories of today: one about a package that nobody uses, and these."""
    today = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    imported(world.admin, *(dict(body, modified=today) for body in (record("GHSA-other", "unused"), *bodies)))


def good_release(world: Any, version: str = "1.0") -> Release:
    """Looked into, and reviewed for everything."""
    release = released({f"{NAME}/a.py": READS}, version, NAME)
    reviewed(world, release, criteria=("safe-to-deploy", "io-verified"))
    return release
