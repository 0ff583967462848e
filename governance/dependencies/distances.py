"""How far two releases are apart, measured once and kept. The rows are a cache: the files themselves say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import IntegrityError, transaction
from packaging.version import InvalidVersion, Version

from governance.dependencies import child, filenames
from governance.dependencies.capabilities import SCANNER, Native, Scan, compare, from_facts
from governance.dependencies.capabilities.paths import stable
from governance.dependencies.models import Artifact, ArtifactScan, Distance, Release
from governance.dependencies.review_graph import FileFacts, Size

BOUNDS = child.Bounds(cpu=25, wall=40.0, output=1024 * 1024)
NEAR = 2  # releases before and after that are measured in advance
Pair = tuple[ArtifactScan | None, ArtifactScan]


def measured(base: Release | None, target: Release) -> Size | None:
    """Lines inserted and deleted over all text files, compiled files that differ, points to judge. None where it cannot be told.

    From nothing every line counts. What could not be measured is tried again the next time: a file may have come meanwhile.
    """
    kept = Distance.objects.filter(base=base, target=target, scanner=SCANNER).first()
    if kept is not None:
        return Size(kept.lines, kept.native_files, kept.points)
    pair = _pair(base, target)
    if pair is None:
        return None
    size = _size(*pair)
    if size is not None:
        _keep(base, target, size)
    return size


def measure_near(release: Release, *, watch: Callable[[], None] = lambda: None) -> None:
    """Measure from nothing and from its neighbours, while a worker has the time: pages that offer reviews then find it done."""
    measured(None, release)
    others = Release.objects.filter(package_id=release.package_id, artifacts__isnull=False).exclude(pk=release.pk).distinct()
    newest = sorted(others.order_by("-pk")[:200], key=lambda row: _number(row.version))
    place = sum(1 for row in newest if _number(row.version) <= _number(release.version))
    for row in newest[max(place - NEAR, 0) : place]:
        watch()
        measured(row, release)
    for row in newest[place : place + NEAR]:
        watch()
        measured(release, row)


def _number(version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion:
        return Version("0")


def texts_of(scan: Scan | None) -> dict[str, FileFacts]:
    """The text files of a release by their path: what is read line by line."""
    if scan is None:
        return {}
    return {stable(fact.path): FileFacts(fact.source, fact.lines) for fact in scan.files if fact.source and fact.lines}


def _size(before: ArtifactScan | None, after: ArtifactScan) -> Size | None:
    old, new = (from_facts(before.facts) if before is not None else None), from_facts(after.facts)
    lines = _lines(before, after, texts_of(old), texts_of(new))
    if lines is None:
        return None
    points = len(compare(old if old is not None else (), new).work)
    return Size(lines, _natives_changed(old.natives if old is not None else (), new.natives), points)


def _lines(before: ArtifactScan | None, after: ArtifactScan, old: dict[str, FileFacts], new: dict[str, FileFacts]) -> int | None:
    """Of files that only one has, every line; of those that differ, what has to be read of both."""
    alone = sum(facts.lines for path, facts in old.items() if path not in new)
    alone += sum(facts.lines for path, facts in new.items() if path not in old)
    changed = [path for path, facts in new.items() if path in old and old[path].digest != facts.digest]
    if not changed or before is None:
        return alone
    conda = [filenames.kind_of(scan.artifact.filename) == "conda" for scan in (before, after)]
    try:
        with before.artifact.file.open("rb") as one, after.artifact.file.open("rb") as other:
            files = [getattr(file, "file", file) for file in (one, other)]
            return alone + int(child.run("lines", {"paths": changed, "conda": conda}, files, bounds=BOUNDS))
    except (child.Failed, OSError):
        return None


def _natives_changed(old: Iterable[Native], new: Iterable[Native]) -> int:
    before = {stable(native.path): native.sha256 for native in old}
    after = {stable(native.path): native.sha256 for native in new}
    return sum(1 for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _pair(base: Release | None, target: Release) -> Pair | None:
    """A file of each, for the same platform where there is one: compiled files of two platforms always differ."""
    after = _scans(target)
    if base is None:
        return (None, after[0]) if after else None
    before = _scans(base)
    if not before or not after:
        return None
    return min(((one, other) for one in before for other in after), key=lambda pair: _unlike(pair[0].artifact, pair[1].artifact))


def _scans(release: Release) -> list[ArtifactScan]:
    """Of each file the scan by this scanner, whole ones first."""
    rows = ArtifactScan.objects.filter(artifact__release=release, scanner=SCANNER).select_related("artifact").defer("facts")
    return sorted(rows.order_by("pk")[:50], key=lambda row: (not row.complete, row.pk))


def _unlike(one: Artifact, other: Artifact) -> tuple[bool, bool, bool]:
    before, after = filenames.named(one.filename), filenames.named(other.filename)
    return (
        filenames.kind_of(one.filename) != filenames.kind_of(other.filename),
        before.platform != after.platform,
        before.interpreter != after.interpreter,
    )


def _keep(base: Release | None, target: Release, size: Size) -> None:
    try:
        with transaction.atomic():
            Distance.objects.create(
                base=base, target=target, scanner=SCANNER, lines=size.lines, native_files=size.native_files, points=size.points
            )
    except IntegrityError:
        return  # somebody measured the same at the same moment
