"""Reviews, sources and exemptions as edges between releases, for the packages of some requirements at once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple, Protocol

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from packaging.version import InvalidVersion, Version

from foundation.among import Among
from governance.dependencies.lockfiles import PYPI
from governance.dependencies.models import Release, Review, ReviewRequest
from governance.dependencies.review_graph import (
    NOTHING,
    SHIPPED,
    Caveat,
    Coverage,
    Criteria,
    Edge,
    coverage,
    failed_releases,
    live_edges,
)
from governance.dependencies.rulings import PackageKey, by_package, exempt_edges
from governance.dependencies.selectors.criteria import criteria_known
from governance.dependencies.selectors.releases import releases_by_hash
from governance.dependencies.selectors.rulings import InForce, rulings_of
from governance.dependencies.selectors.sources import live_sources
from governance.dependencies.trust import source_edges

_VERSION = "version:"
_Key = tuple[Any, ...]
REMEMBERED = 10_000  # edges, of about a kilobyte
STILL_TOLD = timedelta(days=180)  # how long after its end a review is named as what is missing


class Wanted(Protocol):
    """What is asked of a requirement to find its releases."""

    @property
    def ecosystem(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def hashes(self) -> Sequence[str]: ...


class Known(NamedTuple):
    """A release as the graph needs it."""

    node: str
    version: str
    source_digest: str
    pk: int


@dataclass(slots=True)
class PackageGraph:
    """One package: its releases by node, their source digests, and its edges: reviews and exemptions.

    Reviews that ended or were withdrawn lately are among them, so that an answer can say what is missing; `live_edges` leaves them out.
    """

    releases: dict[str, Known] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def newest_first(self) -> list[str]:
        return sorted(
            self.releases, key=lambda node: (version_key(self.releases[node].version), self.releases[node].pk), reverse=True
        )


@dataclass(frozen=True, slots=True)
class Graph:
    """What speaks for the packages of some requirements at `at`. A requirement may be answered by several releases: all have to be covered.

    What a source vouches for depends on where a requirement is taken from, so its edges are kept by requirement.
    """

    at: datetime
    packages: Mapping[PackageKey, PackageGraph]
    nodes: Mapping[_Key, list[str]]
    sources: Mapping[_Key, list[Edge]]
    rulings: Mapping[PackageKey, list[InForce]] = field(default_factory=dict)  # all that are in force: blocks and acceptances too
    criteria: Criteria = SHIPPED

    def of(self, key: PackageKey) -> PackageGraph:
        return self.packages.get(key) or PackageGraph()

    def node_of(self, requirement: Wanted) -> list[str]:
        """The releases that a requirement lets in, oldest first; where none is known that answers for it, one node for its version."""
        return self.nodes[_asked(requirement)]

    def trusted(self, requirement: Wanted) -> list[Edge]:
        """What sources vouch for, of this requirement alone."""
        return self.sources.get(_asked(requirement), [])

    def live(self, requirement: Wanted, wanted: Iterable[str]) -> list[Edge]:
        """The edges of its package that vouch for all of these criteria."""
        mine = self.of((requirement.ecosystem, requirement.name))
        edges = [*mine.edges, *self.trusted(requirement)]
        return live_edges(edges, now=self.at, digests=mine.digests, criteria=self.criteria, wanted=wanted)

    def failed(self, key: PackageKey, wanted: Iterable[str]) -> frozenset[str]:
        mine = self.of(key)
        return failed_releases(mine.edges, now=self.at, digests=mine.digests, criteria=self.criteria, wanted=wanted)

    def coverage(self, requirement: Wanted, node: str, criterion: str) -> Coverage | None:
        return coverage(self.live(requirement, (criterion,)), node)

    def missing(self, requirement: Wanted, wanted: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """By node the criteria for which nothing leads to it."""
        names = sorted(set(wanted))
        edges = {name: self.live(requirement, (name,)) for name in names}
        found = {node: tuple(name for name in names if coverage(edges[name], node) is None) for node in self.node_of(requirement)}
        return {node: uncovered for node, uncovered in found.items() if uncovered}


def graph_of(
    requirements: Iterable[Wanted],
    *,
    scope: str,
    at: datetime,
    by_hash: Mapping[str, str] | None = None,
    criteria: Criteria = SHIPPED,
) -> Graph:
    """The graphs of the packages that are asked for, with the exemptions of the organisation and of the use case `scope`.

    Five queries, however many packages: releases by hash, releases, reviews, rulings, sources; one less where the caller knows already
    which release each hash belongs to (`by_hash`, by public id). Who asks the graph what is covered names the `criteria` known then.
    """
    asked = list(requirements)
    keys = {(row.ecosystem, row.name) for row in asked}
    if by_hash is None:
        known = releases_by_hash(sorted({value for row in asked for value in _sha256(row)}))
        by_hash = {value: release.public_id for value, release in known.items()}
    packages = _releases(keys, at)
    _add_reviews(packages, at)
    nodes = _nodes(asked, packages, by_hash)
    rulings = _add_exemptions(asked, nodes, packages, scope, at)
    return Graph(at, packages, nodes, _sources(asked, nodes, at), rulings, criteria)


def _asked(row: Wanted) -> _Key:
    """Two requirements with the same key are answered by the same releases and come from the same place."""
    where = (getattr(row, "set_id", None), getattr(row, "origin", ""), getattr(row, "index", ""), getattr(row, "url", ""))
    return row.ecosystem, row.name, row.version, tuple(row.hashes), *where


def _sha256(row: Wanted) -> list[str]:
    return [value for value in row.hashes if value.startswith("sha256:")]


def _releases(keys: Collection[PackageKey], at: datetime) -> dict[PackageKey, PackageGraph]:
    found: dict[PackageKey, PackageGraph] = {key: PackageGraph() for key in keys}
    names = Among("package__name", (name for _kind, name in keys))
    rows = Release.objects.filter(names, package__ecosystem__in={kind for kind, _name in keys}, created_at__lte=at).order_by("pk")
    columns = ("package__ecosystem", "package__name", "public_id", "version", "source_digest", "pk")
    for ecosystem, name, node, version, source_digest, pk in rows.values_list(*columns):
        if (mine := found.get((ecosystem, name))) is not None:
            mine.releases[node] = Known(node, version, source_digest, pk)
            mine.digests[node] = source_digest
    return found


def _add_reviews(packages: Mapping[PackageKey, PackageGraph], at: datetime) -> None:
    """Confirmed reviews, and prepared ones that say `fail`. Neither points nor words are read."""
    lately = at - STILL_TOLD
    # Releases are known by now: neither they nor their packages are read once more for each review.
    known = {release.pk: (mine, release) for mine in packages.values() for release in mine.releases.values()}
    rows = Review.objects.filter(
        Among("release", known),
        Q(withdrawn_at=None) | Q(withdrawn_at__gt=lately),
        Q(superseded_at=None) | Q(superseded_at__gt=at),
        Q(confirmed_at__lte=at) | Q(verdict=Review.Verdict.FAIL),
        prepared_at__lte=at,
        expires_at__gt=lately,
        discarded_at=None,
    ).order_by("-pk")
    columns = rows.values_list(
        "public_id", Cast("criteria", TextField()), "verdict", "prepared_by__public_id", Cast("expires_at", TextField()),
        "confirmed_by__public_id", "base_id", "release_id", Cast("withdrawn_at", TextField()),
    )  # fmt: skip
    for *said, base, target, withdrawn in columns:
        if base is not None and base not in known:
            continue
        mine, release = known[target]
        before = known[base][1] if base is not None else None
        mine.edges.append(_edge(*said, before, release, withdrawn is not None and instant(withdrawn) <= at))


@lru_cache(maxsize=REMEMBERED)
def _edge(
    public_id: str,
    criteria: str,
    verdict: Literal["pass", "fail"],
    preparer: str | None,
    ends_at: str,
    confirmer: str | None,
    base: Known | None,
    target: Known,
    withdrawn: bool,
) -> Edge:
    """Remembered by everything that it follows from: what is asked about again and again is not put together each time."""
    return Edge(
        id=public_id,
        base=base.node if base is not None else NOTHING,
        target=target.node,
        criteria=_criteria(criteria),
        caveat=Caveat.REVIEW,
        verdict=verdict,
        prepared_by=preparer or "",
        confirmed_by=confirmer or "",
        base_digest=base.source_digest if base is not None else "",
        target_digest=target.source_digest,
        ends_at=instant(ends_at),
        withdrawn=withdrawn,
    )


def instant(written: str) -> datetime:
    """As a database writes it. Thousands of them are read so in a fraction of the time that the driver takes."""
    found = datetime.fromisoformat(written)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


@lru_cache(maxsize=1000)
def _criteria(written: str) -> frozenset[str]:
    """Thousands of reviews state the same few: each text is read once."""
    return frozenset(json.loads(written))


def _nodes(
    asked: Sequence[Wanted], packages: Mapping[PackageKey, PackageGraph], by_hash: Mapping[str, str]
) -> dict[_Key, list[str]]:
    """Bytes decide where bytes are named. Without them every release that bears the version has to be covered: any of them may come."""
    found = {}
    for row in asked:
        mine = packages[row.ecosystem, row.name].releases
        hashes = _sha256(row)
        if hashes:
            named = {by_hash[value] for value in hashes if value in by_hash}
        else:
            named = {
                known.node for known in mine.values() if row.version and same_version(row.ecosystem, known.version, row.version)
            }
        nodes = sorted(named & mine.keys(), key=lambda node: mine[node].pk)
        found[_asked(row)] = nodes or [f"{_VERSION}{row.version}"]
    return found


def _add_exemptions(
    asked: Sequence[Wanted],
    nodes: Mapping[_Key, list[str]],
    packages: Mapping[PackageKey, PackageGraph],
    scope: str,
    at: datetime,
) -> dict[PackageKey, list[InForce]]:
    """An exemption is about a version, so it leads to the releases of that version and to the node of a version that none answers for."""
    in_force = rulings_of({name for _ecosystem, name in packages}, ("", scope), at)
    rulings = by_package(row for row in in_force if (row.ecosystem, row.name) in packages)
    versions: dict[PackageKey, dict[str, str]] = defaultdict(dict)
    for row in asked:
        for node in nodes[_asked(row)]:
            if node.startswith(_VERSION):
                versions[row.ecosystem, row.name][node] = row.version
    for key, found in rulings.items():
        known = {node: release.version for node, release in packages[key].releases.items()}
        packages[key].edges += exempt_edges(found, key, {**known, **versions[key]}, at=at, scope=scope)
    return rulings


def _sources(asked: Sequence[Any], nodes: Mapping[_Key, list[str]], at: datetime) -> dict[_Key, list[Edge]]:
    sources = list(live_sources(at))
    return {
        _asked(row): [edge for node in nodes[_asked(row)] for edge in source_edges(sources, row, node)]
        for row in asked
        if sources
    }


def same_version(ecosystem: str, one: str, other: str) -> bool:
    """Whether two versions are the same as their ecosystem compares them: for Python 1.0 is 1.0.0."""
    if one == other or ecosystem != PYPI:
        return one == other
    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return False


def version_key(version: str) -> tuple[int, Any]:
    """Orders versions; what is no version of PEP 440 comes before all that are, by its text."""
    try:
        return 1, Version(version)
    except InvalidVersion:
        return 0, version


# Requests ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AskedVersion:
    """A version without bytes, as a request names it."""

    ecosystem: str
    name: str
    version: str
    hashes: tuple[str, ...] = ()
    index: str = ""
    origin: str = "index"
    url: str = ""
    purl: str = ""


def covered_requests(requests: Iterable[ReviewRequest], *, at: datetime) -> list[ReviewRequest]:
    """Those whose version is covered for everybody at `at`, for all criteria that were asked. The queries of one graph, and of criteria."""
    rows = list(requests)
    asked = {row.pk: AskedVersion(row.ecosystem, row.name, row.version) for row in rows}
    if not rows:
        return []
    graph = graph_of(asked.values(), scope="", at=at, criteria=criteria_known(at))
    return [row for row in rows if not graph.missing(asked[row.pk], row.criteria)]
