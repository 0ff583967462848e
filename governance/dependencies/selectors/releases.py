"""Reads over releases: what is known of one, which file belongs to which, and how far two are apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from django.core.cache import cache
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from foundation.actor import Actor
from governance.dependencies import child, distances, filenames
from governance.dependencies.capabilities import Point, Scan, from_facts
from governance.dependencies.models import Artifact, ArtifactScan, Release
from governance.dependencies.review_graph import Size, least_lines

SHOWN_FOR = 24 * 3600  # seconds that code beside points is kept
READING = child.Bounds(memory=512 * 1024 * 1024, cpu=20, wall=30.0, output=16 * 1024 * 1024)
Lines = Sequence[tuple[int, str]]


def releases_by_hash(hashes: Iterable[str]) -> dict[str, Release]:
    """The release of each file that is known here, by the hash that a lock file gives (`sha256:…`). One query."""
    wanted = {text for text in hashes if text.startswith("sha256:")}
    if not wanted:
        return {}
    rows = Artifact.objects.filter(sha256__in=wanted, release__isnull=False).select_related("release__package")
    return {row.sha256: row.release for row in rows if row.release is not None}


def newest_scan(release: Release) -> ArtifactScan | None:
    """What the newest scanner found in the release's files; of several the one that was looked into first, for reviews name it."""
    rows = ArtifactScan.objects.filter(artifact__release=release).select_related("artifact")
    found: list[ArtifactScan] = list(rows.defer("facts").order_by("pk"))
    return max(found, key=lambda row: (_number(row.scanner), row.complete, -row.pk), default=None)


def scan_of(release: Release) -> Scan | None:
    """The same as values; None where no file of the release was looked into."""
    row = newest_scan(release)
    return from_facts(row.facts) if row is not None else None


def artifacts_of(release: Release) -> QuerySet[Artifact]:
    """The files that belong to a release, oldest first, each with its newest scan's counts."""
    return with_scans(Artifact.objects.filter(release=release)).order_by("pk")


def with_scans(rows: QuerySet[Artifact]) -> QuerySet[Artifact]:
    """Artifacts for a list: with job and release, and the points of their newest scan without its facts."""
    newest = ArtifactScan.objects.filter(artifact=OuterRef("pk")).order_by("-pk")
    return rows.select_related("release__package", "job", "created_by").annotate(
        point_count=Subquery(newest.values("points")[:1]), scan_complete=Subquery(newest.values("complete")[:1])
    )


def releases_of(actor: Actor, *, ecosystem: str, name: str) -> QuerySet[Release]:
    """The releases of a package, newest first, each with its files."""
    rows = Release.objects.visible_to(actor).filter(package__ecosystem=ecosystem, package__name=name)
    files = with_scans(Artifact.objects.all()).order_by("pk")
    return rows.select_related("package").prefetch_related(Prefetch("artifacts", queryset=files)).order_by("-pk")


def same_source(release: Release) -> QuerySet[Release]:
    """Releases of other packages with the very same source, such as PyPI's beside conda's: what is said of one holds for the other."""
    rows = Release.objects.filter(source_digest=release.source_digest).exclude(pk=release.pk)
    return rows.exclude(package_id=release.package_id).select_related("package").order_by("pk")


def distance(base: Release | None, target: Release) -> Size | None:
    """How much there is to read from one release (from nothing: all of it) to another. None where the bytes are not at hand."""
    return distances.measured(base, target)


def least(base: Release | None, target: Release) -> int:
    """Lines that the distance has at least, told by lists of files alone. 0 where they are not known."""
    after = scan_of(target)
    before = scan_of(base) if base is not None else None
    if after is None or (base is not None and before is None):
        return 0
    return least_lines(distances.texts_of(before), distances.texts_of(after))


def code_beside(artifact: Artifact, points: Sequence[Point]) -> dict[str, Lines]:
    """The lines around the first place of each point, by its key. What cannot be shown is missing: the page says so.

    Read from the file itself by a process apart, and kept for a day: nothing else is done with strangers' code here.
    """
    wanted = {point.key: (point.path, point.lines[0]) for point in points if point.lines}
    names = {key: f"code:{artifact.sha256[7:]}:{_short(*place)}" for key, place in wanted.items()}
    kept = cache.get_many(list(names.values()))
    found: dict[str, Lines] = {key: kept[name] for key, name in names.items() if name in kept}
    missing = [key for key in wanted if key not in found]
    if missing:
        read = _read(artifact, [wanted[key] for key in missing])
        found |= dict(zip(missing, read, strict=True)) if read else {}
        cache.set_many({names[key]: found[key] for key in missing if key in found}, SHOWN_FOR)
    return {key: lines for key, lines in found.items() if lines}


def _read(artifact: Artifact, wanted: Sequence[tuple[str, int]]) -> list[Lines]:
    arguments = {"wanted": wanted, "conda": filenames.kind_of(artifact.filename) == "conda"}
    try:
        with artifact.file.open("rb") as file:
            answer = child.run("excerpts", arguments, [getattr(file, "file", file)], bounds=READING)
    except (child.Failed, OSError):
        return []
    return [[(int(number), str(text)) for number, text in lines] for lines in answer]


def scans_of(releases: Iterable[Release]) -> Mapping[int, ArtifactScan]:
    """The newest scan of each release without its facts, by the release's key. One query."""
    rows = ArtifactScan.objects.filter(artifact__release__in=list(releases)).select_related("artifact").defer("facts")
    found: dict[int, ArtifactScan] = {}
    for row in rows.order_by("pk"):
        held = found.get(row.artifact.release_id)
        if held is None or (_number(row.scanner), row.complete) > (_number(held.scanner), held.complete):
            found[row.artifact.release_id] = row
    return found


def _short(path: str, line: int) -> str:
    return hashlib.sha256(f"{path}\0{line}".encode()).hexdigest()[:32]


def _number(scanner: str) -> int:
    return int(scanner) if scanner.isascii() and scanner.isdigit() else 0
